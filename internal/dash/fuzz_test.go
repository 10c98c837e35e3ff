package dash_test

import (
	"testing"

	"cloud.google.com/go/monitoring/dashboard/apiv1/dashboardpb"
	"google.golang.org/protobuf/proto"

	"github.com/cortx-platform/terraform-provider-cortx/internal/dash"
)

// holds checks what has to hold for any dashboard whatsoever.
func holds(t *testing.T, pb *dashboardpb.Dashboard) {
	t.Helper()
	before := proto.CloneOf(pb)
	canonical := dash.Canonical(pb)
	if !proto.Equal(pb, before) {
		t.Fatal("Canonical changes what it is given")
	}
	if !proto.Equal(canonical, dash.Canonical(canonical)) {
		t.Fatalf("Canonical is not idempotent: %v, then %v", canonical, dash.Canonical(canonical))
	}
	if !dash.Equal(pb, before) || !dash.Equal(pb, canonical) || !dash.Equal(canonical, pb) {
		t.Fatalf("not equal to itself: %v", pb)
	}
	other := &dashboardpb.Dashboard{DisplayName: pb.GetDisplayName(), Layout: pb.GetLayout()}
	if dash.Equal(pb, other) != dash.Equal(other, pb) {
		t.Fatalf("not symmetrical: %v and %v", pb, other)
	}

	d, exact := dash.FromProto(pb)
	if !proto.Equal(pb, before) {
		t.Fatal("FromProto changes what it is given")
	}
	_ = d.Validate(dash.TargetCloudMonitoring, dash.TargetGrafana)
	back, err := d.Proto()
	if !exact {
		return
	}
	if err != nil {
		t.Fatalf("said to be exact, and can't be rendered: %v: %v", err, pb)
	}
	if !dash.Equal(withoutIDs(pb), withoutIDs(back)) {
		t.Fatalf("said to be exact:\n got %v\nwant %v", back, pb)
	}
}

// withoutIDs drops what FromProto passes over.
func withoutIDs(pb *dashboardpb.Dashboard) *dashboardpb.Dashboard {
	pb = proto.CloneOf(pb)
	for _, tile := range pb.GetMosaicLayout().GetTiles() {
		if tile.GetWidget() != nil {
			tile.Widget.Id = ""
		}
	}
	return pb
}

func FuzzFromProto(f *testing.F) {
	for seed := range uint64(30) {
		pb, err := randomDashboard(seed).Proto()
		if err != nil {
			f.Fatal(err)
		}
		wire, err := proto.Marshal(pb)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(wire)
	}
	f.Add([]byte("\x3a\x00\x62\x00\x5a\x00"))
	f.Fuzz(func(t *testing.T, wire []byte) {
		pb := &dashboardpb.Dashboard{}
		if (proto.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(wire, pb) == nil {
			holds(t, pb)
		}
	})
}

func FuzzMonitoringJSON(f *testing.F) {
	for seed := range uint64(30) {
		pb, err := randomDashboard(seed).Proto()
		if err != nil {
			f.Fatal(err)
		}
		text, err := dash.MonitoringJSON(pb)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	for _, text := range []string{
		``, `null`, `[]`, `{"mosaicLayout":null}`, `{"mosaicLayout":{"columns":-1,"tiles":[null]}}`,
		`{"mosaicLayout":{"columns":48,"tiles":[{"yPos":2147483647,"height":2147483647,"width":48,"widget":{"title":"a","collapsibleGroup":{}}}]}}`,
		`{"gridLayout":{"widgets":[{},{"scorecard":null},{"xyChart":{}}]}}`, `{"rowLayout":{"rows":[{}]}}`,
		`{"dashboardFilters":[{"templateVariable":"a","labelKey":"b"}]}`, `{"mosaicLayout":{"category":[],"tiles":[{"widget":{"a":{},"blank":{}}}]}}`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !dash.EqualMonitoringJSON(text, text) || !dash.EqualWidgetJSON(text, text) {
			t.Fatal("not equal to itself")
		}
		pb, err := dash.ParseMonitoringJSON(text)
		if err != nil {
			if _, again := dash.ParseMonitoringJSON(text); again == nil || again.Error() != err.Error() {
				t.Fatalf("%v, then %v", err, again)
			}
			return
		}
		holds(t, pb)
		written, err := dash.MonitoringJSON(pb)
		if err != nil {
			t.Fatal(err)
		}
		if !dash.EqualMonitoringJSON(text, written) {
			t.Fatalf("%s is written as %s", text, written)
		}
		parsed, err := dash.ParseMonitoringJSON(written)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := dash.MonitoringJSON(parsed); err != nil || again != written {
			t.Fatalf("%s, then %s, %v", written, again, err)
		}
	})
}
