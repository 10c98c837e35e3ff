package gen

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/cortx-platform/terraform-provider-cortx/tools/internal/install"
	"github.com/cortx-platform/terraform-provider-cortx/tools/internal/proc"
)

// CatalogueMarker is where the guide of controls holds the catalogue, which the
// provider itself prints. The template has the marker, docs/ the catalogue.
const CatalogueMarker = `<!-- catalog -format markdown -->`

// catalogue puts the control catalogue into its guide, once docs are rendered.
func (g generator) catalogue(ctx context.Context, installed install.Installation) error {
	printed, err := proc.Run(ctx, g.progress, proc.Step{
		Title: "print the control catalogue", Dir: g.root,
		Name: installed.Binary, Args: []string{"catalog", "-format", "markdown"},
	})
	if err != nil {
		return err
	}
	path := filepath.Join(g.root, "docs", "guides", "controls.md")
	guide, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	filled, err := FillGuide(string(guide), printed)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return os.WriteFile(path, []byte(filled), 0o644) //nolint:gosec // Documentation, which is for everybody to read.
}

// FillGuide puts the printed catalogue where the guide has its marker.
func FillGuide(guide, printed string) (string, error) {
	if strings.Count(guide, CatalogueMarker) != 1 {
		return "", errors.New("the guide has to have the marker " + CatalogueMarker + " once")
	}
	if strings.TrimSpace(printed) == "" {
		return "", errors.New("the catalogue is empty")
	}
	return strings.Replace(guide, CatalogueMarker, strings.TrimSpace(printed), 1), nil
}
