package component_test

import (
	"strings"
	"testing"
	"time"

	"google.golang.org/api/accesscontextmanager/v1"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest/componenttest"
	"github.com/cortx-platform/terraform-provider-cortx/internal/component"
	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile/reconciletest"
)

// accessPolicy makes the organisation's access policy.
func accessPolicy(t *testing.T, w *componenttest.World) string {
	t.Helper()
	apis, err := gcp.APIsOf(w.Client)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := apis.AccessContext.AccessPolicies.Create(&accesscontextmanager.AccessPolicy{Parent: "organizations/77", Title: "default"}).Do(); err != nil {
		t.Fatal(err)
	}
	w.Clock.Advance(time.Minute)
	list, err := apis.AccessContext.AccessPolicies.List().Parent("organizations/77").Do()
	if err != nil || len(list.AccessPolicies) != 1 {
		t.Fatalf("policies: %v, %v", list, err)
	}
	return list.AccessPolicies[0].Name
}

func perimeterAt(t *testing.T, w *componenttest.World, name string) *accesscontextmanager.ServicePerimeter {
	t.Helper()
	apis, err := gcp.APIsOf(w.Client)
	if err != nil {
		t.Fatal(err)
	}
	found, err := apis.AccessContext.AccessPolicies.ServicePerimeters.Get(name).Do()
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestPerimeter(t *testing.T) {
	t.Parallel()
	w := componenttest.New(t, policy.Prod)
	w.Spec.Perimeter = component.PerimeterInputs{AccessPolicy: accessPolicy(t, w), RunnerIdentities: []string{"serviceAccount:terraform@acme-prod.iam.gserviceaccount.com"}}
	w.Spec.Settings[policy.NetworkPerimeter] = policy.PerimeterDryRun
	if seen := w.Observe("perimeter"); seen.Presence != reconcile.Absent {
		t.Errorf("a perimeter that isn't there is %s", seen.Presence)
	}
	w.MustConverge("perimeter")
	name := w.AsDesired("perimeter").Outputs["perimeter"]
	if found := perimeterAt(t, w, name); found.Status != nil || found.Spec == nil || !found.UseExplicitDryRunSpec {
		t.Errorf("a dry run is %+v", found)
	}
	w.NoWrites("perimeter")

	w.Spec.Settings[policy.NetworkPerimeter] = policy.PerimeterEnforced
	if seen := w.Observe("perimeter"); seen.Values[policy.NetworkPerimeter] != policy.PerimeterDryRun {
		t.Errorf("the dry run shows as %v", seen.Values)
	}
	w.MustConverge("perimeter")
	w.AsDesired("perimeter")
	found := perimeterAt(t, w, name)
	if found.Spec != nil || found.UseExplicitDryRunSpec || found.Status == nil || len(found.Status.IngressPolicies) != 1 {
		t.Errorf("enforced is %+v", found)
	}

	// Drift by hand.
	apis, err := gcp.APIsOf(w.Client)
	if err != nil {
		t.Fatal(err)
	}
	found.Status.RestrictedServices = []string{"storage.googleapis.com"}
	if _, err := apis.AccessContext.AccessPolicies.ServicePerimeters.Patch(name, found).UpdateMask("status").Do(); err != nil {
		t.Fatal(err)
	}
	w.Clock.Advance(time.Minute)
	if seen := w.Observe("perimeter"); len(seen.Differs) != 1 {
		t.Errorf("drift shows as %v", seen.Differs)
	}
	w.MustConverge("perimeter")
	w.AsDesired("perimeter")
	w.NoWrites("perimeter")

	// A wish for none takes it away, and the component stays known.
	w.Spec.Settings[policy.NetworkPerimeter] = policy.PerimeterException
	w.MustConverge("perimeter")
	if left := w.Server.Inventory()["servicePerimeters"]; len(left) > 0 {
		t.Errorf("it leaves %v", left)
	}
	w.AsDesired("perimeter")
	w.NoWrites("perimeter")
	w.MustDestroy("perimeter")
}

// TestPerimetersOfOneName has another project of the organisation hold an
// environment of our name: the access policy, which takes a title once, is the
// same.
func TestPerimetersOfOneName(t *testing.T) {
	t.Parallel()
	w := componenttest.New(t, policy.Prod)
	w.Spec.Perimeter.AccessPolicy = accessPolicy(t, w)
	w.Spec.Settings[policy.NetworkPerimeter] = policy.PerimeterEnforced
	w.MustConverge("perimeter")
	other := *w.Spec
	other.Project = "acme-other"
	other.Owner = component.OwnerKey(other.Project, other.Region, other.Name)
	w.Spec, w.Store = &other, &reconciletest.Store{}
	w.MustConverge("perimeter")
	w.AsDesired("perimeter")
	if all := w.Server.Inventory()["servicePerimeters"]; len(all) != 2 {
		t.Errorf("perimeters: %v", all)
	}
}

func TestPerimeterForeign(t *testing.T) {
	t.Parallel()
	w := componenttest.New(t, policy.Prod)
	w.Spec.Perimeter.AccessPolicy = accessPolicy(t, w)
	w.Spec.Settings[policy.NetworkPerimeter] = policy.PerimeterEnforced
	apis, err := gcp.APIsOf(w.Client)
	if err != nil {
		t.Fatal(err)
	}
	name := w.Spec.Perimeter.AccessPolicy + "/servicePerimeters/cortx_" + strings.ReplaceAll(w.Spec.Owner, "-", "_")
	if _, err := apis.AccessContext.AccessPolicies.ServicePerimeters.Create(w.Spec.Perimeter.AccessPolicy, &accesscontextmanager.ServicePerimeter{Name: name, Title: "mine"}).Do(); err != nil {
		t.Fatal(err)
	}
	w.Clock.Advance(time.Minute)
	w.Refused("perimeter")
}

func TestBudget(t *testing.T) {
	t.Parallel()
	w := componenttest.New(t, policy.Dev)
	w.Spec.Budget = &component.BudgetInputs{BillingAccount: "01A2B3-C4D5E6-F70819", Amount: 5000, Thresholds: []float64{0.5, 0.9, 1}}
	w.MustConverge("budget")
	w.AsDesired("budget")
	w.NoWrites("budget")

	w.Spec.Budget.Amount, w.Spec.Budget.Currency, w.Spec.Budget.Thresholds = 6000, "USD", []float64{1}
	if seen := w.Observe("budget"); len(seen.Differs) != 2 {
		t.Errorf("two changes show as %v", seen.Differs)
	}
	w.MustConverge("budget")
	w.AsDesired("budget")
	w.NoWrites("budget")

	// Another account takes the budget over.
	w.Spec.Budget.BillingAccount = "0AAAAA-BBBBBB-CCCCCC"
	w.MustConverge("budget")
	if standing := w.Server.Inventory()["budgets"]; len(standing) != 1 {
		t.Errorf("budgets are %v", standing)
	}
	w.AsDesired("budget")

	w.Spec.Budget = nil
	w.MustConverge("budget")
	if left := w.Server.Inventory()["budgets"]; len(left) > 0 {
		t.Errorf("it leaves %v", left)
	}
	w.MustDestroy("budget")
}

func TestAlerts(t *testing.T) {
	t.Parallel()
	w := componenttest.New(t, policy.Staging)
	w.MustConverge("alerts")
	seen := w.AsDesired("alerts")
	w.Shows(seen, policy.AuditConfigChangeAlerts)
	w.NoWrites("alerts")

	// Drift by hand.
	found, err := w.Client.AlertPolicies().Fresh(t.Context(), seen.Outputs["audit_alert"])
	if err != nil {
		t.Fatal(err)
	}
	found.Enabled.Value = false
	if _, err := w.Client.AlertPolicies().Update(t.Context(), found, "enabled"); err != nil {
		t.Fatal(err)
	}
	if seen := w.Observe("alerts"); seen.Values[policy.AuditConfigChangeAlerts] != false {
		t.Errorf("a disabled alert shows as %v", seen.Values)
	}
	w.MustConverge("alerts")
	w.AsDesired("alerts")
	w.NoWrites("alerts")

	w.Spec.Settings[policy.AuditConfigChangeAlerts] = false
	w.MustConverge("alerts")
	w.AsDesired("alerts")
	if left := w.Server.Inventory()["alertPolicies"]; len(left) > 0 {
		t.Errorf("it leaves %v", left)
	}
}

// TestAssigned loses the reply to each create whose id the server assigns, and
// what the ledger noted of it: nothing is made twice.
func TestAssigned(t *testing.T) {
	t.Parallel()
	for name, rpc := range map[string]string{"alerts": "CreateAlertPolicy", "budget": "CreateBudget", "lien": "CreateLien"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := componenttest.New(t, policy.Prod)
			w.Spec.Budget = &component.BudgetInputs{BillingAccount: "01A2B3-C4D5E6-F70819", Amount: 5000, Thresholds: []float64{1}}
			w.Server.InjectFaults(componenttest.Fault{RPC: rpc, After: true, Drop: true})
			w.MustConverge(name)
			w.AsDesired(name)
			w.Forget(name)
			w.NoWrites(name)
			kinds := map[string]string{"alerts": "alertPolicies", "budget": "budgets", "lien": "liens"}
			if standing := w.Server.Inventory()[kinds[name]]; len(standing) != 1 {
				t.Errorf("%s: %v", name, standing)
			}
			w.MustDestroy(name)
			w.Gone(kinds[name])
		})
	}
}
