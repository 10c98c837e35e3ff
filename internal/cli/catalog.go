package cli

import (
	"context"
	"flag"
	"fmt"
	"io"
	"strings"

	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
)

// disclaimer stands wherever the catalogue is shown.
const disclaimer = "Settings mapped to controls: not an authorisation."

// catalogView is what of the catalogue is shown: a version, and all tiers or one.
type catalogView struct {
	version int
	tiers   []policy.Tier
}

// catalogFormats are the forms of the catalogue's output.
func catalogFormats() map[string]func(w io.Writer, view catalogView) error {
	return map[string]func(io.Writer, catalogView) error{
		"table":    catalogTable,
		"json":     catalogJSON,
		"markdown": catalogMarkdown,
	}
}

func runCatalog(_ context.Context, inv invocation) int {
	flags := flag.NewFlagSet("terraform-provider-cortx catalog", flag.ContinueOnError)
	format := flags.String("format", "table", "`form` of the output: table, json or markdown")
	tier := flags.String("tier", "", "show one `tier` alone: dev, sandbox, staging or prod")
	version := flags.Int("version", policy.Version, "`version` of the catalogue")
	if code, done := parse(flags, inv); done {
		return code
	}
	write, ok := catalogFormats()[*format]
	if !ok {
		_, _ = fmt.Fprintf(inv.stderr, "There is no format %q: use table, json or markdown.\n", *format)
		return exitUsage
	}
	view := catalogView{version: *version, tiers: policy.Tiers()}
	if *tier != "" {
		one, err := policy.ParseTier(*tier)
		if err != nil {
			_, _ = fmt.Fprintf(inv.stderr, "%s.\n", strings.ToUpper(err.Error()[:1])+err.Error()[1:])
			return exitUsage
		}
		view.tiers = []policy.Tier{one}
	}
	if !policy.Known(*version) {
		_, _ = fmt.Fprintf(inv.stderr, "There is no version %d of the catalogue: this binary knows %v.\n", *version, policy.Versions())
		return exitUsage
	}
	if err := write(inv.stdout, view); err != nil {
		_, _ = fmt.Fprintln(inv.stderr, err)
		return exitError
	}
	return exitOK
}

// one is the tier of a view of one tier alone.
func (v catalogView) one() (policy.Tier, bool) {
	return v.tiers[0], len(v.tiers) == 1
}

// claimed are those of the controls that the view shows.
func (v catalogView) claimed(controls []policy.Control) []policy.Control {
	if tier, only := v.one(); only {
		return policy.Claimed(controls, tier)
	}
	return controls
}

// implied is what a tier implies when no condition holds, and its floor.
func implied(setting policy.Setting, tier policy.Tier) (value, floor any) {
	never := func(policy.Condition) bool { return false }
	return setting.Implied(tier, never), setting.Least(tier, never)
}

// mark is the class of change in one letter, as legend explains it.
func mark(change policy.Change) string {
	switch change {
	case policy.CreateOnly:
		return "c"
	case policy.OneWay:
		return "1"
	default:
		return "m"
	}
}

const legend = "m changes in place, c is fixed at creation, 1 can be tightened and never undone"
