package emulator

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// namespaceDeletion is about what emptying a namespace without pods takes.
const namespaceDeletion = 10 * time.Second

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
			return nil, apierrors.NewBadRequest(fmt.Sprintf("invalid propagationPolicy %q: it must be Foreground, Background or Orphan", *o.PropagationPolicy))
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
			return nil, apierrors.NewConflict(k.kind.resource(), k.name, fmt.Errorf("Precondition failed: UID in precondition: %s, UID in object meta: %s", *p.UID, textAt(meta, "uid"))) //nolint:staticcheck // the server's words
		}
		if p.ResourceVersion != nil && *p.ResourceVersion != textAt(meta, "resourceVersion") {
			return nil, apierrors.NewConflict(k.kind.resource(), k.name, fmt.Errorf("Precondition failed: ResourceVersion in precondition: %s, ResourceVersion in object meta: %s", *p.ResourceVersion, textAt(meta, "resourceVersion"))) //nolint:staticcheck // the server's words
		}
	}
	if k.kind.kind == "Namespace" && slices.Contains([]string{"default", "kube-system", "kube-public"}, k.name) {
		return nil, apierrors.NewForbidden(k.kind.resource(), k.name, fmt.Errorf("this namespace may not be deleted"))
	}
	if k.dryRun() {
		return k.deleted(r), nil
	}
	return k.take(ctx, r)
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
	}
	return r.Object, k.s.kubeSave(k.cluster, k.kind, r)
}

// deleted is the reply to a deletion that is done.
func (k *kubeRequest) deleted(r *kubeRecord) any {
	meta := kubeMeta(r.Object)
	return map[string]any{
		"kind": "Status", "apiVersion": "v1", "metadata": map[string]any{}, "status": metav1.StatusSuccess,
		"details": map[string]any{"name": textAt(meta, "name"), "group": k.kind.group, "kind": k.kind.plural, "uid": textAt(meta, "uid")},
	}
}

// removeCollection serves DELETE of what the selectors choose in a namespace.
func (k *kubeRequest) removeCollection(ctx context.Context) (any, error) {
	if k.kind.kind == "Namespace" || k.kind.namespaced && k.namespace == "" {
		return nil, kubeError(405, metav1.StatusReasonMethodNotAllowed, "the server does not allow this method on the requested resource", nil)
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
		items = append(items, r.Object)
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
