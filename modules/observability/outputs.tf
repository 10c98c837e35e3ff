output "policies" {
  description = "The four policies by alert: their names, priorities, service-level agreements and PromQL expressions."
  value = {
    for key, policy in local.policies : key => {
      name         = policy.name
      display_name = policy.display_name
      priority     = policy.priority
      severity     = policy.severity
      sla          = policy.sla
      query        = policy.conditions[0].query
    }
  }
}

output "policy_names" {
  description = "The full names of the four policies."
  value       = [for policy in local.policies : policy.name]
}

output "notification_channels" {
  description = "The full names of all channels that the policies notify."
  value       = local.channels
}

output "pagerduty_channel" {
  description = "The full name of the PagerDuty channel; null without one."
  value       = one(cortx_notification_channel.pagerduty[*].name)
}

output "runbooks" {
  description = "The Markdown that goes out with each alert's notifications."
  value       = { for key, policy in local.policies : key => policy.rendered_documentation }
}

output "dashboards" {
  description = "The dashboards by preset: their names, their titles, and where to look at them. `url` is null in the emulator, `grafana_url` while a dashboard is not in Grafana."
  value = {
    for key, dashboard in cortx_dashboard.preset : key => {
      name         = dashboard.name
      display_name = dashboard.display_name
      url          = dashboard.name == null || dashboard.emulated ? null : "https://console.cloud.google.com/monitoring/dashboards/builder/${dashboard.dashboard_id}?project=${dashboard.project}"
      grafana_uid  = dashboard.grafana_uid
      grafana_url  = dashboard.grafana_url
    }
  }
}

output "dashboard_names" {
  description = "The full names of the dashboards in Cloud Monitoring."
  value       = [for dashboard in cortx_dashboard.preset : dashboard.name if contains(dashboard.targets, "cloud_monitoring")]
}

output "grafana_json" {
  description = "The dashboards as Grafana's JSON by preset, to be provisioned by other means."
  value       = { for key, dashboard in cortx_dashboard.preset : key => dashboard.grafana_json }
}

output "slos" {
  description = "The objectives by key: their names, goals, windows in days, and the alert policies that guard their budgets."
  value = {
    for key, slo in local.slos : key => {
      name         = slo.name
      display_name = slo.display_name
      goal         = slo.goal
      window_days  = slo.window_days
      policies     = slo.policies
    }
  }
}

output "slo_names" {
  description = "The full names of the objectives."
  value       = [for slo in local.slos : slo.name]
}
