package tfcli

import (
	"context"
	"fmt"
	"strconv"
	"strings"
)

// QueryVariable is the environment variable that names a CLI with terraform
// query, for the tests of list resources.
const QueryVariable = "TF_ACC_TERRAFORM_QUERY_PATH"

// minQuery is the minor version of Terraform 1 that brought terraform query.
const minQuery = 14

// Query returns a CLI that has terraform query: the one that
// TF_ACC_TERRAFORM_QUERY_PATH names; else terraform on PATH when it is recent
// enough; else Terraform in the version that tools/terraform/go.mod pins, built
// from the Go module proxy once and cached. OpenTofu has no such command,
// whatever its version. Nothing but the tests of list resources needs it.
func (f Finder) Query(ctx context.Context) (CLI, error) {
	cli, ok, err := f.QueryFound(ctx)
	if ok || err != nil {
		return cli, err
	}
	f.defaults()
	return f.pinned(ctx, pinnedTerraform, fmt.Sprintf("no terraform of version 1.%d or newer on PATH", minQuery))
}

// QueryFound is Query without a build: false where there is no such CLI yet.
func (f Finder) QueryFound(ctx context.Context) (CLI, bool, error) {
	f.defaults()
	if path := f.Getenv(QueryVariable); path != "" {
		cli, err := identify(ctx, path)
		if err == nil && !cli.hasQuery() {
			err = fmt.Errorf("it is %s", cli)
		}
		if err != nil {
			return CLI{}, false, fmt.Errorf("%s is set to %q, which has no terraform query: %w; set it to a Terraform of version 1.%d or newer, or unset it", QueryVariable, path, err, minQuery)
		}
		return cli, true, nil
	}
	if path, err := f.LookPath("terraform"); err == nil {
		if cli, err := identify(ctx, path); err == nil && cli.hasQuery() {
			return cli, true, nil
		}
	}
	cli, ok := f.cached(ctx, pinnedTerraform)
	return cli, ok, nil
}

func (c CLI) hasQuery() bool { return c.Product == pinnedTerraform.product && c.AtLeast(1, minQuery) }

// AtLeast tells whether the CLI's version is major.minor or newer.
func (c CLI) AtLeast(major, minor int) bool {
	first, rest, _ := strings.Cut(c.Version, ".")
	second, _, _ := strings.Cut(rest, ".")
	m, errMajor := strconv.Atoi(first)
	n, errMinor := strconv.Atoi(second)
	return errMajor == nil && errMinor == nil && (m > major || m == major && n >= minor)
}
