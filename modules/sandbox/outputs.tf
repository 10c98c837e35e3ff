output "id" {
  description = "The environment's full name, by which it is imported."
  value       = module.stack.id
}

output "name" {
  description = "The environment's name."
  value       = module.stack.name
}

output "project_id" {
  description = "The project that it stands in."
  value       = module.stack.project_id
}

output "region" {
  description = "The region that it stands in."
  value       = module.stack.region
}

output "ready" {
  description = "Whether everything stands as it should. Whatever needs the environment can depend on this."
  value       = module.stack.ready
}

output "pending" {
  description = "The components that are missing or differ."
  value       = module.stack.pending
}

output "expires_at" {
  description = "When a sandbox ends."
  value       = module.stack.expires_at
}

output "cluster" {
  description = "The cluster: its full name, and the DNS endpoint of its control plane."
  value       = module.stack.cluster
}

output "database" {
  description = "The database instance: its full name, and the internal address at which it is reached."
  value       = module.stack.database
}

output "data_bucket" {
  description = "The bucket for data of the platform's services."
  value       = module.stack.data_bucket
}

output "settings" {
  description = "Every setting in force, by group."
  value       = module.stack.settings
}

output "control_ids" {
  description = "The controls that the settings in force are mapped to, by row of the catalogue. This maps settings to controls and is no authorisation."
  value       = module.stack.control_ids
}

output "policies" {
  description = "The four alert policies by alert: their names, priorities, service-level agreements and PromQL expressions."
  value       = module.stack.policies
}

output "notification_channels" {
  description = "The full names of all channels that are told."
  value       = module.stack.notification_channels
}

output "dashboards" {
  description = "The dashboards by preset: their names, their titles, and where to look at them."
  value       = module.stack.dashboards
}
