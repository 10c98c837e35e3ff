// Package controls is the data source cortx_controls: the control catalogue.
package controls

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
)

var _ datasource.DataSource = controls{}

type controls struct{}

// New returns the data source. It calls nothing: the catalogue is in the
// provider, so it needs no configuration either.
func New() datasource.DataSource { return controls{} }

// Metadata implements datasource.DataSource.
func (controls) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_controls"
}

// Read implements datasource.DataSource.
func (controls) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var data model
	resp.Diagnostics.Append(req.Config.Get(ctx, &data)...)
	if resp.Diagnostics.HasError() {
		return
	}
	version := int64(policy.Version)
	if !data.CatalogueVersion.IsNull() {
		version = data.CatalogueVersion.ValueInt64()
	}
	tiers := policy.Tiers()
	if !data.Tier.IsNull() {
		tier, err := policy.ParseTier(data.Tier.ValueString())
		if err != nil {
			text := err.Error()
			resp.Diagnostics.AddAttributeError(path.Root("tier"), "There is no such tier.", strings.ToUpper(text[:1])+text[1:]+".")
			return
		}
		tiers = []policy.Tier{tier}
	}
	if version != int64(int(version)) || !policy.Known(int(version)) {
		resp.Diagnostics.AddAttributeError(path.Root("catalogue_version"), "There is no such version of the catalogue.",
			unknownVersion(version))
		return
	}
	data.fill(int(version), tiers, !data.Tier.IsNull())
	data.CatalogueVersion = types.Int64Value(version)
	resp.Diagnostics.Append(resp.State.Set(ctx, &data)...)
}
