package provider_test

import "github.com/hashicorp/terraform-plugin-go/tftypes"

// emptyObject is an object whose attributes are all null.
func emptyObject(t tftypes.Type) tftypes.Value {
	object, ok := t.(tftypes.Object)
	if !ok {
		return tftypes.NewValue(t, nil)
	}
	members := map[string]tftypes.Value{}
	for name, typ := range object.AttributeTypes {
		members[name] = tftypes.NewValue(typ, nil)
	}
	return tftypes.NewValue(t, members)
}
