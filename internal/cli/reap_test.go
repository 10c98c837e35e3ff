package cli_test

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest"
	"github.com/cortx-platform/terraform-provider-cortx/internal/cli"
	"github.com/cortx-platform/terraform-provider-cortx/internal/component"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
	"github.com/cortx-platform/terraform-provider-cortx/internal/resources/environment"
)

// bySomebodyElse changes the record of an environment as another run would.
func bySomebodyElse(t *testing.T, env *acctest.Env, name string, change func(*reconcile.Record)) {
	t.Helper()
	spec := &component.Spec{Project: acctest.Project, Region: "europe-west1", Name: name, Owner: component.OwnerKey(acctest.Project, "europe-west1", name)}
	ledger, err := component.NewLedger(env.Client, spec)
	if err != nil {
		t.Fatal(err)
	}
	data, generation, err := ledger.Read(t.Context(), component.EnvironmentRecord)
	if err != nil {
		t.Fatal(err)
	}
	record, err := reconcile.DecodeRecord(data)
	if err != nil {
		t.Fatal(err)
	}
	change(record)
	if data, err = json.Marshal(record); err != nil {
		t.Fatal(err)
	}
	if _, err := ledger.Write(t.Context(), component.EnvironmentRecord, data, generation); err != nil {
		t.Fatal(err)
	}
}

// leased gives a record to another run.
func leased(record *reconcile.Record) {
	now := time.Now()
	record.Lease = &reconcile.Lease{Holder: "another run", Nonce: "of-another-run", Beat: 1, Acquired: now, Expires: now.Add(time.Minute)}
}

// on calls then once what is written says the words.
func on(words string, then func()) io.Writer {
	said := &bytes.Buffer{}
	once := sync.OnceFunc(then)
	return writer(func(data []byte) (int, error) {
		n, err := said.Write(data)
		if strings.Contains(said.String(), words) {
			once()
		}
		return n, err
	})
}

type writer func([]byte) (int, error)

func (w writer) Write(data []byte) (int, error) { return w(data) }

// TestReapLooksAgain: while reap waits for the lease of another run, that one (or
// the next in line) may make the sandbox something that is not to be destroyed.
func TestReapLooksAgain(t *testing.T) {
	t.Parallel()
	past, future := time.Now().Add(-time.Hour).UTC().Format(time.RFC3339), time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
	for name, change := range map[string]func(*reconcile.Record){
		"becomes staging": func(r *reconcile.Record) {
			r.Fields[environment.FieldTier], r.Fields[environment.FieldExpiresAt] = string(policy.Staging), ""
			r.Fields[environment.FieldDeletionPolicy] = policy.Prevent
		},
		"gets more time": func(r *reconcile.Record) { r.Fields[environment.FieldExpiresAt] = future },
		"is to be kept":  func(r *reconcile.Record) { r.Fields[environment.FieldDeletionPolicy] = policy.Prevent },
		"is adopted":     func(r *reconcile.Record) { r.Incarnation++ },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := cloud(t)
			stand(t, env, "over", policy.Sandbox, map[string]string{environment.FieldExpiresAt: past})
			bySomebodyElse(t, env, "over", leased)
			var out, errs bytes.Buffer
			other := on("waiting for another run", func() {
				bySomebodyElse(t, env, "over", func(r *reconcile.Record) {
					change(r)
					r.Lease = nil
				})
			})
			code := cli.Run(t.Context(), "test", []string{"reap", "-emulator-host", env.Server.Addr(), "-project", acctest.Project}, io.MultiWriter(&out, other), &errs)
			if code != 0 {
				t.Errorf("it ends with %d: %s", code, &errs)
			}
			wants(t, "reap", out.String(), "is left alone", "1 environments looked at, 0 reaped, 0 failed")
			if len(env.Server.Inventory()["containerClusters"]) != 1 {
				t.Errorf("it was destroyed:\n%s", &out)
			}
		})
	}
}

// TestReapTrustsNoContradiction: a record that says sandbox, of what its own
// configuration calls production, is nobody's to destroy.
func TestReapTrustsNoContradiction(t *testing.T) {
	t.Parallel()
	env := cloud(t)
	_, prod := environment.TierSpec(acctest.Project, "europe-west1", "core", policy.Prod)
	stand(t, env, "core", policy.Prod, map[string]string{
		environment.FieldTier: string(policy.Sandbox), environment.FieldDeletionPolicy: policy.Delete,
		environment.FieldExpiresAt: time.Now().Add(-time.Hour).UTC().Format(time.RFC3339), "configuration": prod["configuration"],
	})
	for _, args := range [][]string{{"reap", "-dry-run"}, {"reap"}} {
		code, out, errs := runReap(t, env, args...)
		if code != 1 || strings.Contains(out, "would be destroyed") {
			t.Errorf("%v ends with %d:\n%s", args, code, out)
		}
		wants(t, "reap", out+errs, "contradicts itself", "0 reaped, 1 failed")
	}
	if len(env.Server.Inventory()["containerClusters"]) != 1 {
		t.Error("it was destroyed")
	}
	// Of another region there is nothing to look at.
	code, out, _ := runReap(t, env, "reap", "-region", "us-east1")
	if code != 0 {
		t.Errorf("in another region it ends with %d", code)
	}
	wants(t, "reap in another region", out, "0 environments looked at")
}
