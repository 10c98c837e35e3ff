package alert

import (
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// selected is one selector of a query.
type selected struct {
	metric string
	// equal and regexp are the matchers by label; other says that there are more.
	equal, regexp map[string]string
	other         bool
	// window is the range in brackets, 0 for none.
	window time.Duration
}

// facts are the parts of a query that a typed signal can be made from. They say
// nothing of how the parts are put together: the signal that is made from them
// is rendered again and compared with the query.
type facts struct {
	selectors []selected
	grouping  []string
	numbers   []float64
	comment   string
}

func collect(query string, expr parser.Expr) facts {
	var f facts
	// A comment stands after the expression; one within would be a label's value.
	if end := int(expr.PositionRange().End); end <= len(query) {
		if comment, ok := strings.CutPrefix(query[end:], bucketComment); ok {
			f.comment = comment
		}
	}
	parser.Inspect(expr, func(node parser.Node, path []parser.Node) error {
		switch n := node.(type) {
		case *parser.VectorSelector:
			s := selected{metric: n.Name, equal: map[string]string{}, regexp: map[string]string{}}
			for _, m := range n.LabelMatchers {
				if m.Name == model.MetricNameLabel {
					continue
				}
				into, known := map[labels.MatchType]map[string]string{
					labels.MatchEqual: s.equal, labels.MatchRegexp: s.regexp,
				}[m.Type]
				if _, twice := into[m.Name]; !known || twice {
					s.other = true
					continue
				}
				into[m.Name] = m.Value
			}
			if len(path) > 0 {
				if matrix, ok := path[len(path)-1].(*parser.MatrixSelector); ok {
					s.window = matrix.Range
				}
			}
			f.selectors = append(f.selectors, s)
		case *parser.AggregateExpr:
			if f.grouping == nil {
				f.grouping = slices.Clone(n.Grouping)
			}
		case *parser.NumberLiteral:
			f.numbers = append(f.numbers, n.Val)
		}
		return nil
	})
	return f
}

// scope returns the scope that a selector and the grouping imply, without the
// matchers that belong to the signal itself.
func (f facts) scope(s selected, own ...string) Scope {
	scope := defaultScope()
	for name, value := range s.equal {
		if slices.Contains(own, name) {
			continue
		}
		if scope.MatchLabels == nil {
			scope.MatchLabels = map[string]string{}
		}
		scope.MatchLabels[name] = value
	}
	if len(f.grouping) > 0 {
		scope.ByTenant, scope.TenantLabel = true, f.grouping[len(f.grouping)-1]
	}
	return scope
}

// recognise finds the typed signal that query was rendered from.
func recognise(query string) (Condition, bool) {
	expr, err := parsePromQL(query)
	if err != nil {
		return Condition{}, false
	}
	f, printed := collect(query, expr), expr.String()
	if len(f.selectors) == 0 || slices.ContainsFunc(f.selectors, func(s selected) bool { return s.other }) {
		return Condition{}, false
	}
	for _, guess := range []func(facts) (Condition, bool){
		guessErrorRate, guessLatency, guessAILatency, guessPool, guessCloudSQL,
		guessComplianceChecks, guessPackDuration, guessAbsence, guessUptime,
	} {
		c, ok := guess(f)
		if !ok {
			continue
		}
		rendered, _ := c.Query()
		if again, err := formatPromQL(rendered); err == nil && again == printed {
			return c, true
		}
	}
	return Condition{}, false
}

// alternatives takes apart what oneOf put together.
func alternatives(expression string) []string {
	var values []string
	var b strings.Builder
	for i := 0; i < len(expression); i++ {
		switch c := expression[i]; {
		case c == '\\' && i+1 < len(expression):
			i++
			b.WriteByte(expression[i])
		case c == '|':
			values = append(values, b.String())
			b.Reset()
		default:
			b.WriteByte(c)
		}
	}
	return append(values, b.String())
}
