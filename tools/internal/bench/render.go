package bench

import (
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/tools/internal/tfcli"
)

// render writes the results as Markdown, which reads well in a terminal too, and
// lists the goals that are missed.
func (r results) render(cli tfcli.CLI) (text string, missed []string) {
	var b strings.Builder
	fmt.Fprintf(&b, "\nMeasured with %s %s on %s/%s, %d cores.\n\n", cli.Product, cli.Version, runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
	verdict := func(held bool, format string, args ...any) string {
		if held {
			return "held"
		}
		missed = append(missed, fmt.Sprintf(format, args...))
		return "MISSED"
	}

	b.WriteString("| policies | latency | first apply | requests | of it writing | the same writes alone | ratio | plan without changes | requests | destroy | requests | peak memory |\n")
	b.WriteString("|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n")
	var peak int64
	planRequests := 0
	for _, row := range r.rows {
		queue := time.Duration(row.policies) * row.write
		highest := max(row.apply.peak, row.plan.peak, row.destroy.peak)
		peak, planRequests = max(peak, highest), max(planRequests, row.plan.requests)
		fmt.Fprintf(&b, "| %d | %s | %s | %d | %s | %s | %.2f | %s | %d | %s | %d | %s |\n",
			row.policies, row.latency,
			seconds(row.apply.took), row.apply.requests, seconds(row.writing), seconds(queue), row.writing.Seconds()/queue.Seconds(),
			seconds(row.plan.took), row.plan.requests,
			seconds(row.destroy.took), row.destroy.requests, mebibytes(highest))
	}
	b.WriteString("\nThe service asks for one policy write at a time. The ratio is the time from the first such write of the apply to the end of the last, over as many writes by a bare client, one after the other; the rest of an apply is the CLI's start and its plan.\n\n")

	b.WriteString("| goal | bound | measured | |\n|---|---:|---:|---|\n")
	fmt.Fprintf(&b, "| requests in a plan without changes | ≤ %d | %d | %s |\n", maxPlanRequests, planRequests,
		verdict(planRequests <= maxPlanRequests, "a plan without changes makes %d requests, more than %d", planRequests, maxPlanRequests))
	fmt.Fprintf(&b, "| stripped binary | ≤ %d MB | %.1f MB | %s |\n", maxBinaryBytes/1_000_000, float64(r.binaryBytes)/1e6,
		verdict(r.binaryBytes <= maxBinaryBytes, "the binary has %d bytes, more than %d", r.binaryBytes, maxBinaryBytes))
	if peak == 0 {
		fmt.Fprintf(&b, "| peak memory of the provider | ≤ %s | not told by this operating system | |\n", mebibytes(maxPeakBytes))
	} else {
		fmt.Fprintf(&b, "| peak memory of the provider | ≤ %s | %s | %s |\n", mebibytes(maxPeakBytes), mebibytes(peak),
			verdict(peak <= maxPeakBytes, "the provider's peak memory is %s, more than %s", mebibytes(peak), mebibytes(maxPeakBytes)))
	}
	fmt.Fprintf(&b, "| time to handshake, mean of %d | | %s | |\n", samples, r.handshake.Round(100*time.Microsecond))
	return b.String(), missed
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }

func mebibytes(n int64) string {
	if n == 0 {
		return "n/a"
	}
	return fmt.Sprintf("%.0f MiB", float64(n)/(1<<20))
}
