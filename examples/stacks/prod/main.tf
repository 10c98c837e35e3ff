provider "cortx" {
  project = var.project_id
  region  = "europe-west1"

  default_labels = {
    cost_center = "platform"
  }

  # Dashboards go here too. The token comes from the environment, GRAFANA_AUTH.
  grafana = {
    url = "https://grafana.cortx.example"
  }
}

# Regional, encrypted with keys of its own in an HSM, audited in full, and
# guarded against its own deletion. The module ends the run with an error while
# the environment is incomplete, and the next apply goes on.
module "prod" {
  source = "../../../modules/prod"

  # An organisation with an access policy gives it here, with the runners of
  # Terraform, and the project then lies in an enforced perimeter.
  access = {
    exception = "The organisation has no access policy yet; see RISK-142."
  }

  budget = {
    billing_account = var.billing_account
    amount          = 20000
  }

  deletion_policy = var.deletion_policy

  suite                 = "compliance-core"
  pagerduty_service_key = var.pagerduty_service_key
  email_addresses       = ["platform-oncall@cortx.example"]

  # Connections are counted at the environment's own instance.
  database_max_connections = 500

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

# The module was observability alone before there were environments.
moved {
  from = module.observability
  to   = module.prod.module.stack.module.observability
}
