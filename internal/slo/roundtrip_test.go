package slo_test

import (
	"reflect"
	"testing"

	"github.com/prometheus/prometheus/promql/parser"

	"github.com/cortx-platform/terraform-provider-cortx/internal/slo"
)

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	s := newSource(1)
	kinds := map[string]int{}
	for i := range 600 {
		made := s.slo()
		kinds[made.Indicator()]++
		observed := observe(t, made)
		for _, prior := range []*slo.SLO{nil, &made} {
			got, pending := slo.FromProto(observed, prior)
			if !reflect.DeepEqual(got, made) || len(pending) > 0 {
				t.Fatalf("%d, %s, with prior %t: pending %q, got\n%+v\nwant\n%+v", i, made.Indicator(), prior != nil, pending, show(got), show(made))
			}
		}
		for _, named := range made.Policies() {
			query, _ := named.Policy.Conditions[0].Query()
			if _, err := parser.NewParser(parser.Options{}).ParseExpr(query); err != nil {
				t.Fatalf("%d, %s: %s: %s", i, named.Key, err, query)
			}
		}
	}
	if len(kinds) != 4 {
		t.Errorf("only %v were drawn", kinds)
	}
}

func TestPresetsRoundTrip(t *testing.T) {
	t.Parallel()
	for _, name := range slo.PresetNames() {
		made := preset(t, name)
		got, pending := slo.FromProto(observe(t, made), nil)
		if !reflect.DeepEqual(got, made) || len(pending) > 0 {
			t.Errorf("%s: pending %q, got\n%+v\nwant\n%+v", name, pending, show(got), show(made))
		}
		for _, problem := range made.Validate() {
			t.Errorf("%s: %v", name, problem)
		}
	}
	if _, ok := slo.Preset("none"); ok {
		t.Error("there is a preset that isn't there")
	}
}

// preset returns a preset of a service.
func preset(t *testing.T, name string) slo.SLO {
	t.Helper()
	made, ok := slo.Preset(name)
	if !ok {
		t.Fatalf("no preset %q", name)
	}
	made.Project, made.ServiceID, made.ServiceDisplayName, made.SloID = "my-project", "api", "The API", name
	made.Labels = slo.OwnLabels()
	made.Alerts.Suite = "claims"
	made.Alerts.NotificationChannels = []string{"projects/my-project/notificationChannels/1"}
	return made
}

// show is an SLO with what its pointers lead to.
func show(s slo.SLO) map[string]any {
	shown := map[string]any{"slo": s}
	for name, v := range map[string]any{"availability": s.Availability, "latency": s.Latency, "ratio": s.GoodTotalRatio, "cut": s.DistributionCut, "runbook": s.Alerts.Runbook} {
		if value := reflect.ValueOf(v); !value.IsNil() {
			shown[name] = value.Elem().Interface()
		}
	}
	return shown
}
