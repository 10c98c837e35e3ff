package tfkit

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Meaning tells whether two spellings of a string mean the same. It is a type
// without a value, so that it can tell the string types apart that are made of it.
type Meaning interface {
	// Same is asked about two known strings.
	Same(a, b string) bool
}

// SpelledType is a string that can be spelled in several ways: a difference that
// means nothing is no difference in a plan.
type SpelledType[M Meaning] struct{ basetypes.StringType }

// Spelled is a value of SpelledType.
type Spelled[M Meaning] struct{ basetypes.StringValue }

var (
	_ basetypes.StringTypable                    = TextType{}
	_ basetypes.StringValuableWithSemanticEquals = Text{}
)

// SpelledValue returns s as a value.
func SpelledValue[M Meaning](s string) Spelled[M] {
	return Spelled[M]{basetypes.NewStringValue(s)}
}

// SpelledNull returns null.
func SpelledNull[M Meaning]() Spelled[M] { return Spelled[M]{basetypes.NewStringNull()} }

// SpelledUnknown returns an unknown value.
func SpelledUnknown[M Meaning]() Spelled[M] { return Spelled[M]{basetypes.NewStringUnknown()} }

// Equal implements attr.Type.
func (t SpelledType[M]) Equal(o attr.Type) bool {
	_, ok := o.(SpelledType[M])
	return ok
}

// String implements attr.Type.
func (SpelledType[M]) String() string {
	var meaning M
	return fmt.Sprintf("tfkit.SpelledType[%T]", meaning)
}

// ValueFromString implements basetypes.StringTypable.
func (SpelledType[M]) ValueFromString(_ context.Context, in basetypes.StringValue) (basetypes.StringValuable, diag.Diagnostics) {
	return Spelled[M]{in}, nil
}

// ValueFromTerraform implements attr.Type.
func (t SpelledType[M]) ValueFromTerraform(ctx context.Context, in tftypes.Value) (attr.Value, error) {
	value, err := t.StringType.ValueFromTerraform(ctx, in)
	if err != nil {
		return nil, err
	}
	s, ok := value.(basetypes.StringValue)
	if !ok {
		return nil, fmt.Errorf("unexpected value type %T", value)
	}
	return Spelled[M]{s}, nil
}

// ValueType implements attr.Type.
func (SpelledType[M]) ValueType(context.Context) attr.Value { return Spelled[M]{} }

// Type implements attr.Value.
func (Spelled[M]) Type(context.Context) attr.Type { return SpelledType[M]{} }

// Equal implements attr.Value: the same characters.
func (s Spelled[M]) Equal(o attr.Value) bool {
	other, ok := o.(Spelled[M])
	return ok && s.StringValue.Equal(other.StringValue)
}

// StringSemanticEquals implements basetypes.StringValuableWithSemanticEquals.
func (s Spelled[M]) StringSemanticEquals(_ context.Context, o basetypes.StringValuable) (bool, diag.Diagnostics) {
	other, ok := o.(Spelled[M])
	if !ok || s.IsUnknown() || other.IsUnknown() || s.IsNull() || other.IsNull() {
		return false, nil
	}
	var meaning M
	return s.ValueString() == other.ValueString() || meaning.Same(s.ValueString(), other.ValueString()), nil
}

// TextType is prose in Markdown. White space around it carries no meaning, so
// the newline at the end of a heredoc is no difference.
type TextType = SpelledType[prose]

// Text is a value of TextType.
type Text = Spelled[prose]

type prose struct{}

// Same implements Meaning.
func (prose) Same(a, b string) bool { return strings.TrimSpace(a) == strings.TrimSpace(b) }

// TextValue returns s as a value.
func TextValue(s string) Text { return SpelledValue[prose](s) }
