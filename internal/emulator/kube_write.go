package emulator

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"
	kjson "sigs.k8s.io/json"
	"sigs.k8s.io/yaml"
)

// kubeParse reads an object from JSON or YAML.
func kubeParse(body []byte) (map[string]any, error) {
	raw, err := yaml.YAMLToJSON(body)
	if err != nil {
		return nil, apierrors.NewBadRequest("couldn't parse the request's body: " + err.Error())
	}
	var o map[string]any
	// This decoder keeps whole numbers whole, as everything below expects.
	if err := kjson.UnmarshalCaseSensitivePreserveInts(raw, &o); err != nil || o == nil {
		return nil, apierrors.NewBadRequest("the request's body is no object")
	}
	return o, nil
}

// object reads the request's body and checks that it is of the kind, namespace
// and name that the address says.
func (k *kubeRequest) object() (map[string]any, error) {
	switch t, _, _ := strings.Cut(k.header.Get("Content-Type"), ";"); t {
	case "", "application/json", "application/yaml", kubeApplyPatch:
	default:
		return nil, kubeError(http.StatusUnsupportedMediaType, "UnsupportedMediaType", "the body of the request was in an unknown format - accepted media types include: application/json, application/yaml", nil)
	}
	o, err := kubeParse(k.body)
	if err != nil {
		return nil, err
	}
	if k.query.Get("fieldValidation") == "Strict" {
		if _, err := yaml.YAMLToJSONStrict(k.body); err != nil {
			return nil, apierrors.NewBadRequest("strict decoding error: " + err.Error())
		}
	}
	return o, k.checkIdentity(o)
}

func (k *kubeRequest) checkIdentity(o map[string]any) error {
	t := k.kind
	if have := textAt(o, "apiVersion"); have != t.apiVersion() {
		return apierrors.NewBadRequest(fmt.Sprintf("the API version in the data (%s) does not match the expected API version (%s)", have, t.apiVersion()))
	}
	if have := textAt(o, "kind"); have != t.kind {
		return apierrors.NewBadRequest(fmt.Sprintf("%s in version %q cannot be handled as a %s", have, t.version, t.kind))
	}
	meta := kubeMeta(o)
	switch have := textAt(meta, "namespace"); {
	case have == "" && t.namespaced:
		meta["namespace"] = k.namespace
	case have != "" && !t.namespaced:
		return apierrors.NewBadRequest("namespace is not allowed on this type")
	case have != k.namespace:
		return apierrors.NewBadRequest("the namespace of the provided object does not match the namespace sent on the request")
	}
	switch have := textAt(meta, "name"); {
	case k.name == "":
	case have == "":
		meta["name"] = k.name
	case have != k.name:
		return apierrors.NewBadRequest(fmt.Sprintf("the name of the object (%s) does not match the name on the URL (%s)", have, k.name))
	}
	return nil
}

// typed decodes an object into its Go type. What that does not have is dropped,
// or refused when the request asks for strict validation.
func (k *kubeRequest) typed(o map[string]any) (kubeObject, error) {
	raw, err := json.Marshal(o)
	if err != nil {
		return nil, err
	}
	out := k.kind.fresh()
	unknown, err := kjson.UnmarshalStrict(raw, out)
	if err != nil {
		return nil, apierrors.NewBadRequest(fmt.Sprintf("%s in version %q cannot be handled as a %s: %v", k.kind.kind, k.kind.version, k.kind.kind, err))
	}
	if len(unknown) > 0 && k.query.Get("fieldValidation") == "Strict" {
		texts := make([]string, len(unknown))
		for i, e := range unknown {
			texts[i] = e.Error()
		}
		return nil, apierrors.NewBadRequest("strict decoding error: " + strings.Join(texts, ", "))
	}
	return out, nil
}

// untyped renders a Go object as the API does.
func untyped(o kubeObject) (map[string]any, error) {
	out, err := runtime.DefaultUnstructuredConverter.ToUnstructured(o)
	if err != nil {
		return nil, err
	}
	meta := kubeMeta(out)
	if meta["creationTimestamp"] == nil {
		delete(meta, "creationTimestamp")
	}
	return out, nil
}

// kubeTime is the server's time as objects have it.
func (s *Server) kubeTime() string { return s.now().Format(time.RFC3339) }

