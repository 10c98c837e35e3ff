package dash

// The targets that a dashboard is rendered to.
const (
	// TargetCloudMonitoring is a dashboard of Cloud Monitoring.
	TargetCloudMonitoring = "cloud_monitoring"
	// TargetGrafana is a dashboard of a Grafana server.
	TargetGrafana = "grafana"
)

// Columns is the width of the grid that tiles lie on. Cloud Monitoring's
// console writes dashboards of 48 columns; Grafana has 24, so that a
// configuration uses even numbers only.
const Columns = 48

// The styles of a chart of time series.
const (
	// StyleLine draws one line a series; it is the default.
	StyleLine = "line"
	// StyleArea stacks filled areas.
	StyleArea = "area"
	// StyleBar stacks bars.
	StyleBar = "bar"
)

// The colours and directions of thresholds.
const (
	// ColorYellow marks a value to watch.
	ColorYellow = "yellow"
	// ColorRed marks a value to act on.
	ColorRed = "red"
	// DirectionAbove colours values above the threshold.
	DirectionAbove = "above"
	// DirectionBelow colours values below the threshold.
	DirectionBelow = "below"
)

// The sparks of a scorecard: the small chart under its value.
const (
	// SparkLine is a small line.
	SparkLine = "line"
	// SparkBar is a row of small bars.
	SparkBar = "bar"
)

// Dashboard is a page of sections, each a group of tiles.
type Dashboard struct {
	// DisplayName is the title that people read; required.
	DisplayName string
	// Labels are user labels of the Cloud Monitoring dashboard and tags
	// ("key:value", or the key alone when the value is empty) of Grafana's.
	Labels map[string]string
	// Variables are the choices at the top of the page.
	Variables []Variable
	// Links lead elsewhere: dashboard links in Grafana, one Markdown tile above
	// the sections in Cloud Monitoring.
	Links []Link
	// Sections follow one another from top to bottom.
	Sections []Section
}

// Variable is a choice at the top of the page. Queries refer to its value as
// ${name} inside a matcher, as in namespace=~"${tenant}".
type Variable struct {
	// Name is what queries call it: letters, digits and underscores.
	Name string
	// Label is what people read; the default is the name. Cloud Monitoring shows
	// the name itself.
	Label string
	// LabelKey is the Prometheus label whose values can be chosen, such as
	// "namespace".
	LabelKey string
	// Metric is the metric whose series give Grafana's list of values; the
	// default is the first query's.
	Metric string
	// Default is the value chosen at first; empty means all.
	Default string
}

// Link leads to another page.
type Link struct {
	// Title is what people click on.
	Title string
	// URL is where it leads: http or https.
	URL string
}

// Section is a group of tiles that can be folded: a collapsible group in Cloud
// Monitoring, a row in Grafana.
type Section struct {
	// Title stands above the tiles. One section alone may have none, and is then
	// no group in Cloud Monitoring.
	Title string
	// Collapsed folds the section when the page loads.
	Collapsed bool
	// Tiles lie on a grid of 48 columns.
	Tiles []Tile
}

// Tile is one element of a section. Exactly one of its kinds is set.
type Tile struct {
	// Title stands above the tile.
	Title string
	// X is the column of the left edge, from 0, in columns of [Columns].
	X int64
	// Y is the row of the upper edge, from 0 at the top of the section.
	Y int64
	// Width is the width in columns; 0 leaves it to [Dashboard.Arranged].
	Width int64
	// Height is the height in rows of the same unit; 0 leaves it to
	// [Dashboard.Arranged].
	Height int64
	// Only names the one target that shows the tile; empty means all of them.
	Only string
	// TimeSeries draws series over time.
	TimeSeries *TimeSeries
	// Scorecard shows the newest value of one series.
	Scorecard *Scorecard
	// Gauge shows the newest value between two bounds.
	Gauge *Gauge
	// Table lists series with their newest values.
	Table *Table
	// HeatMap draws a distribution over time.
	HeatMap *HeatMap
	// Text shows Markdown.
	Text *Text
	// AlertChart draws the condition of an alert policy and its incidents.
	AlertChart *AlertChart
	// Raw is a widget or a panel in the target's own JSON.
	Raw *Raw
}

// Query yields the series of a tile.
type Query struct {
	// PromQL is the expression; ${name} is the value of a variable.
	PromQL string
	// BigQuerySQL is a query that Grafana's BigQuery data source runs; Cloud
	// Monitoring has no such tile.
	BigQuerySQL string
	// Legend names a series: text with labels as {{namespace}}.
	Legend string
}

