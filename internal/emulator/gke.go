package emulator

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"cloud.google.com/go/container/apiv1/containerpb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

const (
	containerHost = "container.googleapis.com"
	kindCluster   = "containerClusters"
	kindNodePool  = "containerNodePools"
)

// clusterKind serves the Kubernetes Engine API, v1 over gRPC and REST, and the
// same methods under v1beta1, which hashicorp/google-beta calls.
var clusterKind = kind{
	name: kindCluster, host: containerHost, collection: true,
	register: func(s *Server, r grpc.ServiceRegistrar) {
		containerpb.RegisterClusterManagerServer(r, &clusterManager{s: s})
	},
	sweep:     func(s *Server) { (&clusterManager{s: s}).sweep() },
	preview:   &preview{version: "v1beta1", reply: gkeBetaReply},
	errorForm: gkeErrorForm,
	permissions: map[string]string{
		"CreateCluster": "container.clusters.create", "DeleteCluster": "container.clusters.delete",
		"GetCluster": "container.clusters.get", "ListClusters": "container.clusters.list", "GetServerConfig": "container.clusters.list",
		"UpdateCluster": "container.clusters.update", "SetLabels": "container.clusters.update", "SetMaintenancePolicy": "container.clusters.update",
		"SetLegacyAbac": "container.clusters.update", "SetNetworkPolicy": "container.clusters.update",
		"CreateNodePool": "container.clusters.update", "DeleteNodePool": "container.clusters.update", "UpdateNodePool": "container.clusters.update",
		"SetNodePoolAutoscaling": "container.clusters.update", "SetNodePoolManagement": "container.clusters.update", "SetNodePoolSize": "container.clusters.update",
		"GetNodePool": "container.clusters.get", "ListNodePools": "container.clusters.get",
		"GetOperation": "container.operations.get", "ListOperations": "container.operations.list", "CancelOperation": "container.operations.get",
	},
	denied: func(permission, resource string) error {
		return apiError(codes.PermissionDenied, fmt.Sprintf("Required %q permission(s) for %q.", permission, resource))
	},
}

// nodePoolKind is in the inventory next to its cluster; clusterKind serves it.
var nodePoolKind = kind{name: kindNodePool, host: containerHost, collection: true}

// clusterManager is google.container.v1.ClusterManager.
type clusterManager struct {
	containerpb.UnimplementedClusterManagerServer

	s *Server
	// mu makes a method's reading, checking and writing one step.
	mu sync.Mutex
}

// gkeName is where a cluster lies, or a location when cluster is "".
type gkeName struct{ project, location, cluster string }

func (n gkeName) parent() string { return "projects/" + n.project + "/locations/" + n.location }
func (n gkeName) String() string { return n.parent() + "/clusters/" + n.cluster }

// link is the name as links and errors have it: a zone's clusters lie under
// zones, a region's under locations.
func (n gkeName) link(project string) string {
	return "projects/" + project + "/" + n.collection() + "/" + n.location + "/clusters/" + n.cluster
}

func (n gkeName) collection() string {
	if n.zonal() {
		return "zones"
	}
	return "locations"
}

func (n gkeName) zonal() bool { return strings.Count(n.location, "-") == 2 }

func (n gkeName) region() string { return gkeRegionOf(n.location) }

func (n gkeName) number() string { return strconv.FormatInt(projectNumber(n.project), 10) }

// gkeRegionOf returns the region of a zone, or a region itself.
func gkeRegionOf(location string) string {
	parts := strings.Split(location, "-")
	if len(parts) == 3 {
		return parts[0] + "-" + parts[1]
	}
	return location
}

var (
	gkeLocation    = regexp.MustCompile(`^[a-z]+-[a-z]+[0-9]+(-[a-f])?$`)
	gkeNamePattern = regexp.MustCompile(`^projects/([^/]+)/locations/([^/]+)(?:/clusters/([^/]+))?(?:/(?:nodePools|operations)/([^/]+))?$`)
	clusterID      = regexp.MustCompile(`^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$`)
)

// place resolves what a request names, in the form of a name or in the older
// one of three fields; last is the node pool or operation of a name.
func (m *clusterManager) place(ctx context.Context, name, project, zone, cluster string) (n gkeName, last string, err error) {
	if name == "" {
		name = "projects/" + project + "/locations/" + zone
		if cluster != "" {
			name += "/clusters/" + cluster
		}
	}
	found := gkeNamePattern.FindStringSubmatch(name)
	if found == nil {
		return n, "", invalid("Invalid resource name %q.", name)
	}
	n = gkeName{location: found[2], cluster: found[3]}
	if n.project, err = m.s.useProject(ctx, found[1], containerHost); err != nil {
		return n, "", err
	}
	if n.location != "-" && !gkeLocation.MatchString(n.location) {
		return n, "", apiError(codes.PermissionDenied, fmt.Sprintf("Permission denied on 'locations/%s' (or it may not exist).", n.location))
	}
	return n, found[4], nil
}

// gkeErrorForm is the form of errors that has the reason of the older APIs in a
// list, next to what all of Google's errors have.
func gkeErrorForm(err error) any {
	var body struct {
		Error map[string]any `json:"error"`
	}
	if json.Unmarshal(errorBody(err), &body) != nil || body.Error == nil {
		return map[string]any{"error": map[string]any{"code": httpStatusOf(err), "message": err.Error()}}
	}
	reason := map[codes.Code]string{
		codes.InvalidArgument: "badRequest", codes.FailedPrecondition: "failedPrecondition", codes.NotFound: "notFound",
		codes.AlreadyExists: "alreadyExists", codes.PermissionDenied: "forbidden", codes.Aborted: "aborted",
		codes.ResourceExhausted: "rateLimitExceeded", codes.Unimplemented: "notImplemented", codes.Unauthenticated: "required",
	}[status.Code(err)]
	if reason == "" {
		reason = "backendError"
	}
	body.Error["errors"] = []any{map[string]any{"domain": "global", "message": body.Error["message"], "reason": reason}}
	return body
}

// gkeBetaReply turns a reply of v1 into that of v1beta1: links name the version,
// and a cluster has fields that v1 lacks, as recorded.
func gkeBetaReply(message proto.Message) (any, error) {
	raw, err := encode(message)
	if err != nil {
		return nil, err
	}
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		return nil, err
	}
	switch m := message.(type) {
	case *containerpb.Cluster:
		betaCluster(v)
	case *containerpb.ListClustersResponse:
		if o, ok := v.(map[string]any); ok && len(m.GetClusters()) > 0 {
			if list, ok := o["clusters"].([]any); ok {
				for _, c := range list {
					betaCluster(c)
				}
			}
		}
	}
	return betaLinks(v), nil
}

func betaCluster(v any) {
	c, ok := v.(map[string]any)
	if !ok {
		return
	}
	c["clusterTelemetry"] = map[string]any{"type": "ENABLED"}
	c["master"] = map[string]any{}
	c["privateCluster"] = true
	c["protectConfig"] = map[string]any{
		"workloadConfig":            map[string]any{"auditMode": "BASIC"},
		"workloadVulnerabilityMode": "WORKLOAD_VULNERABILITY_MODE_UNSPECIFIED",
	}
}

func betaLinks(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, e := range v {
			v[k] = betaLinks(e)
		}
		return v
	case []any:
		for i, e := range v {
			v[i] = betaLinks(e)
		}
		return v
	case string:
		const v1 = "https://" + containerHost + "/v1/"
		if rest, ok := strings.CutPrefix(v, v1); ok {
			return "https://" + containerHost + "/v1beta1/" + rest
		}
		return v
	default:
		return v
	}
}
