package emulator

import (
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"google.golang.org/api/storage/v1"
	"google.golang.org/grpc/status"
)

// uniformLock is how long uniform access can be taken back.
const uniformLock = 90 * 24 * time.Hour

// Bounds of soft deletion: none at all, or from a week to 90 days, a week being
// what a new bucket has (https://cloud.google.com/storage/docs/soft-delete).
const (
	softDeletionLeast = 7 * 24 * 60 * 60
	softDeletionMost  = 90 * 24 * 60 * 60
	// retentionMost is a hundred years, in seconds.
	retentionMost = 3_155_760_000
)

// readBucket reads the body of a call both as it was written and by its names.
func readBucket(r *restRequest) (map[string]any, *storage.Bucket, error) {
	in := &storage.Bucket{}
	if err := r.decode(in); err != nil {
		return nil, nil, err
	}
	config := map[string]any{}
	if len(r.body) > 0 {
		if err := decode(r.body, &config); err != nil {
			return nil, nil, invalid("Invalid JSON payload received. Parse error.")
		}
	}
	switch {
	case len(in.Acl) > 0, len(in.DefaultObjectAcl) > 0:
		return nil, nil, notModelled("ACLs of Cloud Storage")
	case in.HierarchicalNamespace != nil && in.HierarchicalNamespace.Enabled:
		return nil, nil, notModelled("a bucket's hierarchicalNamespace")
	case in.CustomPlacementConfig != nil:
		return nil, nil, notModelled("a bucket's customPlacementConfig")
	case in.IpFilter != nil:
		return nil, nil, notModelled("a bucket's ipFilter")
	case in.Billing != nil && in.Billing.RequesterPays:
		return nil, nil, notModelled("requesterPays of a bucket")
	case in.DefaultEventBasedHold:
		return nil, nil, notModelled("defaultEventBasedHold of a bucket")
	case in.SoftDeletePolicy != nil && in.SoftDeletePolicy.HardDeletePause != nil:
		return nil, nil, notModelled("hardDeletePause of a bucket")
	case in.Encryption != nil && (in.Encryption.CustomerManagedEncryptionEnforcementConfig != nil ||
		in.Encryption.CustomerSuppliedEncryptionEnforcementConfig != nil || in.Encryption.GoogleManagedEncryptionEnforcementConfig != nil):
		return nil, nil, notModelled("the enforcement of a bucket's encryption")
	}
	return config, in, nil
}

// bucketDefaults are what a new bucket has that says nothing of them.
func bucketDefaults() map[string]any {
	return map[string]any{
		"location": "US", "storageClass": "STANDARD",
		"softDeletePolicy": map[string]any{"retentionDurationSeconds": "604800"},
	}
}

// serverFields are those of a bucket that only the service writes; it ignores
// them in a request.
var serverFields = []string{
	"acl", "defaultObjectAcl", "etag", "generation", "hardDeleteTime", "id", "kind", "locationType", "metageneration", "name", "objectRetention",
	"owner", "projectNumber", "satisfiesPZI", "satisfiesPZS", "selfLink", "softDeleteTime", "timeCreated", "updated",
}

// tidyBucket returns a configuration as the service keeps it: without what only
// the service writes, without what is empty, and with one name for a thing.
func tidyBucket(config map[string]any) map[string]any {
	out := mergePatch(config, nil)
	for _, name := range serverFields {
		delete(out, name)
	}
	if location, ok := out["location"].(string); ok {
		out["location"] = strings.ToUpper(location)
	}
	keepOnly(out, "retentionPolicy", "retentionPeriod")
	keepOnly(out, "softDeletePolicy", "retentionDurationSeconds")
	keepOnly(out, "autoclass", "enabled", "terminalStorageClass")
	if auto, ok := out["autoclass"].(map[string]any); ok && auto["enabled"] == true && auto["terminalStorageClass"] == nil {
		auto["terminalStorageClass"] = "NEARLINE"
	}
	if iam, ok := out["iamConfiguration"].(map[string]any); ok {
		iam = maps.Clone(iam)
		// bucketPolicyOnly is what uniformBucketLevelAccess was called before.
		if old, ok := iam["bucketPolicyOnly"]; ok && iam["uniformBucketLevelAccess"] == nil {
			iam["uniformBucketLevelAccess"] = old
		}
		delete(iam, "bucketPolicyOnly")
		keepOnly(iam, "uniformBucketLevelAccess", "enabled")
		out["iamConfiguration"] = iam
	}
	if lifecycle, ok := out["lifecycle"].(map[string]any); ok {
		if rules, _ := lifecycle["rule"].([]any); len(rules) == 0 {
			delete(out, "lifecycle")
		}
	}
	if encryption, ok := out["encryption"].(map[string]any); ok && (encryption["defaultKmsKeyName"] == nil || encryption["defaultKmsKeyName"] == "") {
		delete(out, "encryption")
	}
	for key, value := range out {
		if object, ok := value.(map[string]any); ok && len(object) == 0 {
			delete(out, key)
		}
	}
	return out
}

