package emulator

import (
	"regexp"

	"cloud.google.com/go/container/apiv1/containerpb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

var cryptoKeyName = regexp.MustCompile(`^projects/[^/]+/locations/([^/]+)/keyRings/[^/]+/cryptoKeys/[^/]+$`)

// checkKey refuses a key that the service can't use: of another form or place,
// one that is not there, or one whose policy leaves the service's agent out.
func (s *Server) checkKey(n gkeName, field, key, agent string) error {
	found := cryptoKeyName.FindStringSubmatch(key)
	if found == nil {
		return invalid("Invalid value for field %q: %q. The key's name must be projects/[PROJECT]/locations/[LOCATION]/keyRings/[RING]/cryptoKeys/[KEY].", field, key)
	}
	if found[1] != n.region() && (field != "boot_disk_kms_key" || found[1] != "global") {
		return invalid("Invalid value for field %q: %q. The key must be in the cluster's region %s, it is in %s.", field, key, n.region(), found[1])
	}
	if err := s.checkServiceKey(key, agent); err != nil {
		code := status.Code(err)
		if code == codes.NotFound {
			return invalid("Cloud KMS key %q does not exist.", key)
		}
		if code == codes.PermissionDenied {
			return apiError(codes.FailedPrecondition, "Cloud KMS permission denied: the service account "+agent+" needs the role roles/cloudkms.cryptoKeyEncrypterDecrypter on "+key+".")
		}
		return apiError(codes.FailedPrecondition, "Cloud KMS key "+key+" cannot be used: "+status.Convert(err).Message())
	}
	return nil
}

// containerAgent and computeAgent are the service agents that encrypt a
// cluster's database and its nodes' disks.
func containerAgent(n gkeName) string { return serviceAgentEmail(n.project, containerHost) }

func computeAgent(n gkeName) string { return serviceAgentEmail(n.project, computeHost) }

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
