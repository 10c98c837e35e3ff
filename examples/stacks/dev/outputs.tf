output "policies" {
  description = "The alert policies by alert."
  value       = module.observability.policies
}

output "notification_channels" {
  description = "The channels that they notify."
  value       = module.observability.notification_channels
}
