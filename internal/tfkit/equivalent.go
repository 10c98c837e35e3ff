package tfkit

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// KeepInPlan returns the plan next with every leaf that means the same as in
// the state prior written as there: "300s" for "5m". Terraform core accepts a
// prior value in a plan in place of the configured one for exactly this
// purpose, and without it a difference in spelling alone would be an update.
func KeepInPlan(ctx context.Context, t attr.Type, prior, next tftypes.Value) (tftypes.Value, error) {
	return keepEquivalent(ctx, t, prior, next, false)
}

// KeepInState is KeepInPlan for what Read found. There, null and an empty
// collection mean the same too; a plan may not put one for the other.
func KeepInState(ctx context.Context, t attr.Type, prior, next tftypes.Value) (tftypes.Value, error) {
	return keepEquivalent(ctx, t, prior, next, true)
}

func keepEquivalent(ctx context.Context, t attr.Type, prior, next tftypes.Value, emptyIsNull bool) (tftypes.Value, error) {
	priorValue, err := t.ValueFromTerraform(ctx, prior)
	if err != nil {
		return next, err
	}
	nextValue, err := t.ValueFromTerraform(ctx, next)
	if err != nil {
		return next, err
	}
	return keeper{emptyIsNull}.keep(ctx, priorValue, nextValue, prior, next)
}

type keeper struct {
	emptyIsNull bool
}

func (k keeper) keep(ctx context.Context, priorValue, nextValue attr.Value, prior, next tftypes.Value) (tftypes.Value, error) {
	if !prior.IsKnown() || !next.IsKnown() {
		return next, nil
	}
	if k.emptyIsNull && emptyCollection(priorValue) && emptyCollection(nextValue) {
		return prior, nil
	}
	if prior.IsNull() || next.IsNull() {
		return next, nil
	}
	switch nextTyped := nextValue.(type) {
	case basetypes.ObjectValue:
		priorTyped, ok := priorValue.(basetypes.ObjectValue)
		if !ok {
			return next, nil
		}
		return k.keepMembers(ctx, priorTyped.Attributes(), nextTyped.Attributes(), prior, next)
	case basetypes.MapValue:
		priorTyped, ok := priorValue.(basetypes.MapValue)
		if !ok {
			return next, nil
		}
		return k.keepMembers(ctx, priorTyped.Elements(), nextTyped.Elements(), prior, next)
	case basetypes.ListValue:
		priorTyped, ok := priorValue.(basetypes.ListValue)
		if !ok {
			return next, nil
		}
		return k.keepItems(ctx, priorTyped.Elements(), nextTyped.Elements(), prior, next)
	case basetypes.StringValuableWithSemanticEquals:
		priorTyped, ok := priorValue.(basetypes.StringValuable)
		if !ok {
			return next, nil
		}
		if same, _ := nextTyped.StringSemanticEquals(ctx, priorTyped); same {
			return prior, nil
		}
	}
	return next, nil
}

// emptyCollection reports a map, list or set that is null or has no element.
func emptyCollection(v attr.Value) bool {
	switch typed := v.(type) {
	case basetypes.MapValue:
		return !typed.IsUnknown() && len(typed.Elements()) == 0
	case basetypes.ListValue:
		return !typed.IsUnknown() && len(typed.Elements()) == 0
	case basetypes.SetValue:
		return !typed.IsUnknown() && len(typed.Elements()) == 0
	default:
		return false
	}
}

func (k keeper) keepMembers(ctx context.Context, priorValues, nextValues map[string]attr.Value, prior, next tftypes.Value) (tftypes.Value, error) {
	priorRaw, nextRaw := map[string]tftypes.Value{}, map[string]tftypes.Value{}
	if err := prior.As(&priorRaw); err != nil {
		return next, err
	}
	if err := next.As(&nextRaw); err != nil {
		return next, err
	}
	merged := make(map[string]tftypes.Value, len(nextRaw))
	for name, raw := range nextRaw {
		merged[name] = raw
		priorValue, ok := priorValues[name]
		if !ok {
			continue
		}
		kept, err := k.keep(ctx, priorValue, nextValues[name], priorRaw[name], raw)
		if err != nil {
			return next, err
		}
		merged[name] = kept
	}
	return tftypes.NewValue(next.Type(), merged), nil
}

func (k keeper) keepItems(ctx context.Context, priorValues, nextValues []attr.Value, prior, next tftypes.Value) (tftypes.Value, error) {
	var priorRaw, nextRaw []tftypes.Value
	if err := prior.As(&priorRaw); err != nil {
		return next, err
	}
	if err := next.As(&nextRaw); err != nil {
		return next, err
	}
	merged := make([]tftypes.Value, len(nextRaw))
	for i, raw := range nextRaw {
		merged[i] = raw
		if i >= len(priorRaw) {
			continue
		}
		kept, err := k.keep(ctx, priorValues[i], nextValues[i], priorRaw[i], raw)
		if err != nil {
			return next, err
		}
		merged[i] = kept
	}
	return tftypes.NewValue(next.Type(), merged), nil
}
