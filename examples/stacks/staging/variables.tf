variable "project_id" {
  description = "The project that the environment is in."
  type        = string
  default     = "cortx-staging"
}

variable "access_policy" {
  description = "The organisation's access policy, accessPolicies/NUMBER, where there is one."
  type        = string
  default     = null
}

variable "deletion_policy" {
  description = "PREVENT refuses to destroy the environment. To destroy it: DELETE, apply, then destroy."
  type        = string
  default     = "PREVENT"
}

variable "pagerduty_service_key" {
  description = "The integration key of the PagerDuty service; it is in neither the plan nor the state."
  type        = string
  ephemeral   = true
  sensitive   = true
}
