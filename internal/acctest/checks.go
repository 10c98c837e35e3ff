package acctest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"cloud.google.com/go/monitoring/dashboard/apiv1/dashboardpb"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/cortx-platform/terraform-provider-cortx/internal/clock"
	"github.com/cortx-platform/terraform-provider-cortx/internal/grafana"
)

// Remote checks the one alert policy that stands, as the service has it.
func (e *Env) Remote(check func(*monitoringpb.AlertPolicy) error) resource.TestCheckFunc {
	return func(*terraform.State) error {
		policies, err := e.Client.AlertPolicies().List(context.Background(), Project, "")
		if err != nil {
			return err
		}
		if len(policies) != 1 {
			return fmt.Errorf("expected one alert policy, found %d", len(policies))
		}
		return check(policies[0])
	}
}

// RemoteChannel checks the one notification channel that stands.
func (e *Env) RemoteChannel(check func(*monitoringpb.NotificationChannel) error) resource.TestCheckFunc {
	return func(*terraform.State) error {
		channels, err := e.Client.NotificationChannels().List(context.Background(), Project, "")
		if err != nil {
			return err
		}
		if len(channels) != 1 {
			return fmt.Errorf("expected one notification channel, found %d", len(channels))
		}
		return check(channels[0])
	}
}

// RemoteDashboard checks the one dashboard that stands.
func (e *Env) RemoteDashboard(check func(*dashboardpb.Dashboard) error) resource.TestCheckFunc {
	return func(*terraform.State) error {
		dashboards, err := e.Client.Dashboards().List(context.Background(), Project)
		if err != nil {
			return err
		}
		if len(dashboards) != 1 {
			return fmt.Errorf("expected one dashboard, found %d", len(dashboards))
		}
		return check(dashboards[0])
	}
}

// ChangeDashboard changes the one dashboard that stands, as somebody would in
// the console.
func (e *Env) ChangeDashboard(change func(*dashboardpb.Dashboard)) func() {
	return e.ByHand(func(ctx context.Context) error {
		dashboards, err := e.Client.Dashboards().List(ctx, Project)
		if err != nil {
			return err
		}
		if len(dashboards) != 1 {
			return fmt.Errorf("expected one dashboard, found %d", len(dashboards))
		}
		change(dashboards[0])
		_, err = e.Client.Dashboards().Update(ctx, dashboards[0])
		return err
	})
}

// ExpectPrior checks a value of a resource as it was before the planned change,
// after the refresh: what a plan shows as drift.
func ExpectPrior(address string, at tfjsonpath.Path, want knownvalue.Check) plancheck.PlanCheck {
	return expectPrior{address: address, at: at, want: want}
}

type expectPrior struct {
	address string
	at      tfjsonpath.Path
	want    knownvalue.Check
}

// CheckPlan implements plancheck.PlanCheck.
func (c expectPrior) CheckPlan(_ context.Context, req plancheck.CheckPlanRequest, resp *plancheck.CheckPlanResponse) {
	for _, change := range req.Plan.ResourceChanges {
		if change.Address != c.address {
			continue
		}
		value, err := tfjsonpath.Traverse(change.Change.Before, c.at)
		if err != nil {
			resp.Error = err
			return
		}
		resp.Error = c.want.CheckValue(value)
		return
	}
	resp.Error = fmt.Errorf("the plan has no resource %s", c.address)
}

// Topic makes a Pub/Sub topic in the emulator, where it stays for the test, and
// returns its full name.
func (e *Env) Topic(id string) string {
	e.tb.Helper()
	name := "projects/" + Project + "/topics/" + id
	e.rest(http.MethodPost, "serviceusage.googleapis.com/v1/projects/"+Project+"/services/pubsub.googleapis.com:enable", "{}")
	// An enabled API is not yet a usable one.
	for range 20 {
		if status := e.rest(http.MethodPut, "pubsub.googleapis.com/v1/"+name, "{}"); status == http.StatusOK {
			return name
		}
		if err := e.Clock.Sleep(context.Background(), time.Minute); err != nil {
			e.tb.Fatal(err)
		}
	}
	e.tb.Fatalf("the topic %s could not be made", name)
	return ""
}

