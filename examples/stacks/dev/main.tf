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
}
