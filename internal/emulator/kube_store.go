package emulator

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

const (
	kindKubeObject = "kubernetesObjects"
	kindKubeState  = "kubernetesClusters"
)

// kubeRecord is an object of a cluster as stored.
type kubeRecord struct {
	Object map[string]any `json:"object"`
	// Auto marks what the cluster made by itself.
	Auto bool `json:"auto,omitempty"`
	// GoneAt is when a deletion is over; Outcome is what the controller of a
	// Job writes into its status, at OutcomeAt.
	GoneAt    *time.Time     `json:"goneAt,omitempty"`
	OutcomeAt *time.Time     `json:"outcomeAt,omitempty"`
	Outcome   map[string]any `json:"outcome,omitempty"`

	version int64
}

// kubeState is what is kept of a cluster's API as a whole.
type kubeState struct {
	Revision int64 `json:"revision"`
	Seeded   bool  `json:"seeded"`
}

func kubeMadeByUser(value json.RawMessage) bool {
	var r kubeRecord
	return json.Unmarshal(value, &r) == nil && !r.Auto
}

// key is the name under which an object is stored.
func (t *kubeType) key(cluster, namespace, name string) string {
	parts := []string{cluster, "kubernetes", t.plural}
	if t.group != "" {
		parts[2] += "." + t.group
	}
	if namespace != "" {
		parts = append(parts, namespace)
	}
	return strings.Join(append(parts, name), "/")
}

// nextRevision counts the writes of a cluster.
func (s *Server) nextRevision(cluster string) (string, error) {
	var state kubeState
	version, err := s.load(kindKubeState, cluster, &state)
	if err != nil {
		return "", err
	}
	state.Revision++
	return strconv.FormatInt(state.Revision, 10), s.update(kindKubeState, cluster, version, state)
}

// revision is the number of the latest write.
func (s *Server) revision(cluster string) string {
	var state kubeState
	if _, err := s.load(kindKubeState, cluster, &state); err != nil {
		return "0"
	}
	return strconv.FormatInt(state.Revision, 10)
}

// kubeLoad returns an object as it stands now, or the API's 404.
func (s *Server) kubeLoad(cluster string, t *kubeType, namespace, name string) (*kubeRecord, error) {
	r := &kubeRecord{}
	key := t.key(cluster, namespace, name)
	version, err := s.load(kindKubeObject, key, r)
	if status.Code(err) == codes.NotFound {
		return nil, apierrors.NewNotFound(t.resource(), name)
	}
	if err != nil {
		return nil, err
	}
	r.version = version
	if r.GoneAt != nil && !s.now().Before(*r.GoneAt) {
		if err := s.kubeDrop(cluster, t, namespace, name); err != nil {
			return nil, err
		}
		return nil, apierrors.NewNotFound(t.resource(), name)
	}
	if r.OutcomeAt != nil && !s.now().Before(*r.OutcomeAt) {
		r.Object["status"], r.OutcomeAt, r.Outcome = r.Outcome, nil, nil
		return r, s.kubeSave(cluster, t, r)
	}
	return r, nil
}

// kubeSave stores an object under a new resourceVersion.
func (s *Server) kubeSave(cluster string, t *kubeType, r *kubeRecord) error {
	revision, err := s.nextRevision(cluster)
	if err != nil {
		return err
	}
	meta := kubeMeta(r.Object)
	meta["resourceVersion"] = revision
	namespace, name := textAt(meta, "namespace"), textAt(meta, "name")
	key := t.key(cluster, namespace, name)
	if r.version == 0 {
		r.version = 1
		return s.create(kindKubeObject, cluster, key, r)
	}
	if err := s.update(kindKubeObject, key, r.version, r); err != nil {
		return err
	}
	r.version++
	return nil
}

// kubeDrop removes an object, and with a namespace everything in it.
func (s *Server) kubeDrop(cluster string, t *kubeType, namespace, name string) error {
	if _, err := s.nextRevision(cluster); err != nil {
		return err
	}
	if t.kind == "Namespace" {
		for _, inside := range kubeTypes() {
			if !inside.namespaced {
				continue
			}
			prefix := inside.key(cluster, name, "")
			for _, e := range s.store.List(kindKubeObject, cluster) {
				if strings.HasPrefix(e.Name, prefix) {
					if err := s.store.Delete(kindKubeObject, e.Name, 0); err != nil {
						return err
					}
				}
			}
		}
	}
	return s.store.Delete(kindKubeObject, t.key(cluster, namespace, name), 0)
}

// kubeAll returns the objects of a kind, of one namespace or of all, by name.
func (s *Server) kubeAll(cluster string, t *kubeType, namespace string) ([]*kubeRecord, error) {
	prefix := t.key(cluster, namespace, "")
	var out []*kubeRecord
	for _, e := range s.store.List(kindKubeObject, cluster) {
		if !strings.HasPrefix(e.Name, prefix) {
			continue
		}
		parts := strings.Split(strings.TrimPrefix(e.Name, t.key(cluster, "", "")), "/")
		ns, name := "", parts[len(parts)-1]
		if t.namespaced {
			ns = parts[0]
		}
		r, err := s.kubeLoad(cluster, t, ns, name)
		if apierrors.IsNotFound(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// removeKubeObjects removes everything of a cluster that is gone.
func (s *Server) removeKubeObjects(cluster string) error {
	for _, e := range s.store.List(kindKubeObject, cluster) {
		if err := s.store.Delete(kindKubeObject, e.Name, 0); err != nil && status.Code(err) != codes.NotFound {
			return err
		}
	}
	if err := s.store.Delete(kindKubeState, cluster, 0); err != nil && status.Code(err) != codes.NotFound {
		return err
	}
	return nil
}

// sweepKube removes what is gone by now, for the inventory.
func (s *Server) sweepKube() {
	s.kube.Lock()
	defer s.kube.Unlock()
	for _, state := range s.store.List(kindKubeState, "") {
		for _, t := range kubeTypes() {
			_, _ = s.kubeAll(state.Name, t, "")
		}
	}
}

// kubeMeta returns an object's metadata to change.
func kubeMeta(o map[string]any) map[string]any {
	meta, ok := o["metadata"].(map[string]any)
	if !ok {
		meta = map[string]any{}
		o["metadata"] = meta
	}
	return meta
}

func textAt(o map[string]any, key string) string {
	v, _ := o[key].(string)
	return v
}
