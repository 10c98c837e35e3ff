# Secrets are write-only: they reach neither the plan nor the state. Raise the
# version when one was rotated.
resource "cortx_notification_channel" "pagerduty" {
  display_name = "On-call"

  pagerduty = {
    service_key_wo         = var.pagerduty_service_key
    service_key_wo_version = 2
  }
}

resource "cortx_notification_channel" "slack" {
  display_name = "#incidents"

  slack = {
    channel_name  = "#incidents"
    auth_token_wo = var.slack_auth_token
  }
}

resource "cortx_notification_channel" "email" {
  display_name = "Platform team"

  email = {
    address = "platform@cortx.example"
  }
}

resource "cortx_notification_channel" "webhook" {
  display_name = "Incident bot"

  webhook = {
    url                 = "https://bot.cortx.example/incidents"
    username            = "monitoring"
    password_wo         = var.webhook_password
    password_wo_version = 1
  }
}

# Monitoring's agent is granted the right to publish to the topic.
resource "cortx_notification_channel" "pubsub" {
  display_name = "Incident archive"

  pubsub = {
    topic = "projects/cortx-prod/topics/incidents"
  }
}

variable "pagerduty_service_key" {
  description = "The integration key of the PagerDuty service."
  type        = string
  ephemeral   = true
  sensitive   = true
}

variable "slack_auth_token" {
  description = "The OAuth token of the Slack app."
  type        = string
  ephemeral   = true
  sensitive   = true
}

variable "webhook_password" {
  description = "The password that the bot expects."
  type        = string
  ephemeral   = true
  sensitive   = true
}
