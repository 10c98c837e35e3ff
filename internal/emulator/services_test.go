package emulator_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"google.golang.org/api/pubsub/v1"
	"google.golang.org/api/serviceusage/v1"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

func (e *env) serviceusage() *serviceusage.Service {
	e.t.Helper()
	svc, err := serviceusage.NewService(e.t.Context(), e.at("serviceusage.googleapis.com")...)
	if err != nil {
		e.t.Fatal(err)
	}
	return svc
}

func (e *env) pubsub() *pubsub.Service {
	e.t.Helper()
	svc, err := pubsub.NewService(e.t.Context(), e.at("pubsub.googleapis.com")...)
	if err != nil {
		e.t.Fatal(err)
	}
	return svc
}

// enablePubSub makes Pub/Sub usable in project p.
func (e *env) enablePubSub() {
	e.t.Helper()
	if _, err := e.serviceusage().Services.Enable("projects/p/services/pubsub.googleapis.com", &serviceusage.EnableServiceRequest{}).Do(); err != nil {
		e.t.Fatal(err)
	}
}

func TestEnabledIsNotYetUsable(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{LROScale: 1})
	usage, topics := e.serviceusage(), e.pubsub().Projects.Topics
	const name = "projects/p/services/pubsub.googleapis.com"
	create := func() error {
		_, err := topics.Create("projects/p/topics/alerts", &pubsub.Topic{}).Do()
		return err
	}
	err := create()
	wantHTTP(t, err, 403, "Cloud Pub/Sub API has not been used in project")
	if reason, help := reasonOfREST(t, err); reason != "SERVICE_DISABLED" || !help {
		t.Errorf("reason %q, help %v", reason, help)
	}
	op, err := usage.Services.Enable(name, &serviceusage.EnableServiceRequest{}).Do()
	if err != nil || op.Done {
		t.Fatalf("enable = %+v, %v", op, err)
	}
	if got, err := usage.Services.Get(name).Do(); err != nil || got.State != "DISABLED" {
		t.Errorf("while the operation runs: %+v, %v", got, err)
	}
	e.clock.Advance(15 * time.Second)
	if op, err = usage.Operations.Get(op.Name).Do(); err != nil || !op.Done || !strings.Contains(string(op.Response), "ENABLED") {
		t.Errorf("operation = %+v, %v", op, err)
	}
	if got, err := usage.Services.Get(name).Do(); err != nil || got.State != "ENABLED" {
		t.Errorf("after the operation: %+v, %v", got, err)
	}
	wantHTTP(t, create(), 403, "has not been used in project")
	e.clock.Advance(2 * time.Minute)
	if err := create(); err != nil {
		t.Errorf("after the propagation: %v", err)
	}
	if op, err := usage.Services.Enable(name, &serviceusage.EnableServiceRequest{}).Do(); err != nil || !op.Done {
		t.Errorf("enabling again = %+v, %v", op, err)
	}
	if _, err := usage.Services.Disable(name, &serviceusage.DisableServiceRequest{}).Do(); err != nil {
		t.Fatal(err)
	}
	e.clock.Advance(5 * time.Minute)
	_, err = topics.Get("projects/p/topics/alerts").Do()
	wantHTTP(t, err, 403, "has not been used in project")
	_, err = usage.Services.Disable(name, &serviceusage.DisableServiceRequest{}).Do()
	wantHTTP(t, err, 400, "not enabled")
}

// TestEnablingThatHung: an API whose activation was stuck answers a while after
// somebody has ended the operation.
func TestEnablingThatHung(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{LROScale: 1})
	e.srv.InjectFaults(emulator.Fault{RPC: "EnableService", Operation: emulator.OperationHangs})
	e.enablePubSub()
	list := func() error {
		_, err := e.pubsub().Projects.Topics.List("projects/p").Do()
		return err
	}
	e.clock.Advance(24 * time.Hour)
	wantHTTP(t, list(), 403, "has not been used in project")
	if err := e.srv.ReleaseOperations(); err != nil {
		t.Fatal(err)
	}
	wantHTTP(t, list(), 403, "has not been used in project")
	e.clock.Advance(2 * time.Minute)
	if err := list(); err != nil {
		t.Errorf("after the propagation: %v", err)
	}
}

