# Generated from variables.tftest.hcl and the mock files by make generate: OpenTofu has no mock files.

# What the module refuses, at plan.

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

variables {
  environment           = "test"
  pagerduty_service_key = "0123456789abcdef0123456789abcdef"
}

run "pagerduty_without_a_key" {
  command = plan

  variables {
    pagerduty_service_key = null
  }

  expect_failures = [var.pagerduty_service_key]
}

run "an_environment_with_capitals" {
  command = plan

  variables {
    environment = "Prod"
  }

  expect_failures = [var.environment]
}

run "a_suite_with_a_space" {
  command = plan

  variables {
    suite = "compliance core"
  }

  expect_failures = [var.suite]
}

run "an_error_rate_in_percent" {
  command = plan

  variables {
    thresholds = { error_rate = 1 }
  }

  expect_failures = [var.thresholds]
}

run "a_latency_of_zero" {
  command = plan

  variables {
    thresholds = { latency_ms = 0 }
  }

  expect_failures = [var.thresholds]
}

run "a_quantile_in_percent" {
  command = plan

  variables {
    thresholds = { latency_quantile = 99 }
  }

  expect_failures = [var.thresholds]
}

run "a_share_of_connections_in_percent" {
  command = plan

  variables {
    thresholds = { db_connections = 80 }
  }

  expect_failures = [var.thresholds]
}

run "a_negative_number_of_checks" {
  command = plan

  variables {
    thresholds = { compliance_checks = -1 }
  }

  expect_failures = [var.thresholds]
}

run "an_unknown_priority" {
  command = plan

  variables {
    priorities = { latency = "P3" }
  }

  expect_failures = [var.priorities]
}

run "an_unknown_source" {
  command = plan

  variables {
    database = { source = "alloydb" }
  }

  expect_failures = [var.database]
}

run "cloud_sql_without_its_maximum" {
  command = plan

  variables {
    database = { source = "cloud_sql", instance = "cortx-test:core" }
  }

  expect_failures = [var.database]
}

run "a_pool_with_a_maximum" {
  command = plan

  variables {
    database = { max_connections = 100 }
  }

  expect_failures = [var.database]
}

run "an_instance_without_a_project" {
  command = plan

  variables {
    database = { source = "cloud_sql", instance = "core", max_connections = 100 }
  }

  expect_failures = [var.database]
}

run "half_a_version_of_a_key" {
  command = plan

  variables {
    pagerduty_service_key_version = 1.5
  }

  expect_failures = [var.pagerduty_service_key_version]
}

run "an_address_without_a_domain" {
  command = plan

  variables {
    email_addresses = ["oncall"]
  }

  expect_failures = [var.email_addresses]
}

run "a_short_topic" {
  command = plan

  variables {
    pubsub_topics = ["incidents"]
  }

  expect_failures = [var.pubsub_topics]
}

run "a_short_channel" {
  command = plan

  variables {
    notification_channels = ["42"]
  }

  expect_failures = [var.notification_channels]
}

run "seventeen_channels" {
  command = plan

  variables {
    email_addresses = [for n in range(16) : "oncall${n}@cortx.example"]
  }

  expect_failures = [var.notification_channels]
}

run "a_base_url_without_tls" {
  command = plan

  variables {
    runbook_base_url = "http://runbooks.cortx.example"
  }

  expect_failures = [var.runbook_base_url]
}

run "three_further_links" {
  command = plan

  variables {
    runbook_links = [for n in range(3) : { display_name = "Link ${n}", url = "https://cortx.example/${n}" }]
  }

  expect_failures = [var.runbook_links]
}

run "a_runbook_for_no_alert" {
  command = plan

  variables {
    runbooks = { errors = { triage = "Look." } }
  }

  expect_failures = [var.runbooks]
}

run "a_goal_in_percent" {
  command = plan

  variables {
    slos = { uptime = { goal = 99.9 } }
  }

  expect_failures = [var.slos]
}

run "a_window_of_a_quarter" {
  command = plan

  variables {
    slos = { latency_p99 = { window_days = 90 } }
  }

  expect_failures = [var.slos]
}

run "an_unknown_priority_of_a_burn" {
  command = plan

  variables {
    slo_alerts = { page_priority = "P9" }
  }

  expect_failures = [var.slo_alerts]
}

run "a_service_with_capitals" {
  command = plan

  variables {
    service = { id = "API" }
  }

  expect_failures = [var.service]
}

run "a_target_that_is_none" {
  command = plan

  variables {
    dashboard_targets = ["datadog"]
  }

  expect_failures = [var.dashboard_targets]
}

run "a_billing_table_without_a_project" {
  command = plan

  variables {
    billing_export_table = "billing.export"
    grafana              = { bigquery_data_source_uid = "billing" }
  }

  expect_failures = [var.billing_export_table]
}

run "a_billing_table_that_nothing_reads" {
  command = plan

  variables {
    billing_export_table = "cortx-billing.billing.gcp_billing_export_v1_012345_6789AB_CDEF01"
  }

  expect_failures = [var.billing_export_table]
}
