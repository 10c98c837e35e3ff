package dash_test

import (
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/cortx-platform/terraform-provider-cortx/internal/dash"
)

// TestEqualJSON compares spellings as people and the service write them.
func TestEqualJSON(t *testing.T) {
	chart := func(inside string) string {
		return `{"displayName":"d","mosaicLayout":{"columns":48,"tiles":[{"width":8,"height":8,"widget":{"xyChart":{"dataSets":[{"timeSeriesQuery":{"prometheusQuery":"up"}` + inside + `}]}}}]}}`
	}
	grid := func(widget string) string { return `{"displayName":"d","gridLayout":{"widgets":[` + widget + `]}}` }
	for name, test := range map[string]struct {
		a, b  string
		equal bool
	}{
		"the service's own fields": {
			grid(``), `{"name":"projects/123/dashboards/a","etag":"x","displayName":"d","gridLayout":{}}`, true,
		},
		"the project by its number": {
			`{"name":"projects/123/dashboards/a","displayName":"d"}`, `{"name":"projects/mine/dashboards/a","displayName":"d"}`, true,
		},
		"the axis filled in":          {chart(``), chart(`,"targetAxis":"Y1"`), true},
		"the axis by number":          {chart(`,"targetAxis":1`), chart(`,"targetAxis":"Y1"`), true},
		"another axis":                {chart(``), chart(`,"targetAxis":"Y2"`), false},
		"the plot's default":          {chart(``), chart(`,"plotType":"LINE"`), true},
		"another plot":                {chart(``), chart(`,"plotType":"STACKED_BAR"`), false},
		"no alignment period":         {chart(``), chart(`,"minAlignmentPeriod":"0s"`), true},
		"an alignment period":         {chart(``), chart(`,"minAlignmentPeriod":"60s"`), false},
		"a legend":                    {chart(``), chart(`,"legendTemplate":"p99"`), false},
		"the query's spacing":         {chart(``), `{"displayName":"d","mosaicLayout":{"columns":48,"tiles":[{"width":8,"height":8,"widget":{"xyChart":{"dataSets":[{"timeSeriesQuery":{"prometheusQuery":"up "}}]}}}]}}`, false},
		"the format filled in":        {grid(`{"text":{"content":"x"}}`), grid(`{"text":{"content":"x","format":"MARKDOWN","style":{}}}`), true},
		"another format":              {grid(`{"text":{"content":"x"}}`), grid(`{"text":{"content":"x","format":"RAW"}}`), false},
		"a style":                     {grid(`{"text":{"content":"x"}}`), grid(`{"text":{"content":"x","style":{"padding":"P_LARGE"}}}`), false},
		"a table's alignment":         {grid(`{"timeSeriesTable":{"dataSets":[{}]}}`), grid(`{"timeSeriesTable":{"dataSets":[{"minAlignmentPeriod":"0s"}],"metricVisualization":"NUMBER"}}`), true},
		"a table's bars":              {grid(`{"timeSeriesTable":{"dataSets":[{}]}}`), grid(`{"timeSeriesTable":{"dataSets":[{}],"metricVisualization":"BAR"}}`), false},
		"the scale filled in":         {grid(`{"xyChart":{"yAxis":{"label":"a"}}}`), grid(`{"xyChart":{"yAxis":{"label":"a","scale":"LINEAR"},"chartOptions":{"mode":"COLOR"},"timeshiftDuration":"0s"}}`), true},
		"another scale":               {grid(`{"xyChart":{"yAxis":{"label":"a"}}}`), grid(`{"xyChart":{"yAxis":{"label":"a","scale":"LOG10"}}}`), false},
		"an empty aggregation":        {grid(`{"xyChart":{"dataSets":[{"timeSeriesQuery":{"timeSeriesFilter":{"filter":"a","secondaryAggregation":{}}}}]}}`), grid(`{"xyChart":{"dataSets":[{"timeSeriesQuery":{"timeSeriesFilter":{"filter":"a"}}}]}}`), true},
		"the order of widgets":        {grid(`{"title":"a"},{"title":"b"}`), grid(`{"title":"b"},{"title":"a"}`), false},
		"a widget less":               {grid(`{"title":"a"},{"title":"b"}`), grid(`{"title":"a"}`), false},
		"an empty filter value":       {`{"displayName":"d","dashboardFilters":[{"labelKey":"a","stringValue":""}]}`, `{"displayName":"d","dashboardFilters":[{"labelKey":"a"}]}`, true},
		"a filter value":              {`{"displayName":"d","dashboardFilters":[{"labelKey":"a","stringValue":"b"}]}`, `{"displayName":"d","dashboardFilters":[{"labelKey":"a"}]}`, false},
		"no labels":                   {`{"displayName":"d","labels":{}}`, `{"displayName":"d"}`, true},
		"a label":                     {`{"displayName":"d","labels":{"a":""}}`, `{"displayName":"d"}`, false},
		"a row's default weight":      {`{"displayName":"d","rowLayout":{"rows":[{"weight":"1"}]}}`, `{"displayName":"d","rowLayout":{"rows":[{}]}}`, true},
		"a row's weight":              {`{"displayName":"d","rowLayout":{"rows":[{"weight":"2"}]}}`, `{"displayName":"d","rowLayout":{"rows":[{}]}}`, false},
		"another title":               {`{"displayName":"d"}`, `{"displayName":"e"}`, false},
		"keys and spaces":             {`{"displayName":"d","labels":{"a":"1","b":"2"}}`, `{ "labels": {"b":"2", "a":"1"}, "display_name": "d" }`, true},
		"what is no JSON":             {`{`, `{ `, false},
		"what is no JSON, but itself": {`{`, `{`, true},
	} {
		if got := dash.EqualMonitoringJSON(test.a, test.b); got != test.equal {
			t.Errorf("%s: equal is %t for\n%s\n%s", name, got, test.a, test.b)
		}
		if got := dash.EqualMonitoringJSON(test.b, test.a); got != test.equal {
			t.Errorf("%s: not symmetrical", name)
		}
	}
}

