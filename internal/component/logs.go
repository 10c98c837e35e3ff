package component

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/api/logging/v2"
	"google.golang.org/api/storage/v1"

	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
)

// auditFilter selects audit logs of every kind.
const auditFilter = `log_id("cloudaudit.googleapis.com/activity") OR log_id("cloudaudit.googleapis.com/data_access") OR log_id("cloudaudit.googleapis.com/system_event") OR log_id("cloudaudit.googleapis.com/policy") OR log_id("cloudaudit.googleapis.com/access_transparency")`

// logs are the environment's log bucket, the sink into it, and where the tier
// asks for it the archive of audit logs in Cloud Storage.
type logs struct{ base }

func newLogs(e *Env) reconcile.Component {
	return &logs{base{Env: e, name: policy.ComponentLogging, needs: []string{policy.ComponentKMS}}}
}

func (l *logs) bucket() object[*logging.LogBucket] {
	name := l.spec.LogBucket()
	api := l.apis().Logging.Projects.Locations.Buckets
	parent, id, _ := strings.Cut(name, "/buckets/")
	days, key := l.spec.Settings.Int(policy.LoggingRetentionDays), l.spec.LoggingKey()
	locked := l.spec.Settings.Bool(policy.LoggingLocked)
	return object[*logging.LogBucket]{
		Env: l.Env, component: l.name, noun: "log bucket", name: name,
		get: func(ctx context.Context) (*logging.LogBucket, error) {
			return api.Get(name).Context(gcp.Reading(ctx, "GetBucket", name)).Do()
		},
		create: func(ctx context.Context, s *reconcile.Step) error {
			// A deleted bucket keeps its name for seven days. Ours comes back.
			if found, err := api.Get(name).Context(gcp.Reading(ctx, "GetBucket", name)).Do(); err == nil && deletedLogs(found) {
				if owner, marked := l.markOf(found.Description); !marked || owner.Key != l.spec.Owner {
					return fmt.Errorf("%w: the log bucket %s is deleted, keeps its name for seven days, and is not ours", reconcile.ErrForeign, name)
				}
				if differs := l.keyDiffers(found); len(differs) > 0 {
					return fmt.Errorf("the log bucket %s is deleted, keeps its name for seven days, and could only come back as it was (%s): apply again after that, or give the environment another name", name, reconcile.Words(differs))
				}
				_, err := api.Undelete(name, &logging.UndeleteBucketRequest{}).Context(gcp.Named(ctx, "UndeleteBucket", name)).Do()
				return err
			}
			made := &logging.LogBucket{Description: l.description(s.Owner()), RetentionDays: days}
			if key != "" {
				made.CmekSettings = &logging.CmekSettings{KmsKeyName: key}
			}
			return l.whenGranted(ctx, s, "CreateBucket", name, key, func(ctx context.Context) error {
				_, err := api.Create(parent, made).BucketId(id).Context(gcp.Named(ctx, "CreateBucket", name)).Do()
				return err
			})
		},
		owner: func(found *logging.LogBucket) (reconcile.Owner, bool) { return l.markOf(found.Description) },
		gone:  deletedLogs,
		fixed: l.keyDiffers,
		differs: func(found *logging.LogBucket) []reconcile.Difference {
			var d differ
			d.breaks(policy.LoggingRetentionDays, "retention", found.RetentionDays, days)
			d.breaks(policy.LoggingLocked, "lock", found.Locked, locked)
			return d
		},
		patch: func(ctx context.Context, _ *reconcile.Step, found *logging.LogBucket) error {
			if found.RetentionDays != days {
				if _, err := api.Patch(name, &logging.LogBucket{RetentionDays: days}).UpdateMask("retentionDays").Context(gcp.Reading(ctx, "UpdateBucket", name)).Do(); err != nil {
					return err
				}
			}
			if locked && !found.Locked {
				// Last: nothing about the bucket can be mended afterwards.
				_, err := api.Patch(name, &logging.LogBucket{Locked: true}).UpdateMask("locked").Context(gcp.Reading(ctx, "UpdateBucket", name)).Do()
				return err
			}
			return nil
		},
		remove: func(ctx context.Context, _ *reconcile.Step, found *logging.LogBucket) error {
			_, err := api.Delete(name).Context(gcp.Reading(ctx, "DeleteBucket", name)).Do()
			return err
		},
	}
}

