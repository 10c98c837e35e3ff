package gcptest_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"cloud.google.com/go/monitoring/dashboard/apiv1/dashboardpb"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
)

// collection is one kind of object as the tests of all kinds see it.
type collection struct {
	noun    string // as in CreateNOUN
	segment string // before the id in a name
	create  func(ctx context.Context, e *env) (name string, err error)
	get     func(ctx context.Context, e *env, name string) (got string, err error)
	list    func(ctx context.Context, e *env) (n int, err error)
	remove  func(ctx context.Context, e *env, name string) error
}

var collections = []collection{
	{
		noun: "AlertPolicy", segment: "alertPolicies",
		create: func(ctx context.Context, e *env) (string, error) {
			p, err := e.AlertPolicies().Create(ctx, project, policy())
			return p.GetName(), err
		},
		get: func(ctx context.Context, e *env, name string) (string, error) {
			p, err := e.AlertPolicies().Get(ctx, name)
			return p.GetName(), err
		},
		list: func(ctx context.Context, e *env) (int, error) {
			list, err := e.AlertPolicies().List(ctx, project, "")
			return len(list), err
		},
		remove: func(ctx context.Context, e *env, name string) error { return e.AlertPolicies().Delete(ctx, name) },
	},
	{
		noun: "NotificationChannel", segment: "notificationChannels",
		create: func(ctx context.Context, e *env) (string, error) {
			ch, err := e.NotificationChannels().Create(ctx, project, email())
			return ch.GetName(), err
		},
		get: func(ctx context.Context, e *env, name string) (string, error) {
			ch, err := e.NotificationChannels().Get(ctx, name)
			return ch.GetName(), err
		},
		list: func(ctx context.Context, e *env) (int, error) {
			list, err := e.NotificationChannels().List(ctx, project, "")
			return len(list), err
		},
		remove: func(ctx context.Context, e *env, name string) error {
			_, err := e.NotificationChannels().Delete(ctx, name)
			return err
		},
	},
	{
		noun: "Dashboard", segment: "dashboards",
		create: func(ctx context.Context, e *env) (string, error) {
			d, err := e.Dashboards().Create(ctx, project, "", board())
			return d.GetName(), err
		},
		get: func(ctx context.Context, e *env, name string) (string, error) {
			d, err := e.Dashboards().Get(ctx, name)
			return d.GetName(), err
		},
		list: func(ctx context.Context, e *env) (int, error) {
			list, err := e.Dashboards().List(ctx, project)
			return len(list), err
		},
		remove: func(ctx context.Context, e *env, name string) error { return e.Dashboards().Delete(ctx, name) },
	},
	{
		noun: "Service", segment: "services",
		create: func(ctx context.Context, e *env) (string, error) {
			s, err := e.Services().Create(ctx, project, "", customService())
			return s.GetName(), err
		},
		get: func(ctx context.Context, e *env, name string) (string, error) {
			s, err := e.Services().Get(ctx, name)
			return s.GetName(), err
		},
		list: func(ctx context.Context, e *env) (int, error) {
			list, err := e.Services().List(ctx, project, "")
			return len(list), err
		},
		remove: func(ctx context.Context, e *env, name string) error { return e.Services().Delete(ctx, name) },
	},
	{
		noun: "ServiceLevelObjective", segment: "serviceLevelObjectives",
		create: func(ctx context.Context, e *env) (string, error) {
			const service = "projects/" + project + "/services/api"
			if _, err := e.Services().Get(context.WithoutCancel(ctx), service); gcp.IsNotFound(err) {
				if _, err := e.Services().Create(ctx, project, "api", customService()); err != nil {
					return "", err
				}
			}
			s, err := e.SLOs().Create(ctx, service, "", objective())
			return s.GetName(), err
		},
		get: func(ctx context.Context, e *env, name string) (string, error) {
			s, err := e.SLOs().Get(ctx, name)
			return s.GetName(), err
		},
		list: func(ctx context.Context, e *env) (int, error) {
			list, err := e.SLOs().List(ctx, "projects/"+project+"/services/-")
			return len(list), err
		},
		remove: func(ctx context.Context, e *env, name string) error { return e.SLOs().Delete(ctx, name) },
	},
}

