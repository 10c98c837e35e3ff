package component

import (
	"context"
	"strings"

	"google.golang.org/api/storage/v1"

	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
)

// bucketWish is what one bucket of the environment has to be.
type bucketWish struct {
	component, name string
	key             string // full name of a KMS key, or ""
	versioning      bool
	softDeleteDays  int64
	retentionDays   int64 // of objects; 0 means none
}

const day = 24 * 60 * 60

// bucket is a bucket without public access and without ACLs.
func (e *Env) bucket(w bucketWish) object[*storage.Bucket] {
	api := e.apis().Storage.Buckets
	resource := "b/" + w.name
	return object[*storage.Bucket]{
		Env: e, component: w.component, noun: "bucket", name: w.name,
		get: func(ctx context.Context) (*storage.Bucket, error) {
			return api.Get(w.name).Context(gcp.Reading(ctx, "GetBucket", resource)).Do()
		},
		create: func(ctx context.Context, s *reconcile.Step) error {
			made := &storage.Bucket{
				Name: w.name, Location: strings.ToUpper(e.spec.Region), Labels: e.labels(s.Owner()),
				IamConfiguration: closedBucket(), Versioning: versioning(w.versioning), SoftDeletePolicy: softDelete(w.softDeleteDays),
			}
			if w.key != "" {
				made.Encryption = &storage.BucketEncryption{DefaultKmsKeyName: w.key}
			}
			if w.retentionDays > 0 {
				made.RetentionPolicy = &storage.BucketRetentionPolicy{RetentionPeriod: w.retentionDays * day}
			}
			err := e.whenGranted(ctx, s, "CreateBucket", resource, w.key, func(ctx context.Context) error {
				_, err := api.Insert(e.spec.Project, made).Context(gcp.Named(ctx, "CreateBucket", resource)).Do()
				return err
			})
			if gcp.IsConflict(err) {
				return nil // It stands: whose it is shows in the next look.
			}
			return err
		},
		owner: func(found *storage.Bucket) (reconcile.Owner, bool) { return reconcile.OwnerOfLabels(found.Labels) },
		fixed: func(found *storage.Bucket) []reconcile.Difference {
			var d differ
			d.is("location", found.Location, strings.ToUpper(e.spec.Region))
			return d
		},
		differs: func(found *storage.Bucket) []reconcile.Difference {
			d := e.labelsDiffer(found.Labels)
			d.breaks(policy.StoragePublicAccessPrevention, "public access prevention", publicAccess(found), "enforced")
			d.breaks(policy.StorageUniformAccess, "uniform access", uniformAccess(found), true)
			d.breaks(policy.StorageVersioning, "versioning", found.Versioning != nil && found.Versioning.Enabled, w.versioning)
			d.breaks(policy.StorageSoftDeleteDays, "soft delete", softDeleteDays(found), w.softDeleteDays)
			d.is("key", keyOf(found), w.key)
			if w.retentionDays > 0 {
				d.breaks(policy.LoggingArchiveDays, "retention", retentionDays(found), w.retentionDays)
			}
			return d
		},
		patch: func(ctx context.Context, s *reconcile.Step, found *storage.Bucket) error {
			change := &storage.Bucket{
				Labels: e.mergedLabels(found.Labels, s.Owner()), IamConfiguration: closedBucket(),
				Versioning: versioning(w.versioning), SoftDeletePolicy: softDelete(w.softDeleteDays),
			}
			if w.key != "" {
				change.Encryption = &storage.BucketEncryption{DefaultKmsKeyName: w.key}
			} else {
				change.NullFields = append(change.NullFields, "Encryption")
			}
			change.NullFields = append(change.NullFields, e.formerFields("Labels", found.Labels)...)
			if w.retentionDays > 0 {
				change.RetentionPolicy = &storage.BucketRetentionPolicy{RetentionPeriod: w.retentionDays * day}
			}
			return e.whenGranted(ctx, s, "UpdateBucket", resource, w.key, func(ctx context.Context) error {
				_, err := api.Patch(w.name, change).IfMetagenerationMatch(found.Metageneration).Context(gcp.UnderEtag(ctx, "UpdateBucket", resource)).Do()
				return err
			})
		},
		remove: func(ctx context.Context, s *reconcile.Step, _ *storage.Bucket) error {
			return emptyAndDelete(ctx, e, s, w.name)
		},
	}
}

func versioning(on bool) *storage.BucketVersioning {
	return &storage.BucketVersioning{Enabled: on, ForceSendFields: []string{"Enabled"}}
}

func softDelete(days int64) *storage.BucketSoftDeletePolicy {
	return &storage.BucketSoftDeletePolicy{RetentionDurationSeconds: days * day, ForceSendFields: []string{"RetentionDurationSeconds"}}
}

func publicAccess(found *storage.Bucket) string {
	if found.IamConfiguration == nil {
		return "inherited"
	}
	return found.IamConfiguration.PublicAccessPrevention
}

func uniformAccess(found *storage.Bucket) bool {
	return found.IamConfiguration != nil && found.IamConfiguration.UniformBucketLevelAccess != nil && found.IamConfiguration.UniformBucketLevelAccess.Enabled
}

func softDeleteDays(found *storage.Bucket) int64 {
	if found.SoftDeletePolicy == nil {
		return 0
	}
	return found.SoftDeletePolicy.RetentionDurationSeconds / day
}

