package component

import (
	"context"
	"fmt"
	"slices"

	"cloud.google.com/go/container/apiv1/containerpb"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
)

// labelSettings are the settings that labels of namespaces put into force.
var labelSettings = map[string]string{podSecurity + "enforce": policy.ClusterPodSecurity}

// kubernetes reaches the API of the environment's cluster. An error that
// [gcp.IsNotFound] holds for means that there is no cluster.
func (e *Env) kubernetes(ctx context.Context) (*gcp.Kubernetes, error) {
	found, err := e.standingCluster(ctx)
	if err != nil {
		return nil, err
	}
	endpoint := found.GetControlPlaneEndpointsConfig().GetDnsEndpointConfig().GetEndpoint()
	serves := []containerpb.Cluster_Status{containerpb.Cluster_RUNNING, containerpb.Cluster_RECONCILING, containerpb.Cluster_DEGRADED}
	if endpoint != "" && slices.Contains(serves, found.GetStatus()) {
		return e.client.Kubernetes(endpoint)
	}
	return nil, &notReady{fmt.Errorf("the Kubernetes API of the cluster %s can't be reached: it is %s and has no DNS endpoint that serves", e.pathOf(found), reasonOf(found))}
}

// notReady is the error about a cluster without a control plane that serves.
type notReady struct{ error }

// Is tells the engine what it is about.
func (*notReady) Is(target error) bool { return target == reconcile.ErrUnserved }

// kubeObject is an object in the cluster that is kept as wanted says: its fields
// are ours, all others are whoever's they are.
func (e *Env) kubeObject(component string, kube *gcp.Kubernetes, kind schema.GroupVersionResource, wanted *unstructured.Unstructured) object[*unstructured.Unstructured] {
	namespace, name := wanted.GetNamespace(), wanted.GetName()
	full := name
	if namespace != "" {
		full = namespace + "/" + name
	}
	apply := func(ctx context.Context, s *reconcile.Step, standing map[string]string) error {
		marked := wanted.DeepCopy()
		labels := e.labels(s.Owner())
		for key, value := range wanted.GetLabels() {
			labels[key] = value
		}
		if owner, ok := reconcile.OwnerOfLabels(standing); ok && owner.Key == e.spec.Owner {
			// An older incarnation is as good, and no reason for a write.
			labels[reconcile.IncarnationLabel] = standing[reconcile.IncarnationLabel]
		}
		marked.SetLabels(labels)
		_, err := kube.Apply(ctx, kind, marked)
		return err
	}
	return object[*unstructured.Unstructured]{
		Env: e, component: component, noun: wanted.GetKind(), name: full,
		get: func(ctx context.Context) (*unstructured.Unstructured, error) {
			return kube.Get(ctx, kind, namespace, name)
		},
		create: func(ctx context.Context, s *reconcile.Step) error { return apply(ctx, s, nil) },
		owner: func(found *unstructured.Unstructured) (reconcile.Owner, bool) {
			return reconcile.OwnerOfLabels(found.GetLabels())
		},
		differs: func(found *unstructured.Unstructured) []reconcile.Difference {
			d := e.labelsDiffer(found.GetLabels())
			for _, key := range sortedKeys(wanted.GetLabels()) {
				d.breaks(labelSettings[key], "label "+key, found.GetLabels()[key], wanted.GetLabels()[key])
			}
			for _, key := range uncovered(found, wanted) {
				d.say("", "the %s of the %s %s differs", key, wanted.GetKind(), full)
			}
			return d
		},
		patch: func(ctx context.Context, s *reconcile.Step, found *unstructured.Unstructured) error {
			return apply(ctx, s, found.GetLabels())
		},
		remove: func(ctx context.Context, s *reconcile.Step, found *unstructured.Unstructured) error {
			return e.deleteKube(ctx, s, kube, kind, found)
		},
	}
}

// seeKube is see for an object in the cluster. One that is on its way out is not
// all there: it takes what it is given along.
func seeKube(ctx context.Context, o object[*unstructured.Unstructured]) (*unstructured.Unstructured, reconcile.Observation, error) {
	found, seen, err := o.see(ctx)
	if found != nil && found.GetDeletionTimestamp() != nil {
		seen.Presence = reconcile.Partial
	}
	return found, seen, err
}

// convergeKube is converge for an object in the cluster: one of ours that is on
// its way out, as a run that was cut short leaves it, has to go before it is
// made anew.
func convergeKube(ctx context.Context, s *reconcile.Step, o object[*unstructured.Unstructured]) error {
	if standing, err := o.get(ctx); err == nil && standing.GetDeletionTimestamp() != nil && o.foreign(standing) == "" {
		if err := o.removed(ctx, s, standing); err != nil {
			return err
		}
	}
	_, err := o.converge(ctx, s)
	return err
}

// deleteKube deletes an object and waits until it is gone.
func (e *Env) deleteKube(ctx context.Context, s *reconcile.Step, kube *gcp.Kubernetes, kind schema.GroupVersionResource, found *unstructured.Unstructured) error {
	if err := kube.Delete(ctx, kind, found.GetNamespace(), found.GetName(), string(found.GetUID())); err != nil {
		return err
	}
	return e.client.Await(ctx, "Delete "+kind.Resource, found.GetName(), waiting(s, found.GetKind()+" "+found.GetName()+" to go"), func(ctx context.Context) (bool, error) {
		still, err := kube.Get(ctx, kind, found.GetNamespace(), found.GetName())
		if gcp.IsNotFound(err) {
			return true, nil
		}
		return err == nil && still.GetUID() != found.GetUID(), err
	})
}

// Covers tells whether an object has everything that is wanted of it.
func Covers(found, wanted *unstructured.Unstructured) bool {
	return len(uncovered(found, wanted)) == 0 && covers(toAny(found.GetLabels()), toAny(wanted.GetLabels()))
}

func toAny(labels map[string]string) map[string]any {
	out := make(map[string]any, len(labels))
	for key, value := range labels {
		out[key] = value
	}
	return out
}

// uncovered are the parts of an object, beside its metadata, that lack something
// of what is wanted.
func uncovered(found, wanted *unstructured.Unstructured) []string {
	return slices.DeleteFunc(sortedKeys(wanted.Object), func(key string) bool {
		return slices.Contains([]string{"apiVersion", "kind", "metadata"}, key) || covers(found.Object[key], wanted.Object[key])
	})
}

// covers tells whether everything that is wanted is there. What the service, or
// somebody else, filled in beside it is no difference.
func covers(found, wanted any) bool {
	switch wanted := wanted.(type) {
	case map[string]any:
		have, ok := found.(map[string]any)
		if !ok {
			return false
		}
		for key, value := range wanted {
			if !covers(have[key], value) {
				return false
			}
		}
		return true
	case []any:
		have, ok := found.([]any)
		if !ok || len(have) != len(wanted) {
			return false
		}
		for i := range wanted {
			if !covers(have[i], wanted[i]) {
				return false
			}
		}
		return true
	default:
		return fmt.Sprint(found) == fmt.Sprint(wanted)
	}
}

// reached runs do with the cluster's API, for a removal: where there is no
// cluster, or none that serves, what was in it goes with it.
func (e *Env) reached(ctx context.Context, do func(kube *gcp.Kubernetes) error) error {
	kube, err := e.kubernetes(ctx)
	if gcp.IsNotFound(err) {
		return nil
	}
	if _, dead := err.(*notReady); dead { //nolint:errorlint // It is returned as it is.
		return nil
	}
	if err != nil {
		return err
	}
	return do(kube)
}
