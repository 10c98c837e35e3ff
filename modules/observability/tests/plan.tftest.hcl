# What the provider itself says at plan: nothing is mocked, and nothing is
# asked of the network, since a plan of new objects needs none.

provider "cortx" {
  project      = "cortx-test"
  access_token = "none is needed for this plan"
}

variables {
  environment           = "test"
  pagerduty_service_key = "0123456789abcdef0123456789abcdef"
}

run "defaults" {
  command = plan

  assert {
    condition     = cortx_alert_policy.error_rate.sla == { response = "15m", resolution = "1h" } && cortx_alert_policy.latency.sla == { response = "1h", resolution = "4h" }
    error_message = "The service-level agreements are known at plan."
  }
  assert {
    condition     = alltrue([for policy in local.policies : length(policy.conditions[0].query) > 0])
    error_message = "Every expression is known at plan."
  }
  assert {
    condition     = alltrue([for policy in local.policies : length(policy.rendered_documentation) <= 8192])
    error_message = "Every runbook fits into the documentation of a policy."
  }
  assert {
    condition     = alltrue([for policy in local.policies : strcontains(policy.rendered_documentation, "kubectl") || strcontains(policy.rendered_documentation, "pg_stat_activity") || strcontains(policy.rendered_documentation, "terraform plan")])
    error_message = "Every runbook says what to type."
  }
  assert {
    condition     = cortx_alert_policy.error_rate.severity == "CRITICAL" && cortx_alert_policy.error_rate.effective_labels.environment == "test"
    error_message = "Severity and labels are known at plan."
  }
  assert {
    condition     = cortx_notification_channel.pagerduty[0].pagerduty.service_key_wo == null
    error_message = "The key is not in the plan."
  }
}

run "everything_set" {
  command = plan

  variables {
    by_tenant        = true
    match_labels     = { cluster = "cortx-test" }
    database         = { source = "cloud_sql", instance = "cortx-test:core", max_connections = 200 }
    runbook_base_url = "https://runbooks.cortx.example/test"
    email_addresses  = ["oncall@cortx.example"]
    pubsub_topics    = ["projects/cortx-test/topics/incidents"]
  }

  assert {
    condition     = strcontains(cortx_alert_policy.error_rate.conditions[0].query, "namespace") && strcontains(cortx_alert_policy.error_rate.conditions[0].query, "cluster=\"cortx-test\"")
    error_message = "Tenants and labels reach the expression."
  }
  assert {
    condition     = strcontains(cortx_alert_policy.db_connections.conditions[0].query, "200")
    error_message = "The instance's maximum reaches the expression."
  }
}

run "dashboards_and_objectives" {
  command = plan

  variables {
    database = { source = "cloud_sql", instance = "cortx-test:core", max_connections = 200 }
  }

  assert {
    condition     = alltrue([for dashboard in cortx_dashboard.preset : sum([for section in dashboard.sections : length(section.tiles)]) >= 4])
    error_message = "Every tile is known at plan."
  }
  assert {
    condition     = alltrue([for dashboard in cortx_dashboard.preset : can(jsondecode(dashboard.grafana_json).panels)])
    error_message = "Grafana's JSON is known at plan, whether or not there is a Grafana."
  }
  assert {
    condition     = output.dashboard_names == [for key in ["compliance_audit", "cost_attribution", "platform_health", "tenant_usage"] : "projects/cortx-test/dashboards/cortx-test-${replace(key, "_", "-")}"]
    error_message = "The names are known at plan."
  }
  assert {
    condition     = cortx_slo.uptime[0].goal == 0.999 && cortx_slo.uptime[0].window_days == 30 && cortx_slo.latency_p99[0].goal == 0.99 && cortx_slo.latency_p99[0].latency.threshold_ms == 500
    error_message = "The goals are the platform's."
  }
  assert {
    condition     = tolist([for pair in cortx_slo.uptime[0].burn_rate_windows : pair.factor]) == tolist([14.4, 6, 3, 1])
    error_message = "The pairs of windows are known at plan."
  }
}

run "cost_in_grafana" {
  command = plan

  variables {
    billing_export_table = "cortx-billing.billing.gcp_billing_export_resource_v1_012345_6789AB_CDEF01"
    grafana              = { bigquery_data_source_uid = "billing" }
  }

  assert {
    condition     = strcontains(cortx_dashboard.preset["cost_attribution"].grafana_json, "cortx-billing.billing.gcp_billing_export_resource_v1_012345_6789AB_CDEF01")
    error_message = "Grafana reads the billing export."
  }
}
