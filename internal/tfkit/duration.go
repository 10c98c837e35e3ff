package tfkit

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/attr/xattr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// DurationType is a string such as "30s", "5m" or "24h". Two spellings of one
// duration ("5m", "300s") mean the same and show no difference in a plan.
type DurationType struct{ basetypes.StringType }

// Duration is a value of DurationType.
type Duration struct{ basetypes.StringValue }

var (
	_ basetypes.StringTypable                    = DurationType{}
	_ basetypes.StringValuableWithSemanticEquals = Duration{}
	_ xattr.ValidateableAttribute                = Duration{}
)

// DurationValue returns d as a value, in its shortest spelling.
func DurationValue(d time.Duration) Duration {
	return Duration{basetypes.NewStringValue(FormatDuration(d))}
}

// DurationNull returns a null duration.
func DurationNull() Duration { return Duration{basetypes.NewStringNull()} }

// FormatDuration spells d without zero parts: "5m" and not "5m0s".
func FormatDuration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// Equal implements attr.Type.
func (t DurationType) Equal(o attr.Type) bool {
	_, ok := o.(DurationType)
	return ok
}

// String implements attr.Type.
func (DurationType) String() string { return "tfkit.DurationType" }

// ValueFromString implements basetypes.StringTypable.
func (DurationType) ValueFromString(_ context.Context, in basetypes.StringValue) (basetypes.StringValuable, diag.Diagnostics) {
	return Duration{in}, nil
}

// ValueFromTerraform implements attr.Type.
func (t DurationType) ValueFromTerraform(ctx context.Context, in tftypes.Value) (attr.Value, error) {
	value, err := t.StringType.ValueFromTerraform(ctx, in)
	if err != nil {
		return nil, err
	}
	s, ok := value.(basetypes.StringValue)
	if !ok {
		return nil, fmt.Errorf("unexpected value type %T", value)
	}
	return Duration{s}, nil
}

// ValueType implements attr.Type.
func (DurationType) ValueType(context.Context) attr.Value { return Duration{} }

// Type implements attr.Value.
func (Duration) Type(context.Context) attr.Type { return DurationType{} }

// Equal implements attr.Value: the same spelling.
func (d Duration) Equal(o attr.Value) bool {
	other, ok := o.(Duration)
	return ok && d.StringValue.Equal(other.StringValue)
}

// Parsed returns the duration, and false for null, unknown and malformed ones.
func (d Duration) Parsed() (time.Duration, bool) {
	if d.IsNull() || d.IsUnknown() {
		return 0, false
	}
	parsed, err := time.ParseDuration(d.ValueString())
	return parsed, err == nil
}

// Or returns the parsed duration, or fallback.
func (d Duration) Or(fallback time.Duration) time.Duration {
	if parsed, ok := d.Parsed(); ok {
		return parsed
	}
	return fallback
}

// StringSemanticEquals implements basetypes.StringValuableWithSemanticEquals.
func (d Duration) StringSemanticEquals(_ context.Context, o basetypes.StringValuable) (bool, diag.Diagnostics) {
	other, ok := o.(Duration)
	if !ok {
		return false, nil
	}
	a, okA := d.Parsed()
	b, okB := other.Parsed()
	return okA && okB && a == b, nil
}

// ValidateAttribute implements xattr.ValidateableAttribute.
func (d Duration) ValidateAttribute(_ context.Context, req xattr.ValidateAttributeRequest, resp *xattr.ValidateAttributeResponse) {
	if d.IsNull() || d.IsUnknown() {
		return
	}
	if parsed, err := time.ParseDuration(d.ValueString()); err != nil || parsed < 0 {
		resp.Diagnostics.AddAttributeError(req.Path,
			"This is not a duration.",
			fmt.Sprintf("Write a number with a unit, such as \"30s\", \"5m\" or \"24h\"; got %q.", d.ValueString()))
	}
}
