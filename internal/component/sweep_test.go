package component_test

import (
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest/componenttest"
	"github.com/cortx-platform/terraform-provider-cortx/internal/component"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
)

// TestSweep makes every write of each component go wrong. The sweep of the whole
// environment through Terraform is another one (make sweep).
func TestSweep(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		tier    policy.Tier
		prepare func(w *componenttest.World)
		hosts   []string
	}{
		{"services", policy.Prod, nil, []string{"serviceusage.googleapis.com"}},
		{policy.ComponentAudit, policy.Prod, nil, []string{"cloudresourcemanager.googleapis.com"}},
		{policy.ComponentKMS, policy.Prod, nil, []string{"cloudkms.googleapis.com"}},
		{policy.ComponentStorage, policy.Prod, nil, []string{"storage.googleapis.com"}},
		{policy.ComponentLogging, policy.Prod, nil, []string{"logging.googleapis.com", "storage.googleapis.com"}},
		{policy.ComponentNetwork, policy.Prod, nil, []string{"compute.googleapis.com"}},
		{policy.ComponentDNS, policy.Prod, nil, []string{"dns.googleapis.com"}},
		{policy.ComponentNAT, policy.Prod, nil, []string{"compute.googleapis.com"}},
		{policy.ComponentFirewall, policy.Prod, nil, []string{"compute.googleapis.com"}},
		{policy.ComponentDatabase, policy.Prod, nil, []string{"sqladmin.googleapis.com"}},
		{policy.ComponentDatabase, policy.Dev, nil, []string{"sqladmin.googleapis.com"}},
		{"database_endpoint", policy.Prod, nil, []string{"compute.googleapis.com", "dns.googleapis.com"}},
		{policy.ComponentPerimeter, policy.Prod, func(w *componenttest.World) {
			w.Spec.Perimeter.AccessPolicy = accessPolicy(t, w)
			w.Spec.Settings[policy.NetworkPerimeter] = policy.PerimeterEnforced
		}, []string{"accesscontextmanager.googleapis.com"}},
		{"budget", policy.Prod, func(w *componenttest.World) {
			w.Spec.Budget = &component.BudgetInputs{BillingAccount: "01A2B3-C4D5E6-F70819", Amount: 5000, Thresholds: []float64{1}}
		}, []string{"billingbudgets.googleapis.com"}},
		{policy.ComponentAlerts, policy.Prod, nil, []string{"monitoring.googleapis.com"}},
		{policy.ComponentLien, policy.Prod, nil, []string{"cloudresourcemanager.googleapis.com"}},
	} {
		t.Run(c.name+" of "+string(c.tier), func(t *testing.T) {
			t.Parallel()
			componenttest.Sweep(t, c.tier, c.name, c.prepare, c.hosts...)
		})
	}
}
