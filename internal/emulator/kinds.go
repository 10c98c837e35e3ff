package emulator

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
)

// kind is one kind of object of the emulated Google Cloud. The literal lies in
// the kind's own file and is listed in kinds().
type kind struct {
	// name is the key in the store, such as "alertPolicies". A kind that only
	// serves requests and stores nothing leaves collection false.
	name string
	// host is the API that serves it, such as "monitoring.googleapis.com".
	host string
	// collection says that users make objects of this kind, so that
	// Inventory lists them.
	collection bool
	// inventory, when set, narrows what Inventory lists: it says whether a
	// stored value was made by a user and still stands.
	inventory func(value json.RawMessage) bool
	// standing is inventory for kinds whose objects come and go by the server's
	// time.
	standing func(s *Server, value json.RawMessage) bool
	// register adds the gRPC services of the kind. REST is served from the
	// google.api.http annotations of the same services.
	register func(s *Server, r grpc.ServiceRegistrar)
	// routes are the REST methods of an API without a gRPC implementation here.
	routes func(s *Server) []route
	// serialWrites says that two writes of this kind in one project at a time
	// are refused with 409, as Monitoring does for its configuration.
	serialWrites bool
	// errorForm renders the errors of the kind's host, where they have another
	// form than Google's.
	errorForm func(err error) any
	// sweep, when set, removes the objects whose deletion is over by now, before
	// the inventory is taken.
	sweep func(s *Server)
	// preview serves the REST methods of the kind's gRPC services under a second
	// version of the API as well.
	preview *preview
	// serialBy names what a write of a method edits alone, instead of the
	// project: a second write with the same answer is refused. "" stands for
	// nothing.
	serialBy func(rpc, resource string) string
	// permissions names the IAM permission that a method needs, by rpc, for the
	// methods that can be refused by DenyPermissions.
	permissions map[string]string
	// denied is the error of a caller without the permission, where it differs
	// from permissionDenied.
	denied func(permission, resource string) error
}

// preview is a second version of an API whose requests have the fields of the
// first.
type preview struct {
	// version takes the place of the first version in the paths.
	version string
	// reply renders a reply of the first version as the second does.
	reply func(message proto.Message) (any, error)
}

// route is one REST method over plain Go types.
type route struct {
	// method and path are those of the API's reference, the path as in a
	// google.api.http annotation: "/v1/{resource=projects/*/topics/*}:setIamPolicy".
	// A plain {x} takes one segment.
	method, path string
	// rpc names the method in the request log and in faults, such as
	// "SetIamPolicy".
	rpc string
	// query lists the query parameters that the method knows besides the
	// system parameters (alt, key, fields, prettyPrint, …). Another one is a 400.
	query []string
	// resource is the name of what a call is about, for the request log, where no
	// variable of the path holds it whole: "b/{bucket}/o/{object}".
	resource string
	// media says that the body is no JSON, so that nothing of it is logged but
	// what loggable returns.
	media bool
	// loggable returns the JSON within a media body, such as the metadata of an
	// upload; nil stands for none.
	loggable func(r *restRequest) json.RawMessage
	// handle serves it. What it returns becomes the reply's JSON: a
	// proto.Message by protojson, a *rawReply as it is, anything else by
	// encoding/json.
	handle func(ctx context.Context, r *restRequest) (any, error)
}

// restRequest is what a route's handler gets.
type restRequest struct {
	vars   map[string]string
	query  url.Values
	header http.Header
	// host is where the request was sent, such as "127.0.0.1:9010".
	host string
	// body is JSON, unless the route takes media.
	body []byte
}

// kinds lists everything that the emulator models, in the order of the console
// page. One kind is one file and one line here.
func (s *Server) kinds() []kind {
	return []kind{
		alertPolicyKind,
		notificationChannelKind,
		dashboardKind,
		monitoringServiceKind,
		sloKind,
		uptimeCheckKind,
		metricDescriptorKind,
		prometheusKind,
		projectV1Kind,
		projectV3Kind,
		serviceKind,
		topicKind,
		sqlInstanceKind,
		sqlDatabaseKind,
		sqlUserKind,
		sqlCertKind,
		sqlBackupRunKind,
		sqlBackupKind,
		sqlOperationKind,
		sqlCatalogueKind,
		computeOperationKind,
		computeLocationKind,
		networkKind,
		subnetworkKind,
		routerKind,
		addressKind,
		forwardingRuleKind,
		routeKind,
		firewallPolicyKind,
		firewallKind,
		clusterKind,
		nodePoolKind,
		gkeOperationKind,
		instanceGroupKind,
		managedZoneKind,
		recordSetKind,
		loggingSettingsKind,
		logBucketKind,
		logViewKind,
		logLinkKind,
		logSinkKind,
		logExclusionKind,
		logMetricKind,
		logOperationKind,
		serviceAccountKind,
		lienKind,
		orgPolicyKind,
		billingKind,
		budgetKind,
		bucketKind,
		objectKind,
		kmsLocationKind,
		keyRingKind,
		cryptoKeyKind,
		keyVersionKind,
		accessPolicyKind,
		accessLevelKind,
		perimeterKind,
		kubeKind,
		admissionPolicyKind,
		attestorKind,
		noteKind,
		grafanaDashboardKind,
		grafanaFolderKind,
		grafanaLookupKind,
	}
}
