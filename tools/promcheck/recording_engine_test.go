package promcheck_test

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"
	"github.com/prometheus/common/promslog"
	"github.com/prometheus/prometheus/model/labels"
	stale "github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/rules"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/util/teststorage"

	"github.com/cortx-platform/terraform-provider-cortx/internal/alert"
	"github.com/cortx-platform/terraform-provider-cortx/internal/dash"
)

// cluster is where rules are evaluated. Managed collection gives its labels to
// every series that is scraped there.
type cluster struct{ project, location, name string }

var (
	production = cluster{"my-project", "europe-west1", "prod"}
	trials     = cluster{"my-project", "europe-west1", "trials"}
)

func (c cluster) labels() labels.Labels {
	return labels.FromStrings("project_id", c.project, "location", c.location, "cluster", c.name)
}

// scoped does to a rule of a ClusterRules what Managed Service for Prometheus'
// operator does: each selector has to be of the cluster, and what is recorded
// bears its labels, though they were aggregated away. A selector that asks for
// another cluster is an error there.
func (c cluster) scoped(t *testing.T, r alert.Recording) (parser.Expr, labels.Labels) {
	t.Helper()
	expr := parsed(t, r)
	parser.Inspect(expr, func(n parser.Node, _ []parser.Node) error {
		selector, ok := n.(*parser.VectorSelector)
		if !ok {
			return nil
		}
		c.labels().Range(func(l labels.Label) {
			for _, m := range selector.LabelMatchers {
				if m.Name == l.Name {
					t.Errorf("%s selects by %s itself", r.Record, m)
				}
			}
			selector.LabelMatchers = append(selector.LabelMatchers, labels.MustNewMatcher(labels.MatchEqual, l.Name, l.Value))
		})
		return nil
	})
	return expr, c.labels()
}

func parsed(t *testing.T, r alert.Recording) parser.Expr {
	t.Helper()
	expr, err := parser.NewParser(parser.Options{}).ParseExpr(r.Expr)
	if err != nil {
		t.Fatalf("%s: %s: %s", r.Record, r.Expr, err)
	}
	return expr
}

// recorder is a group of rules at work in a storage, which it writes to.
type recorder struct {
	engine *promql.Engine
	store  *teststorage.TestStorage
	groups []*rules.Group
}

func (r *recorder) add(t *testing.T, name string, made []rules.Rule) {
	t.Helper()
	r.groups = append(r.groups, rules.NewGroup(rules.GroupOptions{
		Name: name, File: "cortx", Interval: interval, Rules: made,
		Opts: &rules.ManagerOptions{
			NameValidationScheme: model.UTF8Validation, QueryFunc: rules.EngineQueryFunc(r.engine, r.store),
			AppendableV2: r.store, Queryable: r.store, Context: t.Context(), Logger: promslog.NewNopLogger(), Registerer: prometheus.NewRegistry(),
		},
	}))
}

// evaluate lets every group write what it records, from one time to another.
func (r *recorder) evaluate(t *testing.T, from, to time.Duration) {
	t.Helper()
	for at := from; at <= to; at += interval {
		for _, g := range r.groups {
			g.Eval(t.Context(), time.Unix(0, 0).Add(at))
		}
	}
	for _, g := range r.groups {
		for _, rule := range g.Rules() {
			if err := rule.LastError(); err != nil {
				t.Errorf("%s: %s", rule.Name(), err)
			}
		}
	}
}

// at returns what was recorded under a name at a time, by what tells the series
// apart.
func (r *recorder) at(t *testing.T, record string, at time.Duration) map[string]float64 {
	t.Helper()
	q, err := r.engine.NewInstantQuery(t.Context(), r.store, nil, record, time.Unix(0, 0).Add(at))
	if err != nil {
		t.Fatal(err)
	}
	defer q.Close()
	vector, err := q.Exec(t.Context()).Vector()
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]float64{}
	for _, sample := range vector {
		found[keyOf(sample.Metric)] = sample.F
	}
	return found
}

