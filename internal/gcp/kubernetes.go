package gcp

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
)

// FieldManager is the name under which this provider owns fields of Kubernetes
// objects.
const FieldManager = "cortx"

// Kubernetes reaches the API of one cluster through its DNS endpoint, with the
// same Google credentials and the same chain as everything else.
type Kubernetes struct {
	client  dynamic.Interface
	cluster string
}

// Kubernetes returns the access to the cluster with this DNS endpoint, such as
// gke-1234-567890.europe-west1.gke.goog. It makes no call.
func (c *Client) Kubernetes(endpoint string) (*Kubernetes, error) {
	host := "https://" + endpoint
	if c.Emulated() {
		host = "http://" + c.cfg.EmulatorHost + "/" + endpoint
	}
	client, err := dynamic.NewForConfigAndClient(&rest.Config{Host: host, UserAgent: c.cfg.UserAgent, QPS: -1}, &http.Client{Transport: c.http.Transport})
	if err != nil {
		return nil, fmt.Errorf("make a client of the cluster at %s: %w", endpoint, err)
	}
	return &Kubernetes{client: client, cluster: endpoint}, nil
}

// Get returns an object; namespace is "" for a cluster-wide kind.
func (k *Kubernetes) Get(ctx context.Context, kind schema.GroupVersionResource, namespace, name string) (*unstructured.Unstructured, error) {
	op, resource := "Get "+kind.Resource, k.resource(namespace, name)
	found, err := k.of(kind, namespace).Get(Reading(ctx, op, resource), name, metav1.GetOptions{})
	if err != nil {
		return nil, NewError(op, resource, err)
	}
	return found, nil
}

// List returns the objects that a label selector selects.
func (k *Kubernetes) List(ctx context.Context, kind schema.GroupVersionResource, namespace, selector string) ([]unstructured.Unstructured, error) {
	op, resource := "List "+kind.Resource, k.resource(namespace, "")
	found, err := k.of(kind, namespace).List(Reading(ctx, op, resource), metav1.ListOptions{LabelSelector: selector})
	if err != nil {
		return nil, NewError(op, resource, err)
	}
	return found.Items, nil
}

// Apply makes an object's fields what the given ones are, by server-side apply
// with force: a field that this provider sets is its own, all others are
// whoever's they are. It ends the same however often it is made.
func (k *Kubernetes) Apply(ctx context.Context, kind schema.GroupVersionResource, object *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	op, resource := "Apply "+kind.Resource, k.resource(object.GetNamespace(), object.GetName())
	applied, err := k.of(kind, object.GetNamespace()).Apply(Reading(ctx, op, resource), object.GetName(), object, metav1.ApplyOptions{FieldManager: FieldManager, Force: true})
	if err != nil {
		return nil, NewError(op, resource, err)
	}
	return applied, nil
}

// Delete deletes an object and, first, what depends on it; one that is not
// there is no error. uid, when it is not empty, is that of the object meant.
func (k *Kubernetes) Delete(ctx context.Context, kind schema.GroupVersionResource, namespace, name, uid string) error {
	op, resource := "Delete "+kind.Resource, k.resource(namespace, name)
	policy := metav1.DeletePropagationForeground
	options := metav1.DeleteOptions{PropagationPolicy: &policy}
	if uid != "" {
		options.Preconditions = metav1.NewUIDPreconditions(uid)
	}
	err := NewError(op, resource, k.of(kind, namespace).Delete(Reading(ctx, op, resource), name, options))
	if err == nil || IsNotFound(err) {
		return nil
	}
	return err
}

func (k *Kubernetes) of(kind schema.GroupVersionResource, namespace string) dynamic.ResourceInterface {
	if namespace == "" {
		return k.client.Resource(kind)
	}
	return k.client.Resource(kind).Namespace(namespace)
}

func (k *Kubernetes) resource(namespace, name string) string {
	if namespace != "" {
		name = namespace + "/" + name
	}
	return k.cluster + "/" + name
}

// kubernetesStatus is metav1.Status as far as an error needs it.
type kubernetesStatus struct {
	Kind    string `json:"kind"`
	Message string `json:"message"`
	Reason  string `json:"reason"`
}

// fillKubernetes reads the error form of the Kubernetes API.
func (e *Error) fillKubernetes(body []byte) bool {
	var s kubernetesStatus
	if json.Unmarshal(body, &s) != nil || s.Kind != "Status" {
		return false
	}
	e.Message, e.Reason = s.Message, s.Reason
	return true
}
