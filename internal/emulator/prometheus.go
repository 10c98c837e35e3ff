package emulator

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator/series"
)

// prometheusKind serves the part of Prometheus' HTTP API that Cloud Monitoring
// has, google.monitoring.prometheus.v1.PrometheusUpstream, over series that are
// made up (package series). Points that users wrote by timeSeries.create are not
// kept anywhere, so they can't be queried here. Whether a metric exists for an
// alerting policy does not hang on the series either: that is told by the
// descriptors of metrics alone.
//
// Sources: the discovery document of Monitoring v1, whose methods take POST, and
// https://cloud.google.com/stackdriver/docs/managed-prometheus/query-api-ui,
// which shows GET and form-encoded POST.
var prometheusKind = kind{
	name: "prometheus", host: monitoringHost,
	routes: func(s *Server) []route {
		const base = "/v1/{name=projects/*}/location/{location}/prometheus/api/v1/"
		p := &prometheusAPI{s: s}
		var routes []route
		for _, m := range []struct {
			path, rpc string
			verbs     []string
			params    []string
			handle    func(context.Context, *promRequest) (any, error)
		}{
			{"query", "QueryInstant", both(), []string{"query", "time", "timeout", "limit"}, p.instant},
			{"query_range", "QueryRange", both(), []string{"query", "start", "end", "step", "timeout", "limit"}, p.span},
			{"series", "QuerySeries", both(), []string{"match[]", "match", "start", "end", "limit"}, p.series},
			{"labels", "QueryLabels", both(), []string{"match[]", "match", "start", "end", "limit"}, p.labels},
			{"label/{label}/values", "LabelValues", []string{http.MethodGet}, []string{"match[]", "match", "start", "end", "limit"}, p.labelValues},
			{"metadata", "ListMetricMetadata", []string{http.MethodGet}, []string{"metric", "limit", "limit_per_metric"}, p.metadata},
		} {
			for _, verb := range m.verbs {
				routes = append(routes, route{
					method: verb, path: base + m.path, rpc: m.rpc, query: m.params,
					handle: func(ctx context.Context, r *restRequest) (any, error) { return p.serve(ctx, r, m.params, m.handle) },
				})
			}
		}
		return routes
	},
}

func both() []string { return []string{http.MethodGet, http.MethodPost} }

// prometheusAPI implements the methods.
type prometheusAPI struct{ s *Server }

// serve checks what all methods have in common. Errors about the project are in
// Google's form: they come from in front of the API.
func (p *prometheusAPI) serve(ctx context.Context, r *restRequest, known []string, handle func(context.Context, *promRequest) (any, error)) (any, error) {
	parent, err := p.s.monitoringParent(ctx, r.vars["name"])
	if err != nil {
		return nil, err
	}
	if location := r.vars["location"]; location != "global" {
		return nil, invalid("Location %q is not supported: it has to be \"global\".", location)
	}
	params, err := promParams(r, known)
	if err != nil {
		return nil, err
	}
	data, err := handle(ctx, &promRequest{project: projectOf(parent), label: r.vars["label"], params: params})
	if err != nil {
		return nil, err
	}
	if reply, ok := data.(*promReply); ok {
		return reply, nil
	}
	return &promReply{Status: "success", Data: data}, nil
}

// instant evaluates a query at one time, now unless the request says otherwise.
func (p *prometheusAPI) instant(ctx context.Context, r *promRequest) (any, error) {
	at, err := r.time("time", p.s.now())
	if err != nil {
		return nil, err
	}
	query, err := promQuery(r.get("query"), 0)
	if err != nil {
		return nil, err
	}
	ctx, cancel, err := r.timeout(ctx)
	if err != nil {
		return nil, err
	}
	defer cancel()
	return p.reply(r, p.s.series.Instant(ctx, r.project, query, at))
}

// span evaluates a query at every step of a span of time.
func (p *prometheusAPI) span(ctx context.Context, r *promRequest) (any, error) {
	start, err := r.time("start", time.Time{})
	if err != nil {
		return nil, err
	}
	end, err := r.time("end", time.Time{})
	if err != nil {
		return nil, err
	}
	if end.Before(start) {
		return nil, badParameter("end", errors.New("end timestamp must not be before start time"))
	}
	step, err := promDuration(r.get("step"))
	if err != nil {
		return nil, badParameter("step", err)
	}
	if step <= 0 {
		return nil, badParameter("step", errors.New("zero or negative query resolution step widths are not accepted. Try a positive integer"))
	}
	if end.Sub(start)/step > maxPoints {
		return nil, badData("exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)")
	}
	query, err := promQuery(r.get("query"), step)
	if err != nil {
		return nil, err
	}
	ctx, cancel, err := r.timeout(ctx)
	if err != nil {
		return nil, err
	}
	defer cancel()
	return p.reply(r, p.s.series.Range(ctx, r.project, query, start, end, step))
}

// maxPoints is how many points a series of a reply may have, as in Prometheus.
const maxPoints = 11000

// series lists the labels of the series that match.
func (p *prometheusAPI) series(_ context.Context, r *promRequest) (any, error) {
	selectors, err := r.selectors()
	if err != nil {
		return nil, err
	}
	if len(selectors) == 0 {
		return nil, badData("no match[] parameter provided")
	}
	found := []map[string]string{}
	for _, set := range p.s.series.Labels(r.project, selectors...) {
		found = append(found, set.Map())
	}
	return limited(r, found)
}

// labels lists the names of labels, labelValues the values of one.
func (p *prometheusAPI) labels(_ context.Context, r *promRequest) (any, error) {
	names := map[string]bool{}
	return p.collect(r, names, func(set labels.Labels) {
		set.Range(func(l labels.Label) { names[l.Name] = true })
	})
}

func (p *prometheusAPI) labelValues(_ context.Context, r *promRequest) (any, error) {
	if !model.UTF8Validation.IsValidLabelName(r.label) {
		return nil, badData("invalid label name: " + strconv.Quote(r.label))
	}
	values := map[string]bool{}
	return p.collect(r, values, func(set labels.Labels) {
		if v := set.Get(r.label); v != "" {
			values[v] = true
		}
	})
}

func (p *prometheusAPI) collect(r *promRequest, into map[string]bool, visit func(labels.Labels)) (any, error) {
	selectors, err := r.selectors()
	if err != nil {
		return nil, err
	}
	for _, set := range p.s.series.Labels(r.project, selectors...) {
		visit(set)
	}
	found := slices.AppendSeq([]string{}, maps.Keys(into))
	slices.Sort(found)
	return limited(r, found)
}

// metadata says what the metrics are.
func (p *prometheusAPI) metadata(_ context.Context, r *promRequest) (any, error) {
	limit, err := r.limit()
	if err != nil {
		return nil, err
	}
	type entry struct {
		Type string `json:"type"`
		Help string `json:"help"`
		Unit string `json:"unit"`
	}
	found := map[string][]entry{}
	for _, m := range series.Metrics() {
		if limit > 0 && len(found) >= limit {
			break
		}
		if want := r.get("metric"); want == "" || want == m.Name {
			found[m.Name] = []entry{{m.Type, m.Help, m.Unit}}
		}
	}
	return found, nil
}
