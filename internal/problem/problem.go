// Package problem is what the domain models say about a configuration that
// can't work. It knows nothing of Terraform.
package problem

import "slices"

// Problem is something that the service would refuse, or that this provider
// does, and what to do about it.
type Problem struct {
	// Path leads to the attribute: attribute names (string) and list indexes
	// (int) under the resource.
	Path []any
	// Summary is one static sentence.
	Summary string
	// Detail says what to do, with the values concerned.
	Detail string
	// Warning is a problem that does not stop anything.
	Warning bool
}

// Path leads to an attribute.
type Path []any

// To returns the path one step further, to an attribute or an index.
func (p Path) To(step any) Path { return append(slices.Clone(p), step) }

// List gathers problems.
type List []Problem

// Add adds an error.
func (l *List) Add(at Path, summary, detail string) {
	*l = append(*l, Problem{Path: at, Summary: summary, Detail: detail})
}

// Warn adds a warning.
func (l *List) Warn(at Path, summary, detail string) {
	*l = append(*l, Problem{Path: at, Summary: summary, Detail: detail, Warning: true})
}
