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
  pagerduty_enabled     = false
  pagerduty_service_key = "0123456789abcdef0123456789abcdef"
}

run "defaults" {
  assert {
    condition     = output.ready && output.name == "dev"
    error_message = "A dev environment stands."
  }
  assert {
    condition     = alltrue([for key, policy in output.policies : policy.priority == (key == "compliance_checks" ? "P1" : "P2")])
    error_message = "Nobody is woken for dev."
  }
  assert {
    condition     = output.policies.error_rate.display_name == "[dev] Error rate above 5 %" && toset(keys(output.slos)) == toset(["uptime"])
    error_message = "The thresholds and the objective are those of dev."
  }
}

run "settings" {
  variables {
    name          = "dev-2"
    reset_trigger = "2026-01-01"
    thresholds    = { error_rate = 0.1 }
    budget        = { billing_account = "012345-567890-ABCDEF", amount = 500 }
  }

  assert {
    condition     = output.policies.error_rate.display_name == "[dev-2] Error rate above 10 %" && output.policies.latency.display_name == "[dev-2] Latency p99 above 2000 ms"
    error_message = "A threshold that is set leaves the others alone."
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

run "stricter" {
  command = plan

  variables {
    cluster         = { pod_security = "restricted" }
    database        = { backups_retained = 60 }
    logging         = { retention_days = 800 }
    maintenance     = { day = 6, hour = 1, hours = 6 }
    deletion_policy = "PREVENT"
  }

  assert {
    condition     = output.settings.cluster.pod_security == "restricted" && output.settings.database.backups_retained == 60 && output.settings.logging.retention_days == 800 && output.settings.deletion_policy == "PREVENT"
    error_message = "What is stricter than the tier arrives."
  }
}
