package emulator

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
)

// The forms of a patch.
const (
	kubeApplyPatch     = "application/apply-patch+yaml"
	kubeMergePatch     = "application/merge-patch+json"
	kubeStrategicPatch = "application/strategic-merge-patch+json"
)

func (k *kubeRequest) patchType() string {
	t, _, _ := strings.Cut(k.header.Get("Content-Type"), ";")
	return t
}

func (k *kubeRequest) applies() bool {
	return k.method == http.MethodPatch && k.patchType() == kubeApplyPatch
}

// manager names who writes, as the server does: by the parameter, or by the
// client's user agent up to its version.
func (k *kubeRequest) manager() string {
	if name := k.query.Get("fieldManager"); name != "" {
		return name
	}
	name, _, _ := strings.Cut(k.header.Get("User-Agent"), "/")
	if name == "" {
		return "unknown"
	}
	return name
}

// patch serves PATCH in its three modelled forms.
func (k *kubeRequest) patch(ctx context.Context) (any, error) {
	switch k.patchType() {
	case kubeApplyPatch:
		return k.apply(ctx)
	case kubeMergePatch, kubeStrategicPatch:
	case "application/json-patch+json", "application/apply-patch+cbor":
		return nil, notModelled("%s of a cluster's Kubernetes API", k.patchType())
	default:
		return nil, kubeError(http.StatusUnsupportedMediaType, "UnsupportedMediaType", "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml", &metav1.StatusDetails{})
	}
	r, err := k.s.kubeLoad(k.cluster, k.kind, k.namespace, k.name)
	if err != nil {
		return nil, err
	}
	change, err := kubeParse(k.body)
	if err != nil {
		return nil, err
	}
	live, err := cloneObject(r.Object)
	if err != nil {
		return nil, err
	}
	var next map[string]any
	if k.patchType() == kubeMergePatch {
		next = mergePatch(live, change)
	} else {
		if k.kind.custom {
			return nil, kubeError(http.StatusUnsupportedMediaType, "UnsupportedMediaType", "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml", nil)
		}
		if next, err = strategicpatch.StrategicMergeMapPatch(live, change, k.kind.fresh()); err != nil {
			return nil, apierrors.NewBadRequest(err.Error())
		}
	}
	if err := k.checkIdentity(next); err != nil {
		return nil, err
	}
	if _, pinned := kubeMeta(change)["resourceVersion"]; !pinned {
		delete(kubeMeta(next), "resourceVersion")
	}
	if _, err := k.typed(next); err != nil {
		return nil, apierrors.NewInvalid(schema.GroupKind{}, "", field.ErrorList{field.Invalid(field.NewPath("patch"), string(k.body), err.Error())})
	}
	return k.store(ctx, r, next, func(next map[string]any) (map[string]any, error) {
		return k.updated(r.Object, next, k.manager())
	})
}

func cloneObject(o map[string]any) (map[string]any, error) {
	raw, err := json.Marshal(o)
	if err != nil {
		return nil, err
	}
	return kubeParse(raw)
}

// apply serves server-side apply: what the manager applied before and leaves
// out now goes away, and what another one has set conflicts unless forced.
func (k *kubeRequest) apply(ctx context.Context) (any, error) {
	if k.query.Get("fieldManager") == "" {
		return nil, apierrors.NewInvalid(schema.GroupKind{Group: "meta.k8s.io", Kind: "PatchOptions"}, "", field.ErrorList{
			field.Required(field.NewPath("fieldManager"), "is required for apply patch"),
		})
	}
	o, err := k.object()
	if err != nil {
		return nil, err
	}
	if kubeMeta(o)["managedFields"] != nil {
		return nil, apierrors.NewBadRequest("metadata.managedFields must be nil")
	}
	r, err := k.s.kubeLoad(k.cluster, k.kind, k.namespace, k.name)
	switch {
	case apierrors.IsNotFound(err):
		if textAt(kubeMeta(o), "resourceVersion") != "" || textAt(kubeMeta(o), "uid") != "" {
			return nil, apierrors.NewConflict(k.kind.resource(), k.name, fmt.Errorf("the object does not exist"))
		}
		merged, err := k.kind.applied(nil, o, k.manager(), k.forced())
		if err != nil {
			return nil, err
		}
		return k.add(ctx, merged, k.stamp(nil))
	case err != nil:
		return nil, err
	}
	live, err := cloneObject(r.Object)
	if err != nil {
		return nil, err
	}
	merged, err := k.kind.applied(live, o, k.manager(), k.forced())
	if err != nil {
		return nil, err
	}
	return k.store(ctx, r, merged, k.stamp(r.Object))
}

func (k *kubeRequest) forced() bool { return k.query.Get("force") == "true" }

// stamp dates the fields that were applied by the server's clock.
func (k *kubeRequest) stamp(old map[string]any) func(map[string]any) (map[string]any, error) {
	return func(o map[string]any) (map[string]any, error) {
		return o, stampManaged(o, old, k.s.now())
	}
}

// updated is update, dated by the server's clock.
func (k *kubeRequest) updated(old, o map[string]any, manager string) (map[string]any, error) {
	out, err := k.kind.update(old, o, manager)
	if err != nil {
		return nil, err
	}
	return out, stampManaged(out, old, k.s.now())
}

