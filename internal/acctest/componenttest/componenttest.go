// Package componenttest runs building blocks of an environment against an
// emulator, with the engine that runs them for Terraform and without Terraform.
package componenttest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/internal/clock"
	"github.com/cortx-platform/terraform-provider-cortx/internal/component"
	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile/reconciletest"
)

// Fault is what an emulator can be told to do wrong; see emulator.Fault.
type Fault = emulator.Fault

// The fates of operations that [Fault] takes.
const (
	OperationFails = emulator.OperationFails
	OperationHangs = emulator.OperationHangs
)

// The place of the environments of tests.
const (
	Project = "acme-prod"
	Region  = "europe-west1"
	Zone    = "europe-west1-b"
)

// World is one test's: an emulator, a client of it, an environment's spec and a
// ledger in memory.
type World struct {
	Server *emulator.Server
	Client *gcp.Client
	Clock  *clock.Virtual
	Spec   *component.Spec
	Store  *reconciletest.Store

	tb testing.TB
}

// New starts an emulator whose time is virtual, and makes the spec of an
// environment of a tier.
func New(tb testing.TB, tier policy.Tier) *World {
	tb.Helper()
	return NewSlow(tb, tier, 0)
}

// NewSlow is New for an emulator in which grants on keys take a while to be in
// force, as they do on Google Cloud.
func NewSlow(tb testing.TB, tier policy.Tier, grants time.Duration) *World {
	tb.Helper()
	clk := clock.NewVirtual(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	server, err := emulator.New(emulator.Options{Quota: "none", Seed: 1, LROScale: 1, Clock: clk, GrantDelay: grants})
	if err != nil {
		tb.Fatal(err)
	}
	if err := server.Listen("127.0.0.1:0"); err != nil {
		tb.Fatal(err)
	}
	client, err := gcp.New(gcp.Config{Project: Project, EmulatorHost: server.Addr(), Clock: clk, Seed: 1, UserAgent: "componenttest"})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		_ = client.Close()
		_ = server.Close()
	})
	return &World{Server: server, Client: client, Clock: clk, Spec: Spec(tb, tier), Store: &reconciletest.Store{}, tb: tb}
}

// Spec is an environment of a tier with what the tier says and inputs of no
// surprise.
func Spec(tb testing.TB, tier policy.Tier) *component.Spec {
	tb.Helper()
	values, violations := policy.Resolve(policy.Version, tier, policy.Context{ExceptionRecorded: policy.Yes}, nil)
	if len(violations) > 0 {
		tb.Fatalf("the tier violates itself: %v", violations)
	}
	name := string(tier)
	return &component.Spec{
		Project: Project, Region: Region, Zone: Zone, Name: name, Tier: tier,
		Owner: component.OwnerKey(Project, Region, name), Settings: values,
		Labels: map[string]string{"team": "platform"},
		Network: component.NetworkInputs{
			Name: "cortx-" + name, Range: "10.0.0.0/20", PodRange: "10.4.0.0/14", ServiceRange: "10.8.0.0/20",
		},
		Cluster: component.ClusterInputs{
			Name: "cortx-" + name, MachineType: "e2-standard-4", SandboxMachineType: "e2-standard-4", MinNodes: 1, MaxNodes: 3,
			DiskSizeGB: 100, ExternalTraffic: true, Maintenance: component.Maintenance{Day: 7, Hour: 2, Hours: 4},
		},
		Database: component.DatabaseInputs{
			Name: "cortx-" + name, Version: "POSTGRES_17", Edition: "ENTERPRISE", MachineType: "db-custom-2-8192", DiskSizeGB: 20,
		},
	}
}

// Components are the named ones of the environment and, with closure, all that
// they need.
func (w *World) Components(closure bool, names ...string) []reconcile.Component {
	w.tb.Helper()
	all, err := component.Environment(w.Client, w.Spec)
	if err != nil {
		w.tb.Fatal(err)
	}
	byName := map[string]reconcile.Component{}
	for _, c := range all {
		byName[c.Name()] = c
	}
	wanted := map[string]bool{}
	var want func(name string)
	want = func(name string) {
		c := byName[name]
		if c == nil {
			w.tb.Fatalf("there is no component %s", name)
		}
		if wanted[name] {
			return
		}
		wanted[name] = true
		if closure {
			for _, need := range c.Needs() {
				want(need)
			}
		}
	}
	for _, name := range names {
		want(name)
	}
	return slices.DeleteFunc(all, func(c reconcile.Component) bool { return !wanted[c.Name()] })
}

// Component is one component of the environment.
func (w *World) Component(name string) reconcile.Component {
	w.tb.Helper()
	return w.Components(false, name)[0]
}

