output "policies" {
  description = "The alert policies by alert."
  value       = module.observability.policies
}

output "notification_channels" {
  description = "The channels that they notify."
  value       = module.observability.notification_channels
}

output "dashboards" {
  description = "The dashboards by preset, and where to look at them."
  value       = module.observability.dashboards
}

output "slos" {
  description = "The objectives, and the policies that guard their budgets."
  value       = module.observability.slos
}