// keepOnly drops all but some fields of an object in a document.
func keepOnly(doc map[string]any, name string, fields ...string) {
	have, ok := doc[name].(map[string]any)
	if !ok {
		return
	}
	kept := map[string]any{}
	for _, field := range fields {
		if value, ok := have[field]; ok {
			kept[field] = value
		}
	}
	doc[name] = kept
}

func uniformAccess(b *storage.Bucket) bool {
	return b.IamConfiguration != nil && b.IamConfiguration.UniformBucketLevelAccess != nil && b.IamConfiguration.UniformBucketLevelAccess.Enabled
}

var (
	bucketNamePattern = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{1,61}[a-z0-9]$`)
	googleName        = regexp.MustCompile(`^goog|g[0o][0o]g[1l][e3]`)
	storageLabelKey   = regexp.MustCompile(`^[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}\p{N}_-]{0,62}$`)
	storageLabelVal   = regexp.MustCompile(`^[\p{Ll}\p{Lo}\p{N}_-]{0,63}$`)
	storageClasses    = []string{"STANDARD", "NEARLINE", "COLDLINE", "ARCHIVE", "MULTI_REGIONAL", "REGIONAL", "DURABLE_REDUCED_AVAILABILITY"}
)

// checkBucketName refuses what is no name of a bucket. A name with a dot is a
// domain, whose owner only can make it.
func checkBucketName(name string) error {
	switch {
	case name == "":
		return storageError(http.StatusBadRequest, "required", "Required")
	case strings.Contains(name, "."):
		return storageError(http.StatusForbidden, "forbidden", "The bucket you tried to create is a domain name owned by another user.")
	case !bucketNamePattern.MatchString(name) || googleName.MatchString(name):
		return storageInvalid("Invalid bucket name: '" + name + "'.")
	}
	return nil
}

// checkBucket refuses a configuration that breaks a rule, by itself or after
// the one before.
func (b buckets) checkBucket(next *bucketRecord, before, after *storage.Bucket) error {
	kind := storageLocationType(after.Location)
	switch {
	case kind == "":
		return storageInvalid("The specified location constraint is not valid.")
	case before.Location != "" && before.Location != after.Location:
		return storageInvalid("Invalid argument. A bucket's location can't be changed.")
	case !slices.Contains(storageClasses, after.StorageClass):
		return storageInvalid("Invalid argument. " + after.StorageClass + " is no storage class.")
	case after.Rpo != "" && (kind == "region" || after.Rpo != "DEFAULT" && (after.Rpo != "ASYNC_TURBO" || kind != "dual-region")):
		return storageInvalid("Invalid argument. A bucket in " + after.Location + " can't have the rpo " + after.Rpo + ".")
	}
	if before.Location == "" {
		if err := b.s.checkLocation(next.Project, keyLocation(after.Location)); err != nil {
			return storageError(http.StatusPreconditionFailed, "conditionNotMet", status.Convert(err).Message())
		}
	}
	if err := checkStorageLabels(after.Labels); err != nil {
		return err
	}
	if err := checkLifecycle(after); err != nil {
		return err
	}
	if err := b.checkAccess(next, before, after); err != nil {
		return err
	}
	if err := b.checkKept(next, before, after); err != nil {
		return err
	}
	if after.Logging != nil && after.Logging.LogBucket != "" {
		if _, err := b.s.bucket(after.Logging.LogBucket); err != nil {
			return storageInvalid("The target bucket for logging does not exist.")
		}
	}
	key := ""
	if before.Encryption != nil {
		key = before.Encryption.DefaultKmsKeyName
	}
	if after.Encryption != nil && after.Encryption.DefaultKmsKeyName != key {
		return b.s.checkBucketKey(next.Project, after.Location, after.Encryption.DefaultKmsKeyName)
	}
	return nil
}

func checkStorageLabels(labels map[string]string) error {
	if len(labels) > 64 {
		return storageInvalid("A bucket can have at most 64 labels.")
	}
	for _, key := range slices.Sorted(maps.Keys(labels)) {
		if !storageLabelKey.MatchString(key) || !storageLabelVal.MatchString(labels[key]) {
			return storageInvalid(fmt.Sprintf("Invalid label '%s': '%s'.", key, labels[key]))
		}
	}
	return nil
}

// checkAccess is about who may reach a bucket.
func (b buckets) checkAccess(next *bucketRecord, before, after *storage.Bucket) error {
	iam := after.IamConfiguration
	if iam != nil && iam.PublicAccessPrevention != "" && iam.PublicAccessPrevention != "inherited" && iam.PublicAccessPrevention != "enforced" {
		return storageInvalid("Invalid argument. publicAccessPrevention must be inherited or enforced.")
	}
	if uniformAccess(before) && !uniformAccess(after) && b.s.now().After(next.UniformSince.Add(uniformLock)) {
		return storageError(http.StatusBadRequest, "invalid", "Cannot disable uniform bucket-level access: it has been enabled for 90 days and is locked.")
	}
	if !uniformAccess(after) && b.s.enforced(next.Project, "storage.uniformBucketLevelAccess") {
		return storageError(http.StatusPreconditionFailed, "conditionNotMet", "Request violates constraint 'constraints/storage.uniformBucketLevelAccess'")
	}
	if iam != nil && iam.PublicAccessPrevention == "inherited" && before.IamConfiguration != nil && before.IamConfiguration.PublicAccessPrevention == "enforced" &&
		b.s.enforced(next.Project, "storage.publicAccessPrevention") {
		return storageError(http.StatusPreconditionFailed, "conditionNotMet", "Request violates constraint 'constraints/storage.publicAccessPrevention'")
	}
	return nil
}

// checkKept is about how long a bucket keeps what is in it.
func (b buckets) checkKept(next *bucketRecord, before, after *storage.Bucket) error {
	if after.SoftDeletePolicy == nil {
		return storageInvalid("Invalid argument. A bucket's softDeletePolicy can't be removed; a retentionDurationSeconds of 0 turns it off.")
	}
	if n := after.SoftDeletePolicy.RetentionDurationSeconds; n != 0 && (n < softDeletionLeast || n > softDeletionMost) {
		return storageInvalid(fmt.Sprintf("Invalid argument. The soft delete retention duration must be 0 or between %d and %d seconds.", softDeletionLeast, softDeletionMost))
	}
	if after.RetentionPolicy != nil && (after.RetentionPolicy.RetentionPeriod <= 0 || after.RetentionPolicy.RetentionPeriod >= retentionMost) {
		return storageInvalid("The retention period must be greater than zero and less than 100 years.")
	}
	if next.RetentionLocked && (after.RetentionPolicy == nil || after.RetentionPolicy.RetentionPeriod < before.RetentionPolicy.RetentionPeriod) {
		return storageError(http.StatusForbidden, "forbidden", fmt.Sprintf("Cannot reduce retention duration of a locked Retention Policy for bucket '%s'.", next.Name))
	}
	return nil
}

// checkLifecycle is about a bucket's rules. They only stand there: nothing here
// lives long enough to be moved or deleted by one.
func checkLifecycle(b *storage.Bucket) error {
	automatic := b.Autoclass != nil && b.Autoclass.Enabled
	if automatic {
		if b.StorageClass != "STANDARD" {
			return storageInvalid("Invalid argument. A bucket with Autoclass has the storage class STANDARD.")
		}
		if t := b.Autoclass.TerminalStorageClass; t != "NEARLINE" && t != "ARCHIVE" {
			return storageInvalid("Invalid argument. The terminal storage class must be NEARLINE or ARCHIVE.")
		}
	}
	if b.Lifecycle == nil {
		return nil
	}
	if len(b.Lifecycle.Rule) > 100 {
		return storageInvalid("A bucket can have at most 100 lifecycle rules.")
	}
	for _, rule := range b.Lifecycle.Rule {
		if rule == nil || rule.Action == nil || rule.Condition == nil {
			return storageInvalid("A lifecycle rule must have an action and a condition.")
		}
		switch rule.Action.Type {
		case "Delete", "AbortIncompleteMultipartUpload":
			if rule.Action.StorageClass != "" {
				return storageInvalid("A lifecycle rule with the action " + rule.Action.Type + " can't have a storage class.")
			}
		case "SetStorageClass":
			if !slices.Contains(storageClasses, rule.Action.StorageClass) || automatic {
				return storageInvalid("A lifecycle rule can't set the storage class '" + rule.Action.StorageClass + "' of objects in this bucket.")
			}
		default:
			return storageInvalid("'" + rule.Action.Type + "' is no action of a lifecycle rule.")
		}
		if c := rule.Condition; c.Age != nil && *c.Age < 0 || c.NumNewerVersions < 0 || c.DaysSinceNoncurrentTime < 0 || c.DaysSinceCustomTime < 0 {
			return storageInvalid("The condition of a lifecycle rule can't be negative.")
		}
	}
	return nil
}

// checkBucketKey refuses a key that Cloud Storage can't use in a location.
func (s *Server) checkBucketKey(project, location, key string) error {
	found := keyName.FindStringSubmatch(key)
	if found == nil {
		return storageInvalid("Invalid KMS key name: '" + key + "'.")
	}
	if found[2] != keyLocation(location) {
		return storageInvalid(fmt.Sprintf("The location '%s' of the Cloud KMS key doesn't match the bucket's location '%s'.", found[2], location))
	}
	if !s.agentMayUse(key, serviceAgentEmail(project, storageHost)) {
		return storageError(http.StatusForbidden, "forbidden", "Permission denied on Cloud KMS key. Please ensure that your Cloud Storage service account has been authorized to use this key.")
	}
	return nil
}
