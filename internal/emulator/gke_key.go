package emulator

import (
	"regexp"

	"cloud.google.com/go/container/apiv1/containerpb"
	"google.golang.org/grpc/codes"
)

var cryptoKeyName = regexp.MustCompile(`^projects/[^/]+/locations/([^/]+)/keyRings/[^/]+/cryptoKeys/[^/]+$`)

// checkKey refuses a key that the service can't use: of another form or place,
// one that is not there, or one whose policy leaves the service's agent out.
func (s *Server) checkKey(n gkeName, field, key, agent string) error {
	found := cryptoKeyName.FindStringSubmatch(key)
	if found == nil {
		return invalid("Invalid value for field %q: %q. The key's name must be projects/[PROJECT]/locations/[LOCATION]/keyRings/[RING]/cryptoKeys/[KEY].", field, key)
	}
	if found[1] != n.region() && !(field == "boot_disk_kms_key" && found[1] == "global") {
		return invalid("Invalid value for field %q: %q. The key must be in the cluster's region %s, it is in %s.", field, key, n.region(), found[1])
	}
	if !s.api.knows("cloudkms.googleapis.com") {
		return nil
	}
	name := s.canonicalName(key)
	if _, err := s.store.Get(kindKey, name); err != nil {
		return invalid("Cloud KMS key %q does not exist.", key)
	}
	if !s.mayEncrypt(name, agent) {
		return apiError(codes.FailedPrecondition, "Cloud KMS permission denied: the service account "+agent+" needs the role roles/cloudkms.cryptoKeyEncrypterDecrypter on "+key+".")
	}
	return nil
}

// kindKey is the kind of Cloud KMS's keys.
const kindKey = "cryptoKeys"

// mayEncrypt looks for the agent in the key's own policy.
func (s *Server) mayEncrypt(key, agent string) bool {
	p, _, err := s.getIamPolicy("cloudkms.googleapis.com/" + key)
	if err != nil {
		return false
	}
	for _, b := range p.Bindings {
		if b.Role != "roles/cloudkms.cryptoKeyEncrypterDecrypter" {
			continue
		}
		for _, member := range b.Members {
			if member == "serviceAccount:"+agent {
				return true
			}
		}
	}
	return false
}

// containerAgent and computeAgent are the service agents that encrypt a
// cluster's database and its nodes' disks.
func containerAgent(n gkeName) string {
	return "service-" + n.number() + "@container-engine-robot.iam.gserviceaccount.com"
}

func computeAgent(n gkeName) string {
	return "service-" + n.number() + "@compute-system.iam.gserviceaccount.com"
}

// checkEncryption refuses a database encryption that can't be.
func (s *Server) checkEncryption(n gkeName, e *containerpb.DatabaseEncryption) error {
	switch e.GetState() {
	case containerpb.DatabaseEncryption_ENCRYPTED, containerpb.DatabaseEncryption_ALL_OBJECTS_ENCRYPTION_ENABLED:
		if e.GetKeyName() == "" {
			return invalid("database_encryption.key_name must be set when database_encryption.state is %s.", e.GetState())
		}
		return s.checkKey(n, "database_encryption.key_name", e.GetKeyName(), containerAgent(n))
	default:
		return nil
	}
}
