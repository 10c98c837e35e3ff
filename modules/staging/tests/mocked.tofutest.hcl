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
    condition     = output.ready && output.settings.deletion_policy == "PREVENT"
    error_message = "A staging environment stands, and is not destroyed by accident."
  }
  assert {
    condition     = output.policies.error_rate.priority == "P1" && output.policies.error_rate.display_name == "[staging] Error rate above 1 %" && length(output.slos) == 2
    error_message = "The thresholds are those of production, the priorities are not."
  }
}

run "settings" {
  variables {
    access_policy            = "accessPolicies/123"
    runner_identities        = ["serviceAccount:terraform@cortx-staging.iam.gserviceaccount.com"]
    deletion_policy          = "DELETE"
    database_max_connections = 200
  }

  assert {
    condition     = output.settings.deletion_policy == "DELETE"
    error_message = "The way to destroy it is open."
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

run "a_policy_that_there_is_not" {
  command = plan

  variables {
    deletion_policy = "KEEP"
  }

  expect_failures = [var.deletion_policy]
}

run "stricter_and_adopted" {
  command = plan

  variables {
    cluster        = { name = "core", release_channel = "REGULAR" }
    database       = { backups_retained = 60 }
    logging        = { retention_days = 800 }
    adopt          = true
    allow_recreate = ["node_pools"]
    exceptions     = { "cluster.release_channel" = "A feature that STABLE has not yet." }
  }

  assert {
    condition     = output.settings.cluster.release_channel == "REGULAR" && output.settings.database.backups_retained == 60 && output.settings.logging.retention_days == 800
    error_message = "What is stricter than the tier, or excepted, arrives."
  }
}
