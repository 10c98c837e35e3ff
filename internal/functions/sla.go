package functions

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cortx-platform/terraform-provider-cortx/internal/alert"
	"github.com/cortx-platform/terraform-provider-cortx/internal/tfkit"
)

var _ function.Function = sla{}

type sla struct{}

type slaResult struct {
	Response          string `tfsdk:"response"`
	Resolution        string `tfsdk:"resolution"`
	ResponseSeconds   int64  `tfsdk:"response_seconds"`
	ResolutionSeconds int64  `tfsdk:"resolution_seconds"`
}

// NewSLA returns the function sla.
func NewSLA() function.Function { return sla{} }

// Metadata implements function.Function.
func (sla) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "sla"
}

// Definition implements function.Function.
func (sla) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Returns the service-level agreement of a priority",
		MarkdownDescription: "Returns how soon somebody responds to an incident of this priority, and how soon it is resolved: " +
			"P0 (platform down) 15 minutes and 1 hour, P1 (suite degraded) 1 hour and 4 hours, P2 (feature) 4 hours and 24 hours.",
		Parameters: []function.Parameter{
			function.StringParameter{Name: "priority", MarkdownDescription: "`P0`, `P1` or `P2`."},
		},
		Return: function.ObjectReturn{AttributeTypes: map[string]attr.Type{
			"response":           types.StringType,
			"resolution":         types.StringType,
			"response_seconds":   types.Int64Type,
			"resolution_seconds": types.Int64Type,
		}},
	}
}

// Run implements function.Function.
func (sla) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var priority string
	if resp.Error = req.Arguments.Get(ctx, &priority); resp.Error != nil {
		return
	}
	agreed, ok := alert.Priority(priority).SLA()
	if !ok {
		resp.Error = function.NewArgumentFuncError(0, fmt.Sprintf("There is no priority %q: use \"P0\", \"P1\" or \"P2\"", priority)) // Terraform ends the sentence.
		return
	}
	resp.Error = resp.Result.Set(ctx, slaResult{
		Response:          tfkit.FormatDuration(agreed.Response),
		Resolution:        tfkit.FormatDuration(agreed.Resolution),
		ResponseSeconds:   int64(agreed.Response.Seconds()),
		ResolutionSeconds: int64(agreed.Resolution.Seconds()),
	})
}
