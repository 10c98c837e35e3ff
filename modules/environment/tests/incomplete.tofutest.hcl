# Generated from incomplete.tftest.hcl and the mock files by make generate: OpenTofu has no mock files.

# An environment that fell short ends the run with an error.

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
  tier = "dev"
}

# It is one of the plan here, since a mocked environment is made there already:
# OpenTofu mocks in the plan, and Terraform where it is told so.
run "an_incomplete_environment_is_an_error" {
  command = plan

  override_resource {
    target = cortx_environment.this

    values = {
      ready      = false
      pending    = ["cluster"]
      last_error = "no quota"
    }
  }

  expect_failures = [cortx_environment.this]
}
