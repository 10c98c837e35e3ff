package demo_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/tools/internal/demo"
	"github.com/cortx-platform/terraform-provider-cortx/tools/internal/emu"
	"github.com/cortx-platform/terraform-provider-cortx/tools/internal/fixture"
)

// stage is a root of its own, so that the demo of a person who works here is left
// alone. The examples are copies, since a test changes one.
func stage(t *testing.T, f fixture.Fixture) string {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(f.Root, "modules"), filepath.Join(root, "modules")); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(filepath.Join(root, "examples"), os.DirFS(filepath.Join(f.Root, "examples"))); err != nil {
		t.Fatal(err)
	}
	return root
}

func TestDemoGoesUpTwiceAndDown(t *testing.T) {
	t.Parallel()
	f := fixture.New(t)
	root := stage(t, f)
	addr := freeAddr(t)
	var out bytes.Buffer
	d := &demo.Demo{Root: root, Addr: addr, CLI: f.CLI, Out: &out, Binary: f.Installed.Binary}
	t.Cleanup(func() { stopLeftover(t, root) })
	if err := d.Up(t.Context()); err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	for _, want := range []string{"No changes.", "http://" + addr + "/", "[dev] On-call", "[prod] Error rate above 1 %", "make demo-down"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the output does not say %q:\n%s", want, &out)
		}
	}
	if state, err := os.ReadFile(filepath.Join(root, ".demo", "stacks", "dev", "terraform.tfstate")); err != nil || strings.Contains(string(state), demo.StandInKey) {
		t.Errorf("the state can't be read (%v), or holds the key:\n%s", err, state)
	}
	for _, want := range []string{"projects/cortx-dev/regions/europe-west1/environments/dev", "projects/cortx-prod/regions/europe-west1/environments/prod", "projects/cortx-prod/locations/europe-west1/clusters/cortx-prod", "projects/cortx-prod/instances/cortx-prod-1", "http://" + addr + "/#projects/cortx-prod/dashboards/cortx-prod-platform-health\n", "grafanaDashboards", "serviceLevelObjectives", " dashboards, ", " objectives, 2 clusters, "} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the report does not say %q:\n%s", want, &out)
		}
	}
	before := inventory(t, addr)
	for _, object := range before {
		if object.Display == "" && slices.Contains([]string{"alertPolicies", "notificationChannels", "dashboards", "grafanaDashboards", "monitoringServices", "serviceLevelObjectives"}, object.Kind) {
			t.Errorf("%s %s has no display name", object.Kind, object.Name)
		}
	}
	if len(before) < 10 {
		t.Errorf("only %d objects stand: %v", len(before), before)
	}

	// A threshold changes; the second time updates that policy and no more.
	main := filepath.Join(root, "examples", "stacks", "dev", "main.tf")
	text, err := os.ReadFile(main)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(text), "error_rate = 0.05", "error_rate = 0.07", 1)
	if changed == string(text) {
		t.Fatalf("the stack has no threshold to change:\n%s", text)
	}
	if err := os.WriteFile(main, []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
	out.Reset()
	again := &demo.Demo{Root: root, CLI: f.CLI, Out: &out, Binary: f.Installed.Binary} // It finds the address itself.
	if err := again.Up(t.Context()); err != nil {
		t.Fatalf("the second time: %v\n%s", err, &out)
	}
	if got := strings.Count(out.String(), "Resources: 0 added, 1 changed, 0 destroyed."); got != 1 || !strings.Contains(out.String(), "[dev] Error rate above 7 %") {
		t.Errorf("%d stacks changed one object:\n%s", got, &out)
	}

	out.Reset()
	down := &demo.Demo{Root: root, CLI: f.CLI, Out: &out, Binary: f.Installed.Binary}
	if err := down.Down(t.Context()); err != nil {
		t.Fatalf("down: %v\n%s", err, &out)
	}
	for _, want := range []string{
		`apply prod with deletion_policy = "DELETE"`, "the last of the instance cortx-prod-1, until ", "decrypts the final backup of cortx-prod-1",
		"decrypts the deleted log bucket", "the inventory holds nothing but that",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("down does not say %q:\n%s", want, &out)
		}
	}
	if (emu.Client{Addr: addr}).Healthy(t.Context()) {
		t.Error("the emulator still answers")
	}
	if _, err := os.Stat(filepath.Join(root, ".demo")); !os.IsNotExist(err) {
		t.Errorf("the folder .demo is left: %v", err)
	}
	out.Reset()
	if err := down.Down(t.Context()); err != nil || !strings.Contains(out.String(), "Nothing stands") {
		t.Errorf("down when nothing stands: %v, %s", err, &out)
	}
}

func TestDownRefusesToLeaveAnythingUnseen(t *testing.T) {
	t.Parallel()
	f := fixture.New(t)
	root := stage(t, f)
	addr := freeAddr(t)
	if err := os.RemoveAll(filepath.Join(root, "examples", "stacks", "prod")); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	d := &demo.Demo{Root: root, Addr: addr, CLI: f.CLI, Out: &out, Binary: f.Installed.Binary}
	t.Cleanup(func() { stopLeftover(t, root) })
	if err := d.Up(t.Context()); err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	foreign := `{"type":"email","displayName":"By hand","labels":{"email_address":"hand@cortx.example"}}`
	if err := (emu.Client{Addr: addr}).Post(t.Context(), "/monitoring.googleapis.com/v3/projects/cortx-dev/notificationChannels", foreign); err != nil {
		t.Fatal(err)
	}
	err := d.Down(t.Context())
	if err == nil || !strings.Contains(err.Error(), "1 objects are left") || !strings.Contains(out.String(), "By hand") {
		t.Errorf("error %v, output:\n%s", err, &out)
	}
}

func TestUpNamesWhoHasThePort(t *testing.T) {
	t.Parallel()
	f := fixture.New(t)
	addr := freeAddr(t)
	other, err := emu.Start(t.Context(), f.Installed.Binary, addr, filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, other.PID) })
	var out bytes.Buffer
	d := &demo.Demo{Root: stage(t, f), Addr: addr, CLI: f.CLI, Out: &out, Binary: f.Installed.Binary}
	err = d.Up(t.Context())
	if err == nil || !strings.Contains(err.Error(), addr+" is taken") || !strings.Contains(err.Error(), "did not start") || !strings.Contains(err.Error(), "make demo ADDR=") {
		t.Errorf("error %v", err)
	}
	if !(emu.Client{Addr: addr}).Healthy(t.Context()) {
		t.Error("the foreign emulator was stopped")
	}
}

func inventory(t *testing.T, addr string) []emu.Object {
	t.Helper()
	objects, err := emu.Client{Addr: addr}.Inventory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return objects
}

func freeAddr(t *testing.T) string {
	t.Helper()
	addr, err := emu.FreeAddr(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return addr
}

// stopLeftover stops the emulator that a failed test left behind.
func stopLeftover(t *testing.T, root string) {
	t.Helper()
	if pid := (&demo.Demo{Root: root}).EmulatorPID(context.Background()); pid != 0 {
		stop(t, pid)
	}
}

func stop(t *testing.T, pid int) {
	t.Helper()
	if err := emu.Stop(context.Background(), pid); err != nil {
		t.Error(err)
	}
}
