// Package acctest runs acceptance tests: the provider under a real Terraform
// CLI, against a fresh emulator for each test.
package acctest

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"google.golang.org/api/cloudresourcemanager/v3"

	"github.com/cortx-platform/terraform-provider-cortx/internal/clock"
	"github.com/cortx-platform/terraform-provider-cortx/internal/component"
	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/provider"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
	"github.com/cortx-platform/terraform-provider-cortx/internal/resources/environment"
)

// Project is the project that the tests work in.
const Project = "acme-prod"

// Env is one test's world: an emulator, the provider that talks to it, and a
// client to change things behind Terraform's back.
type Env struct {
	// Server is the emulator.
	Server *emulator.Server
	// Client reaches the emulator as somebody else would, outside Terraform.
	Client *gcp.Client
	// Clock is shared by the provider and the emulator.
	Clock clock.Clock

	tb testing.TB
}

// New starts an emulator that lives as long as the test. Time is virtual: a
// wait of minutes takes none. configure may change the emulator's options.
func New(tb testing.TB, configure ...func(*Options)) *Env {
	tb.Helper()
	prepare()
	options := Options{
		Quota: "none",
		Seed:  1,
		// As long as with the real service: the clock makes it short.
		LROScale: 1,
		Clock:    clock.NewVirtual(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)),
	}
	for _, change := range configure {
		change(&options)
	}
	server, err := emulator.New(options)
	if err != nil {
		tb.Fatalf("the emulator can't be made: %v", err)
	}
	if err := server.Listen("127.0.0.1:0"); err != nil {
		tb.Fatalf("the emulator can't listen: %v", err)
	}
	client, err := gcp.New(gcp.Config{Project: Project, EmulatorHost: server.Addr(), Clock: options.Clock, Seed: 1, UserAgent: "acctest"})
	if err != nil {
		tb.Fatalf("the client can't be made: %v", err)
	}
	tb.Cleanup(func() {
		if err := client.Close(); err != nil {
			tb.Errorf("closing the client: %v", err)
		}
		if err := server.Close(); err != nil {
			tb.Errorf("stopping the emulator: %v", err)
		}
	})
	return &Env{Server: server, Client: client, Clock: options.Clock, tb: tb}
}

// prepare tells the test framework the provider's namespace, without which it
// would not find the provider under its full address.
var prepare = sync.OnceFunc(func() {
	if os.Getenv("TF_ACC_PROVIDER_NAMESPACE") == "" {
		if err := os.Setenv("TF_ACC_PROVIDER_NAMESPACE", "cortx-platform"); err != nil {
			panic(err)
		}
	}
})

// Factories are the provider for resource.TestCase.
func (e *Env) Factories() map[string]func() (tfprotov6.ProviderServer, error) {
	return map[string]func() (tfprotov6.ProviderServer, error){
		"cortx": providerserver.NewProtocol6WithError(provider.NewWith("test", provider.Options{
			Clock: e.Clock,
			Seed:  1,
			// The machine's own variables must not reach a test.
			Getenv: func(string) string { return "" },
		})()),
	}
}

// Config puts the provider block before a configuration.
func (e *Env) Config(body string) string { return e.ConfigWith("", body) }

// ConfigWith is Config with further arguments in the provider block.
func (e *Env) ConfigWith(arguments, body string) string {
	return fmt.Sprintf(`
terraform {
  required_providers {
    cortx = {
      source = %q
    }
  }
}

provider "cortx" {
  project       = %q
  emulator_host = %q
  %s
}
%s`, provider.Address, Project, e.Server.Addr(), arguments, body)
}

// Test runs the steps, and then asks the emulator itself that nothing is left:
// the test framework's own destroy check sees the state from before the destroy.
func (e *Env) Test(t *testing.T, steps ...resource.TestStep) {
	t.Helper()
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: e.Factories(),
		Steps:                    steps,
		CheckDestroy:             func(*terraform.State) error { return e.CheckEmpty() },
	})
}

// CheckEmpty returns an error that names what stands in the emulator, if
// anything does. Topics are fixtures that tests make by hand.
func (e *Env) CheckEmpty() error {
	var left []string
	for kind, names := range e.Server.Inventory() {
		if !strings.Contains(strings.ToLower(kind), "topic") {
			left = append(left, names...)
		}
	}
	if len(left) > 0 {
		slices.Sort(left)
		return fmt.Errorf("still there: %s", strings.Join(left, ", "))
	}
	return nil
}

