variable "project_id" {
  description = "The project that the environment is in."
  type        = string
  default     = "cortx-sandbox"
}
