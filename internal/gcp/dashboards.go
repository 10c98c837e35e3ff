package gcp

import (
	"context"
	"net/http"

	"cloud.google.com/go/monitoring/dashboard/apiv1/dashboardpb"
)

// Dashboards reads and writes Cloud Monitoring dashboards, with Get, Fresh,
// Delete and Twin as [AlertPolicies] has them. Their API does not ask for one
// write at a time, so writes run side by side.
type Dashboards struct {
	*collection[*dashboardpb.Dashboard]
}

// Create makes a dashboard in a project, given by id, as
// projects/PROJECT/dashboards/ID; an empty id becomes a fresh one. It has the
// label [CreateIDLabel], so that an id that is taken can be told from a create
// of ours whose reply was lost: the first is an error ([IsAlreadyExists]), the
// second none. The end of ctx is dealt with as in [AlertPolicies.Create].
func (d *Dashboards) Create(ctx context.Context, project, id string, dashboard *dashboardpb.Dashboard) (*dashboardpb.Dashboard, error) {
	return d.createIn(ctx, "projects/"+project, id, dashboard)
}

// Update replaces a dashboard, and returns it as it is then. With an etag in
// it, someone else's edit since that was read is an error ([IsConflict]); our
// own, of an attempt whose reply was lost, is none.
func (d *Dashboards) Update(ctx context.Context, dashboard *dashboardpb.Dashboard) (*dashboardpb.Dashboard, error) {
	as := idempotent
	if dashboard.GetEtag() != "" {
		as = guarded
	}
	updated, err := d.updateAs(ctx, as, dashboard, nil)
	if failure := NewError("", "", err); as == guarded && IsConflict(err) && failure.Attempts > 1 {
		if standing, getErr := d.getOnce(ctx, dashboard.GetName()); getErr == nil && covers(standing, dashboard, "name", "etag") {
			return standing, nil
		}
	}
	return updated, err
}

// List returns the dashboards of a project, given by id. It always asks the
// service.
func (d *Dashboards) List(ctx context.Context, project string) ([]*dashboardpb.Dashboard, error) {
	return d.listAll(ctx, "projects/"+project)
}

func newDashboards(c *Client) *Dashboards {
	type dashboard = *dashboardpb.Dashboard
	return &Dashboards{newCollection(c, kind[dashboard]{
		noun: "Dashboard", plural: "Dashboards", segment: "dashboards", chosen: true,
		name:    dashboard.GetName,
		setName: func(d dashboard, name string) { d.Name = name },
		labels:  func(d dashboard) *map[string]string { return &d.Labels },
		twin:    func(standing, wanted dashboard) bool { return covers(standing, wanted, "etag") },
		get: func(ctx context.Context, mon *monitoringClients, name string) (dashboard, error) {
			return mon.dashboards.GetDashboard(ctx, &dashboardpb.GetDashboardRequest{Name: name})
		},
		list: func(ctx context.Context, _ *monitoringClients, parent, _ string) func() (dashboard, error) {
			// The client library's list leaves its caller's context out of the
			// request, and with it our call and any cancel.
			inContext := &http.Client{Transport: roundTrip(func(req *http.Request) (*http.Response, error) {
				return c.http.Transport.RoundTrip(req.WithContext(ctx))
			})}
			client, err := c.newDashboardsClient(ctx, inContext)
			if err != nil {
				return func() (dashboard, error) { return nil, err }
			}
			return client.ListDashboards(ctx, &dashboardpb.ListDashboardsRequest{Parent: parent, PageSize: listPageSize}).Next
		},
		create: func(ctx context.Context, mon *monitoringClients, parent, id string, d dashboard) (dashboard, error) {
			d.Name = parent + "/dashboards/" + id
			return mon.dashboards.CreateDashboard(ctx, &dashboardpb.CreateDashboardRequest{Parent: parent, Dashboard: d})
		},
		update: func(ctx context.Context, mon *monitoringClients, d dashboard, _ []string) (dashboard, error) {
			return mon.dashboards.UpdateDashboard(ctx, &dashboardpb.UpdateDashboardRequest{Dashboard: d})
		},
		remove: func(ctx context.Context, mon *monitoringClients, name string) error {
			return mon.dashboards.DeleteDashboard(ctx, &dashboardpb.DeleteDashboardRequest{Name: name})
		},
	})}
}

// roundTrip is a function as an [http.RoundTripper].
type roundTrip func(*http.Request) (*http.Response, error)

// RoundTrip implements [http.RoundTripper].
func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }
