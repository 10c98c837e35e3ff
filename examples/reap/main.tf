# Sandboxes end: every night Cloud Scheduler starts a build that runs the
# subcommand reap in the project. It goes by the owner records in the ledgers,
# destroys sandboxes whose time is up, and leaves every other tier alone.
# README.md beside this file tells how to set it up.

terraform {
  required_version = ">= 1.11"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 6.0"
    }
  }
}

variable "project_id" {
  description = "The project that the sandboxes stand in."
  type        = string
}

variable "region" {
  description = "The region of the job; sandboxes of all regions are looked at."
  type        = string
  default     = "europe-west1"
}

variable "image" {
  description = "A container image with the binary terraform-provider-cortx in it, at the version that made the sandboxes or a newer one."
  type        = string
}

variable "schedule" {
  description = "When it runs, as in a crontab, in UTC."
  type        = string
  default     = "0 3 * * *"
}

provider "google" {
  project = var.project_id
  region  = var.region
}

locals {
  # What the subcommand bootstrap prints for the tier sandbox: who destroys needs
  # the same roles as who makes.
  reaper_roles = toset([
    "roles/storage.admin",
    "roles/serviceusage.serviceUsageAdmin",
    "roles/resourcemanager.projectIamAdmin",
    "roles/cloudkms.admin",
    "roles/logging.configWriter",
    "roles/compute.networkAdmin",
    "roles/compute.securityAdmin",
    "roles/dns.admin",
    "roles/iam.serviceAccountAdmin",
    "roles/iam.serviceAccountUser",
    "roles/container.admin",
    "roles/cloudsql.admin",
    "roles/binaryauthorization.policyEditor",
    "roles/monitoring.alertPolicyEditor",
    "roles/logging.logWriter", # the build's own log
  ])
}

resource "google_project_service" "used" {
  for_each = toset(["cloudbuild.googleapis.com", "cloudscheduler.googleapis.com"])

  service            = each.key
  disable_on_destroy = false
}

# The build runs as this account.
resource "google_service_account" "reaper" {
  account_id   = "cortx-reaper"
  display_name = "Destroys sandboxes whose time is up"
}

resource "google_project_iam_member" "reaper" {
  for_each = local.reaper_roles

  project = var.project_id
  role    = each.key
  member  = google_service_account.reaper.member
}

# The job runs as this one, which may start builds and nothing else.
resource "google_service_account" "scheduler" {
  account_id   = "cortx-reap-scheduler"
  display_name = "Starts the nightly build that reaps sandboxes"
}

resource "google_project_iam_member" "scheduler" {
  project = var.project_id
  role    = "roles/cloudbuild.builds.editor"
  member  = google_service_account.scheduler.member
}

resource "google_service_account_iam_member" "scheduler" {
  service_account_id = google_service_account.reaper.name
  role               = "roles/iam.serviceAccountUser"
  member             = google_service_account.scheduler.member
}

resource "google_cloud_scheduler_job" "reap" {
  name      = "cortx-reap"
  region    = var.region
  schedule  = var.schedule
  time_zone = "Etc/UTC"

  retry_config {
    retry_count = 1
  }

  http_target {
    http_method = "POST"
    uri         = "https://cloudbuild.googleapis.com/v1/projects/${var.project_id}/locations/${var.region}/builds"
    headers     = { "Content-Type" = "application/json" }

    body = base64encode(jsonencode({
      serviceAccount = google_service_account.reaper.id
      # A cluster and a database take a quarter of an hour each.
      timeout = "7200s"
      options = { logging = "CLOUD_LOGGING_ONLY" }
      steps = [{
        name       = var.image
        entrypoint = "terraform-provider-cortx"
        args       = ["reap", "-project", var.project_id]
      }]
    }))

    oauth_token {
      service_account_email = google_service_account.scheduler.email
    }
  }

  depends_on = [google_project_service.used, google_project_iam_member.reaper]
}
