variable "environment" {
  description = "The environment's name. It stands in every display name and, as the label `environment`, on every object."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,29}$", var.environment))
    error_message = "Begin environment with a lower-case letter and use at most 30 lower-case letters, digits and hyphens, such as \"prod\"."
  }
}

variable "project_id" {
  description = "The project that holds everything: the metrics scope in which the platform's metrics are seen. The provider's project when null."
  type        = string
  default     = null
}

variable "suite" {
  description = "The suite that the P1 policies watch, as their label `suite`. Responders route by it."
  type        = string
  default     = "platform"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9_-]{0,62}$", var.suite))
    error_message = "Begin suite with a lower-case letter and use at most 63 lower-case letters, digits, hyphens and underscores, such as \"compliance-core\"."
  }
}

variable "enabled" {
  description = "Whether the policies open incidents. Set it to false for planned maintenance: nobody is woken, the four policies stay, and those of the objectives are taken away meanwhile."
  type        = bool
  default     = true
  nullable    = false
}

variable "labels" {
  description = "Labels for every object, beside `environment`."
  type        = map(string)
  default     = {}
  nullable    = false
}

# What is watched.

variable "match_labels" {
  description = "Labels that series must have to count, such as `{ cluster = \"cortx-prod\" }` where one metrics scope sees several environments."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "by_tenant" {
  description = "Whether each tenant gets incidents of its own. One policy grouped by tenant costs less than one policy a tenant, and needs no change when a tenant is added."
  type        = bool
  default     = false
  nullable    = false
}

variable "tenant_label" {
  description = "The metric label that tells tenants apart; `namespace` when null."
  type        = string
  default     = null
}

variable "metrics" {
  description = "The names of the platform's metrics where they differ from what prometheus-fastapi-instrumentator and the platform's own exporters use; a name left out is the provider's default."
  type = object({
    requests                 = optional(string)
    request_duration         = optional(string)
    compliance_checks        = optional(string)
    database_connections     = optional(string)
    database_connections_max = optional(string)
    records                  = optional(string)
  })
  default  = {}
  nullable = false
}

variable "include_4xx" {
  description = "Whether answers 4xx count as errors too. Off, since a client's own mistakes would wake people."
  type        = bool
  default     = false
  nullable    = false
}

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

  validation {
    condition     = var.thresholds.error_rate > 0 && var.thresholds.error_rate < 1
    error_message = "thresholds.error_rate is a share of requests, between 0 and 1: 1 % is 0.01."
  }
  validation {
    condition     = var.thresholds.latency_ms > 0
    error_message = "thresholds.latency_ms is a time in milliseconds, above 0: one second is 1000."
  }
  validation {
    condition     = var.thresholds.latency_quantile > 0 && var.thresholds.latency_quantile < 1
    error_message = "thresholds.latency_quantile lies between 0 and 1: the 99th percentile is 0.99."
  }
  validation {
    condition     = var.thresholds.db_connections > 0 && var.thresholds.db_connections < 1
    error_message = "thresholds.db_connections is a share of the connections, between 0 and 1: 80 % is 0.8."
  }
  validation {
    condition     = var.thresholds.compliance_checks >= 0
    error_message = "thresholds.compliance_checks is a number of failed checks, 0 or more: 0 fires on the first."
  }
}

variable "latency_buckets" {
  description = "The upper bounds of the request histogram's buckets in seconds, without +Inf; the instrumentator's own, 0.1, 0.5 and 1, when null."
  type        = list(number)
  default     = null
}

variable "window" {
  description = "The time over which rates and shares are taken, such as `5m`; the provider's five minutes when null."
  type        = string
  default     = null
}

variable "database" {
  description = "Where database connections are counted: `pool` takes the services' own connection pools, `cloud_sql` the instance (`project:instance`), whose `max_connections` has to be given, since no metric tells it."
  type = object({
    source          = optional(string, "pool")
    instance        = optional(string)
    max_connections = optional(number)
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["pool", "cloud_sql"], var.database.source)
    error_message = "database.source is \"pool\" or \"cloud_sql\"."
  }
  validation {
    condition     = var.database.source != "cloud_sql" || (var.database.max_connections == null ? false : var.database.max_connections > 0)
    error_message = "database.max_connections is needed with cloud_sql: give the instance's flag max_connections."
  }
  validation {
    condition     = var.database.source != "pool" || (var.database.instance == null && var.database.max_connections == null)
    error_message = "database.instance and database.max_connections are for cloud_sql only: a pool's metrics tell its size themselves."
  }
  validation {
    condition     = var.database.instance == null ? true : can(regex("^[^:]+(:[^:]+)?:[^:]+$", var.database.instance))
    error_message = "database.instance is the instance as project:instance, such as \"cortx-prod:core\"."
  }
}

