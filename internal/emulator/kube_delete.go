package emulator

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// namespaceDeletion is about what emptying a namespace without pods takes.
const namespaceDeletion = 10 * time.Second

// collection is about what the garbage collector takes to see that nothing
// depends on an object.
const collection = time.Second

// collectLater says when an object on its way out is gone for which the garbage
// collector alone is waited.
func (s *Server) collectLater(r *kubeRecord) {
	finalizers, _ := kubeMeta(r.Object)["finalizers"].([]any)
	r.GoneAt = nil
	if len(finalizers) == 1 && (finalizers[0] == metav1.FinalizerDeleteDependents || finalizers[0] == metav1.FinalizerOrphanDependents) {
		at := s.now().Add(collection)
		r.GoneAt = &at
	}
}

// deleteOptions reads the options of a deletion from the body, or from the
// query.
func (k *kubeRequest) deleteOptions() (*metav1.DeleteOptions, error) {
	o := &metav1.DeleteOptions{}
	if len(k.body) > 0 {
		if err := json.Unmarshal(k.body, o); err != nil {
			return nil, apierrors.NewBadRequest("the options of the deletion can't be read: " + err.Error())
		}
	}
	if p := k.query.Get("propagationPolicy"); p != "" {
		policy := metav1.DeletionPropagation(p)
		o.PropagationPolicy = &policy
	}
	if o.PropagationPolicy != nil {
		valid := []metav1.DeletionPropagation{metav1.DeletePropagationBackground, metav1.DeletePropagationForeground, metav1.DeletePropagationOrphan}
		if !slices.Contains(valid, *o.PropagationPolicy) {
			return nil, apierrors.NewInvalid(schema.GroupKind{Group: "meta.k8s.io", Kind: "DeleteOptions"}, "", field.ErrorList{
				field.NotSupported(field.NewPath("propagationPolicy"), *o.PropagationPolicy, []string{string(valid[1]), string(valid[0]), string(valid[2]), "nil"}),
			})
		}
	}
	if slices.Contains(o.DryRun, metav1.DryRunAll) {
		k.query.Set("dryRun", metav1.DryRunAll)
	}
	return o, nil
}

// remove serves DELETE of one object. It is gone at once, but for a namespace
// and for what has finalizers.
func (k *kubeRequest) remove(ctx context.Context) (any, error) {
	o, err := k.deleteOptions()
	if err != nil {
		return nil, err
	}
	r, err := k.s.kubeLoad(k.cluster, k.kind, k.namespace, k.name)
	if err != nil {
		return nil, err
	}
	meta := kubeMeta(r.Object)
	if p := o.Preconditions; p != nil {
		if p.UID != nil && string(*p.UID) != textAt(meta, "uid") {
			return nil, apierrors.NewConflict(schema.GroupResource{Group: k.kind.group, Resource: k.kind.kind}, k.name, fmt.Errorf("Precondition failed: UID in precondition: %s, UID in object meta: %s", *p.UID, textAt(meta, "uid"))) //nolint:staticcheck // the server's words
		}
		if p.ResourceVersion != nil && *p.ResourceVersion != textAt(meta, "resourceVersion") {
			return nil, apierrors.NewConflict(schema.GroupResource{Group: k.kind.group, Resource: k.kind.kind}, k.name, fmt.Errorf("Precondition failed: ResourceVersion in precondition: %s, ResourceVersion in object meta: %s", *p.ResourceVersion, textAt(meta, "resourceVersion"))) //nolint:staticcheck // the server's words
		}
	}
	if k.kind.kind == "Namespace" && slices.Contains([]string{"default", "kube-system", "kube-public"}, k.name) {
		return nil, apierrors.NewForbidden(k.kind.resource(), k.name, fmt.Errorf("this namespace may not be deleted"))
	}
	if o.PropagationPolicy != nil && meta["deletionTimestamp"] == nil {
		collectFirst(meta, *o.PropagationPolicy)
	}
	if k.dryRun() {
		return k.deleted(r), nil
	}
	return k.take(ctx, r)
}

