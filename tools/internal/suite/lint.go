package suite

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"

	"github.com/cortx-platform/terraform-provider-cortx/tools/internal/proc"
	"github.com/cortx-platform/terraform-provider-cortx/tools/internal/tfcli"
)

// Linter builds the pinned golangci-lint, where it is not built yet, and returns
// its path.
func Linter(ctx context.Context, root string, progress io.Writer) (string, error) {
	target := filepath.Join(root, "bin", "golangci-lint")
	_, err := proc.Run(ctx, progress, proc.Step{
		Title: "build golangci-lint (a minute or two the first time)",
		Dir:   filepath.Join(root, "tools", "lint"),
		Env:   append(os.Environ(), "CGO_ENABLED=0"),
		Name:  "go",
		Args:  []string{"build", "-v", "-buildvcs=false", "-o", target, "github.com/golangci/golangci-lint/v2/cmd/golangci-lint"},
		Unit:  "packages",
	})
	return target, err
}

// Lint checks the Go code of every module, the format of every configuration,
// and that every go.mod is tidy. It runs all checks before it fails.
func Lint(ctx context.Context, root string, cli tfcli.CLI, progress io.Writer) error {
	linter, err := Linter(ctx, root, progress)
	if err != nil {
		return err
	}
	var steps []proc.Step
	for _, module := range CodeModules(root) {
		steps = append(steps, proc.Step{
			Title: "golangci-lint in " + module,
			Dir:   filepath.Join(root, module),
			Name:  linter,
			Args: []string{
				"run", "--config", filepath.Join(root, ".golangci.yml"),
				"--concurrency", strconv.Itoa(runtime.NumCPU()), "--allow-parallel-runners", "./...",
			},
		})
	}
	for _, folder := range []string{"modules", "examples"} {
		steps = append(steps, proc.Step{
			Title: cli.Product + " fmt -check in " + folder,
			Dir:   filepath.Join(root, folder),
			Name:  cli.Path,
			Args:  []string{"fmt", "-check", "-diff", "-recursive"},
		})
	}
	for _, module := range allModules(root) {
		steps = append(steps, proc.Step{
			Title: "go mod tidy -diff in " + module,
			Dir:   filepath.Join(root, module),
			Name:  "go",
			Args:  []string{"mod", "tidy", "-diff"},
		})
	}
	var failures []error
	for _, step := range steps {
		if _, err := proc.Run(ctx, progress, step); err != nil {
			failures = append(failures, err)
		}
	}
	if len(failures) > 0 {
		return fmt.Errorf("%d of %d checks failed; make generate mends formatting\n\n%w", len(failures), len(steps), errors.Join(failures...))
	}
	_, _ = fmt.Fprintf(progress, "all %d checks pass\n", len(steps))
	return nil
}
