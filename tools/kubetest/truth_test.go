//go:build kubeapiserver

package kubetest_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"k8s.io/client-go/rest"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest/componenttest"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
)

// step is one request of a sequence.
type step struct {
	// name says what it is about.
	name                            string
	method, path, contentType, body string
	// gone waits until the path answers 404.
	gone bool
	// except are paths in the replies that may differ.
	except []string
	// harsher says that the emulator refuses what a real server takes.
	harsher bool
	// why says why either is so.
	why string
}

// testEmulatorIsTrue sends one sequence of requests to the emulated Kubernetes
// and to a real one, and compares the replies by their meaning.
func testEmulatorIsTrue(t *testing.T, c *cluster) {
	t.Helper()
	w := componenttest.New(t, policy.Dev)
	w.MustConverge("node_pools")
	transport, err := rest.TransportFor(c.config)
	if err != nil {
		t.Fatal(err)
	}
	genuine := &side{name: "real", base: c.config.Host, client: &http.Client{Transport: transport}, versions: map[string]string{}}
	endpoint := w.Observe(policy.ComponentCluster).Outputs["cluster_endpoint"]
	emulated := &side{name: "emulated", base: "http://" + w.Server.Addr() + "/" + endpoint, client: http.DefaultClient, versions: map[string]string{}}
	for _, sequence := range sequences() {
		t.Run(sequence.name, func(t *testing.T) {
			for _, step := range sequence.steps {
				if step.gone {
					w.Clock.Advance(time.Minute)
					eventually(t, step.path+" to go", func() error { return isGone(t, genuine, step.path) })
					if err := isGone(t, emulated, step.path); err != nil {
						t.Errorf("%s: %v in the emulator after a minute", step.path, err)
					}
					continue
				}
				if step.harsher {
					mine, _, _ := emulated.send(t, step.method, step.path, step.contentType, step.body)
					its, _, _ := genuine.send(t, step.method, step.path, step.contentType, step.body)
					if mine < 400 || its >= 400 {
						t.Errorf("%s (%s %s): emulated %d, real %d, though the emulator is said to be harsher", step.name, step.method, step.path, mine, its)
					}
					continue
				}
				mine, its := emulated.ask(t, &step), genuine.ask(t, &step)
				for _, difference := range differences(mine, its, step.except) {
					t.Errorf("%s (%s %s): %s", step.name, step.method, step.path, difference)
				}
				if mine["(message)"] != its["(message)"] {
					t.Logf("%s: emulated %q, real %q", step.name, mine["(message)"], its["(message)"])
				}
			}
		})
	}
}

type notGone string

func (n notGone) Error() string { return "it is still there: " + string(n) }

func isGone(t *testing.T, s *side, path string) error {
	t.Helper()
	status, _, raw := s.send(t, http.MethodGet, path, "", "")
	if status == http.StatusNotFound {
		return nil
	}
	return notGone(raw)
}

// sequence is requests that build on each other.
type sequence struct {
	name  string
	steps []step
}

const (
	applied   = "application/apply-patch+yaml"
	merged    = "application/merge-patch+json"
	strategic = "application/strategic-merge-patch+json"
	asJSON    = "application/json"

	core       = "/api/v1/namespaces"
	inTruth    = core + "/truth"
	monitoring = "/apis/monitoring.googleapis.com/v1"
	network    = "/apis/networking.k8s.io/v1/namespaces/truth/networkpolicies"
	rbac       = "/apis/rbac.authorization.k8s.io/v1"
)

// apply is server-side apply as a manager; more is the rest of the query.
func apply(name, path, manager, more, body string) step {
	return step{name: name, method: http.MethodPatch, path: path + "?fieldManager=" + manager + more, contentType: applied, body: body}
}

func create(name, path, body string) step {
	return step{name: name, method: http.MethodPost, path: path, contentType: asJSON, body: body}
}

func get(name, path string) step { return step{name: name, method: http.MethodGet, path: path} }

func remove(name, path, body string) step {
	return step{name: name, method: http.MethodDelete, path: path, contentType: asJSON, body: body}
}

func patch(name, path, contentType, body string) step {
	return step{name: name, method: http.MethodPatch, path: path, contentType: contentType, body: body}
}

func put(name, path, body string) step {
	return step{name: name, method: http.MethodPut, path: path, contentType: asJSON, body: body}
}

func gone(path string) step { return step{gone: true, path: path} }

func (s step) refused(why string) step {
	s.why, s.harsher = why, true
	return s
}

func (s step) but(why string, except ...string) step {
	s.why, s.except = why, except
	return s
}

// of is an object in JSON; fields are what follows its metadata.
func of(apiVersion, kind, name, meta, fields string) string {
	if meta != "" {
		meta = "," + meta
	}
	if fields != "" {
		fields = "," + fields
	}
	return strings.NewReplacer("$v", apiVersion, "$k", kind, "$n", name).Replace(`{"apiVersion":"$v","kind":"$k","metadata":{"name":"$n"`) + meta + "}" + fields + "}"
}
