package sweep

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/internal/clock"
)

// Options say which cases to play.
type Options struct {
	// Tiers are those to play; none means all.
	Tiers []string
	// Run keeps the cases whose names contain it.
	Run string
	// Sample is how many of them to draw, by Seed; 0 means all.
	Sample int
	// Seed decides which cases are drawn, and in which order they are played.
	Seed uint64
	// Skip leaves out this many of the first cases in that order, so that a sweep
	// that was cut off can be gone on with.
	Skip int
	// All strikes every call, also those that a run repeats many times.
	All bool
	// Workers is how many cases are played side by side; 0 means 2.
	Workers int
	// Stop ends the sweep after so many failures; 0 means never.
	Stop int
	// Progress gets lines on how far it has come; nil means none.
	Progress io.Writer
	// Clock is the time that progress goes by; nil means the machine's.
	Clock clock.Clock
}

// Result is how a case went.
type Result struct {
	Case Case
	// Problems are what is wrong; none means that it passed.
	Problems []string
	// Struck tells that the fault struck. One that did not shows nothing.
	Struck bool
}

// Sweep is what a sweep found.
type Sweep struct {
	Results []Result
	// Took is how long it took on the machine's clock.
	Took time.Duration
	// Calls is how many calls the runs without faults make, by tier/scenario.
	Calls map[string]int
	// PlanCalls is how many requests a plan without changes makes.
	PlanCalls map[string]int
}

// Failures are the results with problems.
func (s *Sweep) Failures() []Result {
	return slices.DeleteFunc(slices.Clone(s.Results), func(r Result) bool { return len(r.Problems) == 0 })
}

// Run plays the cases that the options choose.
func Run(ctx context.Context, opts Options) (*Sweep, error) {
	if opts.Workers <= 0 {
		opts.Workers = 2
	}
	if opts.Clock == nil {
		opts.Clock = clock.System()
	}
	if len(opts.Tiers) == 0 {
		opts.Tiers = Tiers
	}
	start := opts.Clock.Now()
	found := &Sweep{Calls: map[string]int{}, PlanCalls: map[string]int{}}
	scenes, cases, err := prepare(ctx, opts, found)
	if err != nil {
		return nil, err
	}
	opts.say("%d cases", len(cases))
	queue := make(chan Case)
	stop, cancel := context.WithCancel(ctx)
	defer cancel()
	var mu sync.Mutex
	failures := 0
	done := func(r Result) {
		mu.Lock()
		defer mu.Unlock()
		found.Results = append(found.Results, r)
		if len(r.Problems) > 0 {
			failures++
			opts.say("FAIL %s\n     %s", r.Case.Name(), strings.Join(r.Problems, "\n     "))
		}
		if opts.Stop > 0 && failures >= opts.Stop {
			cancel()
		}
		if n := len(found.Results); n%100 == 0 {
			took := opts.Clock.Now().Sub(start)
			left := took / time.Duration(n) * time.Duration(len(cases)-n)
			opts.say("%d of %d cases, %d failures, %s so far, %s to go", n, len(cases), failures, took.Round(time.Second), left.Round(time.Second))
		}
	}
	var workers sync.WaitGroup
	errs := make([]error, opts.Workers)
	for i := range opts.Workers {
		workers.Go(func() {
			w, err := newWorld() //nolint:contextcheck // The emulator serves until it is closed.
			if err != nil {
				errs[i] = err
				cancel()
				return
			}
			for c := range queue {
				problems, struck := w.play(ctx, scenes[c.Tier+"/"+c.Scenario], c)
				if ctx.Err() != nil {
					continue // It was cut off, and shows nothing.
				}
				done(Result{Case: c, Problems: problems, Struck: struck})
			}
			errs[i] = w.close()
		})
	}
feed:
	for _, c := range cases {
		select {
		case queue <- c:
		case <-stop.Done():
			break feed
		}
	}
	close(queue)
	workers.Wait()
	found.Took = opts.Clock.Now().Sub(start)
	return found, errors.Join(errors.Join(errs...), ctx.Err())
}