// create serves POST.
func (k *kubeRequest) create(ctx context.Context) (any, error) {
	o, err := k.object()
	if err != nil {
		return nil, err
	}
	meta := kubeMeta(o)
	if prefix := textAt(meta, "generateName"); textAt(meta, "name") == "" && prefix != "" {
		meta["name"] = prefix + k.s.randomHex(5)
	}
	if textAt(meta, "resourceVersion") != "" {
		return nil, kubeError(http.StatusInternalServerError, "", "resourceVersion should not be set on objects to be created", nil)
	}
	manager := k.manager()
	return k.add(ctx, o, func(o map[string]any) (map[string]any, error) {
		return k.updated(nil, o, manager)
	})
}

// add makes a new object; manage writes down who set which field.
func (k *kubeRequest) add(ctx context.Context, o map[string]any, manage func(map[string]any) (map[string]any, error)) (any, error) {
	s, t := k.s, k.kind
	meta := kubeMeta(o)
	name := textAt(meta, "name")
	if t.namespaced {
		if err := k.checkNamespace(name); err != nil {
			return nil, err
		}
	}
	for _, name := range []string{"selfLink", "deletionTimestamp", "deletionGracePeriodSeconds", "managedFields"} {
		if name != "managedFields" || meta["managedFields"] == nil || !k.applies() {
			delete(meta, name)
		}
	}
	delete(o, "status")
	meta["uid"], meta["creationTimestamp"] = s.newUUID(), s.kubeTime()
	delete(meta, "generation")
	if t.generated || t.custom {
		meta["generation"] = int64(1)
	}
	o, err := k.finish(o, nil)
	if err != nil {
		return nil, err
	}
	if o, err = manage(o); err != nil {
		return nil, err
	}
	if _, err := s.kubeLoad(k.cluster, t, k.namespace, name); err == nil {
		return nil, apierrors.NewAlreadyExists(t.resource(), name)
	} else if !apierrors.IsNotFound(err) {
		return nil, err
	}
	r := &kubeRecord{Object: o}
	if k.dryRun() {
		return kubeCreated(o)
	}
	if err := s.kubeSave(k.cluster, t, r); err != nil {
		return nil, err
	}
	if t.created != nil {
		if err := t.created(k.withContext(ctx), r); err != nil {
			return nil, err
		}
	}
	return kubeCreated(r.Object)
}

// withContext lets what follows a write decide by the fault of the call.
func (k *kubeRequest) withContext(ctx context.Context) *kubeRequest {
	copied := *k
	copied.fate = ctx
	return &copied
}

// kubeCreated is a reply with status 201.
func kubeCreated(o map[string]any) (any, error) {
	raw, err := json.Marshal(o)
	return &rawReply{status: http.StatusCreated, header: map[string]string{"Content-Type": "application/json"}, body: raw}, err
}

// finish fills in what the server does, checks the object and returns it as it
// is stored. Fields that its kind does not have are gone.
func (k *kubeRequest) finish(o, old map[string]any) (map[string]any, error) {
	managed := kubeMeta(o)["managedFields"]
	next, err := k.typed(o)
	if err != nil {
		return nil, err
	}
	var before kubeObject
	if old != nil {
		if before, err = k.typed(old); err != nil {
			return nil, err
		}
	}
	var standing metav1.Object
	if before != nil {
		standing = before
	}
	problems := k.checkMeta(next, standing)
	if !k.kind.custom {
		problems = append(problems, checkFinalizers(next)...)
	}
	problems = append(problems, k.kind.prepare(k, next, before)...)
	if len(problems) > 0 {
		return nil, apierrors.NewInvalid(k.kind.gvk().GroupKind(), next.GetName(), problems)
	}
	if k.kind.admit != nil {
		if err := k.kind.admit(k, next); err != nil {
			return nil, err
		}
	}
	out, err := untyped(next)
	if err != nil {
		return nil, err
	}
	out["apiVersion"], out["kind"] = k.kind.apiVersion(), k.kind.kind
	if managed != nil {
		kubeMeta(out)["managedFields"] = managed
	}
	return out, nil
}

// checkNamespace refuses a new object in a namespace that is not there or on
// its way out.
func (k *kubeRequest) checkNamespace(name string) error {
	ns, err := k.s.kubeLoad(k.cluster, kubeTypeOf("", "v1", "namespaces"), "", k.namespace)
	if err != nil {
		return err
	}
	if ns.GoneAt == nil {
		return nil
	}
	terminating := apierrors.NewForbidden(k.kind.resource(), name, fmt.Errorf("unable to create new content in namespace %s because it is being terminated", k.namespace))
	terminating.ErrStatus.Details.Causes = append(terminating.ErrStatus.Details.Causes,
		kubeCause("NamespaceTerminating", "namespace "+k.namespace+" is being terminated", "metadata.namespace"))
	return terminating
}

