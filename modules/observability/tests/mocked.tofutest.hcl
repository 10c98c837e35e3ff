# Generated from mocked.tftest.hcl and the mock files by make generate: OpenTofu has no mock files.

# What the module makes of its variables, with every object mocked.

mock_provider "cortx" {
  # What the service assigns, in the form that it has there. A value that a test
  # configures has no place here: OpenTofu takes that for an error.

  mock_resource "cortx_alert_policy" {
    defaults = {
      id       = "projects/mock/alertPolicies/1"
      name     = "projects/mock/alertPolicies/1"
      emulated = false
    }
  }

  mock_resource "cortx_notification_channel" {
    defaults = {
      id       = "projects/mock/notificationChannels/1"
      name     = "projects/mock/notificationChannels/1"
      emulated = false
    }
  }

  mock_resource "cortx_dashboard" {
    defaults = {
      id       = "projects/mock/dashboards/1"
      name     = "projects/mock/dashboards/1"
      project  = "mock"
      emulated = false
    }
  }

  mock_resource "cortx_slo" {
    defaults = {
      id       = "projects/mock/services/mock/serviceLevelObjectives/1"
      name     = "projects/mock/services/mock/serviceLevelObjectives/1"
      ready    = true
      pending  = []
      emulated = false
    }
  }

  mock_resource "cortx_environment" {
    defaults = {
      id               = "projects/mock/regions/europe-west1/environments/mock"
      ready            = true
      pending          = []
      incarnation      = 1
      emulated         = false
      cluster_id       = "projects/mock/locations/europe-west1/clusters/mock"
      cluster_endpoint = "gke-mock.europe-west1.gke.goog"
      database_id      = "projects/mock/instances/mock-1"
      database_address = "10.0.0.5"
      data_bucket      = "mock-data"
    }
  }
}

# Runs that apply go without PagerDuty: OpenTofu's mocks keep the write-only key
# in the state, and then fail since it may not be there.
variables {
  environment           = "test"
  pagerduty_enabled     = false
  pagerduty_service_key = "0123456789abcdef0123456789abcdef"
}

run "defaults" {
  assert {
    condition     = length(output.policy_names) == 4
    error_message = "There are four policies."
  }
  assert {
    condition     = { for key, policy in output.policies : key => policy.priority } == { error_rate = "P0", latency = "P1", db_connections = "P1", compliance_checks = "P0" }
    error_message = "The priorities are the platform's."
  }
  assert {
    condition     = cortx_alert_policy.error_rate.display_name == "[test] Error rate above 1 %"
    error_message = "The environment and the threshold stand in the name, not ${cortx_alert_policy.error_rate.display_name}."
  }
  assert {
    condition     = cortx_alert_policy.latency.suite == "platform" && cortx_alert_policy.error_rate.suite == null
    error_message = "P1 policies name their suite, and no others do."
  }
  assert {
    condition     = output.pagerduty_channel == null && length(output.notification_channels) == 0
    error_message = "Without PagerDuty there is no channel."
  }
  assert {
    condition     = alltrue([for policy in local.policies : policy.labels.environment == "test"])
    error_message = "Every policy carries the environment's label."
  }
}

run "everyone_is_told" {
  variables {
    email_addresses       = ["oncall@cortx.example", "audit@cortx.example"]
    pubsub_topics         = ["projects/cortx-test/topics/incidents"]
    notification_channels = ["projects/cortx-test/notificationChannels/42"]
  }

  assert {
    condition     = length(cortx_notification_channel.email) == 2 && cortx_notification_channel.email["audit@cortx.example"].email.address == "audit@cortx.example"
    error_message = "There is an email channel an address."
  }
  assert {
    condition     = length(cortx_notification_channel.pubsub) == 1
    error_message = "There is a Pub/Sub channel a topic."
  }
  assert {
    condition     = contains(output.notification_channels, "projects/cortx-test/notificationChannels/42")
    error_message = "Channels that exist already are told too."
  }
}

