package emulator_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"cloud.google.com/go/monitoring/dashboard/apiv1/dashboardpb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

// configKind is a kind of Monitoring's configuration and how to make and to
// delete one of it.
type configKind struct {
	kind, create, path, body, resource string
	remove                             func(ctx context.Context, conn grpc.ClientConnInterface) error
}

func configKinds() []configKind {
	const v3 = "monitoring.googleapis.com/v3/projects/p/"
	return []configKind{
		{
			"dashboards", "CreateDashboard", dashboardsPath, `{"displayName":"x","gridLayout":{}}`, "projects/p",
			func(ctx context.Context, conn grpc.ClientConnInterface) error {
				_, err := dashboardpb.NewDashboardsServiceClient(conn).DeleteDashboard(ctx, &dashboardpb.DeleteDashboardRequest{Name: "projects/p/dashboards/none"})
				return err
			},
		},
		{
			"monitoringServices", "CreateService", v3 + "services?serviceId=s2", `{"custom":{}}`, "projects/p",
			func(ctx context.Context, conn grpc.ClientConnInterface) error {
				_, err := monitoringpb.NewServiceMonitoringServiceClient(conn).DeleteService(ctx, &monitoringpb.DeleteServiceRequest{Name: "projects/p/services/none"})
				return err
			},
		},
		{
			"serviceLevelObjectives", "CreateServiceLevelObjective", v3 + "services/s/serviceLevelObjectives",
			`{"goal":0.9,"calendarPeriod":"DAY","serviceLevelIndicator":{"windowsBased":{"windowPeriod":"60s","goodBadMetricFilter":"metric.type=\"monitoring.googleapis.com/uptime_check/check_passed\" resource.type=\"uptime_url\""}}}`,
			"projects/p/services/s",
			func(ctx context.Context, conn grpc.ClientConnInterface) error {
				_, err := monitoringpb.NewServiceMonitoringServiceClient(conn).DeleteServiceLevelObjective(ctx, &monitoringpb.DeleteServiceLevelObjectiveRequest{Name: "projects/p/services/none/serviceLevelObjectives/none"})
				return err
			},
		},
		{
			"uptimeCheckConfigs", "CreateUptimeCheckConfig", uptimePath, uptimeBody, "projects/p",
			func(ctx context.Context, conn grpc.ClientConnInterface) error {
				_, err := monitoringpb.NewUptimeCheckServiceClient(conn).DeleteUptimeCheckConfig(ctx, &monitoringpb.DeleteUptimeCheckConfigRequest{Name: "projects/p/uptimeCheckConfigs/none"})
				return err
			},
		},
	}
}

// TestFaultsOfNewKinds has a fault strike before and after the commit of a
// create, and looks at what the request log says of it.
func TestFaultsOfNewKinds(t *testing.T) {
	t.Parallel()
	for _, k := range configKinds() {
		t.Run(k.kind, func(t *testing.T) {
			t.Parallel()
			e := start(t, emulator.Options{})
			e.rest("POST", "monitoring.googleapis.com/v3/projects/p/services?serviceId=s", `{"custom":{}}`).into(t, 200, &struct{}{})
			e.srv.ResetRequests()
			before := len(e.srv.Inventory()[k.kind])
			e.srv.InjectFaults(
				emulator.Fault{RPC: k.create, Status: 503, RetryAfter: emulator.Duration(2 * time.Second)},
				emulator.Fault{RPC: k.create, After: true, Drop: true},
			)
			refused := e.rest("POST", k.path, k.body)
			if refused.err(t, 503).Error.Status != "UNAVAILABLE" || refused.header.Get("Retry-After") != "2" {
				t.Errorf("%v %s", refused.header, refused.body)
			}
			if got := len(e.srv.Inventory()[k.kind]); got != before {
				t.Errorf("a refused create made %d", got-before)
			}
			if _, err := e.tryRest("POST", k.path, k.body); err == nil {
				t.Error("a dropped reply arrived")
			}
			if got := len(e.srv.Inventory()[k.kind]); got != before+1 {
				t.Errorf("a lost reply left %d, want 1", got-before)
			}
			log := e.srv.Requests()
			if len(log) != 2 {
				t.Fatalf("%+v", log)
			}
			for i, status := range []int{503, 0} {
				if r := log[i]; r.RPC != k.create || r.Resource != k.resource || r.Status != status || r.Fault == "" || r.Host != "monitoring.googleapis.com" || len(r.Body) == 0 {
					t.Errorf("%+v", r)
				}
			}
		})
	}
}

