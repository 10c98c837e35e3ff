package emulator

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	nodev1 "k8s.io/api/node/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	utilvalidation "k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// checkMeta checks what all objects have: name, namespace, labels, annotations,
// finalizers, owners; old is nil for a new one.
func (k *kubeRequest) checkMeta(o, old metav1.Object) field.ErrorList {
	names := validation.NameIsDNSSubdomain
	switch k.kind.kind {
	case "Namespace":
		names = validation.ValidateNamespaceName
	case "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding":
		names = validRBACName
	case "ServiceAccount":
		names = validation.ValidateServiceAccountName
	}
	at := field.NewPath("metadata")
	problems := validation.ValidateObjectMetaAccessor(o, k.kind.namespaced, names, at)
	if old != nil {
		// What is on its way out may lose finalizers, and gain none.
		return append(problems, validation.ValidateObjectMetaAccessorUpdate(o, old, at)...)
	}
	return problems
}

// checkFinalizers refuses a finalizer that is nobody's: a name without a domain.
// Objects of custom kinds may have one.
func checkFinalizers(o metav1.Object) (problems field.ErrorList) {
	at := field.NewPath("metadata", "finalizers")
	standard := []string{metav1.FinalizerOrphanDependents, metav1.FinalizerDeleteDependents, string(corev1.FinalizerKubernetes)}
	for i, name := range o.GetFinalizers() {
		if !strings.Contains(name, "/") && !slices.Contains(standard, name) {
			problems = append(problems, field.Invalid(at.Index(i), name, "name is neither a standard finalizer name nor is it fully qualified"))
		}
	}
	return problems
}

// validRBACName refuses what can't be a part of a path.
func validRBACName(name string, _ bool) []string {
	switch {
	case name == "." || name == "..":
		return []string{"may not be '" + name + "'"}
	case strings.ContainsAny(name, "/%"):
		return []string{"may not contain '/' or '%'"}
	}
	return nil
}

// as converts the old object of an update, nil for a new one.
func as[T kubeObject](old kubeObject) (T, bool) {
	v, ok := old.(T)
	return v, ok
}

func must[T kubeObject](o kubeObject) T {
	v, _ := o.(T)
	return v
}

func immutable(path string, changed bool) field.ErrorList {
	if !changed {
		return nil
	}
	return field.ErrorList{field.Forbidden(field.NewPath(path), "field is immutable when `immutable` is set")}
}

func prepareConfigMap(_ *kubeRequest, o, old kubeObject) (problems field.ErrorList) {
	m := must[*corev1.ConfigMap](o)
	size := 0
	for key, value := range m.Data {
		problems = append(problems, dataKey(key, "data")...)
		size += len(value)
		if _, both := m.BinaryData[key]; both {
			problems = append(problems, field.Invalid(field.NewPath("data").Key(key), key, "duplicate of key present in binaryData"))
		}
	}
	for key, value := range m.BinaryData {
		problems = append(problems, dataKey(key, "binaryData")...)
		size += len(value)
	}
	problems = append(problems, dataSize(size)...)
	if was, ok := as[*corev1.ConfigMap](old); ok && was.Immutable != nil && *was.Immutable {
		problems = append(problems, immutable("data", !same(m.Data, was.Data))...)
		problems = append(problems, immutable("binaryData", !same(m.BinaryData, was.BinaryData))...)
		problems = append(problems, immutable("immutable", m.Immutable == nil || !*m.Immutable)...)
	}
	return problems
}

func dataKey(key, where string) (problems field.ErrorList) {
	for _, text := range utilvalidation.IsConfigMapKey(key) {
		problems = append(problems, field.Invalid(field.NewPath(where).Key(key), key, text))
	}
	return problems
}

func dataSize(size int) field.ErrorList {
	if size <= corev1.MaxSecretSize {
		return nil
	}
	return field.ErrorList{field.TooLong(field.NewPath(""), "", corev1.MaxSecretSize)}
}

