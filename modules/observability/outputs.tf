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
