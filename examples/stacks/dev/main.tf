provider "cortx" {
  project = var.project_id
  region  = "europe-west1"
}

# A cluster in one zone, a small database, and alerts that wake nobody. The
# module ends the run with an error while the environment is incomplete, and the
# next apply goes on.
module "dev" {
  source = "../../../modules/dev"

  pagerduty_service_key = var.pagerduty_service_key

  # Change it to delete all data and begin anew; the plan says what is lost.
  reset_trigger = "2026-01-05"

  thresholds = {
    error_rate = 0.05
    latency_ms = 1000
  }
}

# The module was observability alone before there were environments.
moved {
  from = module.observability
  to   = module.dev.module.stack.module.observability
}
