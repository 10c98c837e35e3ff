package sweep

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest"
	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

// play disturbs one run, and looks at what the next one makes of it. struck says
// whether the fault struck at all: components that run side by side don't make
// every poll every time.
func (w *world) play(ctx context.Context, s *scene, c Case) (problems []string, struck bool) {
	if err := w.back(s.before); err != nil {
		return []string{err.Error()}, false
	}
	w.server.InjectFaults(c.Fault())
	disturbed := w.core.Clone()
	first := s.run(ctx, disturbed)
	log := w.server.Requests()
	struck = slices.ContainsFunc(log, func(r emulator.Request) bool { return r.Fault != "" })
	w.server.ClearFaults()
	if err := w.server.ReleaseOperations(); err != nil {
		return []string{err.Error()}, struck
	}
	if !c.fault.kill {
		// What a killed process would have said, nobody heard.
		problems = append(problems, first.Violations...)
		problems = append(problems, ready(s, disturbed, first)...)
		w.core = disturbed
	} else {
		// Its plan was made before it died, and may have been seen.
		for _, v := range first.Violations {
			if strings.Contains(v, "replaces") {
				problems = append(problems, v)
			}
		}
	}
	w.pause()
	w.server.ResetRequests()
	again := s.run(ctx, w.core)
	log = append(log, w.server.Requests()...)
	if again.Failed() {
		problems = append(problems, fmt.Sprintf("the next run: %v", again.Err()))
	}
	if s.name == destroy {
		if w.core.State != nil {
			problems = append(problems, "the next destroy left a state")
		}
	} else {
		settled, _ := w.settled(ctx, s)
		problems = append(problems, settled...)
		problems = append(problems, killed(s, c, log)...)
	}
	want, got := s.standing, inventory(w.server.Inventory())
	if c.fault.operation || c.fault.name == "409" && c.Call.RPC == "InsertSqlInstance" {
		want, got = anyOrdinal(want), anyOrdinal(got)
	}
	problems = append(problems, differences(want, got)...)
	problems = append(problems, touched(s.theirs, w.keep())...)
	if len(problems) > 0 && len(first.Errors) > 0 {
		problems = append(problems, "(the disturbed run said: "+strings.Join(first.Errors, "; ")+")")
	}
	if w := warned(first); len(problems) > 0 && w != "" {
		problems = append(problems, "(the disturbed run warned: "+w+")")
	}
	return problems, struck
}

func warned(run *acctest.CoreRun) string {
	for _, text := range run.Warnings {
		if strings.HasPrefix(text, "The environment is not ready") || strings.HasPrefix(text, "A part of the") {
			return text
		}
	}
	return ""
}

// ready says where the state of a disturbed run contradicts itself: a run that
// says nothing has to have done all.
func ready(s *scene, core *acctest.Core, run *acctest.CoreRun) []string {
	if s.name == destroy || core.State == nil {
		return nil
	}
	pending, is := core.State.Strings("pending"), core.State.Bool("ready")
	var wrong []string
	if is != (len(pending) == 0) {
		wrong = append(wrong, fmt.Sprintf("after the disturbed run ready is %v, and pending %v", is, pending))
	}
	if run.Action == acctest.CoreUpdate && !is && len(run.Errors) == 0 {
		wrong = append(wrong, "the disturbed update fell short without an error")
	}
	for _, text := range run.Warnings {
		if strings.HasPrefix(text, "A part of the state could not be recorded") {
			wrong = append(wrong, text)
		}
	}
	return wrong
}

// settled says what is left to do after a run that should have done all, and how
// many requests it took to see that.
func (w *world) settled(ctx context.Context, s *scene) (problems []string, calls int) {
	state := w.core.State
	if state == nil {
		return []string{"there is no state"}, 0
	}
	if pending := state.Strings("pending"); !state.Bool("ready") || len(pending) > 0 {
		problems = append(problems, fmt.Sprintf("ready is %v, pending %v, last_error %q", state.Bool("ready"), pending, state.String("last_error")))
	}
	w.server.ResetRequests()
	plan := w.core.Clone().Plan(ctx, s.config)
	if plan.Failed() {
		problems = append(problems, fmt.Sprintf("a further plan: %v", plan.Err()))
	}
	if plan.Action != acctest.CoreNothing {
		problems = append(problems, fmt.Sprintf("a further plan would %s: %s", plan.Action, strings.Join(plan.Changed, ", ")))
	}
	requests := w.server.Requests()
	for _, r := range requests {
		if isWrite(r) {
			problems = append(problems, fmt.Sprintf("a plan wrote: %s %s%s", r.Method, r.Host, r.Path))
		}
	}
	return problems, len(requests)
}

// deletions are the paths of calls that deleted something.
func deletions(requests []emulator.Request) []string {
	var deleted []string
	for _, r := range requests {
		removes := r.Method == http.MethodDelete || strings.HasPrefix(r.RPC, "Delete") || strings.HasPrefix(r.RPC, "Destroy")
		if removes && (r.Status < http.StatusMultipleChoices) && !strings.Contains(r.Fault, "drop") || removes && strings.Contains(r.Fault, "after commit") {
			deleted = append(deleted, r.Host+r.Path)
		}
	}
	return deleted
}

// killed says which healthy objects were deleted. Where an operation was made to
// fail, its object is not healthy, and may be made anew.
func killed(s *scene, c Case, log []emulator.Request) []string {
	var wrong []string
	for _, path := range deletions(log) {
		if !slices.Contains(s.deleted, path) && !c.fault.operation {
			wrong = append(wrong, "something healthy was deleted: "+path)
		}
	}
	return wrong
}

// madeUp are parts of names that the service or the clock chooses.
var madeUp = regexp.MustCompile(`l?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{10,}|[0-9]{6,}|-[0-9a-z]*[0-9][0-9a-z]{3,}$`)

// inventory is what stands, with names that are the same in every run.
func inventory(standing map[string][]string) map[string][]string {
	all := map[string][]string{}
	for kind, names := range standing {
		for _, name := range names {
			all[kind] = append(all[kind], madeUp.ReplaceAllString(name, "N"))
		}
		slices.Sort(all[kind])
	}
	return all
}

// anyOrdinal is what stands, with the numbers cut off the names of instances: one
// whose creation failed leaves its name blocked, a conflict says that it is, and
// the next instance takes the next name.
func anyOrdinal(standing map[string][]string) map[string][]string {
	all := maps.Clone(standing)
	all["sqlInstances"] = slices.Clone(all["sqlInstances"])
	for i, name := range all["sqlInstances"] {
		all["sqlInstances"][i] = strings.TrimRight(name, "0123456789")
	}
	return all
}

// differences says what stands that should not, and the other way round.
func differences(want, got map[string][]string) []string {
	var wrong []string
	kinds := slices.Sorted(maps.Keys(want))
	for kind := range got {
		if _, ok := want[kind]; !ok {
			kinds = append(kinds, kind)
		}
	}
	for _, kind := range kinds {
		if extra := without(got[kind], want[kind]); len(extra) > 0 {
			wrong = append(wrong, fmt.Sprintf("orphans or duplicates: %s %s", kind, strings.Join(extra, ", ")))
		}
		if missing := without(want[kind], got[kind]); len(missing) > 0 {
			wrong = append(wrong, fmt.Sprintf("missing: %s %s", kind, strings.Join(missing, ", ")))
		}
	}
	return wrong
}

// without is a without one of each member of b.
func without(a, b []string) []string {
	left := slices.Clone(a)
	for _, name := range b {
		if at := slices.Index(left, name); at >= 0 {
			left = slices.Delete(left, at, at+1)
		}
	}
	return left
}
