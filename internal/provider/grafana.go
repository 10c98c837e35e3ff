package provider

import (
	"context"
	"fmt"
	"strconv"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/cortx-platform/terraform-provider-cortx/internal/grafana"
)

// grafanaConfig is the block grafana. The provider reaches a Grafana only when
// the block is there, if only as an empty object: variables of a machine alone
// must not make dashboards go to another place.
type grafanaConfig struct {
	URL   types.String `tfsdk:"url"`
	Auth  types.String `tfsdk:"auth"`
	OrgID types.Int64  `tfsdk:"org_id"`
}

func grafanaAttribute() schema.Attribute {
	return schema.SingleNestedAttribute{
		Optional:            true,
		MarkdownDescription: "The Grafana that dashboards go to, beside Cloud Monitoring. Without the block nothing goes to Grafana; with `grafana = {}` everything comes from the environment. Environment: `GRAFANA_URL`, `GRAFANA_AUTH`, `GRAFANA_ORG_ID`.",
		Attributes: map[string]schema.Attribute{
			"url": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "The base URL, such as `https://grafana.example.com`. Environment: `GRAFANA_URL`.",
			},
			"auth": schema.StringAttribute{
				Optional: true, Sensitive: true,
				MarkdownDescription: "A service account token, or `user:password`. Environment: `GRAFANA_AUTH`.",
			},
			"org_id": schema.Int64Attribute{
				Optional:            true,
				MarkdownDescription: "The organisation's id; that of the token when not set. Environment: `GRAFANA_ORG_ID`.",
			},
		},
	}
}

// grafanaUnknown reports whether a value that the Grafana client needs is not
// known yet.
func grafanaUnknown(ctx context.Context, block types.Object) bool {
	raw, err := block.ToTerraformValue(ctx)
	return err != nil || !raw.IsFullyKnown()
}

// grafanaClient returns the client of the block's Grafana, nil without a block.
// Under the emulator it is the emulator's own Grafana.
func (p *cortx) grafanaClient(ctx context.Context, block types.Object, emulatorHost string, diags *diag.Diagnostics) *grafana.Client {
	if block.IsNull() {
		return nil
	}
	var cfg grafanaConfig
	diags.Append(block.As(ctx, &cfg, basetypes.ObjectAsOptions{})...)
	if text := p.env("GRAFANA_URL"); isUnset(cfg.URL) && text != "" {
		cfg.URL = types.StringValue(text)
	}
	if text := p.env("GRAFANA_AUTH"); isUnset(cfg.Auth) && text != "" {
		cfg.Auth = types.StringValue(text)
	}
	if text := p.env("GRAFANA_ORG_ID"); cfg.OrgID.IsNull() && text != "" {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			diags.AddAttributeError(path.Root("grafana").AtName("org_id"), "The environment variable is not a number.",
				fmt.Sprintf("Set GRAFANA_ORG_ID to the id of an organisation, such as 1; it is %q.", text))
		}
		cfg.OrgID = types.Int64Value(id)
	}
	if emulatorHost != "" {
		cfg.URL, cfg.Auth = types.StringValue("http://"+emulatorHost+"/grafana"), types.StringNull()
	} else if isUnset(cfg.URL) {
		diags.AddAttributeError(path.Root("grafana").AtName("url"), "No Grafana is given.",
			"Set url to its base URL, or the environment variable GRAFANA_URL; or leave the block out, and dashboards go to Cloud Monitoring only.")
		return nil
	}
	client, err := grafana.New(grafana.Config{
		URL: cfg.URL.ValueString(), Auth: cfg.Auth.ValueString(), OrgID: cfg.OrgID.ValueInt64(),
		UserAgent: "terraform-provider-cortx/" + p.version, Clock: p.options.Clock,
	})
	if err != nil {
		diags.AddAttributeError(path.Root("grafana"), "The Grafana of the provider block can't be used.", err.Error())
		return nil
	}
	return client
}
