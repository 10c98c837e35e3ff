package emulator

import (
	"context"
	"net/http"
	"slices"

	"google.golang.org/api/storage/v1"
)

// storagePolicy is a bucket's policy as Cloud Storage shows it.
type storagePolicy struct {
	Kind       string       `json:"kind"`
	ResourceID string       `json:"resourceId"`
	Version    int64        `json:"version"`
	Etag       string       `json:"etag"`
	Bindings   []iamBinding `json:"bindings,omitempty"`
}

func bucketPolicy(bucket string) string { return storageHost + "/" + bucketName(bucket) }

// newPolicy gives a new bucket the policy that all have: the project's basic
// roles keep what they had before there was IAM.
func (b buckets) newPolicy(have *bucketRecord) error {
	settings, err := have.settings()
	if err != nil {
		return err
	}
	owners := []string{"projectEditor:" + have.Project, "projectOwner:" + have.Project}
	viewers := []string{"projectViewer:" + have.Project}
	p := &iamPolicy{Version: 1, Bindings: []iamBinding{
		{Role: "roles/storage.legacyBucketOwner", Members: owners},
		{Role: "roles/storage.legacyBucketReader", Members: viewers},
	}}
	if uniformAccess(settings) {
		p.Bindings = append(p.Bindings,
			iamBinding{Role: "roles/storage.legacyObjectOwner", Members: owners},
			iamBinding{Role: "roles/storage.legacyObjectReader", Members: viewers})
	}
	return b.s.create(kindIamPolicy, "projects/"+have.Project, bucketPolicy(have.Name), p)
}

func (b buckets) showPolicy(have *bucketRecord, p *iamPolicy) *storagePolicy {
	return &storagePolicy{
		Kind: "storage#policy", ResourceID: bucketName(have.Name), Version: max(p.Version, 1),
		Etag: storageEtag(have.Metageneration), Bindings: p.Bindings,
	}
}

func (b buckets) getPolicy(_ context.Context, r *restRequest) (any, error) {
	have, err := b.s.bucket(r.vars["bucket"])
	if err != nil {
		return nil, err
	}
	p, _, err := b.s.getIamPolicy(bucketPolicy(have.Name))
	if err != nil {
		return nil, err
	}
	return b.showPolicy(have, p), nil
}

func (b buckets) setPolicy(_ context.Context, r *restRequest) (any, error) {
	var in storagePolicy
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	b.s.storageMu.Lock()
	defer b.s.storageMu.Unlock()
	have, err := b.s.bucket(r.vars["bucket"])
	if err != nil {
		return nil, err
	}
	if in.Etag != "" && in.Etag != storageEtag(have.Metageneration) {
		return nil, preconditionFailed()
	}
	settings, err := have.settings()
	if err != nil {
		return nil, err
	}
	if settings.IamConfiguration != nil && settings.IamConfiguration.PublicAccessPrevention == "enforced" || b.s.enforced(have.Project, "storage.publicAccessPrevention") {
		for _, binding := range in.Bindings {
			if slices.Contains(binding.Members, "allUsers") || slices.Contains(binding.Members, "allAuthenticatedUsers") {
				return nil, storageError(http.StatusPreconditionFailed, "conditionNotMet", "The member bindings allUsers and allAuthenticatedUsers are not allowed since public access prevention is enforced.")
			}
		}
	}
	next, err := b.s.cleanPolicy(&iamPolicy{Version: in.Version, Bindings: in.Bindings})
	if err != nil {
		return nil, err
	}
	if next.Version == 3 && !uniformAccess(settings) {
		return nil, storageInvalid("Conditions in a bucket's policy need uniform bucket-level access.")
	}
	if err := b.s.update(kindIamPolicy, bucketPolicy(have.Name), 0, next); err != nil {
		return nil, err
	}
	have.Metageneration++
	if err := b.s.saveBucket(have); err != nil {
		return nil, err
	}
	return b.showPolicy(have, next), nil
}

func (b buckets) testPermissions(_ context.Context, r *restRequest) (any, error) {
	if _, err := b.s.bucket(r.vars["bucket"]); err != nil {
		return nil, err
	}
	asked := r.query["permissions"]
	if len(asked) == 0 {
		return nil, storageError(http.StatusBadRequest, "required", "Required parameter: permissions")
	}
	for _, p := range asked {
		if !permissionName.MatchString(p) {
			return nil, storageInvalid("Permission " + p + " is not valid for this resource.")
		}
	}
	return &storage.TestIamPermissionsResponse{Kind: "storage#testIamPermissionsResponse", Permissions: b.s.denied.allowed(asked)}, nil
}
