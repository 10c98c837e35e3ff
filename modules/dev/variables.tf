variable "name" {
  description = "The environment's name, unique in its project: 1 to 20 lowercase letters, digits and dashes. It can't change."
  type        = string
  default     = "dev"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,18}[a-z0-9])?$", var.name))
    error_message = "Use 1 to 20 lowercase letters, digits and dashes for name, beginning with a letter and not ending with a dash, such as \"prod-eu\"."
  }
}

variable "project_id" {
  description = "The id of an existing project; the provider's project when null. It can't change."
  type        = string
  default     = null
}

variable "region" {
  description = "The region; the provider's region when null. It can't change."
  type        = string
  default     = null
}

variable "zone" {
  description = "The zone of a zonal cluster; zone b of the region when null. It can't change."
  type        = string
  default     = null
}

variable "labels" {
  description = "Labels for every object that takes labels."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "network" {
  description = "A `subnetwork` that stands, also of a Shared VPC, with the names of its secondary ranges; or the ranges of the network that is made."
  type = object({
    name               = optional(string)
    subnetwork         = optional(string)
    range              = optional(string)
    pod_range          = optional(string)
    service_range      = optional(string)
    pod_range_name     = optional(string)
    service_range_name = optional(string)
  })
  default = null
}

variable "cluster" {
  description = "The sizes of the cluster: machine type, nodes of a pool in each zone, boot disk in GB; and whether callers from outside of the VPC reach its control plane."
  type = object({
    machine_type     = optional(string)
    min_nodes        = optional(number)
    max_nodes        = optional(number)
    disk_size_gb     = optional(number)
    external_traffic = optional(bool)
  })
  default = null
}

variable "database" {
  description = "The version, edition and sizes of the database."
  type = object({
    version      = optional(string)
    edition      = optional(string)
    machine_type = optional(string)
    disk_size_gb = optional(number)
  })
  default = null
}

variable "budget" {
  description = "What the environment may cost a month before somebody is told: the billing account's id, the amount in units of the currency (the account's own when left out), and the shares at which somebody is told."
  type = object({
    billing_account = string
    amount          = number
    currency        = optional(string)
    thresholds      = optional(list(number))
  })
  default = null
}

variable "reset_trigger" {
  description = "A change of this value deletes and makes anew all data, and keeps project, network and cluster."
  type        = string
  default     = null
}

# Alerts, dashboards and objectives.

variable "thresholds" {
  description = "Above which values the alerts fire: a share of requests, milliseconds at a quantile, a share of connections, and a number of failed checks."
  type = object({
    error_rate        = optional(number, 0.05)
    latency_ms        = optional(number, 2000)
    latency_quantile  = optional(number, 0.99)
    db_connections    = optional(number, 0.8)
    compliance_checks = optional(number, 0)
  })
  default  = {}
  nullable = false
}

variable "pagerduty_enabled" {
  description = "Whether a PagerDuty channel is made."
  type        = bool
  default     = true
  nullable    = false
}

variable "pagerduty_service_key" {
  description = "The integration key of the PagerDuty service. It is ephemeral: it reaches Google Cloud, and neither the plan nor the state."
  type        = string
  default     = null
  ephemeral   = true
  sensitive   = true

  validation {
    condition     = !var.pagerduty_enabled || var.pagerduty_service_key != null
    error_message = "Give pagerduty_service_key, or set pagerduty_enabled to false."
  }
}

variable "pagerduty_service_key_version" {
  description = "The version of `pagerduty_service_key`. Raise it when the key was rotated."
  type        = number
  default     = 1
  nullable    = false
}

variable "email_addresses" {
  description = "Addresses that get a mail beside the page."
  type        = set(string)
  default     = []
  nullable    = false
}

variable "grafana" {
  description = "What Grafana needs to know: the folder, the UIDs of the Prometheus and of the BigQuery data source, how often a dashboard refreshes itself, and where its time range begins."
  type = object({
    folder_uid               = optional(string)
    data_source_uid          = optional(string)
    bigquery_data_source_uid = optional(string)
    refresh                  = optional(string)
    time_from                = optional(string)
  })
  default = null
}
