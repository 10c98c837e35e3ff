package component

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"google.golang.org/api/googleapi"
	"google.golang.org/api/storage/v1"

	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
)

// EnvironmentRecord is the name of the environment's own record in its ledger.
const EnvironmentRecord = "environment.json"

// Ledger is the bucket that holds the records of an environment and of its
// tenants. It is there before anything else of the environment, since the
// Cloud Storage API is enabled in every project, and goes last.
type Ledger struct {
	*Env
	objects *gcp.Objects
}

var _ reconcile.Store = (*Ledger)(nil)

// NewLedger returns the ledger of an environment. It makes no call.
func NewLedger(client *gcp.Client, spec *Spec) (*Ledger, error) {
	if _, err := gcp.APIsOf(client); err != nil {
		return nil, err
	}
	return &Ledger{Env: &Env{client: client, spec: spec}, objects: client.Objects(spec.LedgerBucket())}, nil
}

// Read implements [reconcile.Store].
func (l *Ledger) Read(ctx context.Context, name string) ([]byte, int64, error) {
	data, generation, err := l.objects.Read(ctx, name)
	if gcp.IsNotFound(err) {
		return nil, 0, reconcile.ErrNotFound
	}
	return data, generation, err
}

// Write implements [reconcile.Store].
func (l *Ledger) Write(ctx context.Context, name string, data []byte, ifGeneration int64) (int64, error) {
	generation, err := l.objects.Write(ctx, name, data, ifGeneration)
	if gcp.IsConflict(err) {
		return 0, fmt.Errorf("%w: %w", reconcile.ErrConflict, err)
	}
	return generation, err
}

// Delete implements [reconcile.Store].
func (l *Ledger) Delete(ctx context.Context, name string, ifGeneration int64) error {
	err := l.objects.Delete(ctx, name, ifGeneration)
	switch {
	case gcp.IsNotFound(err):
		return reconcile.ErrNotFound
	case gcp.IsConflict(err):
		return fmt.Errorf("%w: %w", reconcile.ErrConflict, err)
	}
	return err
}

// Prepare makes the bucket, which is the first side effect of an environment:
// names of buckets are global and a create is atomic, so it is also the first
// sign that somebody else has the name.
func (l *Ledger) Prepare(ctx context.Context) error {
	name := l.spec.LedgerBucket()
	standing, err := l.bucket(ctx)
	if gcp.IsNotFound(err) {
		owner := reconcile.Owner{Key: l.spec.Owner, Incarnation: 1}
		_, err = l.apis().Storage.Buckets.Insert(l.spec.Project, &storage.Bucket{
			Name:             name,
			Location:         strings.ToUpper(l.spec.Region),
			Labels:           l.labels(owner),
			IamConfiguration: closedBucket(),
			Versioning:       &storage.BucketVersioning{Enabled: true},
			SoftDeletePolicy: softDelete(ledgerSoftDeleteDays(l.spec)),
			// Old versions of a record are for a look back, not for ever.
			Lifecycle: &storage.BucketLifecycle{Rule: []*storage.BucketLifecycleRule{{
				Action:    &storage.BucketLifecycleRuleAction{Type: "Delete"},
				Condition: &storage.BucketLifecycleRuleCondition{NumNewerVersions: 20, IsLive: googleapi.Bool(false)},
			}}},
		}).Context(gcp.Named(ctx, "CreateBucket", "b/"+name)).Do()
		if err != nil && !gcp.IsAlreadyExists(err) && !gcp.IsConflict(err) {
			return fmt.Errorf("make the ledger: %w", err)
		}
		standing, err = l.bucket(ctx)
	}
	if err != nil {
		return fmt.Errorf("read the ledger's bucket %s: %w", name, err)
	}
	if owner, marked := reconcile.OwnerOfLabels(standing.Labels); !marked || owner.Key != l.spec.Owner {
		return fmt.Errorf("%w: the bucket %s stands already and doesn't bear our mark", reconcile.ErrForeign, name)
	}
	return nil
}

// Dispose deletes the bucket once no record is left in it.
func (l *Ledger) Dispose(ctx context.Context) error {
	name := l.spec.LedgerBucket()
	standing, err := l.bucket(ctx)
	if gcp.IsNotFound(err) {
		// Believed when it was said twice: nobody looks for it after this.
		standing, err = l.bucket(ctx)
	}
	if gcp.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	if owner, marked := reconcile.OwnerOfLabels(standing.Labels); !marked || owner.Key != l.spec.Owner {
		return nil
	}
	live, err := l.list(ctx, name, false)
	if err != nil {
		return err
	}
	if len(live) > 0 {
		return errors.New("the ledger holds records yet: " + live[0].Name)
	}
	// What is left are old versions of records that are gone.
	return emptyAndDelete(ctx, l.Env, nil, name)
}

