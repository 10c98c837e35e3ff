package alert

import (
	"errors"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/promql/parser"
)

// ValidatePromQL parses expr with Prometheus' own parser. The error says where
// the expression stops making sense, as line:column.
func ValidatePromQL(expr string) error {
	_, err := parsePromQL(expr)
	return err
}

// parsePromQL is the one place that knows the parser's options: experimental
// functions and modifiers are off, as they are in Cloud Monitoring.
func parsePromQL(expr string) (parser.Expr, error) {
	if strings.TrimSpace(expr) == "" {
		return nil, errors.New("the expression is empty")
	}
	return parser.NewParser(parser.Options{}).ParseExpr(expr)
}

// formatPromQL returns expr as Prometheus' formatter prints it on one line,
// which drops comments and spacing.
func formatPromQL(expr string) (string, error) {
	parsed, err := parsePromQL(expr)
	if err != nil {
		return "", err
	}
	return parsed.String(), nil
}

// matcher is one label matcher, printed as PromQL.
type matcher string

func equal(name, value string) matcher { return matcher(name + "=" + strconv.Quote(value)) }

func matches(name, expression string) matcher {
	return matcher(name + "=~" + strconv.Quote(expression))
}

// oneOf matches any of values; the values themselves are taken literally.
func oneOf(name string, values []string) matcher {
	quoted := make([]string, len(values))
	for i, value := range values {
		quoted[i] = regexp.QuoteMeta(value)
	}
	return matches(name, strings.Join(quoted, "|"))
}

// selector prints a metric with the labels of scope and more. Matchers are in
// the order of Prometheus' formatter, which sorts them as printed.
func (s Scope) selector(metric string, more ...matcher) string {
	printed := make([]string, 0, len(s.MatchLabels)+len(more))
	for name, value := range s.MatchLabels {
		printed = append(printed, string(equal(name, value)))
	}
	for _, m := range more {
		printed = append(printed, string(m))
	}
	if len(printed) == 0 {
		return metric
	}
	slices.Sort(printed)
	return metric + "{" + strings.Join(printed, ",") + "}"
}

// by prints an aggregation over expr, one result a tenant where that is asked.
// Labels in always are kept in any case.
func (s Scope) by(aggregation, expr string, always ...string) string {
	labels := slices.Clone(always)
	if s.ByTenant {
		labels = append(labels, s.TenantLabel)
	}
	if len(labels) == 0 {
		return aggregation + "(" + expr + ")"
	}
	return aggregation + " by (" + strings.Join(labels, ", ") + ") (" + expr + ")"
}

// share prints part over whole, with no result where whole is nothing.
func share(part, whole string) string { return part + " / (" + whole + " > 0)" }

func over(function, selector string, window time.Duration) string {
	return function + "(" + selector + "[" + promDuration(window) + "])"
}

func promDuration(d time.Duration) string { return model.Duration(d).String() }

func promNumber(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// exact returns the decimal that v is written as. Thresholds are decimals that
// people wrote, so 1-0.99 has to be 0.01 and not 0.010000000000000009.
func exact(v float64) *big.Rat {
	r, ok := new(big.Rat).SetString(strconv.FormatFloat(v, 'f', -1, 64))
	if !ok {
		return new(big.Rat)
	}
	return r
}

func nearest(r *big.Rat) float64 {
	v, _ := r.Float64()
	return v
}

// complement returns 1-v, exact in decimals.
func complement(v float64) float64 {
	return nearest(new(big.Rat).Sub(big.NewRat(1, 1), exact(v)))
}

// seconds turns milliseconds into seconds, exact in decimals.
func seconds(ms float64) float64 { return nearest(new(big.Rat).Mul(exact(ms), big.NewRat(1, 1000))) }

// milliseconds turns seconds into milliseconds, exact in decimals.
func milliseconds(s float64) float64 {
	return nearest(new(big.Rat).Mul(exact(s), big.NewRat(1000, 1)))
}
