package gcp_test

import (
	"testing"

	"cloud.google.com/go/monitoring/dashboard/apiv1/dashboardpb"
	"google.golang.org/protobuf/proto"

	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
)

func TestCovers(t *testing.T) {
	t.Parallel()
	wanted := board("x")
	tests := map[string]struct {
		edit func(d *dashboardpb.Dashboard)
		want bool
	}{
		"the same":       {edit: func(*dashboardpb.Dashboard) {}, want: true},
		"a filled field": {edit: func(d *dashboardpb.Dashboard) { tile(d).GetWidget().GetText().Style = &dashboardpb.Text_TextStyle{} }, want: true},
		"an etag":        {edit: func(d *dashboardpb.Dashboard) { d.Etag = "e" }, want: true},
		"another name":   {edit: func(d *dashboardpb.Dashboard) { d.DisplayName = "y" }},
		"a moved tile":   {edit: func(d *dashboardpb.Dashboard) { tile(d).Width = 12 }},
		"another text":   {edit: func(d *dashboardpb.Dashboard) { tile(d).GetWidget().GetText().Content = "bye" }},
		"a removed tile": {edit: func(d *dashboardpb.Dashboard) { d.GetMosaicLayout().Tiles = nil }},
		"an added tile":  {edit: func(d *dashboardpb.Dashboard) { d.GetMosaicLayout().Tiles = append(d.GetMosaicLayout().Tiles, tile(d)) }},
		"another layout": {edit: func(d *dashboardpb.Dashboard) {
			d.Layout = &dashboardpb.Dashboard_GridLayout{GridLayout: &dashboardpb.GridLayout{}}
		}},
		"another label":   {edit: func(d *dashboardpb.Dashboard) { d.Labels["team"] = "app" }},
		"one label more":  {edit: func(d *dashboardpb.Dashboard) { d.Labels["x"] = "" }},
		"one label less":  {edit: func(d *dashboardpb.Dashboard) { d.Labels = nil }},
		"a label renamed": {edit: func(d *dashboardpb.Dashboard) { d.Labels = map[string]string{"crew": "sre"} }},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			standing := proto.CloneOf(wanted)
			tt.edit(standing)
			if got := gcp.Covers(standing, proto.CloneOf(wanted)); got != tt.want {
				t.Errorf("got %t", got)
			}
		})
	}
	changed := proto.CloneOf(wanted)
	changed.Etag = "of the request"
	if gcp.Covers(board("x"), changed) || !gcp.Covers(board("x"), changed, "etag") {
		t.Error("the exception has no effect")
	}
}

func tile(d *dashboardpb.Dashboard) *dashboardpb.MosaicLayout_Tile {
	return d.GetMosaicLayout().GetTiles()[0]
}