# What is shown.

variable "dashboards" {
  description = "Which of the platform's dashboards are made."
  type = object({
    platform_health  = optional(bool, true)
    tenant_usage     = optional(bool, true)
    compliance_audit = optional(bool, true)
    cost_attribution = optional(bool, true)
  })
  default  = {}
  nullable = false
}

variable "dashboard_targets" {
  description = "Where the dashboards stand, `cloud_monitoring` and `grafana`. When null: Cloud Monitoring, and Grafana too when the provider has a `grafana` block."
  type        = set(string)
  default     = null

  validation {
    condition     = var.dashboard_targets == null ? true : length(var.dashboard_targets) > 0 && length(setsubtract(var.dashboard_targets, ["cloud_monitoring", "grafana"])) == 0
    error_message = "dashboard_targets holds \"cloud_monitoring\", \"grafana\" or both."
  }
}

variable "grafana" {
  description = "What Grafana needs to know: the folder, the UIDs of the Prometheus and of the BigQuery data source, how often a dashboard refreshes itself (`1m`), and where its time range begins (`now-6h`)."
  type = object({
    folder_uid               = optional(string)
    data_source_uid          = optional(string)
    bigquery_data_source_uid = optional(string)
    refresh                  = optional(string)
    time_from                = optional(string)
  })
  default = null
}

variable "billing_export_table" {
  description = "The table of the BigQuery billing export, `project.dataset.table`, from which the cost dashboard in Grafana tells cost by tenant; it needs `grafana.bigquery_data_source_uid`. Its set-up is a step in the console, which the guide on dashboards describes. Without it there are usage proxies alone, as in Cloud Monitoring in any case."
  type        = string
  default     = null

  validation {
    condition     = var.billing_export_table == null ? true : can(regex("^([a-z0-9.-]+:)?[a-z][a-z0-9-]+\\.[A-Za-z0-9_]+\\.[A-Za-z0-9_]+$", var.billing_export_table))
    error_message = "billing_export_table has the form project.dataset.table, such as \"cortx-billing.billing.gcp_billing_export_resource_v1_012345_6789AB_CDEF01\"."
  }
  validation {
    condition     = var.billing_export_table == null || try(var.grafana.bigquery_data_source_uid, null) != null
    error_message = "billing_export_table is read by Grafana: give grafana.bigquery_data_source_uid too."
  }
}

variable "alert_charts" {
  description = "Whether the health dashboard in Cloud Monitoring shows the four alerts with their incidents. Their names are known once they stand, so the first plan can't show that dashboard's sections."
  type        = bool
  default     = false
  nullable    = false
}

# What is promised.

variable "service" {
  description = "The Monitoring service that the objectives belong to: its id, `cortx-ENVIRONMENT` when not given, and what people read."
  type = object({
    id           = optional(string)
    display_name = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.service.id == null ? true : can(regex("^[a-z0-9-]{1,63}$", var.service.id))
    error_message = "service.id has at most 63 lower-case letters, digits and hyphens."
  }
}

variable "slos" {
  description = "The objectives: the share of requests answered without a 5xx (99.9 %), and the share of those answered within a time (99 % within 500 ms, one of `latency_buckets`), each over a rolling window of up to 30 days. What is left out is the preset's."
  type = object({
    uptime = optional(object({
      enabled      = optional(bool, true)
      display_name = optional(string)
      goal         = optional(number)
      window_days  = optional(number)
    }), {})
    latency_p99 = optional(object({
      enabled      = optional(bool, true)
      display_name = optional(string)
      goal         = optional(number)
      threshold_ms = optional(number)
      window_days  = optional(number)
    }), {})
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for slo in [var.slos.uptime, var.slos.latency_p99] : slo.goal == null ? true : slo.goal > 0 && slo.goal <= 0.9999])
    error_message = "A goal is a share above 0 and at most 0.9999: 99.9 % is 0.999."
  }
  validation {
    condition     = alltrue([for slo in [var.slos.uptime, var.slos.latency_p99] : slo.window_days == null ? true : slo.window_days >= 1 && slo.window_days <= 30 && floor(slo.window_days) == slo.window_days])
    error_message = "A window has 1 to 30 whole days."
  }
}

