package provider_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest"
	"github.com/cortx-platform/terraform-provider-cortx/internal/clock"
	cortx "github.com/cortx-platform/terraform-provider-cortx/internal/provider"
)

// standing are configurations of each type, of which a state of every released
// version of its schema is kept.
var standing = map[string]string{
	"cortx_alert_policy": `
resource "cortx_alert_policy" "test" {
  display_name = "Errors"
  priority     = "P2"
  conditions   = [{ error_rate = {} }]
}
`,
	"cortx_notification_channel": `
resource "cortx_notification_channel" "test" {
  display_name = "Team"
  email        = { address = "team@example.com" }
}
`,
	"cortx_dashboard": `
resource "cortx_dashboard" "test" {
  preset = "platform_health"
}
`,
	"cortx_slo": `
resource "cortx_slo" "test" {
  service_id = "platform"
  preset     = "uptime"
}
`,
	"cortx_environment": `
resource "cortx_environment" "test" {
  tier   = "dev"
  region = "europe-west1"
  labels = { team = "platform" }
}
`,
}

// TestAccStatesOfReleases reads a state that each released version of a schema
// has written, and plans nothing. With CORTX_UPDATE_GOLDEN set it adds the state
// of the schema as it is, and never changes one that is there.
func TestAccStatesOfReleases(t *testing.T) {
	t.Parallel()
	for _, constructor := range cortx.New("test")().Resources(t.Context()) {
		r := constructor()
		var meta resource.MetadataResponse
		r.Metadata(t.Context(), resource.MetadataRequest{ProviderTypeName: "cortx"}, &meta)
		var described resource.SchemaResponse
		r.Schema(t.Context(), resource.SchemaRequest{}, &described)
		t.Run(meta.TypeName, func(t *testing.T) {
			t.Parallel()
			config, ok := standing[meta.TypeName]
			if !ok {
				t.Fatalf("%s has no configuration here, so no state of it is kept", meta.TypeName)
			}
			for version := int64(0); version <= described.Schema.Version; version++ {
				env := acctest.New(t, func(o *acctest.Options) { o.Clock, o.LROScale = clock.System(), 0 })
				env.Workload()
				cli := acctest.NewCLI(t, env.Config(config))
				cli.MustRun("apply", "-no-color", "-auto-approve", "-input=false")
				file := filepath.Join("testdata", "states", fmt.Sprintf("%s_v%d.json", meta.TypeName, version))
				if _, err := os.Stat(file); err != nil && version == described.Schema.Version && os.Getenv("CORTX_UPDATE_GOLDEN") != "" {
					saveState(t, cli, file)
				}
				loadState(t, cli, file)
				cli.MustPlanEmpty()
				cli.MustRun("destroy", "-no-color", "-auto-approve", "-input=false")
			}
		})
	}
}

// stateFile is a state as far as the test rewrites it.
func stateFile(t *testing.T, cli *acctest.CLI) (path string, state, instance map[string]any) {
	t.Helper()
	path = filepath.Join(cli.Dir, "terraform.tfstate")
	raw, err := os.ReadFile(filepath.Clean(path))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &state); err != nil {
		t.Fatal(err)
	}
	resources, _ := state["resources"].([]any)
	first, _ := resources[0].(map[string]any)
	instances, _ := first["instances"].([]any)
	instance, _ = instances[0].(map[string]any)
	if instance == nil {
		t.Fatalf("the state holds no instance:\n%s", raw)
	}
	return path, state, instance
}

func saveState(t *testing.T, cli *acctest.CLI, file string) {
	t.Helper()
	_, _, instance := stateFile(t, cli)
	kept := map[string]any{"schema_version": instance["schema_version"], "attributes": instance["attributes"]}
	raw, err := json.MarshalIndent(kept, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, append(raw, '\n'), 0o600); err != nil {
		t.Fatal(err)
	}
}

// loadState puts a kept state in the place of the one that stands. The names
// that the service assigned are those of this run.
func loadState(t *testing.T, cli *acctest.CLI, file string) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Clean(file))
	if err != nil {
		t.Fatalf("%v: a released schema needs a state; CORTX_UPDATE_GOLDEN=1 writes that of the newest", err)
	}
	var kept map[string]any
	if err := json.Unmarshal(raw, &kept); err != nil {
		t.Fatal(err)
	}
	path, state, instance := stateFile(t, cli)
	now, _ := instance["attributes"].(map[string]any)
	then, _ := kept["attributes"].(map[string]any)
	for _, name := range []string{"id", "name", "dashboard_id", "policies"} {
		if assigned(then[name]) {
			then[name] = now[name]
		}
	}
	instance["attributes"], instance["schema_version"] = then, kept["schema_version"]
	delete(instance, "private")
	edited, err := json.Marshal(state)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, edited, 0o600); err != nil {
		t.Fatal(err)
	}
}

// assigned tells whether a value holds numbers that the service gives out.
func assigned(value any) bool {
	text := fmt.Sprint(value)
	return strings.Contains(text, "/alertPolicies/") || strings.Contains(text, "/notificationChannels/") || strings.Contains(text, "/dashboards/")
}
