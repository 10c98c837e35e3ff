package tfkit

import (
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
)

// RunbookAttributes are the attributes of a runbook, by the fields of
// alert.Runbook.
func RunbookAttributes() map[string]schema.Attribute {
	step := func(text string) schema.Attribute {
		return schema.StringAttribute{Required: true, CustomType: TextType{}, MarkdownDescription: text}
	}
	return map[string]schema.Attribute{
		"detection":   step("Step 1: how one sees that it is real."),
		"triage":      step("Step 2: how one finds what is affected and how badly."),
		"mitigation":  step("Step 3: how one stops the harm."),
		"resolution":  step("Step 4: how one removes the cause."),
		"post_mortem": step("Step 5: what is written down afterwards, by whom and until when."),
		"links":       LinksAttribute(),
	}
}

// LinksAttribute is a list of links of an alert's documentation.
func LinksAttribute() schema.Attribute {
	return ListOf(schema.ListNestedAttribute{
		Optional:            true,
		MarkdownDescription: "At most three links. With a runbook they belong in `runbook`.",
		NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
			"display_name": schema.StringAttribute{Required: true, MarkdownDescription: "At most 63 characters."},
			"url":          schema.StringAttribute{Required: true, MarkdownDescription: "An https URL; it may use the variables of alert documentation."},
		}},
	})
}
