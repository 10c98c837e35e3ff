package series

import (
	"slices"
	"strings"
	"sync"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
)

// Source makes the series of every project. It is safe for concurrent use.
type Source struct {
	seed uint64

	mu    sync.Mutex
	built map[string][]one
}

// New returns a source whose values the seed decides. It costs nothing until
// something is asked for.
func New(seed int64) *Source {
	return &Source{seed: uint64(seed)} //nolint:gosec // the bits of the seed, of either sign
}

// Metric describes a metric that is made up.
type Metric struct {
	// Name is what PromQL calls it: a histogram without its endings.
	Name string
	// Type is "counter", "gauge" or "histogram".
	Type string
	// Unit is a unit of the UCUM, such as "s" or "By"; empty for none.
	Unit string
	// Help is a sentence on what it measures.
	Help string

	make func(w *world, b *builder)
}

// Metrics lists what is made up, by name.
func Metrics() []Metric {
	all := slices.Concat(requestMetrics(), workMetrics(), databaseMetrics(), googleMetrics())
	slices.SortFunc(all, func(a, b Metric) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// Names lists the metric names that a query can select, sorted, with a
// histogram's three.
func Names() []string {
	var names []string
	for _, m := range Metrics() {
		if m.Type == histogramType {
			names = append(names, m.Name+"_bucket", m.Name+"_count", m.Name+"_sum")
		} else {
			names = append(names, m.Name)
		}
	}
	slices.Sort(names)
	return names
}

const (
	counterType   = "counter"
	gaugeType     = "gauge"
	histogramType = "histogram"
)

// named are the things that a query names by an equality, by label.
type named map[string]string

// namedBy returns what matchers name. Only labels of things count that exist
// once they are mentioned.
func namedBy(matchers []*labels.Matcher) named {
	n := named{}
	for _, m := range matchers {
		if m.Type != labels.MatchEqual || m.Value == "" {
			continue
		}
		switch m.Name {
		case "cluster", "cluster_name":
			n["cluster"] = m.Value
		case "namespace", "namespace_name":
			n["namespace"] = m.Value
		case "database_id", "check_id":
			n[m.Name] = m.Value
		}
	}
	return n
}

// most is how many metrics with what was named are kept built.
const most = 2000

// metric returns the series with a name of PromQL, or of the UTF-8 form, which
// is a metric type of Cloud Monitoring.
func (s *Source) metric(project, name string, n named) []one {
	plain, exists := plainName(name)
	if !exists {
		return nil
	}
	key := strings.Join([]string{project, name, n["cluster"], n["namespace"], n["database_id"], n["check_id"]}, "\x00")
	s.mu.Lock()
	defer s.mu.Unlock()
	if have, ok := s.built[key]; ok {
		return have
	}
	b := &builder{want: plain, shown: name}
	for _, m := range Metrics() {
		if m.Name == plain || m.Type == histogramType && slices.Contains([]string{m.Name + "_bucket", m.Name + "_sum", m.Name + "_count"}, plain) {
			m.make(newWorld(s.seed, project, n), b)
		}
	}
	if s.built == nil || len(s.built) >= most {
		s.built = map[string][]one{}
	}
	s.built[key] = b.series
	return b.series
}

// plainName turns a metric type of Cloud Monitoring, which PromQL takes in
// quotes, into the name that stands for it otherwise
// (https://cloud.google.com/monitoring/promql/promql-mapping).
func plainName(name string) (string, bool) {
	rest, ours := strings.CutPrefix(name, "prometheus.googleapis.com/")
	if ours {
		metric, kind, ok := strings.Cut(rest, "/")
		for _, suffix := range []string{"_bucket", "_sum", "_count"} {
			if plain, cut := strings.CutSuffix(kind, suffix); cut {
				return metric + suffix, plain == histogramType
			}
		}
		return metric, ok && kind != histogramType
	}
	domain, path, ok := strings.Cut(name, "/")
	if !ok {
		return name, true
	}
	return underscored(domain) + ":" + underscored(path), true
}

func underscored(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, text)
}

// builder collects the series of one name.
type builder struct {
	want   string // the wanted name
	shown  string // how the query spells it
	series []one
}

// wants tells whether series of a name are asked for, which spares the making of
// the others.
func (b *builder) wants(name string) bool { return b.want == name }

// add adds a series of a name; pairs are its labels in any order.
func (b *builder) add(name string, value func(t float64) float64, pairs ...string) {
	if !b.wants(name) {
		return
	}
	set := labels.NewBuilder(labels.FromStrings(pairs...))
	set.Set(model.MetricNameLabel, b.shown)
	b.series = append(b.series, one{labels: set.Labels(), value: value})
}
