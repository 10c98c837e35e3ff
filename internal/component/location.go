package component

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
)

// HSMAvailable tells whether keys of level HSM can be made in the region. While
// the Cloud KMS API is not enabled it can't be told, and known is false.
func HSMAvailable(ctx context.Context, client *gcp.Client, spec *Spec) (available, known bool, err error) {
	apis, err := gcp.APIsOf(client)
	if err != nil {
		return false, false, err
	}
	name := fmt.Sprintf("projects/%s/locations/%s", spec.Project, spec.Region)
	found, err := apis.KMS.Projects.Locations.Get(name).Context(gcp.Reading(ctx, "GetLocation", name)).Do()
	switch {
	case gcp.IsServiceDisabled(err):
		return false, false, nil
	case gcp.IsNotFound(err):
		return false, true, nil
	case err != nil:
		return false, false, err
	}
	var metadata struct {
		HSMAvailable bool `json:"hsmAvailable"`
	}
	if err := json.Unmarshal(found.Metadata, &metadata); err != nil {
		return false, false, nil //nolint:nilerr // A reply of another form says nothing.
	}
	return metadata.HSMAvailable, true, nil
}

// NeedsHSM tells whether the settings ask for a key of level HSM.
func (s *Spec) NeedsHSM() bool {
	return s.Settings.String(policy.EncryptionCluster) == policy.KeyHSM || s.Settings.String(policy.EncryptionData) == policy.KeyHSM
}