func TestEqualWidgetJSON(t *testing.T) {
	for _, test := range []struct {
		a, b  string
		equal bool
	}{
		{`{"text":{"content":"x"}}`, `{"text": {"style":{}, "content":"x","format":1}}`, true},
		{`{"text":{"content":"x"}}`, `{"text":{"content":"y"}}`, false},
		{`{"blank":{}}`, `{}`, false},
		{`{"type":"stat","a":[1,2]}`, `{"a": [1, 2], "type": "stat"}`, true},
		{`{"type":"stat","a":[1,2]}`, `{"a": [2, 1], "type": "stat"}`, false},
		{`{"type":"stat"}`, `{"blank":{}}`, false},
		{`nonsense`, ` nonsense`, false},
		{``, ``, true},
	} {
		if dash.EqualWidgetJSON(test.a, test.b) != test.equal || dash.EqualWidgetJSON(test.b, test.a) != test.equal {
			t.Errorf("%s and %s: equal should be %t", test.a, test.b, test.equal)
		}
	}
}

// TestEveryFieldCounts changes, one after the other, every value of dashboards,
// and takes every element away: none of it may pass for the same.
func TestEveryFieldCounts(t *testing.T) {
	changes := 0
	for seed := range uint64(40) {
		whole := rendered(t, randomDashboard(seed))
		for _, change := range changesOf(whole.ProtoReflect(), nil) {
			changed := proto.CloneOf(whole)
			change.apply(changed.ProtoReflect())
			changes++
			if dash.Equal(whole, changed) || dash.Equal(changed, whole) {
				t.Fatalf("seed %d: %s makes no difference in %v", seed, change.what, whole)
			}
		}
	}
	if changes < 1000 {
		t.Errorf("only %d changes were tried", changes)
	}
}

type change struct {
	what  string
	apply func(root protoreflect.Message)
}

// changesOf lists changes of message m, which at leads to from a copy's root.
func changesOf(m protoreflect.Message, at []func(protoreflect.Message) protoreflect.Message) []change {
	var found []change
	add := func(what string, apply func(protoreflect.Message)) {
		found = append(found, change{what, func(root protoreflect.Message) {
			for _, step := range at {
				root = step(root)
			}
			apply(root)
		}})
	}
	m.Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		into := func(step func(protoreflect.Message) protoreflect.Message) []func(protoreflect.Message) protoreflect.Message {
			return append(at[:len(at):len(at)], step)
		}
		name := string(fd.FullName())
		switch {
		case fd.IsMap():
			add("no "+name, func(m protoreflect.Message) { m.Clear(fd) })
		case fd.IsList():
			for i := range v.List().Len() {
				add("without the last of "+name, func(m protoreflect.Message) { list := m.Mutable(fd).List(); list.Truncate(list.Len() - 1) })
				if fd.Message() != nil {
					found = append(found, changesOf(v.List().Get(i).Message(), into(func(m protoreflect.Message) protoreflect.Message {
						return m.Mutable(fd).List().Get(i).Message()
					}))...)
				}
			}
		case fd.Message() != nil:
			found = append(found, changesOf(v.Message(), into(func(m protoreflect.Message) protoreflect.Message { return m.Mutable(fd).Message() }))...)
		default:
			add("another "+name, func(m protoreflect.Message) { m.Set(fd, other(fd, v)) })
		}
		return true
	})
	return found
}

func other(fd protoreflect.FieldDescriptor, v protoreflect.Value) protoreflect.Value {
	switch fd.Kind() {
	case protoreflect.StringKind:
		return protoreflect.ValueOfString(v.String() + "x")
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(!v.Bool())
	case protoreflect.EnumKind:
		return protoreflect.ValueOfEnum(v.Enum() + 1)
	case protoreflect.DoubleKind:
		return protoreflect.ValueOfFloat64(v.Float() + 1)
	case protoreflect.Int32Kind:
		return protoreflect.ValueOfInt32(int32(v.Int()) + 1) //nolint:gosec // It was one.
	default:
		return protoreflect.ValueOfInt64(v.Int() + 1)
	}
}