func deletedLogs(found *logging.LogBucket) bool { return found.LifecycleState == "DELETE_REQUESTED" }

// keyDiffers says that a bucket's key is not as wanted, which is fixed at its
// creation. Any key for logs of the environment will do, as the catalogue asks for
// one and not for a level. Where none is wanted, one that is not ours is the
// organisation's, which Cloud Logging gives every new bucket:
// https://cloud.google.com/logging/docs/routing/managed-encryption.
func (l *logs) keyDiffers(found *logging.LogBucket) []reconcile.Difference {
	wanted := l.spec.LoggingKey()
	if l.hasOurKey(found) == (wanted != "") {
		return nil
	}
	var d differ
	d.breaks(policy.LoggingCMEK, "key", logKey(found), wanted)
	return d
}

// hasOurKey tells whether a bucket has a key of the environment.
func (l *logs) hasOurKey(found *logging.LogBucket) bool {
	return strings.HasPrefix(logKey(found), l.spec.KeyRing()+"/cryptoKeys/"+loggingPurpose+"-")
}

func logKey(found *logging.LogBucket) string {
	if found.CmekSettings == nil {
		return ""
	}
	return found.CmekSettings.KmsKeyName
}

// archives tells whether audit logs go to Cloud Storage too.
func (l *logs) archives() bool { return l.spec.Settings.Int(policy.LoggingArchiveDays) > 0 }

func (l *logs) archive() object[*storage.Bucket] {
	return l.Env.bucket(bucketWish{
		component: l.name, name: l.spec.ArchiveBucket(), key: l.spec.LoggingKey(), versioning: false,
		// Retention keeps every object for years, so nothing is left to undo.
		softDeleteDays: 0, retentionDays: l.spec.Settings.Int(policy.LoggingArchiveDays),
	})
}

// sinks are the routes out of the project's logs, by name.
func (l *logs) sinks() map[string]*logging.LogSink {
	wanted := map[string]*logging.LogSink{
		l.spec.Prefix(): {Destination: "logging.googleapis.com/" + l.spec.LogBucket()},
	}
	if l.archives() {
		wanted[l.spec.Prefix()+"-audit-archive"] = &logging.LogSink{
			Destination: "storage.googleapis.com/" + l.spec.ArchiveBucket(), Filter: auditFilter,
		}
	}
	return wanted
}

