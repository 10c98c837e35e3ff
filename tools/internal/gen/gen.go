// Package gen writes what is generated in this repository: the format of code
// and configuration, docs/ from the provider's schema, and the inputs and
// outputs in the modules' READMEs.
package gen

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cortx-platform/terraform-provider-cortx/tools/internal/demo"
	"github.com/cortx-platform/terraform-provider-cortx/tools/internal/install"
	"github.com/cortx-platform/terraform-provider-cortx/tools/internal/proc"
	"github.com/cortx-platform/terraform-provider-cortx/tools/internal/suite"
	"github.com/cortx-platform/terraform-provider-cortx/tools/internal/tfcli"
)

// Generate writes everything that is generated.
func Generate(ctx context.Context, root string, cli tfcli.CLI, progress io.Writer) error {
	g := generator{root: root, cli: cli, progress: progress}
	for _, step := range []func(context.Context) error{g.formatGo, g.formatHCL, g.tofuTests, g.moduleReadmes, g.docs} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Check generates, and fails when that changed, added or removed a file. It
// compares with what was there before and not with the last commit, so that it
// tells the truth in a work tree with other changes as well.
func Check(ctx context.Context, root string, cli tfcli.CLI, progress io.Writer) error {
	before, err := snapshot(ctx, root)
	if err != nil {
		return err
	}
	if err := Generate(ctx, root, cli, progress); err != nil {
		return err
	}
	after, err := snapshot(ctx, root)
	if err != nil {
		return err
	}
	if changed := differing(before, after); len(changed) > 0 {
		return fmt.Errorf("generated files were not current:\n  %s\nthey are now: look at git diff, and commit them", strings.Join(changed, "\n  "))
	}
	_, _ = fmt.Fprintln(progress, "every generated file is current")
	return nil
}

// snapshot maps every file of the work tree that git does not ignore to the
// hash of its content.
func snapshot(ctx context.Context, root string) (map[string][sha256.Size]byte, error) {
	list, err := proc.Run(ctx, io.Discard, proc.Step{
		Title: "git ls-files",
		Dir:   root,
		Name:  "git",
		Args:  []string{"ls-files", "-z", "--cached", "--others", "--exclude-standard"},
	})
	if err != nil {
		return nil, err
	}
	files := map[string][sha256.Size]byte{}
	for _, name := range strings.Split(strings.TrimRight(list, "\x00"), "\x00") {
		data, err := os.ReadFile(filepath.Join(root, name))
		if errors.Is(err, os.ErrNotExist) {
			continue // Deleted, and not yet so in the index.
		}
		if err != nil {
			return nil, err
		}
		files[name] = sha256.Sum256(data)
	}
	return files, nil
}

// differing lists the files that two snapshots do not agree about.
func differing(before, after map[string][sha256.Size]byte) []string {
	names := map[string]bool{}
	for _, pair := range [][2]map[string][sha256.Size]byte{{before, after}, {after, before}} {
		for name, sum := range pair[0] {
			if other, ok := pair[1][name]; !ok || other != sum {
				names[name] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(names))
}

type generator struct {
	root     string
	cli      tfcli.CLI
	progress io.Writer
}

func (g generator) run(ctx context.Context, step proc.Step) error {
	_, err := proc.Run(ctx, g.progress, step)
	return err
}

// formatGo applies the formatters of .golangci.yml, gofumpt among them.
func (g generator) formatGo(ctx context.Context) error {
	linter, err := suite.Linter(ctx, g.root, g.progress)
	if err != nil {
		return err
	}
	for _, module := range suite.CodeModules(g.root) {
		err := g.run(ctx, proc.Step{
			Title: "format the Go code in " + module,
			Dir:   filepath.Join(g.root, module),
			Name:  linter,
			Args:  []string{"fmt", "--config", filepath.Join(g.root, ".golangci.yml"), "./..."},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (g generator) formatHCL(ctx context.Context) error {
	for _, folder := range []string{"modules", "examples"} {
		err := g.run(ctx, proc.Step{
			Title: "format the configuration in " + folder,
			Dir:   filepath.Join(g.root, folder),
			Env:   cliEnv(),
			Name:  g.cli.Path,
			Args:  []string{"fmt", "-recursive"},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// tool builds a tool that tools/go.mod pins and returns its path.
func (g generator) tool(ctx context.Context, pkg string) (string, error) {
	target := filepath.Join(g.root, "bin", filepath.Base(pkg))
	return target, g.run(ctx, proc.Step{
		Title: "build " + filepath.Base(pkg),
		Dir:   filepath.Join(g.root, "tools"),
		Env:   append(os.Environ(), "CGO_ENABLED=0"),
		Name:  "go",
		Args:  []string{"build", "-v", "-buildvcs=false", "-o", target, pkg},
		Unit:  "packages",
	})
}

// moduleReadmes writes the tables of inputs and outputs between the markers in
// each module's README.
func (g generator) moduleReadmes(ctx context.Context) error {
	terraformDocs, err := g.tool(ctx, "github.com/terraform-docs/terraform-docs")
	if err != nil {
		return err
	}
	modules, err := filepath.Glob(filepath.Join(g.root, "modules", "*", "versions.tf"))
	if err != nil {
		return err
	}
	for _, versions := range modules {
		dir := filepath.Dir(versions)
		err := g.run(ctx, proc.Step{
			Title: "inputs and outputs of modules/" + filepath.Base(dir),
			Dir:   dir,
			Name:  terraformDocs,
			Args: []string{
				"markdown", "table",
				"--output-file=README.md", "--output-mode=inject", ".",
			},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// docs writes docs/ from the provider's schema, templates/ and examples/.
func (g generator) docs(ctx context.Context) error {
	tfplugindocs, err := g.tool(ctx, "github.com/hashicorp/terraform-plugin-docs/cmd/tfplugindocs")
	if err != nil {
		return err
	}
	scratch, err := os.MkdirTemp("", "cortx-docs-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(scratch) }()
	installed, err := install.Provider(ctx, g.progress, g.root, filepath.Join(g.root, ".cache", "generate"))
	if err != nil {
		return err
	}
	schema, err := g.schema(ctx, scratch, installed)
	if err != nil {
		return err
	}
	err = g.run(ctx, proc.Step{
		Title: "docs",
		Dir:   g.root,
		Name:  tfplugindocs,
		Args: []string{
			"generate", "--provider-name", "cortx", "--rendered-provider-name", "CORTX",
			"--providers-schema", schema,
		},
	})
	if err != nil {
		return err
	}
	return g.catalogue(ctx, installed)
}

// schema exports the provider's schema to a file in the form that tfplugindocs
// reads.
func (g generator) schema(ctx context.Context, scratch string, installed install.Installation) (string, error) {
	config := fmt.Sprintf("terraform {\n  required_providers {\n    cortx = {\n      source = %q\n    }\n  }\n}\n", install.Sources()[0])
	if err := os.WriteFile(filepath.Join(scratch, "main.tf"), []byte(config), 0o600); err != nil {
		return "", err
	}
	env := append(cliEnv(), "TF_CLI_CONFIG_FILE="+installed.CLIConfig)
	if err := g.run(ctx, proc.Step{Title: "init", Dir: scratch, Env: env, Name: g.cli.Path, Args: []string{"init", "-no-color", "-input=false"}}); err != nil {
		return "", err
	}
	raw, err := proc.Run(ctx, g.progress, proc.Step{
		Title: "export the provider's schema", Dir: scratch, Env: env,
		Name: g.cli.Path, Args: []string{"providers", "schema", "-json"},
	})
	if err != nil {
		return "", err
	}
	normal, err := Normalise([]byte(raw))
	if err != nil {
		return "", err
	}
	path := filepath.Join(scratch, "schema.json")
	return path, os.WriteFile(path, normal, 0o600)
}

// Normalise makes an exported schema the same whichever CLI exported it, and
// gives the provider the name under which tfplugindocs looks for it. The schemas
// of identities and of list resources are left out: Terraform before 1.12 exports
// none of the first, and nothing but Terraform 1.14 and newer any of the second.
func Normalise(raw []byte) ([]byte, error) {
	var doc struct {
		FormatVersion string                                `json:"format_version"`
		Providers     map[string]map[string]json.RawMessage `json:"provider_schemas"`
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		return nil, fmt.Errorf("the exported schema is not understood: %w", err)
	}
	provider, ok := doc.Providers[install.Sources()[0]]
	if !ok {
		return nil, fmt.Errorf("the exported schema has no provider %s", install.Sources()[0])
	}
	delete(provider, "resource_identity_schemas")
	delete(provider, "list_resource_schemas")
	doc.Providers = map[string]map[string]json.RawMessage{"registry.terraform.io/hashicorp/cortx": provider}
	doc.FormatVersion = "1.0"
	return json.Marshal(doc)
}

func cliEnv() []string {
	return append(demo.CleanEnv(os.Environ()), "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1")
}
