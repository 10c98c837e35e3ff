// Package reconcile claims, converges and fences a composite: a graph of
// components that one Terraform resource stands for. It knows nothing of any
// one of them.
package reconcile