run "pagerduty" {
  command = plan

  variables {
    pagerduty_enabled             = true
    pagerduty_service_key_version = 3
  }

  assert {
    condition     = cortx_notification_channel.pagerduty[0].display_name == "[test] On-call" && cortx_notification_channel.pagerduty[0].pagerduty.service_key_wo_version == 3
    error_message = "There is a PagerDuty channel with the version of its key."
  }
}

run "settings_reach_the_signals" {
  variables {
    by_tenant    = true
    tenant_label = "tenant"
    match_labels = { cluster = "cortx-test" }
    window       = "10m"
    include_4xx  = true
    metrics      = { requests = "requests_total" }
    thresholds   = { error_rate = 0.025, latency_ms = 750 }
    priorities   = { error_rate = "P2" }
    database     = { source = "cloud_sql", instance = "cortx-test:core", max_connections = 200 }
  }

  assert {
    condition = (
      cortx_alert_policy.error_rate.conditions[0].error_rate.metric == "requests_total" &&
      cortx_alert_policy.error_rate.conditions[0].error_rate.by_tenant &&
      cortx_alert_policy.error_rate.conditions[0].error_rate.tenant_label == "tenant" &&
      cortx_alert_policy.error_rate.conditions[0].error_rate.include_4xx &&
      cortx_alert_policy.error_rate.conditions[0].error_rate.match_labels == tomap({ cluster = "cortx-test" })
    )
    error_message = "The settings reach the error rate."
  }
  assert {
    condition     = cortx_alert_policy.error_rate.display_name == "[test] Error rate above 2.5 %" && cortx_alert_policy.latency.display_name == "[test] Latency p99 above 750 ms"
    error_message = "The thresholds stand in the names."
  }
  assert {
    condition     = cortx_alert_policy.db_connections.conditions[0].db_connections.max_connections == 200 && !cortx_alert_policy.db_connections.conditions[0].db_connections.by_tenant
    error_message = "Cloud SQL counts connections of the instance, not of tenants."
  }
}

run "runbooks" {
  variables {
    runbook_base_url = "https://runbooks.cortx.example/test"
    runbook_links    = [{ display_name = "Dashboard", url = "https://dashboards.cortx.example/test" }]
    runbooks         = { latency = { triage = "Ask the database first." } }
  }

  assert {
    condition     = cortx_alert_policy.db_connections.runbook.links[0].url == "https://runbooks.cortx.example/test/db-connections" && length(cortx_alert_policy.db_connections.runbook.links) == 2
    error_message = "A policy links to its own runbook, then to the further links."
  }
  assert {
    condition     = cortx_alert_policy.latency.runbook.triage == "Ask the database first." && strcontains(cortx_alert_policy.latency.runbook.detection, "1000 ms")
    error_message = "A step can be replaced, and the others stay."
  }
}

run "dashboards" {
  variables {
    match_labels = { cluster = "cortx-test" }
    tenant_label = "tenant"
    metrics      = { records = "pack_records_total" }
    database     = { source = "cloud_sql", instance = "cortx-test:core", max_connections = 200 }
  }

  assert {
    condition     = toset(keys(output.dashboards)) == toset(["platform_health", "tenant_usage", "compliance_audit", "cost_attribution"])
    error_message = "There are four dashboards."
  }
  assert {
    condition     = alltrue([for key, dashboard in cortx_dashboard.preset : dashboard.preset == key && dashboard.dashboard_id == "cortx-test-${replace(key, "_", "-")}"])
    error_message = "Each dashboard is a preset, under an id of its own."
  }
  assert {
    condition = alltrue([for dashboard in cortx_dashboard.preset :
      dashboard.preset_inputs.environment == "test" &&
      dashboard.preset_inputs.tenant_label == "tenant" &&
      dashboard.preset_inputs.match_labels == tomap({ cluster = "cortx-test" }) &&
      dashboard.preset_inputs.database_id == "cortx-test:core" &&
      dashboard.preset_inputs.max_connections == 200 &&
      dashboard.preset_inputs.records_metric == "pack_records_total" &&
      dashboard.labels.environment == "test"
    ])
    error_message = "The settings reach the presets."
  }
  assert {
    condition     = alltrue([for dashboard in cortx_dashboard.preset : dashboard.preset_inputs.alert_policies == null && dashboard.preset_inputs.billing_export_table == null])
    error_message = "Alert charts and cost are shown when asked for."
  }
  assert {
    condition     = output.dashboards["platform_health"].url == "https://console.cloud.google.com/monitoring/dashboards/builder/cortx-test-platform-health?project=mock"
    error_message = "The address of a dashboard is known, and not ${coalesce(output.dashboards["platform_health"].url, "null")}."
  }
}

