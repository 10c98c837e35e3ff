// Package alert is the domain model of an alert policy: what a platform team
// says (a signal, a threshold, a priority, a runbook), and how that is said to
// Cloud Monitoring.
//
// A [Policy] becomes a [monitoringpb.AlertPolicy] with [Policy.Proto] and is
// recovered from one with [FromProto]. Typed signals travel as PromQL: on the
// way back the query is parsed with Prometheus' own parser, rendered again and
// compared; only when both are equal is it taken for a typed signal, otherwise
// it stays raw PromQL. So a threshold changed by hand in the console shows as
// that threshold and not as a wall of query text.
//
// The package knows nothing of Terraform beyond the attribute names in the
// paths of a [Problem].
package alert
