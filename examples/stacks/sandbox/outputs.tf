output "environment" {
  description = "The environment: its tier, whether it stands, and the controls that its settings are mapped to."
  value = {
    id          = module.acme.id
    tier        = "sandbox"
    ready       = module.acme.ready
    cluster     = module.acme.cluster
    database    = module.acme.database
    data_bucket = module.acme.data_bucket
    control_ids = module.acme.control_ids
    expires_at  = module.acme.expires_at
  }
}

output "policies" {
  description = "The alert policies by alert."
  value       = module.acme.policies
}

output "notification_channels" {
  description = "The channels that they notify."
  value       = module.acme.notification_channels
}

output "dashboards" {
  description = "The dashboards by preset, and where to look at them."
  value       = module.acme.dashboards
}
