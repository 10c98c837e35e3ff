provider "cortx" {
  project = var.project_id
}

module "observability" {
  source = "../../../modules/observability"

  environment           = "dev"
  pagerduty_service_key = var.pagerduty_service_key

  # Developers break things on purpose: nothing here is worth waking anybody
  # for within fifteen minutes.
  priorities = {
    error_rate        = "P2"
    latency           = "P2"
    db_connections    = "P2"
    compliance_checks = "P1"
  }

  thresholds = {
    error_rate = 0.05
    latency_ms = 1000
  }

  # A promise to nobody: the budget is shown, and its burn makes tickets.
  slos = {
    uptime      = { goal = 0.99, window_days = 7 }
    latency_p99 = { enabled = false }
  }
  slo_alerts = {
    page_priority = "P2"
  }

  dashboards = {
    cost_attribution = false
  }
}
