// Package functions holds the provider-defined functions.
package functions

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/function"

	"github.com/cortx-platform/terraform-provider-cortx/internal/alert"
)

var _ function.Function = promQLValid{}

type promQLValid struct{}

// NewPromQLValid returns the function promql_valid.
func NewPromQLValid() function.Function { return promQLValid{} }

// Metadata implements function.Function.
func (promQLValid) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "promql_valid"
}

// Definition implements function.Function.
func (promQLValid) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Tells whether an expression is valid PromQL",
		MarkdownDescription: "Parses the expression with Prometheus' own parser and returns whether it is valid: " +
			"use it in the `validation` block of a variable that takes a query.",
		Parameters: []function.Parameter{
			function.StringParameter{Name: "expr", MarkdownDescription: "The PromQL expression."},
		},
		Return: function.BoolReturn{},
	}
}

// Run implements function.Function.
func (promQLValid) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var expr string
	if resp.Error = req.Arguments.Get(ctx, &expr); resp.Error != nil {
		return
	}
	resp.Error = resp.Result.Set(ctx, alert.ValidatePromQL(expr) == nil)
}
