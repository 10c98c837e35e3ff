package environment

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
)

// warnDrift says what was changed since it was last read, each with the controls
// that it bears on: a plan hides what stays the same, control_ids among it, and
// of what has no setting it names the component alone.
func warnDrift(prior tftypes.Value, state model, report reconcile.Report, diags *diag.Diagnostics) {
	version, tier := int(state.CatalogueVersion.ValueInt64()), policy.Tier(state.Tier.ValueString())
	before, _, err := ReadSettings(version, prior)
	if err != nil {
		return // Who writes the values says so.
	}
	var lines []string
	known := stringsOf(state.Pending.Elements())
	for _, name := range report.Names {
		seen, ok := report.Observations[name]
		if !ok {
			continue
		}
		for _, s := range allSettings(version) {
			got, told := seen.Values[s.Path]
			if was, had := before[s.Path]; told && had && !policy.Same(was, got) {
				lines = append(lines, fmt.Sprintf("  %s is %s, and was %s%s", s.Path, policy.Format(got), policy.Format(was), cited(s.Controls, tier)))
			}
		}
		if slices.Contains(known, name) {
			continue // It was not as desired before, and a run said why.
		}
		switch {
		case seen.Foreign != "":
			lines = append(lines, fmt.Sprintf("  %s: %s, and is not touched before it does again%s", name, seen.Foreign, cited(controlsOf(version, name), tier)))
		case seen.Presence == reconcile.Absent:
			lines = append(lines, fmt.Sprintf("  %s is missing%s", name, cited(controlsOf(version, name), tier)))
		case len(seen.Differs) > 0 || seen.Presence == reconcile.Partial:
			if len(seen.Differs) == 0 {
				lines = append(lines, fmt.Sprintf("  %s: a part of it is missing%s", name, cited(controlsOf(version, name), tier)))
			}
			for _, d := range seen.Differs {
				controls := controlsOf(version, name)
				if setting, ok := policy.Find(version, d.Setting); ok {
					controls = setting.Controls
				}
				lines = append(lines, fmt.Sprintf("  %s: %s%s", name, d.Words, cited(controls, tier)))
			}
		}
	}
	if len(lines) == 0 {
		return
	}
	diags.AddWarning("The environment was changed from outside.",
		"What stands is not what was last applied. The next apply puts it back, unless the configuration asks for it:\n\n"+strings.Join(lines, "\n"))
}

// cited is what follows a line about controls; nothing where there are none.
func cited(controls []policy.Control, tier policy.Tier) string {
	if claimed := policy.Claimed(controls, tier); len(claimed) > 0 {
		return " (" + policy.Cite(claimed) + ")"
	}
	return ""
}

// serves names the setting that a component is there for which has none of its own.
var serves = map[string]string{
	"node_identity": policy.ClusterWorkloadIdentity, "metrics": policy.ClusterManagedPrometheus, componentDatabaseEndpoint: policy.DatabasePrivateServiceConnect,
}

// controlsOf are those of all rows that a component's settings belong to.
func controlsOf(version int, component string) []policy.Control {
	if setting, ok := policy.Find(version, serves[component]); ok {
		return setting.Controls
	}
	if component == componentNodePools {
		component = policy.ComponentCluster
	}
	var all []policy.Control
	for _, s := range policy.Settings(version) {
		if s.Component != component {
			continue
		}
		for _, control := range s.Controls {
			if !slices.ContainsFunc(all, func(c policy.Control) bool { return c.ID == control.ID }) {
				all = append(all, control)
			}
		}
	}
	return all
}
