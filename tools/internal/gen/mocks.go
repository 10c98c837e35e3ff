package gen

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// mockSource is how a test file refers to the mock files, which all modules
// share.
const mockSource = "  source = \"../mocks\"\n"

// tofuTests writes, beside each test file that uses mock files, the form of it
// that OpenTofu reads. OpenTofu 1.12 has mock providers and no mock files, and
// it prefers NAME.tofutest.hcl to NAME.tftest.hcl; Terraform reads the latter
// alone.
func (g generator) tofuTests(context.Context) error {
	tests, err := filepath.Glob(filepath.Join(g.root, "modules", "*", "tests", "*.tftest.hcl"))
	if err != nil {
		return err
	}
	mocks, err := mockFiles(filepath.Join(g.root, "modules", "mocks"))
	if err != nil {
		return err
	}
	for _, path := range tests {
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if !strings.Contains(string(text), mockSource) {
			continue
		}
		target := strings.TrimSuffix(path, ".tftest.hcl") + ".tofutest.hcl"
		if err := os.WriteFile(target, []byte(TofuTest(filepath.Base(path), string(text), mocks)), 0o644); err != nil { //nolint:gosec // source code, for everybody to read
			return err
		}
	}
	return nil
}

func mockFiles(dir string) ([]string, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.tfmock.hcl"))
	if err != nil {
		return nil, err
	}
	var texts []string
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		texts = append(texts, string(text))
	}
	return texts, nil
}

// TofuTest is the test file named name with the mock files in the place of the
// reference to them, and without what OpenTofu does by itself.
func TofuTest(name, text string, mocks []string) string {
	var body strings.Builder
	for line := range strings.Lines(strings.Join(mocks, "\n")) {
		if strings.TrimSpace(line) != "" {
			body.WriteString("  ")
		}
		body.WriteString(line)
	}
	// OpenTofu mocks in the plan, and knows no word for it.
	text = strings.ReplaceAll(text, "    override_during = plan\n\n", "")
	header := fmt.Sprintf("# Generated from %s and the mock files by make generate: OpenTofu has no mock files.\n\n", name)
	return header + strings.Replace(text, mockSource, body.String(), 1)
}
