# Generated from mocked.tftest.hcl and the mock files by make generate: OpenTofu has no mock files.

# What the module makes of its variables, with the environment mocked.

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

run "the_tier_implies_the_rest" {
  assert {
    condition     = cortx_environment.this.tier == "dev" && cortx_environment.this.reset_trigger == null && cortx_environment.this.allow_recreate == null && cortx_environment.this.exceptions == null && cortx_environment.this.adopt == null
    error_message = "Nothing is said that the tier implies."
  }
  assert {
    condition     = output.ready && output.id == "projects/mock/regions/europe-west1/environments/mock"
    error_message = "The outputs are those of the environment."
  }
  assert {
    condition     = output.cluster.endpoint == "gke-mock.europe-west1.gke.goog" && output.database.address == "10.0.0.5" && output.data_bucket == "mock-data"
    error_message = "What stands on the environment finds it by the outputs."
  }
}

run "settings_reach_the_environment" {
  variables {
    tier       = "prod"
    name       = "prod-eu"
    project_id = "cortx-prod"
    region     = "europe-west3"
    labels     = { cost_center = "platform" }
    network    = { range = "10.16.0.0/20", flow_sampling = 1 }
    cluster    = { machine_type = "n2-standard-8", max_nodes = 6, logging_components = ["SYSTEM_COMPONENTS", "WORKLOADS"] }
    database   = { edition = "ENTERPRISE_PLUS", backups_retained = 60 }
    encryption = { data = "HSM" }
    storage    = { soft_delete_days = 60 }
    logging    = { retention_days = 800, locked = true }
    confirm    = ["logging.locked"]
    access = {
      access_policy     = "accessPolicies/123"
      runner_identities = ["serviceAccount:terraform@cortx-prod.iam.gserviceaccount.com"]
    }
    budget                = { billing_account = "012345-567890-ABCDEF", amount = 5000, thresholds = [0.5, 1] }
    maintenance           = { day = 6, hour = 3, hours = 4 }
    notification_channels = ["projects/cortx-prod/notificationChannels/1"]
    deletion_policy       = "DELETE"
    exceptions            = { "cluster.secure_boot" = "The pool was adopted." }
  }

  assert {
    condition = (
      cortx_environment.this.name == "prod-eu" && cortx_environment.this.project == "cortx-prod" && cortx_environment.this.region == "europe-west3" &&
      cortx_environment.this.labels.cost_center == "platform" && cortx_environment.this.deletion_policy == "DELETE"
    )
    error_message = "The environment is the one that was asked for."
  }
  assert {
    condition = (
      cortx_environment.this.network.range == "10.16.0.0/20" && cortx_environment.this.network.flow_sampling == 1 &&
      cortx_environment.this.cluster.machine_type == "n2-standard-8" && cortx_environment.this.cluster.max_nodes == 6 && length(cortx_environment.this.cluster.logging_components) == 2 &&
      cortx_environment.this.database.edition == "ENTERPRISE_PLUS" && cortx_environment.this.database.backups_retained == 60 &&
      cortx_environment.this.encryption.data == "HSM" && cortx_environment.this.storage.soft_delete_days == 60 &&
      cortx_environment.this.logging.retention_days == 800 && cortx_environment.this.logging.locked
    )
    error_message = "Every group of settings reaches the environment."
  }
  assert {
    condition = (
      cortx_environment.this.access.access_policy == "accessPolicies/123" && length(cortx_environment.this.access.runner_identities) == 1 &&
      cortx_environment.this.budget.amount == 5000 && cortx_environment.this.budget.currency == null && cortx_environment.this.maintenance.day == 6 &&
      length(cortx_environment.this.notification_channels) == 1 && cortx_environment.this.confirm == toset(["logging.locked"]) &&
      cortx_environment.this.exceptions["cluster.secure_boot"] == "The pool was adopted."
    )
    error_message = "What the environment is given reaches it."
  }
}

run "another_tier" {
  command = plan

  variables {
    tier = "production"
  }

  expect_failures = [var.tier]
}

run "a_name_with_capitals" {
  command = plan

  variables {
    name = "Dev"
  }

  expect_failures = [var.name]
}

run "ranges_of_a_subnetwork_that_stands" {
  command = plan

  variables {
    network = { subnetwork = "projects/cortx-net/regions/europe-west1/subnetworks/dev", range = "10.0.0.0/20" }
  }

  expect_failures = [var.network]
}

run "a_subnetwork_by_its_short_name" {
  command = plan

  variables {
    network = { subnetwork = "dev" }
  }

  expect_failures = [var.network]
}

run "a_policy_that_there_is_not" {
  command = plan

  variables {
    deletion_policy = "KEEP"
  }

  expect_failures = [var.deletion_policy]
}

run "a_reset_of_staging" {
  command = plan

  variables {
    tier          = "staging"
    reset_trigger = "1"
  }

  expect_failures = [var.reset_trigger]
}

run "a_dev_that_expires" {
  command = plan

  variables {
    ttl = "72h"
  }

  expect_failures = [var.ttl]
}
