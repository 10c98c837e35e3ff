package alert_test

import (
	"testing"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"google.golang.org/protobuf/proto"

	"github.com/cortx-platform/terraform-provider-cortx/internal/alert"
)

// twice fails when a validator gives two answers to one question, or an error
// without words.
func twice(t *testing.T, validate func(string) error, text string) {
	t.Helper()
	first, second := validate(text), validate(text)
	if (first == nil) != (second == nil) || first != nil && (first.Error() != second.Error() || first.Error() == "") {
		t.Errorf("%q: %v, then %v", text, first, second)
	}
}

func FuzzValidatePromQL(f *testing.F) {
	for _, test := range golden() {
		f.Add(test.query)
	}
	for _, text := range append([]string{"", "sum(", "a[5m:1m] offset -1d", "1 +"}, nasty...) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, expr string) {
		twice(t, alert.ValidatePromQL, expr)
		p := valid()
		p.Conditions = []alert.Condition{{PromQL: &alert.PromQL{Query: expr}}}
		sent, err := p.Proto()
		if err != nil {
			t.Fatal(err)
		}
		back := alert.FromProto(sent).Conditions[0]
		if query, ok := back.Query(); back.PromQL != nil && query != expr || !ok {
			t.Errorf("the query %q comes back as %q", expr, query)
		}
	})
}

func FuzzValidateMonitoringFilter(f *testing.F) {
	for _, text := range append([]string{"", base, base + ` AND NOT (metric.labels."a b" = one_of("c", 'd\'e'))`, `metric.type=starts_with("x")`}, nasty...) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, filter string) {
		twice(t, alert.ValidateMonitoringFilter, filter)
		if alert.ValidateMonitoringFilter(filter) == nil && alert.ValidateMonitoringFilter("("+filter+"\n)") != nil {
			t.Errorf("%q is valid, and not so in parentheses", filter)
		}
	})
}

func FuzzValidateLogFilter(f *testing.F) {
	for _, text := range append([]string{"", `severity>=ERROR`, `a=(b OR "c") -d:e f("g", h=i) timestamp>=2026-01-01T00:00:00Z -- j`}, nasty...) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, filter string) {
		twice(t, alert.ValidateLogFilter, filter)
		if alert.ValidateLogFilter(filter) == nil && alert.ValidateLogFilter("NOT ("+filter+"\n)") != nil && len(filter) < 10000 {
			t.Errorf("%q is valid, and not so in parentheses", filter)
		}
	})
}

// FuzzFromProto reads any policy at all, and makes sure that what was read can
// be validated, sent and read again without a change.
func FuzzFromProto(f *testing.F) {
	for seed := range uint64(50) {
		sent, err := newSource(seed).policy().Proto()
		if err != nil {
			f.Fatal(err)
		}
		wire, err := proto.Marshal(sent)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(wire)
	}
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, wire []byte) {
		policy := &monitoringpb.AlertPolicy{}
		if proto.Unmarshal(wire, policy) != nil {
			t.Skip()
		}
		first := alert.FromProto(policy)
		problems := errorsOf(first.Validate())
		sent, err := first.Proto()
		if err != nil {
			if len(problems) == 0 {
				t.Errorf("Validate() takes a policy that Proto() does not: %s", err)
			}
			return
		}
		second, err := alert.FromProto(sent).Proto()
		if err != nil {
			t.Fatal(err)
		}
		if len(problems) == 0 && !proto.Equal(sent, second) {
			t.Errorf("a policy changes by being read:\n%v\n%v", sent, second)
		}
	})
}
