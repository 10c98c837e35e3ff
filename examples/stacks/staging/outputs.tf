output "environment" {
  description = "The environment: its tier, whether it stands, and the controls that its settings are mapped to."
  value = {
    id          = module.staging.id
    tier        = "staging"
    ready       = module.staging.ready
    cluster     = module.staging.cluster
    database    = module.staging.database
    data_bucket = module.staging.data_bucket
    control_ids = module.staging.control_ids
  }
}

output "policies" {
  description = "The alert policies by alert."
  value       = module.staging.policies
}

output "notification_channels" {
  description = "The channels that they notify."
  value       = module.staging.notification_channels
}

output "dashboards" {
  description = "The dashboards by preset, and where to look at them."
  value       = module.staging.dashboards
}

output "slos" {
  description = "The objectives, and the policies that guard their budgets."
  value       = module.staging.slos
}
