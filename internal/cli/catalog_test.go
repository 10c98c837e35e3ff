package cli_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
)

// arguments show the catalogue whole, and each tier alone.
func catalogArguments() [][]string {
	all := [][]string{{"catalog"}, {"catalog", "-version", "1"}}
	for _, tier := range policy.Tiers() {
		all = append(all, []string{"catalog", "-tier", string(tier)})
	}
	return all
}

func TestCatalogTable(t *testing.T) {
	t.Parallel()
	for _, args := range catalogArguments() {
		code, stdout, stderr := run(t, args...)
		if code != 0 || stderr != "" {
			t.Fatalf("%v: exit %d, %s", args, code, stderr)
		}
		for line := range strings.SplitSeq(stdout, "\n") {
			if utf8.RuneCountInString(line) > 120 || strings.TrimRight(line, " ") != line {
				t.Errorf("%v: a line of %d characters: %q", args, utf8.RuneCountInString(line), line)
			}
		}
		for _, setting := range policy.Settings(1) {
			if !strings.Contains(stdout, "\n    "+setting.Name()+" ") {
				t.Errorf("%v: %s is missing", args, setting.Path)
			}
		}
		if !strings.Contains(stdout, "not an authorisation") || !strings.Contains(stdout, "  D  Our own mapping") {
			t.Errorf("%v says not what it is:\n%s", args, stdout)
		}
	}
}

// TestCatalogTableShows compares some lines in full.
func TestCatalogTableShows(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		args  []string
		lines []string
	}{
		{[]string{"catalog"}, []string{
			"    setting                   dev                   sandbox                staging               prod",
			"  release channel: CIS-GKE 5.5.4 (H); SI-2 (D)",
			"    release_channel           REGULAR               REGULAR                STABLE                STABLE                m",
			"    destroy_delay_hours       24                    24                     720                   720                   c",
			"      prod on Enterprise Plus: 35",
			"  Dataplane V2: AC-4, SC-7(21)[Hi] (D,N)",
		}},
		{[]string{"catalog", "-tier", "staging"}, []string{
			"Tier staging: pre-production validation; data isolation per_tenant; compliance level moderate.",
			"    binary_authorization      ENFORCE_ALLOW_LIST    or stricter  m",
			"    private_nodes             true                  only         c",
			"    rotation_days             90                    or less      m",
			"    backups_retained          14                    or more      m",
			"    flow_interval             INTERVAL_5_SEC        any          m",
			"    deletion_policy           PREVENT               any          m",
			"    tls                       ENCRYPTED_ONLY        any          m",
			"      staging with an access policy: DRY_RUN",
			"  Dataplane V2: AC-4 (D,N)",
		}},
	} {
		_, stdout, _ := run(t, test.args...)
		for _, line := range test.lines {
			if !strings.Contains(stdout, "\n"+line+"\n") {
				t.Errorf("%v has no line %q:\n%s", test.args, line, stdout)
			}
		}
	}
	if _, staging, _ := run(t, "catalog", "-tier", "staging"); strings.Contains(staging, "[Hi]") || strings.Contains(staging, "      prod ") {
		t.Error("staging shows what is of another tier")
	}
}

func TestCatalogJSON(t *testing.T) {
	t.Parallel()
	for _, args := range catalogArguments() {
		code, stdout, stderr := run(t, append(args, "-format", "json")...)
		if code != 0 || stderr != "" {
			t.Fatalf("%v: exit %d, %s", args, code, stderr)
		}
		var doc struct {
			Version int
			Note    string
			Sources map[string]string
			Tiers   []struct {
				Name       string
				ControlIDs map[string]string `json:"control_ids"`
			}
			Settings []struct {
				Path     string
				Values   map[string]any
				Floors   map[string]string
				Controls []struct {
					ID, Framework string
					Sources       []string
				}
			}
		}
		if err := json.Unmarshal([]byte(stdout), &doc); err != nil {
			t.Fatalf("%v: %v", args, err)
		}
		if doc.Version != 1 || doc.Note == "" || len(doc.Sources) != 5 || len(doc.Settings) != len(policy.Settings(1)) {
			t.Errorf("%v: version %d, %d settings", args, doc.Version, len(doc.Settings))
		}
		for _, tier := range doc.Tiers {
			if len(tier.ControlIDs) != len(policy.ControlIDs(1, policy.Tier(tier.Name))) {
				t.Errorf("%v: %s has %d control ids", args, tier.Name, len(tier.ControlIDs))
			}
		}
		for _, setting := range doc.Settings {
			if len(setting.Values) != len(doc.Tiers) || len(setting.Floors) != len(doc.Tiers) {
				t.Errorf("%v: %s has %d values", args, setting.Path, len(setting.Values))
			}
			for _, control := range setting.Controls {
				if control.ID == "" || control.Framework == "" || len(control.Sources) == 0 {
					t.Errorf("%v: %s: %+v", args, setting.Path, control)
				}
			}
		}
	}
}

func TestCatalogMarkdown(t *testing.T) {
	t.Parallel()
	for _, args := range catalogArguments() {
		code, stdout, stderr := run(t, append(args, "-format", "markdown")...)
		if code != 0 || stderr != "" {
			t.Fatalf("%v: exit %d, %s", args, code, stderr)
		}
		columns := 0
		for line := range strings.SplitSeq(stdout, "\n") {
			if !strings.HasPrefix(line, "|") {
				columns = 0
				continue
			}
			if got := strings.Count(line, "|"); columns > 0 && got != columns {
				t.Errorf("%v: %d bars instead of %d in %q", args, got, columns, line)
			}
			columns = strings.Count(line, "|")
		}
		for _, setting := range policy.Settings(1) {
			if !strings.Contains(stdout, "| `"+setting.Path+"` |") || !strings.Contains(stdout, "- `"+setting.Path+"`: ") {
				t.Errorf("%v: %s is missing", args, setting.Path)
			}
		}
		if whole := len(args) == 1 || args[1] == "-version"; strings.Contains(stdout, "| `staging` | `prod` | permitted |") != whole {
			t.Errorf("%v: changes of tier", args)
		}
	}
}

func TestCatalogRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		args []string
		want string
	}{
		"a format":    {[]string{"-format", "yaml"}, `There is no format "yaml": use table, json or markdown.`},
		"a tier":      {[]string{"-tier", "production"}, `There is no tier "production": use "dev", "sandbox", "staging" or "prod".`},
		"a version":   {[]string{"-version", "7"}, "There is no version 7 of the catalogue: this binary knows [1]."},
		"an argument": {[]string{"prod"}, "flags only"},
	} {
		code, stdout, stderr := run(t, append([]string{"catalog"}, test.args...)...)
		if code != 2 || stdout != "" || !strings.Contains(stderr, test.want) {
			t.Errorf("%s: exit %d, %q, %q", name, code, stdout, stderr)
		}
	}
}
