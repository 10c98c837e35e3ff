package dash_test

import (
	"testing"

	"cloud.google.com/go/monitoring/dashboard/apiv1/dashboardpb"

	"github.com/cortx-platform/terraform-provider-cortx/internal/dash"
)

// busy is a dashboard of 5 sections with 8 charts each.
func busy() dash.Dashboard {
	d := dash.Dashboard{DisplayName: "Busy", Variables: []dash.Variable{{Name: "tenant", LabelKey: "namespace"}}}
	for _, title := range []string{"A", "B", "C", "D", "E"} {
		s := dash.Section{Title: title}
		for range 8 {
			s.Tiles = append(s.Tiles, dash.Tile{Title: "Requests", TimeSeries: &dash.TimeSeries{
				Queries: []dash.Query{
					{PromQL: `sum by (namespace) (rate(http_requests_total{namespace=~"${tenant}"}[5m]))`, Legend: "{{namespace}}"},
					{PromQL: `sum by (namespace) (rate(http_requests_total{namespace=~"${tenant}",status=~"5.."}[5m]))`, Legend: "5xx {{namespace}}"},
				},
				Unit: "reqps", Thresholds: []dash.Threshold{{Value: 100, Label: "limit"}},
			}})
		}
		d.Sections = append(d.Sections, s)
	}
	return d
}

func benchmarkPair(b *testing.B) (d dash.Dashboard, sent, replied *dashboardpb.Dashboard) {
	b.Helper()
	d = busy()
	sent, err := d.Proto()
	if err != nil {
		b.Fatal(err)
	}
	return d, sent, filled(sent)
}

func BenchmarkProto(b *testing.B) {
	d, _, _ := benchmarkPair(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := d.Proto(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFromProto(b *testing.B) {
	_, _, replied := benchmarkPair(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, exact := dash.FromProto(replied); !exact {
			b.Fatal("not exact")
		}
	}
}

func BenchmarkCanonical(b *testing.B) {
	_, _, replied := benchmarkPair(b)
	b.ReportAllocs()
	for b.Loop() {
		dash.Canonical(replied)
	}
}

func BenchmarkEqual(b *testing.B) {
	_, sent, replied := benchmarkPair(b)
	b.ReportAllocs()
	for b.Loop() {
		if !dash.Equal(sent, replied) {
			b.Fatal("not equal")
		}
	}
}

func BenchmarkValidate(b *testing.B) {
	d, _, _ := benchmarkPair(b)
	b.ReportAllocs()
	for b.Loop() {
		if len(d.Validate(dash.TargetCloudMonitoring, dash.TargetGrafana)) > 0 {
			b.Fatal("it has problems")
		}
	}
}
