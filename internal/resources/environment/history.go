package environment

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cortx-platform/terraform-provider-cortx/internal/component"
	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
)

// endOf is when a sandbox ends that is being made, or null in other tiers. One
// that stands already, and that this state is about to adopt, keeps counting from
// its own creation: nobody gets a longer life by forgetting a state. One whose
// time is up is not touched.
func (r *environment) endOf(ctx context.Context, client *gcp.Client, planned model, diags *diag.Diagnostics) types.String {
	if planned.Tier.ValueString() != string(policy.Sandbox) {
		return types.StringNull()
	}
	created := client.Now().UTC()
	record, err := component.ReadRecord(ctx, client, &component.Spec{Project: planned.Project.ValueString(), Region: planned.Region.ValueString(), Name: planned.Name.ValueString()})
	if err == nil {
		before, endErr := time.Parse(time.RFC3339, record.Fields[FieldExpiresAt])
		life, lifeErr := time.ParseDuration(record.Fields[fieldTTL])
		if endErr == nil && lifeErr == nil {
			created = before.Add(-life)
		}
	}
	end := created.Add(planned.TTL.Or(maxTTL))
	if !client.Now().Before(end) {
		addExpired(diags, end.Format(time.RFC3339))
	}
	return types.StringValue(end.Format(time.RFC3339))
}

// addExpired says that a sandbox is not changed any more.
func addExpired(diags *diag.Diagnostics, end string) {
	diags.AddAttributeError(path.Root("ttl"), "The sandbox has expired.",
		fmt.Sprintf("It ended at %s, and is not changed any more. Destroy it, or give it a longer ttl of at most 14 days from its creation.", end))
}

// formerLabels are the keys of labels that a state put on everything and a plan
// does not want any more. After a run that fell short those of the plan before
// count too, which the ledger keeps.
func (r *environment) formerLabels(ctx context.Context, client *gcp.Client, state, planned model) []string {
	var former []string
	for key := range state.EffectiveLabels.Elements() {
		former = append(former, key)
	}
	if !state.Ready.ValueBool() {
		spec := &component.Spec{Project: state.Project.ValueString(), Region: state.Region.ValueString(), Name: state.Name.ValueString()}
		if record, err := component.ReadRecord(ctx, client, spec); err == nil && record.Fields[fieldFormerLabels] != "" {
			former = append(former, strings.Split(record.Fields[fieldFormerLabels], ",")...)
		}
	}
	slices.Sort(former)
	return slices.DeleteFunc(slices.Compact(former), func(key string) bool {
		_, wanted := planned.EffectiveLabels.Elements()[key]
		return wanted
	})
}
