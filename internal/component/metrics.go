package component

import (
	"context"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/cortx-platform/terraform-provider-cortx/internal/alert"
	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
)

const (
	metricsName = "metrics"
	// metricsPort is the name of the port that a container serves metrics on.
	metricsPort = "metrics"
	// scrapeInterval is what the windows of alerts reckon with.
	scrapeInterval = "30s"
)

// metricsKind is a kind of Managed Service for Prometheus that sees the whole
// cluster.
func metricsKind(resource string) schema.GroupVersionResource {
	return schema.GroupVersionResource{Group: "monitoring.googleapis.com", Version: "v1", Resource: resource}
}

// metrics has Google's collectors scrape the platform's services and Packs, and
// records what dashboards and people ask for most.
type metrics struct{ base }

func newMetrics(e *Env) reconcile.Component {
	if !e.spec.Settings.Bool(policy.ClusterManagedPrometheus) {
		return nil // The cluster doesn't know the kinds.
	}
	return &metrics{base{Env: e, name: metricsName, needs: []string{policy.ComponentNamespaces}}}
}

func monitoringObject(kind, name string, spec map[string]any) *unstructured.Unstructured {
	wanted := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "monitoring.googleapis.com/v1", "kind": kind, "spec": spec}}
	wanted.SetName(name)
	return wanted
}

// podMonitoring scrapes every pod of the platform by its recommended labels:
// services as the component api, Pack runners as pack.
func podMonitoring() *unstructured.Unstructured {
	return monitoringObject("ClusterPodMonitoring", "cortx", map[string]any{
		"selector": map[string]any{
			"matchLabels": map[string]any{"app.kubernetes.io/part-of": "cortx"},
			"matchExpressions": []any{map[string]any{
				"key": "app.kubernetes.io/component", "operator": "In", "values": []any{"api", "pack"},
			}},
		},
		"endpoints": []any{map[string]any{"port": metricsPort, "path": "/metrics", "interval": scrapeInterval}},
	})
}

func rules(kind string, recordings []alert.Recording) *unstructured.Unstructured {
	list := make([]any, 0, len(recordings))
	for _, r := range recordings {
		list = append(list, map[string]any{"record": r.Record, "expr": r.Expr})
	}
	return monitoringObject(kind, "cortx", map[string]any{
		"groups": []any{map[string]any{"name": "cortx", "interval": scrapeInterval, "rules": list}},
	})
}

// MetricsObjects are the objects that gather and record metrics in a cluster.
func MetricsObjects() map[schema.GroupVersionResource]*unstructured.Unstructured {
	return map[schema.GroupVersionResource]*unstructured.Unstructured{
		metricsKind("clusterpodmonitorings"): podMonitoring(),
		metricsKind("clusterrules"):          rules("ClusterRules", alert.Recordings()),
		metricsKind("globalrules"):           rules("GlobalRules", alert.GlobalRecordings()),
	}
}

func (m *metrics) objects(kube *gcp.Kubernetes) []object[*unstructured.Unstructured] {
	var all []object[*unstructured.Unstructured]
	wanted := MetricsObjects()
	for _, resource := range []string{"clusterpodmonitorings", "clusterrules", "globalrules"} {
		kind := metricsKind(resource)
		o := m.kubeObject(m.name, kube, kind, wanted[kind])
		apply := o.create
		o.create = func(ctx context.Context, s *reconcile.Step) error {
			return m.whenKnown(ctx, s, o.name, func(ctx context.Context) error { return apply(ctx, s) })
		}
		all = append(all, o)
	}
	return all
}

// kindsWait bounds how long the operator takes to bring its kinds to a new
// cluster, or to one in which it was only just switched on.
const kindsWait = 15 * time.Minute

// whenKnown applies an object once the cluster knows its kind.
func (m *metrics) whenKnown(ctx context.Context, s *reconcile.Step, name string, apply func(ctx context.Context) error) error {
	opts := gcp.WaitOptions{
		Op: "Apply", Resource: name, Clock: m.client.Clock(), Timeout: kindsWait, Progress: waiting(s, "Managed Service for Prometheus in the cluster"),
	}
	_, err := gcp.Wait(ctx, opts, func(ctx context.Context) (struct{}, bool, error) {
		err := apply(ctx)
		if gcp.IsNotFound(err) {
			return struct{}{}, false, nil
		}
		return struct{}{}, true, err
	})
	return err
}

// Observe implements [reconcile.Component].
func (m *metrics) Observe(ctx context.Context) (reconcile.Observation, error) {
	kube, err := m.kubernetes(ctx)
	if gcp.IsNotFound(err) {
		return reconcile.Observation{Presence: reconcile.Absent}, nil
	}
	if err != nil {
		return reconcile.Observation{}, err
	}
	var parts []reconcile.Observation
	for _, o := range m.objects(kube) {
		_, seen, err := seeKube(ctx, o)
		if err != nil {
			return reconcile.Observation{}, err
		}
		parts = append(parts, seen)
	}
	return join(parts...), nil
}

// Converge implements [reconcile.Component].
func (m *metrics) Converge(ctx context.Context, s *reconcile.Step) error {
	kube, err := m.kubernetes(ctx)
	if err != nil {
		return err
	}
	for _, o := range m.objects(kube) {
		if err := convergeKube(ctx, s, o); err != nil {
			return err
		}
	}
	return nil
}

// Remove implements [reconcile.Component].
func (m *metrics) Remove(ctx context.Context, s *reconcile.Step) error {
	return m.reached(ctx, func(kube *gcp.Kubernetes) error {
		for _, o := range m.objects(kube) {
			if err := o.delete(ctx, s); err != nil {
				return err
			}
		}
		return nil
	})
}
