package dashboard

import (
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cortx-platform/terraform-provider-cortx/internal/tfkit"
)

// The attributes of sections and tiles. Their names are the fields of the
// structs of package dash, which the codec of tfkit goes by; a test compares
// both. They are made once: every plan and every read goes by them, and they are
// never written to.

var sectionAttributes = sync.OnceValue(func() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"title": schema.StringAttribute{
			Optional:            true,
			MarkdownDescription: "The heading. Tiles of a section without one lie on the dashboard itself.",
		},
		"collapsed": schema.BoolAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: "Whether the section is closed at first; false when not set.",
		},
		"tiles": tfkit.ListOf(schema.ListNestedAttribute{
			Required:            true,
			MarkdownDescription: "Tiles, each with exactly one kind of content.",
			NestedObject:        schema.NestedAttributeObject{Attributes: tileAttributes()},
		}),
	}
})

var tileAttributes = sync.OnceValue(func() map[string]schema.Attribute {
	place := func(text string) schema.Attribute {
		return schema.Int64Attribute{Optional: true, Computed: true, MarkdownDescription: text + " An even number where Grafana, whose grid has 24 columns, is a target."}
	}
	return map[string]schema.Attribute{
		"title":  schema.StringAttribute{Optional: true, MarkdownDescription: "The heading of the tile."},
		"x":      place("The column of its left edge, of 48; beside the tile before it, where there is room, when not set."),
		"y":      place("The row of its upper edge, from the top of its section."),
		"width":  place("Columns, of 48; by kind when not set."),
		"height": place("Rows; by kind when not set."),
		"only": schema.StringAttribute{
			Optional:            true,
			MarkdownDescription: "The only target that shows the tile: `cloud_monitoring` or `grafana`.",
		},
		"time_series": tfkit.SingleOf(schema.SingleNestedAttribute{
			Optional:            true,
			MarkdownDescription: "Lines, areas or bars over time.",
			Attributes: map[string]schema.Attribute{
				"queries":    queries(),
				"style":      optionalString("`line` (the default), `area` or `bar`; areas and bars are stacked."),
				"unit":       unit(),
				"thresholds": thresholds(),
				"axis_label": schema.StringAttribute{Optional: true, MarkdownDescription: "What the vertical axis shows."},
				"log_scale":  optionalBool("Whether the vertical axis is logarithmic; false when not set."),
			},
		}),
		"scorecard": tfkit.SingleOf(schema.SingleNestedAttribute{
			Optional:            true,
			MarkdownDescription: "The latest value, coloured by thresholds.",
			Attributes: map[string]schema.Attribute{
				"query":      query(),
				"unit":       unit(),
				"thresholds": thresholds(),
				"spark":      schema.StringAttribute{Optional: true, MarkdownDescription: "A small chart of the past under it: `line` or `bar`; none when not set."},
			},
		}),
		"gauge": tfkit.SingleOf(schema.SingleNestedAttribute{
			Optional:            true,
			MarkdownDescription: "The latest value between two bounds.",
			Attributes: map[string]schema.Attribute{
				"query":      query(),
				"unit":       unit(),
				"min":        schema.Float64Attribute{Optional: true, Computed: true, MarkdownDescription: "The lower bound; `0` when not set."},
				"max":        schema.Float64Attribute{Required: true, MarkdownDescription: "The upper bound."},
				"thresholds": thresholds(),
			},
		}),
		"table": tfkit.SingleOf(schema.SingleNestedAttribute{
			Optional:            true,
			MarkdownDescription: "The latest values, a row a series.",
			Attributes:          map[string]schema.Attribute{"queries": queries(), "unit": unit()},
		}),
		"heat_map": tfkit.SingleOf(schema.SingleNestedAttribute{
			Optional:            true,
			MarkdownDescription: "A distribution over time; the query gives the histogram's buckets by `le`.",
			Attributes:          map[string]schema.Attribute{"query": query(), "unit": unit()},
		}),
		"text": tfkit.SingleOf(schema.SingleNestedAttribute{
			Optional:            true,
			MarkdownDescription: "Prose.",
			Attributes: map[string]schema.Attribute{
				"content": schema.StringAttribute{Required: true, CustomType: tfkit.TextType{}, MarkdownDescription: "Markdown."},
			},
		}),
		"alert_chart": tfkit.SingleOf(schema.SingleNestedAttribute{
			Optional:            true,
			MarkdownDescription: "The chart of an alert policy with its threshold and incidents.",
			Attributes: map[string]schema.Attribute{
				"policy": schema.StringAttribute{Required: true, MarkdownDescription: "The policy's full name, such as `cortx_alert_policy.errors.name`."},
				"query": tfkit.SingleOf(schema.SingleNestedAttribute{
					Optional:            true,
					MarkdownDescription: "What Grafana draws, which does not know the policy. Needed where Grafana is a target.",
					Attributes:          queryAttributes(),
				}),
				"thresholds": thresholds(),
			},
		}),
		"raw": tfkit.SingleOf(schema.SingleNestedAttribute{
			Optional:            true,
			MarkdownDescription: "What the other kinds don't cover, as each target's own JSON. A tile of such a kind that was added by hand shows as this in a plan.",
			Attributes: map[string]schema.Attribute{
				"widget_json": schema.StringAttribute{Optional: true, CustomType: tfkit.SpelledType[widgetJSON]{}, MarkdownDescription: "A widget of the Cloud Monitoring API."},
				"panel_json":  schema.StringAttribute{Optional: true, CustomType: tfkit.SpelledType[widgetJSON]{}, MarkdownDescription: "A panel of Grafana, without its position."},
			},
		}),
	}
})