func customService() *monitoringpb.Service {
	return &monitoringpb.Service{DisplayName: "API", Identifier: &monitoringpb.Service_Custom_{Custom: &monitoringpb.Service_Custom{}}}
}

func objective() *monitoringpb.ServiceLevelObjective {
	return objectiveOn(`metric.type="serviceruntime.googleapis.com/api/request_count" resource.type="api"`)
}

func objectiveOn(filter string) *monitoringpb.ServiceLevelObjective {
	return &monitoringpb.ServiceLevelObjective{
		DisplayName: "99.9 % of the requests", Goal: 0.999,
		Period: &monitoringpb.ServiceLevelObjective_RollingPeriod{RollingPeriod: durationpb.New(30 * 24 * time.Hour)},
		ServiceLevelIndicator: &monitoringpb.ServiceLevelIndicator{Type: &monitoringpb.ServiceLevelIndicator_RequestBased{
			RequestBased: &monitoringpb.RequestBasedSli{Method: &monitoringpb.RequestBasedSli_GoodTotalRatio{GoodTotalRatio: &monitoringpb.TimeSeriesRatio{
				BadServiceFilter: filter + ` metric.labels.response_code_class="5xx"`, TotalServiceFilter: filter,
			}}},
		}},
	}
}

func board() *dashboardpb.Dashboard {
	chart := &dashboardpb.XyChart{DataSets: []*dashboardpb.XyChart_DataSet{{
		PlotType: dashboardpb.XyChart_DataSet_LINE,
		TimeSeriesQuery: &dashboardpb.TimeSeriesQuery{
			Source: &dashboardpb.TimeSeriesQuery_PrometheusQuery{PrometheusQuery: "sum(rate(http_requests_total[5m]))"},
		},
	}}}
	return &dashboardpb.Dashboard{
		DisplayName: "requests",
		Layout: &dashboardpb.Dashboard_MosaicLayout{MosaicLayout: &dashboardpb.MosaicLayout{Columns: 48, Tiles: []*dashboardpb.MosaicLayout_Tile{
			{Width: 24, Height: 16, Widget: &dashboardpb.Widget{Title: "Requests", Content: &dashboardpb.Widget_XyChart{XyChart: chart}}},
			{XPos: 24, Width: 24, Height: 16, Widget: &dashboardpb.Widget{Content: &dashboardpb.Widget_Text{Text: &dashboardpb.Text{Content: "hello"}}}},
		}}},
	}
}

// eachCollection runs a test for every kind of object, on an emulator of its own.
func eachCollection(t *testing.T, opts func(c collection) emulator.Options, test func(t *testing.T, c collection, e *env)) {
	t.Helper()
	for _, c := range collections {
		t.Run(c.noun, func(t *testing.T) {
			t.Parallel()
			e := newEnv(t, opts(c))
			test(t, c, e)
		})
	}
}

func plain(collection) emulator.Options { return emulator.Options{} }

// TestNamesAreTheCallers has the emulator name some kinds by the project's
// number, as the service does.
func TestNamesAreTheCallers(t *testing.T) {
	t.Parallel()
	eachCollection(t, plain, func(t *testing.T, c collection, e *env) {
		t.Helper()
		for range 5 { // So that single reads and a list both take place.
			name, err := c.create(t.Context(), e)
			if err != nil || !strings.HasPrefix(name, "projects/"+project+"/") {
				t.Fatalf("made %q, %v", name, err)
			}
			e.server.ResetRequests()
		}
		for _, name := range e.standing(c.segment) {
			if got, err := c.get(t.Context(), e, name); got != name || err != nil {
				t.Errorf("got %q, %v for %q", got, err, name)
			}
		}
		if e.requests("") > 4 || e.requests("GetProject") > 0 {
			t.Errorf("5 reads took %d requests", e.requests(""))
		}
	})
}

