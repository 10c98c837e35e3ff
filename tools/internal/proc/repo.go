package proc

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
)

var mainModule = regexp.MustCompile(`(?m)^module github\.com/cortx-platform/terraform-provider-cortx$`)

// Root returns the root of the repository that the current directory is in.
func Root() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for start := dir; ; dir = filepath.Dir(dir) {
		mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		switch {
		case err == nil && mainModule.Match(mod):
			return dir, nil
		case err != nil && !errors.Is(err, os.ErrNotExist):
			return "", err
		case dir == filepath.Dir(dir):
			return "", fmt.Errorf("%s is not inside the terraform-provider-cortx repository: run this from there", start)
		}
	}
}
