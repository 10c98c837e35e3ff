module "environment" {
  source = "../environment"

  tier                  = var.tier
  name                  = var.name
  project_id            = var.project_id
  region                = var.region
  zone                  = var.zone
  labels                = var.labels
  network               = var.network
  cluster               = var.cluster
  database              = var.database
  encryption            = var.encryption
  storage               = var.storage
  logging               = var.logging
  access                = var.access
  budget                = var.budget
  maintenance           = var.maintenance
  notification_channels = module.observability.notification_channels
  deletion_policy       = var.deletion_policy
  project_lien          = var.project_lien
  catalogue_version     = var.catalogue_version
  on_incomplete         = var.on_incomplete
  adopt                 = var.adopt
  allow_recreate        = var.allow_recreate
  confirm               = var.confirm
  exceptions            = var.exceptions
  reset_trigger         = var.reset_trigger
  ttl                   = var.ttl
  timeouts              = var.timeouts
}

locals {
  name    = coalesce(var.name, var.tier)
  cluster = coalesce(try(var.cluster.name, null), "cortx-${local.name}")

  # Cloud SQL's metrics know the instance as project:instance, which is known
  # once it stands.
  instance = var.database_max_connections == null ? null : try(join(":", regex("^projects/([^/]+)/instances/([^/]+)$", module.environment.database.id)), null)
}

# It stands beside the environment and waits for nothing of it, so that somebody
# is told while the environment is incomplete.
module "observability" {
  source = "../observability"

  environment  = local.name
  project_id   = var.project_id
  labels       = var.labels
  match_labels = var.observability.match_labels == null ? { cluster = local.cluster } : var.observability.match_labels

  pagerduty_enabled             = var.pagerduty_enabled
  pagerduty_service_key         = var.pagerduty_service_key
  pagerduty_service_key_version = var.pagerduty_service_key_version
  email_addresses               = var.email_addresses
  pubsub_topics                 = var.pubsub_topics
  notification_channels         = var.notification_channels

  database = {
    source          = var.database_max_connections == null ? "pool" : "cloud_sql"
    instance        = local.instance
    max_connections = var.database_max_connections
  }

  enabled              = var.observability.enabled
  suite                = var.observability.suite
  by_tenant            = var.observability.by_tenant
  tenant_label         = var.observability.tenant_label
  include_4xx          = var.observability.include_4xx
  window               = var.observability.window
  metrics              = var.observability.metrics
  thresholds           = var.observability.thresholds
  latency_buckets      = var.observability.latency_buckets
  priorities           = var.observability.priorities
  dashboards           = var.observability.dashboards
  dashboard_targets    = var.observability.dashboard_targets
  grafana              = var.observability.grafana
  billing_export_table = var.observability.billing_export_table
  alert_charts         = var.observability.alert_charts
  service              = var.observability.service
  slos                 = var.observability.slos
  slo_alerts           = var.observability.slo_alerts
  runbook_base_url     = var.observability.runbook_base_url
  runbook_links        = var.observability.runbook_links
  runbooks             = var.observability.runbooks
}
