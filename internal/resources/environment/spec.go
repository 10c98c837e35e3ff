package environment

import (
	"cmp"
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cortx-platform/terraform-provider-cortx/internal/component"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/tfkit"
)

// specOf makes the spec of a plan or a state. Everything that names an object
// has to be known; settings that are not are left out.
func specOf(ctx context.Context, raw tftypes.Value, m model, diags *diag.Diagnostics) *component.Spec {
	if version := int(m.CatalogueVersion.ValueInt64()); !policy.Known(version) {
		// Without its settings nothing of it would be found, and a destroy would
		// forget all that stands.
		diags.AddAttributeError(path.Root("catalogue_version"), "This version of the provider doesn't know the catalogue of the environment.",
			fmt.Sprintf("It knows the versions %d to %d, and the environment goes by %d: a newer version of the provider made or changed it. Nothing was read or changed. Upgrade the provider.", policy.Versions()[0], policy.Version, version))
		return nil
	}
	given, _, err := ReadSettings(int(m.CatalogueVersion.ValueInt64()), raw)
	if err != nil {
		addBug(diags, err)
		return nil
	}
	spec := specFrom(given, m)
	spec.Labels = tfkit.StringMap(ctx, m.EffectiveLabels, diags)
	return spec
}

// specFrom makes the spec of resolved settings and inputs.
func specFrom(values policy.Values, m model) *component.Spec {
	text := func(path string) string { value, _ := values[path].(string); return value }
	number := func(path string) int64 { value, _ := values[path].(int64); return value }
	spec := &component.Spec{
		Project: m.Project.ValueString(), Region: m.Region.ValueString(), Zone: m.Zone.ValueString(), Name: m.Name.ValueString(),
		Tier: policy.Tier(m.Tier.ValueString()), Settings: values,
		Owner: component.OwnerKey(m.Project.ValueString(), m.Region.ValueString(), m.Name.ValueString()),
		Adopt: m.Adopt.ValueBool(), Recreate: stringsOf(m.AllowRecreate.Elements()), Confirm: stringsOf(m.Confirm.Elements()),
		Reset: m.ResetTrigger.ValueString(), NotificationChannels: stringsOf(m.NotificationChannels.Elements()),
	}
	external, set := values[clusterExternalTraffic].(bool)
	spec.Network = component.NetworkInputs{
		Subnetwork: text(networkSubnetwork), Name: cmp.Or(text(networkName), spec.Prefix()),
		Range: text(networkRange), PodRange: text(networkPodRange), ServiceRange: text(networkServiceRange),
		PodRangeName: text(networkPodRangeName), ServiceRangeName: text(networkServiceRangeName),
	}
	spec.Cluster = component.ClusterInputs{
		Name: cmp.Or(text(clusterName), spec.Prefix()), MachineType: text(clusterMachineType),
		SandboxMachineType: cmp.Or(text(clusterSandboxMachineType), text(clusterMachineType)),
		MinNodes:           number(clusterMinNodes), MaxNodes: number(clusterMaxNodes), DiskSizeGB: cmp.Or(number(clusterDiskSizeGB), defaultNodeDiskGB),
		ExternalTraffic: external || !set, Maintenance: maintenanceOf(m.Maintenance),
	}
	spec.Database = component.DatabaseInputs{
		Name: cmp.Or(text(databaseName), spec.Prefix()), Version: text(databaseVersion), Edition: cmp.Or(text(databaseEdition), editionEnterprise),
		MachineType: text(databaseMachineType), DiskSizeGB: cmp.Or(number(databaseDiskSizeGB), defaultDatabaseDiskGB),
	}
	access := m.Access.Attributes()
	spec.Perimeter = component.PerimeterInputs{
		AccessPolicy: stringAt(access, "access_policy"), RunnerIdentities: listAt(access, "runner_identities"),
		RunnerAccessLevels: listAt(access, "runner_access_levels"), RestrictedServices: listAt(access, "restricted_services"),
	}
	spec.Budget = budgetOf(m.Budget)
	return spec
}

// Sizes of disks in GB when none is given.
const (
	defaultNodeDiskGB     = 100
	defaultDatabaseDiskGB = 10
)

// The window of maintenance when none is given: Sunday from 2 to 6, in UTC.
var defaultMaintenance = component.Maintenance{Day: 7, Hour: 2, Hours: 4}

func maintenanceOf(o types.Object) component.Maintenance {
	window := defaultMaintenance
	for name, to := range map[string]*int64{"day": &window.Day, "hour": &window.Hour, "hours": &window.Hours} {
		if v, ok := o.Attributes()[name].(types.Int64); ok && !v.IsNull() && !v.IsUnknown() {
			*to = v.ValueInt64()
		}
	}
	return window
}

func budgetOf(o types.Object) *component.BudgetInputs {
	if o.IsNull() || o.IsUnknown() {
		return nil
	}
	budget := &component.BudgetInputs{
		BillingAccount: stringAt(o.Attributes(), "billing_account"), Currency: stringAt(o.Attributes(), "currency"),
	}
	if amount, ok := o.Attributes()["amount"].(types.Int64); ok {
		budget.Amount = amount.ValueInt64()
	}
	if thresholds, ok := o.Attributes()["thresholds"].(types.List); ok {
		for _, element := range thresholds.Elements() {
			if share, ok := element.(types.Float64); ok {
				budget.Thresholds = append(budget.Thresholds, share.ValueFloat64())
			}
		}
	}
	if len(budget.Thresholds) == 0 {
		budget.Thresholds = []float64{0.5, 0.9, 1}
	}
	return budget
}

func stringAt(members map[string]attr.Value, name string) string {
	value, _ := members[name].(types.String)
	return value.ValueString()
}

func listAt(members map[string]attr.Value, name string) []string {
	value, _ := members[name].(types.List)
	return stringsOf(value.Elements())
}

// stringsOf are the known strings among values.
func stringsOf(elements []attr.Value) []string {
	var all []string
	for _, element := range elements {
		if value, ok := element.(types.String); ok && !value.IsNull() && !value.IsUnknown() {
			all = append(all, value.ValueString())
		}
	}
	return all
}

func addBug(diags *diag.Diagnostics, err error) {
	diags.AddError("The provider could not convert a value of an environment.", "This is a bug in the provider; please report it.\n\n"+err.Error())
}
