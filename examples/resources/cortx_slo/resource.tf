# 99.9 % of requests answered without a 5xx over 30 days. The fast burns of the
# budget page, the slow ones make a ticket, and a metric that is gone pages.
resource "cortx_slo" "uptime" {
  service_id           = "cortx-prod"
  service_display_name = "CORTX prod"
  preset               = "uptime"

  availability = {
    match_labels = { cluster = "cortx-prod" }
  }

  alerts = {
    suite                 = "platform"
    notification_channels = [cortx_notification_channel.oncall.name]
  }

  # A metric that nothing has written yet can't be promised anything: what
  # stands is kept, and the next apply goes on.
  lifecycle {
    postcondition {
      condition     = self.ready
      error_message = "The objective is incomplete: ${coalesce(self.last_error, "see pending")}."
    }
  }
}

# 99 % of requests within 500 ms, over a week.
resource "cortx_slo" "latency" {
  service_id  = "cortx-prod"
  preset      = "latency_p99"
  window_days = 7

  latency = {
    threshold_ms = 500
  }

  alerts = {
    page_priority   = "P0"
    ticket_priority = "P2"
  }
}

# Indicators of one's own are Monitoring filters, and the same series as PromQL
# for the alerts.
resource "cortx_slo" "packs" {
  service_id   = "cortx-prod"
  slo_id       = "packs"
  display_name = "Packs that end well"
  goal         = 0.995

  good_total_ratio = {
    good_service_filter  = "metric.type=\"prometheus.googleapis.com/pack_executions_total/counter\" resource.type=\"prometheus_target\" metric.labels.outcome=\"success\""
    total_service_filter = "metric.type=\"prometheus.googleapis.com/pack_executions_total/counter\" resource.type=\"prometheus_target\""
    good_promql          = "pack_executions_total{outcome=\"success\"}"
    total_promql         = "pack_executions_total"
  }

  alerts = {
    enabled = false
  }
}

resource "cortx_notification_channel" "oncall" {
  display_name = "On-call"

  email = {
    address = "oncall@cortx.example"
  }
}
