package alert_test

import (
	"strings"
	"testing"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"github.com/google/go-cmp/cmp"

	"github.com/cortx-platform/terraform-provider-cortx/internal/alert"
)

func runbook() *alert.Runbook {
	return &alert.Runbook{
		Detection: "Error rate of the API.", Triage: "Look at the dashboard.", Mitigation: "Roll back.",
		Resolution: "Fix it.", PostMortem: "Within five days.",
		Links: []alert.Link{{DisplayName: "playbook", URL: "https://example.com/playbook"}},
	}
}

func TestContent(t *testing.T) {
	t.Parallel()
	policy := alert.Policy{
		Priority: alert.P1, Suite: "lending", Runbook: runbook(),
		Documentation: &alert.Documentation{Content: "The API of the lending suite.", Subject: "Lending"},
	}
	const want = `The API of the lending suite.

**P1, suite degraded: lending.** Respond within 1 hour, resolve within 4 hours.

## Detection

Error rate of the API.

## Triage

Look at the dashboard.

## Mitigation

Roll back.

## Resolution

Fix it.

## Post-mortem

Within five days.`
	if diff := cmp.Diff(want, policy.Content()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for priority, line := range map[alert.Priority]string{
		alert.P0: "**P0, platform down.** Respond within 15 minutes, resolve within 1 hour.",
		alert.P2: "**P2, feature affected.** Respond within 4 hours, resolve within 24 hours.",
		"":       "",
		"P9":     "",
	} {
		if got := (alert.Policy{Priority: priority}).Content(); got != line {
			t.Errorf("Content() of priority %q = %q, want %q", priority, got, line)
		}
	}
}

// read returns the documentation and the runbook that a content is taken for.
func read(content string, labels map[string]string) (*alert.Documentation, *alert.Runbook) {
	p := alert.FromProto(&monitoringpb.AlertPolicy{
		UserLabels: labels, Documentation: &monitoringpb.AlertPolicy_Documentation{Content: content},
	})
	return p.Documentation, p.Runbook
}

func TestContentAfterAnEditor(t *testing.T) {
	t.Parallel()
	policy := alert.Policy{Priority: alert.P0, Runbook: runbook()}
	want := runbook()
	want.Links = nil
	for name, change := range map[string]func(string) string{
		"untouched":       func(s string) string { return s },
		"Windows lines":   func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") },
		"trailing blanks": func(s string) string { return strings.ReplaceAll(s, "\n\n", "  \n\n") + " \n\n" },
	} {
		if _, got := read(change(policy.Content()), alert.OwnLabels(policy)); !cmp.Equal(want, got) {
			t.Errorf("%s (-want +got):\n%s", name, cmp.Diff(want, got))
		}
	}
}

func TestContentChangedByHand(t *testing.T) {
	t.Parallel()
	policy := alert.Policy{Priority: alert.P0, Runbook: runbook()}
	content, labels := policy.Content(), alert.OwnLabels(policy)
	_, got := read(strings.Replace(content, "Roll back.", "Do nothing.", 1), labels)
	if got == nil || got.Mitigation != "Do nothing." || got.Triage != runbook().Triage {
		t.Errorf("a step changed by hand is not seen as that step: %+v", got)
	}
	for name, change := range map[string]string{
		"a heading is gone":    strings.Replace(content, "## Triage\n\n", "", 1),
		"headings swapped":     strings.NewReplacer("## Triage", "## Mitigation", "## Mitigation", "## Triage").Replace(content),
		"the SLA is gone":      content[strings.Index(content, "## Detection"):],
		"another SLA":          strings.Replace(content, "15 minutes", "15 days", 1),
		"the heading is glued": strings.Replace(content, "## Triage\n\n", "## Triage\n", 1),
	} {
		documentation, runbook := read(change, labels)
		if runbook != nil || documentation == nil || documentation.Content != change {
			t.Errorf("%s: it is taken for the runbook %+v and the text %+v, want all of it as text", name, runbook, documentation)
		}
	}
}

// TestHeadingsInText writes texts that look like what the provider renders.
func TestHeadingsInText(t *testing.T) {
	t.Parallel()
	whole := alert.Policy{Runbook: runbook()}.Content()
	for _, text := range []string{
		"## Triage", "## Detection\n\na", whole, `\` + whole, strings.ReplaceAll(whole, "## ", `\## `), strings.ReplaceAll(whole, "## ", `\\## `),
		whole + "\n\n" + whole, strings.TrimSuffix(whole, "\n\nWithin five days."),
		"**P0, platform down.** Respond within 15 minutes, resolve within 1 hour.\n\n" + strings.TrimSuffix(whole, "\n\nWithin five days."),
		"## Detection  \r\n", "### Triage", "text ## Triage", "## triage",
	} {
		for _, priority := range []alert.Priority{"", alert.P0} {
			for _, withRunbook := range []bool{false, true} {
				policy := alert.Policy{Priority: priority, Documentation: &alert.Documentation{Content: text}}
				if withRunbook {
					policy.Runbook = runbook()
					policy.Runbook.Links = nil
					policy.Runbook.Triage, policy.Runbook.PostMortem = text, text
				}
				documentation, runbook := read(policy.Content(), alert.OwnLabels(policy))
				if diff := cmp.Diff(policy.Documentation, documentation); diff != "" {
					t.Errorf("documentation %q, priority %q, runbook %v (-want +got):\n%s", text, priority, withRunbook, diff)
				}
				if diff := cmp.Diff(policy.Runbook, runbook); diff != "" {
					t.Errorf("runbook with %q, priority %q (-want +got):\n%s", text, priority, diff)
				}
			}
		}
	}
	if text := "# Notes\n\n## Triage\n\nCall somebody."; (alert.Policy{Documentation: &alert.Documentation{Content: text}}).Content() != text {
		t.Error("a heading is escaped although nothing could mistake it")
	}
}
