package emulator

import (
	"context"
	"net/http"
	"strings"
	"time"
)

const dnsHost = "dns.googleapis.com"

// dnsService serves Cloud DNS, versions v1 and v1beta2.
type dnsService struct{ s *Server }

// dnsCall is a request to Cloud DNS, with its project and zone.
type dnsCall struct {
	*restRequest
	project string
	// zone is the zone's name or number; "" in calls on all zones.
	zone string
}

type dnsHandler func(ctx context.Context, c *dnsCall) (any, error)

func (v dnsService) read(method, path, rpc string, query []string, handle dnsHandler) route {
	return route{
		method: method, path: "/dns/{version}/" + path, rpc: rpc, query: append([]string{"clientOperationId"}, query...),
		handle: func(ctx context.Context, r *restRequest) (any, error) {
			if version := r.vars["version"]; version != "v1" && version != "v1beta2" {
				return nil, notModelled("version %q of Cloud DNS", version)
			}
			if r.query.Get("clientOperationId") != "" {
				return nil, notModelled("the ids that clients give to operations of Cloud DNS")
			}
			ref := r.vars["name"] + r.vars["parent"]
			project, zone, _ := strings.Cut(strings.TrimPrefix(ref, "projects/"), "/managedZones/")
			project, err := v.s.useProject(ctx, project, dnsHost)
			if err != nil {
				return nil, err
			}
			return handle(ctx, &dnsCall{restRequest: r, project: project, zone: zone})
		},
	}
}

func (v dnsService) write(method, path, rpc string, handle dnsHandler) route {
	return v.read(method, path, rpc, nil, func(ctx context.Context, c *dnsCall) (any, error) {
		v.s.compute.mu.Lock()
		defer v.s.compute.mu.Unlock()
		return handle(ctx, c)
	})
}

// dnsMissing is Cloud DNS's 404 of what a parameter or a body names.
func dnsMissing(parameter, name string) error {
	return withReason("notFound", notFound("The '%s' resource named '%s' does not exist.", parameter, name))
}

// dnsInvalid is Cloud DNS's 400 of a value that breaks a rule.
func dnsInvalid(field, value string) error {
	return withReason("invalid", invalid("Invalid value for '%s': '%s'", field, value))
}

func dnsTaken(entity, name string) error {
	return withReason("alreadyExists", withHTTPStatus(http.StatusConflict, apiError(codeOfHTTP(http.StatusConflict), "The resource '"+entity+"' named '"+name+"' already exists")))
}

// dnsTime is a time in the form of Cloud DNS.
func dnsTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// page replies a page of a list.
func (c *dnsCall) page(all []computeDoc, key, object string) (any, error) {
	query := map[string][]string{"pageToken": {c.query.Get("pageToken")}}
	if size := c.query.Get("maxResults"); size != "" {
		query["pageSize"] = []string{size}
	}
	const most = 1000
	page, next, err := pageOf(all, query, key+" "+c.project+" "+c.zone+" "+c.query.Get("dnsName")+c.query.Get("name")+c.query.Get("type"), most, most)
	if err != nil {
		return nil, err
	}
	if page == nil {
		page = []computeDoc{}
	}
	out := computeDoc{"kind": object, key: page}
	if next != "" {
		out["nextPageToken"] = next
	}
	return out, nil
}
