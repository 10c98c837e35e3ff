provider "cortx" {
  project = var.project_id

  default_labels = {
    cost_center = "platform"
  }
}

module "observability" {
  source = "../../../modules/observability"

  environment           = "prod"
  suite                 = "compliance-core"
  pagerduty_service_key = var.pagerduty_service_key
  email_addresses       = ["platform-oncall@cortx.example"]

  # One policy watches every tenant, and each tenant has incidents of its own.
  by_tenant    = true
  match_labels = { cluster = "cortx-prod" }

  database = {
    source          = "cloud_sql"
    instance        = "cortx-prod:core"
    max_connections = 500
  }

  runbook_base_url = "https://runbooks.cortx.example/prod"
}
