package emulator

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"cloud.google.com/go/container/apiv1/containerpb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// kubeKind keeps the objects of the clusters' Kubernetes APIs, which are served
// at the DNS endpoint that each cluster reports.
var kubeKind = kind{
	name: kindKubeObject, collection: true, inventory: kubeMadeByUser,
	sweep: func(s *Server) { s.sweepKube() },
}

// clusterEndpoint is the form of a cluster's DNS endpoint.
var clusterEndpoint = regexp.MustCompile(`^gke-[0-9a-f]{36}-[0-9]+\.[a-z0-9-]+\.gke\.goog$`)

// kubeRequest is a request to a cluster's Kubernetes API.
type kubeRequest struct {
	s *Server
	// cluster is the name under which the cluster is stored.
	cluster string
	method  string
	path    string
	query   url.Values
	header  http.Header
	body    []byte

	kind      *kubeType
	namespace string
	name      string
	// fate is the call's context, which knows of a fault for operations.
	fate context.Context //nolint:containedctx // a request's own
}

// dispatchKube is dispatch for the host of a cluster.
func (s *Server) dispatchKube(c *call, r *http.Request, path string, body []byte) func(context.Context) (any, error) {
	k := &kubeRequest{s: s, method: r.Method, header: r.Header, body: body}
	plain, err := url.PathUnescape(path)
	if err == nil {
		k.query, err = url.ParseQuery(r.URL.RawQuery)
	}
	if err != nil {
		return func(context.Context) (any, error) {
			return nil, kubeError(http.StatusBadRequest, "BadRequest", "the request's address is malformed", nil)
		}
	}
	k.path = plain
	k.locate()
	c.rpc, c.resource, c.body = k.verb(), strings.TrimPrefix(plain, "/"), k.loggable()
	return func(ctx context.Context) (any, error) {
		value, err := k.serve(ctx, c.host)
		return value, kubeFailure(err)
	}
}

// serve answers a request if the cluster's control plane is there.
func (k *kubeRequest) serve(ctx context.Context, host string) (any, error) {
	c, err := k.s.clusterByEndpoint(host)
	if status.Code(err) == codes.NotFound {
		return nil, kubeError(http.StatusServiceUnavailable, "ServiceUnavailable", fmt.Sprintf("no cluster has the endpoint %s", host), nil)
	}
	if err != nil {
		return nil, err
	}
	switch state := c.value.GetStatus(); state {
	case containerpb.Cluster_RUNNING, containerpb.Cluster_RECONCILING, containerpb.Cluster_DEGRADED:
	default:
		return nil, kubeError(http.StatusServiceUnavailable, "ServiceUnavailable", fmt.Sprintf("the control plane of cluster %s is not available: the cluster is %s", c.at.cluster, state), nil)
	}
	k.cluster = c.name
	k.s.kube.Lock()
	defer k.s.kube.Unlock()
	known, err := k.s.prepareKube(c)
	if err != nil {
		return nil, err
	}
	if k.kind == nil {
		return k.discover(c, known)
	}
	if k.kind.served != nil && !k.kind.served(c) {
		return nil, kubePathNotFound()
	}
	return k.act(ctx)
}

// act does what the method says to an object or a collection.
func (k *kubeRequest) act(ctx context.Context) (any, error) {
	if k.query.Get("watch") == "true" || k.query.Get("watch") == "1" {
		return nil, notModelled("watches of a cluster's Kubernetes API")
	}
	switch {
	case k.method == http.MethodGet && k.name != "":
		return k.get()
	case k.method == http.MethodGet:
		return k.list()
	case k.method == http.MethodPost && k.name == "":
		return k.create(ctx)
	case k.method == http.MethodPut && k.name != "":
		return k.replace(ctx)
	case k.method == http.MethodPatch && k.name != "":
		return k.patch(ctx)
	case k.method == http.MethodDelete && k.name != "":
		return k.remove(ctx)
	case k.method == http.MethodDelete:
		return k.removeCollection(ctx)
	}
	return nil, kubeError(http.StatusMethodNotAllowed, "MethodNotAllowed", "the server does not allow this method on the requested resource", &metav1.StatusDetails{})
}

// kubePath is the path of objects: /api/VERSION or /apis/GROUP/VERSION, a
// namespace, a resource, a name and a subresource.
var kubePath = regexp.MustCompile(`^/(?:api/([^/]+)|apis/([^/]+)/([^/]+))(?:/namespaces/([^/]+))?/([^/]+)(?:/([^/]+))?(?:/([^/]+))?$`)

// locate finds the kind, the namespace and the name in the path.
func (k *kubeRequest) locate() {
	found := kubePath.FindStringSubmatch(k.path)
	if found == nil {
		return
	}
	namespace, name, subresource := found[4], found[6], found[7]
	t := kubeTypeOf(found[2], found[1]+found[3], found[5])
	switch {
	case t == nil, subresource != "", t.namespaced && namespace == "" && name != "", !t.namespaced && namespace != "":
		return
	}
	k.kind, k.namespace, k.name = t, namespace, name
}

// verb names the request in the log and for faults, as Google's APIs name their
// methods: ApplyNamespace, ListSecret.
func (k *kubeRequest) verb() string {
	if k.kind == nil {
		return "GetKubernetesDiscovery"
	}
	verb := map[string]string{
		http.MethodGet: "Get", http.MethodPost: "Create", http.MethodPut: "Update", http.MethodPatch: "Patch", http.MethodDelete: "Delete",
	}[k.method]
	switch {
	case k.method == http.MethodGet && k.name == "":
		verb = "List"
	case k.method == http.MethodDelete && k.name == "":
		verb = "DeleteCollectionOf"
	case k.method == http.MethodPatch && k.patchType() == kubeApplyPatch:
		verb = "Apply"
	}
	return verb + k.kind.kind
}

// loggable is the body without what a Secret holds.
func (k *kubeRequest) loggable() []byte {
	if k.kind == nil || k.kind.kind != "Secret" {
		return k.body
	}
	o, err := kubeParse(k.body)
	if err != nil {
		return []byte(`"` + masked + `"`)
	}
	for _, field := range []string{"data", "stringData"} {
		if values, ok := o[field].(map[string]any); ok {
			for key := range values {
				values[key] = masked
			}
		}
	}
	if meta, ok := o["metadata"].(map[string]any); ok {
		// kubectl keeps whole objects in annotations.
		delete(meta, "annotations")
	}
	raw, err := encode(o)
	if err != nil {
		return []byte(`"` + masked + `"`)
	}
	return raw
}
