// Package bench measures the provider as its users meet it: a real Terraform
// CLI, the stripped binary, and the emulator with and without latency.
package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/tools/internal/demo"
	"github.com/cortx-platform/terraform-provider-cortx/tools/internal/emu"
	"github.com/cortx-platform/terraform-provider-cortx/tools/internal/install"
	"github.com/cortx-platform/terraform-provider-cortx/tools/internal/proc"
	"github.com/cortx-platform/terraform-provider-cortx/tools/internal/tfcli"
)

// The goals. Times are shown beside what they are measured against and never
// fail a run: they say as much about the machine as about the provider.
const (
	// maxPlanRequests bounds the requests of a plan without changes, at any
	// number N of policies and as many dashboards, up to 500.
	maxPlanRequests = 10
	// extraRequests is what an apply and a destroy may make beside the one
	// request that each of the 2 N objects needs.
	extraRequests = 20
	// maxBinaryBytes bounds the stripped binary: 75 MB.
	maxBinaryBytes = 75_000_000
	// maxPeakBytes bounds the resident memory of the provider up to 100 policies
	// and dashboards, and maxLargePeakBytes beyond, where its soft limit rises:
	// what hashicorp/google was measured to hold with policies alone.
	maxPeakBytes      = 90 << 20
	maxLargePeakBytes = 170 << 20
)

// Bench is one run of the measurements.
type Bench struct {
	// Root is the root of the repository.
	Root string
	// CLI is the Terraform CLI to use.
	CLI tfcli.CLI
	// Out receives the tables, Progress what is being done.
	Out, Progress io.Writer
	// Counts are numbers of policies, with as many dashboards each, and
	// Latencies those of the emulator, all separated by commas.
	Counts, Latencies string
	// Markdown is a file that gets the tables too; empty means none.
	Markdown string
}

// phase is one command of a measurement.
type phase struct {
	took     time.Duration
	requests int
	peak     int64 // bytes; 0 where it can't be told
}

// row is the measurement of n policies and n dashboards at one latency.
type row struct {
	n                    int
	latency              time.Duration
	apply, plan, destroy phase
	write                time.Duration // one policy write after the other, the mean
	writing              time.Duration // from the first policy write of the apply to the end of the last
}

// results is everything that was measured.
type results struct {
	binaryBytes int64
	handshake   time.Duration
	rows        []row
}

// Run measures, writes the tables, and fails when a goal for requests, size or
// memory is missed.
func (b Bench) Run(ctx context.Context) error {
	counts, latencies, err := b.parameters()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "cortx-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	// The temporary folder may be a link, and /proc shows the real path.
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return err
	}
	installed, err := install.Provider(ctx, b.Progress, b.Root, dir)
	if err != nil {
		return err
	}
	info, err := os.Stat(installed.Binary)
	if err != nil {
		return err
	}
	measured := results{binaryBytes: info.Size()}
	if measured.handshake, err = handshake(ctx, installed.Binary); err != nil {
		return err
	}
	for _, latency := range latencies {
		for _, n := range counts {
			r, err := b.measure(ctx, installed, filepath.Join(dir, fmt.Sprintf("%d-%s", n, latency)), n, latency)
			if err != nil {
				return err
			}
			measured.rows = append(measured.rows, r)
		}
	}
	text, missed := measured.render(b.CLI)
	if _, err := io.WriteString(b.Out, text); err != nil {
		return err
	}
	if b.Markdown != "" {
		if err := os.WriteFile(b.Markdown, []byte(text), 0o600); err != nil {
			return err
		}
	}
	if len(missed) > 0 {
		return fmt.Errorf("goals missed:\n  %s", strings.Join(missed, "\n  "))
	}
	return nil
}

func (b Bench) parameters() (counts []int, latencies []time.Duration, err error) {
	for _, word := range strings.Split(b.Counts, ",") {
		n, err := strconv.Atoi(word)
		if err != nil || n < 1 || n > 2000 {
			return nil, nil, fmt.Errorf("%q is no number of policies and dashboards between 1 and 2000", word)
		}
		counts = append(counts, n)
	}
	for _, word := range strings.Split(b.Latencies, ",") {
		latency, err := time.ParseDuration(word)
		if err != nil || latency < 0 {
			return nil, nil, fmt.Errorf("%q is no latency such as 50ms", word)
		}
		latencies = append(latencies, latency)
	}
	return counts, latencies, nil
}

// measure applies, plans and destroys n policies and n dashboards against an
// emulator of its own.
func (b Bench) measure(ctx context.Context, installed install.Installation, dir string, n int, latency time.Duration) (r row, err error) {
	r = row{n: n, latency: latency}
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return r, err
	}
	if err := os.WriteFile(filepath.Join(dir, "main.tf"), []byte(configuration(n)), 0o600); err != nil {
		return r, err
	}
	addr, err := emu.FreeAddr(ctx)
	if err != nil {
		return r, err
	}
	emulator, err := emu.Start(ctx, installed.Binary, addr, filepath.Join(dir, "emulator.log"), "--latency", latency.String())
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, emu.Stop(context.WithoutCancel(ctx), emulator.PID)) }()
	client := emu.Client{Addr: addr}
	if r.write, err = singleWrite(ctx, client); err != nil {
		return r, err
	}
	title := fmt.Sprintf("%d policies and %d dashboards at %s: ", n, n, latency)
	env := append(demo.CleanEnv(os.Environ()),
		"CORTX_EMULATOR_HOST="+addr, "TF_CLI_CONFIG_FILE="+installed.CLIConfig, "TF_IN_AUTOMATION=1", "CHECKPOINT_DISABLE=1")
	step := func(command string, args ...string) (p phase, requests []emu.Request, err error) {
		if _, err := client.TakeRequests(ctx); err != nil {
			return p, nil, err
		}
		watch := watchPeak(installed.Binary, emulator.PID)
		start := time.Now()
		_, err = proc.Run(ctx, b.Progress, proc.Step{
			Title: title + command, Dir: dir, Env: env, Name: b.CLI.Path,
			Args: append([]string{command, "-no-color", "-input=false"}, args...),
		})
		p.took, p.peak = time.Since(start), watch()
		if err != nil {
			return p, nil, err
		}
		requests, err = client.TakeRequests(ctx)
		p.requests = len(requests)
		return p, requests, err
	}
	if _, _, err = step("init"); err != nil {
		return r, err
	}
	var requests []emu.Request
	if r.apply, requests, err = step("apply", "-auto-approve"); err != nil {
		return r, err
	}
	r.writing = span(requests, "CreateAlertPolicy")
	if r.plan, _, err = step("plan", "-detailed-exitcode"); err != nil {
		return r, err
	}
	if r.destroy, _, err = step("destroy", "-auto-approve"); err != nil {
		return r, err
	}
	return r, nil
}

// span is the time from the start of the first call of a method to the end of
// the last.
func span(requests []emu.Request, rpc string) time.Duration {
	var first, last time.Time
	for _, request := range requests {
		if request.RPC != rpc {
			continue
		}
		if first.IsZero() || request.Time.Before(first) {
			first = request.Time
		}
		if end := request.Time.Add(request.Duration); end.After(last) {
			last = end
		}
	}
	return last.Sub(first)
}
