resource "cortx_dashboard" "preset" {
  for_each = toset([for key, wanted in var.dashboards : key if wanted])

  project = var.project_id
  # Of the environment and the preset, so that its address is known at plan and
  # stays what it is.
  dashboard_id = "cortx-${var.environment}-${replace(each.key, "_", "-")}"
  targets      = var.dashboard_targets
  labels       = local.labels

  preset = each.key
  preset_inputs = {
    environment          = var.environment
    match_labels         = local.scope.match_labels
    tenant_label         = local.scope.tenant_label
    billing_export_table = each.key == "cost_attribution" ? var.billing_export_table : null
    database_id          = var.database.instance
    max_connections      = var.database.max_connections
    records_metric       = var.metrics.records
    alert_policies       = each.key == "platform_health" && var.alert_charts ? [for policy in local.policies : policy.name] : null
  }

  grafana = var.grafana
}
