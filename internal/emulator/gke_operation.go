package emulator

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"cloud.google.com/go/container/apiv1/containerpb"
	rpcstatus "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
)

const kindGkeOperation = "containerOperations"

// gkeOperationKind keeps the operations of Kubernetes Engine; clusterKind serves
// them.
var gkeOperationKind = kind{name: kindGkeOperation, host: containerHost}

// What operations take: the middle of what the documentation and users report.
// Only that a regional cluster takes longer is certain.
const (
	clusterCreation         = 6 * time.Minute
	regionalClusterCreation = 8 * time.Minute
	clusterUpdate           = 2 * time.Minute
	masterUpgrade           = 10 * time.Minute
	clusterDeletion         = 4 * time.Minute
	nodePoolCreation        = 150 * time.Second
	nodePoolUpdate          = 2 * time.Minute
	nodePoolSetting         = 10 * time.Second
	nodePoolDeletion        = 3 * time.Minute
	operationCancelling     = 10 * time.Second
)

// startedOperation is an operation that a call has just started.
type startedOperation struct {
	id, doing string
	doneAt    time.Time
	failure   *operationStatus
	message   *containerpb.Operation
}

// storedGkeOperation is an operation as stored: what it was when it started, and
// how and when it ends.
type storedGkeOperation struct {
	Operation json.RawMessage  `json:"operation"`
	DoneAt    time.Time        `json:"doneAt"`
	Failure   *operationStatus `json:"failure,omitempty"`
	Cancelled bool             `json:"cancelled,omitempty"`
	// Kind and Target name the object that it changes.
	Kind   string `json:"kind"`
	Target string `json:"target"`
	// Nodes is how many nodes an upgrade goes through.
	Nodes int64 `json:"nodes,omitempty"`
}

// start stores an operation on a cluster, or on one of its node pools, and
// returns it. The caller stores what it does to the object.
func (m *clusterManager) start(ctx context.Context, n gkeName, pool string, typ containerpb.Operation_Type, d time.Duration, nodes int64) (*startedOperation, error) {
	s := m.s
	doneAt, failure := s.operationFate(ctx, d)
	op := &startedOperation{doneAt: doneAt, failure: failure, doing: gkeDoing(typ)}
	op.id = s.newGkeOperationID()
	base := "https://" + containerHost + "/v1/"
	target := n.link(n.number())
	stored := storedGkeOperation{DoneAt: doneAt, Failure: failure, Kind: kindCluster, Target: n.String(), Nodes: nodes}
	if pool != "" {
		target += "/nodePools/" + pool
		stored.Kind, stored.Target = kindNodePool, n.String()+"/nodePools/"+pool
	}
	op.message = &containerpb.Operation{
		Name: op.id, Zone: n.location, OperationType: typ, Status: containerpb.Operation_RUNNING, //nolint:staticcheck // deprecated, and still answered
		SelfLink:   base + "projects/" + n.number() + "/" + n.collection() + "/" + n.location + "/operations/" + op.id,
		TargetLink: base + target, StartTime: s.now().Format(time.RFC3339Nano),
	}
	raw, err := encode(op.message)
	if err != nil {
		return nil, err
	}
	stored.Operation = raw
	return op, s.create(kindGkeOperation, n.parent(), n.parent()+"/operations/"+op.id, stored)
}

// newGkeOperationID returns operation-, the time in milliseconds, and a UUID.
func (s *Server) newGkeOperationID() string {
	return fmt.Sprintf("operation-%d-%s", s.now().UnixMilli(), s.newUUID())
}

// randomHex returns n hexadecimal digits from the server's seed.
func (s *Server) randomHex(n int) string { return hex.EncodeToString(s.randomBytes((n + 1) / 2))[:n] }

// gkeDoing says what an operation does, before the name of its cluster. Those of
// upgrades and of making and deleting a node pool are the service's own words
// (hashicorp/terraform-provider-google#3650, #10366).
func gkeDoing(typ containerpb.Operation_Type) string {
	switch typ {
	case containerpb.Operation_CREATE_CLUSTER:
		return "creating"
	case containerpb.Operation_DELETE_CLUSTER:
		return "deleting"
	case containerpb.Operation_CREATE_NODE_POOL:
		return "creating a node pool for"
	case containerpb.Operation_DELETE_NODE_POOL:
		return "deleting a node pool for"
	case containerpb.Operation_UPGRADE_MASTER, containerpb.Operation_UPGRADE_NODES:
		return "upgrading"
	case containerpb.Operation_SET_NODE_POOL_SIZE, containerpb.Operation_SET_NODE_POOL_MANAGEMENT:
		return "updating a node pool for"
	default:
		return "updating"
	}
}

// gkeBusy is the refusal of an operation while another one runs.
func gkeBusy(change *gkeChange, cluster string) error {
	return apiError(codes.FailedPrecondition, fmt.Sprintf("Operation %s is currently %s cluster %s. Please wait and try again once it is done.", change.Operation, change.Doing, cluster))
}

// show returns a stored operation as it stands now.
func (o *storedGkeOperation) show(s *Server) (*containerpb.Operation, error) {
	op := &containerpb.Operation{}
	if err := decode(o.Operation, op); err != nil {
		return nil, err
	}
	if s.now().Before(o.DoneAt) {
		if o.Cancelled {
			op.Status = containerpb.Operation_ABORTING
		}
		return op, nil
	}
	op.Status, op.EndTime = containerpb.Operation_DONE, o.DoneAt.Format(time.RFC3339Nano)
	if o.Failure != nil {
		op.StatusMessage = o.Failure.Message                                                  //nolint:staticcheck // deprecated, and still answered
		op.Error = &rpcstatus.Status{Code: int32(o.Failure.Code), Message: o.Failure.Message} //nolint:gosec // codes are 0 to 16
		return op, nil
	}
	op.Progress = gkeProgress(op.GetOperationType(), o.Nodes)
	return op, nil
}

