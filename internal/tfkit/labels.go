package tfkit

import (
	"context"
	"maps"
	"regexp"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
)

// What Monitoring takes as user labels (google/monitoring/v3/alert.proto), in
// ASCII, so that the same labels can go on objects of other services.
var (
	labelKey   = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,62}$`)
	labelValue = regexp.MustCompile(`^[a-z0-9_-]{0,63}$`)
)

// ValidLabel reports whether this label can go on any object.
func ValidLabel(key, value string) bool {
	return labelKey.MatchString(key) && labelValue.MatchString(value)
}

// PlanLabels merges the provider's default labels, the resource's own and ours,
// later ones winning. It is unknown while one of its sources is unknown.
func PlanLabels(ctx context.Context, defaults, configured types.Map, own map[string]string, diags *diag.Diagnostics) types.Map {
	if defaults.IsUnknown() || configured.IsUnknown() {
		return types.MapUnknown(types.StringType)
	}
	merged := map[string]types.String{}
	for _, source := range []types.Map{defaults, configured} {
		part := map[string]types.String{}
		if !source.IsNull() {
			diags.Append(source.ElementsAs(ctx, &part, false)...)
		}
		maps.Copy(merged, part)
	}
	for key, value := range own {
		merged[key] = types.StringValue(value)
	}
	result, d := types.MapValueFrom(ctx, types.StringType, merged)
	diags.Append(d...)
	return result
}

// ReadLabels splits the labels of an object as the service returns them into
// what the configuration said and all that is ours to keep. Labels that somebody
// else put on the object appear in neither, so they are no drift. prior values
// are null on import: then every label is taken for the configuration's, but for
// our own and the provider's defaults.
func ReadLabels(ctx context.Context, remote map[string]string, priorLabels, priorEffective, defaults types.Map, own func(key string) bool, diags *diag.Diagnostics) (labels, effective types.Map) {
	configured, ours := map[string]string{}, map[string]string{}
	if priorEffective.IsNull() {
		byDefault := StringMap(ctx, defaults, diags)
		for key, value := range remote {
			if key == gcp.CreateIDLabel {
				continue
			}
			ours[key] = value
			if standard, ok := byDefault[key]; !own(key) && (!ok || standard != value) {
				configured[key] = value
			}
		}
	} else {
		for key := range priorEffective.Elements() {
			if value, ok := remote[key]; ok {
				ours[key] = value
			}
		}
		for key := range priorLabels.Elements() {
			if value, ok := remote[key]; ok {
				configured[key] = value
			}
		}
	}
	effective, d := types.MapValueFrom(ctx, types.StringType, ours)
	diags.Append(d...)
	if len(configured) == 0 && (priorLabels.IsNull() || len(priorLabels.Elements()) == 0) {
		return priorLabels, effective
	}
	labels, d = types.MapValueFrom(ctx, types.StringType, configured)
	diags.Append(d...)
	return labels, effective
}

// UpdateLabels returns what to send: what stands on the object now, without the
// labels that were ours and no longer are, with those that are.
func UpdateLabels(remote, priorEffective, planned map[string]string) map[string]string {
	merged := maps.Clone(remote)
	if merged == nil {
		merged = map[string]string{}
	}
	for key := range priorEffective {
		delete(merged, key)
	}
	maps.Copy(merged, planned)
	return merged
}

// StringMap returns the known strings of m; nil for null and unknown.
func StringMap(ctx context.Context, m types.Map, diags *diag.Diagnostics) map[string]string {
	if m.IsNull() || m.IsUnknown() {
		return nil
	}
	values := map[string]types.String{}
	diags.Append(m.ElementsAs(ctx, &values, false)...)
	result := make(map[string]string, len(values))
	for key, value := range values {
		if !value.IsUnknown() && !value.IsNull() {
			result[key] = value.ValueString()
		}
	}
	return result
}
