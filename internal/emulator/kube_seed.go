package emulator

import (
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// The namespaces of every cluster, and those of Managed Prometheus.
var (
	systemNamespaces     = []string{"default", "gke-managed-system", "kube-node-lease", "kube-public", "kube-system"}
	monitoringNamespaces = []string{"gmp-public", "gmp-system"}
)

// prepareKube makes what a cluster's control plane makes by itself and is not
// there yet, and returns the kinds that the cluster has.
func (s *Server) prepareKube(c *gkeCluster) ([]*kubeType, error) {
	var state kubeState
	version, err := s.load(kindKubeState, c.name, &state)
	if status.Code(err) == codes.NotFound {
		if err := s.create(kindKubeState, c.name, c.name, kubeState{Revision: 1000}); err != nil {
			return nil, err
		}
		version, err = s.load(kindKubeState, c.name, &state)
	}
	if err != nil {
		return nil, err
	}
	_ = version
	k := &kubeRequest{s: s, cluster: c.name}
	if !state.Seeded {
		if err := k.seedSystem(); err != nil {
			return nil, err
		}
		version, err := s.load(kindKubeState, c.name, &state)
		if err != nil {
			return nil, err
		}
		state.Seeded = true
		if err := s.update(kindKubeState, c.name, version, state); err != nil {
			return nil, err
		}
	}
	if managedPrometheus(c) {
		if err := k.seedMonitoring(); err != nil {
			return nil, err
		}
	}
	if err := k.seedSandbox(c); err != nil {
		return nil, err
	}
	var known []*kubeType
	for _, t := range kubeTypes() {
		if t.served == nil || t.served(c) {
			known = append(known, t)
		}
	}
	return known, nil
}

// seed makes an object of the cluster's own, unless it is there.
func (k *kubeRequest) seed(group, plural, namespace, name string, content map[string]any) error {
	t := kubeTypeOf(group, "v1", plural)
	if _, err := k.s.kubeLoad(k.cluster, t, namespace, name); !apierrors.IsNotFound(err) {
		return err
	}
	meta := map[string]any{"name": name, "uid": k.s.newUUID(), "creationTimestamp": k.s.kubeTime()}
	if namespace != "" {
		meta["namespace"] = namespace
	}
	if t.generated || t.custom {
		meta["generation"] = int64(1)
	}
	o := map[string]any{"apiVersion": t.apiVersion(), "kind": t.kind, "metadata": meta}
	for key, value := range content {
		o[key] = value
	}
	if extra, ok := content["metadata"].(map[string]any); ok {
		for key, value := range extra {
			meta[key] = value
		}
		o["metadata"] = meta
	}
	return k.s.kubeSave(k.cluster, t, &kubeRecord{Object: o, Auto: true})
}

// seedNamespace makes a namespace of the cluster's own and what is in each.
func (k *kubeRequest) seedNamespace(name string) error {
	err := k.seed("", "namespaces", "", name, map[string]any{
		"metadata": map[string]any{"labels": map[string]any{"kubernetes.io/metadata.name": name}},
		"spec":     map[string]any{"finalizers": []any{"kubernetes"}},
		"status":   map[string]any{"phase": "Active"},
	})
	if err != nil {
		return err
	}
	return k.seedContent(name)
}

// seedContent makes what every namespace gets: the default service account and
// the certificate of the cluster's authority.
func (k *kubeRequest) seedContent(namespace string) error {
	if err := k.seed("", "serviceaccounts", namespace, "default", nil); err != nil {
		return err
	}
	return k.seed("", "configmaps", namespace, "kube-root-ca.crt", map[string]any{
		"metadata": map[string]any{"annotations": map[string]any{
			"kubernetes.io/description": "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.",
		}},
		"data": map[string]any{"ca.crt": "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"},
	})
}

func (k *kubeRequest) seedSystem() error {
	for _, name := range systemNamespaces {
		if err := k.seedNamespace(name); err != nil {
			return err
		}
	}
	everything := []any{
		map[string]any{"apiGroups": []any{"*"}, "resources": []any{"*"}, "verbs": []any{"*"}},
		map[string]any{"nonResourceURLs": []any{"*"}, "verbs": []any{"*"}},
	}
	labels := map[string]any{"labels": map[string]any{"kubernetes.io/bootstrapping": "rbac-defaults"}}
	if err := k.seed("rbac.authorization.k8s.io", "clusterroles", "", "cluster-admin", map[string]any{"metadata": labels, "rules": everything}); err != nil {
		return err
	}
	return k.seed("rbac.authorization.k8s.io", "clusterrolebindings", "", "cluster-admin", map[string]any{
		"metadata": labels,
		"roleRef":  map[string]any{"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"},
		"subjects": []any{map[string]any{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "system:masters"}},
	})
}

func managedPrometheus(c *gkeCluster) bool {
	return c.value.GetMonitoringConfig().GetManagedPrometheusConfig().GetEnabled()
}

func (k *kubeRequest) seedMonitoring() error {
	for _, name := range monitoringNamespaces {
		if err := k.seedNamespace(name); err != nil {
			return err
		}
	}
	return k.seed(monitoringGroup, "operatorconfigs", "gmp-public", "config", nil)
}

// seedSandbox makes the RuntimeClass of GKE Sandbox while a node pool has it.
func (k *kubeRequest) seedSandbox(c *gkeCluster) error {
	for _, p := range c.pools {
		if !sandboxed(p.value) {
			continue
		}
		return k.seed("node.k8s.io", "runtimeclasses", "", "gvisor", map[string]any{
			"metadata":   map[string]any{"labels": map[string]any{"addonmanager.kubernetes.io/mode": "Reconcile"}},
			"handler":    "gvisor",
			"scheduling": map[string]any{"nodeSelector": map[string]any{sandboxKey: sandboxValue}},
		})
	}
	return nil
}
