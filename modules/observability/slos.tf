resource "cortx_slo" "uptime" {
  count = var.slos.uptime.enabled ? 1 : 0

  project              = var.project_id
  service_id           = local.service.id
  service_display_name = local.service.display_name
  preset               = "uptime"
  display_name         = var.slos.uptime.display_name
  goal                 = var.slos.uptime.goal
  window_days          = var.slos.uptime.window_days
  labels               = local.labels

  availability = {
    match_labels = local.scope.match_labels
    metric       = var.metrics.requests
    include_4xx  = var.include_4xx
  }

  alerts = local.slo_alerts

  lifecycle {
    postcondition {
      condition     = self.ready
      error_message = "The objective is incomplete (${join(", ", coalesce(self.pending, []))}): ${coalesce(self.last_error, "no reason was given")}. Apply again once that is mended."
    }
  }
}

resource "cortx_slo" "latency_p99" {
  count = var.slos.latency_p99.enabled ? 1 : 0

  project              = var.project_id
  service_id           = local.service.id
  service_display_name = local.service.display_name
  preset               = "latency_p99"
  display_name         = var.slos.latency_p99.display_name
  goal                 = var.slos.latency_p99.goal
  window_days          = var.slos.latency_p99.window_days
  labels               = local.labels

  latency = {
    match_labels = local.scope.match_labels
    metric       = var.metrics.request_duration
    threshold_ms = var.slos.latency_p99.threshold_ms
    buckets      = var.latency_buckets
  }

  alerts = local.slo_alerts

  lifecycle {
    postcondition {
      condition     = self.ready
      error_message = "The objective is incomplete (${join(", ", coalesce(self.pending, []))}): ${coalesce(self.last_error, "no reason was given")}. Apply again once that is mended."
    }
  }
}

locals {
  service = {
    id           = coalesce(var.service.id, "cortx-${var.environment}")
    display_name = coalesce(var.service.display_name, "CORTX ${var.environment}")
  }

  slo_alerts = {
    enabled               = var.enabled && var.slo_alerts.enabled
    page_priority         = var.slo_alerts.page_priority
    ticket_priority       = var.slo_alerts.ticket_priority
    suite                 = var.suite
    notification_channels = local.channels
  }

  slos = merge(
    { for slo in cortx_slo.uptime : "uptime" => slo },
    { for slo in cortx_slo.latency_p99 : "latency_p99" => slo },
  )
}
