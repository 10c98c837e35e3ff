package alert

// Problem is something about a policy that the service would refuse, or that
// this provider does, and what to do about it.
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
