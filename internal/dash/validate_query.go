package dash

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/cortx-platform/terraform-provider-cortx/internal/problem"
)

// sample stands for a variable's value while a query is parsed.
const sample = "cortxsamplevalue"

// otherVariable finds spellings of variables that only one target knows: $name,
// ${name:format} and ${name.value}.
var otherVariable = regexp.MustCompile(`\$(?:\{([^}]*)\}|([A-Za-z_][A-Za-z0-9_]*))`)

func (v *validation) queries(at problem.Path, t Tile, queries []Query) {
	if len(queries) == 0 {
		v.Add(at, "The tile has no query.", "Add a query.")
	}
	for i, q := range queries {
		v.query(at.To(i), t, q)
	}
}

// query checks a query of tile t.
func (v *validation) query(at problem.Path, t Tile, q Query) {
	switch {
	case q.PromQL != "" && q.BigQuerySQL != "":
		v.Add(at, "The query is given twice.", "Keep one of promql and bigquery_sql; a tile for each target has both, with only on each.")
	case q.BigQuerySQL != "":
		if v.monitoring && t.Shows(TargetCloudMonitoring) {
			v.Add(at.To("bigquery_sql"), "Cloud Monitoring can't query BigQuery.", `Set only = "grafana" on the tile, or use promql.`)
		}
	case strings.TrimSpace(q.PromQL) == "":
		v.Add(at.To("promql"), "The query is empty.", "Set promql.")
	default:
		v.promQL(at.To("promql"), q.PromQL)
	}
	v.legend(at.To("legend"), t, q.Legend)
}

func (v *validation) legend(at problem.Path, t Tile, legend string) {
	if back, ok := legendFromMonitoring(legendToMonitoring(legend)); !ok || back != legend {
		v.Add(at, "The legend can't be written for Cloud Monitoring.", fmt.Sprintf("Write labels as {{namespace}}, without spaces; it is %q.", legend))
		return
	}
	if strings.Contains(legend, "${") && v.grafana && t.Shows(TargetGrafana) {
		v.Add(at, "Grafana can't read the legend.", fmt.Sprintf("Write labels as {{namespace}}; it is %q.", legend))
	}
}

// promQL checks that the expression parses and that its variables mean the same
// everywhere.
func (v *validation) promQL(at problem.Path, expr string) {
	uses := 0
	for _, use := range otherVariable.FindAllStringSubmatch(expr, -1) {
		name, plain := use[1], use[2]
		bare, _, _ := strings.Cut(strings.ReplaceAll(name, ":", "."), ".")
		switch {
		case name != "" && v.variables[name]:
			uses++
		case bare+plain != "" && v.variables[bare+plain]:
			v.Add(at, "The query spells a variable for one target only.", fmt.Sprintf("Write ${%s} for its value, which both targets get in their own spelling; it is %s.", bare+plain, use[0]))
			return
		case strings.HasPrefix(name, "__") || strings.HasPrefix(plain, "__"):
			v.Add(at, "The query uses a variable that one target has and the other has not.", fmt.Sprintf("Use a fixed window, such as [5m], in place of %s.", use[0]))
			return
		case variableName.MatchString(name):
			v.Add(at, "The query uses a variable that the dashboard does not have.", fmt.Sprintf("Add %q to variables, or use one of those.", name))
			return
		}
	}
	if found := verdictOn(expr, uses); found.summary != "" {
		v.Add(at, found.summary, found.detail)
	}
}

// verdict is what is wrong with a query; no summary means nothing.
type verdict struct{ summary, detail string }

// verdicts remembers queries that were parsed: a plan over many dashboards has
// the same ones again and again. Forgetting costs time only.
var verdicts = struct {
	sync.Mutex
	of map[judged]verdict
}{of: map[judged]verdict{}}

// judged is what a verdict depends on.
type judged struct {
	expr string
	uses int
}

const maxVerdicts = 4096

func verdictOn(expr string, uses int) verdict {
	key := judged{expr, uses}
	verdicts.Lock()
	found, ok := verdicts.of[key]
	verdicts.Unlock()
	if ok {
		return found
	}
	found = judge(expr, uses)
	verdicts.Lock()
	defer verdicts.Unlock()
	if len(verdicts.of) >= maxVerdicts {
		clear(verdicts.of)
	}
	verdicts.of[key] = found
	return found
}

// judge parses a query in which uses variables occur.
func judge(expr string, uses int) verdict {
	const invalid = "The query is not valid PromQL."
	parsed, err := parser.NewParser(parser.Options{}).ParseExpr(variableUse.ReplaceAllString(expr, sample))
	switch {
	case err != nil && uses > 0:
		return verdict{invalid, fmt.Sprintf("Correct it; with variables replaced by %q, Prometheus' parser says: %s.", sample, err)}
	case err != nil:
		return verdict{invalid, fmt.Sprintf("Correct it; Prometheus' parser says: %s.", err)}
	}
	if parsed.Type() == parser.ValueTypeString || parsed.Type() == parser.ValueTypeMatrix {
		return verdict{"The query yields no values that can be drawn.", fmt.Sprintf("It yields a %s: use a function over it, such as rate.", parsed.Type())}
	}
	if uses == 0 {
		return verdict{}
	}
	matched := 0
	var found verdict
	parser.Inspect(parsed, func(node parser.Node, _ []parser.Node) error {
		selector, ok := node.(*parser.VectorSelector)
		if !ok {
			return nil
		}
		for _, m := range selector.LabelMatchers {
			matched += strings.Count(m.Value, sample)
			if strings.Contains(m.Value, sample) && (m.Type == labels.MatchEqual || m.Type == labels.MatchNotEqual) {
				found = verdict{
					"The query compares a variable in a way that all values don't fit.",
					fmt.Sprintf(`Use =~ or !~ on label %s: when all values are chosen, the variable is ".*".`, m.Name),
				}
			}
		}
		return nil
	})
	if found.summary == "" && matched < uses {
		return verdict{"The query uses a variable outside of a matcher.", `Use it as the value of a label, such as namespace=~"${tenant}".`}
	}
	return found
}