var queryAttributes = sync.OnceValue(func() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"promql":       schema.StringAttribute{Optional: true, MarkdownDescription: "A PromQL expression. It is parsed at plan."},
		"bigquery_sql": schema.StringAttribute{Optional: true, MarkdownDescription: "A query of BigQuery, for Grafana only."},
		"legend":       schema.StringAttribute{Optional: true, MarkdownDescription: "The name of a series, with labels as `{{namespace}}`."},
	}
})

func query() schema.Attribute {
	return tfkit.SingleOf(schema.SingleNestedAttribute{
		Required:            true,
		MarkdownDescription: "What is shown.",
		Attributes:          queryAttributes(),
	})
}

func queries() schema.Attribute {
	return tfkit.ListOf(schema.ListNestedAttribute{
		Required:            true,
		MarkdownDescription: "What is shown.",
		NestedObject:        schema.NestedAttributeObject{Attributes: queryAttributes()},
	})
}

func thresholds() schema.Attribute {
	return tfkit.ListOf(schema.ListNestedAttribute{
		Optional:            true,
		MarkdownDescription: "Values from which it is worth a look.",
		NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
			"value":     schema.Float64Attribute{Required: true, MarkdownDescription: "The value, in the unit of the query."},
			"color":     optionalString("`yellow` or `red` (the default). Only `red` on a chart of Cloud Monitoring, whose lines have no colours."),
			"direction": optionalString("`above` (the default) or `below`. Only `above` on a chart of Cloud Monitoring."),
			"label":     schema.StringAttribute{Optional: true, MarkdownDescription: "What people read at the line."},
		}},
	})
}

func unit() schema.Attribute {
	return schema.StringAttribute{
		Optional:            true,
		MarkdownDescription: "The unit of the query's values, such as `s`, `ms`, `percent` (of a share between 0 and 1), `reqps` or `bytes`.",
	}
}

func optionalString(text string) schema.Attribute {
	return schema.StringAttribute{Optional: true, Computed: true, MarkdownDescription: text}
}

func optionalBool(text string) schema.Attribute {
	return schema.BoolAttribute{Optional: true, Computed: true, MarkdownDescription: text}
}

// sectionsType is the type of the attribute sections.
var sectionsType = sync.OnceValue(func() types.ListType {
	return types.ListType{ElemType: tfkit.ObjectOf(sectionAttributes())}
})
