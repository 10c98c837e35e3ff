output "environment" {
  description = "The environment: its tier, whether it stands, and the controls that its settings are mapped to."
  value = {
    id          = module.dev.id
    tier        = "dev"
    ready       = module.dev.ready
    cluster     = module.dev.cluster
    database    = module.dev.database
    data_bucket = module.dev.data_bucket
    control_ids = module.dev.control_ids
  }
}

output "policies" {
  description = "The alert policies by alert."
  value       = module.dev.policies
}

output "notification_channels" {
  description = "The channels that they notify."
  value       = module.dev.notification_channels
}

output "dashboards" {
  description = "The dashboards by preset, and where to look at them."
  value       = module.dev.dashboards
}

output "slos" {
  description = "The objectives, and the policies that guard their budgets."
  value       = module.dev.slos
}
