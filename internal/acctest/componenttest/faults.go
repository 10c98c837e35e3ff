package componenttest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/internal/component"
	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
)

// APIs are Google's clients, to do things behind the environment's back.
func (w *World) APIs() *gcp.APIs {
	w.tb.Helper()
	apis, err := gcp.APIsOf(w.Client)
	if err != nil {
		w.tb.Fatal(err)
	}
	return apis
}

// Refused checks that the named component is seen to be foreign, and that a run
// stops before it writes anything.
func (w *World) Refused(name string) {
	w.tb.Helper()
	w.Server.ResetRequests()
	if seen := w.Observe(name); seen.Foreign == "" {
		w.tb.Errorf("%s is not seen to be foreign: %+v", name, seen)
	}
	if result := w.Converge(name); !errors.Is(result.Err, reconcile.ErrForeign) {
		w.tb.Errorf("a run over what is foreign ended with %v", result.Err)
	}
	if writes := w.Writes(); len(writes) > 0 {
		w.tb.Errorf("a run over what is foreign wrote: %v", writes)
	}
}

// Gone checks that nothing of a kind stands.
func (w *World) Gone(kinds ...string) {
	w.tb.Helper()
	inventory := w.Server.Inventory()
	for _, kind := range kinds {
		if left := inventory[kind]; len(left) > 0 {
			w.tb.Errorf("%s are left: %v", kind, left)
		}
	}
}

// Forget drops what the ledger noted of a component, as if the run had been
// killed before it noted anything.
func (w *World) Forget(name string) {
	w.tb.Helper()
	data, generation, err := w.Store.Read(w.tb.Context(), component.EnvironmentRecord)
	if err != nil {
		w.tb.Fatal(err)
	}
	record, err := reconcile.DecodeRecord(data)
	if err != nil {
		w.tb.Fatal(err)
	}
	if step := record.Steps[name]; step != nil {
		step.Notes = nil
	}
	if data, err = json.Marshal(record); err != nil {
		w.tb.Fatal(err)
	}
	if _, err := w.Store.Write(w.tb.Context(), component.EnvironmentRecord, data, generation); err != nil {
		w.tb.Fatal(err)
	}
}

// Sweep makes each write of a component go wrong in each way, one world for
// each: the call is refused, it takes effect and its answer says otherwise, as
// to a run that is killed then, its reply is lost, its operation fails. One more
// run mends that, and leaves as many objects as a run without faults does. It
// does so for the writes that make the component and for those that remove it.
// prepare makes a world; hosts are the APIs whose writes are swept.
func Sweep(t *testing.T, tier policy.Tier, name string, prepare func(w *World), hosts ...string) {
	t.Helper()
	begin := func(t *testing.T) *World {
		t.Helper()
		w := New(t, tier)
		if prepare != nil {
			prepare(w)
		}
		if needs := w.Component(name).Needs(); len(needs) > 0 {
			w.MustConverge(needs...)
		}
		w.Server.ResetRequests()
		return w
	}
	clean := begin(t)
	clean.MustConverge(name)
	made, making := counts(clean), faults(clean, hosts)
	clean.Server.ResetRequests()
	clean.MustDestroy(name)
	left, removing := counts(clean), faults(clean, hosts)
	if len(making) == 0 {
		t.Errorf("%s makes no writes to %v", name, hosts)
	}
	for _, fault := range making {
		t.Run("make "+describe(fault), func(t *testing.T) {
			t.Parallel()
			w := begin(t)
			w.Server.InjectFaults(fault)
			w.Converge(name)
			w.Server.ClearFaults()
			w.MustConverge(name)
			w.AsDesired(name)
			if got := counts(w); !slices.Equal(got, made) {
				t.Errorf("what stands is %v instead of %v", got, made)
			}
			w.NoWrites(name)
		})
	}
	for _, fault := range removing {
		t.Run("remove "+describe(fault), func(t *testing.T) {
			t.Parallel()
			w := begin(t)
			w.MustConverge(name)
			w.Server.InjectFaults(fault)
			w.Destroy(name)
			w.Server.ClearFaults()
			w.MustDestroy(name)
			if got := counts(w); !slices.Equal(got, left) {
				t.Errorf("what is left is %v instead of %v", got, left)
			}
		})
	}
}

// sampled takes one fault of each write in turn, unless CORTX_SWEEP is full: a
// whole sweep takes minutes.
func sampled(all []Fault) []Fault {
	if os.Getenv("CORTX_SWEEP") == "full" {
		return all
	}
	var some []Fault
	for i := 0; i < len(all); i += faultsOfOne + 1 {
		some = append(some, all[i])
	}
	return some
}

// faultsOfOne is how many faults one write has.
const faultsOfOne = 4

// faults are those of every write so far to the hosts.
func faults(w *World, hosts []string) []Fault {
	var all []Fault
	seen := map[string]int{}
	for _, r := range w.Server.Requests() {
		if !writes(r) || !slices.Contains(hosts, r.Host) {
			continue
		}
		seen[r.Host+r.RPC]++
		for _, fault := range []Fault{
			{Status: http.StatusForbidden},
			{Status: http.StatusForbidden, After: true},
			{After: true, Drop: true},
			{Operation: OperationFails, Status: http.StatusInternalServerError},
		} {
			fault.Host, fault.RPC, fault.Nth = r.Host, r.RPC, seen[r.Host+r.RPC]
			all = append(all, fault)
		}
	}
	return sampled(all)
}

func describe(f Fault) string {
	how := "refused"
	switch {
	case f.Operation != "":
		how = "failing"
	case f.Drop:
		how = "lost"
	case f.After:
		how = "killed"
	}
	return fmt.Sprintf("%s %d %s", f.RPC, f.Nth, how)
}

// counts are how many objects of each kind stand.
func counts(w *World) []string {
	var all []string
	for kind, names := range w.Server.Inventory() {
		all = append(all, fmt.Sprintf("%s: %d", kind, len(names)))
	}
	slices.Sort(all)
	return all
}
