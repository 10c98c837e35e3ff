package dash_test

import (
	"fmt"
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/internal/dash"
)

// TestRecognised: a widget is typed when the model says all of it. One setting
// more makes it raw, and it means the same still.
func TestRecognised(t *testing.T) {
	const up = `"timeSeriesQuery":{"prometheusQuery":"up"}`
	xy := func(set, chart string) string {
		return fmt.Sprintf(`{"xyChart":{"dataSets":[{%s%s}]%s}}`, up, set, chart)
	}
	card := func(more string) string { return fmt.Sprintf(`{"scorecard":{%s%s}}`, up, more) }
	table := func(set, more string) string {
		return fmt.Sprintf(`{"timeSeriesTable":{"dataSets":[{%s%s}]%s}}`, up, set, more)
	}
	for kind, widgets := range map[string][]string{
		"time_series": {
			xy(``, ``), xy(`,"plotType":"LINE","targetAxis":"Y1","minAlignmentPeriod":"0s"`, `,"chartOptions":{"mode":"COLOR"},"xAxis":{},"timeshiftDuration":"0s"`),
			xy(``, `,"thresholds":[{"value":1,"targetAxis":"Y1"}]`), xy(`,"legendTemplate":"${metric.labels.a}"`, ``),
		},
		"heat_map":    {xy(`,"plotType":"HEATMAP"`, ``)},
		"scorecard":   {card(``), card(`,"sparkChartView":{"sparkChartType":"SPARK_LINE","minAlignmentPeriod":"0s"}`)},
		"gauge":       {card(`,"gaugeView":{"upperBound":1}`), card(`,"gaugeView":{}`)},
		"table":       {table(``, ``), table(`,"tableDisplayOptions":{},"tableTemplate":"a"`, `,"metricVisualization":"NUMBER"`)},
		"text":        {`{"text":{}}`, `{"text":{"content":"a","format":"MARKDOWN","style":{}}}`},
		"alert_chart": {`{"alertChart":{"name":"projects/p/alertPolicies/1"}}`},
		"raw": {
			xy(`,"plotType":7`, ``), xy(`,"targetAxis":"Y2"`, ``), xy(`,"minAlignmentPeriod":"60s"`, ``), xy(`,"legendTemplate":"{{a}}"`, ``),
			xy(``, `,"timeshiftDuration":"60s"`), xy(``, `,"xAxis":{"label":"a"}`), xy(``, `,"y2Axis":{"scale":"LOG10"}`), xy(``, `,"yAxis":{"scale":9}`),
			xy(``, `,"chartOptions":{"mode":"X_RAY"}`), xy(``, `,"thresholds":[{"color":"RED"}]`), xy(``, `,"thresholds":[{"direction":"ABOVE"}]`),
			xy(``, `,"thresholds":[{"targetAxis":"Y2"}]`), xy(`,"plotType":"HEATMAP"`, `,"yAxis":{"label":"a"}`), xy(`,"plotType":"HEATMAP","targetAxis":"Y2"`, ``),
			xy(`},{`+up+`,"plotType":"STACKED_BAR"`, ``), xy(`},{"timeSeriesQuery":{"prometheusQuery":"up","unitOverride":"s"}`, ``), `{"xyChart":{}}`,
			`{"xyChart":{"dataSets":[{"timeSeriesQuery":{"prometheusQuery":""}}]}}`,
			`{"xyChart":{"dataSets":[{"timeSeriesQuery":{"prometheusQuery":"up","outputFullDuration":true}}]}}`,
			`{"xyChart":{"dataSets":[{"timeSeriesQuery":{"prometheusQuery":"up{${tenant}}"}}]}}`,
			`{"xyChart":{"dataSets":[{"timeSeriesQuery":{"timeSeriesQueryLanguage":"fetch a"}}]}}`,
			`{"xyChart":{"dataSets":[{"timeSeriesQuery":{"timeSeriesFilter":{"filter":"a","aggregation":{},"secondaryAggregation":{"perSeriesAligner":"ALIGN_RATE"}}}}]}}`,
			`{"xyChart":{"dataSets":[{"timeSeriesQuery":{"timeSeriesFilterRatio":{"numerator":{"filter":"a","aggregation":{}},"denominator":{},"secondaryAggregation":{}}}}]}}`,
			card(`,"blankView":{}`), card(`,"sparkChartView":{}`), card(`,"sparkChartView":{"sparkChartType":"SPARK_BAR","minAlignmentPeriod":"60s"}`),
			card(`,"thresholds":[{"color":1,"direction":"ABOVE"}]`), card(`,"thresholds":[{"color":"RED"}]`),
			card(`,"thresholds":[{"color":"RED","direction":"BELOW","targetAxis":"Y2"}]`),
			table(`,"minAlignmentPeriod":"60s"`, ``), table(`,"tableDisplayOptions":{"shownColumns":["a"]}`, ``), table(`,"tableTemplate":"{{a}}"`, ``),
			table(``, `,"metricVisualization":"BAR"`), table(``, `,"columnSettings":[{"column":"a"}]`), `{"timeSeriesTable":{}}`,
			`{"text":{"content":"a","format":"RAW"}}`, `{"text":{"content":"a","style":{"fontSize":"FS_LARGE"}}}`,
			`{"pieChart":{"chartType":"PIE","dataSets":[{"minAlignmentPeriod":"0s","timeSeriesQuery":{"prometheusQuery":"up"}}]}}`,
			`{"sectionHeader":{"subtitle":"a"}}`, `{"blank":{}}`, `{}`,
		},
	} {
		for _, widget := range widgets {
			text := fmt.Sprintf(`{"displayName":"d","dashboardFilters":[{"labelKey":"namespace","templateVariable":"tenant","filterType":"RESOURCE_LABEL"}],
				"mosaicLayout":{"columns":48,"tiles":[{"width":8,"height":8,"widget":%s}]}}`, widget)
			pb, err := dash.ParseMonitoringJSON(text)
			if err != nil {
				t.Errorf("%s: %v", widget, err)
				continue
			}
			d, exact := dash.FromProto(pb)
			if got, _ := d.Sections[0].Tiles[0].Kind(); got != kind || !exact {
				t.Errorf("%s is read as %s (exact: %t), want %s", widget, got, exact, kind)
			}
			if back, err := d.Proto(); err != nil || !dash.Equal(back, pb) {
				t.Errorf("%s is written as %v, %v", widget, back, err)
			}
		}
	}
}

