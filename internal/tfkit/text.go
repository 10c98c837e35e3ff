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

// TextType is prose in Markdown. White space around it carries no meaning, so
// the newline at the end of a heredoc is no difference.
type TextType struct{ basetypes.StringType }

// Text is a value of TextType.
type Text struct{ basetypes.StringValue }

var (
	_ basetypes.StringTypable                    = TextType{}
	_ basetypes.StringValuableWithSemanticEquals = Text{}
)

// TextValue returns s as a value.
func TextValue(s string) Text { return Text{basetypes.NewStringValue(s)} }

// Equal implements attr.Type.
func (t TextType) Equal(o attr.Type) bool {
	_, ok := o.(TextType)
	return ok
}

// String implements attr.Type.
func (TextType) String() string { return "tfkit.TextType" }

// ValueFromString implements basetypes.StringTypable.
func (TextType) ValueFromString(_ context.Context, in basetypes.StringValue) (basetypes.StringValuable, diag.Diagnostics) {
	return Text{in}, nil
}

// ValueFromTerraform implements attr.Type.
func (t TextType) ValueFromTerraform(ctx context.Context, in tftypes.Value) (attr.Value, error) {
	value, err := t.StringType.ValueFromTerraform(ctx, in)
	if err != nil {
		return nil, err
	}
	s, ok := value.(basetypes.StringValue)
	if !ok {
		return nil, fmt.Errorf("unexpected value type %T", value)
	}
	return Text{s}, nil
}

// ValueType implements attr.Type.
func (TextType) ValueType(context.Context) attr.Value { return Text{} }

// Type implements attr.Value.
func (Text) Type(context.Context) attr.Type { return TextType{} }

// Equal implements attr.Value: the same characters.
func (t Text) Equal(o attr.Value) bool {
	other, ok := o.(Text)
	return ok && t.StringValue.Equal(other.StringValue)
}

// StringSemanticEquals implements basetypes.StringValuableWithSemanticEquals.
func (t Text) StringSemanticEquals(_ context.Context, o basetypes.StringValuable) (bool, diag.Diagnostics) {
	other, ok := o.(Text)
	if !ok || t.IsUnknown() || other.IsUnknown() || t.IsNull() || other.IsNull() {
		return false, nil
	}
	return strings.TrimSpace(t.ValueString()) == strings.TrimSpace(other.ValueString()), nil
}
