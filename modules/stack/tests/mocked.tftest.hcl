# What the module makes of its variables, with every object mocked.

mock_provider "cortx" {
  source = "../mocks"
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
