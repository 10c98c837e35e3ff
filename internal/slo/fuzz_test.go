package slo_test

import (
	"math"
	"reflect"
	"testing"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"google.golang.org/protobuf/proto"

	"github.com/cortx-platform/terraform-provider-cortx/internal/slo"
)

// FuzzFromProto recovers an SLO from any objects. Whatever comes out can be
// checked, rendered and recovered again, and nothing is lost in silence: what
// doesn't render to what stands is pending.
func FuzzFromProto(f *testing.F) {
	marshal := func(m proto.Message) []byte {
		data, err := proto.Marshal(m)
		if err != nil {
			f.Fatal(err)
		}
		return data
	}
	s := newSource(3)
	for i := range 60 {
		made := s.slo()
		policies := made.Policies()
		first, err := policies[0].Policy.Proto()
		if err != nil {
			f.Fatal(err)
		}
		last, err := policies[len(policies)-1].Policy.Proto()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(marshal(made.Objective()), marshal(first), marshal(last), int64(i))
	}
	f.Fuzz(func(t *testing.T, objective, first, last []byte, seed int64) {
		stands, burn, gone := &monitoringpb.ServiceLevelObjective{}, &monitoringpb.AlertPolicy{}, &monitoringpb.AlertPolicy{}
		if proto.Unmarshal(objective, stands) != nil || proto.Unmarshal(first, burn) != nil || proto.Unmarshal(last, gone) != nil {
			return
		}
		prior := newSource(uint64(seed)).slo() //nolint:gosec // Any seed will do.
		observed := slo.Observed{Objective: stands, Policies: map[string]*monitoringpb.AlertPolicy{"burn_1h": burn, "absence": gone}}
		for _, before := range []*slo.SLO{nil, &prior} {
			got, pending := slo.FromProto(observed, before)
			again, pendingAgain := slo.FromProto(observed, before)
			if !reflect.DeepEqual(got, again) || !reflect.DeepEqual(pending, pendingAgain) {
				t.Fatalf("two answers: %+v %q, %+v %q", show(got), pending, show(again), pendingAgain)
			}
			if math.IsNaN(got.Goal) || math.IsInf(got.Goal, 0) {
				t.Errorf("a goal that no configuration can hold: %v", got.Goal)
			}
			got.Validate()
			got.Policies()
			objectivePending := len(pending) > 1 && pending[1] == slo.KeyObjective
			if same := slo.SameObjective(stands, got.Objective()); same == objectivePending {
				t.Errorf("the objective is the same: %t, and pending: %t\n%v\n%v", same, objectivePending, stands, got.Objective())
			}
			back, _ := slo.FromProto(slo.Observed{Objective: got.Objective(), Policies: observed.Policies}, &got)
			if back.Indicator() != got.Indicator() || !slo.SameObjective(back.Objective(), got.Objective()) {
				t.Errorf("%+v comes back as %+v", show(got), show(back))
			}
		}
	})
}
