package emulator

import (
	"slices"
	"strconv"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
)

func (k *kubeRequest) get() (any, error) {
	r, err := k.s.kubeLoad(k.cluster, k.kind, k.namespace, k.name)
	if err != nil {
		return nil, err
	}
	return k.show(r)
}

// show returns an object with what its controller keeps current.
func (k *kubeRequest) show(r *kubeRecord) (map[string]any, error) {
	if k.kind.kind == "ResourceQuota" {
		return r.Object, k.countQuota(r.Object)
	}
	return r.Object, nil
}

// list answers a page of the objects that the selectors choose.
func (k *kubeRequest) list() (any, error) {
	chosen, err := k.choose()
	if err != nil {
		return nil, err
	}
	limit := 0
	if text := k.query.Get("limit"); text != "" {
		if limit, err = strconv.Atoi(text); err != nil || limit < 0 {
			return nil, apierrors.NewBadRequest("limit must be a number of objects")
		}
	}
	scope := strings.Join([]string{k.cluster, k.path, k.query.Get("labelSelector"), k.query.Get("fieldSelector")}, " ")
	meta := map[string]any{"resourceVersion": k.s.revision(k.cluster)}
	if k.kind.custom {
		meta["continue"] = ""
	}
	start := 0
	if token := k.query.Get("continue"); token != "" {
		t, err := decodePageToken(token, fingerprint(scope))
		if err != nil {
			return nil, apierrors.NewBadRequest("continue key is not valid")
		}
		start = min(t.Offset, len(chosen))
	}
	end := len(chosen)
	if limit > 0 && start+limit < end {
		end = start + limit
		meta["continue"] = encodePageToken(pageToken{Query: fingerprint(scope), Offset: end})
		if k.query.Get("labelSelector") == "" && k.query.Get("fieldSelector") == "" {
			// What a selector would choose further on is not counted.
			meta["remainingItemCount"] = len(chosen) - end
		}
	}
	items := []any{}
	for _, r := range chosen[start:end] {
		o, err := k.show(r)
		if err != nil {
			return nil, err
		}
		if !k.kind.custom {
			// Lists of built-in kinds say once what their items are.
			delete(o, "kind")
			delete(o, "apiVersion")
		}
		items = append(items, o)
	}
	return map[string]any{"kind": k.kind.kind + "List", "apiVersion": k.kind.apiVersion(), "metadata": meta, "items": items}, nil
}

// choose returns the objects in the request's scope that its selectors match,
// by namespace and name.
func (k *kubeRequest) choose() ([]*kubeRecord, error) {
	byLabel, err := labels.Parse(k.query.Get("labelSelector"))
	if err != nil {
		return nil, apierrors.NewBadRequest("unable to parse requirement: " + err.Error())
	}
	byField, err := fields.ParseSelector(k.query.Get("fieldSelector"))
	if err != nil {
		return nil, apierrors.NewBadRequest(err.Error())
	}
	for _, r := range byField.Requirements() {
		switch r.Field {
		case "metadata.name", "metadata.namespace":
		case "type":
			if k.kind.kind != "Secret" {
				return nil, apierrors.NewBadRequest("field label not supported: " + r.Field)
			}
		default:
			return nil, apierrors.NewBadRequest("field label not supported: " + r.Field)
		}
	}
	all, err := k.s.kubeAll(k.cluster, k.kind, k.namespace)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(r *kubeRecord) bool {
		meta := kubeMeta(r.Object)
		set := labels.Set{}
		if have, ok := meta["labels"].(map[string]any); ok {
			for key := range have {
				set[key] = textAt(have, key)
			}
		}
		return !byLabel.Matches(set) || !byField.Matches(fields.Set{
			"metadata.name": textAt(meta, "name"), "metadata.namespace": textAt(meta, "namespace"), "type": textAt(r.Object, "type"),
		})
	})
	slices.SortFunc(all, func(a, b *kubeRecord) int {
		x, y := kubeMeta(a.Object), kubeMeta(b.Object)
		return strings.Compare(textAt(x, "namespace")+"/"+textAt(x, "name"), textAt(y, "namespace")+"/"+textAt(y, "name"))
	})
	return all, nil
}
