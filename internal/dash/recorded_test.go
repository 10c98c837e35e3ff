package dash_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/internal/dash"
)

// wireDir is the folder of exchanges that were recorded with Google Cloud: what
// CORTX_WIRE_DIR names, or the one next to a checkout.
func wireDir(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("CORTX_WIRE_DIR")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "wire")
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skip("there are no recorded exchanges here; CORTX_WIRE_DIR names a folder that has them")
	}
	return dir
}

var dashboardWrite = regexp.MustCompile(`(?s)^(?:POST|PATCH) \S+/dashboards[/?]\S*\n.*?\n\n(\{.*?)\n200 OK\n.*?\n\n(\{.*)$`)

// TestRecordedReplies: what the service replied means what it was asked for, it
// is read as such, and one word changed in it is a difference.
func TestRecordedReplies(t *testing.T) {
	exchanges := 0
	err := filepath.WalkDir(wireDir(t), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, "http.log") {
			return err
		}
		log, err := os.ReadFile(path) //nolint:gosec // A test's own input.
		if err != nil {
			return err
		}
		for _, exchange := range strings.Split(string(log), "\n---\n") {
			found := dashboardWrite.FindStringSubmatch(strings.TrimSpace(exchange))
			if found == nil {
				continue
			}
			exchanges++
			checkExchange(t, path, found[1], found[2])
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if exchanges == 0 {
		t.Error("no exchange about a dashboard was found")
	}
	t.Logf("%d exchanges", exchanges)
}

func checkExchange(t *testing.T, path, request, reply string) {
	t.Helper()
	if !dash.EqualMonitoringJSON(request, reply) || !dash.EqualMonitoringJSON(reply, request) {
		t.Errorf("%s: the reply differs from the request:\n%s\n%s", path, request, reply)
	}
	pb, err := dash.ParseMonitoringJSON(reply)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	holds(t, pb)
	for _, text := range texts(t, reply) {
		changed := strings.Replace(reply, text, strings.TrimSuffix(text, `"`)+`x"`, 1)
		if _, err := dash.ParseMonitoringJSON(changed); err != nil {
			continue // A word of an enum, or a duration.
		}
		if dash.EqualMonitoringJSON(request, changed) {
			t.Errorf("%s: %s can change without a difference", path, text)
		}
	}
}

// texts lists the string values of a reply, but for its name and etag.
func texts(t *testing.T, reply string) []string {
	t.Helper()
	var value map[string]any
	if err := json.Unmarshal([]byte(reply), &value); err != nil {
		t.Fatal(err)
	}
	delete(value, "name")
	delete(value, "etag")
	var found []string
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for _, member := range v {
				walk(member)
			}
		case []any:
			for _, element := range v {
				walk(element)
			}
		case string:
			quoted, err := json.Marshal(v)
			if err == nil && len(v) > 3 && strings.Count(reply, string(quoted)) == 1 {
				found = append(found, string(quoted))
			}
		}
	}
	walk(value)
	return found
}