// gkeProgress is what the recorded operations report when they are done.
func gkeProgress(typ containerpb.Operation_Type, nodes int64) *containerpb.OperationProgress {
	metric := func(name string, n int64) *containerpb.OperationProgress_Metric {
		return &containerpb.OperationProgress_Metric{Name: name, Value: &containerpb.OperationProgress_Metric_IntValue{IntValue: n}}
	}
	switch typ {
	case containerpb.Operation_CREATE_CLUSTER:
		return &containerpb.OperationProgress{Metrics: []*containerpb.OperationProgress_Metric{
			metric("CLUSTER_CONFIGURING", 8), metric("CLUSTER_CONFIGURING_TOTAL", 8),
			metric("CLUSTER_DEPLOYING", 12), metric("CLUSTER_DEPLOYING_TOTAL", 12),
			metric("CLUSTER_HEALTHCHECKING", 1), metric("CLUSTER_HEALTHCHECKING_TOTAL", 2),
		}}
	case containerpb.Operation_UPGRADE_NODES:
		return &containerpb.OperationProgress{Metrics: []*containerpb.OperationProgress_Metric{
			metric("NODES_TOTAL", nodes), metric("NODES_FAILED", 0), metric("NODES_COMPLETE", nodes),
			metric("NODES_DONE", nodes), metric("NODE_PDB_DELAY_SECONDS", 0),
		}}
	default:
		return nil
	}
}

func (m *clusterManager) loadOperation(name string) (*storedGkeOperation, int64, error) {
	o := &storedGkeOperation{}
	version, err := m.s.load(kindGkeOperation, name, o)
	if status.Code(err) == codes.NotFound {
		return nil, 0, notFound("Not found: %s.", name)
	}
	return o, version, err
}

// GetOperation implements google.container.v1.ClusterManager.
func (m *clusterManager) GetOperation(ctx context.Context, req *containerpb.GetOperationRequest) (*containerpb.Operation, error) {
	n, id, err := m.place(ctx, req.GetName(), req.GetProjectId(), req.GetZone(), "") //nolint:staticcheck // deprecated, and still sent
	if err != nil {
		return nil, err
	}
	if id == "" {
		id = req.GetOperationId() //nolint:staticcheck // deprecated, and still sent
	}
	o, _, err := m.loadOperation(n.parent() + "/operations/" + id)
	if err != nil {
		return nil, err
	}
	return o.show(m.s)
}

// ListOperations implements google.container.v1.ClusterManager. A location of
// "-" stands for all.
func (m *clusterManager) ListOperations(ctx context.Context, req *containerpb.ListOperationsRequest) (*containerpb.ListOperationsResponse, error) {
	n, _, err := m.place(ctx, req.GetParent(), req.GetProjectId(), req.GetZone(), "") //nolint:staticcheck // deprecated, and still sent
	if err != nil {
		return nil, err
	}
	out := &containerpb.ListOperationsResponse{}
	for _, e := range m.s.listPlace(kindGkeOperation, n) {
		var o storedGkeOperation
		if err := json.Unmarshal(e.Value, &o); err != nil {
			return nil, err
		}
		op, err := o.show(m.s)
		if err != nil {
			return nil, err
		}
		out.Operations = append(out.Operations, op)
	}
	return out, nil
}

// CancelOperation implements google.container.v1.ClusterManager. What the
// operation was changing is left as when it fails.
func (m *clusterManager) CancelOperation(ctx context.Context, req *containerpb.CancelOperationRequest) (*emptypb.Empty, error) {
	n, id, err := m.place(ctx, req.GetName(), req.GetProjectId(), req.GetZone(), "") //nolint:staticcheck // deprecated, and still sent
	if err != nil {
		return nil, err
	}
	if id == "" {
		id = req.GetOperationId() //nolint:staticcheck // deprecated, and still sent
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	name := n.parent() + "/operations/" + id
	o, version, err := m.loadOperation(name)
	if err != nil {
		return nil, err
	}
	if o.Cancelled || !m.s.now().Before(o.DoneAt) {
		return nil, apiError(codes.FailedPrecondition, fmt.Sprintf("Operation %s is done or being cancelled already.", id))
	}
	o.Cancelled, o.DoneAt = true, m.s.now().Add(m.s.scaled(operationCancelling))
	o.Failure = &operationStatus{Code: codes.Canceled, Message: "Operation was cancelled."}
	if err := m.cancelAll(o, id); err != nil {
		return nil, err
	}
	return &emptypb.Empty{}, m.s.update(kindGkeOperation, name, version, o)
}

// cancelAll ends what an operation does to its object, and to the node pools of
// a cluster that it was making.
func (m *clusterManager) cancelAll(o *storedGkeOperation, id string) error {
	if err := m.s.cancelChange(o.Kind, o.Target, id, o.DoneAt); err != nil {
		return err
	}
	if o.Kind != kindCluster {
		return nil
	}
	for _, e := range m.s.store.List(kindNodePool, o.Target) {
		if err := m.s.cancelChange(kindNodePool, e.Name, id, o.DoneAt); err != nil {
			return err
		}
	}
	return nil
}
