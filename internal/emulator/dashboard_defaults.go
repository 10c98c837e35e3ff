package emulator

import (
	"cloud.google.com/go/monitoring/dashboard/apiv1/dashboardpb"
	"google.golang.org/protobuf/types/known/durationpb"
)

// completeDashboard fills in what recorded replies hold beyond their requests,
// and nothing else: the axis of a chart's data set, the format and the style of
// a text, and the alignment period of a table's data set.
func completeDashboard(d *dashboardpb.Dashboard) {
	forEachWidget(d, func(_ string, w *dashboardpb.Widget) {
		switch content := w.GetContent().(type) {
		case *dashboardpb.Widget_XyChart:
			for _, set := range content.XyChart.GetDataSets() {
				if set.GetTargetAxis() == dashboardpb.XyChart_DataSet_TARGET_AXIS_UNSPECIFIED {
					set.TargetAxis = dashboardpb.XyChart_DataSet_Y1
				}
			}
			if axis := content.XyChart.GetYAxis(); axis != nil && axis.GetScale() == dashboardpb.XyChart_Axis_SCALE_UNSPECIFIED {
				axis.Scale = dashboardpb.XyChart_Axis_LINEAR
			}
		case *dashboardpb.Widget_Text:
			if content.Text.GetFormat() == dashboardpb.Text_FORMAT_UNSPECIFIED {
				content.Text.Format = dashboardpb.Text_MARKDOWN
			}
			if content.Text.GetStyle() == nil {
				content.Text.Style = &dashboardpb.Text_TextStyle{}
			}
		case *dashboardpb.Widget_TimeSeriesTable:
			for _, set := range content.TimeSeriesTable.GetDataSets() {
				if set.GetMinAlignmentPeriod() == nil {
					set.MinAlignmentPeriod = &durationpb.Duration{}
				}
			}
		}
	})
}
