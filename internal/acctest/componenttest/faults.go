package componenttest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/internal/component"
	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
)

// APIs are Google's clients, to do things behind the environment's back.
func (w *World) APIs() *gcp.APIs {
	w.tb.Helper()
	apis, err := w.Client.APIs()
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
// run mends that, leaves as many objects as a run without faults does, and
// everything goes in the end. prepare makes a world; hosts are the APIs whose
// writes are swept.
func Sweep(t *testing.T, tier policy.Tier, name string, prepare func(w *World), hosts ...string) {
	t.Helper()
	make := func(t *testing.T) *World {
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
	clean := make(t)
	clean.MustConverge(name)
	wanted := counts(clean)
	swept := 0
	for _, host := range hosts {
		for _, method := range []string{http.MethodPost, http.MethodPatch, http.MethodPut, http.MethodDelete} {
			writes := 0
			for _, write := range clean.Writes() {
				if strings.HasPrefix(write, method+" "+host+"/") {
					writes++
				}
			}
			for nth := 1; nth <= writes; nth++ {
				for kind, fault := range map[string]Fault{
					"refused": {Status: http.StatusForbidden}, "killed": {Status: http.StatusForbidden, After: true},
					"lost": {After: true, Drop: true}, "failing": {Operation: OperationFails, Status: http.StatusInternalServerError},
				} {
					fault.HTTPMethod, fault.Host, fault.Nth = method, host, nth
					// Reads by POST and the waits for operations are no writes.
					fault.Path = `^.*/[^/:]+(:(create|commit|setIamPolicy))?$`
					swept++
					t.Run(fmt.Sprintf("%s %s %d %s", host, method, nth, kind), func(t *testing.T) {
						t.Parallel()
						w := make(t)
						w.Server.InjectFaults(fault)
						w.Converge(name)
						w.Server.ClearFaults()
						w.MustConverge(name)
						w.AsDesired(name)
						if got := counts(w); !slices.Equal(got, wanted) {
							t.Errorf("what stands is %v instead of %v", got, wanted)
						}
						w.NoWrites(name)
						w.MustDestroy(name)
					})
				}
			}
		}
	}
	if swept == 0 {
		t.Errorf("%s makes no writes to %v", name, hosts)
	}
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