func keyOf(found *storage.Bucket) string {
	if found.Encryption == nil {
		return ""
	}
	return found.Encryption.DefaultKmsKeyName
}

func retentionDays(found *storage.Bucket) int64 {
	if found.RetentionPolicy == nil {
		return 0
	}
	return found.RetentionPolicy.RetentionPeriod / day
}

// dataBucket holds what the platform's services keep in Cloud Storage.
type dataBucket struct{ base }

func newDataBucket(e *Env) reconcile.Component {
	return &dataBucket{base{Env: e, name: policy.ComponentStorage, needs: []string{policy.ComponentKMS}}}
}

func (b *dataBucket) bucket() object[*storage.Bucket] {
	return b.Env.bucket(bucketWish{
		component: b.name, name: b.spec.DataBucket(), key: b.spec.DataKey(),
		versioning: b.spec.Settings.Bool(policy.StorageVersioning), softDeleteDays: b.spec.Settings.Int(policy.StorageSoftDeleteDays),
	})
}

// ledgerBucket is where the environment's record lies. [Ledger] makes it before
// there is any component, and it has to be as closed as all other buckets. Its
// versions and what is deleted from it are kept in every tier.
func (b *dataBucket) ledgerBucket() object[*storage.Bucket] {
	return b.Env.bucket(bucketWish{
		component: b.name, name: b.spec.LedgerBucket(), versioning: true, softDeleteDays: ledgerSoftDeleteDays(b.spec),
	})
}

// ledgerSoftDeleteDays is what the tier asks of its buckets, and at least what
// Cloud Storage does by itself.
func ledgerSoftDeleteDays(spec *Spec) int64 {
	const least = 7
	return max(spec.Settings.Int(policy.StorageSoftDeleteDays), least)
}

// Observe implements [reconcile.Component].
func (b *dataBucket) Observe(ctx context.Context) (reconcile.Observation, error) {
	found, seen, err := b.bucket().see(ctx)
	if err != nil {
		return reconcile.Observation{}, err
	}
	if found != nil {
		seen.Values = map[string]any{
			policy.StoragePublicAccessPrevention: publicAccess(found) == "enforced",
			policy.StorageUniformAccess:          uniformAccess(found),
			policy.StorageVersioning:             found.Versioning != nil && found.Versioning.Enabled,
			policy.StorageSoftDeleteDays:         softDeleteDays(found),
		}
		seen.Outputs = map[string]string{"data_bucket": found.Name}
	}
	// Whether it is there at all, and ours, the claim says.
	_, ledger, err := b.ledgerBucket().see(ctx)
	if err != nil {
		return reconcile.Observation{}, err
	}
	for _, differs := range ledger.Differs {
		seen.Differs = append(seen.Differs, reconcile.Difference{Setting: differs.Setting, Apart: true, Words: "of the ledger " + differs.Words})
	}
	return seen, nil
}

// resetNote is the value of reset_trigger that the data is of.
const resetNote = "reset_trigger"

// Converge implements [reconcile.Component].
func (b *dataBucket) Converge(ctx context.Context, s *reconcile.Step) error {
	if err := b.reset(ctx, s, resetNote, func(ctx context.Context) error {
		found, seen, err := b.bucket().see(ctx)
		if err != nil || found == nil || seen.Foreign != "" {
			return err
		}
		return emptyBucket(ctx, b.Env, s, found.Name)
	}); err != nil {
		return err
	}
	if _, err := b.bucket().converge(ctx, s); err != nil {
		return err
	}
	if standing, _, err := b.ledgerBucket().see(ctx); err != nil || standing == nil {
		return err
	}
	_, err := b.ledgerBucket().converge(ctx, s)
	return err
}

// reset empties what holds data once reset_trigger has another value than the
// data was made under. The new value is noted when that is done, so a run that
// is killed in between begins again, which ends the same.
func (e *Env) reset(ctx context.Context, s *reconcile.Step, note string, empty func(ctx context.Context) error) error {
	of, made := s.Note(ctx, note)
	if made && of != e.spec.Reset && e.spec.Tier == policy.Dev {
		s.Progress(ctx, "reset_trigger has changed: recreating data")
		if err := empty(ctx); err != nil {
			return err
		}
	}
	if made && of == e.spec.Reset {
		return nil
	}
	return s.Record(ctx, note, e.spec.Reset)
}

// Remove implements [reconcile.Component].
func (b *dataBucket) Remove(ctx context.Context, s *reconcile.Step) error {
	return b.bucket().delete(ctx, s)
}

// ResetDue are the components whose data is of another reset_trigger than the
// given one, as a record tells: the next run deletes that data, because the value
// was changed or because an earlier run did not come so far.
func ResetDue(record *reconcile.Record, trigger string) []string {
	var due []string
	for _, name := range sortedKeys(record.Steps) {
		if of, made := record.Steps[name].Notes[resetNote]; made && of != trigger {
			due = append(due, name)
		}
	}
	return due
}

// Discover implements [reconcile.Discoverer]. Of which reset_trigger the data is
// nobody knows any more: a note that guessed it would have the next run delete it.
func (b *dataBucket) Discover(ctx context.Context) (string, int64, map[string]string, bool, error) {
	return discover(ctx, nil, b.bucket())
}
