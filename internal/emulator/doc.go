// Package emulator is the embedded Google Cloud: the APIs that the provider
// uses, on one loopback port, over REST and gRPC, with a store behind them.
//
// # Adding a kind of object
//
// One kind is one file and one line in [Server.kinds]. The file holds a literal
// of type kind, the constant with its name in the store, and the service:
//
//	const kindThing = "things"
//
//	var thingKind = kind{
//		name: kindThing, host: "monitoring.googleapis.com", collection: true,
//		register: func(s *Server, r grpc.ServiceRegistrar) {
//			monitoringpb.RegisterThingServiceServer(r, &things{s: s})
//		},
//	}
//
// A gRPC service is implemented once, on top of its Unimplemented base: REST is
// transcoded onto it from the google.api.http annotations, and what it does not
// override answers 501 by name. A service with several kinds of object is
// registered by one of them; the others put their methods in their own file.
//
// An API without gRPC gives routes instead, over the Go types of
// google.golang.org/api:
//
//	routes: func(s *Server) []route {
//		return []route{{
//			method: "GET", path: "/v1/{name=things/*}", rpc: "GetThing",
//			handle: func(ctx context.Context, r *restRequest) (any, error) {
//				thing := &api.Thing{}
//				_, err := s.load(kindThing, r.vars["name"], thing)
//				return thing, err
//			},
//		}}
//	},
//
// with r.decode for the body. Latency, faults, quotas, the request log and the
// two forms of an error are the pipeline's (call.go) and no handler's business.
//
// # What handlers use
//
// s.load, s.create, s.update, s.store.Delete and s.store.List keep objects; list
// filters, orders and pages messages, pageOf pages what a route lists.
// applyMask applies a field mask. s.useProject resolves the project of a request
// (id or number) and refuses it as the API does; s.monitoringParent and
// s.monitoringName do so for whole names. s.now, s.scaled and s.newNumericID are
// time and ids, all from the server's clock and seed. apiError, invalid,
// badField, notFound and notModelled make errors; errorInfo, retryInfo and
// helpLink their details.
//
// Nothing runs in the background: what an operation brings about is stored with
// the time at which it comes true, and who reads decides by the clock. Where
// objects come and go so, standing in the kind's literal tells the inventory what
// stands. s.operationFate says when an operation ends and how: faults decide.
//
// serialWrites in a kind's literal refuses two writes at a time in one project,
// serialBy in something smaller; rateQuotas lists the quotas of each API. An API
// whose errors have a form of their own names it in errorForm, as Grafana's does.
//
// Some collections of Monitoring answer with the project's number in names:
// s.numberedName spells a stored name so. The store keeps the project's id.
//
// An API older than google.rpc.Status has errorForm oldForm, and withReason for
// its reasons. s.policyRoutes are the routes of a resource's IAM policy. A call
// that begins a long-running operation of google.longrunning uses
// s.beginOperation, which obeys faults; others ask s.operationFate themselves.
// A route with media takes a body that is no JSON, and a *rawReply is a reply
// that is none. mergePatch and copyField change JSON documents.
//
// permissions in a kind's literal name what its methods need: a test withholds
// one by [Server.DenyPermissions], and denied is the refusal in the API's words.
// s.makeServiceAgent has the agent of an API exist, s.checkServiceKey tells
// whether it may use a key of Cloud KMS, s.enforced and s.allows what an
// organisation policy says, and s.checkLocation whether a project may have
// something in a location.
//
// partialReply cuts a reply down to the parameter "fields", for the routes that
// take it. s.checkConsumer is for an API that is used from a project and not in one,
// as Cloud Billing is: it has to be enabled where the call is charged.
//
// A handler returns only what the service returns: it fills no field that the
// service leaves empty, drops none that was sent, and answers notModelled to
// what it can't say truthfully.
//
// A second version of a gRPC API whose requests are the same is a kind's preview,
// as v1beta1 of Kubernetes Engine. A kind whose objects are gone at a time, and not
// with a call, has standing or sweep, so that the inventory leaves them out.
//
// # Clusters
//
// A cluster's Kubernetes API is at its DNS endpoint's host, like any other API:
// http://127.0.0.1:9010/gke-….gke.goog/api/v1/namespaces. A kind of object there
// is a kubeType in kubeTypes: its Go type says which fields it has, prepare sets
// what the server fills in and checks it, and server-side apply, conflicts and
// deletion come by themselves. Requests are logged and struck by faults under a
// verb and the kind: ApplyNamespace, GetConfigMap. tools/kubetest asks a real
// server the same, and compares.
//
// # What is made up
//
// There is no workload here, so package series makes time series up, and the
// kind "prometheus" answers PromQL over them. The console page at "/" draws
// dashboards, objectives and the state of policies from the same series; its
// data (console_*.go, below /_emulator/console/) is of no API, and neither
// logged nor delayed.
package emulator
