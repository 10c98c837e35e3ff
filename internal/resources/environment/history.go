package environment

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cortx-platform/terraform-provider-cortx/internal/component"
	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
)

// recordOf is what the ledger holds of an environment, or nil.
func recordOf(ctx context.Context, client *gcp.Client, m model) *reconcile.Record {
	project, region, name := m.Project.ValueString(), m.Region.ValueString(), m.Name.ValueString()
	record, err := RecordOf(ctx, client, &component.Spec{Project: project, Region: region, Name: name, Owner: component.OwnerKey(project, region, name)})
	if err != nil {
		return nil
	}
	return record
}

// endOf is when a sandbox ends that is being made, or null in other tiers. One
// that stands already, and that this state is about to adopt, keeps counting from
// its own creation: nobody gets a longer life by forgetting a state. One whose
// time is up is not touched.
func endOf(now time.Time, standing *reconcile.Record, planned model, diags *diag.Diagnostics) types.String {
	if planned.Tier.ValueString() != string(policy.Sandbox) {
		return types.StringNull()
	}
	created := now.UTC()
	if standing != nil {
		before, endErr := time.Parse(time.RFC3339, standing.Fields[FieldExpiresAt])
		life, lifeErr := time.ParseDuration(standing.Fields[fieldTTL])
		if endErr == nil && lifeErr == nil {
			created = before.Add(-life)
		}
	}
	end := created.Add(planned.TTL.Or(maxTTL))
	if !now.Before(end) {
		addExpired(diags, end.Format(time.RFC3339))
	}
	return types.StringValue(end.Format(time.RFC3339))
}

// resetDue are the components, beside those that are known, whose data an earlier
// run was to delete and did not: nobody can see that from what stands.
func resetDue(record *reconcile.Record, m model, known []string) []string {
	if m.Tier.ValueString() != string(policy.Dev) {
		return nil
	}
	return slices.DeleteFunc(component.ResetDue(record, m.ResetTrigger.ValueString()), func(name string) bool {
		return slices.Contains(known, name)
	})
}

// addExpired says that a sandbox is not changed any more.
func addExpired(diags *diag.Diagnostics, end string) {
	diags.AddAttributeError(path.Root("ttl"), "The sandbox has expired.",
		fmt.Sprintf("It ended at %s, and is not changed any more. Destroy it, or give it a longer ttl of at most 14 days from its creation.", end))
}

// formerLabels are the keys of labels that this environment has put on everything
// and that a plan does not want any more: those of the state, and after a run that
// fell short, or of an environment that is adopted, those that the ledger keeps.
func formerLabels(standing *reconcile.Record, state, planned model) []string {
	var former []string
	for key := range state.EffectiveLabels.Elements() {
		former = append(former, key)
	}
	if standing != nil {
		if text := standing.Fields[fieldFormerLabels]; text != "" {
			former = append(former, strings.Split(text, ",")...)
		}
		var applied struct {
			Labels map[string]string `json:"effective_labels"`
		}
		if json.Unmarshal([]byte(standing.Fields[fieldConfiguration]), &applied) == nil {
			former = slices.AppendSeq(former, maps.Keys(applied.Labels))
		}
	}
	slices.Sort(former)
	return slices.DeleteFunc(slices.Compact(former), func(key string) bool {
		_, wanted := planned.EffectiveLabels.Elements()[key]
		return wanted
	})
}