// TestQuotaOfNewKinds spends a project's writes, a quarter by each kind: all of
// them count, and all of them are refused after that.
func TestQuotaOfNewKinds(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{Quota: "gcp"})
	conn := e.conn()
	for i := range 600 {
		k := configKinds()[i%len(configKinds())]
		if err := k.remove(t.Context(), conn); status.Code(err) != codes.NotFound {
			t.Fatalf("write %d, of %s: %v", i, k.kind, err)
		}
	}
	for _, k := range configKinds() {
		if reason, wait := quotaError(t, k.remove(t.Context(), conn)); reason != "RATE_LIMIT_EXCEEDED" || wait <= 0 {
			t.Errorf("%s: reason %q, wait %v", k.kind, reason, wait)
		}
	}
}

// TestConcurrentObjectives has two writes to the objectives of one service at a
// time, and one to another's.
func TestConcurrentObjectives(t *testing.T) {
	t.Parallel()
	g := newGate()
	<-g.first // nothing waits while the services are made
	e := start(t, emulator.Options{Clock: g, Latency: time.Millisecond})
	c := e.objectives()
	e.customService(c, "a")
	e.customService(c, "b")
	g.first <- struct{}{}
	add := func(ctx context.Context, service, id string) error {
		_, err := c.CreateServiceLevelObjective(ctx, &monitoringpb.CreateServiceLevelObjectiveRequest{Parent: "projects/p/services/" + service, ServiceLevelObjectiveId: id, ServiceLevelObjective: ratioObjective()})
		return err
	}
	done := make(chan error, 1)
	go func() { done <- add(context.WithoutCancel(t.Context()), "a", "first") }()
	<-g.entered
	err := add(t.Context(), "a", "second")
	if status.Code(err) != codes.Aborted || !strings.Contains(err.Error(), "Too many concurrent edits") {
		t.Errorf("a second write to one service: %v", err)
	}
	if err := add(t.Context(), "b", "other"); err != nil {
		t.Errorf("a write to another service: %v", err)
	}
	close(g.open)
	if err := <-done; err != nil {
		t.Error(err)
	}
	if got := e.srv.Inventory()["serviceLevelObjectives"]; !slices.Contains(got, "projects/p/services/a/serviceLevelObjectives/first") || len(got) != 2 {
		t.Errorf("%v", got)
	}
}

// TestStateFileOfNewKinds starts a second server on what a first one kept.
func TestStateFileOfNewKinds(t *testing.T) {
	t.Parallel()
	file := t.TempDir() + "/state"
	first, err := emulator.New(emulator.Options{StateFile: file})
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Listen("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	e := &env{t: t, srv: first}
	var dash struct{ Name string }
	e.rest("POST", dashboardsPath, `{"displayName":"x","gridLayout":{}}`).into(t, 200, &dash)
	e.rest("POST", saveGrafana, `{"dashboard":{"uid":"g","title":"G"}}`).into(t, 200, &struct{}{})
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	e = start(t, emulator.Options{StateFile: file})
	if a := e.rest("GET", "monitoring.googleapis.com/v1/"+dash.Name, ""); a.status != 200 {
		t.Errorf("by the number: %d %s", a.status, a.body)
	}
	if a := e.rest("GET", "grafana/api/dashboards/uid/g", ""); a.status != 200 {
		t.Errorf("%d %s", a.status, a.body)
	}
}
