variable "expression" {
  description = "The expression to alert on."
  type        = string
  default     = "sum by (namespace) (rate(http_requests_total[5m])) == 0"

  validation {
    condition     = provider::cortx::promql_valid(var.expression)
    error_message = "expression is no PromQL."
  }
}
