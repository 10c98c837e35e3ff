package emulator_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

// stateFileEnv makes the test binary serve a state file instead of testing.
const stateFileEnv = "EMULATOR_TEST_STATE_FILE"

func TestMain(m *testing.M) {
	if file := os.Getenv(stateFileEnv); file != "" {
		serveForever(file)
	}
	os.Exit(m.Run())
}

func serveForever(file string) {
	srv, err := emulator.New(emulator.Options{StateFile: file, Seed: 1})
	if err == nil {
		err = srv.Listen("127.0.0.1:0")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(srv.Addr())
	select {}
}

// TestStateFileSurvivesKill kills a server right after a reply, without a chance
// to shut down, and looks at what a new one finds in its file.
func TestStateFileSurvivesKill(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "state.db")
	var made []string
	for round := range 2 {
		addr, kill := serveInChild(t, file)
		for i := range 3 {
			made = append(made, createAt(t, addr, fmt.Sprintf("r%d-%d", round, i)))
		}
		kill()
	}
	e := start(t, emulator.Options{StateFile: file, Seed: 1})
	found := e.srv.Inventory()["alertPolicies"]
	if strings.Join(found, "\n") != strings.Join(made, "\n") {
		t.Errorf("after the kills:\n%s\nwant\n%s", strings.Join(found, "\n"), strings.Join(made, "\n"))
	}
	var p struct {
		DisplayName string `json:"displayName"`
	}
	e.rest("GET", "monitoring.googleapis.com/v3/"+made[5], "").into(t, 200, &p)
	if p.DisplayName != "r1-2" {
		t.Errorf("the last policy is called %q", p.DisplayName)
	}
}

func TestStateFileIsOpenedOnce(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "state.db")
	start(t, emulator.Options{StateFile: file})
	if srv, err := emulator.New(emulator.Options{StateFile: file}); err == nil {
		_ = srv.Close()
		t.Error("two servers share a state file")
	}
}

func serveInChild(t *testing.T, file string) (addr string, kill func()) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self) //nolint:gosec // this test binary
	cmd.Env = append(os.Environ(), stateFileEnv+"="+file)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the child said nothing: %v", err)
	}
	return strings.TrimSpace(line), func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
}

func createAt(t *testing.T, addr, name string) string {
	t.Helper()
	body := strings.Replace(cpuJSON, `"displayName":"x"`, `"displayName":"`+name+`"`, 1)
	req := newRequest(t, "POST", "http://"+addr+"/"+policiesPath, body)
	a, err := send(req)
	if err != nil {
		t.Fatal(err)
	}
	var p struct {
		Name string `json:"name"`
	}
	a.into(t, 200, &p)
	return p.Name
}
