package bench

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/tools/internal/emu"
)

// samples is how many writes or starts a mean is taken over.
const samples = 20

// handshake is the mean time from the start of the binary to the line with which
// it tells Terraform where it listens.
func handshake(ctx context.Context, binary string) (time.Duration, error) {
	var total time.Duration
	for range samples {
		took, err := oneHandshake(ctx, binary)
		if err != nil {
			return 0, err
		}
		total += took
	}
	return total / samples, nil
}

func oneHandshake(ctx context.Context, binary string) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary)
	// The cookie is public: go-plugin uses it to tell a person at a terminal
	// from Terraform.
	cmd.Env = append(os.Environ(),
		"TF_PLUGIN_MAGIC_COOKIE=d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
		"PLUGIN_PROTOCOL_VERSIONS=6")
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, err
	}
	var words bytes.Buffer
	cmd.Stderr = &words
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	line, readErr := bufio.NewReader(out).ReadString('\n')
	took := time.Since(start)
	_ = cmd.Process.Kill()
	_ = cmd.Wait() // It was killed, and says so.
	if readErr != nil || !strings.HasPrefix(line, "1|6|") {
		return 0, fmt.Errorf("the plugin's first line is %q, not a handshake (%w): %s", line, errors.Join(readErr, ctx.Err()), &words)
	}
	return took, nil
}

// singleWrite is the mean time of one policy write when one follows the other:
// what the service's rule of one write at a time costs at least.
func singleWrite(ctx context.Context, client emu.Client) (time.Duration, error) {
	start := time.Now()
	for i := range samples {
		body := fmt.Sprintf(`{"displayName":"Write %d","combiner":"OR","conditions":[{"displayName":"c","conditionPrometheusQueryLanguage":{"query":"up == 0","disableMetricValidation":true,"evaluationInterval":"30s"}}]}`, i)
		if err := client.Post(ctx, "/monitoring.googleapis.com/v3/projects/cortx-bench-writes/alertPolicies", body); err != nil {
			return 0, err
		}
	}
	return time.Since(start) / samples, nil
}

// watchPeak follows the processes that run binary, other than the emulator, and
// returns a function that ends this and returns the highest resident memory of
// any of them in bytes; 0 where the operating system does not tell.
func watchPeak(binary string, emulator int) func() int64 {
	stop := make(chan struct{})
	result := make(chan int64)
	go func() {
		var peak int64
		var watched []string
		// The kernel keeps the highest value itself, so that a sample misses
		// only what comes in the last moments of a process. To look through all
		// processes every time would take a fifth of a core from what is
		// measured.
		ticker := time.NewTicker(20 * time.Millisecond)
		defer ticker.Stop()
		for tick := 0; ; tick++ {
			select {
			case <-stop:
				result <- peak
				return
			case <-ticker.C:
				if tick%searchEvery == 0 {
					watched = running(binary, emulator)
				}
				for _, status := range watched {
					peak = max(peak, highWater(status))
				}
			}
		}
	}()
	return func() int64 {
		close(stop)
		return <-result
	}
}

// searchEvery is how many samples of memory pass from one look for new processes
// to the next.
const searchEvery = 10

// running returns the status files of the processes that run binary, other than
// the emulator.
func running(binary string, emulator int) []string {
	links, err := filepath.Glob("/proc/[0-9]*/exe")
	if err != nil {
		return nil
	}
	var found []string
	for _, link := range links {
		dir := filepath.Dir(link)
		if target, err := os.Readlink(link); err == nil && target == binary && filepath.Base(dir) != strconv.Itoa(emulator) {
			found = append(found, filepath.Join(dir, "status"))
		}
	}
	return found
}

// highWater reads VmHWM, which is in kibibytes.
func highWater(status string) int64 {
	raw, err := os.ReadFile(filepath.Clean(status))
	if err != nil {
		return 0 // The process has ended.
	}
	for line := range strings.Lines(string(raw)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			n, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 10, 64)
			if err != nil {
				return 0
			}
			return n << 10
		}
	}
	return 0
}
