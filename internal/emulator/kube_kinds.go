package emulator

import (
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	nodev1 "k8s.io/api/node/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// kubeObject is an object of a Kubernetes API as its Go type.
type kubeObject interface {
	metav1.Object
	GetObjectKind() schema.ObjectKind
}

// kubeType is a kind of object that the clusters' Kubernetes APIs have.
type kubeType struct {
	group, version, kind string
	plural, singular     string
	short                []string
	namespaced           bool
	// fresh makes an empty object. Its Go type says which fields there are.
	fresh func() kubeObject
	// prepare sets what the server fills in and checks the object; old is nil
	// for a new one.
	prepare func(k *kubeRequest, o, old kubeObject) field.ErrorList
	// admit is the webhook that the kind's operator has, which sees only what is
	// valid.
	admit func(k *kubeRequest, o kubeObject) error
	// created is what the cluster does about a new object.
	created func(k *kubeRequest, r *kubeRecord) error
	// generated says that the kind counts the changes of its spec.
	generated bool
	// custom marks a kind that a CustomResourceDefinition brings, whose lists
	// in apply are replaced as a whole.
	custom bool
	// served, when set, says whether a cluster has the kind.
	served func(c *gkeCluster) bool
}

func (t *kubeType) gvk() schema.GroupVersionKind {
	return schema.GroupVersionKind{Group: t.group, Version: t.version, Kind: t.kind}
}

func (t *kubeType) resource() schema.GroupResource {
	return schema.GroupResource{Group: t.group, Resource: t.plural}
}

func (t *kubeType) apiVersion() string { return t.gvk().GroupVersion().String() }

func kubeTypeOf(group, version, plural string) *kubeType {
	for _, t := range kubeTypes() {
		if t.group == group && t.version == version && t.plural == plural {
			return t
		}
	}
	return nil
}

// kubeTypes lists the kinds in the order of discovery. Package-level literals
// lie in the files that check them.
func kubeTypes() []*kubeType {
	const rbac = rbacv1.GroupName
	return []*kubeType{
		{
			version: "v1", kind: "ConfigMap", plural: "configmaps", singular: "configmap", short: []string{"cm"}, namespaced: true,
			fresh: func() kubeObject { return &corev1.ConfigMap{} }, prepare: prepareConfigMap,
		},
		{
			version: "v1", kind: "LimitRange", plural: "limitranges", singular: "limitrange", short: []string{"limits"}, namespaced: true,
			fresh: func() kubeObject { return &corev1.LimitRange{} }, prepare: prepareLimitRange,
		},
		{
			version: "v1", kind: "Namespace", plural: "namespaces", singular: "namespace", short: []string{"ns"},
			fresh: func() kubeObject { return &corev1.Namespace{} }, prepare: prepareNamespace, created: namespaceCreated,
		},
		{
			version: "v1", kind: "ResourceQuota", plural: "resourcequotas", singular: "resourcequota", short: []string{"quota"}, namespaced: true,
			fresh: func() kubeObject { return &corev1.ResourceQuota{} }, prepare: prepareQuota,
		},
		{
			version: "v1", kind: "Secret", plural: "secrets", singular: "secret", namespaced: true,
			fresh: func() kubeObject { return &corev1.Secret{} }, prepare: prepareSecret,
		},
		{
			version: "v1", kind: "ServiceAccount", plural: "serviceaccounts", singular: "serviceaccount", short: []string{"sa"}, namespaced: true,
			fresh: func() kubeObject { return &corev1.ServiceAccount{} }, prepare: prepareServiceAccount,
		},
		{
			group: "batch", version: "v1", kind: "Job", plural: "jobs", singular: "job", namespaced: true, generated: true,
			fresh: func() kubeObject { return &batchv1.Job{} }, prepare: prepareJob, created: jobCreated,
		},
		{
			group: "networking.k8s.io", version: "v1", kind: "NetworkPolicy", plural: "networkpolicies", singular: "networkpolicy", short: []string{"netpol"}, namespaced: true, generated: true,
			fresh: func() kubeObject { return &networkingv1.NetworkPolicy{} }, prepare: prepareNetworkPolicy,
		},
		{
			group: "node.k8s.io", version: "v1", kind: "RuntimeClass", plural: "runtimeclasses", singular: "runtimeclass",
			fresh: func() kubeObject { return &nodev1.RuntimeClass{} }, prepare: prepareRuntimeClass,
		},
		{
			group: rbac, version: "v1", kind: "ClusterRole", plural: "clusterroles", singular: "clusterrole",
			fresh: func() kubeObject { return &rbacv1.ClusterRole{} }, prepare: prepareClusterRole,
		},
		{
			group: rbac, version: "v1", kind: "ClusterRoleBinding", plural: "clusterrolebindings", singular: "clusterrolebinding",
			fresh: func() kubeObject { return &rbacv1.ClusterRoleBinding{} }, prepare: prepareClusterRoleBinding,
		},
		{
			group: rbac, version: "v1", kind: "Role", plural: "roles", singular: "role", namespaced: true,
			fresh: func() kubeObject { return &rbacv1.Role{} }, prepare: prepareRole,
		},
		{
			group: rbac, version: "v1", kind: "RoleBinding", plural: "rolebindings", singular: "rolebinding", namespaced: true,
			fresh: func() kubeObject { return &rbacv1.RoleBinding{} }, prepare: prepareRoleBinding,
		},
		monitoringType("ClusterPodMonitoring", "clusterpodmonitorings", "clusterpodmonitoring", false, func() kubeObject { return &podMonitoring{} }, preparePodMonitoring),
		monitoringType("ClusterRules", "clusterrules", "clusterrules", false, func() kubeObject { return &promRules{} }, prepareRules),
		monitoringType("GlobalRules", "globalrules", "globalrules", false, func() kubeObject { return &promRules{} }, prepareRules),
		monitoringType("OperatorConfig", "operatorconfigs", "operatorconfig", true, func() kubeObject { return &operatorConfig{} }, prepareOperatorConfig),
		monitoringType("PodMonitoring", "podmonitorings", "podmonitoring", true, func() kubeObject { return &podMonitoring{} }, preparePodMonitoring),
		monitoringType("Rules", "rules", "rules", true, func() kubeObject { return &promRules{} }, prepareRules),
	}
}

// kubeUnmodelled are resources that every cluster has and that are not modelled,
// by group.
var kubeUnmodelled = map[string][]string{
	"": {
		"bindings", "componentstatuses", "endpoints", "events", "nodes", "persistentvolumeclaims", "persistentvolumes",
		"pods", "podtemplates", "replicationcontrollers", "services",
	},
	"batch":                        {"cronjobs"},
	"networking.k8s.io":            {"ingressclasses", "ingresses", "ipaddresses", "servicecidrs"},
	"apps":                         nil,
	"autoscaling":                  nil,
	"policy":                       nil,
	"apiextensions.k8s.io":         nil,
	"admissionregistration.k8s.io": nil,
	"authentication.k8s.io":        nil,
	"authorization.k8s.io":         nil,
	"certificates.k8s.io":          nil,
	"coordination.k8s.io":          nil,
	"discovery.k8s.io":             nil,
	"events.k8s.io":                nil,
	"scheduling.k8s.io":            nil,
	"storage.k8s.io":               nil,
}
