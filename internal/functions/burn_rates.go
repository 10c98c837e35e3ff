package functions

import (
	"context"
	"fmt"
	"math/big"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cortx-platform/terraform-provider-cortx/internal/slo"
	"github.com/cortx-platform/terraform-provider-cortx/internal/tfkit"
)

var _ function.Function = burnRateWindows{}

type burnRateWindows struct{}

type burnRateWindow struct {
	LongWindow   string     `tfsdk:"long_window"`
	ShortWindow  string     `tfsdk:"short_window"`
	LongSeconds  int64      `tfsdk:"long_seconds"`
	ShortSeconds int64      `tfsdk:"short_seconds"`
	Factor       *big.Float `tfsdk:"factor"`
	BudgetShare  *big.Float `tfsdk:"budget_share"`
	ErrorRatio   *big.Float `tfsdk:"error_ratio"`
	Page         bool       `tfsdk:"page"`
}

// NewBurnRateWindows returns the function burn_rate_windows.
func NewBurnRateWindows() function.Function { return burnRateWindows{} }

// Metadata implements function.Function.
func (burnRateWindows) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "burn_rate_windows"
}

// Definition implements function.Function.
func (burnRateWindows) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Returns the windows in which an error budget burns too fast",
		MarkdownDescription: "Returns the pairs of windows over which an error budget must burn too fast for an alert, the fastest first, " +
			"as `cortx_slo` uses them: `long_window` and `short_window` (and both in seconds), the burn rate `factor`, the `error_ratio` that it comes to, " +
			"the `budget_share` that such a burn spends in the long window, and whether it is worth a `page` or a ticket.\n\n" +
			"Over 30 days they are 14.4 over 1h and 5m, 6 over 6h and 30m, 3 over 24h and 2h, and 1 over 72h and 6h. " +
			"For fewer days the windows shrink in proportion, so that each pair spends the same share of the budget (2, 5, 10 and 10 %) at the same factor. " +
			"Windows are whole minutes, at least 4 for the long one and 2 for the short one; the first factor of an SLO over one day is therefore 7.2. " +
			"For an objective so low that even a complete outage would stay under a factor, the factor is lower and its window longer.",
		Parameters: []function.Parameter{
			function.Float64Parameter{Name: "objective", MarkdownDescription: "The share of requests that must be good, between 0 and 1, such as `0.999`."},
			function.Int64Parameter{Name: "days", MarkdownDescription: "The rolling window of the objective, 1 to 30 days."},
		},
		Return: function.ListReturn{ElementType: types.ObjectType{AttrTypes: map[string]attr.Type{
			"long_window":   types.StringType,
			"short_window":  types.StringType,
			"long_seconds":  types.Int64Type,
			"short_seconds": types.Int64Type,
			"factor":        types.NumberType,
			"budget_share":  types.NumberType,
			"error_ratio":   types.NumberType,
			"page":          types.BoolType,
		}}},
	}
}

// Run implements function.Function.
func (burnRateWindows) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var objective float64
	var days int64
	if resp.Error = req.Arguments.Get(ctx, &objective, &days); resp.Error != nil {
		return
	}
	pairs, err := slo.BurnRateWindows(objective, days)
	if err != nil {
		argument := int64(0)
		if objective > 0 && objective < 1 {
			argument = 1
		}
		resp.Error = function.NewArgumentFuncError(argument, "There are no such windows: "+err.Error()) // Terraform ends the sentence.
		return
	}
	windows := make([]burnRateWindow, len(pairs))
	for i, pair := range pairs {
		windows[i] = burnRateWindow{
			LongWindow:   tfkit.FormatDuration(pair.LongWindow),
			ShortWindow:  tfkit.FormatDuration(pair.ShortWindow),
			LongSeconds:  int64(pair.LongWindow.Seconds()),
			ShortSeconds: int64(pair.ShortWindow.Seconds()),
			Factor:       decimal(pair.Factor),
			BudgetShare:  decimal(pair.BudgetShare),
			ErrorRatio:   decimal(pair.ErrorRatio),
			Page:         pair.Page,
		}
	}
	resp.Error = resp.Result.Set(ctx, windows)
}

// decimal returns the decimal that v is written as, in the precision that
// Terraform gives a number that it parses, so that 14.4 from here equals 14.4
// in a configuration.
func decimal(v float64) *big.Float {
	n, _, err := big.ParseFloat(fmt.Sprint(v), 10, 512, big.ToNearestEven)
	if err != nil {
		return big.NewFloat(v)
	}
	return n
}