// Metric makes the descriptor of a metric of one's own, which the service shows
// only some time later.
func (e *Env) Metric(metricType string) {
	e.tb.Helper()
	body := fmt.Sprintf(`{"type": %q, "metricKind": "GAUGE", "valueType": "DOUBLE"}`, metricType)
	if status := e.rest(http.MethodPost, "monitoring.googleapis.com/v3/projects/"+Project+"/metricDescriptors", body); status != http.StatusOK {
		e.tb.Fatalf("the metric %s could not be made: %d", metricType, status)
	}
}

// rest makes a plain request to the emulator and returns the status.
func (e *Env) rest(method, path, body string) int {
	e.tb.Helper()
	req, err := http.NewRequestWithContext(context.Background(), method, "http://"+e.Server.Addr()+"/"+path, strings.NewReader(body))
	if err != nil {
		e.tb.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		e.tb.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	return resp.StatusCode
}

// Workload makes the metrics that the platform's services report, as their first
// samples would, and waits until the service shows them.
func (e *Env) Workload() {
	e.tb.Helper()
	for metric, kind := range map[string]string{
		"http_requests_total/counter": "DOUBLE", "http_request_duration_seconds/histogram": "DISTRIBUTION",
	} {
		body := fmt.Sprintf(`{"type": "prometheus.googleapis.com/%s", "metricKind": "CUMULATIVE", "valueType": %q}`, metric, kind)
		if status := e.rest(http.MethodPost, "monitoring.googleapis.com/v3/projects/"+Project+"/metricDescriptors", body); status != http.StatusOK {
			e.tb.Fatalf("the metric %s could not be made: %d", metric, status)
		}
	}
	// On the machine's own clock a test asks for no propagation time instead.
	if virtual, ok := e.Clock.(*clock.Virtual); ok {
		virtual.Advance(15 * time.Minute)
	}
}

// EditGrafana changes the one dashboard that stands in the emulated Grafana, as
// somebody would there.
func (e *Env) EditGrafana(change func(dashboard map[string]any)) {
	e.tb.Helper()
	client, uid := e.grafana()
	text, meta, err := client.GetDashboard(context.Background(), uid)
	if err != nil {
		e.tb.Fatal(err)
	}
	dashboard := map[string]any{}
	if err := json.Unmarshal([]byte(text), &dashboard); err != nil {
		e.tb.Fatal(err)
	}
	change(dashboard)
	edited, err := json.Marshal(dashboard)
	if err != nil {
		e.tb.Fatal(err)
	}
	if _, _, _, err := client.SaveDashboard(context.Background(), string(edited), meta.FolderUID, true, "by hand"); err != nil {
		e.tb.Fatal(err)
	}
}

// MoveGrafana moves the one dashboard that stands in the emulated Grafana to
// another folder, as somebody would there.
func (e *Env) MoveGrafana(folder string) {
	e.tb.Helper()
	client, uid := e.grafana()
	text, _, err := client.GetDashboard(context.Background(), uid)
	if err != nil {
		e.tb.Fatal(err)
	}
	if _, _, _, err := client.SaveDashboard(context.Background(), text, folder, true, "by hand"); err != nil {
		e.tb.Fatal(err)
	}
}

// GrafanaDashboard returns a dashboard that stands in the emulated Grafana.
func (e *Env) GrafanaDashboard(uid string) (text string, meta grafana.Meta, err error) {
	e.tb.Helper()
	client, err := e.grafanaClient()
	if err != nil {
		return "", meta, err
	}
	return client.GetDashboard(context.Background(), uid)
}

// DeleteGrafana deletes the one dashboard that stands in the emulated Grafana.
func (e *Env) DeleteGrafana() {
	e.tb.Helper()
	client, uid := e.grafana()
	if err := client.DeleteDashboard(context.Background(), uid); err != nil {
		e.tb.Fatal(err)
	}
}

func (e *Env) grafanaClient() (*grafana.Client, error) {
	return grafana.New(grafana.Config{URL: "http://" + e.Server.Addr() + "/grafana", UserAgent: "acctest", Clock: e.Clock})
}

func (e *Env) grafana() (client *grafana.Client, uid string) {
	e.tb.Helper()
	client, err := e.grafanaClient()
	if err != nil {
		e.tb.Fatal(err)
	}
	for kind, names := range e.Server.Inventory() {
		if kind == "grafanaDashboards" && len(names) == 1 {
			return client, names[0][strings.LastIndex(names[0], "/")+1:]
		}
	}
	e.tb.Fatalf("expected one dashboard in Grafana, found %v", e.Server.Inventory())
	return nil, ""
}
