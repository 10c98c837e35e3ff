// Package reconcile claims, converges and fences a composite: a graph of
// components that one Terraform resource stands for, such as an environment. It
// knows nothing of any one of them.
//
// Terraform taints what fails to create, and destroys it on the next apply. So a
// composite never simply fails: what was begun is in a record, and the next run
// resumes it.
//
// # Claim
//
// Everything is read before anything is changed. An object of our name that is
// not ours, an object with our label and no record, or a component that can't be
// seen before the first claim is an error, and nothing has happened. Then the
// record is written, for a new composite on the condition that there is none;
// who loses that race changes nothing.
//
// # Lease
//
// One run at a time holds the record's lease: a nonce of its own, a minute long,
// put off by a heartbeat and by every write. Only the holder writes the record,
// on the condition of its generation, so a record with our nonce is our own work
// whatever an answer said. The guard reads the record before every call that
// changes something; a run that finds another's nonce stops at once. A lease is
// taken over when its end has passed and the record has not moved for as long as
// a heartbeat takes, or when the record has not moved for longer than a lease
// lasts, whatever the clocks say; without a look only when its end lies far back.
//
// What this can't prevent: a call that was sent under a valid lease and takes
// effect after another run took over. Components look before they make.
//
// # Converge
//
// Components run side by side once those they need have converged. One that
// fails, panics or hangs is that component's error, and stops only those that
// need it. Notes are in the ledger before Record returns; what else there is to
// tell goes out with them, or with the next heartbeat, because Cloud Storage
// takes about one write a second to an object. A cancel is answered in under five
// seconds; components that don't heed it keep the lease until it expires, so that
// nobody works beside them.
//
// # Fence
//
// The record counts incarnations. Create adopts what has a record of ours, which
// raises the count, as does the first run of a state that was imported; a state
// with a lower one can neither change nor destroy anything any more. Create does
// not adopt what another run claimed while it waited: that run has given a state
// to somebody.
//
// The count begins anew when the record goes with its place (see
// [Options.Dispose]); a copy of a state from before such a destroy is not told
// from one of the next life. Request ids are: they depend on the birth as well.
//
// # Destroy
//
// The graph is walked backwards. A component whose objects bear labels is removed
// only when [Discoverer] finds nothing any more, since a service that answers 404
// once must not make an orphan; nor is one forgotten that was made and whose mark
// somebody has taken off since. The record goes last. A missing record proves
// nothing: with it gone, a destroy succeeds only when nothing bears our label.
//
// # What a component has to do
//
//   - Look before it makes anything, by name or by label, and not by a note
//     alone: an object can be gone while its id is still noted.
//   - Treat a conflict on a create as a reason to look again.
//   - Take an API that isn't enabled as absence in Observe and Discover, and any
//     other failure as an error.
//   - Delete and make again only what is ours and broken.
//   - Take an older incarnation in a label for ours, and not for drift.
//   - Wait with a bound, on the clock, and heed its context.
package reconcile