func prepareSecret(_ *kubeRequest, o, old kubeObject) (problems field.ErrorList) {
	s := must[*corev1.Secret](o)
	for key, value := range s.StringData {
		if s.Data == nil {
			s.Data = map[string][]byte{}
		}
		s.Data[key] = []byte(value)
	}
	s.StringData = nil
	if s.Type == "" {
		s.Type = corev1.SecretTypeOpaque
	}
	size := 0
	for key, value := range s.Data {
		problems = append(problems, dataKey(key, "data")...)
		size += len(value)
	}
	problems = append(problems, dataSize(size)...)
	required := map[corev1.SecretType][]string{
		corev1.SecretTypeTLS: {"tls.crt", "tls.key"}, corev1.SecretTypeSSHAuth: {"ssh-privatekey"},
		corev1.SecretTypeDockerConfigJson: {".dockerconfigjson"}, corev1.SecretTypeDockercfg: {".dockercfg"},
	}[s.Type]
	for _, key := range required {
		if _, ok := s.Data[key]; !ok {
			problems = append(problems, field.Required(field.NewPath("data").Key(key), ""))
		}
	}
	if was, ok := as[*corev1.Secret](old); ok {
		if s.Type != was.Type {
			problems = append(problems, field.Invalid(field.NewPath("type"), s.Type, "field is immutable"))
		}
		if was.Immutable != nil && *was.Immutable {
			problems = append(problems, immutable("data", !same(s.Data, was.Data))...)
			problems = append(problems, immutable("immutable", s.Immutable == nil || !*s.Immutable)...)
		}
	}
	return problems
}

func prepareServiceAccount(_ *kubeRequest, _, _ kubeObject) field.ErrorList { return nil }

func prepareNamespace(_ *kubeRequest, o, old kubeObject) field.ErrorList {
	n := must[*corev1.Namespace](o)
	if n.Labels == nil {
		n.Labels = map[string]string{}
	}
	n.Labels[corev1.LabelMetadataName] = n.GetName()
	was, ok := as[*corev1.Namespace](old)
	if ok {
		n.Spec = was.Spec
		return nil
	}
	n.Spec.Finalizers = []corev1.FinalizerName{corev1.FinalizerKubernetes}
	n.Status.Phase = corev1.NamespaceActive
	return nil
}

// namespaceCreated makes what the cluster puts into every namespace.
func namespaceCreated(k *kubeRequest, r *kubeRecord) error {
	return k.seedContent(textAt(kubeMeta(r.Object), "name"))
}

func prepareLimitRange(_ *kubeRequest, o, _ kubeObject) (problems field.ErrorList) {
	l := must[*corev1.LimitRange](o)
	at := field.NewPath("spec", "limits")
	seen := map[corev1.LimitType]bool{}
	for i := range l.Spec.Limits {
		item, here := &l.Spec.Limits[i], at.Index(i)
		switch {
		case item.Type == "":
			for _, text := range utilvalidation.IsQualifiedName("") {
				problems = append(problems, field.Invalid(here.Child("type"), item.Type, text))
			}
		case seen[item.Type]:
			problems = append(problems, field.Duplicate(here.Child("type"), item.Type))
		}
		seen[item.Type] = true
		limitDefaults(item)
		problems = append(problems, checkLimits(item, here)...)
	}
	return problems
}

// limitDefaults fills in a container's defaults: what must not be exceeded is
// the limit, the limit is the request, and so is the least that is allowed.
func limitDefaults(item *corev1.LimitRangeItem) {
	if item.Type != corev1.LimitTypeContainer {
		return
	}
	fill := func(to *corev1.ResourceList, from corev1.ResourceList) {
		for name, quantity := range from {
			if *to == nil {
				*to = corev1.ResourceList{}
			}
			if _, ok := (*to)[name]; !ok {
				(*to)[name] = quantity.DeepCopy()
			}
		}
	}
	fill(&item.Default, item.Max)
	fill(&item.DefaultRequest, item.Default)
	fill(&item.DefaultRequest, item.Min)
}

