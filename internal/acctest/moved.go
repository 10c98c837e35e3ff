package acctest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// Google is a resource of hashicorp/google in a state file: what a moved block
// starts from.
type Google struct {
	// Type and Name are those of the address, such as
	// google_monitoring_alert_policy and "cpu".
	Type, Name string
	// Attributes are the resource's, as hashicorp/google writes them.
	Attributes map[string]any
	// SchemaVersion is that of the type, 0 for all that these tests use.
	SchemaVersion int
}

// Foreign makes an object by a plain REST request, as hashicorp/google sends it,
// and returns the reply. path begins at the host, such as
// "monitoring.googleapis.com/v3/projects/p/alertPolicies".
func (e *Env) Foreign(path, body string) map[string]any {
	e.tb.Helper()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, "http://"+e.Server.Addr()+"/"+path, strings.NewReader(body))
	if err != nil {
		e.tb.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		e.tb.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		e.tb.Fatal(err)
	}
	reply := map[string]any{}
	if err := json.Unmarshal(raw, &reply); err != nil || resp.StatusCode != http.StatusOK {
		e.tb.Fatalf("POST %s: %s: %s", path, resp.Status, raw)
	}
	return reply
}

// WriteGoogleState writes a state file that holds resources of hashicorp/google,
// as if another configuration had made them, and puts a stand-in for its plugin
// where the CLI finds it. The state of a move is not touched by the stand-in:
// the CLI hands it to the provider that the resource moves to.
func (c *CLI) WriteGoogleState(resources ...Google) {
	c.t.Helper()
	type instance struct {
		SchemaVersion int            `json:"schema_version"`
		Attributes    map[string]any `json:"attributes"`
		Private       []byte         `json:"private"`
	}
	type entry struct {
		Mode      string     `json:"mode"`
		Type      string     `json:"type"`
		Name      string     `json:"name"`
		Provider  string     `json:"provider"`
		Instances []instance `json:"instances"`
	}
	state := struct {
		Version          int            `json:"version"`
		TerraformVersion string         `json:"terraform_version"`
		Serial           int            `json:"serial"`
		Lineage          string         `json:"lineage"`
		Outputs          map[string]any `json:"outputs"`
		Resources        []entry        `json:"resources"`
	}{Version: 4, TerraformVersion: "1.11.0", Serial: 1, Lineage: "00000000-0000-4000-8000-000000000000", Outputs: map[string]any{}}
	var types []string
	for _, r := range resources {
		if !slices.Contains(types, r.Type) {
			types = append(types, r.Type)
		}
		state.Resources = append(state.Resources, entry{
			Mode: "managed", Type: r.Type, Name: r.Name, Provider: fmt.Sprintf("provider[%q]", googleAddress),
			Instances: []instance{{
				SchemaVersion: r.SchemaVersion, Attributes: r.Attributes,
				// The timeouts of terraform-plugin-sdk, in nanoseconds.
				Private: []byte(`{"e2bfb730-ecaa-11e6-8f88-34363bc7c4c0":{"create":1200000000000,"delete":1200000000000,"update":1200000000000}}`),
			}},
		})
	}
	raw, err := json.MarshalIndent(state, "", "  ")
	if err != nil {
		c.t.Fatal(err)
	}
	c.write(filepath.Join(c.Dir, "terraform.tfstate"), string(raw))
	c.Env = append(c.Env, serveGoogle(c.t, types))
}

// Everywhere returns everything that the CLI has written below its directory but
// plugins, for a look at what must not be there.
func (c *CLI) Everywhere() string {
	c.t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(c.Dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			if entry != nil && entry.Name() == "providers" {
				return filepath.SkipDir
			}
			return err
		}
		raw, err := os.ReadFile(path) //nolint:gosec // The path lies below the test's own directory.
		_, _ = fmt.Fprintf(&all, "\n--- %s\n%s", entry.Name(), raw)
		return err
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return all.String()
}

// Plan plans to a file and returns the action of each resource by its address,
// such as "no-op" or "update", and all that the CLI printed.
func (c *CLI) Plan(args ...string) (actions map[string]string, printed string) {
	c.t.Helper()
	printed = c.MustRun(append([]string{"plan", "-no-color", "-input=false", "-out=plan.bin"}, args...)...)
	var plan struct {
		Changes []struct {
			Address string `json:"address"`
			Change  struct {
				Actions []string `json:"actions"`
			} `json:"change"`
		} `json:"resource_changes"`
	}
	if err := json.Unmarshal([]byte(c.MustRun("show", "-json", "plan.bin")), &plan); err != nil {
		c.t.Fatal(err)
	}
	actions = map[string]string{}
	for _, change := range plan.Changes {
		actions[change.Address] = strings.Join(change.Change.Actions, " and ")
	}
	return actions, printed
}

// Move asks the provider itself, without a CLI, to move a state, and returns the
// errors that it answers.
func (e *Env) Move(t *testing.T, target, sourceAddress, sourceType, state string) []string {
	t.Helper()
	server, err := e.Factories()["cortx"]()
	if err != nil {
		t.Fatal(err)
	}
	resp, err := server.MoveResourceState(t.Context(), &tfprotov6.MoveResourceStateRequest{
		SourceProviderAddress: sourceAddress, SourceTypeName: sourceType, TargetTypeName: target,
		SourceState: &tfprotov6.RawState{JSON: []byte(state)},
	})
	if err != nil {
		t.Fatal(err)
	}
	var errors []string
	for _, d := range resp.Diagnostics {
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			errors = append(errors, d.Summary+" "+d.Detail)
		}
	}
	return errors
}
