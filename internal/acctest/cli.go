package acctest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/internal/provider"
)

// CLI is a working directory of a real Terraform CLI with the provider's binary
// as a separate process, for what the test framework can't do: interrupts,
// killed providers, logs, flags of destroy.
type CLI struct {
	// Dir is the working directory.
	Dir string
	// Env is the environment of every command, beside a path and a home.
	Env []string

	t    *testing.T
	path string
}

// version is what the binary is installed as; it is no release.
const version = "0.0.1"

// NewCLI writes config into an empty working directory and initialises it. It
// skips the test where acceptance tests are off.
func NewCLI(t *testing.T, config string) *CLI {
	t.Helper()
	if os.Getenv("TF_ACC") == "" {
		t.Skip("acceptance tests are off: TF_ACC is not set")
	}
	return newCLI(t, config, cliPath(t))
}

func newCLI(t *testing.T, config, path string) *CLI {
	t.Helper()
	mirror, err := providerMirror()
	if err != nil {
		t.Fatal(err)
	}
	c := &CLI{Dir: t.TempDir(), t: t, path: path}
	rc := filepath.Join(c.Dir, "cli.tfrc")
	c.write(rc, fmt.Sprintf(`
provider_installation {
  filesystem_mirror {
    path    = %q
    include = [%q]
  }
}
`, mirror, provider.Address))
	c.Env = []string{
		"TF_CLI_CONFIG_FILE=" + rc, "TF_IN_AUTOMATION=1", "CHECKPOINT_DISABLE=1",
		"PATH=" + os.Getenv("PATH"), "HOME=" + c.Dir,
	}
	c.Write(config)
	if out, err := c.Run("init", "-no-color"); err != nil {
		t.Fatalf("init: %v\n%s", err, out)
	}
	return c
}

// Write replaces the configuration.
func (c *CLI) Write(config string) {
	c.t.Helper()
	c.write(filepath.Join(c.Dir, "main.tf"), config)
}

func (c *CLI) write(path, text string) {
	c.t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		c.t.Fatal(err)
	}
}

// Command returns a command that has not been started.
func (c *CLI) Command(args ...string) *exec.Cmd {
	cmd := exec.CommandContext(context.Background(), c.path, args...) //nolint:gosec // The path of the CLI under test is the developer's own choice.
	cmd.Dir = c.Dir
	cmd.Env = c.Env
	return cmd
}

// Run runs a command to its end and returns all that it printed.
func (c *CLI) Run(args ...string) (string, error) {
	out, err := c.Command(args...).CombinedOutput()
	return string(out), err
}

// MustRun is Run for a command that has to succeed.
func (c *CLI) MustRun(args ...string) string {
	c.t.Helper()
	out, err := c.Run(args...)
	if err != nil {
		c.t.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

// MustPlanEmpty fails the test if a plan has anything to say.
func (c *CLI) MustPlanEmpty() {
	c.t.Helper()
	if out, err := c.Run("plan", "-no-color", "-detailed-exitcode", "-input=false"); err != nil {
		c.t.Fatalf("the plan is not empty: %v\n%s", err, out)
	}
}

// Interrupt starts an apply, interrupts it as Ctrl-C does once ready reports
// true, and returns what it printed and how long it took from the interrupt on.
func (c *CLI) Interrupt(ready func() bool) (string, time.Duration) {
	c.t.Helper()
	return c.signal(ready, syscall.SIGINT)
}

// Kill starts an apply and kills the CLI and the provider, which then can save
// nothing, once ready reports true.
func (c *CLI) Kill(ready func() bool) {
	c.t.Helper()
	c.signal(ready, syscall.SIGKILL)
}

func (c *CLI) signal(ready func() bool, signal syscall.Signal) (string, time.Duration) {
	c.t.Helper()
	cmd := c.Command("apply", "-no-color", "-auto-approve", "-input=false", "-lock=false")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	// A terminal signals the whole group, provider included.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	for deadline := time.Now().Add(time.Minute); !ready(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
			c.t.Fatalf("the apply never came to where it was to be stopped:\n%s", out.String())
		}
	}
	started := time.Now()
	if err := syscall.Kill(-cmd.Process.Pid, signal); err != nil {
		c.t.Fatal(err)
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); err != nil && !errors.As(err, &exit) {
		c.t.Fatal(err)
	}
	return out.String(), time.Since(started)
}

// StateResources returns the addresses in the state, and whether each is tainted.
func (c *CLI) StateResources() map[string]bool {
	c.t.Helper()
	raw, err := os.ReadFile(filepath.Join(c.Dir, "terraform.tfstate"))
	if err != nil {
		c.t.Fatal(err)
	}
	var state struct {
		Resources []struct {
			Type, Name string
			Instances  []struct {
				IndexKey any    `json:"index_key"`
				Status   string `json:"status"`
			}
		}
	}
	if err := json.Unmarshal(raw, &state); err != nil {
		c.t.Fatal(err)
	}
	found := map[string]bool{}
	for _, r := range state.Resources {
		for _, instance := range r.Instances {
			address := r.Type + "." + r.Name
			if instance.IndexKey != nil {
				address = fmt.Sprintf("%s[%v]", address, instance.IndexKey)
			}
			found[address] = instance.Status == "tainted"
		}
	}
	return found
}

// cliPath finds the CLI as the test framework does.
func cliPath(t *testing.T) string {
	t.Helper()
	if path := os.Getenv("TF_ACC_TERRAFORM_PATH"); path != "" {
		return path
	}
	for _, name := range []string{"terraform", "tofu"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatal("no Terraform CLI: set TF_ACC_TERRAFORM_PATH, or run make test, which builds one")
	return ""
}

// providerMirror builds the provider once and lays it out as a mirror in the
// module's bin folder, where the next run replaces it: in a temporary folder
// each run of each package would leave some 60 MB behind.
var providerMirror = sync.OnceValues(func() (string, error) {
	_, here, _, _ := runtime.Caller(0)
	module := filepath.Join(filepath.Dir(here), "..", "..")
	root := filepath.Join(module, "bin", "acctest-mirror")
	dir := filepath.Join(root, filepath.FromSlash(provider.Address), version, runtime.GOOS+"_"+runtime.GOARCH)
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return "", err
	}
	// Packages are tested side by side: each builds beside the mirror, and the
	// rename lets nobody see half a file.
	built := filepath.Join(module, "bin", fmt.Sprintf("acctest-building-%d", os.Getpid()))
	cmd := exec.CommandContext(context.Background(), "go", "build", "-buildvcs=false", "-o", built, ".") //nolint:gosec // Every part of the command is fixed here.
	cmd.Dir = module
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building the provider: %w\n%s", err, out)
	}
	if err := os.Rename(built, filepath.Join(dir, "terraform-provider-cortx_v"+version)); err != nil {
		return "", err
	}
	return root, nil
})
