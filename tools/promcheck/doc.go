// Package promcheck evaluates every alert that the provider ships with the real
// Prometheus engine, on synthetic series that look as the exporters' do.
//
// It is a module of its own, so that the provider's build does not pay for a
// whole Prometheus.
package promcheck
