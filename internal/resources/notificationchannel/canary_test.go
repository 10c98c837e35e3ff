package notificationchannel_test

import (
	"archive/zip"
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest"
)

// canaries are secrets that may appear nowhere but in the configuration's
// variables.
var canaries = map[string]string{
	"pagerduty": "canary0pagerduty0canary0pagerdut",
	"slack":     "xoxb-canary-slack",
	"password":  "canary-password-of-webhook",
	"token":     "canary-token-of-webhook",
	"access":    "ya29.canary-access-token",
}

const canaryConfig = `
variable "pagerduty" {
  type      = string
  ephemeral = true
}
variable "slack" {
  type      = string
  ephemeral = true
}
variable "password" {
  type      = string
  ephemeral = true
}
variable "token" {
  type      = string
  ephemeral = true
}

resource "cortx_notification_channel" "pagerduty" {
  display_name = "PagerDuty"
  pagerduty    = { service_key_wo = var.pagerduty }
}
resource "cortx_notification_channel" "slack" {
  display_name = "Slack"
  slack        = { channel_name = "#a", auth_token_wo = var.slack }
}
resource "cortx_notification_channel" "basic" {
  display_name = "Webhook with a password"
  webhook      = { url = "https://hooks.example.com/a", username = "u", password_wo = var.password, password_wo_version = 1 }
}
resource "cortx_notification_channel" "token" {
  display_name = "Webhook with a token"
  webhook      = { url = "https://hooks.example.com/b?x=1", token_wo = var.token, token_wo_version = 1 }
}
`

// TestAccSecretsAppearNowhere applies, refreshes, updates and fails with TRACE
// logs on, and searches everything that was written anywhere.
func TestAccSecretsAppearNowhere(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	config := env.Config(canaryConfig)
	cli := acctest.NewCLI(t, config)
	logs := t.TempDir()
	cli.Env = append(cli.Env, "GOOGLE_OAUTH_ACCESS_TOKEN="+canaries["access"], "TF_LOG=TRACE", "TF_LOG_PATH="+filepath.Join(logs, "trace.log"))
	for _, name := range []string{"pagerduty", "slack", "password", "token"} {
		cli.Env = append(cli.Env, "TF_VAR_"+name+"="+canaries[name])
	}
	var printed strings.Builder
	run := func(args ...string) {
		t.Helper()
		out, err := cli.Run(args...)
		printed.WriteString(out)
		if err != nil {
			t.Logf("%v: %v", args, err)
		}
	}
	run("plan", "-no-color", "-input=false", "-out=plan.bin")
	run("show", "-json", "plan.bin")
	run("apply", "-no-color", "-auto-approve", "-input=false")
	if standing := env.Standing(); standing != 4 {
		t.Fatalf("%d channels stand, want 4:\n%s", standing, printed.String())
	}
	cli.MustPlanEmpty()
	// The secrets are sent again, and the service refuses them: what an error
	// quotes is searched too.
	env.Server.InjectFaults(acctest.Fault{RPC: "UpdateNotificationChannel", Status: http.StatusBadRequest, Times: -1, Message: "Field \"labels\" had an invalid value."})
	cli.Write(strings.ReplaceAll(strings.ReplaceAll(config, "_version = 1", "_version = 2"), "wo = var.pagerduty", "wo = var.pagerduty, service_key_wo_version = 2"))
	run("apply", "-no-color", "-auto-approve", "-input=false")
	env.Server.ClearFaults()
	run("apply", "-no-color", "-auto-approve", "-input=false")
	run("state", "pull")
	run("destroy", "-no-color", "-auto-approve", "-input=false")

	requests, err := json.Marshal(env.Server.Requests())
	if err != nil {
		t.Fatal(err)
	}
	searched := map[string]string{"output": printed.String(), "request log": string(requests)}
	for _, root := range []string{cli.Dir, logs} {
		err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || !entry.Type().IsRegular() || strings.Contains(path, ".terraform/") {
				return err
			}
			raw, err := os.ReadFile(path) //nolint:gosec // The test's own directory.
			searched[filepath.Base(path)] = string(raw)
			if entry.Name() == "plan.bin" {
				searched[entry.Name()] = unzipped(t, path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, wanted := range []string{"trace.log", "terraform.tfstate", "plan.bin"} {
		if searched[wanted] == "" {
			t.Errorf("%s was not searched", wanted)
		}
	}
	if !strings.Contains(searched["trace.log"], "CreateNotificationChannel") {
		t.Error("the trace shows no call, so it proves nothing")
	}
	for where, text := range searched {
		for name, canary := range canaries {
			if at := strings.Index(text, canary); at >= 0 {
				t.Errorf("the secret %s is in %s: …%s…", name, where, text[max(0, at-200):at])
			}
		}
	}
}

// unzipped returns all that a plan file holds: it is an archive.
func unzipped(t *testing.T, path string) string {
	t.Helper()
	archive, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = archive.Close() }()
	var all strings.Builder
	for _, file := range archive.File {
		reader, err := file.Open()
		if err != nil {
			t.Fatal(err)
		}
		raw, err := io.ReadAll(reader)
		_ = reader.Close()
		if err != nil {
			t.Fatal(err)
		}
		all.Write(raw)
	}
	return all.String()
}

// TestAccRefusedSecretIsNotShown refuses configurations that hold a secret as a
// literal, without showing the line that it stands on.
func TestAccRefusedSecretIsNotShown(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	cli := acctest.NewCLI(t, env.Config(""))
	for want, body := range map[string]string{
		"does not belong in labels": `email = { address = "a@example.com" }
  labels = { service_key = "canary-secret" }`,
		"begins at 1":       `pagerduty = { service_key_wo = "canary-secret", service_key_wo_version = 0 }`,
		"channel is empty":  `slack = { channel_name = "", auth_token_wo = "canary-secret" }`,
		"holds a secret":    `webhook = { url = "https://u:canary-secret@hooks.example.com/" }`,
		"address of a webh": `webhook = { url = "canary-secret" }`,
	} {
		cli.Write(env.Config(channel(body)))
		out, err := cli.Run("plan", "-no-color", "-input=false")
		if err == nil || !strings.Contains(strings.Join(strings.Fields(out), " "), want) {
			t.Errorf("%s: not refused: %v\n%s", want, err, out)
		}
		if strings.Contains(out, "canary-secret") {
			t.Errorf("%s: the secret is shown:\n%s", want, out)
		}
	}
}
