// Package component holds the building blocks of an environment on Google
// Cloud: one file each, all of them [reconcile.Component].
//
// A component reads in Observe and writes in Converge and Remove, through the
// clients of package gcp alone. It knows what is desired from the [Spec] that
// it was made with; it keeps nothing between calls but what the ledger notes.
//
// # Rules for a component
//
//   - Names are deterministic (names.go). Every object bears the owner's mark:
//     labels where the API has them, the description elsewhere.
//   - Observe answers [reconcile.Absent] only to a 404. Every other error is an
//     error: unreadable is never absent.
//   - An object of our name without our mark is [reconcile.Observation.Foreign],
//     unless the spec adopts it. What bears somebody else's mark is foreign
//     always.
//   - Converge looks, then creates what is missing and patches what differs, and
//     waits for the operations. It deletes nothing that is healthy. A create-only
//     setting that differs is an error that names the component, unless
//     [Spec.Recreate] lists it.
//   - Values are what the service shows, never what was asked for.
//   - Calls carry a context of [gcp.Reading], [gcp.Named], [gcp.UnderEtag] or
//     [gcp.Assigned]. Creates by name take ALREADY_EXISTS as a sign to look
//     again.
//
// A new building block is a file here and a line in [Environment].
package component
