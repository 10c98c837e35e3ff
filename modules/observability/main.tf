locals {
  labels = merge(var.labels, { environment = var.environment })

  # What every signal has in common.
  scope = {
    match_labels = length(var.match_labels) > 0 ? var.match_labels : null
    by_tenant    = var.by_tenant
    tenant_label = var.tenant_label
  }
}

resource "cortx_alert_policy" "error_rate" {
  project      = var.project_id
  display_name = "[${var.environment}] Error rate above ${local.percent.error_rate} %"
  enabled      = var.enabled
  priority     = var.priorities.error_rate
  suite        = var.priorities.error_rate == "P1" ? var.suite : null
  labels       = local.labels

  conditions = [{
    error_rate = {
      match_labels = local.scope.match_labels
      by_tenant    = local.scope.by_tenant
      tenant_label = local.scope.tenant_label
      metric       = var.metrics.requests
      include_4xx  = var.include_4xx
      threshold    = var.thresholds.error_rate
      window       = var.window
    }
  }]

  notification_channels = local.channels
  runbook               = merge(local.runbooks.error_rate, { links = local.links.error_rate })
}

resource "cortx_alert_policy" "latency" {
  project      = var.project_id
  display_name = "[${var.environment}] Latency p${local.percent.latency_quantile} above ${var.thresholds.latency_ms} ms"
  enabled      = var.enabled
  priority     = var.priorities.latency
  suite        = var.priorities.latency == "P1" ? var.suite : null
  labels       = local.labels

  conditions = [{
    latency = {
      match_labels = local.scope.match_labels
      by_tenant    = local.scope.by_tenant
      tenant_label = local.scope.tenant_label
      metric       = var.metrics.request_duration
      quantile     = var.thresholds.latency_quantile
      threshold_ms = var.thresholds.latency_ms
      buckets      = var.latency_buckets
      window       = var.window
    }
  }]

  notification_channels = local.channels
  runbook               = merge(local.runbooks.latency, { links = local.links.latency })
}

resource "cortx_alert_policy" "db_connections" {
  project      = var.project_id
  display_name = "[${var.environment}] Database connections above ${local.percent.db_connections} %"
  enabled      = var.enabled
  priority     = var.priorities.db_connections
  suite        = var.priorities.db_connections == "P1" ? var.suite : null
  labels       = local.labels

  conditions = [{
    db_connections = {
      # Cloud SQL's own metrics know neither the platform's labels nor its tenants.
      match_labels    = var.database.source == "pool" ? local.scope.match_labels : null
      by_tenant       = var.database.source == "pool" ? local.scope.by_tenant : false
      tenant_label    = var.database.source == "pool" ? local.scope.tenant_label : null
      source          = var.database.source
      metric          = var.metrics.database_connections
      max_metric      = var.metrics.database_connections_max
      database_id     = var.database.instance
      max_connections = var.database.max_connections
      threshold       = var.thresholds.db_connections
      window          = var.window
    }
  }]

  notification_channels = local.channels
  runbook               = merge(local.runbooks.db_connections, { links = local.links.db_connections })
}

resource "cortx_alert_policy" "compliance_checks" {
  project      = var.project_id
  display_name = "[${var.environment}] Compliance checks failed"
  enabled      = var.enabled
  priority     = var.priorities.compliance_checks
  suite        = var.priorities.compliance_checks == "P1" ? var.suite : null
  labels       = local.labels

  conditions = [{
    compliance_checks = {
      match_labels = local.scope.match_labels
      by_tenant    = local.scope.by_tenant
      tenant_label = local.scope.tenant_label
      metric       = var.metrics.compliance_checks
      threshold    = var.thresholds.compliance_checks
      window       = var.window
    }
  }]

  notification_channels = local.channels
  runbook               = merge(local.runbooks.compliance_checks, { links = local.links.compliance_checks })
}

locals {
  # Shares as people read them; plain multiplication yields 0.9999… for 0.01.
  percent = {
    error_rate       = format("%.5g", var.thresholds.error_rate * 100)
    latency_quantile = format("%.5g", var.thresholds.latency_quantile * 100)
    latency_beyond   = format("%.5g", (1 - var.thresholds.latency_quantile) * 100)
    db_connections   = format("%.5g", var.thresholds.db_connections * 100)
  }

  policies = {
    error_rate        = cortx_alert_policy.error_rate
    latency           = cortx_alert_policy.latency
    db_connections    = cortx_alert_policy.db_connections
    compliance_checks = cortx_alert_policy.compliance_checks
  }
}
