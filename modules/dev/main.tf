module "stack" {
  source = "../stack"

  tier          = "dev"
  reset_trigger = var.reset_trigger

  name              = var.name
  project_id        = var.project_id
  region            = var.region
  zone              = var.zone
  labels            = var.labels
  network           = var.network
  cluster           = var.cluster
  database          = var.database
  encryption        = var.encryption
  storage           = var.storage
  logging           = var.logging
  budget            = var.budget
  maintenance       = var.maintenance
  deletion_policy   = var.deletion_policy
  project_lien      = var.project_lien
  catalogue_version = var.catalogue_version
  on_incomplete     = var.on_incomplete
  adopt             = var.adopt
  allow_recreate    = var.allow_recreate
  confirm           = var.confirm
  exceptions        = var.exceptions
  timeouts          = var.timeouts

  pagerduty_enabled             = var.pagerduty_enabled
  pagerduty_service_key         = var.pagerduty_service_key
  pagerduty_service_key_version = var.pagerduty_service_key_version
  email_addresses               = var.email_addresses
  notification_channels         = var.notification_channels
  database_max_connections      = var.database_max_connections

  observability = {
    # Developers break things on purpose: nothing here is worth waking anybody
    # for within fifteen minutes.
    thresholds = var.thresholds
    priorities = {
      error_rate        = "P2"
      latency           = "P2"
      db_connections    = "P2"
      compliance_checks = "P1"
    }

    # A promise to nobody: the budget is shown, and its burn makes tickets.
    slos = {
      uptime      = { goal = 0.99, window_days = 7 }
      latency_p99 = { enabled = false }
    }
    slo_alerts = { page_priority = "P2" }

    dashboards = { cost_attribution = false }
    grafana    = var.grafana
  }
}
