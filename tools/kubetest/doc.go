// Package kubetest applies the provider's Kubernetes objects to a real
// kube-apiserver.
package kubetest
