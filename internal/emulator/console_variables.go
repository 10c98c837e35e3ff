package emulator

import (
	"fmt"
	"strings"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// replaceVariables puts what value returns in the place of each template
// variable of a query. part is ".value" where the variable is written so, and
// quoted tells that it stands inside of a string.
func replaceVariables(query string, value func(name, part string, quoted bool) string) string {
	var out strings.Builder
	quote := byte(0)
	for i := 0; i < len(query); {
		if loc := variableUse.FindStringSubmatchIndex(query[i:]); loc != nil && loc[0] == 0 {
			part := ""
			if loc[4] >= 0 {
				part = query[i+loc[4] : i+loc[5]]
			}
			out.WriteString(value(query[i+loc[2]:i+loc[3]], part, quote != 0))
			i += loc[1]
			continue
		}
		ch := query[i]
		switch {
		case quote != 0 && ch == '\\' && quote != '`' && i+1 < len(query):
			out.WriteByte(ch)
			i++
			ch = query[i]
		case quote == ch:
			quote = 0
		case quote == 0 && (ch == '"' || ch == '\'' || ch == '`'):
			quote = ch
		}
		out.WriteByte(ch)
		i++
	}
	return out.String()
}

// consoleVariable is a filter of a dashboard, as a choice on the page. One
// without a name is a pinned filter: it holds for every chart.
type consoleVariable struct {
	Param  string   `json:"param"`
	Label  string   `json:"label"`
	Value  string   `json:"value"`
	Values []string `json:"values"`

	name, key string
}

// allValues is what a filter has when nothing is chosen.
const allValues = "*"

// chosen returns the value of the filter, with "" for all.
func (v consoleVariable) chosen() string {
	if v.Value == allValues {
		return ""
	}
	return v.Value
}

// expand puts the values of the filters into a query.
func expandQuery(query string, filters []consoleVariable, step time.Duration) string {
	escape := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)
	return replaceVariables(query, func(name, part string, quoted bool) string {
		if strings.HasPrefix(name, "__") {
			return model.Duration(max(step, time.Minute)).String()
		}
		for _, v := range filters {
			if v.name != name {
				continue
			}
			value := ".*"
			if chosen := v.chosen(); chosen != "" {
				value = escape.Replace(chosen)
			}
			if quoted || part != "" {
				return value
			}
			return v.key + `=~"` + value + `"`
		}
		return "${" + name + part + "}"
	})
}

// pinFilters adds what pinned filters choose to the selectors that do not speak
// of the label themselves, where has says that the metric has it.
func pinFilters(query string, filters []consoleVariable, has func(metric, label string) bool) (string, error) {
	pinned := false
	for _, v := range filters {
		pinned = pinned || v.name == "" && v.chosen() != ""
	}
	if !pinned {
		return query, nil
	}
	expr, err := parsePromQL(query)
	if err != nil {
		return "", err
	}
	var failed error
	parser.Inspect(expr, func(node parser.Node, _ []parser.Node) error {
		selector, ok := node.(*parser.VectorSelector)
		if !ok {
			return nil
		}
		spoken, metric := map[string]bool{}, ""
		for _, m := range selector.LabelMatchers {
			spoken[m.Name] = true
			if m.Name == model.MetricNameLabel {
				metric = m.Value
			}
		}
		for _, v := range filters {
			if v.name != "" || v.chosen() == "" || spoken[v.key] || !has(metric, v.key) {
				continue
			}
			m, err := labels.NewMatcher(labels.MatchEqual, v.key, v.chosen())
			if err != nil {
				failed = fmt.Errorf("filter %s: %w", v.key, err)
				continue
			}
			selector.LabelMatchers = append(selector.LabelMatchers, m)
		}
		return nil
	})
	return expr.String(), failed
}