func checkLimits(item *corev1.LimitRangeItem, at *field.Path) (problems field.ErrorList) {
	if item.Type == corev1.LimitTypePod && (len(item.Default) > 0 || len(item.DefaultRequest) > 0) {
		problems = append(problems, field.Forbidden(at.Child("default"), "may not be specified when `type` is 'Pod'"))
	}
	order := []struct {
		name string
		list corev1.ResourceList
	}{{"min", item.Min}, {"defaultRequest", item.DefaultRequest}, {"default", item.Default}, {"max", item.Max}}
	for i, low := range order {
		for name, quantity := range low.list {
			for _, high := range order[i+1:] {
				if most, ok := high.list[name]; ok && quantity.Cmp(most) > 0 {
					problems = append(problems, field.Invalid(at.Child(low.name).Key(string(name)), quantity.String(), low.name+" value "+quantity.String()+" is greater than "+high.name+" value "+most.String()))
				}
			}
		}
	}
	return problems
}

func prepareQuota(_ *kubeRequest, o, old kubeObject) (problems field.ErrorList) {
	q := must[*corev1.ResourceQuota](o)
	for name, quantity := range q.Spec.Hard {
		at := field.NewPath("spec", "hard").Key(string(name))
		if quantity.Sign() < 0 {
			problems = append(problems, field.Invalid(at, quantity.String(), "must be greater than or equal to 0"))
		}
		if !knownQuota(string(name)) {
			problems = append(problems,
				field.Invalid(at, string(name), "must be a standard resource type or fully qualified"), field.Invalid(at, string(name), "must be a standard resource for quota"))
		}
	}
	if was, ok := as[*corev1.ResourceQuota](old); ok && !same(q.Spec.Scopes, was.Spec.Scopes) {
		problems = append(problems, field.Invalid(field.NewPath("spec", "scopes"), q.Spec.Scopes, "field is immutable"))
	}
	return problems
}

// knownQuota tells the resources that a quota can count: a name with a domain is
// anybody's.
func knownQuota(name string) bool {
	if strings.Contains(name, "/") {
		return true
	}
	return slices.Contains([]string{
		"cpu", "memory", "ephemeral-storage", "requests.cpu", "requests.memory", "requests.storage", "requests.ephemeral-storage",
		"limits.cpu", "limits.memory", "limits.ephemeral-storage", "pods", "services", "replicationcontrollers", "resourcequotas",
		"secrets", "configmaps", "persistentvolumeclaims", "services.nodeports", "services.loadbalancers",
	}, name)
}

// countQuota sets the status of a quota: what it limits and how much of that
// there is. Only objects can be used up here: there are no pods.
func (k *kubeRequest) countQuota(o map[string]any) error {
	spec, _ := o["spec"].(map[string]any)
	hard, ok := spec["hard"].(map[string]any)
	if !ok {
		return nil
	}
	used := map[string]any{}
	for name := range hard {
		plural, group := name, ""
		if rest, ok := strings.CutPrefix(name, "count/"); ok {
			plural, group, _ = strings.Cut(rest, ".")
		}
		count := int64(0)
		if t := kubeTypeOf(group, "v1", plural); t != nil {
			all, err := k.s.kubeAll(k.cluster, t, textAt(kubeMeta(o), "namespace"))
			if err != nil {
				return err
			}
			count = int64(len(all))
		}
		used[name] = resource.NewQuantity(count, resource.DecimalSI).String()
	}
	o["status"] = map[string]any{"hard": hard, "used": used}
	return nil
}

func prepareRuntimeClass(_ *kubeRequest, o, old kubeObject) (problems field.ErrorList) {
	r := must[*nodev1.RuntimeClass](o)
	if r.Handler == "" {
		return field.ErrorList{field.Required(field.NewPath("handler"), "")}
	}
	for _, text := range utilvalidation.IsDNS1123Label(r.Handler) {
		problems = append(problems, field.Invalid(field.NewPath("handler"), r.Handler, text))
	}
	if was, ok := as[*nodev1.RuntimeClass](old); ok && r.Handler != was.Handler {
		problems = append(problems, field.Invalid(field.NewPath("handler"), r.Handler, "field is immutable"))
	}
	return problems
}
