package emulator_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"google.golang.org/api/iterator"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

// canary is in every secret of these tests, away from the end that the service
// shows.
const canary = "CANARY9f8e7d"

// secret makes a secret that holds the canary.
func secret(n string) string { return n + canary + "-the-rest-of-it" }

// lockedBuffer takes log lines from several goroutines.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func TestSecretsShowNowhere(t *testing.T) {
	t.Parallel()
	logged := &lockedBuffer{}
	file := filepath.Join(t.TempDir(), "state.db")
	e := start(t, emulator.Options{
		StateFile: file,
		Logger:    slog.New(slog.NewJSONHandler(logged, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	seen := map[string]string{}
	channels := map[string]map[string]string{
		"pagerduty":         {"service_key": secret("pd")},
		"slack":             {"auth_token": secret("xoxb-"), "channel_name": "#ops"},
		"webhook_basicauth": {"url": "https://example.com/hook", "username": "u", "password": secret("pw")},
	}
	client := e.channels()
	note := func(what string, m proto.Message, err error) {
		t.Helper()
		if err != nil {
			seen[what+" error"] = err.Error()
			return
		}
		seen[what] = protojson.Format(m)
	}
	for typ, labels := range channels {
		req := createChannel(&monitoringpb.NotificationChannel{Type: typ, DisplayName: typ, Labels: labels})
		created, err := client.CreateNotificationChannel(t.Context(), req)
		note(typ+" create", created, err)
		if err != nil {
			t.Fatal(err)
		}
		got, err := client.GetNotificationChannel(t.Context(), &monitoringpb.GetNotificationChannelRequest{Name: created.GetName()})
		note(typ+" get", got, err)
		got, err = client.UpdateNotificationChannel(t.Context(), &monitoringpb.UpdateNotificationChannelRequest{
			NotificationChannel: &monitoringpb.NotificationChannel{Name: created.GetName(), Labels: labels},
			UpdateMask:          &fieldmaskpb.FieldMask{Paths: []string{"labels"}},
		})
		note(typ+" update", got, err)
		body, err := json.Marshal(map[string]any{"type": typ, "labels": labels})
		if err != nil {
			t.Fatal(err)
		}
		const path = "monitoring.googleapis.com/v3/projects/p/notificationChannels"
		seen[typ+" REST create"] = string(e.rest("POST", path+"?key="+secret("api"), string(body)).body)
		seen[typ+" REST patch"] = string(e.rest("PATCH", "monitoring.googleapis.com/v3/"+created.GetName()+"?access_token="+secret("at"), string(body)).body)
		seen[typ+" broken JSON"] = string(e.rest("POST", path, string(body[:len(body)-2])).body)
		seen[typ+" unmodelled API"] = string(e.rest("POST", "storage.googleapis.com/v1/b", string(body)).body)
		unknown := map[string]any{"type": typ, "labels": labels, "colour": "red"}
		if body, err = json.Marshal(unknown); err != nil {
			t.Fatal(err)
		}
		seen[typ+" unknown field"] = string(e.rest("POST", path, string(body)).body)
		labels["surplus"] = secret("s")
		failed, err := client.CreateNotificationChannel(t.Context(), req)
		note(typ+" surplus label", failed, err)
		delete(labels, "surplus")
	}
	it := client.ListNotificationChannels(t.Context(), &monitoringpb.ListNotificationChannelsRequest{Name: "projects/p"})
	for {
		ch, err := it.Next()
		if err == iterator.Done { //nolint:errorlint // the sentinel of the client library
			break
		}
		note("list "+ch.GetName(), ch, err)
	}
	// The service shows the URL of a webhook in full: only the places that are
	// not its reply must hide the token.
	e.rest("POST", "monitoring.googleapis.com/v3/projects/p/notificationChannels",
		`{"type":"webhook_tokenauth","labels":{"url":"https://user:`+secret("u")+`@example.com/h?auth_token=`+secret("q")+`&x=1"}}`)

	page := e.rest(http.MethodGet, "", "")
	if page.status != http.StatusOK || !strings.Contains(string(page.body), "webhook_tokenauth") {
		t.Fatalf("console page: %d %s", page.status, page.body)
	}
	seen["console page"] = string(page.body)
	seen["request log"] = string(e.rest(http.MethodGet, "_emulator/requests", "").body)
	seen["inventory"] = string(e.rest(http.MethodGet, "_emulator/inventory", "").body)
	raw, err := json.Marshal(e.srv.Requests())
	if err != nil {
		t.Fatal(err)
	}
	seen["Requests()"] = string(raw)
	seen["log"] = logged.String()
	for what, text := range seen {
		if strings.Contains(text, canary) {
			t.Errorf("%s shows a secret: %s", what, text)
		}
	}
	if !strings.Contains(seen["Requests()"], `"channel_name":"#ops"`) {
		t.Error("the request log has lost the bodies: the check above proves nothing")
	}
	if len(seen) < 30 {
		t.Errorf("only %d texts were looked at", len(seen))
	}
	state, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"pd", "xoxb-", "pw"} {
		if bytes.Contains(state, []byte(secret(kind))) {
			t.Errorf("the state file holds the secret that starts with %s", kind)
		}
	}
}
