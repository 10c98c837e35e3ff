resource "cortx_notification_channel" "pagerduty" {
  # The key can't decide this: an ephemeral value may not shape a plan.
  count = var.pagerduty_enabled ? 1 : 0

  project      = var.project_id
  display_name = "[${var.environment}] On-call"
  description  = "The platform's on-call rotation. Managed by the module observability."
  labels       = local.labels

  pagerduty = {
    service_key_wo         = var.pagerduty_service_key
    service_key_wo_version = var.pagerduty_service_key_version
  }
}

resource "cortx_notification_channel" "email" {
  for_each = var.email_addresses

  project      = var.project_id
  display_name = "[${var.environment}] ${each.key}"
  labels       = local.labels

  email = {
    address = each.key
  }
}

resource "cortx_notification_channel" "pubsub" {
  for_each = var.pubsub_topics

  project      = var.project_id
  display_name = "[${var.environment}] ${each.key}"
  labels       = local.labels

  pubsub = {
    topic = each.key
  }
}

locals {
  channels = setunion(
    cortx_notification_channel.pagerduty[*].name,
    [for channel in cortx_notification_channel.email : channel.name],
    [for channel in cortx_notification_channel.pubsub : channel.name],
    var.notification_channels,
  )
}