variable "slo_alerts" {
  description = "The alerts on the objectives' error budgets: whether there are any, and the priorities of the fast burns and of the slow ones."
  type = object({
    enabled         = optional(bool, true)
    page_priority   = optional(string, "P1")
    ticket_priority = optional(string, "P2")
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for priority in [var.slo_alerts.page_priority, var.slo_alerts.ticket_priority] : contains(["P0", "P1", "P2"], priority)])
    error_message = "A priority is \"P0\", \"P1\" or \"P2\"."
  }
}

# How urgent it is.

variable "priorities" {
  description = "The priority of each alert: P0 platform down, P1 suite degraded, P2 feature. It decides severity, reminders, and the response and resolution times."
  type = object({
    error_rate        = optional(string, "P0")
    latency           = optional(string, "P1")
    db_connections    = optional(string, "P1")
    compliance_checks = optional(string, "P0")
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for priority in values(var.priorities) : contains(["P0", "P1", "P2"], priority)])
    error_message = "A priority is \"P0\", \"P1\" or \"P2\"."
  }
}

# Who is told.

variable "pagerduty_enabled" {
  description = "Whether the PagerDuty channel is made."
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
  description = "The version of `pagerduty_service_key`. Raise it when the key was rotated: Terraform can't see that by itself, since it doesn't keep the key."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.pagerduty_service_key_version >= 1 && floor(var.pagerduty_service_key_version) == var.pagerduty_service_key_version
    error_message = "pagerduty_service_key_version is a whole number from 1."
  }
}

variable "email_addresses" {
  description = "Addresses that get a mail beside the page."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for address in var.email_addresses : can(regex("^[^@\\s]+@[^@\\s]+$", address))])
    error_message = "Each of email_addresses has the form name@domain."
  }
}

variable "pubsub_topics" {
  description = "Pub/Sub topics that get every notification, by full name. Cloud Monitoring's agent is granted the right to publish."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for topic in var.pubsub_topics : can(regex("^projects/[^/]+/topics/[^/]+$", topic))])
    error_message = "Each of pubsub_topics is a full name, such as \"projects/cortx-prod/topics/incidents\"."
  }
}

variable "notification_channels" {
  description = "Names of channels that exist already, to tell as well."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for channel in var.notification_channels : can(regex("^projects/[^/]+/notificationChannels/[^/]+$", channel))])
    error_message = "Each of notification_channels is a full name, such as \"projects/cortx-prod/notificationChannels/123\"."
  }
  validation {
    condition     = length(var.notification_channels) + length(var.email_addresses) + length(var.pubsub_topics) + (var.pagerduty_enabled ? 1 : 0) <= 16
    error_message = "A policy takes at most 16 channels, PagerDuty, email addresses, topics and notification_channels together. Send to a list or a topic instead."
  }
}

# What to do.

variable "runbook_base_url" {
  description = "Where the long runbooks are kept. Each notification links to `BASE/error-rate`, `BASE/latency`, `BASE/db-connections` or `BASE/compliance-checks`."
  type        = string
  default     = null

  validation {
    condition     = var.runbook_base_url == null ? true : can(regex("^https://[^\\s]+[^/]$", var.runbook_base_url))
    error_message = "runbook_base_url is an https address without a slash at its end."
  }
}

variable "runbook_links" {
  description = "At most two further links for the notifications, such as a dashboard."
  type = list(object({
    display_name = string
    url          = string
  }))
  default  = []
  nullable = false

  validation {
    condition     = length(var.runbook_links) <= 2
    error_message = "At most two runbook_links: a policy takes three links, and runbook_base_url is one of them."
  }
}

variable "runbooks" {
  description = "Steps that replace those of the built-in runbooks, by alert (`error_rate`, `latency`, `db_connections`, `compliance_checks`)."
  type = map(object({
    detection   = optional(string)
    triage      = optional(string)
    mitigation  = optional(string)
    resolution  = optional(string)
    post_mortem = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = length(setsubtract(keys(var.runbooks), ["error_rate", "latency", "db_connections", "compliance_checks"])) == 0
    error_message = "The keys of runbooks are error_rate, latency, db_connections and compliance_checks."
  }
}
