package component

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
)

// Every name is a function of the spec, so that a plan knows it and a killed run
// finds what it made.

// Prefix begins the names of all objects of the environment.
func (s *Spec) Prefix() string { return "cortx-" + s.Name }

// LedgerBucket is the bucket of the environment's ledger. Names of buckets are
// global: one that nobody else has begins with the project's id.
func (s *Spec) LedgerBucket() string { return bucketName(s.Project, s.Name, "ledger") }

// DataBucket holds the data of the platform's services.
func (s *Spec) DataBucket() string { return bucketName(s.Project, s.Name, "data") }

// ArchiveBucket holds audit logs for as long as the law wants them.
func (s *Spec) ArchiveBucket() string { return bucketName(s.Project, s.Name, "audit-archive") }

// bucketName joins the parts to at most 63 characters.
func bucketName(parts ...string) string {
	name := strings.Join(parts, "-")
	// Google's own names may not be in a bucket's.
	name = strings.NewReplacer("google", "g", "goog", "g", ":", "-", ".", "-").Replace(name)
	return shortened(name, 63)
}

// shortened cuts a name that is too long; what is cut off is told apart by a
// digest of the whole.
func shortened(name string, most int) string {
	if len(name) <= most {
		return name
	}
	sum := sha256.Sum256([]byte(name))
	return strings.TrimRight(name[:most-9], "-") + "-" + hex.EncodeToString(sum[:4])
}

// NetworkName is that of the environment's own network.
func (s *Spec) NetworkName() string { return s.Network.Name }

// SubnetworkName is that of the environment's own subnetwork.
func (s *Spec) SubnetworkName() string { return s.Prefix() + "-" + s.Region }

// RouterName is that of the router that NAT belongs to.
func (s *Spec) RouterName() string { return s.Prefix() + "-router" }

// FirewallName is that of the network firewall policy.
func (s *Spec) FirewallName() string { return s.Prefix() + "-firewall" }

// PodRangeName is that of the secondary range for pods.
func (s *Spec) PodRangeName() string {
	if s.Network.PodRangeName != "" {
		return s.Network.PodRangeName
	}
	return "pods"
}

// ServiceRangeName is that of the secondary range for services.
func (s *Spec) ServiceRangeName() string {
	if s.Network.ServiceRangeName != "" {
		return s.Network.ServiceRangeName
	}
	return "services"
}

// Subnetwork is the full name of the subnetwork: the environment's own, or the
// one that stands.
func (s *Spec) Subnetwork() string {
	if s.Network.Subnetwork != "" {
		return s.Network.Subnetwork
	}
	return fmt.Sprintf("projects/%s/regions/%s/subnetworks/%s", s.Project, s.Region, s.SubnetworkName())
}

// OwnNetwork tells whether the environment makes its network.
func (s *Spec) OwnNetwork() bool { return s.Network.Subnetwork == "" }

// NetworkPath is the full name of the environment's own network.
func (s *Spec) NetworkPath() string {
	return fmt.Sprintf("projects/%s/global/networks/%s", s.Project, s.NetworkName())
}

// ClusterPath is the full name of the cluster.
func (s *Spec) ClusterPath() string {
	return fmt.Sprintf("projects/%s/locations/%s/clusters/%s", s.Project, s.Location(), s.Cluster.Name)
}

// KeyRing is the full name of the environment's key ring.
func (s *Spec) KeyRing() string {
	return fmt.Sprintf("projects/%s/locations/%s/keyRings/%s", s.Project, s.Region, s.Prefix())
}

// Key is the full name of a key for a purpose: "cluster", "data" or "logging".
// A key's name is never free again, and its level and delay are fixed, so they
// are in it: a change of them leads to another key and leaves the old one to
// what it has encrypted.
func (s *Spec) Key(purpose, level string) string {
	return fmt.Sprintf("%s/cryptoKeys/%s-%s-%dh", s.KeyRing(), purpose, strings.ToLower(level), s.Settings.Int(policy.KMSDestroyDelayHours))
}

// ClusterKey is the key of etcd and of boot disks; "" when Google's own is used.
func (s *Spec) ClusterKey() string {
	return s.keyOf("cluster", s.Settings.String(policy.EncryptionCluster))
}

// DataKey is the key of databases, buckets and secrets; "" when Google's own is
// used.
func (s *Spec) DataKey() string { return s.keyOf("data", s.Settings.String(policy.EncryptionData)) }

// loggingPurpose begins the names of keys for logs.
const loggingPurpose = "logging"

// LoggingKey is the key of the log bucket; "" when Google's own is used.
func (s *Spec) LoggingKey() string {
	if !s.Settings.Bool(policy.LoggingCMEK) {
		return ""
	}
	level := s.Settings.String(policy.EncryptionData)
	if level == policy.KeyGoogle {
		level = policy.KeySoftware
	}
	return s.keyOf(loggingPurpose, level)
}

func (s *Spec) keyOf(purpose, level string) string {
	if level == policy.KeyGoogle {
		return ""
	}
	return s.Key(purpose, level)
}

// LogBucket is the full name of the environment's log bucket.
func (s *Spec) LogBucket() string {
	return fmt.Sprintf("projects/%s/locations/%s/buckets/%s", s.Project, s.Region, s.Prefix())
}

// last is the last segment of a full name.
func last(name string) string { return name[strings.LastIndex(name, "/")+1:] }