func TestFiveHundredReads(t *testing.T) {
	t.Parallel()
	eachCollection(t, plain, func(t *testing.T, c collection, e *env) {
		t.Helper()
		names := make([]string, 0, 500)
		for range 500 {
			name, err := c.create(t.Context(), e)
			if err != nil {
				t.Fatal(err)
			}
			names = append(names, name)
		}
		e.server.ResetRequests()
		var wg sync.WaitGroup
		for _, name := range names {
			wg.Go(func() {
				if got, err := c.get(t.Context(), e, name); err != nil || got != name {
					t.Errorf("got %q, %v", got, err)
				}
			})
		}
		wg.Wait()
		if got := e.requests(""); got > 4 {
			t.Errorf("500 reads took %d requests", got)
		}
	})
}

func TestListsHaveEveryPage(t *testing.T) {
	t.Parallel()
	eachCollection(t, plain, func(t *testing.T, c collection, e *env) {
		t.Helper()
		const n = 1203
		for range n {
			if _, err := c.create(t.Context(), e); err != nil {
				t.Fatal(err)
			}
		}
		e.server.ResetRequests()
		if got, err := c.list(t.Context(), e); got != n || err != nil || e.requests("") < 2 {
			t.Errorf("got %d of %d, %v in %d pages", got, n, err, e.requests(""))
		}
	})
}

func TestAbsenceIsConfirmed(t *testing.T) {
	t.Parallel()
	eachCollection(t, plain, func(t *testing.T, c collection, e *env) {
		t.Helper()
		var names []string
		for range 4 {
			name, err := c.create(t.Context(), e)
			if err != nil {
				t.Fatal(err)
			}
			names = append(names, name)
		}
		for _, name := range names {
			if _, err := c.get(t.Context(), e, name); err != nil {
				t.Fatal(err)
			}
		}
		gone := names[0][:strings.LastIndex(names[0], "/")+1] + "999999"
		e.server.ResetRequests()
		if _, err := c.get(t.Context(), e, gone); !gcp.IsNotFound(err) || e.requests("Get"+c.noun) != 1 {
			t.Errorf("got %v after %d gets", err, e.requests("Get"+c.noun))
		}
	})
}

func TestDeletesThatFindNothing(t *testing.T) {
	t.Parallel()
	opts := func(c collection) emulator.Options {
		return emulator.Options{Faults: []emulator.Fault{{RPC: "Delete" + c.noun, Drop: true, After: true}}}
	}
	eachCollection(t, opts, func(t *testing.T, c collection, e *env) {
		t.Helper()
		name, err := c.create(t.Context(), e)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 2 {
			if err := c.remove(t.Context(), e, name); err != nil {
				t.Errorf("deletion %d: %v", i, err)
			}
		}
		if got := e.requests("Delete" + c.noun); got != 3 { // The first reply was lost.
			t.Errorf("%d deletes", got)
		}
		if got := e.standing(c.segment); len(got) != 0 {
			t.Errorf("%v stand", got)
		}
	})
}

// TestCreateThatIsCutOffIsFound ends the caller's context once the request is
// out, and loses the reply.
func TestCreateThatIsCutOffIsFound(t *testing.T) {
	t.Parallel()
	opts := func(c collection) emulator.Options {
		return emulator.Options{Faults: []emulator.Fault{{RPC: "Create" + c.noun, Drop: true, After: true}}}
	}
	eachCollection(t, opts, func(t *testing.T, c collection, e *env) {
		t.Helper()
		guard := time.AfterFunc(5*time.Second, func() { panic("a cancelled create of " + c.noun + " does not end within 5 s") })
		defer guard.Stop()
		ctx, cancel := context.WithCancelCause(t.Context())
		go func() {
			for e.requests("Create"+c.noun) == 0 {
				time.Sleep(time.Millisecond)
			}
			cancel(errors.New("stopped by hand"))
		}()
		name, err := c.create(ctx, e)
		if standing := e.standing(c.segment); err != nil || len(standing) != 1 || standing[0] != name {
			t.Errorf("got %q, %v; %v stand", name, err, standing)
		}
	})
}

