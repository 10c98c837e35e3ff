package cli

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
)

// tableWidth is how many columns a table of the catalogue takes at most.
const tableWidth = 120

// cell is one cell of a table, a string for each of its lines.
type cell []string

// catalogTable writes the catalogue for a terminal: a heading for each group and
// row, a column for each tier, and for one tier alone how far a configuration may
// move away from it.
func catalogTable(w io.Writer, view catalogView) error {
	var b bytes.Buffer
	_, _ = fmt.Fprintf(&b, "Control catalogue, version %d. %s\n", view.version, disclaimer)
	tier, only := view.one()
	if only {
		_, _ = fmt.Fprintf(&b, "Tier %s: %s; data isolation %s; compliance level %s.\n", tier, tier.Purpose(), tier.Isolation(), tier.Level())
	}
	lines := tableLines(view)
	widths := widest(lines)
	_, _ = fmt.Fprintln(&b)
	writeLine(&b, widths, lines[0])
	group, row := "-", ""
	for i, setting := range policy.Settings(view.version) {
		if setting.Group() != group {
			group = setting.Group()
			_, _ = fmt.Fprintln(&b, cmp.Or(group, "environment"))
		}
		if setting.Row != row {
			row = setting.Row
			for _, text := range wrap("  ", view.heading(row), tableWidth) {
				_, _ = fmt.Fprintln(&b, text)
			}
		}
		writeLine(&b, widths, lines[i+1])
		for _, c := range setting.Cases {
			for _, tier := range view.tiers {
				if value, ok := c.Values[tier]; ok {
					_, _ = fmt.Fprintf(&b, "%s  %s %s: %s\n", tableIndent, tier, c.When, policy.Format(value))
				}
			}
		}
	}
	_, _ = fmt.Fprintf(&b, "\nChange: %s.\nSources of controls:\n", legend)
	for _, source := range policy.Sources() {
		_, _ = fmt.Fprintf(&b, "  %s  %s\n", source, source.Describe())
	}
	_, err := w.Write(b.Bytes())
	return err
}

// tableIndent is how far settings stand in from the headings.
const tableIndent = "    "

// tableLines are the heading of the columns, and a line for each setting.
func tableLines(view catalogView) [][]cell {
	lines := [][]cell{{{tableIndent + "setting"}}}
	for _, tier := range view.tiers {
		lines[0] = append(lines[0], cell{string(tier)})
	}
	tier, only := view.one()
	if only {
		lines[0] = append(lines[0], cell{"floor"})
	}
	lines[0] = append(lines[0], cell{""})
	for _, setting := range policy.Settings(view.version) {
		line := []cell{{tableIndent + setting.Name()}}
		for _, tier := range view.tiers {
			value, _ := implied(setting, tier)
			line = append(line, cellOf(value))
		}
		if only {
			value, floor := implied(setting, tier)
			line = append(line, cell{setting.Latitude(tier, value, floor)})
		}
		lines = append(lines, append(line, cell{mark(setting.Change)}))
	}
	return lines
}

// heading is the title of a row with its controls.
func (v catalogView) heading(key string) string {
	for _, row := range policy.Rows(v.version) {
		if row.Key == key {
			return row.Title + ": " + policy.Cite(v.claimed(row.Controls))
		}
	}
	return key
}

// cellOf writes a value, each member of a set on a line of its own.
func cellOf(value any) cell {
	if set, ok := value.([]string); ok {
		return set
	}
	return cell{policy.Format(value)}
}

// widest are the widths of the columns.
func widest(lines [][]cell) []int {
	widths := make([]int, len(lines[0]))
	for _, line := range lines {
		for column, texts := range line {
			for _, text := range texts {
				widths[column] = max(widths[column], utf8.RuneCountInString(text))
			}
		}
	}
	return widths
}

// writeLine writes the cells side by side, without blanks at the end.
func writeLine(b *bytes.Buffer, widths []int, cells []cell) {
	height := 1
	for _, texts := range cells {
		height = max(height, len(texts))
	}
	for i := range height {
		var line strings.Builder
		for column, texts := range cells {
			text := ""
			if i < len(texts) {
				text = texts[i]
			}
			line.WriteString(text + strings.Repeat(" ", max(0, widths[column]-utf8.RuneCountInString(text))+2))
		}
		_, _ = fmt.Fprintln(b, strings.TrimRight(line.String(), " "))
	}
}

// wrap breaks a text at blanks into lines of at most width characters, each of
// which begins with indent.
func wrap(indent, text string, width int) []string {
	var lines []string
	current := ""
	for _, word := range strings.Fields(text) {
		switch {
		case current == "":
			current = indent + word
		case utf8.RuneCountInString(current)+1+utf8.RuneCountInString(word) > width:
			lines, current = append(lines, current), indent+word
		default:
			current += " " + word
		}
	}
	return append(lines, current)
}
