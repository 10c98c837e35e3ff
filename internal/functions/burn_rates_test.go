package functions_test

import (
	"math/big"
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest"
	"github.com/cortx-platform/terraform-provider-cortx/internal/functions"
)

func TestAccBurnRateWindows(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	env.Test(t,
		resource.TestStep{
			Config: env.Config(`
output "month" { value = provider::cortx::burn_rate_windows(0.999, 30) }
output "week"  { value = [for w in provider::cortx::burn_rate_windows(0.99, 7) : "${w.factor} over ${w.long_window} and ${w.short_window}"] }
output "same"  { value = provider::cortx::burn_rate_windows(0.999, 30)[0].factor == 14.4 }
`),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownOutputValue("month", knownvalue.ListExact([]knownvalue.Check{
					window("1h", "5m", 3600, 300, "14.4", "0.02", "0.0144", true),
					window("6h", "30m", 21600, 1800, "6", "0.05", "0.006", true),
					window("24h", "2h", 86400, 7200, "3", "0.1", "0.003", false),
					window("72h", "6h", 259200, 21600, "1", "0.1", "0.001", false),
				})),
				statecheck.ExpectKnownOutputValue("week", knownvalue.ListExact([]knownvalue.Check{
					knownvalue.StringExact("14.4 over 14m and 2m"), knownvalue.StringExact("6 over 1h24m and 7m"),
					knownvalue.StringExact("3 over 5h36m and 28m"), knownvalue.StringExact("1 over 16h48m and 1h24m"),
				})),
				statecheck.ExpectKnownOutputValue("same", knownvalue.Bool(true)),
			},
		},
		resource.TestStep{
			Config:      env.Config(`output "never" { value = provider::cortx::burn_rate_windows(99.9, 30) }`),
			ExpectError: regexp.MustCompile(`between 0 and 1`),
		},
		resource.TestStep{
			Config:      env.Config(`output "long" { value = provider::cortx::burn_rate_windows(0.999, 31) }`),
			ExpectError: regexp.MustCompile(`1 to\s+30 days`),
		},
	)
}

func window(long, short string, longSeconds, shortSeconds int64, factor, share, ratio string, page bool) knownvalue.Check {
	number := func(text string) knownvalue.Check {
		n, _, err := big.ParseFloat(text, 10, 512, big.ToNearestEven)
		if err != nil {
			panic(err)
		}
		return knownvalue.NumberExact(n)
	}
	return knownvalue.ObjectExact(map[string]knownvalue.Check{
		"long_window": knownvalue.StringExact(long), "short_window": knownvalue.StringExact(short),
		"long_seconds": knownvalue.Int64Exact(longSeconds), "short_seconds": knownvalue.Int64Exact(shortSeconds),
		"factor": number(factor), "budget_share": number(share), "error_ratio": number(ratio),
		"page": knownvalue.Bool(page),
	})
}

func TestBurnRateWindowsBlamesTheArgument(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		objective float64
		days      int64
		argument  int64
	}{{0, 30, 0}, {1, 30, 0}, {99.9, 0, 0}, {0.999, 0, 1}, {0.999, 31, 1}, {0.999, -1, 1}} {
		fn := functions.NewBurnRateWindows()
		resp := function.RunResponse{Result: function.NewResultData(types.ListNull(types.StringType))}
		fn.Run(t.Context(), function.RunRequest{Arguments: function.NewArgumentsData([]attr.Value{
			types.Float64Value(tc.objective), types.Int64Value(tc.days),
		})}, &resp)
		if resp.Error == nil || resp.Error.FunctionArgument == nil || *resp.Error.FunctionArgument != tc.argument {
			t.Errorf("%v over %d days: %v, want the blame on argument %d", tc.objective, tc.days, resp.Error, tc.argument)
		}
	}
}
