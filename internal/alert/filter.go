package alert

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// ValidateMonitoringFilter parses a Cloud Monitoring filter as a threshold
// condition takes it: comparisons of metric, resource and metadata fields,
// joined by AND, OR and NOT, which name a metric type and a resource type. The
// error says at which character the filter stops making sense.
//
// The grammar is that of cloud.google.com/monitoring/api/v3/filters.
func ValidateMonitoringFilter(f string) error { return validateFilter(f, true) }

// validateFilter parses f; resource says whether a resource type is needed, as
// it is not in a denominator.
func validateFilter(f string, resource bool) error {
	if strings.TrimSpace(f) == "" {
		return errors.New("it is empty")
	}
	tokens, err := lexFilter(f)
	if err != nil {
		return err
	}
	p := &filterParser{tokens: tokens}
	if err := p.expression(0, false); err != nil {
		return err
	}
	if t := p.peek(); t.kind != tokenEnd {
		return t.errorf("%s is not expected here", t)
	}
	if p.selector {
		return nil
	}
	if !p.metric {
		return errors.New(`it names no metric: add metric.type = "…"`)
	}
	if resource && !p.resource {
		return errors.New(`it names no resource: add resource.type = "…"`)
	}
	return nil
}

// filterParser is a recursive-descent parser over tokens.
type filterParser struct {
	tokens []token
	next   int
	// metric and resource say that a type is selected, outside of a NOT;
	// selector that a selector function of service monitoring stands in for both.
	metric, resource, selector bool
}

// deepest is how far parentheses may be nested.
const deepest = 64

func (p *filterParser) peek() token { return p.tokens[p.next] }

func (p *filterParser) take() token {
	t := p.tokens[p.next]
	if t.kind != tokenEnd {
		p.next++
	}
	return t
}

// accept takes the next token when it is the word or sign given.
func (p *filterParser) accept(text string) bool {
	if t := p.peek(); (t.kind == tokenWord || t.kind == tokenSign) && t.text == text {
		p.next++
		return true
	}
	return false
}

func (p *filterParser) expect(text string) error {
	if !p.accept(text) {
		return p.peek().errorf("%q is expected, and %s found", text, p.peek())
	}
	return nil
}

// expression is a list of terms with AND, OR or nothing between them.
func (p *filterParser) expression(depth int, negated bool) error {
	if depth > deepest {
		return p.peek().errorf("parentheses are nested deeper than %d", deepest)
	}
	for {
		if err := p.term(depth, negated); err != nil {
			return err
		}
		if p.accept("AND") || p.accept("OR") {
			continue
		}
		if t := p.peek(); t.kind == tokenEnd || t.text == ")" && t.kind == tokenSign {
			return nil
		}
	}
}

func (p *filterParser) term(depth int, negated bool) error {
	for p.accept("NOT") || p.accept("-") {
		negated = !negated
	}
	if p.accept("(") {
		if err := p.expression(depth+1, negated); err != nil {
			return err
		}
		return p.expect(")")
	}
	return p.comparison(negated)
}

// selectors are the functions of service monitoring that select time series by
// themselves.
var selectors = []string{
	"select_slo_burn_rate", "select_slo_health", "select_slo_budget", "select_slo_budget_fraction",
	"select_slo_budget_total", "select_slo_compliance", "select_slo_counts",
}

func (p *filterParser) comparison(negated bool) error {
	field := p.take()
	if field.kind != tokenWord {
		return field.errorf("a field such as metric.type is expected, and %s found", field)
	}
	if slices.Contains(selectors, field.text) {
		p.selector = p.selector || !negated
		return p.arguments(1, 2)
	}
	if err := knownField(field); err != nil {
		return err
	}
	operator := p.take()
	if operator.kind != tokenOperator || !slices.Contains([]string{"=", "!=", ">", "<", ">=", "<=", ":"}, operator.text) {
		return operator.errorf("an operator (= != > < >= <= :) is expected after %s, and %s found", field.text, operator)
	}
	if err := p.value(); err != nil {
		return err
	}
	if !negated && operator.text != "!=" {
		p.metric = p.metric || field.text == "metric.type"
		p.resource = p.resource || field.text == "resource.type"
	}
	return nil
}

// filterFunctions are the functions that stand for a value, with the least and
// the most arguments that they take.
var filterFunctions = map[string][2]int{
	"starts_with": {1, 1}, "ends_with": {1, 1}, "has_substring": {1, 2}, "one_of": {1, 100},
	"monitoring.regex.full_match": {1, 1},
}

func (p *filterParser) value() error {
	value := p.take()
	switch value.kind {
	case tokenString:
		return nil
	case tokenWord:
		if next := p.peek(); next.kind != tokenSign || next.text != "(" || next.spaced {
			return reserved(value)
		}
		arity, ok := filterFunctions[value.text]
		if !ok {
			return value.errorf("the function %s is unknown", value.text)
		}
		if value.text == "monitoring.regex.full_match" {
			if err := p.regularExpression(); err != nil {
				return err
			}
		}
		return p.arguments(arity[0], arity[1])
	default:
		return value.errorf("a value is expected, and %s found", value)
	}
}

// regularExpression checks the argument to come: Monitoring takes RE2, as Go does.
func (p *filterParser) regularExpression() error {
	if p.next+1 >= len(p.tokens) || p.tokens[p.next+1].kind != tokenString {
		return nil // arguments will say so.
	}
	argument := p.tokens[p.next+1]
	if _, err := regexp.Compile(argument.text); err != nil {
		return argument.errorf("the regular expression is not valid in RE2: %s", strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	return nil
}

// arguments parses a list in parentheses of strings, numbers and booleans.
func (p *filterParser) arguments(least, most int) error {
	start := p.peek()
	if err := p.expect("("); err != nil {
		return err
	}
	count := 0
	for {
		t := p.take()
		if t.kind != tokenString && t.kind != tokenWord {
			return t.errorf("an argument is expected, and %s found", t)
		}
		count++
		if !p.accept(",") {
			break
		}
	}
	if err := p.expect(")"); err != nil {
		return err
	}
	if count < least || count > most {
		return start.errorf("the function takes %d to %d arguments, and has %d", least, most, count)
	}
	return nil
}

func reserved(t token) error {
	if t.text == "AND" || t.text == "OR" || t.text == "NOT" {
		return t.errorf("a value is expected, and %s found", t)
	}
	return nil
}

// knownField refuses a field that no time series has. Keys under a map of
// labels are free.
func knownField(field token) error {
	switch field.text {
	case "project", "group.id", "resource.type", "metric.type":
		return nil
	}
	for _, prefix := range []string{
		"resource.label.", "resource.labels.", "metric.label.", "metric.labels.",
		"metadata.system_labels.", "metadata.user_labels.",
	} {
		if key, ok := strings.CutPrefix(field.text, prefix); ok && key != "" {
			return nil
		}
	}
	return field.errorf("the field %s is unknown; there are project, group.id, resource.type, metric.type, resource.labels.KEY, metric.labels.KEY, metadata.system_labels.KEY and metadata.user_labels.KEY", field.text)
}

func (t token) errorf(format string, args ...any) error {
	return fmt.Errorf("at character %d, %s", t.at+1, fmt.Sprintf(format, args...))
}