// update notes that a manager made o of old by anything but apply.
func (t *kubeType) update(old, o map[string]any, manager string) (map[string]any, error) {
	m, err := t.managers()
	if err != nil {
		return nil, err
	}
	live := t.empty()
	if old == nil && !t.custom {
		// What an empty object has as well, nobody has set.
		zero, err := untyped(t.fresh())
		if err != nil {
			return nil, err
		}
		zero["apiVersion"], zero["kind"] = t.apiVersion(), t.kind
		live = &unstructured.Unstructured{Object: zero}
	}
	if old != nil {
		copied, err := cloneObject(old)
		if err != nil {
			return nil, err
		}
		live = &unstructured.Unstructured{Object: copied}
	}
	next, err := cloneObject(o)
	if err != nil {
		return nil, err
	}
	out, err := m.Update(live, &unstructured.Unstructured{Object: next}, manager)
	return contentOf(out, err)
}

// applied merges what a manager applies into the live object.
func (t *kubeType) applied(live, o map[string]any, manager string, force bool) (map[string]any, error) {
	m, err := t.managers()
	if err != nil {
		return nil, err
	}
	have := t.empty()
	if live != nil {
		have = &unstructured.Unstructured{Object: live}
	}
	out, err := m.Apply(have, &unstructured.Unstructured{Object: o}, manager, force)
	return contentOf(out, err)
}

func contentOf(o runtime.Object, err error) (map[string]any, error) {
	if err != nil {
		return nil, err
	}
	u, ok := o.(*unstructured.Unstructured)
	if !ok {
		return nil, fmt.Errorf("a %T is no object", o)
	}
	return cloneObject(u.Object)
}

func (t *kubeType) empty() *unstructured.Unstructured {
	u := &unstructured.Unstructured{Object: map[string]any{}}
	u.SetGroupVersionKind(t.gvk())
	return u
}

// managers is the library that keeps who set which field of the kind.
func (t *kubeType) managers() (*managedfields.FieldManager, error) {
	same := sameVersion{t}
	gv := t.gvk().GroupVersion()
	converter, err := kindsSchema()
	if err != nil {
		return nil, err
	}
	// Nobody comes to own what is dropped from a request.
	reset := map[fieldpath.APIVersion]fieldpath.Filter{
		fieldpath.APIVersion(gv.String()): fieldpath.NewExcludeSetFilter(fieldpath.NewSet(fieldpath.MakePathOrDie("status"))),
	}
	if t.custom {
		return managedfields.NewDefaultCRDFieldManager(converter, same, same, same, t.gvk(), gv, "", reset)
	}
	return managedfields.NewDefaultFieldManager(converter, same, same, same, t.gvk(), gv, "", reset)
}

// sameVersion is what the library needs of a kind that has one version: objects
// are converted to themselves, and defaults come later.
type sameVersion struct{ t *kubeType }

func (sameVersion) Default(runtime.Object) {}

func (v sameVersion) New(schema.GroupVersionKind) (runtime.Object, error) { return v.t.empty(), nil }

func (sameVersion) Convert(in, out, _ any) error {
	reflect.ValueOf(out).Elem().Set(reflect.ValueOf(in).Elem())
	return nil
}

func (sameVersion) ConvertToVersion(in runtime.Object, _ runtime.GroupVersioner) (runtime.Object, error) {
	return in, nil
}

func (sameVersion) ConvertFieldLabel(_ schema.GroupVersionKind, label, value string) (string, string, error) {
	return label, value, nil
}

// stampManaged dates the entries of managedFields that old does not have.
func stampManaged(o, old map[string]any, now time.Time) error {
	list, ok := kubeMeta(o)["managedFields"].([]any)
	if !ok {
		return nil
	}
	var before []any
	if old != nil {
		before, _ = kubeMeta(old)["managedFields"].([]any)
	}
	known := map[string]any{}
	key := func(e map[string]any) (string, error) {
		raw, err := json.Marshal([]any{e["manager"], e["operation"], e["subresource"], e["fieldsV1"], e["apiVersion"]})
		return string(raw), err
	}
	for _, item := range before {
		if e, ok := item.(map[string]any); ok {
			text, err := key(e)
			if err != nil {
				return err
			}
			known[text] = e["time"]
		}
	}
	for _, item := range list {
		e, ok := item.(map[string]any)
		if !ok {
			continue
		}
		text, err := key(e)
		if err != nil {
			return err
		}
		e["time"] = now.Format(time.RFC3339)
		if at, ok := known[text]; ok {
			e["time"] = at
		}
	}
	sortManaged(list)
	return nil
}

// sortManaged puts entries of managedFields into the server's order, which their
// times decide: what was applied first, then by time and manager.
func sortManaged(list []any) {
	slices.SortStableFunc(list, func(a, b any) int {
		x, _ := a.(map[string]any)
		y, _ := b.(map[string]any)
		var order int
		for _, field := range []string{"operation", "time", "manager", "apiVersion", "subresource"} {
			if order = strings.Compare(textAt(x, field), textAt(y, field)); order != 0 {
				break
			}
		}
		return order
	})
}

func kubeCause(kind metav1.CauseType, message, at string) metav1.StatusCause {
	return metav1.StatusCause{Type: kind, Message: message, Field: at}
}
