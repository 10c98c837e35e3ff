// Package dash is the domain model of dashboards: one typed description that is
// rendered to a Cloud Monitoring dashboard and to a Grafana dashboard, and
// recovered from the former.
//
// A [Dashboard] is a value and its methods are pure. The way there is
//
//	d.Arranged()   every tile has its place
//	d.Validate()   what a target would refuse or lose, by attribute path
//	d.Proto()      the Cloud Monitoring dashboard, in a mosaic layout
//
// and the way back [FromProto], which recovers typed tiles, so that a tile
// moved, edited or removed by hand shows as exactly that change. [Equal]
// compares Cloud Monitoring dashboards by their meaning: what the service fills
// in or orders anew is no difference, anything a reader could see is one.
//
// PromQL is the same for both targets. Only references to variables are spelled
// as each target wants them.
package dash
