package emulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"google.golang.org/grpc/status"
)

// promReply is the envelope of every reply of Prometheus' HTTP API.
type promReply struct {
	Status   string   `json:"status"`
	Data     any      `json:"data"`
	Warnings []string `json:"warnings,omitempty"`
	Infos    []string `json:"infos,omitempty"`
}

// promError is an error in Prometheus' form.
type promError struct {
	kind, message string
	code          int
}

func (e *promError) Error() string { return e.message }

// GRPCStatus is what the request log shows.
func (e *promError) GRPCStatus() *status.Status { return status.New(codeOfHTTP(e.code), e.message) }

func (e *promError) httpStatus() int { return e.code }

func (e *promError) body() []byte {
	raw, err := json.Marshal(map[string]string{"status": "error", "errorType": e.kind, "error": e.message})
	if err != nil {
		return []byte(`{"status":"error","errorType":"internal","error":"the error could not be encoded"}`)
	}
	return raw
}

func badData(message string) error {
	return &promError{kind: "bad_data", message: message, code: http.StatusBadRequest}
}

// badParameter is the error of a parameter that makes no sense, in Prometheus'
// own words.
func badParameter(name string, err error) error {
	return badData("invalid parameter " + strconv.Quote(name) + ": " + err.Error())
}

// queryFailure tells why a query gave nothing, by Prometheus' error types.
func queryFailure(err error) error {
	var (
		canceled promql.ErrQueryCanceled
		timeout  promql.ErrQueryTimeout
		internal promql.ErrStorage
	)
	switch {
	case errors.As(err, &canceled):
		return &promError{"canceled", err.Error(), 499}
	case errors.As(err, &timeout):
		return &promError{"timeout", err.Error(), http.StatusServiceUnavailable}
	case errors.As(err, &internal):
		return &promError{"internal", err.Error(), http.StatusInternalServerError}
	}
	return &promError{"execution", err.Error(), http.StatusUnprocessableEntity}
}

// reply renders the result of a query.
func (p *prometheusAPI) reply(r *promRequest, result *promql.Result) (any, error) {
	if result.Err != nil {
		return nil, queryFailure(result.Err)
	}
	limit, err := r.limit()
	if err != nil {
		return nil, err
	}
	type data struct {
		ResultType parser.ValueType `json:"resultType"`
		Result     any              `json:"result"`
	}
	out := &promReply{Status: "success", Data: data{result.Value.Type(), promValue(result.Value, limit)}}
	out.Warnings, out.Infos = result.Warnings.AsStrings("", 10, 10)
	return out, nil
}

type promSeries struct {
	Metric map[string]string `json:"metric"`
	Value  *promPoint        `json:"value,omitempty"`
	Values []promPoint       `json:"values,omitempty"`
}

// promPoint is a time in milliseconds with a value, written as [seconds, "value"].
type promPoint struct {
	at    int64
	value string
}

// MarshalJSON implements json.Marshaler.
func (p promPoint) MarshalJSON() ([]byte, error) {
	return json.Marshal([]any{float64(p.at) / 1000, p.value})
}

func promValue(value parser.Value, limit int) any {
	switch v := value.(type) {
	case promql.Scalar:
		return promPoint{v.T, promFloat(v.V)}
	case promql.String:
		return promPoint{v.T, v.V}
	case promql.Vector:
		found := []promSeries{}
		for _, s := range v {
			found = append(found, promSeries{Metric: labelMap(s.Metric), Value: &promPoint{s.T, promFloat(s.F)}})
		}
		return cut(found, limit)
	case promql.Matrix:
		found := []promSeries{}
		for _, s := range v {
			one := promSeries{Metric: labelMap(s.Metric)}
			for _, point := range s.Floats {
				one.Values = append(one.Values, promPoint{point.T, promFloat(point.F)})
			}
			found = append(found, one)
		}
		return cut(found, limit)
	}
	return fmt.Sprint(value)
}

func labelMap(set labels.Labels) map[string]string { return set.Map() }

// promFloat writes a number as Prometheus does.
func promFloat(v float64) string {
	if a := math.Abs(v); a != 0 && !math.IsInf(v, 0) && (a < 1e-6 || a >= 1e21) {
		return strconv.FormatFloat(v, 'e', -1, 64)
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// cut keeps the first of a list; 0 keeps all.
func cut[T any](list []T, limit int) []T {
	if limit > 0 && len(list) > limit {
		return list[:limit]
	}
	return list
}

// limited cuts a list as the request asks.
func limited[T any](r *promRequest, list []T) (any, error) {
	limit, err := r.limit()
	if err != nil {
		return nil, err
	}
	return cut(list, limit), nil
}
