package tfkit

import (
	"context"
	"fmt"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// The framework makes the type of a nested attribute anew, and copies the map of
// its attributes, at every step of every value that it walks. On the large
// schemas of this provider that was more than half of the time of a plan. What
// is here makes both once.

// ObjectOf returns the type of an object with these attributes, for CustomType.
func ObjectOf(attributes map[string]schema.Attribute) KnownObject {
	made := make(map[string]attr.Type, len(attributes))
	for name, attribute := range attributes {
		made[name] = attribute.GetType()
	}
	object := types.ObjectType{AttrTypes: made}
	return KnownObject{ObjectType: object, wire: &wireType{}}
}

// KnownObject is the type of an object whose form in the protocol is made once.
type KnownObject struct {
	types.ObjectType

	wire *wireType
}

// wireType is made when it is first asked for.
type wireType struct {
	once sync.Once
	made tftypes.Type
}

var _ basetypes.ObjectTypable = KnownObject{}

// TerraformType implements attr.Type.
func (t KnownObject) TerraformType(ctx context.Context) tftypes.Type {
	t.wire.once.Do(func() { t.wire.made = t.ObjectType.TerraformType(ctx) })
	return t.wire.made
}

// Equal implements attr.Type: it is one with the framework's own type of the
// same attributes, which values have.
func (t KnownObject) Equal(o attr.Type) bool {
	if other, ok := o.(KnownObject); ok {
		o = other.ObjectType
	}
	return t.ObjectType.Equal(o)
}

// ValueFromTerraform implements attr.Type.
func (t KnownObject) ValueFromTerraform(ctx context.Context, in tftypes.Value) (attr.Value, error) {
	if in.Type() == nil || in.IsNull() {
		return types.ObjectNull(t.AttrTypes), nil
	}
	if !in.IsKnown() {
		return types.ObjectUnknown(t.AttrTypes), nil
	}
	members := map[string]tftypes.Value{}
	if err := in.As(&members); err != nil {
		return nil, err
	}
	values := make(map[string]attr.Value, len(members))
	for name, member := range members {
		memberType, ok := t.AttrTypes[name]
		if !ok {
			return nil, fmt.Errorf("there is no attribute %q", name)
		}
		value, err := memberType.ValueFromTerraform(ctx, member)
		if err != nil {
			return nil, err
		}
		values[name] = value
	}
	object, diags := types.ObjectValue(t.AttrTypes, values)
	if diags.HasError() {
		return nil, fmt.Errorf("%v", diags)
	}
	return object, nil
}

// ListOf returns a nested list attribute whose types are made once.
func ListOf(list schema.ListNestedAttribute) schema.Attribute {
	object := ObjectOf(list.NestedObject.Attributes)
	list.NestedObject.CustomType = object
	list.CustomType = types.ListType{ElemType: object}
	return listNested{list}
}

// SingleOf returns a nested attribute whose type is made once.
func SingleOf(single schema.SingleNestedAttribute) schema.Attribute {
	single.CustomType = ObjectOf(single.Attributes)
	return single
}

// NestedAttributes returns the attributes of a nested attribute, or nil.
func NestedAttributes(attribute any) map[string]schema.Attribute {
	switch typed := attribute.(type) {
	case schema.SingleNestedAttribute:
		return typed.Attributes
	case listNested:
		return typed.NestedObject.Attributes
	case schema.ListNestedAttribute:
		return typed.NestedObject.Attributes
	case schema.MapNestedAttribute:
		return typed.NestedObject.Attributes
	default:
		return nil
	}
}

// listNested is a nested list that is walked without copies.
type listNested struct{ schema.ListNestedAttribute }

// ApplyTerraform5AttributePathStep implements tftypes.AttributePathStepper.
func (a listNested) ApplyTerraform5AttributePathStep(step tftypes.AttributePathStep) (any, error) {
	if _, ok := step.(tftypes.ElementKeyInt); !ok {
		return nil, fmt.Errorf("a list has no %T", step)
	}
	return nestedObject{a.NestedObject}, nil
}

// nestedObject is an element of such a list.
type nestedObject struct{ schema.NestedAttributeObject }

// ApplyTerraform5AttributePathStep implements tftypes.AttributePathStepper.
func (o nestedObject) ApplyTerraform5AttributePathStep(step tftypes.AttributePathStep) (any, error) {
	name, ok := step.(tftypes.AttributeName)
	if !ok {
		return nil, fmt.Errorf("an object has no %T", step)
	}
	attribute, ok := o.Attributes[string(name)]
	if !ok {
		return nil, fmt.Errorf("there is no attribute %q", name)
	}
	return attribute, nil
}