// collectFirst has the garbage collector see to what depends on an object before
// that is gone.
func collectFirst(meta map[string]any, policy metav1.DeletionPropagation) {
	finalizers, _ := meta["finalizers"].([]any)
	finalizers = slices.DeleteFunc(slices.Clone(finalizers), func(f any) bool {
		return f == metav1.FinalizerDeleteDependents || f == metav1.FinalizerOrphanDependents
	})
	switch policy {
	case metav1.DeletePropagationForeground:
		finalizers = append(finalizers, metav1.FinalizerDeleteDependents)
	case metav1.DeletePropagationOrphan:
		finalizers = append(finalizers, metav1.FinalizerOrphanDependents)
	case metav1.DeletePropagationBackground:
	}
	delete(meta, "finalizers")
	if len(finalizers) > 0 {
		meta["finalizers"] = finalizers
	}
}

// take starts or does the deletion of an object.
func (k *kubeRequest) take(ctx context.Context, r *kubeRecord) (any, error) {
	meta := kubeMeta(r.Object)
	finalizers, _ := meta["finalizers"].([]any)
	if k.kind.kind != "Namespace" && len(finalizers) == 0 {
		return k.deleted(r), k.s.kubeDrop(k.cluster, k.kind, textAt(meta, "namespace"), textAt(meta, "name"))
	}
	if meta["deletionTimestamp"] != nil {
		return r.Object, nil
	}
	meta["deletionTimestamp"] = k.s.kubeTime()
	if k.kind.kind == "Namespace" {
		r.Object["status"] = map[string]any{"phase": "Terminating"}
		doneAt, failure := k.s.operationFate(ctx, namespaceDeletion)
		if failure != nil {
			// A namespace whose content can't be deleted stays as it is.
			doneAt = never
			r.Object["status"] = map[string]any{"phase": "Terminating", "conditions": []any{map[string]any{
				"type": "NamespaceDeletionContentFailure", "status": "True", "reason": "ContentDeletionFailed",
				"message": failure.Message, "lastTransitionTime": k.s.kubeTime(),
			}}}
		}
		r.GoneAt = &doneAt
	} else {
		meta["deletionGracePeriodSeconds"] = int64(0)
		if k.kind.generated || k.kind.custom {
			n, _ := meta["generation"].(float64)
			meta["generation"] = int64(n) + 1
		}
		k.s.collectLater(r)
	}
	return r.Object, k.s.kubeSave(k.cluster, k.kind, r)
}

// deleted is the reply to a deletion that is done.
func (k *kubeRequest) deleted(r *kubeRecord) any {
	meta := kubeMeta(r.Object)
	details := map[string]any{"name": textAt(meta, "name"), "kind": k.kind.plural, "uid": textAt(meta, "uid")}
	if k.kind.group != "" {
		details["group"] = k.kind.group
	}
	return map[string]any{
		"kind": "Status", "apiVersion": "v1", "metadata": map[string]any{}, "status": metav1.StatusSuccess, "details": details,
	}
}

// removeCollection serves DELETE of what the selectors choose in a namespace.
func (k *kubeRequest) removeCollection(ctx context.Context) (any, error) {
	if k.kind.kind == "Namespace" || k.kind.namespaced && k.namespace == "" {
		return nil, kubeError(405, metav1.StatusReasonMethodNotAllowed, "the server does not allow this method on the requested resource", &metav1.StatusDetails{})
	}
	if _, err := k.deleteOptions(); err != nil {
		return nil, err
	}
	chosen, err := k.choose()
	if err != nil {
		return nil, err
	}
	items := []any{}
	for _, r := range chosen {
		shown := maps.Clone(r.Object)
		if !k.kind.custom {
			delete(shown, "kind")
			delete(shown, "apiVersion")
		}
		items = append(items, shown)
		if k.dryRun() {
			continue
		}
		if _, err := k.take(ctx, r); err != nil {
			return nil, err
		}
	}
	return map[string]any{
		"kind": k.kind.kind + "List", "apiVersion": k.kind.apiVersion(),
		"metadata": map[string]any{"resourceVersion": k.s.revision(k.cluster)}, "items": items,
	}, nil
}
