package emulator

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator/series"
)

// promRequest is a call with its parameters, from the query string and the body.
type promRequest struct {
	project, label string
	params         url.Values
}

func (r *promRequest) get(name string) string { return r.params.Get(name) }

// promParams joins the parameters of the query string with those of the body,
// which is a form or, as the discovery document has it, a JSON object.
func promParams(r *restRequest, known []string) (url.Values, error) {
	params := url.Values{}
	for name, values := range r.query {
		params[name] = values
	}
	body := bytes.TrimSpace(r.body)
	switch {
	case len(body) == 0:
		return params, nil
	case body[0] == '{':
		if _, err := parseJSON(body); err != nil {
			return nil, err
		}
		fields := map[string]string{}
		if err := json.Unmarshal(body, &fields); err != nil {
			return nil, invalid("Invalid JSON payload received. Every parameter of a query is a string.")
		}
		for name, value := range fields {
			params[name] = []string{value}
		}
	default:
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return nil, badData("error parsing form values: " + err.Error())
		}
		for name, values := range form {
			params[name] = append(params[name], values...)
		}
	}
	return params, checkQuery(params, func(name string) bool { return slices.Contains(known, name) })
}

// time reads a time in seconds since the epoch or as RFC 3339.
func (r *promRequest) time(name string, otherwise time.Time) (time.Time, error) {
	text := r.get(name)
	if text == "" && !otherwise.IsZero() {
		return otherwise, nil
	}
	if seconds, err := strconv.ParseFloat(text, 64); err == nil && math.Abs(seconds) < 1e11 {
		whole, part := math.Modf(seconds)
		return time.Unix(int64(whole), int64(math.Round(part*1000))*int64(time.Millisecond)).UTC(), nil
	}
	if at, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return at, nil
	}
	return time.Time{}, badParameter(name, fmt.Errorf("cannot parse %q to a valid timestamp", text))
}

// promDuration reads a duration in seconds or in Prometheus' notation.
func promDuration(text string) (time.Duration, error) {
	if seconds, err := strconv.ParseFloat(text, 64); err == nil {
		if math.Abs(seconds) > math.MaxInt64/float64(time.Second) {
			return 0, fmt.Errorf("cannot parse %q to a valid duration. It overflows int64", text)
		}
		return time.Duration(seconds * float64(time.Second)), nil
	}
	d, err := model.ParseDuration(text)
	if err != nil {
		return 0, fmt.Errorf("cannot parse %q to a valid duration", text)
	}
	return time.Duration(d), nil
}

// timeout bounds a call by its timeout parameter.
func (r *promRequest) timeout(ctx context.Context) (context.Context, context.CancelFunc, error) {
	text := r.get("timeout")
	if text == "" {
		ctx, cancel := context.WithCancel(ctx)
		return ctx, cancel, nil
	}
	d, err := promDuration(text)
	if err != nil {
		return nil, nil, badParameter("timeout", err)
	}
	ctx, cancel := context.WithTimeout(ctx, d)
	return ctx, cancel, nil
}

// limit is how many results are wanted at most; 0 means all.
func (r *promRequest) limit() (int, error) {
	text := r.get("limit")
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err == nil && n < 0 {
		err = errors.New("limit must be non-negative")
	}
	if err != nil {
		return 0, badParameter("limit", err)
	}
	return n, nil
}

// selectors reads what the request asks to match.
func (r *promRequest) selectors() ([][]*labels.Matcher, error) {
	var found [][]*labels.Matcher
	for _, name := range []string{"match[]", "match"} {
		for _, text := range r.params[name] {
			matchers, err := parser.NewParser(parser.Options{}).ParseMetricSelector(text)
			if err != nil {
				return nil, badParameter(name, err)
			}
			found = append(found, matchers)
		}
	}
	return found, nil
}

// promQuery checks a query and returns it as it is evaluated. Every selector has
// to name its metric. A step of a range query that is longer than the window of
// a rate widens the window, as documented
// (https://cloud.google.com/stackdriver/docs/managed-prometheus/promql-differences).
func promQuery(text string, step time.Duration) (string, error) {
	expr, err := parsePromQL(text)
	if err != nil {
		return "", badParameter("query", err)
	}
	nameless := false
	parser.Inspect(expr, func(node parser.Node, path []parser.Node) error {
		switch n := node.(type) {
		case *parser.VectorSelector:
			nameless = nameless || !slices.ContainsFunc(n.LabelMatchers, func(m *labels.Matcher) bool {
				return m.Name == model.MetricNameLabel && m.Type == labels.MatchEqual && m.Value != ""
			})
		case *parser.Call:
			if slices.Contains([]string{"rate", "irate", "increase"}, n.Func.Name) {
				// A subquery has a step of its own.
				inner := slices.ContainsFunc(path, func(above parser.Node) bool {
					_, ok := above.(*parser.SubqueryExpr)
					return ok
				})
				if window, ok := n.Args[0].(*parser.MatrixSelector); ok && window.RangeExpr == nil && !inner {
					window.Range = max(window.Range, step)
				}
			}
		}
		return nil
	})
	if nameless {
		return "", badParameter("query", series.ErrName)
	}
	if step == 0 {
		return text, nil
	}
	return strings.TrimSpace(expr.String()), nil
}
