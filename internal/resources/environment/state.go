package environment

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// schemaOf returns the resource's whole schema.
func (r *environment) schemaOf(ctx context.Context) schema.Schema {
	resp := resource.SchemaResponse{}
	r.Schema(ctx, resource.SchemaRequest{}, &resp)
	return resp.Schema
}

// setModel writes the model's top-level attributes over an object. The groups of
// settings are the object's own: the model may be older than they are.
func setModel(ctx context.Context, s schema.Schema, raw tftypes.Value, m model) (tftypes.Value, error) {
	state := tfsdk.State{Schema: s, Raw: raw}
	var current model
	if err := failed(state.Get(ctx, &current)); err != nil {
		return raw, err
	}
	m.DeletionPolicy, m.ProjectLien = current.DeletionPolicy, current.ProjectLien
	m.Cluster, m.Encryption, m.Database = current.Cluster, current.Encryption, current.Database
	m.Storage, m.Logging, m.Network = current.Storage, current.Logging, current.Network
	if err := failed(state.Set(ctx, m)); err != nil {
		return raw, err
	}
	return state.Raw, nil
}

func failed(diags diag.Diagnostics) error {
	if !diags.HasError() {
		return nil
	}
	var all []error
	for _, d := range diags.Errors() {
		all = append(all, fmt.Errorf("%s: %s", d.Summary(), d.Detail()))
	}
	return errors.Join(all...)
}

// listOf writes strings as a list.
func listOf(items []string) types.List {
	elements := make([]attr.Value, len(items))
	for i, item := range items {
		elements[i] = types.StringValue(item)
	}
	return types.ListValueMust(types.StringType, elements)
}

// knownOnly returns a plan without its unknown values.
func knownOnly(raw tftypes.Value) tftypes.Value {
	known, err := tftypes.Transform(raw, func(_ *tftypes.AttributePath, v tftypes.Value) (tftypes.Value, error) {
		if !v.IsKnown() {
			return tftypes.NewValue(v.Type(), nil), nil
		}
		return v, nil
	})
	if err != nil {
		return raw
	}
	return known
}
