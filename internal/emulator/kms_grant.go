package emulator

import (
	"fmt"
	"strings"

	"google.golang.org/grpc/codes"
)

// keyUsers are the roles that let a service encrypt and decrypt with a key.
var keyUsers = []string{"roles/cloudkms.cryptoKeyEncrypterDecrypter"}

// agentMayUse tells whether a service agent can encrypt with a key; see
// checkServiceKey.
func (s *Server) agentMayUse(key, agentEmail string) bool {
	return s.checkServiceKey(key, agentEmail) == nil
}

// checkServiceKey returns why a service agent can't encrypt with a key: NotFound
// when it isn't there, FailedPrecondition when its primary version is not
// enabled, PermissionDenied when neither its policy nor that of its ring or
// project grants the agent the role. A grant under a condition does not count:
// the emulator evaluates none.
func (s *Server) checkServiceKey(key, agentEmail string) error {
	key = s.canonicalName(key)
	found := keyName.FindStringSubmatch(key)
	if found == nil {
		return notFound("CryptoKey %s not found.", key)
	}
	have, err := s.cryptoKey(key)
	if err != nil {
		return err
	}
	ring, _, _ := strings.Cut(key, "/cryptoKeys/")
	granted := false
	for _, resource := range []string{
		kmsHost + "/" + key, kmsHost + "/" + ring,
		fmt.Sprintf("%s/projects/%d", resourceManagerHost, projectNumber(found[1])),
	} {
		p, _, err := s.getIamPolicy(resource)
		if err != nil {
			return err
		}
		granted = granted || s.grantsBy(resource, p, "serviceAccount:"+agentEmail, keyUsers)
	}
	if !granted {
		return apiError(codes.PermissionDenied, agentEmail+" has no access to "+key)
	}
	if v := have.find(have.Primary); v == nil {
		return apiError(codes.FailedPrecondition, "CryptoKey "+key+" has no primary version.")
	} else if v.State != versionEnabled {
		return v.wrongState(have)
	}
	return nil
}

// primaryVersion returns the name of the version that a key encrypts with.
func (s *Server) primaryVersion(key string) (string, error) {
	have, err := s.cryptoKey(s.canonicalName(key))
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s/cryptoKeyVersions/%d", have.Name, have.Primary), nil
}
