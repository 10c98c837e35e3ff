package alert

import (
	"strings"
	"time"

	"github.com/prometheus/common/model"
)

// The user labels that a policy of this provider carries.
const (
	// LabelManagedBy marks what this provider made.
	LabelManagedBy = "managed_by"
	// LabelPriority holds the priority in small letters, such as p0.
	LabelPriority = "cortx_priority"
	// LabelResponse holds the SLA's time to respond, such as 15m.
	LabelResponse = "cortx_sla_response"
	// LabelResolution holds the SLA's time to resolve, such as 1h.
	LabelResolution = "cortx_sla_resolution"
	// LabelSuite holds the suite.
	LabelSuite = "suite"

	managedBy = "terraform-provider-cortx"

	// labelCreateID is put on by the Google Cloud layer when it creates an
	// object, to find it again after a lost reply (gcp.CreateIDLabel).
	labelCreateID = "cortx-create-id"
)

// OwnLabels returns the labels that say what p is: who manages it, its priority
// with the SLA, its suite. They are for [Policy.Labels]; nothing adds them by
// itself.
func OwnLabels(p Policy) map[string]string {
	own := map[string]string{LabelManagedBy: managedBy}
	if sla, ok := p.Priority.SLA(); ok {
		own[LabelPriority] = strings.ToLower(string(p.Priority))
		own[LabelResponse] = labelDuration(sla.Response)
		own[LabelResolution] = labelDuration(sla.Resolution)
	}
	if p.Suite != "" {
		own[LabelSuite] = p.Suite
	}
	return own
}

// IsOwnLabel says whether key is one that only the provider may set, whatever
// the policy.
func IsOwnLabel(key string) bool {
	switch key {
	case LabelManagedBy, LabelPriority, LabelResponse, LabelResolution, LabelSuite, labelCreateID:
		return true
	default:
		return false
	}
}

func labelDuration(d time.Duration) string {
	if d == 24*time.Hour {
		return "24h" // Not "1d": an SLA is spoken of in hours.
	}
	return model.Duration(d).String()
}

// priorityOf reads the priority off labels; empty when they have none.
func priorityOf(labels map[string]string) Priority {
	for _, p := range Priorities() {
		if labels[LabelPriority] == strings.ToLower(string(p)) {
			return p
		}
	}
	return ""
}
