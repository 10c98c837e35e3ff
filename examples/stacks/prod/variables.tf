variable "project_id" {
  description = "The project that the environment is in."
  type        = string
  default     = "cortx-prod"
}

variable "pagerduty_service_key" {
  description = "The integration key of the PagerDuty service; it is in neither the plan nor the state."
  type        = string
  ephemeral   = true
  sensitive   = true
}
