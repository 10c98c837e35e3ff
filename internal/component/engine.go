package component

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"

	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
)

// ID is the full name of an environment.
func ID(project, region, name string) string {
	return fmt.Sprintf("projects/%s/regions/%s/environments/%s", project, region, name)
}

// ID is the environment's full name.
func (s *Spec) ID() string { return ID(s.Project, s.Region, s.Name) }

// OwnerKey is the owner's key of an environment: its name for people, and a
// digest of its full name that tells it from others.
func OwnerKey(project, region, name string) string {
	sum := sha256.Sum256([]byte(ID(project, region, name)))
	return name + "-" + hex.EncodeToString(sum[:5])
}

// NewEngine returns the engine that makes, repairs and ends the environment.
func NewEngine(client *gcp.Client, spec *Spec, progress func(reconcile.Event)) (*reconcile.Engine, error) {
	components, err := Environment(client, spec)
	if err != nil {
		return nil, err
	}
	ledger, err := NewLedger(client, spec)
	if err != nil {
		return nil, err
	}
	flags := fmt.Sprintf("-project %s -region %s -name %s", spec.Project, spec.Region, spec.Name)
	return reconcile.New(reconcile.Options{
		Clock: client.Clock(), Store: ledger, Name: EnvironmentRecord, Owner: spec.Owner, Holder: holder(),
		Guard: gcp.WithGuard, Desired: spec.Settings, Look: Look, Prepare: ledger.Prepare, Dispose: ledger.Dispose, Later: gcp.IsServiceDisabled, Progress: progress,
		Commands: reconcile.Commands{
			Status:  "terraform-provider-cortx status " + flags,
			Import:  "terraform import ADDRESS " + spec.ID(),
			Rebuild: "terraform-provider-cortx ledger rebuild " + flags,
		},
	}, components)
}

// holder says who runs, for those who have to wait for the lease.
func holder() string {
	if run := os.Getenv("TFC_RUN_ID"); run != "" {
		return "HCP Terraform run " + run
	}
	host, err := os.Hostname()
	if err != nil {
		host = "an unknown host"
	}
	return fmt.Sprintf("process %d on %s", os.Getpid(), host)
}

// ReadRecord returns the environment's record, or reconcile.ErrNotFound. It never
// writes.
func ReadRecord(ctx context.Context, client *gcp.Client, spec *Spec) (*reconcile.Record, error) {
	ledger, err := NewLedger(client, spec)
	if err != nil {
		return nil, err
	}
	data, _, err := ledger.Read(ctx, EnvironmentRecord)
	if err != nil {
		return nil, err
	}
	return reconcile.DecodeRecord(data)
}
