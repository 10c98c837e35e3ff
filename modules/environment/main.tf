resource "cortx_environment" "this" {
  tier    = var.tier
  name    = var.name
  project = var.project_id
  region  = var.region
  zone    = var.zone
  labels  = var.labels

  # What the tier implies unless something stricter is said. A member that is
  # null is left to the tier.
  network    = var.network
  cluster    = var.cluster
  database   = var.database
  encryption = var.encryption
  storage    = var.storage
  logging    = var.logging

  access                = var.access
  budget                = var.budget
  maintenance           = var.maintenance
  notification_channels = length(var.notification_channels) > 0 ? var.notification_channels : null

  deletion_policy   = var.deletion_policy
  project_lien      = var.project_lien
  catalogue_version = var.catalogue_version
  on_incomplete     = var.on_incomplete
  adopt             = var.adopt ? true : null
  allow_recreate    = length(var.allow_recreate) > 0 ? var.allow_recreate : null
  confirm           = length(var.confirm) > 0 ? var.confirm : null
  exceptions        = length(var.exceptions) > 0 ? var.exceptions : null
  reset_trigger     = var.reset_trigger
  ttl               = var.ttl
  timeouts          = var.timeouts

  # A create that falls short keeps what stands and is no error by itself. This
  # makes it one of the run, so that nothing goes on as if the environment stood.
  lifecycle {
    postcondition {
      condition     = self.ready
      error_message = "The environment ${self.name} is incomplete: ${coalesce(self.last_error, "no error is known")}. Pending: ${join(", ", self.pending)}. Nothing is lost: apply again to go on."
    }
  }
}