// LedgerStands tells whether the place of the environment's ledger is there and
// ours: a destroy that was cut off at its very end leaves it. It never writes.
func LedgerStands(ctx context.Context, client *gcp.Client, spec *Spec) (bool, error) {
	ledger, err := NewLedger(client, spec)
	if err != nil {
		return false, err
	}
	standing, err := ledger.ourBucket(ctx)
	return standing != nil, err
}

// LedgerTier returns the tier that the place of the environment's ledger is marked
// with: what is left to tell it by when the record is lost. It is "" when the place
// is gone or not ours. It never writes.
func LedgerTier(ctx context.Context, client *gcp.Client, spec *Spec) (policy.Tier, error) {
	ledger, err := NewLedger(client, spec)
	if err != nil {
		return "", err
	}
	standing, err := ledger.ourBucket(ctx)
	if standing == nil {
		return "", err
	}
	return policy.Tier(standing.Labels["cortx-tier"]), nil
}

// ourBucket is the ledger's place, or nil when it is gone or not ours.
func (l *Ledger) ourBucket(ctx context.Context) (*storage.Bucket, error) {
	standing, err := l.bucket(ctx)
	if gcp.IsNotFound(err) {
		return nil, nil //nolint:nilnil // That there is none is no error.
	}
	if err != nil {
		return nil, err
	}
	if owner, marked := reconcile.OwnerOfLabels(standing.Labels); !marked || owner.Key != l.spec.Owner {
		return nil, nil //nolint:nilnil // As above.
	}
	return standing, nil
}

func (l *Ledger) bucket(ctx context.Context) (*storage.Bucket, error) {
	name := l.spec.LedgerBucket()
	return l.apis().Storage.Buckets.Get(name).Context(gcp.Reading(ctx, "GetBucket", "b/"+name)).Do()
}

func (l *Ledger) list(ctx context.Context, bucket string, versions bool) ([]*storage.Object, error) {
	return listObjects(ctx, l.Env, bucket, versions)
}

// closedBucket is the access of every bucket of ours: nobody by an ACL, and
// nobody from the public.
func closedBucket() *storage.BucketIamConfiguration {
	return &storage.BucketIamConfiguration{
		PublicAccessPrevention:   "enforced",
		UniformBucketLevelAccess: &storage.BucketIamConfigurationUniformBucketLevelAccess{Enabled: true},
	}
}

// listObjects lists the objects of a bucket, with old versions if asked.
func listObjects(ctx context.Context, e *Env, bucket string, versions bool) ([]*storage.Object, error) {
	return gcp.Pages(func(token string) ([]*storage.Object, string, error) {
		page, err := e.apis().Storage.Objects.List(bucket).Versions(versions).PageToken(token).Context(gcp.Reading(ctx, "ListObjects", "b/"+bucket)).Do()
		if err != nil {
			return nil, "", err
		}
		return page.Items, page.NextPageToken, nil
	})
}

// emptyBucket deletes all objects of a bucket, old versions among them.
func emptyBucket(ctx context.Context, e *Env, s *reconcile.Step, bucket string) error {
	objects, err := listObjects(ctx, e, bucket, true)
	if err != nil && !gcp.IsNotFound(err) {
		return err
	}
	for i, found := range objects {
		if s != nil && i%100 == 0 {
			s.Progress(ctx, "deleting object %d of %d in %s", i+1, len(objects), bucket)
		}
		err := e.apis().Storage.Objects.Delete(bucket, found.Name).Generation(found.Generation).Context(gcp.Reading(ctx, "DeleteObject", "b/"+bucket+"/o/"+found.Name)).Do()
		if err != nil && !gcp.IsNotFound(err) {
			return err
		}
	}
	return nil
}

// emptyAndDelete deletes a bucket with all that is in it.
func emptyAndDelete(ctx context.Context, e *Env, s *reconcile.Step, bucket string) error {
	if err := emptyBucket(ctx, e, s, bucket); err != nil {
		return err
	}
	err := e.apis().Storage.Buckets.Delete(bucket).Context(gcp.Reading(ctx, "DeleteBucket", "b/"+bucket)).Do()
	if gcp.IsNotFound(err) {
		if _, getErr := e.apis().Storage.Buckets.Get(bucket).Context(gcp.Reading(ctx, "GetBucket", "b/"+bucket)).Do(); gcp.IsNotFound(getErr) {
			return nil
		}
	}
	return err
}