run "some_dashboards" {
  variables {
    dashboards           = { tenant_usage = false, compliance_audit = false }
    dashboard_targets    = ["cloud_monitoring", "grafana"]
    alert_charts         = true
    billing_export_table = "cortx-billing.billing.gcp_billing_export_resource_v1_012345_6789AB_CDEF01"
    grafana              = { folder_uid = "platform", bigquery_data_source_uid = "billing" }
  }

  assert {
    condition     = toset(keys(output.dashboards)) == toset(["platform_health", "cost_attribution"])
    error_message = "Two dashboards are left out."
  }
  assert {
    condition     = alltrue([for dashboard in cortx_dashboard.preset : dashboard.targets == toset(["cloud_monitoring", "grafana"]) && dashboard.grafana.folder_uid == "platform"])
    error_message = "Both go to Grafana as well."
  }
  assert {
    condition     = length(cortx_dashboard.preset["platform_health"].preset_inputs.alert_policies) == 4 && cortx_dashboard.preset["cost_attribution"].preset_inputs.alert_policies == null
    error_message = "The health dashboard shows the alerts."
  }
  assert {
    condition     = cortx_dashboard.preset["cost_attribution"].preset_inputs.billing_export_table == var.billing_export_table && cortx_dashboard.preset["platform_health"].preset_inputs.billing_export_table == null
    error_message = "The cost dashboard reads the billing export."
  }
}

run "objectives" {
  variables {
    email_addresses = ["oncall@cortx.example"]
    match_labels    = { cluster = "cortx-test" }
    metrics         = { requests = "requests_total", request_duration = "request_seconds" }
    latency_buckets = [0.1, 0.25, 1]
    slos = {
      uptime      = { goal = 0.995, window_days = 7 }
      latency_p99 = { threshold_ms = 250, display_name = "Fast" }
    }
  }

  assert {
    condition     = toset(keys(output.slos)) == toset(["uptime", "latency_p99"]) && length(output.slo_names) == 2
    error_message = "There are two objectives."
  }
  assert {
    condition = (
      cortx_slo.uptime[0].service_id == "cortx-test" && cortx_slo.latency_p99[0].service_id == "cortx-test" &&
      cortx_slo.uptime[0].goal == 0.995 && cortx_slo.uptime[0].window_days == 7 &&
      cortx_slo.uptime[0].availability.metric == "requests_total" &&
      cortx_slo.uptime[0].availability.match_labels == tomap({ cluster = "cortx-test" })
    )
    error_message = "The settings reach the availability."
  }
  assert {
    condition = (
      cortx_slo.latency_p99[0].latency.metric == "request_seconds" && cortx_slo.latency_p99[0].latency.threshold_ms == 250 &&
      cortx_slo.latency_p99[0].latency.buckets == tolist([0.1, 0.25, 1]) && cortx_slo.latency_p99[0].display_name == "Fast"
    )
    error_message = "The settings reach the latency."
  }
  assert {
    condition     = alltrue([for slo in local.slos : slo.alerts.enabled && length(slo.alerts.notification_channels) == 1 && slo.alerts.page_priority == "P1"])
    error_message = "The same people are told."
  }
}

run "no_objectives_and_maintenance" {
  variables {
    enabled = false
    slos    = { latency_p99 = { enabled = false } }
    service = { id = "api", display_name = "API" }
  }

  assert {
    condition     = toset(keys(output.slos)) == toset(["uptime"]) && cortx_slo.uptime[0].service_id == "api" && cortx_slo.uptime[0].service_display_name == "API"
    error_message = "One objective is left out, and the service is as given."
  }
  assert {
    condition     = !cortx_slo.uptime[0].alerts.enabled
    error_message = "In maintenance nobody is woken by a budget."
  }
}
