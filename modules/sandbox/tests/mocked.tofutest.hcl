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

run "defaults" {
  assert {
    condition     = output.ready && output.name == "sandbox" && length(output.policies) == 4
    error_message = "A sandbox stands with its alerts."
  }
  assert {
    condition     = length(output.notification_channels) == 0 && toset(keys(output.dashboards)) == toset(["platform_health", "tenant_usage", "compliance_audit"])
    error_message = "Nobody is paged, and there is no cost dashboard."
  }
}

run "settings" {
  variables {
    name            = "trial-acme"
    ttl             = "72h"
    email_addresses = ["sales@cortx.example"]
  }

  assert {
    condition     = length(output.notification_channels) == 1 && output.policies.error_rate.display_name == "[trial-acme] Error rate above 1 %"
    error_message = "Somebody is told by mail."
  }
}

run "a_name_with_capitals" {
  command = plan

  variables {
    name = "Trial"
  }

  expect_failures = [var.name]
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
