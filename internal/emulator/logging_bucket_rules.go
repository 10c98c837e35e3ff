package emulator

import (
	"strings"

	"cloud.google.com/go/logging/apiv2/loggingpb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// checkBucket checks a bucket as it is to be.
func (l *loggingConfig) checkBucket(b *logBucket) error {
	const longest, mostIndexes, mostFields = 3650, 20, 20
	switch {
	case b.pb.GetRetentionDays() < 1 || b.pb.GetRetentionDays() > longest:
		return invalid("Retention days must be between 1 and %d, not %d.", longest, b.pb.GetRetentionDays())
	case len(b.pb.GetDescription()) > 8000:
		return invalid("The description must have at most 8000 characters.")
	case len(b.pb.GetRestrictedFields()) > mostFields:
		return invalid("At most %d restricted fields are allowed.", mostFields)
	case len(b.pb.GetIndexConfigs()) > mostIndexes:
		return invalid("At most %d index configurations are allowed.", mostIndexes)
	}
	for _, f := range b.pb.GetRestrictedFields() {
		if !logFieldPath.MatchString(f) {
			return invalid("Restricted field %q is not the path of a log field.", f)
		}
	}
	seen := map[string]bool{}
	for _, index := range b.pb.GetIndexConfigs() {
		switch {
		case !logFieldPath.MatchString(index.GetFieldPath()):
			return invalid("Index field path %q is not the path of a log field.", index.GetFieldPath())
		case index.GetType() == loggingpb.IndexType_INDEX_TYPE_UNSPECIFIED:
			return invalid("The index of %q needs a type.", index.GetFieldPath())
		case seen[index.GetFieldPath()]:
			return invalid("The field %q is indexed twice.", index.GetFieldPath())
		}
		seen[index.GetFieldPath()] = true
		if index.GetCreateTime() == nil {
			index.CreateTime = timestamppb.New(l.s.now())
		}
	}
	return nil
}

// checkBucketChange refuses what a bucket can't have changed: a lock, a key and
// analytics are for ever.
func checkBucketChange(before, after *loggingpb.LogBucket) error {
	switch {
	case strings.HasSuffix(before.GetName(), "/_Required") && !onlyAnalytics(before, after):
		return invalid("The bucket _Required can not be modified")
	case before.GetLocked() && !after.GetLocked():
		return invalid("A locked bucket can not be unlocked")
	case before.GetLocked() && after.GetRetentionDays() != before.GetRetentionDays():
		return invalid("The retention period on a locked bucket can not be changed")
	case before.GetAnalyticsEnabled() && !after.GetAnalyticsEnabled():
		return invalid("Analytics can not be disabled once it is enabled")
	case before.GetCmekSettings().GetKmsKeyName() != after.GetCmekSettings().GetKmsKeyName():
		// https://cloud.google.com/logging/docs/routing/managed-encryption-storage
		return invalid("The CMEK settings of a bucket can not be changed after its creation")
	case after.GetAnalyticsEnabled() && !before.GetAnalyticsEnabled() && after.GetCmekSettings().GetKmsKeyName() != "":
		return invalid("Bucket is not eligible for an upgrade to enable analytics")
	}
	return nil
}

// onlyAnalytics tells whether two buckets differ in analytics alone.
func onlyAnalytics(a, b *loggingpb.LogBucket) bool {
	left, right := proto.CloneOf(a), proto.CloneOf(b)
	left.AnalyticsEnabled, right.AnalyticsEnabled = false, false
	return proto.Equal(left, right)
}

// encryptBucket gives a new bucket its key, which lies in its region and which
// Logging may use.
func (l *loggingConfig) encryptBucket(b *logBucket, key string) error {
	location := strings.Split(b.pb.GetName(), "/")[3]
	found := sqlKeyName.FindStringSubmatch(key)
	switch {
	case found == nil:
		return invalid("Invalid KMS key name %q: it must be projects/[PROJECT_ID]/locations/[LOCATION]/keyRings/[KEYRING]/cryptoKeys/[KEY].", key)
	case location == "global":
		return invalid("CMEK is not supported for buckets in the location global.")
	case found[1] != location:
		return invalid("The location of the KMS key %q must be that of the bucket, %s.", key, location)
	case b.pb.GetAnalyticsEnabled():
		return invalid("This bucket has advanced analytics enabled. CMEK is not compatible with advanced analytics buckets")
	}
	agent := loggingKeyAgent(b.project)
	if err := l.s.checkServiceKey(key, agent); err != nil {
		switch status.Code(err) {
		case codes.NotFound:
			return invalid("KMS key %q does not exist.", key)
		case codes.PermissionDenied:
			return apiError(codes.FailedPrecondition, "Cloud Logging does not have access to the KMS key "+key+": grant roles/cloudkms.cryptoKeyEncrypterDecrypter to "+agent+".")
		default:
			return err
		}
	}
	b.pb.CmekSettings = &loggingpb.CmekSettings{
		Name: b.pb.GetName() + "/cmekSettings", KmsKeyName: key, KmsKeyVersionName: key + "/cryptoKeyVersions/1", ServiceAccountId: agent,
	}
	return nil
}
