// Package slo is the domain model of a service-level objective: what a platform
// team says (which requests count, how many must be good, over how many days),
// and how that is said to Cloud Monitoring.
//
// An [SLO] becomes three kinds of objects. [SLO.Service] is the Monitoring
// service that it belongs to. [SLO.Objective] is the objective with its
// indicator: Monitoring filters, since the service takes no PromQL there.
// [SLO.Policies] are alert policies in PromQL over the same series: one for each
// pair of windows in which the error budget burns too fast, and one for the
// metric not arriving at all. [FromProto] recovers an SLO from them.
//
// The package knows nothing of Terraform beyond the attribute names in the paths
// of a [problem.Problem], which are the names of the fields as words.
package slo