// Engine runs the named components and all that they need; without names it
// runs the whole environment.
func (w *World) Engine(names ...string) *reconcile.Engine {
	w.tb.Helper()
	if len(names) == 0 {
		all, err := component.Environment(w.Client, w.Spec)
		if err != nil {
			w.tb.Fatal(err)
		}
		for _, c := range all {
			names = append(names, c.Name())
		}
	}
	engine, err := reconcile.New(reconcile.Options{
		Clock: w.Clock, Store: w.Store, Name: component.EnvironmentRecord, Owner: w.Spec.Owner, Holder: "a test",
		Guard: gcp.WithGuard, Look: component.Look, Later: gcp.IsServiceDisabled,
		Commands: reconcile.Commands{Status: "status", Import: "import", Rebuild: "rebuild"},
	}, w.Components(true, names...))
	if err != nil {
		w.tb.Fatal(err)
	}
	return engine
}

// Converge runs the named components and all that they need, as an apply does.
func (w *World) Converge(names ...string) reconcile.Result {
	w.tb.Helper()
	return w.Engine(names...).Converge(w.tb.Context(), reconcile.Spec{Incarnation: w.incarnation(), Hash: "spec"})
}

// incarnation is the one that a state would hold.
func (w *World) incarnation() int64 {
	data, _, err := w.Store.Read(w.tb.Context(), component.EnvironmentRecord)
	if err != nil {
		return 0
	}
	record, err := reconcile.DecodeRecord(data)
	if err != nil {
		w.tb.Fatal(err)
	}
	return record.Incarnation
}

// MustConverge is Converge that fails the test when anything is pending.
func (w *World) MustConverge(names ...string) {
	w.tb.Helper()
	if result := w.Converge(names...); result.Err != nil {
		w.tb.Fatalf("it did not converge: %v", result.Err)
	}
}

// Destroy removes the named components and all that they need, as a destroy does.
func (w *World) Destroy(names ...string) reconcile.Result {
	w.tb.Helper()
	return w.Engine(names...).Destroy(w.tb.Context(), reconcile.Spec{Incarnation: w.incarnation()})
}

// MustDestroy removes the named components and all that they need.
func (w *World) MustDestroy(names ...string) {
	w.tb.Helper()
	if result := w.Destroy(names...); result.Err != nil {
		w.tb.Fatalf("it was not destroyed: %v", result.Err)
	}
}

// Observe looks at one component, as the engine does.
func (w *World) Observe(name string) reconcile.Observation {
	w.tb.Helper()
	seen, err := w.Component(name).Observe(w.tb.Context())
	if err != nil {
		w.tb.Fatalf("%s can't be observed: %v", name, err)
	}
	seen.Differs = seen.Beyond(w.Spec.Settings)
	return seen
}

// AsDesired checks that a component is there, differs in nothing and shows every
// setting that it shows as the tier has it; it returns what it shows.
func (w *World) AsDesired(name string) reconcile.Observation {
	w.tb.Helper()
	seen := w.Observe(name)
	if seen.Presence != reconcile.Present || len(seen.Differs) > 0 || seen.Foreign != "" {
		w.tb.Errorf("%s is %s, differs in %v, foreign: %q", name, seen.Presence, seen.Differs, seen.Foreign)
	}
	for path, got := range seen.Values {
		if want, ok := w.Spec.Settings[path]; ok && !same(got, want) {
			w.tb.Errorf("%s shows %s as %#v, want %#v", name, path, got, want)
		}
	}
	return seen
}

// Shows checks that a component shows the settings at these paths, whatever
// their values.
func (w *World) Shows(seen reconcile.Observation, paths ...string) {
	w.tb.Helper()
	for _, path := range paths {
		if _, ok := seen.Values[path]; !ok {
			w.tb.Errorf("%s is not shown", path)
		}
	}
}

func same(got, want any) bool {
	return fmt.Sprintf("%T %v", got, got) == fmt.Sprintf("%T %v", want, want)
}

// Writes are the calls so far that changed something, or tried to, as METHOD
// HOST/PATH. Calls that are POST and read are left out.
func (w *World) Writes() []string {
	var all []string
	for _, r := range w.Server.Requests() {
		if writes(r) {
			all = append(all, r.Method+" "+r.Host+r.Path)
		}
	}
	return all
}

func writes(r emulator.Request) bool {
	verb := r.Path[strings.LastIndexAny(r.Path, "/:")+1:]
	switch {
	case r.Method == http.MethodGet, r.Transport == "grpc" && (strings.HasPrefix(r.RPC, "Get") || strings.HasPrefix(r.RPC, "List")):
		return false
	}
	return !slices.Contains([]string{"getIamPolicy", "testIamPermissions", "wait"}, verb)
}

// NoWrites runs the named components once more and checks that this changes
// nothing.
func (w *World) NoWrites(names ...string) {
	w.tb.Helper()
	w.Server.ResetRequests()
	w.MustConverge(names...)
	if wrote := w.Writes(); len(wrote) > 0 {
		w.tb.Errorf("a run without changes wrote: %v", wrote)
	}
}
