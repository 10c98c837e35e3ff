# What the module makes of its variables, with every object mocked.

mock_provider "cortx" {
  source = "../mocks"
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
