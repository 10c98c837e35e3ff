# What the module makes of its variables, with every object mocked.

mock_provider "cortx" {
  source = "../mocks"
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