func (o Options) say(format string, args ...any) {
	if o.Progress != nil {
		_, _ = fmt.Fprintf(o.Progress, format+"\n", args...)
	}
}

// prepare plays the scenes without faults, and chooses the cases.
func prepare(ctx context.Context, opts Options, found *Sweep) (map[string]*scene, []Case, error) {
	w, err := newWorld() //nolint:contextcheck // As in Run.
	if err != nil {
		return nil, nil, err
	}
	scenes := map[string]*scene{}
	var cases []Case
	for _, tier := range opts.Tiers {
		if opts.Run != "" && strings.Contains(opts.Run, "/") && !strings.Contains(opts.Run, tier+"/") && slices.ContainsFunc(Tiers, func(t string) bool { return strings.Contains(opts.Run, t+"/") }) {
			continue // The name is one of another tier.
		}
		staged, err := w.stage(ctx, tier)
		if err != nil {
			return nil, nil, errors.Join(err, w.close())
		}
		for _, s := range staged {
			name := s.tier + "/" + s.name
			scenes[name], found.Calls[name] = s, len(s.calls)
			if s.name != destroy {
				found.PlanCalls[name] = s.planCalls
			}
			// One that is asked for by its name may be of a repeated call.
			cases = append(cases, casesOf(s.tier, s.name, s.calls, opts.All || strings.Count(opts.Run, "/") == 4)...)
		}
	}
	cases = slices.DeleteFunc(cases, func(c Case) bool { return !strings.Contains(c.Name(), opts.Run) })
	// Calls come in another order in every run, and now and then there is one more
	// or less. An order by the names alone is next to the same all the same.
	place := func(c Case) uint64 {
		h := fnv.New64a()
		_, _ = fmt.Fprintf(h, "%d %s", opts.Seed, c.Name())
		return h.Sum64()
	}
	slices.SortFunc(cases, func(a, b Case) int {
		return cmp.Or(cmp.Compare(place(a), place(b)), strings.Compare(a.Name(), b.Name()))
	})
	if opts.Sample > 0 {
		cases = cases[:min(opts.Sample, len(cases))]
	}
	return scenes, cases[min(opts.Skip, len(cases)):], w.close()
}

// Table writes what was found, and ends in one line of totals.
func (s *Sweep) Table(out io.Writer) error {
	type row struct{ cases, failed, missed int }
	rows := map[string]*row{}
	var scenes, ways []string
	at := func(key string, keys *[]string) *row {
		if rows[key] == nil {
			rows[key] = &row{}
			*keys = append(*keys, key)
		}
		return rows[key]
	}
	var total row
	for _, r := range s.Results {
		for _, to := range []*row{at(r.Case.Tier+"/"+r.Case.Scenario, &scenes), at(r.Case.fault.name, &ways), &total} {
			to.cases++
			if len(r.Problems) > 0 {
				to.failed++
			}
			if !r.Struck {
				to.missed++
			}
		}
	}
	var b strings.Builder
	line := func(name string, calls any, r row) {
		fmt.Fprintf(&b, "%-18s %7v %7d %7d %7d\n", name, calls, r.cases, r.failed, r.missed)
	}
	fmt.Fprintf(&b, "\n%-18s %7s %7s %7s %7s\n", "run", "calls", "cases", "failed", "missed")
	slices.Sort(scenes)
	for _, name := range scenes {
		line(name, s.Calls[name], *rows[name])
	}
	fmt.Fprintf(&b, "\n%-18s %7s %7s %7s %7s\n", "fault", "", "cases", "failed", "missed")
	slices.Sort(ways)
	for _, name := range ways {
		line(name, "", *rows[name])
	}
	fmt.Fprintf(&b, "\n%d cases, %d passed, %d failed; %d struck, %d not made in that run; %s\n",
		total.cases, total.cases-total.failed, total.failed, total.cases-total.missed, total.missed, s.Took.Round(time.Second))
	_, err := io.WriteString(out, b.String())
	return err
}
