output "id" {
  description = "The environment's full name, by which it is imported."
  value       = module.environment.id
}

output "name" {
  description = "The environment's name."
  value       = module.environment.name
}

output "tier" {
  description = "What it promises."
  value       = module.environment.tier
}

output "project_id" {
  description = "The project that it stands in."
  value       = module.environment.project_id
}

output "region" {
  description = "The region that it stands in."
  value       = module.environment.region
}

output "ready" {
  description = "Whether everything stands as it should. Whatever needs the environment can depend on this."
  value       = module.environment.ready
}

output "pending" {
  description = "The components that are missing or differ."
  value       = module.environment.pending
}

output "expires_at" {
  description = "When a sandbox ends; null in other tiers."
  value       = module.environment.expires_at
}

output "cluster" {
  description = "The cluster: its full name, and the DNS endpoint of its control plane."
  value       = module.environment.cluster
}

output "database" {
  description = "The database instance: its full name, and the internal address at which it is reached."
  value       = module.environment.database
}

output "data_bucket" {
  description = "The bucket for data of the platform's services."
  value       = module.environment.data_bucket
}

output "settings" {
  description = "Every setting in force, by group."
  value       = module.environment.settings
}

output "control_ids" {
  description = "The controls that the settings in force are mapped to, by row of the catalogue. This maps settings to controls and is no authorisation."
  value       = module.environment.control_ids
}

output "policies" {
  description = "The four alert policies by alert: their names, priorities, service-level agreements and PromQL expressions."
  value       = module.observability.policies
}

output "notification_channels" {
  description = "The full names of all channels that are told."
  value       = module.observability.notification_channels
}

output "dashboards" {
  description = "The dashboards by preset: their names, their titles, and where to look at them."
  value       = module.observability.dashboards
}

output "slos" {
  description = "The objectives by key: their names, goals, windows in days, and the alert policies that guard their budgets."
  value       = module.observability.slos
}
