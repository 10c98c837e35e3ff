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
