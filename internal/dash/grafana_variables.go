package dash

import (
	"fmt"
	"strings"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/promql/parser"
)

// grafanaAll is the value that Grafana gives to the choice of everything.
const grafanaAll = "$__all"

// chooseDataSources decides what queries refer to: the data source given, or a
// variable at the top of the page.
func (g *grafanaPage) chooseDataSources() {
	ref := func(plugin, uid, variable string) common.DataSourceRef {
		if uid == "" {
			uid = "${" + g.freeName(variable) + "}"
		}
		return common.DataSourceRef{Type: cog.ToPtr(plugin), Uid: cog.ToPtr(uid)}
	}
	g.prometheus = ref(DataSourcePrometheus, g.opts.DataSourceUID, "datasource")
	g.bigQuery = ref(DataSourceBigQuery, g.opts.BigQueryDataSourceUID, "bigquery")
}

// freeName returns a name that no variable of the dashboard has.
func (g *grafanaPage) freeName(name string) string {
	for _, v := range g.page.Variables {
		if v.Name == name {
			return g.freeName(name + "_")
		}
	}
	return name
}

// variables returns the choices at the top of the page: data sources first, as
// the values of the others come from them.
func (g *grafanaPage) variables() []cog.Builder[dashboard.VariableModel] {
	var found []cog.Builder[dashboard.VariableModel]
	dataSource := func(ref common.DataSourceRef, label string) {
		name := strings.TrimSuffix(strings.TrimPrefix(*ref.Uid, "${"), "}")
		found = append(found, dashboard.NewDatasourceVariableBuilder(name).Label(label).Type(*ref.Type))
	}
	prometheus, bigQuery := g.uses()
	if g.opts.DataSourceUID == "" && (prometheus || len(g.page.Variables) > 0) {
		dataSource(g.prometheus, "Data source")
	}
	if g.opts.BigQueryDataSourceUID == "" && bigQuery {
		dataSource(g.bigQuery, "BigQuery")
	}
	for _, v := range g.page.Variables {
		query := fmt.Sprintf("label_values(%s, %s)", g.metricOf(v), v.LabelKey)
		found = append(found, dashboard.NewQueryVariableBuilder(v.Name).
			Label(orDefault(v.Label, v.Name)).
			Datasource(g.prometheus).
			Query(dashboard.StringOrMap{Map: map[string]any{"query": query, "refId": "StandardVariableQuery"}}).
			Definition(query).
			Refresh(dashboard.VariableRefreshOnTimeRangeChanged).
			Sort(dashboard.VariableSortAlphabeticalAsc).
			Multi(true).IncludeAll(true).AllValue(".*").
			Current(chosen(v.Default)))
	}
	return found
}

// chosen is the value that a variable has when the page loads.
func chosen(value string) dashboard.VariableOption {
	text := value
	if value == "" {
		text, value = "All", grafanaAll
	}
	return dashboard.VariableOption{
		Text:  dashboard.StringOrArrayOfString{String: &text},
		Value: dashboard.StringOrArrayOfString{String: &value},
	}
}

// shownQueries returns the queries that Grafana runs, in the order of tiles.
func (g *grafanaPage) shownQueries() []Query {
	var found []Query
	for _, s := range g.page.Sections {
		for _, t := range s.Tiles {
			if t.Shows(TargetGrafana) {
				found = append(found, t.Queries()...)
			}
		}
	}
	return found
}

// uses reports which data sources the tiles query.
func (g *grafanaPage) uses() (prometheus, bigQuery bool) {
	for _, q := range g.shownQueries() {
		prometheus = prometheus || q.PromQL != ""
		bigQuery = bigQuery || q.BigQuerySQL != ""
	}
	return prometheus, bigQuery
}

// metricOf returns the metric whose series give the values of a variable: its
// own, else that of the first query that refers to it, else of the first query
// at all, else up.
func (g *grafanaPage) metricOf(v Variable) string {
	if v.Metric != "" {
		return v.Metric
	}
	first := ""
	for _, q := range g.shownQueries() {
		for _, s := range selectorsOf(q.PromQL) {
			if s.Name == "" {
				continue
			}
			if refersTo(s, v.Name) {
				return s.Name
			}
			if first == "" {
				first = s.Name
			}
		}
	}
	return orDefault(first, "up")
}

// selectorsOf returns the selectors of an expression, none if it is not PromQL.
// A reference to a variable stands in a string, so it parses as it is.
func selectorsOf(expr string) []*parser.VectorSelector {
	parsed, err := parser.NewParser(parser.Options{}).ParseExpr(expr)
	if err != nil {
		return nil
	}
	var found []*parser.VectorSelector
	parser.Inspect(parsed, func(node parser.Node, _ []parser.Node) error {
		if s, ok := node.(*parser.VectorSelector); ok {
			found = append(found, s)
		}
		return nil
	})
	return found
}

func refersTo(s *parser.VectorSelector, variable string) bool {
	for _, m := range s.LabelMatchers {
		if m.Name != model.MetricNameLabel && strings.Contains(m.Value, "${"+variable+"}") {
			return true
		}
	}
	return false
}
