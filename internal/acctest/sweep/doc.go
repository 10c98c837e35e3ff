// Package sweep disturbs every API call of a create, an update and a destroy of a
// cortx_environment, of each tier, in every way that a call can go wrong: the
// provider killed before it, after it and in its reply; every error that the
// service may answer; a reply that never comes; an operation that fails, and one
// that never ends. Then one more apply, without the fault, has to mend all of it.
//
// A case has a name, such as dev/create/7593/CreateKeyRing/kill-after, that says
// which call of a run without faults is struck and how; the same name, from the
// same code, is the same case. Calls are told by what they call, and by which
// of its kind they are, so that components that run side by side don't change
// what a name means. Time is virtual.
//
// A call that a run repeats, such as the look at the lease before every write and
// the polls of an operation, is struck at its first three times and its last;
// Options.All strikes it at every one.
package sweep
