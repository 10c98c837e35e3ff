package alert

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// The headings of a runbook, in the order of the incident process.
var headings = []string{"Detection", "Triage", "Mitigation", "Resolution", "Post-mortem"}

func (r Runbook) steps() []string {
	return []string{r.Detection, r.Triage, r.Mitigation, r.Resolution, r.PostMortem}
}

// gap stands between the parts of the content.
const gap = "\n\n"

// Content returns the documentation as sent, in the part of Markdown that
// notifications show (no tables): the free text, one line with the priority and
// its SLA, and the runbook under five headings. The service takes at most 8,192
// characters and 10,240 bytes.
func (p Policy) Content() string {
	intro := ""
	if p.Documentation != nil {
		intro = p.Documentation.Content
	}
	return renderContent(intro, slaLine(p.Priority, p.Suite), p.Runbook)
}

func renderContent(intro, sla string, runbook *Runbook) string {
	var parts []string
	if runbook != nil || mistakable(intro) {
		intro = escapeHeadings(intro)
	}
	for _, part := range []string{intro, sla} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	if runbook != nil {
		for i, step := range runbook.steps() {
			parts = append(parts, "## "+headings[i], escapeHeadings(step))
		}
	}
	return strings.Join(parts, gap)
}

// slaLine says how soon somebody must be at it; empty without a priority.
func slaLine(priority Priority, suite string) string {
	sla, ok := priority.SLA()
	if !ok {
		return ""
	}
	what := priority.Meaning()
	if suite != "" {
		what += ": " + suite
	}
	return fmt.Sprintf("**%s, %s.** Respond within %s, resolve within %s.", priority, what, words(sla.Response), words(sla.Resolution))
}

// words spells a duration of whole minutes or hours.
func words(d time.Duration) string {
	n, unit := int(d.Hours()), "hour"
	if d%time.Hour != 0 {
		n, unit = int(d.Minutes()), "minute"
	}
	if n == 1 {
		return "1 " + unit
	}
	return fmt.Sprintf("%d %ss", n, unit)
}

// Lines of a user's text that look like a heading of ours get a backslash, which
// Markdown doesn't show, so that the content can be taken apart again.
var (
	headingLine  = regexp.MustCompile(`(?m)^## (?:Detection|Triage|Mitigation|Resolution|Post-mortem)[ \t\r]*$`)
	escapable    = regexp.MustCompile(`(?m)^(\\*## (?:Detection|Triage|Mitigation|Resolution|Post-mortem)[ \t\r]*)$`)
	escaped      = regexp.MustCompile(`(?m)^\\(\\*## (?:Detection|Triage|Mitigation|Resolution|Post-mortem)[ \t\r]*)$`)
	fullyEscaped = regexp.MustCompile(`(?m)^\\+(## (?:Detection|Triage|Mitigation|Resolution|Post-mortem)[ \t\r]*)$`)
	lineEnd      = regexp.MustCompile(`(?m)[ \t\r]+$`)
)

func escapeHeadings(text string) string { return escapable.ReplaceAllString(text, `\$1`) }

func unescapeHeadings(text string) string { return escaped.ReplaceAllString(text, "$1") }

// mistakable says whether free text, without the backslashes before its
// headings, would be taken for a runbook. Only then it is escaped: anybody may
// write a heading "Triage" and see it unchanged.
func mistakable(intro string) bool {
	if !strings.Contains(intro, "## "+headings[0]) {
		return false
	}
	_, _, ok := splitRunbook(tidy(fullyEscaped.ReplaceAllString(intro, "$1")) + gap)
	return ok
}

// tidy undoes what an editor does to line ends.
func tidy(content string) string {
	return strings.TrimRight(lineEnd.ReplaceAllString(content, ""), "\n")
}

// parseContent takes apart what renderContent put together. A content that it
// would not have rendered so is free text as a whole.
func parseContent(content string, priority Priority, suite string) (intro string, runbook *Runbook) {
	sla := slaLine(priority, suite)
	for _, candidate := range []string{content, tidy(content)} {
		before, steps, ok := splitRunbook(candidate)
		if !ok {
			continue
		}
		before, ok = cutLine(before, sla)
		if !ok {
			continue
		}
		intro := unescapeHeadings(before)
		runbook := &Runbook{Detection: steps[0], Triage: steps[1], Mitigation: steps[2], Resolution: steps[3], PostMortem: steps[4]}
		if renderContent(intro, sla, runbook) == candidate {
			return intro, runbook
		}
	}
	intro, ok := cutLine(content, sla)
	if !ok {
		return content, nil
	}
	if mistakable(intro) {
		intro = unescapeHeadings(intro)
	}
	return intro, nil
}

// cutLine removes line, which is the last part of text; false when it is not.
func cutLine(text, line string) (string, bool) {
	if line == "" {
		return text, true
	}
	if text == line {
		return "", true
	}
	return strings.CutSuffix(text, gap+line)
}

// splitRunbook finds the five headings, and what stands before and under them.
func splitRunbook(content string) (before string, steps []string, ok bool) {
	at := headingLine.FindAllStringIndex(content, -1)
	if len(at) != len(headings) {
		return "", nil, false
	}
	before = content[:at[0][0]]
	if before != "" {
		if before, ok = strings.CutSuffix(before, gap); !ok || before == "" {
			return "", nil, false
		}
	}
	for i, heading := range headings {
		if content[at[i][0]:at[i][1]] != "## "+heading {
			return "", nil, false
		}
		end := len(content)
		if i+1 < len(at) {
			end = at[i+1][0]
		}
		step, ok := strings.CutPrefix(content[at[i][1]:end], gap)
		if ok && i+1 < len(at) {
			step, ok = strings.CutSuffix(step, gap)
		}
		if !ok {
			return "", nil, false
		}
		steps = append(steps, unescapeHeadings(step))
	}
	return before, steps, true
}
