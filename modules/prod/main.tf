module "stack" {
  source = "../stack"

  tier = "prod"

  name              = var.name
  project_id        = var.project_id
  region            = var.region
  labels            = var.labels
  network           = var.network
  cluster           = var.cluster
  database          = var.database
  encryption        = var.encryption
  storage           = var.storage
  maintenance       = var.maintenance
  access            = var.access
  budget            = var.budget
  deletion_policy   = var.deletion_policy
  project_lien      = var.project_lien
  catalogue_version = var.catalogue_version
  on_incomplete     = var.on_incomplete
  adopt             = var.adopt
  allow_recreate    = var.allow_recreate
  exceptions        = var.exceptions
  timeouts          = var.timeouts

  # A lock that is asked for by name is confirmed by that.
  logging = merge(var.logging, { locked = var.lock_logs ? true : try(var.logging.locked, null) })
  confirm = setunion(var.confirm, var.lock_logs ? ["logging.locked"] : [])

  pagerduty_enabled             = var.pagerduty_enabled
  pagerduty_service_key         = var.pagerduty_service_key
  pagerduty_service_key_version = var.pagerduty_service_key_version
  email_addresses               = var.email_addresses
  pubsub_topics                 = var.pubsub_topics
  notification_channels         = var.notification_channels
  database_max_connections      = var.database_max_connections

  observability = {
    # One policy watches every tenant, and each tenant has incidents of its own.
    by_tenant  = true
    suite      = var.suite
    thresholds = var.thresholds

    grafana              = var.grafana
    billing_export_table = var.billing_export_table
    runbook_base_url     = var.runbook_base_url
  }
}
