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
  tier                  = "staging"
  pagerduty_enabled     = false
  pagerduty_service_key = "0123456789abcdef0123456789abcdef"
}

run "defaults" {
  assert {
    condition     = output.ready && output.tier == "staging" && length(output.policies) == 4 && length(output.slos) == 2 && length(output.dashboards) == 4
    error_message = "An environment stands with alerts, objectives and dashboards."
  }
  assert {
    condition     = module.observability.policies.error_rate.display_name == "[staging] Error rate above 1 %"
    error_message = "The names say which environment it is."
  }
  assert {
    condition     = local.cluster == "cortx-staging" && local.instance == null
    error_message = "Series are those of the environment's cluster."
  }
}

run "everybody_is_told" {
  command = plan

  variables {
    email_addresses       = ["oncall@cortx.example"]
    notification_channels = ["projects/mock/notificationChannels/42"]
  }

  assert {
    condition     = contains(output.notification_channels, "projects/mock/notificationChannels/42")
    error_message = "The channels that stand are told as well."
  }
}

run "names_and_the_database" {
  variables {
    name                     = "eu"
    cluster                  = { name = "shared", max_nodes = 4 }
    database_max_connections = 200
    observability = {
      thresholds = { error_rate = 0.02 }
      slos       = { latency_p99 = { enabled = false } }
    }
  }

  assert {
    condition     = local.name == "eu" && local.cluster == "shared"
    error_message = "The names given win."
  }
  assert {
    condition     = local.instance == "mock:mock-1"
    error_message = "Connections are counted at the environment's own instance."
  }
  assert {
    condition     = module.observability.policies.error_rate.display_name == "[eu] Error rate above 2 %" && toset(keys(output.slos)) == toset(["uptime"])
    error_message = "What is said about alerts and objectives reaches them, and the rest is the platform's."
  }
}

run "pagerduty_without_a_key" {
  command = plan

  variables {
    pagerduty_enabled     = true
    pagerduty_service_key = null
  }

  expect_failures = [var.pagerduty_service_key]
}

run "another_tier" {
  command = plan

  variables {
    tier = "production"
  }

  expect_failures = [var.tier]
}
