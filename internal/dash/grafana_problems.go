package dash

import (
	"errors"
	"fmt"
	"regexp"
	"sync"

	"github.com/grafana/grafana-foundation-sdk/go/cog/plugins"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"github.com/cortx-platform/terraform-provider-cortx/internal/problem"
)

var (
	grafanaUID      = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,40}$`)
	grafanaInterval = regexp.MustCompile(`^[1-9][0-9]*(s|m|h|d)$`)
	grafanaTime     = regexp.MustCompile(`^now([-+][0-9]+[smhdwMQy])*(/[smhdwMQy])?$`)
)

// registerPlugins tells the decoder of Grafana's kinds of panels and queries.
// It writes to a table that all of the process shares, so it runs once.
var registerPlugins = sync.OnceFunc(plugins.RegisterDefaultPlugins)

// GrafanaProblems returns what Grafana can't express, by attribute path, and
// what is wrong with the options. What is wrong for every target is in
// [Dashboard.Validate].
func GrafanaProblems(d Dashboard, opts GrafanaOptions) []problem.Problem {
	var found problem.List
	optionProblems(&found, opts)
	for i, s := range d.Sections {
		for j, t := range s.Tiles {
			if t.Shows(TargetGrafana) {
				tileProblems(&found, problem.Path{"sections", i, "tiles", j}, t)
			}
		}
	}
	return found
}

func optionProblems(found *problem.List, opts GrafanaOptions) {
	at := problem.Path{"grafana"}
	if opts.UID != "" && !grafanaUID.MatchString(opts.UID) {
		found.Add(at.To("uid"), "Grafana does not take the UID.",
			fmt.Sprintf("Set it to at most 40 letters, digits, hyphens and underscores, or leave it out; it is %q.", opts.UID))
	}
	if opts.Refresh != "" && !grafanaInterval.MatchString(opts.Refresh) {
		found.Add(at.To("refresh"), "Grafana does not take the refresh interval.",
			fmt.Sprintf(`Set it to a number with s, m, h or d, such as "1m", or leave it out; it is %q.`, opts.Refresh))
	}
	if opts.TimeFrom != "" && !grafanaTime.MatchString(opts.TimeFrom) {
		found.Add(at.To("time_from"), "Grafana does not take the start of the time shown.",
			fmt.Sprintf(`Set it relative to now, such as "now-24h", or leave it out; it is %q.`, opts.TimeFrom))
	}
}

func tileProblems(found *problem.List, at problem.Path, t Tile) {
	const raw = "Grafana can't show the tile."
	switch {
	case t.AlertChart != nil && t.AlertChart.Query == (Query{}):
		found.Add(at.To("alert_chart").To("query"), "Grafana can't show the chart of an alert policy without a query.",
			`Add the query that Grafana draws in its place, or set only = "cloud_monitoring" on the tile.`)
	case t.Scorecard != nil && t.Scorecard.Spark == SparkBar:
		found.Add(at.To("scorecard").To("spark"), "Grafana can't draw bars under a scorecard.",
			`Set spark to "line", or set only = "cloud_monitoring" on the tile.`)
	case t.HeatMap != nil && t.HeatMap.Query.PromQL == "" && t.HeatMap.Query.BigQuerySQL != "":
		found.Add(at.To("heat_map").To("query"), "A heat map can't be drawn from BigQuery.",
			"Use PromQL that yields one series a bucket, with its bound in label le.")
	case t.Raw != nil && t.Raw.PanelJSON == "":
		found.Add(at.To("raw"), raw, `Set panel_json to a panel of Grafana, or set only = "cloud_monitoring" on the tile.`)
	case t.Raw != nil:
		if _, err := rawPanel(t.Raw.PanelJSON); err != nil {
			found.Add(at.To("raw").To("panel_json"), raw, "Set panel_json to the JSON of one panel, as Grafana shows it under Inspect. "+err.Error())
		}
	}
	if t.Scorecard != nil {
		thresholdProblems(found, at.To("scorecard"), t.Scorecard.Thresholds)
	}
	if t.Gauge != nil {
		thresholdProblems(found, at.To("gauge"), t.Gauge.Thresholds)
	}
}

// thresholdProblems finds thresholds whose ranges overlap: Grafana gives every
// value one colour.
func thresholdProblems(found *problem.List, at problem.Path, thresholds []Threshold) {
	for i, a := range thresholds {
		for _, b := range thresholds[:i] {
			below, above := a, b
			if a.Direction != DirectionBelow {
				below, above = b, a
			}
			crossed := below.Direction == DirectionBelow && above.Direction != DirectionBelow && above.Value < below.Value
			same := (a.Direction == DirectionBelow) == (b.Direction == DirectionBelow) && a.Value == b.Value
			if crossed || same {
				found.Add(at.To("thresholds").To(i), "Grafana can't show thresholds that overlap.",
					fmt.Sprintf("Each value can have one colour only: change or remove the threshold at %s or the one at %s.", number(a.Value), number(b.Value)))
			}
		}
	}
}

// rawPanel reads a panel as strictly as Grafana's own library does.
func rawPanel(text string) (dashboard.Panel, error) {
	var panel dashboard.Panel
	if text == "" {
		return panel, errors.New("it has no panel_json")
	}
	registerPlugins()
	if err := decodeStrictly(text, &panel); err != nil {
		return dashboard.Panel{}, fmt.Errorf("the JSON is not a panel: %w", err)
	}
	if panel.Type == "row" {
		return dashboard.Panel{}, errors.New("a row is no panel: use a section")
	}
	return panel, nil
}

// ValidateGrafanaJSON reads a dashboard with the strict decoder of Grafana's own
// library: it refuses fields that Grafana does not have and misses those that
// it needs. Go through this function rather than registering the library's
// plugins anew, since that writes to a table that decoders read.
func ValidateGrafanaJSON(s string) error {
	registerPlugins()
	var page dashboard.Dashboard
	return decodeStrictly(s, &page)
}

// decodeStrictly calls the library's decoder. It has paths on which input
// makes it panic, and input is what somebody wrote.
func decodeStrictly(text string, into interface{ UnmarshalJSONStrict(raw []byte) error }) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = errors.New("the JSON has an unexpected shape")
		}
	}()
	return into.UnmarshalJSONStrict([]byte(text))
}
