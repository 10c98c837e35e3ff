output "id" {
  description = "The environment's full name, by which it is imported."
  value       = cortx_environment.this.id
}

output "name" {
  description = "The environment's name."
  value       = cortx_environment.this.name
}

output "tier" {
  description = "What it promises."
  value       = cortx_environment.this.tier
}

output "project_id" {
  description = "The project that it stands in."
  value       = cortx_environment.this.project
}

output "region" {
  description = "The region that it stands in."
  value       = cortx_environment.this.region
}

output "ready" {
  description = "Whether everything stands as it should. Whatever needs the environment can depend on this."
  value       = cortx_environment.this.ready
}

output "pending" {
  description = "The components that are missing or differ."
  value       = cortx_environment.this.pending
}

output "expires_at" {
  description = "When a sandbox ends; null in other tiers."
  value       = cortx_environment.this.expires_at
}

output "cluster" {
  description = "The cluster: its full name, and the DNS endpoint of its control plane."
  value = {
    id       = cortx_environment.this.cluster_id
    endpoint = cortx_environment.this.cluster_endpoint
  }
}

output "database" {
  description = "The database instance: its full name, and the internal address at which it is reached."
  value = {
    id      = cortx_environment.this.database_id
    address = cortx_environment.this.database_address
  }
}

output "data_bucket" {
  description = "The bucket for data of the platform's services."
  value       = cortx_environment.this.data_bucket
}

output "settings" {
  description = "Every setting in force, by group."
  value = {
    catalogue_version = cortx_environment.this.catalogue_version
    deletion_policy   = cortx_environment.this.deletion_policy
    project_lien      = cortx_environment.this.project_lien
    network           = cortx_environment.this.network
    cluster           = cortx_environment.this.cluster
    database          = cortx_environment.this.database
    encryption        = cortx_environment.this.encryption
    storage           = cortx_environment.this.storage
    logging           = cortx_environment.this.logging
  }
}

output "control_ids" {
  description = "The controls that the settings in force are mapped to, by row of the catalogue. This maps settings to controls and is no authorisation."
  value       = cortx_environment.this.control_ids
}
