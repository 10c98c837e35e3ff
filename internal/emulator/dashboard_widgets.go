package emulator

import (
	"fmt"
	"regexp"
	"strconv"
	"time"

	"cloud.google.com/go/monitoring/dashboard/apiv1/dashboardpb"
)

var (
	hexColour       = regexp.MustCompile(`^#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$`)
	alertPolicyName = regexp.MustCompile(`^projects/[^/]+/alertPolicies/[^/]+$`)
	shortPolicyName = regexp.MustCompile(`^alertPolicies/[^/]+$`)
	projectResource = regexp.MustCompile(`^projects/[^/]+$`)
)

// widgetCheck applies the rules on widgets.
type widgetCheck struct {
	s      *Server
	mosaic bool
	ids    map[string]bool
}

func (c widgetCheck) widget(path string, w *dashboardpb.Widget) error {
	if id := w.GetId(); id != "" {
		if !widgetID.MatchString(id) {
			return dashboardField(path+".id", id, "a widget's id has letters, digits, dashes and underscores.")
		}
		if c.ids[id] {
			return dashboardField(path+".id", id, "widget ids must be unique in a dashboard.")
		}
		c.ids[id] = true
	}
	switch content := w.GetContent().(type) {
	case nil:
		return dashboardMissing(path + ".content")
	case *dashboardpb.Widget_XyChart:
		return c.xyChart(path+".xyChart", content.XyChart)
	case *dashboardpb.Widget_Scorecard:
		return c.scorecard(path+".scorecard", content.Scorecard)
	case *dashboardpb.Widget_Text:
		return checkText(path+".text", content.Text)
	case *dashboardpb.Widget_AlertChart:
		return c.alertChart(path+".alertChart", content.AlertChart)
	case *dashboardpb.Widget_TimeSeriesTable:
		return c.table(path+".timeSeriesTable", content.TimeSeriesTable)
	case *dashboardpb.Widget_PieChart:
		return c.pieChart(path+".pieChart", content.PieChart)
	case *dashboardpb.Widget_LogsPanel:
		return checkEach(path+".logsPanel.resourceNames", content.LogsPanel.GetResourceNames(), projectResource, "must have the form projects/[PROJECT_ID_OR_NUMBER].")
	case *dashboardpb.Widget_ErrorReportingPanel:
		return checkEach(path+".errorReportingPanel.projectNames", content.ErrorReportingPanel.GetProjectNames(), projectResource, "must have the form projects/[PROJECT_ID_OR_NUMBER].")
	case *dashboardpb.Widget_IncidentList:
		return checkEach(path+".incidentList.policyNames", content.IncidentList.GetPolicyNames(), shortPolicyName, "must have the form alertPolicies/[ALERT_POLICY_ID], without the project.")
	case *dashboardpb.Widget_CollapsibleGroup:
		return c.onlyInMosaic("collapsibleGroup")
	case *dashboardpb.Widget_SingleViewGroup:
		return c.onlyInMosaic("dropdownGroup") // the service's word for it
	case *dashboardpb.Widget_SectionHeader:
		return c.onlyInMosaic("sectionHeader")
	case *dashboardpb.Widget_Blank:
		return nil
	}
	return notModelled("this kind of widget: %s", path)
}

func (c widgetCheck) onlyInMosaic(what string) error {
	if c.mosaic {
		return nil
	}
	return invalid("%s is only allowed in MosaicLayout.", what)
}

func checkEach(path string, values []string, form *regexp.Regexp, why string) error {
	for i, value := range values {
		if !form.MatchString(value) {
			return dashboardField(fmt.Sprintf("%s[%d]", path, i), value, why)
		}
	}
	return nil
}

func (c widgetCheck) xyChart(path string, chart *dashboardpb.XyChart) error {
	if len(chart.GetDataSets()) == 0 {
		return dashboardMissing(path + ".dataSets")
	}
	shift := chart.GetTimeshiftDuration()
	shifted := shift != nil && shift.AsDuration() != 0
	if shifted && shift.AsDuration() < time.Minute {
		return dashboardField(path+".timeshiftDuration", showDuration(shift), "must be greater than or equal to one minute.")
	}
	for i, set := range chart.GetDataSets() {
		at := fmt.Sprintf("%s.dataSets[%d]", path, i)
		if err := c.query(at+".timeSeriesQuery", set.GetTimeSeriesQuery()); err != nil {
			return err
		}
		if err := knownEnum(at+".plotType", set.GetPlotType()); err != nil {
			return err
		}
		if err := knownEnum(at+".targetAxis", set.GetTargetAxis()); err != nil {
			return err
		}
		if plot := set.GetPlotType(); shifted && plot != dashboardpb.XyChart_DataSet_LINE && plot != dashboardpb.XyChart_DataSet_PLOT_TYPE_UNSPECIFIED {
			return dashboardField(at+".plotType", plot.String(), "plot type is incompatible with XyChart's timeshiftDuration.")
		}
		if err := checkAlignment(at+".minAlignmentPeriod", set.GetMinAlignmentPeriod(), 0); err != nil {
			return err
		}
	}
	for i, t := range chart.GetThresholds() {
		at := fmt.Sprintf("%s.thresholds[%d]", path, i)
		if t.GetColor() != dashboardpb.Threshold_COLOR_UNSPECIFIED {
			return dashboardField(at+".color", t.GetColor().String(), "color is not allowed in a XyChart.")
		}
		if t.GetDirection() != dashboardpb.Threshold_DIRECTION_UNSPECIFIED {
			return dashboardField(at+".direction", t.GetDirection().String(), "direction is not allowed in a XyChart.")
		}
		if err := knownEnum(at+".targetAxis", t.GetTargetAxis()); err != nil {
			return err
		}
	}
	return nil
}

