# The platform's defaults: more than 1 % of answers 5xx within five minutes.
resource "cortx_alert_policy" "error_rate" {
  display_name = "Error rate above 1 %"
  priority     = "P0"

  conditions = [{
    error_rate = {
      by_tenant = true
    }
  }]

  notification_channels = [cortx_notification_channel.oncall.name]

  runbook = {
    detection   = "Look at the share of answers 5xx by tenant and route."
    triage      = "Every tenant: the shared path. One tenant: its namespace. One route: its service."
    mitigation  = "Undo the last rollout, or scale out."
    resolution  = "Fix forward through the pipeline, and replay what failed."
    post_mortem = "Within two working days, blameless, in the incident archive."
    links = [{
      display_name = "Runbook"
      url          = "https://runbooks.cortx.example/error-rate"
    }]
  }
}

# Thresholds, names of metrics and the time can be set.
resource "cortx_alert_policy" "packs" {
  display_name = "Packs are slow"
  priority     = "P2"

  conditions = [
    {
      pack_duration = {
        threshold_seconds = 45
        window            = "30m"
        match_labels      = { cluster = "cortx-prod" }
      }
    },
    {
      absence = {
        metric = "pack_execution_duration_seconds_count"
        window = "1h"
      }
    },
  ]
}

# Anything else is written as PromQL, which is parsed at plan.
resource "cortx_alert_policy" "queue" {
  display_name = "The queue of Packs grows"
  priority     = "P2"

  conditions = [{
    display_name        = "More than 500 wait"
    duration            = "10m"
    evaluation_interval = "60s"
    promql = {
      query = "max by (namespace) (pack_queue_length) > 500"
    }
  }]
}

# Log entries open incidents too, at most one notification in the given time.
resource "cortx_alert_policy" "break_glass" {
  display_name            = "Break-glass access was used"
  notification_rate_limit = "5m"

  conditions = [{
    log_match = {
      filter = "protoPayload.authenticationInfo.principalEmail=\"break-glass@cortx-prod.iam.gserviceaccount.com\""
    }
  }]

  notification_channels = [cortx_notification_channel.oncall.name]
}

resource "cortx_notification_channel" "oncall" {
  display_name = "On-call"

  pagerduty = {
    service_key_wo = var.pagerduty_service_key
  }
}

variable "pagerduty_service_key" {
  description = "The integration key of the PagerDuty service."
  type        = string
  ephemeral   = true
  sensitive   = true
}