// Calls counts the requests since the last reset whose RPC is one of names; all
// of them when there are none.
func (e *Env) Calls(names ...string) int {
	count := 0
	for _, request := range e.Server.Requests() {
		if len(names) == 0 || slices.Contains(names, request.RPC) {
			count++
		}
	}
	return count
}

// Standing counts what stands in the emulator, topics excepted.
func (e *Env) Standing() int {
	count := 0
	for kind, names := range e.Server.Inventory() {
		if !strings.Contains(strings.ToLower(kind), "topic") {
			count += len(names)
		}
	}
	return count
}

// Only returns the name of the single object of the kind whose names contain
// part, and fails the test if there is not exactly one.
func (e *Env) Only(part string) string {
	e.tb.Helper()
	var found []string
	for _, names := range e.Server.Inventory() {
		for _, name := range names {
			if strings.Contains(name, part) {
				found = append(found, name)
			}
		}
	}
	if len(found) != 1 {
		e.tb.Fatalf("expected one %s, found %v", part, found)
	}
	return found[0]
}

// ByHand returns a pre-step function that changes something outside Terraform.
func (e *Env) ByHand(change func(ctx context.Context) error) func() {
	return func() {
		e.tb.Helper()
		if err := change(context.Background()); err != nil {
			e.tb.Fatalf("the change by hand failed: %v", err)
		}
	}
}

// What tests need of the emulator, so that they reach it through this package
// alone.
type (
	// Options configure an emulator.
	Options = emulator.Options
	// Fault is one failure to inject.
	Fault = emulator.Fault
	// Duration is a time.Duration in a Fault.
	Duration = emulator.Duration
)

// TestWith is Test with another check of what may be left.
func (e *Env) TestWith(t *testing.T, left func(*Env) error, steps ...resource.TestStep) {
	t.Helper()
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: e.Factories(),
		Steps:                    steps,
		CheckDestroy:             func(*terraform.State) error { return left(e) },
	})
}

// Status makes a plain request to the emulator and returns the HTTP status.
func (e *Env) Status(method, path, body string) int {
	e.tb.Helper()
	return e.rest(method, path, body)
}

// Call is Status for a request that has to succeed.
func (e *Env) Call(method, path, body string) {
	e.tb.Helper()
	if status := e.rest(method, path, body); status >= 300 {
		e.tb.Fatalf("%s %s: %d", method, path, status)
	}
}

// Enable activates an API in the project, and waits until it answers.
func (e *Env) Enable(service string) {
	e.tb.Helper()
	e.Call("POST", "serviceusage.googleapis.com/v1/projects/"+Project+"/services/"+service+":enable", "{}")
	e.Later(15 * time.Minute)
}

// Later lets time pass, where it is virtual.
func (e *Env) Later(d time.Duration) {
	if virtual, ok := e.Clock.(*clock.Virtual); ok {
		virtual.Advance(d)
	}
}

// RebuildLedger restores the record of an environment, as the subcommand does.
func (e *Env) RebuildLedger(ctx context.Context, region, name, tier string) error {
	parsed, err := policy.ParseTier(tier)
	if err != nil {
		return err
	}
	spec, fields := environment.TierSpec(Project, region, name, parsed)
	engine, err := component.NewEngine(e.Client, spec, nil)
	if err != nil {
		return err
	}
	_, err = engine.Rebuild(ctx, reconcile.Spec{Fields: fields})
	return err
}

// AuditedServices are the services whose Data Access logs the project's audit
// configuration names.
func (e *Env) AuditedServices(ctx context.Context) ([]string, error) {
	apis, err := gcp.APIsOf(e.Client)
	if err != nil {
		return nil, err
	}
	found, err := apis.ResourceManager.Projects.GetIamPolicy("projects/"+Project, &cloudresourcemanager.GetIamPolicyRequest{}).Context(ctx).Do()
	if err != nil {
		return nil, err
	}
	var services []string
	for _, config := range found.AuditConfigs {
		services = append(services, config.Service)
	}
	return services, nil
}
