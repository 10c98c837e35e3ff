variable "project_id" {
  description = "The project that the environment is in."
  type        = string
  default     = "cortx-prod"
}

variable "billing_account" {
  description = "The billing account that pays for the project."
  type        = string
  default     = "01A2B3-C4D5E6-F70819"
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