func (c widgetCheck) scorecard(path string, card *dashboardpb.Scorecard) error {
	if err := c.query(path+".timeSeriesQuery", card.GetTimeSeriesQuery()); err != nil {
		return err
	}
	switch view := card.GetDataView().(type) {
	case *dashboardpb.Scorecard_GaugeView_:
		low, high := view.GaugeView.GetLowerBound(), view.GaugeView.GetUpperBound()
		if !(low < high) {
			return dashboardField(path+".gaugeView.upperBound", strconv.FormatFloat(high, 'g', -1, 64), "must be greater than the lower bound.")
		}
	case *dashboardpb.Scorecard_SparkChartView_:
		at := path + ".sparkChartView"
		if view.SparkChartView.GetSparkChartType() == dashboardpb.SparkChartType_SPARK_CHART_TYPE_UNSPECIFIED {
			return dashboardMissing(at + ".sparkChartType")
		}
		if err := knownEnum(at+".sparkChartType", view.SparkChartView.GetSparkChartType()); err != nil {
			return err
		}
		if err := checkAlignment(at+".minAlignmentPeriod", view.SparkChartView.GetMinAlignmentPeriod(), 0); err != nil {
			return err
		}
	}
	for i, t := range card.GetThresholds() {
		at := fmt.Sprintf("%s.thresholds[%d]", path, i)
		if color := t.GetColor(); color != dashboardpb.Threshold_YELLOW && color != dashboardpb.Threshold_RED {
			return dashboardField(at+".color", color.String(), "must be YELLOW or RED in a Scorecard.")
		}
		if direction := t.GetDirection(); direction != dashboardpb.Threshold_ABOVE && direction != dashboardpb.Threshold_BELOW {
			return dashboardField(at+".direction", direction.String(), "must be ABOVE or BELOW in a Scorecard.")
		}
		if t.GetTargetAxis() != dashboardpb.Threshold_TARGET_AXIS_UNSPECIFIED {
			return dashboardField(at+".targetAxis", t.GetTargetAxis().String(), "target axis is not allowed in a Scorecard.")
		}
	}
	return nil
}

func (c widgetCheck) table(path string, table *dashboardpb.TimeSeriesTable) error {
	if len(table.GetDataSets()) == 0 {
		return dashboardMissing(path + ".dataSets")
	}
	if err := knownEnum(path+".metricVisualization", table.GetMetricVisualization()); err != nil {
		return err
	}
	for i, set := range table.GetDataSets() {
		at := fmt.Sprintf("%s.dataSets[%d]", path, i)
		if err := c.query(at+".timeSeriesQuery", set.GetTimeSeriesQuery()); err != nil {
			return err
		}
		if err := checkAlignment(at+".minAlignmentPeriod", set.GetMinAlignmentPeriod(), 0); err != nil {
			return err
		}
	}
	for i, column := range table.GetColumnSettings() {
		if column.GetColumn() == "" {
			return dashboardMissing(fmt.Sprintf("%s.columnSettings[%d].column", path, i))
		}
	}
	return nil
}

func (c widgetCheck) pieChart(path string, pie *dashboardpb.PieChart) error {
	if len(pie.GetDataSets()) == 0 {
		return dashboardMissing(path + ".dataSets")
	}
	if pie.GetChartType() == dashboardpb.PieChart_PIE_CHART_TYPE_UNSPECIFIED {
		return dashboardMissing(path + ".chartType")
	}
	if err := knownEnum(path+".chartType", pie.GetChartType()); err != nil {
		return err
	}
	for i, set := range pie.GetDataSets() {
		at := fmt.Sprintf("%s.dataSets[%d]", path, i)
		if err := c.query(at+".timeSeriesQuery", set.GetTimeSeriesQuery()); err != nil {
			return err
		}
		if err := checkAlignment(at+".minAlignmentPeriod", set.GetMinAlignmentPeriod(), 0); err != nil {
			return err
		}
	}
	return nil
}

func checkText(path string, text *dashboardpb.Text) error {
	if err := knownEnum(path+".format", text.GetFormat()); err != nil {
		return err
	}
	style := text.GetStyle()
	for _, colour := range []struct{ name, value string }{
		{"backgroundColor", style.GetBackgroundColor()}, {"textColor", style.GetTextColor()},
	} {
		if colour.value != "" && !hexColour.MatchString(colour.value) {
			return dashboardField(path+".style."+colour.name, colour.value, "must be a hex string such as #RRGGBB or #RGB.")
		}
	}
	return nil
}

// alertChart also asks that the alerting policy exists. What the service does
// with an unknown one is not recorded.
func (c widgetCheck) alertChart(path string, chart *dashboardpb.AlertChart) error {
	if chart.GetName() == "" {
		return dashboardMissing(path + ".name")
	}
	if !alertPolicyName.MatchString(chart.GetName()) {
		return dashboardField(path+".name", chart.GetName(), "must have the form projects/[PROJECT_ID_OR_NUMBER]/alertPolicies/[ALERT_POLICY_ID].")
	}
	if _, err := c.s.store.Get(kindAlertPolicy, c.s.canonicalName(chart.GetName())); err != nil {
		return dashboardField(path+".name", chart.GetName(), "there is no such alerting policy.")
	}
	return nil
}
