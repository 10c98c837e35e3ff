package alert

import "cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"

// updatable are the fields that this provider writes.
var updatable = []string{
	"display_name", "documentation", "user_labels", "conditions", "combiner", "enabled",
	"notification_channels", "alert_strategy", "severity",
}

// ChangedFields returns the update mask that turns standing into wanted: the
// fields in which the two differ.
func ChangedFields(wanted, standing *monitoringpb.AlertPolicy) []string {
	var mask []string
	descriptor := wanted.ProtoReflect().Descriptor()
	for _, name := range updatable {
		field := descriptor.Fields().ByTextName(name)
		if !wanted.ProtoReflect().Get(field).Equal(standing.ProtoReflect().Get(field)) {
			mask = append(mask, name)
		}
	}
	return mask
}
