package emulator

import (
	"encoding/base64"
	"encoding/binary"
	"maps"
	"net/url"
	"strconv"
	"time"
)

// storageTime is how Cloud Storage writes a time.
func storageTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// storageEtag is the etag of what has these numbers: they stand in it as the
// fields of a message, as in "CAE=" for a bucket's first metageneration.
func storageEtag(numbers ...int64) string {
	var b []byte
	for i, n := range numbers {
		b = append(b, byte(i+1)<<3)
		b = binary.AppendUvarint(b, uint64(n)) //nolint:gosec // generations are positive
	}
	return base64.StdEncoding.EncodeToString(b)
}

// render shows a bucket as the service does: what was set, and what it fills in.
func (b buckets) render(have *bucketRecord, query url.Values) (map[string]any, error) {
	settings, err := have.settings()
	if err != nil {
		return nil, err
	}
	if query.Get("projection") == "full" && !uniformAccess(settings) {
		return nil, notModelled("the ACLs that a bucket without uniform access has")
	}
	out := maps.Clone(have.Config)
	out["kind"] = "storage#bucket"
	out["id"], out["name"] = have.Name, have.Name
	out["selfLink"] = "https://www.googleapis.com/storage/v1/b/" + have.Name
	out["projectNumber"] = strconv.FormatInt(projectNumber(have.Project), 10)
	out["generation"] = strconv.FormatInt(have.Generation, 10)
	out["metageneration"] = strconv.FormatInt(have.Metageneration, 10)
	out["etag"] = storageEtag(have.Metageneration)
	out["timeCreated"], out["updated"] = storageTime(have.Created), storageTime(have.Updated)
	kind := storageLocationType(settings.Location)
	out["locationType"] = kind
	if kind != "region" && settings.Rpo == "" {
		out["rpo"] = "DEFAULT"
	}
	uniform := map[string]any{"enabled": uniformAccess(settings)}
	if uniformAccess(settings) {
		uniform["lockedTime"] = storageTime(have.UniformSince.Add(uniformLock))
	}
	iam, _ := have.Config["iamConfiguration"].(map[string]any)
	out["iamConfiguration"] = mergePatch(map[string]any{"publicAccessPrevention": "inherited"},
		mergePatch(iam, map[string]any{"uniformBucketLevelAccess": uniform, "bucketPolicyOnly": uniform}))
	if auto, ok := have.Config["autoclass"].(map[string]any); ok {
		times := map[string]any{"toggleTime": storageTime(have.AutoclassSince)}
		if settings.Autoclass.Enabled {
			times["terminalStorageClassUpdateTime"] = storageTime(have.TerminalSince)
		}
		out["autoclass"] = mergePatch(auto, times)
	}
	if retention, ok := have.Config["retentionPolicy"].(map[string]any); ok {
		retention = mergePatch(retention, map[string]any{"effectiveTime": storageTime(have.RetentionSince)})
		if have.RetentionLocked {
			retention["isLocked"] = true
		}
		out["retentionPolicy"] = retention
	}
	if soft, ok := have.Config["softDeletePolicy"].(map[string]any); ok {
		out["softDeletePolicy"] = mergePatch(soft, map[string]any{"effectiveTime": storageTime(have.SoftDeletionSince)})
	}
	if logging, ok := have.Config["logging"].(map[string]any); ok && logging["logObjectPrefix"] == nil {
		out["logging"] = mergePatch(logging, map[string]any{"logObjectPrefix": have.Name})
	}
	return out, nil
}
