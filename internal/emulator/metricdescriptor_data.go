package emulator

import (
	"google.golang.org/genproto/googleapis/api"
	"google.golang.org/genproto/googleapis/api/label"
	"google.golang.org/genproto/googleapis/api/metric"
)

// googleMetric is a metric that a Google service writes, so that every project
// has its descriptor from the start. The list is the part of the published
// metrics list that the provider, its modules and their users refer to, not
// all of it: a metric that is missing here is answered like one that Google
// does not have, which the request log shows.
type googleMetric struct {
	typ       string
	kind      metric.MetricDescriptor_MetricKind
	value     metric.MetricDescriptor_ValueType
	unit      string
	display   string
	labels    []string
	resources []string
}

const (
	mGauge      = metric.MetricDescriptor_GAUGE
	mDelta      = metric.MetricDescriptor_DELTA
	mCumulative = metric.MetricDescriptor_CUMULATIVE
	vBool       = metric.MetricDescriptor_BOOL
	vInt        = metric.MetricDescriptor_INT64
	vDouble     = metric.MetricDescriptor_DOUBLE
	vString     = metric.MetricDescriptor_STRING
	vDist       = metric.MetricDescriptor_DISTRIBUTION
	ratio       = "10^2.%"
)

func googleMetrics() []googleMetric {
	sql := []string{"cloudsql_database"}
	vm := []string{"gce_instance"}
	container := []string{"k8s_container"}
	pod := []string{"k8s_pod"}
	node := []string{"k8s_node"}
	lb := []string{"https_lb_rule"}
	bucket := []string{"gcs_bucket"}
	topic := []string{"pubsub_topic"}
	subscription := []string{"pubsub_subscription"}
	endpoint := []string{"aiplatform.googleapis.com/Endpoint"}
	api := []string{"consumed_api", "produced_api"}
	uptime := []string{"aws_ec2_instance", "cloud_run_revision", "gae_app", "gce_instance", "k8s_service", "servicedirectory_service", "uptime_url"}
	checked := []string{"check_id", "checked_resource_id", "checker_location"}
	logged := []string{
		"global", "gce_instance", "k8s_cluster", "k8s_container", "k8s_node", "k8s_pod", "cloudsql_database", "gcs_bucket",
		"https_lb_rule", "cloud_run_revision", "project", "audited_resource", "build", "service_account",
	}
	return []googleMetric{
		{"cloudsql.googleapis.com/database/auto_failover_request_count", mDelta, vInt, "1", "Auto-failover requests", nil, sql},
		{"cloudsql.googleapis.com/database/available_for_failover", mGauge, vInt, "1", "Available for failover", nil, sql},
		{"cloudsql.googleapis.com/database/cpu/reserved_cores", mGauge, vDouble, "1", "CPU reserved cores", nil, sql},
		{"cloudsql.googleapis.com/database/cpu/usage_time", mDelta, vDouble, "s{CPU}", "CPU usage", nil, sql},
		{"cloudsql.googleapis.com/database/cpu/utilization", mGauge, vDouble, ratio, "CPU utilization", nil, sql},
		{"cloudsql.googleapis.com/database/disk/bytes_used", mGauge, vInt, "By", "Bytes used", nil, sql},
		{"cloudsql.googleapis.com/database/disk/quota", mGauge, vInt, "By", "Disk quota", nil, sql},
		{"cloudsql.googleapis.com/database/disk/read_ops_count", mDelta, vInt, "1", "Disk read IO", nil, sql},
		{"cloudsql.googleapis.com/database/disk/utilization", mGauge, vDouble, ratio, "Disk utilization", nil, sql},
		{"cloudsql.googleapis.com/database/disk/write_ops_count", mDelta, vInt, "1", "Disk write IO", nil, sql},
		{"cloudsql.googleapis.com/database/memory/quota", mGauge, vInt, "By", "Memory quota", nil, sql},
		{"cloudsql.googleapis.com/database/memory/usage", mGauge, vInt, "By", "Memory usage", nil, sql},
		{"cloudsql.googleapis.com/database/memory/utilization", mGauge, vDouble, ratio, "Memory utilization", nil, sql},
		{"cloudsql.googleapis.com/database/network/connections", mGauge, vInt, "1", "Cloud SQL connections", nil, sql},
		{"cloudsql.googleapis.com/database/network/received_bytes_count", mDelta, vInt, "By", "Received bytes", nil, sql},
		{"cloudsql.googleapis.com/database/network/sent_bytes_count", mDelta, vInt, "By", "Sent bytes", nil, sql},
		{"cloudsql.googleapis.com/database/postgresql/deadlock_count", mDelta, vInt, "1", "Number of deadlocks", []string{"database"}, sql},
		{"cloudsql.googleapis.com/database/postgresql/num_backends", mGauge, vInt, "1", "PostgreSQL connections", []string{"database"}, sql},
		{"cloudsql.googleapis.com/database/postgresql/num_backends_by_application", mGauge, vInt, "1", "Connections by application", []string{"application"}, sql},
		{"cloudsql.googleapis.com/database/postgresql/num_backends_by_state", mGauge, vInt, "1", "Connections by state", []string{"database", "state"}, sql},
		{"cloudsql.googleapis.com/database/postgresql/replication/replica_byte_lag", mGauge, vInt, "By", "Lag bytes", []string{"replica_lag_type", "replica_name"}, sql},
		{"cloudsql.googleapis.com/database/postgresql/transaction_count", mDelta, vInt, "1", "Number of transactions", []string{"database", "transaction_type"}, sql},
		{"cloudsql.googleapis.com/database/replication/replica_lag", mGauge, vDouble, "s", "Replica lag", nil, sql},
		{"cloudsql.googleapis.com/database/state", mGauge, vString, "", "Instance state", nil, sql},
		{"cloudsql.googleapis.com/database/up", mGauge, vInt, "1", "Server up", nil, sql},
		{"cloudsql.googleapis.com/database/uptime", mDelta, vDouble, "s", "Uptime", nil, sql},

		{"compute.googleapis.com/firewall/dropped_bytes_count", mDelta, vInt, "By", "Dropped bytes", []string{"instance_name"}, vm},
		{"compute.googleapis.com/firewall/dropped_packets_count", mDelta, vInt, "1", "Dropped packets", []string{"instance_name"}, vm},
		{"compute.googleapis.com/instance/cpu/reserved_cores", mGauge, vDouble, "1", "Reserved vCPUs", []string{"instance_name"}, vm},
		{"compute.googleapis.com/instance/cpu/usage_time", mDelta, vDouble, "s{CPU}", "CPU usage", []string{"instance_name"}, vm},
		{"compute.googleapis.com/instance/cpu/utilization", mGauge, vDouble, ratio, "CPU utilization", []string{"instance_name"}, vm},
		{"compute.googleapis.com/instance/disk/read_bytes_count", mDelta, vInt, "By", "Disk read bytes", []string{"device_name", "device_type", "instance_name", "storage_type"}, vm},
		{"compute.googleapis.com/instance/disk/write_bytes_count", mDelta, vInt, "By", "Disk write bytes", []string{"device_name", "device_type", "instance_name", "storage_type"}, vm},
		{"compute.googleapis.com/instance/network/received_bytes_count", mDelta, vInt, "By", "Received bytes", []string{"instance_name", "loadbalanced"}, vm},
		{"compute.googleapis.com/instance/network/sent_bytes_count", mDelta, vInt, "By", "Sent bytes", []string{"instance_name", "loadbalanced"}, vm},
		{"compute.googleapis.com/instance/uptime", mDelta, vDouble, "s{uptime}", "Uptime", []string{"instance_name"}, vm},

		{"logging.googleapis.com/billing/bytes_ingested", mGauge, vInt, "By", "Monthly log bytes ingested", []string{"resource_type"}, []string{"global"}},
		{"logging.googleapis.com/byte_count", mDelta, vInt, "By", "Log bytes", []string{"log", "severity"}, logged},
		{"logging.googleapis.com/exports/byte_count", mDelta, vInt, "By", "Exported log bytes", nil, []string{"logging_sink"}},
		{"logging.googleapis.com/exports/error_count", mDelta, vInt, "1", "Exported log entry failures", nil, []string{"logging_sink"}},
		{"logging.googleapis.com/exports/log_entry_count", mDelta, vInt, "1", "Exported log entries", nil, []string{"logging_sink"}},
		{"logging.googleapis.com/log_entry_count", mDelta, vInt, "1", "Log entries", []string{"log", "severity"}, logged},
		{"logging.googleapis.com/logs_based_metrics_error_count", mDelta, vInt, "1", "Log-based metric errors", []string{"log", "name", "type"}, []string{"global"}},

		{"monitoring.googleapis.com/uptime_check/check_passed", mGauge, vBool, "", "Check passed", checked, uptime},
		{"monitoring.googleapis.com/uptime_check/content_mismatch", mGauge, vBool, "", "Content mismatch", checked, uptime},
		{"monitoring.googleapis.com/uptime_check/error_code", mGauge, vString, "", "Error code", append([]string{"error_code"}, checked...), uptime},
		{"monitoring.googleapis.com/uptime_check/http_status", mGauge, vInt, "1", "HTTP response code", append([]string{"http_code"}, checked...), uptime},
		{"monitoring.googleapis.com/uptime_check/request_latency", mGauge, vDouble, "ms", "Request latency", checked, uptime},
		{"monitoring.googleapis.com/uptime_check/time_until_ssl_cert_expires", mGauge, vDouble, "d", "Time until SSL certificate expires", checked, uptime},
		{"monitoring.googleapis.com/collection/attribution/write_sample_count", mDelta, vInt, "1", "Metric write sample count", []string{"attribution_dimension", "metric_type"}, []string{"monitoring.googleapis.com/MetricIngestionAttribution"}},

		{"kubernetes.io/container/cpu/core_usage_time", mCumulative, vDouble, "s{CPU}", "CPU usage time", nil, container},
		{"kubernetes.io/container/cpu/limit_utilization", mGauge, vDouble, "1", "CPU limit utilization", nil, container},
		{"kubernetes.io/container/cpu/request_utilization", mGauge, vDouble, "1", "CPU request utilization", nil, container},
		{"kubernetes.io/container/memory/limit_bytes", mGauge, vInt, "By", "Memory limit", nil, container},
		{"kubernetes.io/container/memory/limit_utilization", mGauge, vDouble, "1", "Memory limit utilization", []string{"memory_type"}, container},
		{"kubernetes.io/container/memory/request_utilization", mGauge, vDouble, "1", "Memory request utilization", []string{"memory_type"}, container},
		{"kubernetes.io/container/memory/used_bytes", mGauge, vInt, "By", "Memory usage", []string{"memory_type"}, container},
		{"kubernetes.io/container/restart_count", mCumulative, vInt, "1", "Restart count", nil, container},
		{"kubernetes.io/container/uptime", mGauge, vDouble, "s", "Uptime", nil, container},
		{"kubernetes.io/node/cpu/allocatable_utilization", mGauge, vDouble, "1", "CPU allocatable utilization", nil, node},
		{"kubernetes.io/node/cpu/core_usage_time", mCumulative, vDouble, "s{CPU}", "CPU usage time", nil, node},
		{"kubernetes.io/node/ephemeral_storage/used_bytes", mGauge, vInt, "By", "Ephemeral storage usage", nil, node},
		{"kubernetes.io/node/memory/allocatable_utilization", mGauge, vDouble, "1", "Memory allocatable utilization", []string{"component", "memory_type"}, node},
		{"kubernetes.io/node/status_condition", mGauge, vBool, "", "Node status condition", []string{"condition", "status"}, node},
		{"kubernetes.io/pod/network/received_bytes_count", mCumulative, vInt, "By", "Bytes received", nil, pod},
		{"kubernetes.io/pod/network/sent_bytes_count", mCumulative, vInt, "By", "Bytes transmitted", nil, pod},
		{"kubernetes.io/pod/volume/used_bytes", mGauge, vInt, "By", "Volume usage", []string{"volume_name"}, pod},
		{"kubernetes.io/pod/volume/utilization", mGauge, vDouble, "1", "Volume utilization", []string{"volume_name"}, pod},

		{"loadbalancing.googleapis.com/https/backend_latencies", mDelta, vDist, "ms", "Backend latency", []string{"cache_result", "protocol", "proxy_continent", "response_code", "response_code_class"}, lb},
		{"loadbalancing.googleapis.com/https/backend_request_count", mDelta, vInt, "1", "Backend request count", []string{"cache_result", "protocol", "proxy_continent", "response_code", "response_code_class"}, lb},
		{"loadbalancing.googleapis.com/https/request_bytes_count", mDelta, vInt, "By", "Request bytes", []string{"cache_result", "client_country", "protocol", "proxy_continent", "response_code", "response_code_class"}, lb},
		{"loadbalancing.googleapis.com/https/request_count", mDelta, vInt, "1", "Request count", []string{"cache_result", "client_country", "protocol", "proxy_continent", "response_code", "response_code_class"}, lb},
		{"loadbalancing.googleapis.com/https/response_bytes_count", mDelta, vInt, "By", "Response bytes", []string{"cache_result", "client_country", "protocol", "proxy_continent", "response_code", "response_code_class"}, lb},
		{"loadbalancing.googleapis.com/https/total_latencies", mDelta, vDist, "ms", "Total latency", []string{"cache_result", "client_country", "protocol", "proxy_continent", "response_code", "response_code_class"}, lb},

		{"router.googleapis.com/nat/allocated_ports", mGauge, vInt, "{port}", "Allocated ports", []string{"nat_project_number", "router_id"}, []string{"nat_gateway"}},
		{"router.googleapis.com/nat/dropped_sent_packets_count", mDelta, vInt, "{packet}", "Sent packets dropped count", []string{"ip_protocol", "reason"}, []string{"nat_gateway"}},

		{"storage.googleapis.com/api/request_count", mDelta, vInt, "1", "Request count", []string{"method", "response_code"}, bucket},
		{"storage.googleapis.com/storage/object_count", mGauge, vInt, "1", "Object count", []string{"storage_class"}, bucket},
		{"storage.googleapis.com/storage/total_bytes", mGauge, vDouble, "By", "Total bytes", []string{"storage_class"}, bucket},

		{"pubsub.googleapis.com/subscription/num_undelivered_messages", mGauge, vInt, "1", "Unacked messages", nil, subscription},
		{"pubsub.googleapis.com/subscription/oldest_unacked_message_age", mGauge, vInt, "s", "Oldest unacked message age", nil, subscription},
		{"pubsub.googleapis.com/topic/send_request_count", mDelta, vInt, "1", "Publish requests", []string{"response_class", "response_code"}, topic},

		{"serviceruntime.googleapis.com/api/request_count", mDelta, vInt, "1", "Request count", []string{"grpc_status_code", "protocol", "response_code", "response_code_class"}, api},
		{"serviceruntime.googleapis.com/api/request_latencies", mDelta, vDist, "s", "Request latencies", nil, api},
		{"serviceruntime.googleapis.com/quota/exceeded", mGauge, vBool, "", "Quota exceeded error", []string{"limit_name", "quota_metric"}, []string{"consumer_quota", "producer_quota"}},

		{"aiplatform.googleapis.com/prediction/online/error_count", mDelta, vInt, "1", "Error count", []string{"deployed_model_id"}, endpoint},
		{"aiplatform.googleapis.com/prediction/online/prediction_count", mDelta, vInt, "1", "Prediction count", []string{"deployed_model_id"}, endpoint},
		{"aiplatform.googleapis.com/prediction/online/prediction_latencies", mDelta, vDist, "ms", "Prediction latencies", []string{"deployed_model_id", "latency_type"}, endpoint},
		{"aiplatform.googleapis.com/prediction/online/response_count", mDelta, vInt, "1", "Response count", []string{"deployed_model_id", "response_code"}, endpoint},
	}
}

