# What the module makes of its variables, with every object mocked.

mock_provider "cortx" {
  source = "../mocks"
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
