package slo

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/cortx-platform/terraform-provider-cortx/internal/alert"
)

// The user labels that the objects of an SLO carry besides [alert.LabelManagedBy].
const (
	// LabelSLO says which SLO a policy belongs to; see [PolicyLabel].
	LabelSLO = "cortx_slo"
	// LabelPolicy holds the key of a policy; see [NamedPolicy].
	LabelPolicy = "cortx_slo_policy"
)

// OwnLabels returns the labels that an objective carries in any case. They are
// for [SLO.Labels]; nothing adds them by itself.
func OwnLabels() map[string]string { return serviceLabels() }

func serviceLabels() map[string]string {
	return map[string]string{alert.LabelManagedBy: alert.OwnLabels(alert.Policy{})[alert.LabelManagedBy]}
}

// IsOwnLabel says whether key is one that only the provider may set, on the
// objective or on its policies.
func IsOwnLabel(key string) bool {
	return key == LabelSLO || key == LabelPolicy || alert.IsOwnLabel(key)
}

// maxLabel is how long a label's value may be
// (google/monitoring/v3/alert.proto).
const maxLabel = 63

// PolicyLabel returns the value of [LabelSLO] on the policies of an SLO:
// SERVICE_SLO, which is unambiguous since a service's id has no underscore, or
// the beginning of it and a hash where that can't be a label.
func PolicyLabel(serviceID, sloID string) string {
	full := serviceID + "_" + sloID
	plain := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '-', r == '_':
			return r
		case r >= 'A' && r <= 'Z':
			return r - 'A' + 'a'
		default:
			return '-'
		}
	}, full)
	if plain == full && len(full) <= maxLabel {
		return full
	}
	sum := sha256.Sum256([]byte(full))
	const hash = 16
	return plain[:min(len(plain), maxLabel-hash-1)] + "-" + hex.EncodeToString(sum[:])[:hash]
}
