package cli

import (
	"context"
	"fmt"
	"runtime"
)

func runVersion(_ context.Context, inv invocation) int {
	_, _ = fmt.Fprintf(inv.stdout, "terraform-provider-cortx %s (%s, %s/%s)\n", inv.version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return exitOK
}