// keyOf is CLUSTER/TENANT for a series that has the labels of one, and no more;
// INSTANCE/DATABASE for one of Cloud SQL; and all labels for any other.
func keyOf(set labels.Labels) string {
	of := func(names ...string) bool {
		return set.Len() == len(names)+1 && !slices.ContainsFunc(names, func(name string) bool { return !set.Has(name) })
	}
	switch {
	case of("project_id", "location", "cluster", "namespace"):
		return set.Get("cluster") + "/" + set.Get("namespace")
	case of("project_id", "database_id", "database"):
		return set.Get("database_id") + "/" + set.Get("database")
	default:
		return set.String()
	}
}

// odd lists every recorded sample that no dashboard could show.
func (r *recorder) odd(t *testing.T) []string {
	t.Helper()
	querier, err := r.store.Querier(0, horizon.Milliseconds())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = querier.Close() }()
	found := map[string]bool{}
	series := querier.Select(t.Context(), false, &storage.SelectHints{}, labels.MustNewMatcher(labels.MatchRegexp, model.MetricNameLabel, "cortx:.*"))
	for series.Next() {
		samples := series.At().Iterator(nil)
		for samples.Next() != 0 {
			at, v := samples.At()
			if (math.IsNaN(v) || math.IsInf(v, 0)) && !stale.IsStaleNaN(v) {
				set := series.At().Labels()
				found[fmt.Sprintf("%s: %v is recorded for %s, at %s for one", set.Get(model.MetricNameLabel), v, keyOf(set), time.Duration(at)*time.Millisecond)] = true
				break
			}
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// look is what has to be recorded at a time: by the name of the recording and
// the key of the series. What isn't named must not be there.
type look struct {
	at   time.Duration
	want map[string]map[string]float64
}

// scene is a set of series with what has to be recorded of it.
type scene struct {
	name     string
	clusters []cluster
	write    func(e *exporter)
	looks    []look
}

// played is what is wrong with the recordings in a scene. Each complaint starts
// with the name of the recording.
func (s scene) played(t *testing.T, ofCluster, global []alert.Recording) []string {
	t.Helper()
	e := &exporter{}
	s.write(e)
	r := &recorder{engine: engine(t), store: loaded(t, e)}
	for _, c := range s.clusters {
		made := make([]rules.Rule, 0, len(ofCluster))
		for _, recording := range ofCluster {
			expr, set := c.scoped(t, recording)
			made = append(made, rules.NewRecordingRule(recording.Record, expr, set))
		}
		r.add(t, c.name, made)
	}
	made := make([]rules.Rule, 0, len(global))
	for _, recording := range global {
		made = append(made, rules.NewRecordingRule(recording.Record, parsed(t, recording), labels.EmptyLabels()))
	}
	r.add(t, "global", made)
	r.evaluate(t, fault-2*time.Minute, s.looks[len(s.looks)-1].at)

	var wrong []string
	for _, recording := range slices.Concat(ofCluster, global) {
		for _, l := range s.looks {
			got, want := r.at(t, recording.Record, l.at), l.want[recording.Record]
			if !slices.Equal(slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want))) || !near(got, want) {
				wrong = append(wrong, fmt.Sprintf("%s: %v at %s, want %v: %s", recording.Record, got, l.at, want, recording.Expr))
			}
		}
	}
	return append(wrong, r.odd(t)...)
}

func near(got, want map[string]float64) bool {
	for key, v := range want {
		if !(math.Abs(got[key]-v) <= 1e-9*max(1, math.Abs(v))) {
			return false
		}
	}
	return true
}

// TestRecordings evaluates the rules of every scene as a rule group does, and
// compares what is written with figures that were worked out by hand.
func TestRecordings(t *testing.T) {
	t.Parallel()
	shown := map[string]bool{}
	for _, s := range scenes() {
		for _, l := range s.looks {
			for record := range l.want {
				shown[record] = true
			}
		}
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			for _, complaint := range s.played(t, alert.Recordings(), alert.GlobalRecordings()) {
				t.Error(complaint)
			}
		})
	}
	for _, r := range slices.Concat(alert.Recordings(), alert.GlobalRecordings()) {
		if !shown[r.Record] {
			t.Errorf("no scene says what %s has to be", r.Record)
		}
		delete(shown, r.Record)
	}
	for record := range shown {
		t.Errorf("%s is no recording", record)
	}
}

