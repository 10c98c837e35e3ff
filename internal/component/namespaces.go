package component

import (
	"context"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
)

const (
	// SystemNamespace holds the platform's own services.
	SystemNamespace = "cortx-system"
	// TenantsNamespace is what all tenants of dev share.
	TenantsNamespace = "cortx-tenants"

	podSecurity = "pod-security.kubernetes.io/"
)

var (
	namespaceKind  = schema.GroupVersionResource{Version: "v1", Resource: "namespaces"}
	limitRangeKind = schema.GroupVersionResource{Version: "v1", Resource: "limitranges"}
)

// namespaces are the Kubernetes namespaces of the platform, and of all tenants
// where they share one.
type namespaces struct{ base }

func newNamespaces(e *Env) reconcile.Component {
	return &namespaces{base{Env: e, name: policy.ComponentNamespaces, needs: []string{policy.ComponentCluster, nodePoolsName}}}
}

// PodSecurityLabels are the labels by which a namespace enforces the pod
// security standard of the environment.
func (s *Spec) PodSecurityLabels() map[string]string {
	level := s.Settings.String(policy.ClusterPodSecurity)
	return map[string]string{podSecurity + "enforce": level, podSecurity + "warn": level, podSecurity + "audit": level}
}

// namespace is a namespace under the environment's pod security standard.
func (s *Spec) namespace(name string) *unstructured.Unstructured {
	wanted := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": "Namespace"}}
	wanted.SetName(name)
	wanted.SetLabels(s.PodSecurityLabels())
	return wanted
}

// limitRange gives containers of tenants that ask for nothing a share, and keeps
// one from asking for all. Quantities are in the form that the API keeps.
func limitRange() *unstructured.Unstructured {
	wanted := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "LimitRange",
		"spec": map[string]any{"limits": []any{map[string]any{
			"type":           "Container",
			"default":        map[string]any{"cpu": "500m", "memory": "512Mi"},
			"defaultRequest": map[string]any{"cpu": "100m", "memory": "128Mi"},
			"max":            map[string]any{"cpu": "2", "memory": "4Gi"},
		}}},
	}}
	wanted.SetNamespace(TenantsNamespace)
	wanted.SetName("cortx-defaults")
	return wanted
}

// sharesNamespace tells whether tenants share a namespace.
func (s *Spec) sharesNamespace() bool { return s.Tier == policy.Dev }

// NamespaceObjects are the environment's own namespaces and what bounds the
// tenants' shared one, without the owner's labels, in the order in which they
// are made.
func (s *Spec) NamespaceObjects() []*unstructured.Unstructured {
	all := []*unstructured.Unstructured{s.namespace(SystemNamespace)}
	if s.sharesNamespace() {
		all = append(all, s.namespace(TenantsNamespace), limitRange())
	}
	return all
}

// objects are all of them, in the order in which they are made.
func (n *namespaces) objects(kube *gcp.Kubernetes) []object[*unstructured.Unstructured] {
	var all []object[*unstructured.Unstructured]
	for _, wanted := range n.spec.NamespaceObjects() {
		kind := namespaceKind
		if wanted.GetKind() == "LimitRange" {
			kind = limitRangeKind
		}
		all = append(all, n.kubeObject(n.name, kube, kind, wanted))
	}
	return all
}

// Observe implements [reconcile.Component].
func (n *namespaces) Observe(ctx context.Context) (reconcile.Observation, error) {
	kube, err := n.kubernetes(ctx)
	if gcp.IsNotFound(err) {
		return reconcile.Observation{Presence: reconcile.Absent}, nil
	}
	if err != nil {
		return reconcile.Observation{}, err
	}
	var parts []reconcile.Observation
	level := ""
	for _, o := range n.objects(kube) {
		found, seen, err := seeKube(ctx, o)
		if err != nil {
			return reconcile.Observation{}, err
		}
		if found != nil && found.GetKind() == "Namespace" {
			// The setting shows what the label enforces; the weaker of two counts.
			if got := found.GetLabels()[podSecurity+"enforce"]; level == "" || got != n.spec.Settings[policy.ClusterPodSecurity] {
				level = got
			}
		}
		parts = append(parts, seen)
	}
	all := join(parts...)
	if all.Presence != reconcile.Absent {
		all.Values[policy.ClusterPodSecurity] = level
	}
	return all, nil
}

// Converge implements [reconcile.Component].
func (n *namespaces) Converge(ctx context.Context, s *reconcile.Step) error {
	kube, err := n.kubernetes(ctx)
	if err != nil {
		return err
	}
	if n.spec.sharesNamespace() {
		if err := n.reset(ctx, s, resetNote, func(ctx context.Context) error {
			return n.kubeObject(n.name, kube, namespaceKind, n.spec.namespace(TenantsNamespace)).delete(ctx, s)
		}); err != nil {
			return err
		}
	}
	for _, o := range n.objects(kube) {
		if err := convergeKube(ctx, s, o); err != nil {
			return err
		}
	}
	return nil
}

// Remove implements [reconcile.Component]. What a namespace holds beyond the
// cluster, such as disks and addresses, goes with it, while there is a cluster
// to see to that.
func (n *namespaces) Remove(ctx context.Context, s *reconcile.Step) error {
	return n.reached(ctx, func(kube *gcp.Kubernetes) error {
		for _, name := range []string{TenantsNamespace, SystemNamespace} {
			if err := n.kubeObject(n.name, kube, namespaceKind, n.spec.namespace(name)).delete(ctx, s); err != nil {
				return err
			}
		}
		return nil
	})
}