// descriptor renders the metric as the API does, below projects/ID.
func (m googleMetric) descriptor(project string) *metric.MetricDescriptor {
	d := &metric.MetricDescriptor{
		Name:                   project + "/metricDescriptors/" + m.typ,
		Type:                   m.typ,
		MetricKind:             m.kind,
		ValueType:              m.value,
		Unit:                   m.unit,
		DisplayName:            m.display,
		LaunchStage:            api.LaunchStage_GA,
		MonitoredResourceTypes: m.resources,
	}
	for _, key := range m.labels {
		d.Labels = append(d.Labels, &label.LabelDescriptor{Key: key})
	}
	return d
}

// userMetricResources are the monitored resource types that a user's metric may
// be written against, as recorded from metricDescriptors.get.
func userMetricResources() []string {
	return []string{
		"aws_ec2_instance", "aws_lambda_function", "aws_sqs_queue", "baremetalsolution.googleapis.com/Instance",
		"cloud_composer_environment", "cloud_composer_workflow", "cloud_dataproc_batch", "dataflow_job", "gae_instance",
		"gce_instance", "generic_node", "generic_task", "gke_container", "global", "k8s_cluster", "k8s_container",
		"k8s_node", "k8s_pod", "k8s_service", "prometheus_target",
	}
}