// TestOtherLayouts: their widgets are recovered, one after the other.
func TestOtherLayouts(t *testing.T) {
	const a, b = `{"title":"a","text":{"content":"x"}}`, `{"title":"b","text":{"content":"y"}}`
	for _, layout := range []string{
		`"gridLayout":{"columns":"2","widgets":[` + a + `,` + b + `]}`,
		`"rowLayout":{"rows":[{"widgets":[` + a + `]},{},{"widgets":[` + b + `]}]}`,
		`"columnLayout":{"columns":[{"widgets":[` + a + `]},{"widgets":[` + b + `]}]}`,
	} {
		pb, err := dash.ParseMonitoringJSON(`{"displayName":"d",` + layout + `}`)
		if err != nil {
			t.Fatal(err)
		}
		d, exact := dash.FromProto(pb)
		if exact || len(d.Sections) != 1 || len(d.Sections[0].Tiles) != 2 || d.Sections[0].Tiles[1].Title != "b" || d.Sections[0].Tiles[1].Y == 0 {
			t.Errorf("%s: exact: %t, %+v", layout, exact, d.Sections)
		}
	}
	pb, err := dash.ParseMonitoringJSON(`{"displayName":"d","mosaicLayout":{"columns":12,"tiles":[{"xPos":6,"yPos":1,"width":3,"height":2,"widget":` + a + `}]}}`)
	if err != nil {
		t.Fatal(err)
	}
	d, _ := dash.FromProto(pb)
	if got := places(d.Sections[0].Tiles)[0]; got != [4]int64{24, 4, 12, 8} {
		t.Errorf("12 columns are scaled to %v", got)
	}
}
