variable "name" {
  description = "The environment's name, unique in its project: 1 to 20 lowercase letters, digits and dashes. It can't change."
  type        = string
  default     = "staging"
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

variable "labels" {
  description = "Labels for every object that takes labels."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "network" {
  description = "The network: a `subnetwork` that stands (also of a Shared VPC), or the ranges of one that is made, and its settings. What is left out, the tier implies."
  type = object({
    name               = optional(string)
    subnetwork         = optional(string)
    range              = optional(string)
    pod_range          = optional(string)
    service_range      = optional(string)
    pod_range_name     = optional(string)
    service_range_name = optional(string)
    flow_sampling      = optional(number)
    flow_interval      = optional(string)
    flow_metadata      = optional(string)
    firewall           = optional(string)
    firewall_logging   = optional(bool)
    google_apis_vip    = optional(string)
    nat_logging        = optional(string)
    perimeter          = optional(string)
  })
  default = null

  validation {
    condition     = try(var.network.subnetwork, null) == null ? true : can(regex("^projects/[^/]+/regions/[^/]+/subnetworks/[^/]+$", var.network.subnetwork))
    error_message = "network.subnetwork has the form projects/PROJECT/regions/REGION/subnetworks/NAME."
  }
  validation {
    condition     = try(var.network.subnetwork, null) == null ? true : alltrue([for range in [var.network.range, var.network.pod_range, var.network.service_range] : range == null])
    error_message = "The ranges of a subnetwork that stands are its own: take range, pod_range and service_range out, or subnetwork."
  }
}

variable "cluster" {
  description = "The GKE cluster: its sizes and its settings. What is left out, the tier implies."
  type = object({
    name                 = optional(string)
    machine_type         = optional(string)
    sandbox_machine_type = optional(string)
    min_nodes            = optional(number)
    max_nodes            = optional(number)
    disk_size_gb         = optional(number)
    external_traffic     = optional(bool)
    location_type        = optional(string)
    release_channel      = optional(string)
    private_nodes        = optional(bool)
    ip_endpoints         = optional(bool)
    datapath_provider    = optional(string)
    shielded_nodes       = optional(bool)
    secure_boot          = optional(bool)
    integrity_monitoring = optional(bool)
    workload_identity    = optional(bool)
    workload_metadata    = optional(string)
    logging_components   = optional(set(string))
    managed_prometheus   = optional(bool)
    cost_allocation      = optional(bool)
    pod_security         = optional(string)
    sandbox_pool         = optional(bool)
    binary_authorization = optional(string)
  })
  default = null
}

variable "database" {
  description = "Cloud SQL for PostgreSQL: its sizes and its settings. What is left out, the tier implies."
  type = object({
    name                    = optional(string)
    version                 = optional(string)
    edition                 = optional(string)
    machine_type            = optional(string)
    disk_size_gb            = optional(number)
    availability_type       = optional(string)
    backups_retained        = optional(number)
    pitr_log_days           = optional(number)
    private_service_connect = optional(bool)
    public_ip               = optional(bool)
    tls                     = optional(string)
    iam_authentication      = optional(bool)
    audit_logging           = optional(bool)
    deletion_protection     = optional(bool)
    final_backup_days       = optional(number)
  })
  default = null
}

variable "encryption" {
  description = "Whose keys encrypt data at rest: `GOOGLE`, `SOFTWARE` or `HSM`, and how long they live. What is left out, the tier implies."
  type = object({
    cluster             = optional(string)
    data                = optional(string)
    rotation_days       = optional(number)
    destroy_delay_hours = optional(number)
  })
  default = null
}

variable "storage" {
  description = "The environment's buckets. What is left out, the tier implies."
  type = object({
    public_access_prevention = optional(bool)
    uniform_access           = optional(bool)
    versioning               = optional(bool)
    soft_delete_days         = optional(number)
  })
  default = null
}

variable "logging" {
  description = "What is logged, and how long it is kept. `locked` can never be undone, and has to stand in `confirm` too. What is left out, the tier implies."
  type = object({
    data_access          = optional(string)
    config_change_alerts = optional(bool)
    retention_days       = optional(number)
    cmek                 = optional(bool)
    locked               = optional(bool)
    archive_days         = optional(number)
  })
  default = null
}

variable "maintenance" {
  description = "The weekly window in which Google upgrades the cluster and the database, in UTC: day 1 (Monday) to 7, the hour at which it begins, and how many hours it lasts, 4 to 12. Sunday from 2 to 6 when null."
  type = object({
    day   = optional(number)
    hour  = optional(number)
    hours = optional(number)
  })
  default = null
}

variable "access_policy" {
  description = "The organisation's access policy, `accessPolicies/NUMBER`. With it a perimeter of VPC Service Controls logs what production's would refuse; without one there is none."
  type        = string
  default     = null
}

variable "runner_identities" {
  description = "Who runs Terraform from outside of the perimeter, such as `serviceAccount:terraform@PROJECT.iam.gserviceaccount.com`."
  type        = list(string)
  default     = []
  nullable    = false
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

variable "project_lien" {
  description = "Whether a lien keeps the project from being deleted while the environment stands; the tier's when null."
  type        = bool
  default     = null
}

variable "catalogue_version" {
  description = "The version of the control catalogue. When null, a new environment gets the newest, and one that stands keeps its own."
  type        = number
  default     = null
}

variable "on_incomplete" {
  description = "What a create that falls short does: `resume` keeps what stands, and the next apply goes on; `error` leaves no state, and the next create goes on. `resume` when null."
  type        = string
  default     = null
}

variable "adopt" {
  description = "Whether a network, a cluster or a database that stands under the name given here, and that bears nobody's mark, is taken over."
  type        = bool
  default     = false
  nullable    = false
}

variable "allow_recreate" {
  description = "Components that may be deleted and made anew, with what they hold, when a setting of theirs changes that is fixed at creation."
  type        = set(string)
  default     = []
  nullable    = false
}

variable "confirm" {
  description = "One-way settings that are confirmed, such as `logging.locked`: they can never be undone."
  type        = set(string)
  default     = []
  nullable    = false
}

variable "exceptions" {
  description = "Settings that may be weaker than the tier asks for, each with the reason. They are kept in the ledger, and their controls are not claimed."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "timeouts" {
  description = "How long a create, a read, an update and a delete of the environment may take, such as `90m`, which is the default of all but the read."
  type = object({
    create = optional(string)
    read   = optional(string)
    update = optional(string)
    delete = optional(string)
  })
  default = null
}

variable "deletion_policy" {
  description = "`PREVENT` refuses to destroy the environment. To destroy it, set `DELETE`, apply, then destroy. `ABANDON` forgets it and leaves it standing."
  type        = string
  default     = "PREVENT"
  nullable    = false

  validation {
    condition     = contains(["DELETE", "PREVENT", "ABANDON"], var.deletion_policy)
    error_message = "deletion_policy is \"DELETE\", \"PREVENT\" or \"ABANDON\"."
  }
}

# Alerts, dashboards and objectives.

variable "thresholds" {
  description = "Above which values the alerts fire: a share of requests, milliseconds at a quantile, a share of connections, and a number of failed checks."
  type = object({
    error_rate        = optional(number, 0.01)
    latency_ms        = optional(number, 1000)
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

variable "pubsub_topics" {
  description = "Pub/Sub topics that get every notification, by full name."
  type        = set(string)
  default     = []
  nullable    = false
}

variable "notification_channels" {
  description = "The full names of notification channels that exist already, to tell as well."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "database_max_connections" {
  description = "The database's flag `max_connections`, which no metric tells. With it, connections are counted at the environment's own instance; without it, in the services' pools."
  type        = number
  default     = null

  validation {
    condition     = var.database_max_connections == null ? true : var.database_max_connections > 0
    error_message = "database_max_connections is above 0."
  }
}

variable "runbook_base_url" {
  description = "Where the long runbooks are kept. Each notification links to the one of its alert below it."
  type        = string
  default     = null
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
