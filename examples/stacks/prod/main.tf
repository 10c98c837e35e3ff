provider "cortx" {
  project = var.project_id

  default_labels = {
    cost_center = "platform"
  }

  # Dashboards go here too. The token comes from the environment, GRAFANA_AUTH.
  grafana = {
    url = "https://grafana.cortx.example"
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

  # The cost of each tenant, once the billing export is set up (a step in the
  # console, which the guide on dashboards describes).
  billing_export_table = "cortx-billing.billing.gcp_billing_export_resource_v1_012345_6789AB_CDEF01"
  grafana = {
    data_source_uid          = "prometheus"
    bigquery_data_source_uid = "bigquery"
    refresh                  = "1m"
  }
}
