package slo

import (
	"context"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cortx-platform/terraform-provider-cortx/internal/tfkit"
)

// A service that the configuration names keeps that name in the policies when
// somebody renames it by hand: that is one change, and the plan takes it back.
// One that it leaves unnamed is called what others call it, and policies that
// call it otherwise are out of date. A state can't tell the two apart, since both
// hold a name; so the name that was chosen is kept in private state.

// chosenKey is where, as a JSON string.
const chosenKey = "chosen_service_display_name"

// keepChosenName keeps the name of the service that the configuration gives.
func keepChosenName(ctx context.Context, private tfkit.Private, config tfsdk.Config, diags *diag.Diagnostics) {
	var name types.String
	diags.Append(config.GetAttribute(ctx, path.Root("service_display_name"), &name)...)
	var kept []byte
	if name.ValueString() != "" {
		var err error
		if kept, err = json.Marshal(name.ValueString()); err != nil {
			addBug(diags, err)
			return
		}
	}
	diags.Append(private.SetKey(ctx, chosenKey, kept)...)
}

// chosenName returns the name that the configuration gave, empty if none.
func chosenName(ctx context.Context, private tfkit.Private, diags *diag.Diagnostics) string {
	kept, d := private.GetKey(ctx, chosenKey)
	diags.Append(d...)
	var name string
	if len(kept) > 0 {
		if err := json.Unmarshal(kept, &name); err != nil {
			addBug(diags, err)
		}
	}
	return name
}