func (l *logs) sink(name string, wanted *logging.LogSink, get func(ctx context.Context) (*logging.LogSink, error)) object[*logging.LogSink] {
	parent := "projects/" + l.spec.Project
	resource := parent + "/sinks/" + name
	api := l.apis().Logging.Projects.Sinks
	if get == nil {
		get = func(ctx context.Context) (*logging.LogSink, error) {
			return api.Get(resource).Context(gcp.Reading(ctx, "GetSink", resource)).Do()
		}
	}
	return object[*logging.LogSink]{
		Env: l.Env, component: l.name, noun: "log sink", name: resource, get: get,
		create: func(ctx context.Context, s *reconcile.Step) error {
			_, err := api.Create(parent, &logging.LogSink{
				Name: name, Destination: wanted.Destination, Filter: wanted.Filter, Description: l.description(s.Owner()),
			}).UniqueWriterIdentity(true).Context(gcp.Named(ctx, "CreateSink", resource)).Do()
			return err
		},
		owner: func(found *logging.LogSink) (reconcile.Owner, bool) { return l.markOf(found.Description) },
		differs: func(found *logging.LogSink) []reconcile.Difference {
			var d differ
			d.is("destination", found.Destination, wanted.Destination)
			d.is("filter", found.Filter, wanted.Filter)
			d.is("disabled", found.Disabled, false)
			if len(found.Exclusions) > 0 {
				d.say("", "it leaves logs out")
			}
			return d
		},
		patch: func(ctx context.Context, _ *reconcile.Step, found *logging.LogSink) error {
			_, err := api.Patch(resource, &logging.LogSink{
				Destination: wanted.Destination, Filter: wanted.Filter, ForceSendFields: []string{"Filter", "Disabled", "Exclusions"},
			}).UniqueWriterIdentity(true).UpdateMask("destination,filter,disabled,exclusions").Context(gcp.Reading(ctx, "UpdateSink", resource)).Do()
			return err
		},
		remove: func(ctx context.Context, _ *reconcile.Step, _ *logging.LogSink) error {
			_, err := api.Delete(resource).Context(gcp.Reading(ctx, "DeleteSink", resource)).Do()
			return err
		},
	}
}

// standingSinks are the project's sinks by name, from one list.
func (l *logs) standingSinks(ctx context.Context) (map[string]*logging.LogSink, error) {
	parent := "projects/" + l.spec.Project
	found, err := gcp.Pages(func(token string) ([]*logging.LogSink, string, error) {
		page, err := l.apis().Logging.Projects.Sinks.List(parent).PageToken(token).Context(gcp.Reading(ctx, "ListSinks", parent)).Do()
		if err != nil {
			return nil, "", err
		}
		return page.Sinks, page.NextPageToken, nil
	})
	return byName(found, func(f *logging.LogSink) string { return f.Name }), err
}

// Observe implements [reconcile.Component].
func (l *logs) Observe(ctx context.Context) (reconcile.Observation, error) {
	found, seen, err := l.bucket().see(ctx)
	if err != nil {
		return reconcile.Observation{}, err
	}
	if found != nil {
		seen.Values = map[string]any{
			policy.LoggingRetentionDays: found.RetentionDays, policy.LoggingCMEK: l.hasOurKey(found), policy.LoggingLocked: found.Locked,
		}
		seen.Outputs = map[string]string{"log_bucket": found.Name}
	}
	parts := []reconcile.Observation{seen}
	standing, err := l.standingSinks(ctx)
	if err != nil {
		return reconcile.Observation{}, err
	}
	wanted := l.sinks()
	writer := ""
	for _, name := range sortedKeys(wanted) {
		sink, seen, err := l.sink(name, wanted[name], func(context.Context) (*logging.LogSink, error) {
			if found := standing[name]; found != nil {
				return found, nil
			}
			return nil, gcp.NotFound("GetSink", name)
		}).see(ctx)
		if err != nil {
			return reconcile.Observation{}, err
		}
		if sink != nil && strings.HasPrefix(wanted[name].Destination, "storage.") {
			writer = sink.WriterIdentity
		}
		parts = append(parts, seen)
	}
	if !l.archives() {
		all := join(parts...)
		all.Values[policy.LoggingArchiveDays] = int64(0)
		return all, nil
	}
	archive, err := l.seeArchive(ctx, writer)
	if err != nil {
		return reconcile.Observation{}, err
	}
	return join(append(parts, archive)...), nil
}

func (l *logs) seeArchive(ctx context.Context, writer string) (reconcile.Observation, error) {
	found, seen, err := l.archive().see(ctx)
	if err != nil || found == nil {
		return seen, err
	}
	seen.Values = map[string]any{policy.LoggingArchiveDays: retentionDays(found)}
	standing, err := l.apis().Storage.Buckets.GetIamPolicy(found.Name).OptionsRequestedPolicyVersion(3).Context(gcp.Reading(ctx, "GetIamPolicy", "b/"+found.Name)).Do()
	if err != nil {
		return reconcile.Observation{}, err
	}
	if writer != "" && !bound(standing, archiveWriter, writer) {
		seen.Differs = append(seen.Differs, difference("", "the sink may not write to the archive"))
	}
	return seen, nil
}