// spoils are ways in which an expression can be wrong and still be one.
var spoils = [][2]string{
	{"[5m]", "[4m]"},
	{"[15m]", "[14m]"},
	{"by (namespace)", "by (namespace, pod)"},
	{"by (le, namespace)", "by (le)"},
	{"by (project_id, database_id, database)", "by (project_id, database_id)"},
	{"sum by (namespace", "max by (namespace"},
	{"sum by (le, namespace", "max by (le, namespace"},
	{"rate(", "delta("},
	{`"4.."`, `"[45].."`},
	{`"5.."`, `"500"`},
	{"quantile(0.5,", "quantile(0.6,"},
	{"quantile(0.95,", "quantile(0.99,"},
	{"quantile(0.99,", "quantile(0.95,"},
	{"_sum[", "_count["},
	{"1 - ", ""},
	{`"1|1\\.0"`, `"1"`},
	{`"1|1\\.0"`, `"0.5"`},
	{" >= 0", ""},
	{" > 0)", " >= 0)"},
	{" > 0)", ")"},
	{" < +Inf", ""},
	{"_max", ""},
	{" or 0 * ", " unless 0 * "},
	{", instance) (", ") ("},
	{`{monitored_resource="cloudsql_database"}`, ""},
}

// TestRecordingsAreHeldToTheirFigures spoils each rule in every way that applies
// to it: TestRecordings has to see it.
func TestRecordingsAreHeldToTheirFigures(t *testing.T) {
	t.Parallel()
	for _, r := range slices.Concat(alert.Recordings(), alert.GlobalRecordings()) {
		t.Run(r.Record, func(t *testing.T) {
			t.Parallel()
			spoilt := 0
			for _, s := range spoils {
				bad := alert.Recording{Record: r.Record, Expr: strings.ReplaceAll(r.Expr, s[0], s[1])}
				if bad.Expr == r.Expr {
					continue
				}
				spoilt++
				if !seen(t, bad) {
					t.Errorf("nothing is said of %s", bad.Expr)
				}
			}
			if spoilt < 2 {
				t.Errorf("only %d ways to spoil %s", spoilt, r.Expr)
			}
		})
	}
}

// seen tells whether any scene shows that the rule is wrong.
func seen(t *testing.T, bad alert.Recording) bool {
	t.Helper()
	global := slices.ContainsFunc(alert.GlobalRecordings(), func(r alert.Recording) bool { return r.Record == bad.Record })
	for _, s := range scenes() {
		ofCluster, ofAll := []alert.Recording{bad}, []alert.Recording(nil)
		if global {
			ofCluster, ofAll = nil, ofCluster
		}
		if len(s.played(t, ofCluster, ofAll)) > 0 {
			return true
		}
	}
	return false
}

// TestRecordingsAgreeWithDashboards: no preset reads what is recorded, since
// dashboards have to work in a project without these rules. What they ask the
// exporters' series for by tenant is the same nevertheless, by the same labels.
func TestRecordingsAgreeWithDashboards(t *testing.T) {
	t.Parallel()
	records := map[string]string{}
	for _, r := range slices.Concat(alert.Recordings(), alert.GlobalRecordings()) {
		records[r.Record] = r.Expr
	}
	b := newBench(t, platform)
	for _, c := range []struct{ record, preset, title string }{
		{rate5m, dash.PresetPlatformHealth, "Requests by tenant"},
		{failed, dash.PresetPlatformHealth, "Share of requests with 5xx by tenant"},
		{p99, dash.PresetPlatformHealth, "Latency p99 by tenant"},
		{poolRatio, dash.PresetTenantUsage, "Database pools in use by tenant"},
	} {
		shown := b.values(t, queryOf(t, presetOf(t, c.preset, dash.PresetInputs{}), c.title, ""), ".*")
		if kept := b.values(t, records[c.record], ".*"); len(kept) != len(tenants) || !maps.Equal(kept, shown) {
			t.Errorf("%s is %v, and %q shows %v", c.record, kept, c.title, shown)
		}
	}
}
