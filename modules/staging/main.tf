module "stack" {
  source = "../stack"

  tier = "staging"

  name              = var.name
  project_id        = var.project_id
  region            = var.region
  labels            = var.labels
  network           = var.network
  cluster           = var.cluster
  database          = var.database
  encryption        = var.encryption
  storage           = var.storage
  logging           = var.logging
  maintenance       = var.maintenance
  budget            = var.budget
  deletion_policy   = var.deletion_policy
  project_lien      = var.project_lien
  catalogue_version = var.catalogue_version
  on_incomplete     = var.on_incomplete
  adopt             = var.adopt
  allow_recreate    = var.allow_recreate
  confirm           = var.confirm
  exceptions        = var.exceptions
  timeouts          = var.timeouts

  access = var.access_policy == null ? null : {
    access_policy     = var.access_policy
    runner_identities = var.runner_identities
  }

  pagerduty_enabled             = var.pagerduty_enabled
  pagerduty_service_key         = var.pagerduty_service_key
  pagerduty_service_key_version = var.pagerduty_service_key_version
  email_addresses               = var.email_addresses
  pubsub_topics                 = var.pubsub_topics
  notification_channels         = var.notification_channels
  database_max_connections      = var.database_max_connections

  observability = {
    # As in production, so that thresholds are tried out where nobody is woken.
    by_tenant  = true
    thresholds = var.thresholds
    priorities = {
      error_rate        = "P1"
      latency           = "P2"
      db_connections    = "P2"
      compliance_checks = "P1"
    }

    slo_alerts       = { page_priority = "P2" }
    dashboards       = { cost_attribution = false }
    grafana          = var.grafana
    runbook_base_url = var.runbook_base_url
  }
}
