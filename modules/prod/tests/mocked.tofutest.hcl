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
  access                = { exception = "No access policy yet; see RISK-142." }
}

run "defaults" {
  assert {
    condition     = output.ready && output.settings.deletion_policy == "PREVENT" && length(output.policies) == 4 && length(output.dashboards) == 4 && length(output.slos) == 2
    error_message = "A prod environment stands with all that watches it, and is not destroyed by accident."
  }
  assert {
    condition     = output.policies.error_rate.priority == "P0" && output.policies.error_rate.display_name == "[prod] Error rate above 1 %"
    error_message = "The priorities are the platform's."
  }
}

run "settings" {
  variables {
    access = {
      access_policy     = "accessPolicies/123"
      runner_identities = ["serviceAccount:terraform@cortx-prod.iam.gserviceaccount.com"]
    }
    budget                   = { billing_account = "012345-567890-ABCDEF", amount = 20000 }
    notification_channels    = ["projects/cortx-prod/notificationChannels/1"]
    email_addresses          = ["oncall@cortx.example"]
    deletion_policy          = "DELETE"
    lock_logs                = true
    database_max_connections = 500
  }

  assert {
    condition     = output.settings.deletion_policy == "DELETE" && output.settings.logging.locked
    error_message = "The way to destroy it is open, and the logs are locked."
  }
  assert {
    condition     = length(output.notification_channels) == 2
    error_message = "The channels that stand are told as well."
  }
}

run "neither_a_perimeter_nor_a_reason" {
  command = plan

  variables {
    access = {}
  }

  expect_failures = [var.access]
}

run "both_a_perimeter_and_a_reason" {
  command = plan

  variables {
    access = { access_policy = "accessPolicies/123", runner_identities = ["user:a@cortx.example"], exception = "No reason." }
  }

  expect_failures = [var.access]
}

run "a_perimeter_that_locks_terraform_out" {
  command = plan

  variables {
    access = { access_policy = "accessPolicies/123" }
  }

  expect_failures = [var.access]
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
    storage        = { soft_delete_days = 60 }
    logging        = { retention_days = 800 }
    adopt          = true
    allow_recreate = ["node_pools"]
    exceptions     = { "cluster.release_channel" = "A feature that STABLE has not yet." }
    timeouts       = { create = "2h" }
  }

  assert {
    condition     = output.settings.cluster.release_channel == "REGULAR" && output.settings.database.backups_retained == 60 && output.settings.storage.soft_delete_days == 60 && output.settings.logging.retention_days == 800
    error_message = "What is stricter than the tier, or excepted, arrives."
  }
}
