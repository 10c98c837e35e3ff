package emulator_test

import (
	"strings"
	"testing"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

func TestPolicyFillsWhatTheServiceFills(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{Seed: 1})
	sent := cpuPolicy("CPU is high")
	sent.Documentation = &monitoringpb.AlertPolicy_Documentation{Content: "Look."}
	got := create(t.Context(), t, e.policies(), proto.CloneOf(sent))
	if !strings.HasPrefix(got.GetName(), "projects/p/alertPolicies/") {
		t.Errorf("name %q", got.GetName())
	}
	if !strings.HasPrefix(got.GetConditions()[0].GetName(), got.GetName()+"/conditions/") {
		t.Errorf("condition name %q", got.GetConditions()[0].GetName())
	}
	if got.GetCreationRecord().GetMutateTime() == nil || got.GetCreationRecord().GetMutatedBy() == "" {
		t.Errorf("creation record %v", got.GetCreationRecord())
	}
	want := proto.CloneOf(sent)
	want.Enabled = wrapperspb.Bool(true)
	want.Name, want.CreationRecord, want.MutationRecord = got.GetName(), got.GetCreationRecord(), got.GetMutationRecord()
	want.Conditions[0].Name = got.GetConditions()[0].GetName()
	if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
		t.Errorf("other fields changed (-want +got):\n%s", diff)
	}
}

func TestPolicyKeepsEnabledFalse(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	p := cpuPolicy("off")
	p.Enabled = wrapperspb.Bool(false)
	if got := create(t.Context(), t, e.policies(), p); got.GetEnabled().GetValue() {
		t.Error("a disabled policy came back enabled")
	}
}

func TestPolicyOverRESTAndGRPCIsTheSame(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	c := e.policies()
	body, err := protojson.Marshal(cpuPolicy("parity"))
	if err != nil {
		t.Fatal(err)
	}
	a := e.rest("POST", policiesPath, string(body))
	if a.status != 200 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	var overREST monitoringpb.AlertPolicy
	if err := protojson.Unmarshal(a.body, &overREST); err != nil {
		t.Fatal(err)
	}
	overGRPC, err := c.GetAlertPolicy(t.Context(), &monitoringpb.GetAlertPolicyRequest{Name: overREST.GetName()})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&overREST, overGRPC, protocmp.Transform()); diff != "" {
		t.Errorf("REST and gRPC differ:\n%s", diff)
	}
	missing := "projects/p/alertPolicies/1"
	_, err = c.GetAlertPolicy(t.Context(), &monitoringpb.GetAlertPolicyRequest{Name: missing})
	mustCode(t, err, codes.NotFound)
	g := e.rest("GET", "monitoring.googleapis.com/v3/"+missing, "").err(t, 404)
	if g.Error.Status != "NOT_FOUND" || !strings.Contains(err.Error(), g.Error.Message) {
		t.Errorf("REST says %q, gRPC says %v", g.Error.Message, err)
	}
}

