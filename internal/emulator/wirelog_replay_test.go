package emulator_test

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

// recording says how a log is replayed.
type recording struct {
	// hosts are the APIs whose calls are sent and compared; those of others are
	// left out, and listed.
	hosts []string
	// also are APIs whose calls are sent for what they bring about; their replies
	// are compared by tests of their own.
	also []string
	// forms are the values that the service chooses.
	forms []valueForm
	// fresh are the placeholders that stand for something new in each reply to
	// a write.
	fresh []string
	// skip leaves out single calls.
	skip func(ex exchange) bool
	// edit changes a recorded exchange, where the recorder changed it too.
	edit func(r *replayer, ex *exchange)
	// values are those of the placeholders that only requests have.
	values map[string]string
}

// replay sends a log's requests and compares the replies. It returns the calls
// that it left out.
func (rec recording) replay(t *testing.T, e *env, file string) (left []string) {
	t.Helper()
	r := &replayer{e: e, values: map[string]string{"projectId": "recorded-project"}, forms: rec.forms}
	for name, value := range rec.values {
		r.values[name] = value
	}
	for i, ex := range readExchanges(t, file) {
		host, _, _ := strings.Cut(strings.TrimPrefix(ex.url, "https://"), "/")
		compared := slices.Contains(rec.hosts, host)
		if !compared && !slices.Contains(rec.also, host) || rec.skip != nil && rec.skip(ex) {
			left = append(left, ex.method+" "+ex.url)
			continue
		}
		if rec.edit != nil {
			rec.edit(r, &ex)
		}
		path := strings.TrimPrefix(r.fill(ex.url), "https://")
		body := r.fill(ex.body)
		if r.values["etag"] != "" {
			body = recordedEtag.ReplaceAllString(body, `"etag": "`+r.values["etag"]+`"`)
		}
		a := e.rest(ex.method, path, body)
		if a.status != ex.status {
			t.Fatalf("%d: %s %s: status %d, recorded %d: %s", i, ex.method, path, a.status, ex.status, a.body)
		}
		if ex.method != "GET" {
			for _, name := range rec.fresh {
				delete(r.values, name)
			}
		}
		if ex.reply == "" {
			if len(a.body) != 0 {
				t.Errorf("%d: %s %s: %s, recorded without a body", i, ex.method, path, a.body)
			}
			continue
		}
		var want, got any
		if err := json.Unmarshal([]byte(ex.reply), &want); err != nil {
			t.Fatalf("%d: %v", i, err)
		}
		a.into(t, ex.status, &got)
		for _, diff := range r.learn("", want, got) {
			if compared {
				t.Errorf("%d: %s %s: %s", i, ex.method, path, diff)
			}
		}
	}
	return left
}

const timeForm = `^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(\.[0-9]+)?Z$`

func anyTime() valueForm {
	return formOf(`\.(createTime|updateTime|insertTime|startTime|endTime|expirationTime|passwordExpirationTime)$`, timeForm)
}

// TestRecordedSQL replays what was sent to Cloud SQL. The calls to other APIs
// make networks, which an instance here does not look for, so they are left out
// where this server does not serve them.
func TestRecordedSQL(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(wireDir(t), "sql-*.http.log"))
	if err != nil || len(files) != 4 {
		t.Fatalf("recorded exchanges of Cloud SQL: %v, %v", files, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			e := start(t, emulator.Options{})
			e.enable(t, "recorded-project", "sqladmin.googleapis.com")
			rec := sqlRecording()
			if strings.HasPrefix(filepath.Base(file), "sql-cmek") {
				e.enable(t, "recorded-project", "cloudkms.googleapis.com")
				rec = withKey(e, rec)
			}
			left := rec.replay(t, e, file)
			for _, call := range left {
				t.Log("left out: " + call)
			}
			for kind, names := range e.srv.Inventory() {
				if strings.HasPrefix(kind, "sql") {
					t.Errorf("left behind %s: %v", kind, names)
				}
			}
		})
	}
}

func sqlRecording() recording {
	return recording{
		hosts: []string{"sqladmin.googleapis.com"},
		// The agent, its grant and the key of an encrypted instance.
		also:  []string{"serviceusage.googleapis.com", managerHost, "cloudkms.googleapis.com"},
		fresh: []string{"operationID"},
		forms: []valueForm{
			formOf(`\.backupConfiguration\.startTime$`, `^[0-9]{2}:[0-9]{2}$`),
			anyTime(),
			formOf(`\.(gceZone|locationPreference\.zone)$`, `^us-central1-[a-f]$`),
			formOf(`\.ipAddress$`, `^[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+$`),
			formOf(`\.cert$`, `(?s)^-----BEGIN CERTIFICATE-----\n.*-----END CERTIFICATE-----\n$`),
			formOf(`\.certSerialNumber$`, `^[0-9]+$`),
			formOf(`\.(commonName|sha1Fingerprint)$`, `.`),
			formOf(`\.serviceAccountEmailAddress$`, `^p[0-9]{12}-[0-9a-z]{6}@gcp-sa-cloud-sql\.iam\.gserviceaccount\.com$`),
			formOf(`\.settingsVersion$`, `^[0-9]+$`),
			formOf(`\.user$`, `^[^@]+@[^@]+$`),
		},
		values: map[string]string{"uniqueId": "1a2b3c"},
		edit: func(r *replayer, ex *exchange) {
			// The recorder put an address in the place of every host: the user's was
			// the wildcard, as the URLs of the later calls say.
			ex.body = strings.ReplaceAll(ex.body, `"host": "10.1.2.3"`, `"host": "%"`)
			if !strings.Contains(ex.body, `"settingsVersion": "123"`) {
				return
			}
			var inst struct {
				Settings struct{ SettingsVersion string }
			}
			r.e.rest("GET", strings.TrimPrefix(r.fill(ex.url), "https://"), "").into(r.e.t, 200, &inst)
			ex.body = strings.ReplaceAll(ex.body, `"settingsVersion": "123"`, `"settingsVersion": "`+inst.Settings.SettingsVersion+`"`)
		},
	}
}

// enable switches an API on in a project.
func (e *env) enable(t *testing.T, project, host string) {
	t.Helper()
	if a := e.rest("POST", "serviceusage.googleapis.com/v1/projects/"+project+"/services/"+host+":enable", "{}"); a.status != 200 {
		t.Fatalf("enable %s: %s", host, a.body)
	}
}

// TestRecordedLogging replays what was sent to Cloud Logging.
func TestRecordedLogging(t *testing.T) {
	t.Parallel()
	file := filepath.Join(wireDir(t), "logging-link.http.log")
	e := start(t, emulator.Options{})
	left := recording{
		hosts:  []string{"logging.googleapis.com"},
		fresh:  []string{"operationID"},
		forms:  []valueForm{anyTime()},
		values: map[string]string{"uniqueId": "1a2b3c"},
	}.replay(t, e, file)
	if len(left) > 0 {
		t.Errorf("left out: %v", left)
	}
	if got := e.srv.Inventory(); len(got) > 0 {
		t.Errorf("left behind %v", got)
	}
}
