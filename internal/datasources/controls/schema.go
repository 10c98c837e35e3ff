package controls

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// Schema implements datasource.DataSource.
func (controls) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	text := func(description string) schema.Attribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	texts := func(description string) schema.Attribute {
		return schema.MapAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: description}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "The control catalogue: what each tier of an environment implies for every setting, how far a configuration may move away from it, and the controls that settings are mapped to, with the source of each mapping. " +
			"It is part of the provider: nothing is asked of Google Cloud. Settings mapped to controls is what this is: not an authorisation.",
		Attributes: map[string]schema.Attribute{
			"tier": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "`dev`, `sandbox`, `staging` or `prod`: values, floors and controls are then those of this tier alone. All tiers when not set.",
			},
			"catalogue_version": schema.Int64Attribute{
				Optional: true, Computed: true,
				MarkdownDescription: "The version of the catalogue; the newest that the provider knows when not set. A version never changes once it is released.",
			},
			"note":    text("What the catalogue is, and what it is not."),
			"sources": texts("What the letters stand for that say where a mapping was read."),
			"tiers": schema.MapNestedAttribute{
				Computed: true, MarkdownDescription: "The tiers, by name.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"purpose":          text("What the tier is for."),
					"data_isolation":   text("How data of tenants is kept apart: `shared` or `per_tenant`."),
					"compliance_level": text("`low`, `moderate` or `high`."),
				}},
			},
			"control_ids": schema.MapAttribute{
				Computed: true, ElementType: types.MapType{ElemType: types.StringType},
				MarkdownDescription: "By tier, the controls of each row of the catalogue that is in force there, as an environment's `control_ids` has them.",
			},
			"settings": schema.ListNestedAttribute{
				Computed: true, MarkdownDescription: "The settings, in the order of the catalogue.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"path":        text("The attribute of an environment, such as `cluster.release_channel`."),
					"component":   text("The building block that enforces it."),
					"row":         text("The row of the catalogue that it belongs to: the key in `control_ids`."),
					"title":       text("What is set, in a few words."),
					"description": text("What is set, with units."),
					"values":      texts("By tier, the value when the configuration sets none, as text."),
					"conditions": schema.ListNestedAttribute{
						Computed: true, MarkdownDescription: "Values that apply instead when something holds.",
						NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
							"when":   text("What has to hold, such as `with an access policy`."),
							"values": texts("By tier, the value then."),
						}},
					},
					"floors": texts("By tier, what a value has to be, such as `at least 35` or `SOFTWARE or HSM`; `any` where anything goes."),
					"change": text("`mutable` (in place), `create_only` (fixed at creation) or `one_way` (can be tightened and never undone)."),
					"controls": schema.ListNestedAttribute{
						Computed: true, MarkdownDescription: "The controls that the setting is mapped to.",
						NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
							"id":        text("The control, as its framework cites it."),
							"framework": text("The framework that it is of."),
							"sources":   schema.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "Where the mapping was read: keys of `sources`."},
							"high_only": schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether it is in FedRAMP's High baseline alone."},
						}},
					},
					"since": schema.Int64Attribute{Computed: true, MarkdownDescription: "The first version of the catalogue that has the setting."},
				}},
			},
		},
	}
}
