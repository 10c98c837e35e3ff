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

	peak := r.times(&b)
	r.comparison(&b)

	b.WriteString("| goal | bound | measured | |\n|---|---:|---:|---|\n")
	for _, row := range r.rows {
		bound := 2*row.n + extraRequests
		for _, g := range []struct {
			command         string
			measured, bound int
		}{
			{"in a plan without changes", row.plan.requests, maxPlanRequests},
			{"in the first apply", row.apply.requests, bound},
			{"in the destroy", row.destroy.requests, bound},
		} {
			fmt.Fprintf(&b, "| requests %s, N = %d at %s | ≤ %d | %d | %s |\n", g.command, row.n, row.latency, g.bound, g.measured,
				verdict(g.measured <= g.bound, "%d requests %s of %d policies and dashboards at %s, more than %d", g.measured, g.command, row.n, row.latency, g.bound))
		}
	}
	fmt.Fprintf(&b, "| stripped binary | ≤ %d MB | %.1f MB | %s |\n", maxBinaryBytes/1_000_000, float64(r.binaryBytes)/1e6,
		verdict(r.binaryBytes <= maxBinaryBytes, "the binary has %d bytes, more than %d", r.binaryBytes, maxBinaryBytes))
	maxPeak := int64(maxPeakBytes)
	for _, row := range r.rows {
		if row.n > 100 {
			maxPeak = maxLargePeakBytes
		}
	}
	if peak == 0 {
		fmt.Fprintf(&b, "| peak memory of the provider | ≤ %s | not told by this operating system | |\n", mebibytes(maxPeak))
	} else {
		fmt.Fprintf(&b, "| peak memory of the provider | ≤ %s | %s | %s |\n", mebibytes(maxPeak), mebibytes(peak),
			verdict(peak <= maxPeak, "the provider's peak memory is %s, more than %s", mebibytes(peak), mebibytes(maxPeak)))
	}
	fmt.Fprintf(&b, "| time to handshake, mean of %d | | %s | |\n", samples, r.handshake.Round(100*time.Microsecond))
	return b.String(), missed
}

// times writes how long each command took, and returns the highest memory.
func (r results) times(b *strings.Builder) (peak int64) {
	b.WriteString("| policies and as many dashboards | latency | first apply | of it writing policies | the same writes alone | ratio | plan without changes | destroy | peak memory |\n")
	b.WriteString("|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n")
	for _, row := range r.rows {
		queue := time.Duration(row.n) * row.write
		highest := max(row.apply.peak, row.plan.peak, row.destroy.peak)
		peak = max(peak, highest)
		fmt.Fprintf(b, "| %d | %s | %s | %s | %s | %.2f | %s | %s | %s |\n",
			row.n, row.latency,
			seconds(row.apply.took), seconds(row.writing), seconds(queue), row.writing.Seconds()/queue.Seconds(),
			seconds(row.plan.took), seconds(row.destroy.took), mebibytes(highest))
	}
	b.WriteString("\nThe service asks for one policy write at a time; dashboards are written side by side. The ratio is the time from the first policy write of the apply to the end of the last, over as many writes by a bare client, one after the other; the rest of an apply is the CLI's start and its plan.\n\n")
	return peak
}

// comparison sets the requests against those of hashicorp/google, which were
// counted elsewhere: 2 N in a plan of N policies and N dashboards, 4 N in an
// apply and in a destroy.
func (r results) comparison(b *strings.Builder) {
	b.WriteString("| N | latency | command | requests | hashicorp/google | ratio |\n|---:|---:|---|---:|---:|---:|\n")
	for _, row := range r.rows {
		for _, c := range []struct {
			command      string
			ours, theirs int
		}{
			{"plan without changes", row.plan.requests, 2 * row.n},
			{"first apply", row.apply.requests, 4 * row.n},
			{"destroy", row.destroy.requests, 4 * row.n},
		} {
			fmt.Fprintf(b, "| %d | %s | %s | %d | %d | %.2f |\n", row.n, row.latency, c.command, c.ours, c.theirs, float64(c.ours)/float64(c.theirs))
		}
	}
	b.WriteString("\nhashicorp/google makes 2 N requests in a plan of N policies and N dashboards, and 4 N in an apply and in a destroy. Its times were measured elsewhere, on a machine of 2 cores, with N = 500, and are no bound here: " +
		"a plan without changes took 8.1 s, an apply 39.6 s and a destroy 83.7 s without latency, and 16.4 s, 86 s and 133 s at 50 ms.\n\n")
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }

func mebibytes(n int64) string {
	if n == 0 {
		return "n/a"
	}
	return fmt.Sprintf("%.0f MiB", float64(n)/(1<<20))
}
