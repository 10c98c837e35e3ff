package emulator

import (
	"google.golang.org/genproto/googleapis/api/label"
	"google.golang.org/genproto/googleapis/api/monitoredres"
)

// resourceType is a monitored resource type with its label keys, in the order
// of the published monitored resource list.
type resourceType struct {
	typ     string
	display string
	labels  []string
}

func resourceTypes() []resourceType {
	return []resourceType{
		{"aiplatform.googleapis.com/Endpoint", "Vertex AI Endpoint", []string{"resource_container", "location", "endpoint_id"}},
		{"audited_resource", "Audited Resource", []string{"project_id", "service", "method"}},
		{"build", "Cloud Build", []string{"project_id", "build_id", "build_trigger_id"}},
		{"cloud_run_revision", "Cloud Run Revision", []string{"project_id", "service_name", "revision_name", "location", "configuration_name"}},
		{"cloudsql_database", "Cloud SQL Database", []string{"project_id", "database_id", "region"}},
		{"consumed_api", "Consumed API", []string{"project_id", "service", "method", "version", "location", "credential_id"}},
		{"consumer_quota", "Consumer Quota", []string{"project_id", "service", "location"}},
		{"gce_instance", "VM Instance", []string{"project_id", "instance_id", "zone"}},
		{"gcs_bucket", "GCS Bucket", []string{"project_id", "bucket_name", "location"}},
		{"generic_node", "Generic Node", []string{"project_id", "location", "namespace", "node_id"}},
		{"generic_task", "Generic Task", []string{"project_id", "location", "namespace", "job", "task_id"}},
		{"global", "Global", []string{"project_id"}},
		{"https_lb_rule", "Application Load Balancer Rule", []string{"project_id", "url_map_name", "forwarding_rule_name", "target_proxy_name", "matched_url_path_rule", "backend_target_name", "backend_target_type", "backend_name", "backend_type", "backend_scope", "backend_scope_type", "region"}},
		{"k8s_cluster", "Kubernetes Cluster", []string{"project_id", "location", "cluster_name"}},
		{"k8s_container", "Kubernetes Container", []string{"project_id", "location", "cluster_name", "namespace_name", "pod_name", "container_name"}},
		{"k8s_node", "Kubernetes Node", []string{"project_id", "location", "cluster_name", "node_name"}},
		{"k8s_pod", "Kubernetes Pod", []string{"project_id", "location", "cluster_name", "namespace_name", "pod_name"}},
		{"k8s_service", "Kubernetes Service", []string{"project_id", "location", "cluster_name", "namespace_name", "service_name"}},
		{"logging_sink", "Logging Export Sink", []string{"project_id", "name", "destination"}},
		{"nat_gateway", "Cloud NAT Gateway", []string{"project_id", "region", "router_id", "gateway_name"}},
		{"produced_api", "Produced API", []string{"project_id", "service", "method", "version", "location"}},
		{"project", "Project", []string{"project_id"}},
		{"prometheus_target", "Prometheus Target", []string{"project_id", "location", "cluster", "namespace", "job", "instance"}},
		{"pubsub_subscription", "Cloud Pub/Sub Subscription", []string{"project_id", "subscription_id"}},
		{"pubsub_topic", "Cloud Pub/Sub Topic", []string{"project_id", "topic_id"}},
		{"service_account", "Service Account", []string{"project_id", "email_id", "unique_id"}},
		{"uptime_url", "Uptime Check URL", []string{"project_id", "host"}},
	}
}

// descriptor renders the type as the API does, below projects/ID.
func (r resourceType) descriptor(project string) *monitoredres.MonitoredResourceDescriptor {
	d := &monitoredres.MonitoredResourceDescriptor{
		Name:        project + "/monitoredResourceDescriptors/" + r.typ,
		Type:        r.typ,
		DisplayName: r.display,
	}
	for _, key := range r.labels {
		d.Labels = append(d.Labels, &label.LabelDescriptor{Key: key})
	}
	return d
}