// Threshold is a value at which a tile changes.
type Threshold struct {
	// Value is in the tile's unit.
	Value float64
	// Color is yellow or red. Required where it colours a value; on a chart of
	// time series, which draws a line, it is Grafana's only.
	Color string
	// Direction is above, the default, or below.
	Direction string
	// Label names the line on a chart of time series.
	Label string
}

// TimeSeries draws series over time.
type TimeSeries struct {
	// Queries are drawn together.
	Queries []Query
	// Style is line, area or bar; empty means line.
	Style string
	// Unit is one of [Units].
	Unit string
	// Thresholds are horizontal lines.
	Thresholds []Threshold
	// AxisLabel stands beside the vertical axis.
	AxisLabel string
	// LogScale makes the vertical axis logarithmic, to base 10.
	LogScale bool
}

// Scorecard shows the newest value of one series.
type Scorecard struct {
	// Query yields one series.
	Query Query
	// Unit is one of [Units].
	Unit string
	// Thresholds colour the value.
	Thresholds []Threshold
	// Spark adds a small chart: line or bar; empty means none.
	Spark string
}

// Gauge shows the newest value between two bounds.
type Gauge struct {
	// Query yields one series.
	Query Query
	// Unit is one of [Units].
	Unit string
	// Min is the lower bound.
	Min float64
	// Max is the upper bound, above Min.
	Max float64
	// Thresholds colour the value.
	Thresholds []Threshold
}

// Table lists series with their newest values.
type Table struct {
	// Queries yield the rows.
	Queries []Query
	// Unit is one of [Units].
	Unit string
}

// HeatMap draws a distribution over time: one series a bucket, with its bound
// in label le.
type HeatMap struct {
	// Query yields rates of buckets.
	Query Query
	// Unit is one of [Units], and that of the buckets' bounds.
	Unit string
}

// Text shows Markdown.
type Text struct {
	// Content is the Markdown.
	Content string
}

// AlertChart draws the condition of an alert policy and its incidents.
type AlertChart struct {
	// Policy is the full name: projects/PROJECT/alertPolicies/ID.
	Policy string
	// Query is what Grafana, which knows no alert policies of Cloud Monitoring,
	// draws in its place.
	Query Query
	// Thresholds are the lines that Grafana draws.
	Thresholds []Threshold
}

// Raw is a tile in a target's own JSON. It is a way out for what the model
// can't say, and how a widget that someone added by hand shows in a plan.
type Raw struct {
	// WidgetJSON is a Widget of Cloud Monitoring. Its title is part of it unless
	// the tile has one.
	WidgetJSON string
	// PanelJSON is a panel of Grafana, without its place.
	PanelJSON string
}

// Kind returns the attribute name of the kind that is set, and how many are;
// without exactly one, the kind is empty.
func (t Tile) Kind() (kind string, set int) {
	for _, k := range []struct {
		name string
		set  bool
	}{
		{"time_series", t.TimeSeries != nil},
		{"scorecard", t.Scorecard != nil},
		{"gauge", t.Gauge != nil},
		{"table", t.Table != nil},
		{"heat_map", t.HeatMap != nil},
		{"text", t.Text != nil},
		{"alert_chart", t.AlertChart != nil},
		{"raw", t.Raw != nil},
	} {
		if k.set {
			kind = k.name
			set++
		}
	}
	if set != 1 {
		kind = ""
	}
	return kind, set
}

// Shows says whether the target shows the tile.
func (t Tile) Shows(target string) bool { return t.Only == "" || t.Only == target }

// Queries returns the queries that the tile has, empty ones left out.
func (t Tile) Queries() []Query {
	var found []Query
	add := func(queries ...Query) {
		for _, q := range queries {
			if q != (Query{}) {
				found = append(found, q)
			}
		}
	}
	switch {
	case t.TimeSeries != nil:
		add(t.TimeSeries.Queries...)
	case t.Scorecard != nil:
		add(t.Scorecard.Query)
	case t.Gauge != nil:
		add(t.Gauge.Query)
	case t.Table != nil:
		add(t.Table.Queries...)
	case t.HeatMap != nil:
		add(t.HeatMap.Query)
	case t.AlertChart != nil:
		add(t.AlertChart.Query)
	}
	return found
}