func TestServiceBatches(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	usage := e.serviceusage()
	_, err := usage.Services.Enable("projects/p/services/toaster.googleapis.com", &serviceusage.EnableServiceRequest{}).Do()
	wantHTTP(t, err, 403, "Not found or permission denied for service(s): toaster.googleapis.com.")
	_, err = usage.Services.BatchEnable("projects/p", &serviceusage.BatchEnableServicesRequest{ServiceIds: []string{"run.googleapis.com", "toaster.googleapis.com"}}).Do()
	wantHTTP(t, err, 403, "toaster.googleapis.com")
	if got, err := usage.Services.Get("projects/p/services/run.googleapis.com").Do(); err != nil || got.State != "DISABLED" {
		t.Errorf("a refused batch enabled a part of itself: %+v, %v", got, err)
	}
	many := make([]string, 21)
	for i := range many {
		many[i] = "run.googleapis.com"
	}
	_, err = usage.Services.BatchEnable("projects/p", &serviceusage.BatchEnableServicesRequest{ServiceIds: many}).Do()
	wantHTTP(t, err, 400, "1 to 20")
	op, err := usage.Services.BatchEnable("projects/p", &serviceusage.BatchEnableServicesRequest{ServiceIds: []string{"run.googleapis.com", "container.googleapis.com"}}).Do()
	if err != nil {
		t.Fatal(err)
	}
	if op, err = usage.Operations.Get(op.Name).Do(); err != nil || !op.Done {
		t.Errorf("operation = %+v, %v", op, err)
	}
	got, err := usage.Services.BatchGet("projects/p").Names("projects/p/services/run.googleapis.com", "projects/p/services/container.googleapis.com", "projects/p/services/dns.googleapis.com").Do()
	if err != nil || len(got.Services) != 3 || got.Services[0].State != "ENABLED" || got.Services[2].State != "DISABLED" {
		t.Errorf("batchGet = %+v, %v", got, err)
	}
	seen := map[string]bool{}
	pages := 0
	err = usage.Services.List("projects/p").Filter("state:ENABLED").PageSize(5).Pages(t.Context(), func(r *serviceusage.ListServicesResponse) error {
		pages++
		for _, s := range r.Services {
			seen[s.Config.Name] = true
		}
		return nil
	})
	if err != nil || pages < 3 || !seen["monitoring.googleapis.com"] || !seen["run.googleapis.com"] || seen["pubsub.googleapis.com"] {
		t.Errorf("enabled services on %d pages = %v, %v", pages, seen, err)
	}
	_, err = usage.Operations.Get("operations/acat.p2-nothing").Do()
	wantHTTP(t, err, 404, "not found")
}

func TestTopicAndItsPolicy(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	e.enablePubSub()
	topics := e.pubsub().Projects.Topics
	const name = "projects/p/topics/alerts"
	_, err := topics.Get(name).Do()
	wantHTTP(t, err, 404, "Resource not found (resource=alerts).")
	if _, err := topics.Create(name, &pubsub.Topic{Labels: map[string]string{"team": "platform"}}).Do(); err != nil {
		t.Fatal(err)
	}
	_, err = topics.Create(name, &pubsub.Topic{}).Do()
	wantHTTP(t, err, 409, "Resource already exists in the project (resource=alerts).")
	_, err = topics.Create("projects/p/topics/goog-x", &pubsub.Topic{}).Do()
	wantHTTP(t, err, 400, "Invalid resource name given")
	_, err = topics.Create("projects/p/topics/other", &pubsub.Topic{SchemaSettings: &pubsub.SchemaSettings{Schema: "s"}}).Do()
	wantHTTP(t, err, 501, "schemaSettings")
	_, err = topics.Publish(name, &pubsub.PublishRequest{}).Do()
	wantHTTP(t, err, 501, "publish")
	if got, err := topics.Get(name).Do(); err != nil || got.Labels["team"] != "platform" {
		t.Errorf("topic = %+v, %v", got, err)
	}

	policy, err := topics.GetIamPolicy(name).OptionsRequestedPolicyVersion(3).Do()
	if err != nil || policy.Etag == "" {
		t.Fatalf("policy = %+v, %v", policy, err)
	}
	project, err := e.crm1().Projects.Get("p").Do()
	if err != nil {
		t.Fatal(err)
	}
	agent := "serviceAccount:service-" + strconv.FormatInt(project.ProjectNumber, 10) + "@gcp-sa-monitoring-notification.iam.gserviceaccount.com"
	policy.Bindings = []*pubsub.Binding{{Role: "roles/pubsub.publisher", Members: []string{agent}}}
	_, err = topics.SetIamPolicy(name, &pubsub.SetIamPolicyRequest{Policy: policy}).Do()
	wantHTTP(t, err, 400, "does not exist")

	ch := pagerduty("")
	ch.Type, ch.Labels = "pubsub", map[string]string{"topic": name}
	if _, err := e.channels().CreateNotificationChannel(t.Context(), createChannel(ch)); err != nil {
		t.Fatal(err)
	}
	set, err := topics.SetIamPolicy(name, &pubsub.SetIamPolicyRequest{Policy: policy}).Do()
	if err != nil || len(set.Bindings) != 1 || set.Etag == policy.Etag {
		t.Fatalf("set policy = %+v, %v", set, err)
	}
	_, err = topics.SetIamPolicy(name, &pubsub.SetIamPolicyRequest{Policy: policy}).Do()
	wantHTTP(t, err, 409, "concurrent policy changes")

	list, err := topics.List("projects/p").Do()
	if err != nil || len(list.Topics) != 1 {
		t.Errorf("list = %+v, %v", list, err)
	}
	if _, err := topics.Delete(name).Do(); err != nil {
		t.Fatal(err)
	}
	if _, err := topics.Create(name, &pubsub.Topic{}).Do(); err != nil {
		t.Fatal(err)
	}
	if again, err := topics.GetIamPolicy(name).Do(); err != nil || len(again.Bindings) != 0 {
		t.Errorf("the policy outlived its topic: %+v, %v", again, err)
	}
}
