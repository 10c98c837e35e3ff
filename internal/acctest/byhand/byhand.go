package byhand

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/internal/component"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
)

// Doc is an object as the service shows it.
type Doc = map[string]any

// Change is one thing that somebody does in the project by hand.
type Change struct {
	// Row is the key of the catalogue's row that it is about.
	Row string
	// What is done, in a few words.
	What string
	// Tiers are those that it is a change in; all when there are none.
	Tiers []policy.Tier
	// Component sees it, and repairs it.
	Component string
	// Setting shows it; "" when it shows in words and in pending.
	Setting string
	// Object is the path of what is changed, by host; a read of it before and
	// after the repair has to say the same.
	Object string
	// Read is the method of that read; GET when empty.
	Read string
	// Method, Path and Body are the call. Path is that of the object when empty.
	Method, Path string
	Body         func(standing Doc) any
	// PathOf is the path of the call where what stands tells it.
	PathOf func(standing Doc) string
	// Alone tells that it hides other changes of the same object.
	Alone bool
	// Anew tells that what is repaired is another object than before.
	Anew bool
}

// In tells whether it is a change in a tier.
func (c Change) In(tier policy.Tier) bool { return len(c.Tiers) == 0 || slices.Contains(c.Tiers, tier) }

// World is an emulator that answers at an address.
type World struct {
	TB   testing.TB
	Addr string
}

// Make makes a change.
func (w World) Make(c Change) {
	w.TB.Helper()
	path := c.Path
	if path == "" {
		path = c.Object
	}
	var body any
	if c.Body != nil {
		body = c.Body(w.Stands(c))
	}
	if c.PathOf != nil {
		path = c.PathOf(w.Stands(c))
	}
	w.Call(c.Method, path, body)
}

// Stands reads what is changed.
func (w World) Stands(c Change) Doc {
	w.TB.Helper()
	if c.Read == http.MethodPost {
		return w.Call(c.Read, c.Object, Doc{})
	}
	return w.Call(http.MethodGet, c.Object, nil)
}

// Meaning is an object without what changes with every write.
func Meaning(standing Doc) string {
	text, err := json.Marshal(meaning(standing))
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// passing are the fields that change with every write, or with time.
var passing = []string{
	"etag", "fingerprint", "labelFingerprint", "metageneration", "updated", "updateTime", "settingsVersion", "nextRotationTime", "resourceVersion",
	"managedFields", "lockedTime", "effectiveTime", "generation", "mutationRecord", "rowCount", "creationTimestamp", "insertTime", "endTime", "startTime",
	"decryptionKeys",
}

func meaning(value any) any {
	switch typed := value.(type) {
	case map[string]any:
		kept := map[string]any{}
		for name, member := range typed {
			if !slices.Contains(passing, name) {
				kept[name] = meaning(member)
			}
		}
		return kept
	case []any:
		// Lists that a service shows in another order say the same.
		items := make([]string, len(typed))
		for i, item := range typed {
			text, err := json.Marshal(meaning(item))
			if err != nil {
				text = []byte(err.Error())
			}
			items[i] = string(text)
		}
		slices.Sort(items)
		return items
	default:
		return value
	}
}

// Call makes any call, which has to succeed, and returns the reply.
func (w World) Call(method, path string, body any) Doc {
	w.TB.Helper()
	var payload io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			w.TB.Fatal(err)
		}
		payload = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(w.TB.Context(), method, "http://"+w.Addr+"/"+path, payload)
	if err != nil {
		w.TB.Fatal(err)
	}
	req.Header.Set("Content-Type", contentType(path, method))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		w.TB.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		w.TB.Fatal(err)
	}
	if resp.StatusCode >= http.StatusMultipleChoices {
		sent, _ := json.Marshal(body)
		w.TB.Fatalf("%s %s %s: %d %s", method, path, sent, resp.StatusCode, text)
	}
	doc := Doc{}
	if len(text) > 0 {
		if err := json.Unmarshal(text, &doc); err != nil {
			w.TB.Fatalf("%s %s answers %q", method, path, text)
		}
	}
	return doc
}

func contentType(path, method string) string {
	if method == http.MethodPatch && strings.Contains(path, ".gke.goog/") {
		return "application/merge-patch+json"
	}
	return "application/json"
}

// at makes a body that doesn't depend on what stands.
func at(body any) func(Doc) any { return func(Doc) any { return body } }

// Changes are all of them for an environment. instance is the name of its
// database, endpoint the address of its cluster's Kubernetes API.
func Changes(spec *component.Spec, instance, endpoint string) []Change {
	return slices.Concat(clusterChanges(spec, endpoint), databaseChanges(spec, instance), dataChanges(spec), networkChanges(spec), projectChanges(spec))
}

// Fixed are the rows of which nothing can be changed by hand while what they are
// about stands, with the reason.
var Fixed = map[string]string{
	"cluster_location": "a cluster never moves",
	"dataplane":        "the data plane of a cluster is fixed at its creation",
	"data_encryption":  "the key of an instance is fixed at its creation",
	"database_network": "an instance with Private Service Connect keeps it, and gets no public address",
	"perimeter":        "it takes an access policy: a test of its own looks at it",
}

func compute(spec *component.Spec, rest string, args ...any) string {
	return "compute.googleapis.com/compute/v1/projects/" + spec.Project + "/" + fmt.Sprintf(rest, args...)
}

// docOf is what is in the place of an object; an empty one when nothing is.
func docOf(value any) Doc {
	if doc, ok := value.(map[string]any); ok {
		return doc
	}
	return Doc{}
}

// jsonNumber is a number as it is written.
func jsonNumber(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// Difference shows where two texts begin to differ.
func Difference(before, after string) string {
	const around = 120
	at := 0
	for at < min(len(before), len(after)) && before[at] == after[at] {
		at++
	}
	cut := func(s string) string { return s[max(0, min(at, len(s))-around):min(len(s), at+around)] }
	return fmt.Sprintf("was …%s… and is …%s…", cut(before), cut(after))
}
