package functions

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
)

var _ function.Function = controls{}

type controls struct{}

// NewControls returns the function controls.
func NewControls() function.Function { return controls{} }

// Metadata implements function.Function.
func (controls) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "controls"
}

// Definition implements function.Function.
func (controls) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Returns the controls that a tier's settings are mapped to",
		MarkdownDescription: "Returns, for each row of the control catalogue that is in force in a tier, the controls that its settings are mapped to, " +
			"with the sources of each mapping: `SC-7(5) (N,D); CC6.6 (S)`. What a tier leaves off is left out. The newest version of the catalogue is used; " +
			"the data source `cortx_controls` knows the others, and every setting. Settings mapped to controls is what this is: not an authorisation.",
		Parameters: []function.Parameter{
			function.StringParameter{Name: "tier", MarkdownDescription: "`dev`, `sandbox`, `staging` or `prod`."},
		},
		Return: function.MapReturn{ElementType: types.StringType},
	}
}

// Run implements function.Function.
func (controls) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var name string
	if resp.Error = req.Arguments.Get(ctx, &name); resp.Error != nil {
		return
	}
	tier, err := policy.ParseTier(name)
	if err != nil {
		text := err.Error()
		resp.Error = function.NewArgumentFuncError(0, strings.ToUpper(text[:1])+text[1:]) // Terraform ends the sentence.
		return
	}
	resp.Error = resp.Result.Set(ctx, policy.ControlIDs(policy.Version, tier))
}
