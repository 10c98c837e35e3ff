// Package suite runs everything that has to hold before a change is done: the
// tests and the linters, over all modules of this repository.
package suite

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/cortx-platform/terraform-provider-cortx/tools/internal/coverage"
	"github.com/cortx-platform/terraform-provider-cortx/tools/internal/demo"
	"github.com/cortx-platform/terraform-provider-cortx/tools/internal/tfcli"
)

// MinCoverage is the percentage of the statements under internal/ that the
// tests have to run.
const MinCoverage = 85

// mainModule is the provider itself, as a folder below the root.
const mainModule = "."

// CodeModules lists the folders of the modules that hold Go code, the main one
// first.
func CodeModules(root string) []string {
	var modules []string
	for _, dir := range allModules(root) {
		files, err := filepath.Glob(filepath.Join(root, dir, "*.go"))
		nested, errNested := filepath.Glob(filepath.Join(root, dir, "*", "*.go"))
		if err == nil && errNested == nil && len(files)+len(nested) > 0 {
			modules = append(modules, dir)
		}
	}
	return modules
}

// allModules lists the folders of every module, the main one first.
func allModules(root string) []string {
	var modules []string
	for _, pattern := range []string{"go.mod", "tools/go.mod", "tools/*/go.mod"} {
		files, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(pattern)))
		if err != nil {
			continue // The patterns are well-formed, and nothing else is an error.
		}
		for _, file := range files {
			if dir, err := filepath.Rel(root, filepath.Dir(file)); err == nil {
				modules = append(modules, dir)
			}
		}
	}
	return modules
}

// Test runs the tests of every module, those against a real CLI included. The
// events of go test -json go to out for gotestsum to read, and so do lines of
// text, which it shows: on standard error it would count each as an error. It
// fails when a test fails or too little is covered.
func Test(ctx context.Context, root string, cli tfcli.CLI, out io.Writer) error {
	_, _ = fmt.Fprintf(out, "CLI: %s\n", cli)
	scratch, err := os.MkdirTemp("", "cortx-test-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(scratch) }()
	emptyConfig := filepath.Join(scratch, "empty.tfrc")
	if err := os.WriteFile(emptyConfig, nil, 0o600); err != nil {
		return err
	}
	env := append(demo.CleanEnv(os.Environ()),
		"TF_ACC=1",
		tfcli.PathVariable+"="+cli.Path,
		"TF_ACC_PROVIDER_NAMESPACE=cortx-platform",
		"TF_CLI_CONFIG_FILE="+emptyConfig,
		"CHECKPOINT_DISABLE=1",
	)
	// The tests of list resources are skipped where no CLI has terraform query.
	query, found, err := tfcli.Finder{Root: root}.QueryFound(ctx)
	switch {
	case err != nil:
		return err
	case found:
		_, _ = fmt.Fprintf(out, "CLI for terraform query: %s\n", query)
		env = append(env, tfcli.QueryVariable+"="+query.Path)
	default:
		_, _ = fmt.Fprintln(out, "no CLI for terraform query, so its tests are skipped; bin/dev query-cli builds one")
	}
	profile := filepath.Join(root, "coverage.out")
	var failed []string
	for _, module := range CodeModules(root) {
		args := []string{"test", "-json", "-p=2", "-parallel=2", "-timeout=20m"}
		if module == mainModule {
			args = append(args, "-coverpkg=./internal/...", "-coverprofile="+profile)
		} else {
			// These test what they build from the main module's sources, which
			// the cache of test results does not see.
			args = append(args, "-count=1")
		}
		cmd := exec.CommandContext(ctx, "go", append(args, "./...")...)
		cmd.Dir = filepath.Join(root, module)
		cmd.Env = env
		cmd.Stdout, cmd.Stderr = out, out
		if err := cmd.Run(); err != nil {
			failed = append(failed, module)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	if reason, err := os.ReadFile(filepath.Clean(filepath.Join(root, "bin", "kubetest.skipped"))); err == nil {
		_, _ = fmt.Fprintf(out, "the tests against a real kube-apiserver are skipped: %s\n", reason)
	}
	if len(failed) > 0 {
		return fmt.Errorf("tests failed in the modules: %s", strings.Join(failed, ", "))
	}
	return checkCoverage(profile, out)
}

// checkCoverage reports the coverage and fails when it is too low.
func checkCoverage(profile string, out io.Writer) error {
	file, err := os.Open(filepath.Clean(profile))
	if err != nil {
		return err
	}
	packages, total, err := coverage.Read(file)
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	_, _ = fmt.Fprintf(out, "coverage of internal/: %.1f %% of %d statements (go tool cover -html=coverage.out shows which)\n", total.Percent(), total.Statements)
	if total.Percent() >= MinCoverage {
		return nil
	}
	for _, share := range packages {
		_, _ = fmt.Fprintf(out, "  %5.1f %% of %5d  %s\n", share.Percent(), share.Statements, share.Name)
	}
	return fmt.Errorf("the tests run %.1f %% of the statements under internal/, less than %d %%: cover what the list above begins with", total.Percent(), MinCoverage)
}