// replace serves PUT.
func (k *kubeRequest) replace(ctx context.Context) (any, error) {
	o, err := k.object()
	if err != nil {
		return nil, err
	}
	r, err := k.s.kubeLoad(k.cluster, k.kind, k.namespace, k.name)
	if err != nil {
		return nil, err
	}
	if k.kind.custom && textAt(kubeMeta(o), "resourceVersion") == "" {
		// Built-in kinds take an update of whatever stands; these don't.
		return nil, apierrors.NewInvalid(schema.GroupKind{Group: k.kind.group, Kind: k.kind.plural}, k.name, field.ErrorList{
			field.Invalid(field.NewPath("metadata", "resourceVersion"), 0, "must be specified for an update"),
		})
	}
	return k.store(ctx, r, o, func(next map[string]any) (map[string]any, error) {
		return k.updated(r.Object, next, k.manager())
	})
}

// store replaces an object that is there. The request's resourceVersion and uid,
// when given, have to be the object's.
func (k *kubeRequest) store(_ context.Context, r *kubeRecord, o map[string]any, manage func(map[string]any) (map[string]any, error)) (any, error) {
	t, old := k.kind, r.Object
	meta, was := kubeMeta(o), kubeMeta(old)
	if v := textAt(meta, "resourceVersion"); v != "" && v != textAt(was, "resourceVersion") {
		return nil, apierrors.NewConflict(t.resource(), k.name, fmt.Errorf("the object has been modified; please apply your changes to the latest version and try again"))
	}
	if uid := textAt(meta, "uid"); uid != "" && uid != textAt(was, "uid") {
		if k.method != http.MethodPatch {
			return nil, apierrors.NewConflict(t.resource(), k.name, fmt.Errorf("Precondition failed: UID in precondition: %s, UID in object meta: %s", uid, textAt(was, "uid"))) //nolint:staticcheck // the server's words
		}
		return nil, apierrors.NewInvalid(t.gvk().GroupKind(), k.name, field.ErrorList{field.Invalid(field.NewPath("metadata", "uid"), uid, "field is immutable")})
	}
	for _, name := range []string{"uid", "creationTimestamp", "resourceVersion", "generation", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink"} {
		if value, ok := was[name]; ok {
			meta[name] = value
		} else {
			delete(meta, name)
		}
	}
	delete(o, "status")
	if status, ok := old["status"]; ok {
		o["status"] = status
	}
	next, err := k.finish(o, old)
	if err != nil {
		return nil, err
	}
	if next, err = manage(next); err != nil {
		return nil, err
	}
	if (t.generated || t.custom) && !sameContent(next, old) {
		n, _ := was["generation"].(float64)
		kubeMeta(next)["generation"] = int64(n) + 1
	}
	if same(next, old) || k.dryRun() {
		return next, nil
	}
	r.Object = next
	if gone, err := k.lastFinalizer(r); gone || err != nil {
		return next, err
	}
	if was["deletionTimestamp"] != nil && t.kind != "Namespace" {
		k.s.collectLater(r)
	}
	return r.Object, k.s.kubeSave(k.cluster, t, r)
}

// lastFinalizer removes an object that was waiting for its last finalizer.
func (k *kubeRequest) lastFinalizer(r *kubeRecord) (bool, error) {
	meta := kubeMeta(r.Object)
	list, ok := meta["finalizers"].([]any)
	if meta["deletionTimestamp"] == nil || k.kind.kind == "Namespace" || ok && len(list) > 0 {
		return false, nil
	}
	return true, k.s.kubeDrop(k.cluster, k.kind, k.namespace, k.name)
}

// sameContent compares objects without metadata and status.
func sameContent(a, b map[string]any) bool {
	bare := func(o map[string]any) map[string]any {
		out := maps.Clone(o)
		delete(out, "metadata")
		delete(out, "status")
		return out
	}
	return same(bare(a), bare(b))
}

// same compares two values as JSON.
func same(a, b any) bool {
	x, err := json.Marshal(a)
	if err != nil {
		return false
	}
	y, err := json.Marshal(b)
	return err == nil && string(x) == string(y)
}

func (k *kubeRequest) dryRun() bool { return k.query.Get("dryRun") == "All" }
