// Package series makes up the time series of the platform, so that queries and
// dashboards have something to show without a workload.
//
// Nothing is stored: the value of a series is a pure function of the seed, the
// labels of the series and the time, so that any window of any length can be
// asked for, in any order, with the same answer. Counters are sums of integrals
// that have a closed form, hence they never fall except at a restart of their
// pod. Histograms are whole: a bucket holds what the smaller ones hold, _count
// is the bucket of +Inf, and http_requests_total counts the same requests as the
// histograms do. Traffic has days, weeks and noise, and each namespace now and
// then an incident, which every metric of the namespace shows at the same time.
//
// What stands is one cluster, "cortx-prod", with a namespace for the platform
// and one a tenant, and one Cloud SQL instance. As with projects elsewhere in
// the emulator, a cluster, a namespace, a database or an uptime check that a
// query names by an equality exists from that moment.
package series
