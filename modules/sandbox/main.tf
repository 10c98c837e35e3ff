module "stack" {
  source = "../stack"

  tier = "sandbox"
  ttl  = var.ttl

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

  # No page: a sandbox has no on-call rotation.
  pagerduty_enabled        = false
  email_addresses          = var.email_addresses
  notification_channels    = var.notification_channels
  database_max_connections = var.database_max_connections

  observability = {
    # A customer tries the platform: somebody should know, and nobody is woken.
    by_tenant = true
    priorities = {
      error_rate        = "P2"
      latency           = "P2"
      db_connections    = "P2"
      compliance_checks = "P1"
    }

    # It is gone before a month's budget is spent.
    slos       = { uptime = { enabled = false }, latency_p99 = { enabled = false } }
    dashboards = { cost_attribution = false }
  }
}