// archiveWriter is the role that lets a sink add objects and do nothing else.
const archiveWriter = "roles/storage.objectCreator"

func bound(standing *storage.Policy, role, member string) bool {
	return slices.ContainsFunc(standing.Bindings, func(b *storage.PolicyBindings) bool {
		return b.Role == role && b.Condition == nil && slices.Contains(b.Members, member)
	})
}

// Converge implements [reconcile.Component].
func (l *logs) Converge(ctx context.Context, s *reconcile.Step) error {
	if _, err := l.bucket().converge(ctx, s); err != nil {
		return err
	}
	if l.archives() {
		if _, err := l.archive().converge(ctx, s); err != nil {
			return err
		}
	}
	wanted := l.sinks()
	for _, name := range sortedKeys(wanted) {
		made, err := l.sink(name, wanted[name], nil).converge(ctx, s)
		if err != nil {
			return err
		}
		if strings.HasPrefix(made.Destination, "storage.") {
			if err := l.admit(ctx, made.WriterIdentity); err != nil {
				return err
			}
		}
	}
	return nil
}

// admit lets a sink write to the archive.
func (l *logs) admit(ctx context.Context, writer string) error {
	name := l.spec.ArchiveBucket()
	resource := "b/" + name
	return l.client.EditUnderEtag(ctx, "SetIamPolicy", resource, func(ctx context.Context) error {
		standing, err := l.apis().Storage.Buckets.GetIamPolicy(name).OptionsRequestedPolicyVersion(3).Context(gcp.Reading(ctx, "GetIamPolicy", resource)).Do()
		if err != nil || bound(standing, archiveWriter, writer) {
			return err
		}
		standing.Bindings = append(standing.Bindings, &storage.PolicyBindings{Role: archiveWriter, Members: []string{writer}})
		_, err = l.apis().Storage.Buckets.SetIamPolicy(name, standing).Context(gcp.UnderEtag(ctx, "SetIamPolicy", resource)).Do()
		return err
	})
}

// Remove implements [reconcile.Component]. Logs under a lock, and an archive
// whose retention has not ended, stay: the law wants them, and the service
// refuses to delete them.
func (l *logs) Remove(ctx context.Context, s *reconcile.Step) error {
	wanted := l.sinks()
	for _, name := range sortedKeys(wanted) {
		if err := l.sink(name, wanted[name], nil).delete(ctx, s); err != nil {
			return err
		}
	}
	if l.archives() {
		if err := l.removeArchive(ctx, s); err != nil {
			return err
		}
	}
	if found, _, err := l.bucket().sure(ctx); err != nil || found != nil && found.Locked {
		return err
	}
	return l.bucket().delete(ctx, s)
}

func (l *logs) removeArchive(ctx context.Context, s *reconcile.Step) error {
	found, _, err := l.archive().sure(ctx)
	if err != nil || found == nil {
		return err
	}
	objects, err := listObjects(ctx, l.Env, found.Name, true)
	if err != nil {
		return err
	}
	if len(objects) > 0 {
		s.Progress(ctx, "leaving the archive %s: its audit logs are under retention", found.Name)
		return nil
	}
	return l.archive().delete(ctx, s)
}

// Discover implements [reconcile.Discoverer]. A locked bucket and an archive
// under retention stay after a removal, so the sinks speak for the component.
func (l *logs) Discover(ctx context.Context) (string, int64, map[string]string, bool, error) {
	var all []discoverable
	wanted := l.sinks()
	for _, name := range sortedKeys(wanted) {
		all = append(all, l.sink(name, wanted[name], nil))
	}
	return discover(ctx, nil, all...)
}