func TestUpdateMask(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	c := e.policies()
	first := cpuPolicy("first")
	first.UserLabels = map[string]string{"team": "a", "tier": "dev"}
	first.Documentation = &monitoringpb.AlertPolicy_Documentation{Content: "old", Subject: "kept"}
	made := create(t.Context(), t, c, first)

	change := &monitoringpb.AlertPolicy{
		Name: made.GetName(), DisplayName: "second", UserLabels: map[string]string{"team": "b"},
		Documentation: &monitoringpb.AlertPolicy_Documentation{Content: "new"},
	}
	got, err := c.UpdateAlertPolicy(t.Context(), &monitoringpb.UpdateAlertPolicyRequest{
		AlertPolicy: change,
		UpdateMask:  &fieldmaskpb.FieldMask{Paths: []string{"display_name", "documentation.content", "user_labels.team"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := proto.CloneOf(made)
	want.DisplayName, want.Documentation.Content, want.UserLabels["team"] = "second", "new", "b"
	want.MutationRecord = got.GetMutationRecord()
	if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}

	a := e.rest("PATCH", "monitoring.googleapis.com/v3/"+made.GetName()+"?updateMask=displayName,userLabels", `{"displayName":"third"}`)
	var overREST monitoringpb.AlertPolicy
	if err := protojson.Unmarshal(a.body, &overREST); err != nil {
		t.Fatalf("%v: %s", err, a.body)
	}
	if overREST.GetDisplayName() != "third" || len(overREST.GetUserLabels()) != 0 || overREST.GetDocumentation().GetContent() != "new" {
		t.Errorf("REST patch gave %v", &overREST)
	}

	for _, path := range []string{"no_such_field", "documentation.nothing", "conditions.display_name", "display_name.x", "validity.nothing"} {
		_, err := c.UpdateAlertPolicy(t.Context(), &monitoringpb.UpdateAlertPolicyRequest{
			AlertPolicy: change, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{path}},
		})
		mustCode(t, err, codes.InvalidArgument)
	}
}

func TestUpdateWithoutMaskReplaces(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	c := e.policies()
	first := cpuPolicy("first")
	first.UserLabels = map[string]string{"team": "a"}
	first.Enabled = wrapperspb.Bool(false)
	made := create(t.Context(), t, c, first)
	second := cpuPolicy("second")
	second.Name = made.GetName()
	got, err := c.UpdateAlertPolicy(t.Context(), &monitoringpb.UpdateAlertPolicyRequest{AlertPolicy: second})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.GetUserLabels()) != 0 || !got.GetEnabled().GetValue() {
		t.Errorf("what the request left out was kept: %v", got)
	}
	if diff := cmp.Diff(made.GetCreationRecord(), got.GetCreationRecord(), protocmp.Transform()); diff != "" {
		t.Errorf("creation record changed:\n%s", diff)
	}
	if got.GetConditions()[0].GetName() == made.GetConditions()[0].GetName() {
		t.Error("a condition without a name kept the id of the old one")
	}
}

func TestConditionNames(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	c := e.policies()
	p := cpuPolicy("two")
	p.Conditions = append(p.Conditions, cpuCondition("second"))
	made := create(t.Context(), t, c, p)
	other := create(t.Context(), t, c, cpuPolicy("other"))
	mask := &fieldmaskpb.FieldMask{Paths: []string{"conditions"}}

	next := proto.CloneOf(made)
	next.Conditions[0].GetConditionThreshold().ThresholdValue = 0.5
	next.Conditions[1].Name = ""
	got, err := c.UpdateAlertPolicy(t.Context(), &monitoringpb.UpdateAlertPolicyRequest{AlertPolicy: next, UpdateMask: mask})
	if err != nil {
		t.Fatal(err)
	}
	if got.GetConditions()[0].GetName() != made.GetConditions()[0].GetName() {
		t.Error("a named condition lost its id")
	}
	if name := got.GetConditions()[1].GetName(); name == "" || name == made.GetConditions()[1].GetName() {
		t.Errorf("an unnamed condition has the name %q", name)
	}

	foreign := proto.CloneOf(got)
	foreign.Conditions[0].Name = other.GetConditions()[0].GetName()
	twice := proto.CloneOf(got)
	twice.Conditions[1].Name = twice.GetConditions()[0].GetName()
	for _, bad := range []*monitoringpb.AlertPolicy{foreign, twice} {
		_, err := c.UpdateAlertPolicy(t.Context(), &monitoringpb.UpdateAlertPolicyRequest{AlertPolicy: bad, UpdateMask: mask})
		mustCode(t, err, codes.InvalidArgument)
	}
}

func TestDeletePolicy(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	c := e.policies()
	made := create(t.Context(), t, c, cpuPolicy("gone"))
	if got := e.srv.Inventory()["alertPolicies"]; len(got) != 1 || got[0] != made.GetName() {
		t.Errorf("inventory %v", got)
	}
	if err := c.DeleteAlertPolicy(t.Context(), &monitoringpb.DeleteAlertPolicyRequest{Name: made.GetName()}); err != nil {
		t.Fatal(err)
	}
	mustCode(t, c.DeleteAlertPolicy(t.Context(), &monitoringpb.DeleteAlertPolicyRequest{Name: made.GetName()}), codes.NotFound)
	if got := e.srv.Inventory(); len(got) != 0 {
		t.Errorf("inventory after the delete: %v", got)
	}
}

func TestProjectByNumber(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	c := e.policies()
	made := create(t.Context(), t, c, cpuPolicy("numbered"))
	var project struct {
		ProjectNumber string `json:"projectNumber"`
	}
	e.rest("GET", "cloudresourcemanager.googleapis.com/v1/projects/p", "").into(t, 200, &project)
	byNumber := strings.Replace(made.GetName(), "projects/p/", "projects/"+project.ProjectNumber+"/", 1)
	got, err := c.GetAlertPolicy(t.Context(), &monitoringpb.GetAlertPolicyRequest{Name: byNumber})
	if err != nil {
		t.Fatal(err)
	}
	if got.GetName() != made.GetName() {
		t.Errorf("asked for %s, got %s", byNumber, got.GetName())
	}
}

func TestSameSeedSameIDs(t *testing.T) {
	t.Parallel()
	name := func(seed int64) string {
		e := start(t, emulator.Options{Seed: seed})
		return create(t.Context(), t, e.policies(), cpuPolicy("x")).GetName()
	}
	if a, b := name(7), name(7); a != b {
		t.Errorf("seed 7 gave %s and %s", a, b)
	}
	if a, b := name(7), name(8); a == b {
		t.Errorf("seeds 7 and 8 both gave %s", a)
	}
}
