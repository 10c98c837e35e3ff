package emulator

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/prometheus/prometheus/model/labels"
)

// selection is a Monitoring filter in the words of PromQL.
type selection struct {
	metric string // the name of the metric, without the endings of a histogram
	kind   string // "counter", "gauge", "histogram" or "summary"; "" for a metric of another origin
	match  []*labels.Matcher
}

// selector prints the selection with an ending of the metric's name.
func (s selection) selector(ending string) string {
	match := make([]string, 0, len(s.match))
	for _, m := range s.match {
		match = append(match, m.String())
	}
	if len(match) == 0 {
		return s.metric + ending
	}
	return s.metric + ending + "{" + strings.Join(match, ",") + "}"
}

// count prints the selector of a counter of events: of a distribution, how many
// values it holds.
func (s selection) count() string {
	if s.kind == "histogram" {
		return s.selector("_count")
	}
	return s.selector("")
}

// selectionOf translates a Monitoring filter. What PromQL has no words for is an
// error, in words for the page.
func selectionOf(filter string) (selection, error) {
	node, err := parseFilter(filter)
	if err != nil {
		return selection{}, fmt.Errorf("the filter can't be read: %w", err)
	}
	s := selection{}
	parts, ok := node.(filterAnd)
	if !ok {
		parts = filterAnd{node}
	}
	for _, part := range parts {
		if err := s.add(part, false); err != nil {
			return selection{}, err
		}
	}
	if s.metric == "" {
		return selection{}, errors.New("the filter names no metric")
	}
	return s, nil
}

func (s *selection) add(node filterNode, negated bool) error {
	switch n := node.(type) {
	case filterNot:
		return s.add(n.node, !negated)
	case filterTerm:
		return s.term(n.path, []filterTerm{n}, negated)
	case filterOr:
		// Alternatives for one label are one regular expression.
		terms := make([]filterTerm, 0, len(n))
		for _, sub := range n {
			term, ok := sub.(filterTerm)
			if !ok || term.op != "=" || len(terms) > 0 && terms[0].path != term.path {
				return errors.New("the filter joins different labels by OR, which is not drawn here")
			}
			terms = append(terms, term)
		}
		return s.term(terms[0].path, terms, negated)
	case filterAnd:
		if negated {
			return errors.New("the filter negates several labels at once, which is not drawn here")
		}
		for _, sub := range n {
			if err := s.add(sub, false); err != nil {
				return err
			}
		}
		return nil
	}
	return errors.New("the filter has a part that is not drawn here")
}

// term adds what alternatives say of one path.
func (s *selection) term(path string, terms []filterTerm, negated bool) error {
	if path == "resource.type" {
		return nil // PromQL has no resources; the metric's name says enough.
	}
	if path == "metric.type" {
		if negated || len(terms) != 1 || terms[0].op != "=" || terms[0].fn != "" || len(terms[0].values) != 1 {
			return errors.New("the filter names its metric by a pattern, which is not drawn here")
		}
		s.setMetric(terms[0].values[0].text)
		return nil
	}
	label, ok := labelOfPath(path)
	if !ok {
		return fmt.Errorf("the filter asks for %s, which is not drawn here", path)
	}
	var patterns []string
	for _, t := range terms {
		pattern, err := patternOf(t)
		if err != nil {
			return err
		}
		patterns = append(patterns, pattern)
		if t.op == "!=" {
			negated = !negated
		}
	}
	typ := labels.MatchRegexp
	if negated {
		typ = labels.MatchNotRegexp
	}
	value := strings.Join(patterns, "|")
	if plain := terms[0]; len(terms) == 1 && plain.fn == "" && len(plain.values) == 1 {
		value = plain.values[0].text
		if typ = labels.MatchEqual; negated {
			typ = labels.MatchNotEqual
		}
	}
	m, err := labels.NewMatcher(typ, label, value)
	if err != nil {
		return fmt.Errorf("the filter's value for %s: %w", path, err)
	}
	s.match = append(s.match, m)
	return nil
}

// setMetric takes a metric type apart, as the mapping to PromQL says
// (https://cloud.google.com/monitoring/promql/promql-mapping).
func (s *selection) setMetric(metricType string) {
	if rest, ok := strings.CutPrefix(metricType, prometheusDomain); ok {
		s.metric, s.kind, _ = strings.Cut(rest, "/")
		s.kind, _, _ = strings.Cut(s.kind, ":")
		return
	}
	s.metric = promQLName(metricType)
}

// labelOfPath returns the label that a path of a filter means.
func labelOfPath(path string) (string, bool) {
	for _, prefix := range []string{"metric.labels.", "metric.label.", "resource.labels.", "resource.label."} {
		if label, ok := strings.CutPrefix(path, prefix); ok {
			return underscored(label), label != ""
		}
	}
	return "", false
}

// patternOf writes the values of a comparison as a regular expression.
func patternOf(t filterTerm) (string, error) {
	if !slices.Contains([]string{"=", "!="}, t.op) {
		return "", fmt.Errorf("the filter compares by %s, which is not drawn here", t.op)
	}
	patterns := make([]string, 0, len(t.values))
	for _, v := range t.values {
		quoted := regexp.QuoteMeta(v.text)
		switch t.fn {
		case "", "one_of":
			patterns = append(patterns, quoted)
		case "starts_with":
			patterns = append(patterns, quoted+".*")
		case "ends_with":
			patterns = append(patterns, ".*"+quoted)
		case "has_substring":
			patterns = append(patterns, ".*"+quoted+".*")
		case "monitoring.regex.full_match":
			patterns = append(patterns, v.text)
		default:
			return "", fmt.Errorf("the filter uses %s, which is not drawn here", t.fn)
		}
	}
	return strings.Join(patterns, "|"), nil
}