// TestObjectiveOnAMetricToCome is refused at once: its caller decides whether
// to wait.
func TestObjectiveOnAMetricToCome(t *testing.T) {
	t.Parallel()
	e := newEnv(t, emulator.Options{})
	service, err := e.Services().Create(t.Context(), project, "api", customService())
	if err != nil {
		t.Fatal(err)
	}
	_, err = e.SLOs().Create(t.Context(), service.GetName(), "x", objectiveOn(`metric.type="prometheus.googleapis.com/http_requests_total/counter" resource.type="prometheus_target"`))
	if !gcp.IsMetricNotFound(err) || gcp.IsInvalid(err) || e.requests("CreateServiceLevelObjective") != 1 || len(e.clk.Slept()) != 0 {
		t.Errorf("got %v after %d creates, slept %v", err, e.requests("CreateServiceLevelObjective"), e.clk.Slept())
	}
}

// TestEditsOfADashboard has a stale etag refused and a lost reply understood.
func TestEditsOfADashboard(t *testing.T) {
	t.Parallel()
	e := newEnv(t, emulator.Options{Faults: []emulator.Fault{{RPC: "UpdateDashboard", Nth: 1, Drop: true, After: true}}})
	d, err := e.Dashboards().Create(t.Context(), project, "requests", board())
	if err != nil {
		t.Fatal(err)
	}
	d.DisplayName = "renamed"
	updated, err := e.Dashboards().Update(t.Context(), d)
	if err != nil || updated.GetDisplayName() != "renamed" || updated.GetName() != "projects/"+project+"/dashboards/requests" {
		t.Fatalf("got %v, %v", updated, err)
	}
	d.DisplayName = "by the etag from before"
	if _, err := e.Dashboards().Update(t.Context(), d); !gcp.IsConflict(err) {
		t.Errorf("got %v", err)
	}
	if _, err := e.Dashboards().Create(t.Context(), project, "requests", board()); !gcp.IsAlreadyExists(err) {
		t.Errorf("a second one of the id: %v", err)
	}
	if fresh, err := e.Dashboards().Fresh(t.Context(), updated.GetName()); err != nil || fresh.GetDisplayName() != "renamed" {
		t.Errorf("got %v, %v", fresh, err)
	}
}

// TestWhatOneClientMadeIsATwinToTheNext is a run after one that was killed: the
// objects of ours that no state knows of are found at the cost of one list.
func TestWhatOneClientMadeIsATwinToTheNext(t *testing.T) {
	t.Parallel()
	e := newEnv(t, emulator.Options{})
	made, err := e.Dashboards().Create(t.Context(), project, "", board())
	if err != nil {
		t.Fatal(err)
	}
	next, err := gcp.New(gcp.Config{EmulatorHost: e.server.Addr(), Clock: e.clk, Seed: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := next.Close(); err != nil {
			t.Error(err)
		}
	}()
	e.server.ResetRequests()
	edited := board()
	edited.GetMosaicLayout().GetTiles()[1].Height = 4
	for range 3 {
		if got := next.Dashboards().Twin(t.Context(), project, board()); got != made.GetName() {
			t.Errorf("got %q, want %q", got, made.GetName())
		}
		if got := next.Dashboards().Twin(t.Context(), project, edited); got != "" {
			t.Errorf("an edited one has the twin %q", got)
		}
	}
	if e.requests("") != 1 {
		t.Errorf("%d requests", e.requests(""))
	}
}
