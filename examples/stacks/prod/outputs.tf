output "environment" {
  description = "The environment: its tier, whether it stands, and the controls that its settings are mapped to."
  value = {
    id          = module.prod.id
    tier        = "prod"
    ready       = module.prod.ready
    cluster     = module.prod.cluster
    database    = module.prod.database
    data_bucket = module.prod.data_bucket
    control_ids = module.prod.control_ids
  }
}

output "policies" {
  description = "The alert policies by alert."
  value       = module.prod.policies
}

output "notification_channels" {
  description = "The channels that they notify."
  value       = module.prod.notification_channels
}

output "dashboards" {
  description = "The dashboards by preset, and where to look at them."
  value       = module.prod.dashboards
}

output "slos" {
  description = "The objectives, and the policies that guard their budgets."
  value       = module.prod.slos
}
