package cli

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
)

// catalogMarkdown writes the catalogue as the documentation shows it.
func catalogMarkdown(w io.Writer, view catalogView) error {
	var b bytes.Buffer
	_, _ = fmt.Fprintf(&b, "Version %d of the catalogue. **%s**\n\n", view.version, disclaimer)
	markdownTiers(&b, view)
	markdownSources(&b)
	markdownSettings(&b, view)
	if _, only := view.one(); !only {
		markdownChanges(&b)
	}
	_, err := w.Write(append(bytes.TrimRight(b.Bytes(), "\n"), '\n'))
	return err
}

func markdownTiers(b *bytes.Buffer, view catalogView) {
	b.WriteString("## Tiers\n\n| tier | purpose | data isolation | compliance level | lives for |\n|---|---|---|---|---|\n")
	for _, tier := range view.tiers {
		life := "as long as wanted"
		if ttl := tier.MaxTTL(); ttl > 0 {
			life = fmt.Sprintf("at most %d days", ttl/(24*time.Hour))
		}
		_, _ = fmt.Fprintf(b, "| `%s` | %s | %s | %s | %s |\n", tier, tier.Purpose(), strings.ReplaceAll(string(tier.Isolation()), "_", " "), tier.Level(), life)
	}
	b.WriteString("\n")
}

func markdownSources(b *bytes.Buffer) {
	b.WriteString("## Sources of controls\n\nThe letters after a control say where its mapping was read. `[Hi]` marks what is in FedRAMP's High baseline alone: such a control is claimed in a tier of that level only.\n\n| | source |\n|---|---|\n")
	for _, source := range policy.Sources() {
		_, _ = fmt.Fprintf(b, "| %s | %s |\n", source, source.Describe())
	}
	b.WriteString("\n")
}

// markdownSettings has a table for each group, and below it what its settings are.
func markdownSettings(b *bytes.Buffer, view catalogView) {
	_, _ = fmt.Fprintf(b, "## Settings\n\nChange: %s. A value may be stricter than its tier implies, never weaker.\n", legend)
	for _, group := range append([]string{""}, policy.Groups(view.version)...) {
		_, _ = fmt.Fprintf(b, "\n### %s\n\n", cmp.Or(group, "environment"))
		tier, only := view.one()
		if only {
			_, _ = fmt.Fprintf(b, "| setting | %s | floor | change | controls |\n|---|---|---|---|---|\n", tier)
		} else {
			b.WriteString("| setting |")
			for _, tier := range view.tiers {
				_, _ = fmt.Fprintf(b, " %s |", tier)
			}
			b.WriteString(" change | controls |\n|---|" + strings.Repeat("---|", len(view.tiers)) + "---|---|\n")
		}
		var texts []string
		for _, setting := range policy.Settings(view.version) {
			if setting.Group() != group {
				continue
			}
			_, _ = fmt.Fprintf(b, "| `%s` |", setting.Path)
			for _, tier := range view.tiers {
				_, _ = fmt.Fprintf(b, " %s |", markdownValue(setting, tier))
			}
			if only {
				value, floor := implied(setting, tier)
				_, _ = fmt.Fprintf(b, " %s |", setting.Latitude(tier, value, floor))
			}
			_, _ = fmt.Fprintf(b, " %s | %s |\n", mark(setting.Change), policy.Cite(view.claimed(setting.Controls)))
			texts = append(texts, fmt.Sprintf("- `%s`: %s. %s", setting.Path, setting.Title, setting.Doc))
		}
		_, _ = fmt.Fprintf(b, "\n%s\n", strings.Join(texts, "\n"))
	}
}

// markdownValue is what a tier implies, with what it implies under a condition.
func markdownValue(setting policy.Setting, tier policy.Tier) string {
	value, _ := implied(setting, tier)
	text := policy.Code(value)
	for _, c := range setting.Cases {
		if value, ok := c.Values[tier]; ok {
			text += fmt.Sprintf(" (%s %s)", policy.Code(value), c.When)
		}
	}
	return text
}

// markdownChanges is the table of tier changes.
func markdownChanges(b *bytes.Buffer) {
	b.WriteString("\n## Changes of tier\n\nA change that is permitted can still need settings that are fixed at creation: the plan names them.\n\n| from | to | |\n|---|---|---|\n")
	for _, from := range policy.Tiers() {
		for _, to := range policy.Tiers() {
			allowed, why := policy.TierChange(from, to)
			switch {
			case from == to:
			case allowed:
				_, _ = fmt.Fprintf(b, "| `%s` | `%s` | permitted |\n", from, to)
			default:
				_, _ = fmt.Fprintf(b, "| `%s` | `%s` | refused. %s |\n", from, to, why)
			}
		}
	}
}
