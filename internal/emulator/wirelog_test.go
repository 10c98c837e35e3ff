package emulator_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
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

// exchange is a recorded request with its reply.
type exchange struct {
	method, url, body string
	status            int
	reply             string
}

var exchangeForm = regexp.MustCompile(`(?s)^(GET|POST|PATCH|PUT|DELETE) (\S+)\n(.*?)\n(\d{3}) [^\n]*\n(.*)$`)

// readExchanges parses a log: exchanges apart by ---, each of a request line,
// headers, a body, a status line, headers and a body.
func readExchanges(t *testing.T, file string) []exchange {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out []exchange
	for _, part := range strings.Split(string(raw), "\n---\n") {
		found := exchangeForm.FindStringSubmatch(strings.TrimSpace(part))
		if found == nil {
			t.Fatalf("%s: not an exchange: %.80q", file, part)
		}
		code, err := strconv.Atoi(found[4])
		if err != nil {
			t.Fatal(err)
		}
		_, body, _ := strings.Cut(found[3], "\n\n")
		_, reply, _ := strings.Cut(found[5], "\n\n")
		out = append(out, exchange{method: found[1], url: found[2], body: strings.TrimSpace(body), status: code, reply: strings.TrimSpace(reply)})
	}
	return out
}

// replayer sends recorded requests, and puts the values of this run in the place
// of the log's placeholders.
type replayer struct {
	e      *env
	values map[string]string
	// forms are the values that the service chooses, by their paths.
	forms []valueForm
}

// valueForm is what a value that the service chooses looks like; path is a
// regular expression over its path in the reply.
type valueForm struct{ path, value *regexp.Regexp }

func formOf(path, value string) valueForm {
	return valueForm{path: regexp.MustCompile(path), value: regexp.MustCompile(value)}
}

func (r *replayer) fill(text string) string {
	for _, name := range slices.Sorted(maps.Keys(r.values)) {
		text = strings.ReplaceAll(text, "${"+name+"}", r.values[name])
	}
	return text
}

// learn compares a recorded reply with ours and notes what a placeholder stands
// for the first time it is met. It returns the paths that differ.
func (r *replayer) learn(path string, want, got any) []string {
	switch want := want.(type) {
	case map[string]any:
		have, ok := got.(map[string]any)
		if !ok {
			return []string{path + ": an object became " + reflect.TypeOf(got).String()}
		}
		var bad []string
		keys := slices.Sorted(maps.Keys(want))
		for key := range have {
			if _, ok := want[key]; !ok {
				bad = append(bad, path+"."+key+": not in the recording")
			}
		}
		for _, key := range keys {
			if _, ok := have[key]; !ok {
				bad = append(bad, path+"."+key+": missing")
				continue
			}
			bad = append(bad, r.learn(path+"."+key, want[key], have[key])...)
		}
		return bad
	case []any:
		have, ok := got.([]any)
		if !ok || len(have) != len(want) {
			return []string{path + ": a list of another length"}
		}
		var bad []string
		for i := range want {
			bad = append(bad, r.learn(path+"["+strconv.Itoa(i)+"]", want[i], have[i])...)
		}
		return bad
	case string:
		return r.learnText(path, want, got)
	}
	if !reflect.DeepEqual(want, got) {
		return []string{path + ": another value"}
	}
	return nil
}

var placeholder = regexp.MustCompile(`\$\{[A-Za-z0-9]+\}`)

func (r *replayer) learnText(path, want string, got any) []string {
	have, ok := got.(string)
	for _, form := range r.forms {
		if !form.path.MatchString(path) {
			continue
		}
		if !form.value.MatchString(have) {
			return []string{path + ": " + strconv.Quote(have) + " is not of the form " + form.value.String()}
		}
		return nil
	}
	switch {
	case !ok:
		return []string{path + ": a text became another type"}
	case strings.HasSuffix(path, ".etag"):
		if have == "" {
			return []string{path + ": empty"}
		}
		r.values["etag"] = have
		return nil
	case strings.HasSuffix(path, ".mutateTime"), strings.HasSuffix(path, ".mutatedBy"):
		return nil
	}
	filled := r.fill(want)
	if filled == have {
		return nil
	}
	names := placeholder.FindAllString(filled, -1)
	if len(names) == 0 {
		return []string{path + ": " + strconv.Quote(have) + ", recorded " + strconv.Quote(filled)}
	}
	pattern := regexp.QuoteMeta(filled)
	for _, name := range names {
		pattern = strings.Replace(pattern, regexp.QuoteMeta(name), `([^/]+)`, 1)
	}
	found := regexp.MustCompile("^" + pattern + "$").FindStringSubmatch(have)
	if found == nil {
		return []string{path + ": " + strconv.Quote(have) + ", recorded " + strconv.Quote(filled)}
	}
	for i, name := range names {
		// Every condition of a policy is called ${conditionID}.
		if name != "${conditionID}" {
			r.values[strings.Trim(name, "${}")] = found[i+1]
		}
	}
	return nil
}

// recordedEtag is what the logs have in the place of an etag.
var recordedEtag = regexp.MustCompile(`"etag": "[^"]*"`)

// TestRecordedDashboards sends what was sent to Google Cloud and wants its
// replies, but for ids, times and etags.
func TestRecordedDashboards(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(wireDir(t), "dashboard-*.http.log"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no recorded dashboards: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			e := start(t, emulator.Options{})
			r := &replayer{e: e, values: map[string]string{"projectId": "recorded-project", "dashboardID": "monitoringdashboard-1a2b3c"}}
			for i, ex := range readExchanges(t, file) {
				path := strings.TrimPrefix(r.fill(ex.url), "https://")
				body := recordedEtag.ReplaceAllString(r.fill(ex.body), `"etag": "`+r.values["etag"]+`"`)
				a := e.rest(ex.method, path, body)
				if a.status != ex.status {
					t.Fatalf("%d: %s %s: status %d, recorded %d: %s", i, ex.method, path, a.status, ex.status, a.body)
				}
				var want, got any
				if err := json.Unmarshal([]byte(ex.reply), &want); err != nil {
					t.Fatalf("%d: %v", i, err)
				}
				a.into(t, ex.status, &got)
				for _, diff := range r.learn("", want, got) {
					t.Errorf("%d: %s %s: %s", i, ex.method, path, diff)
				}
			}
			if got := e.srv.Inventory()["dashboards"]; got != nil {
				t.Errorf("left behind %v", got)
			}
		})
	}
}
