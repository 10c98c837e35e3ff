# One of the platform's dashboards. Its sections are shown in the plan.
resource "cortx_dashboard" "health" {
  dashboard_id = "cortx-prod-health"
  preset       = "platform_health"

  preset_inputs = {
    environment  = "prod"
    match_labels = { cluster = "cortx-prod" }
  }
}

# Cost by tenant comes from the BigQuery billing export and is shown by Grafana;
# Cloud Monitoring, which has no metric of cost, shows usage instead.
resource "cortx_dashboard" "cost" {
  preset  = "cost_attribution"
  targets = ["cloud_monitoring", "grafana"]

  preset_inputs = {
    environment          = "prod"
    billing_export_table = "cortx-billing.billing.gcp_billing_export_resource_v1_012345_6789AB_CDEF01"
  }

  grafana = {
    folder_uid               = "finance"
    data_source_uid          = "managed-prometheus"
    bigquery_data_source_uid = "billing"
    refresh                  = "1h"
    time_from                = "now-30d"
  }
}

# A dashboard of one's own. The same PromQL serves both places, and a tile that
# somebody moves, edits or deletes by hand is that change in the next plan.
resource "cortx_dashboard" "packs" {
  display_name = "Packs"

  variables = [{
    name      = "tenant"
    label     = "Tenant"
    label_key = "namespace"
    metric    = "pack_execution_duration_seconds_count"
  }]

  links = [{
    title = "Runbook"
    url   = "https://runbooks.cortx.example/packs"
  }]

  sections = [
    {
      title = "Now"
      tiles = [
        {
          title = "Executions"
          scorecard = {
            query = { promql = "sum(rate(pack_execution_duration_seconds_count{namespace=~\"$${tenant}\"}[5m]))" }
            unit  = "reqps"
            spark = "line"
          }
        },
        {
          title = "Connections in use"
          gauge = {
            query = { promql = "max(db_pool_connections{namespace=~\"$${tenant}\"} / db_pool_connections_max{namespace=~\"$${tenant}\"})" }
            unit  = "percent"
            min   = 0
            max   = 1
            thresholds = [
              { value = 0.7, color = "yellow" },
              { value = 0.8, color = "red" },
            ]
          }
        },
      ]
    },
    {
      title = "Over time"
      tiles = [
        {
          title  = "How long Packs take"
          width  = 48
          height = 16
          time_series = {
            unit = "s"
            queries = [
              {
                promql = "histogram_quantile(0.5, sum by (le) (rate(pack_execution_duration_seconds_bucket{namespace=~\"$${tenant}\"}[10m])))"
                legend = "p50"
              },
              {
                promql = "histogram_quantile(0.95, sum by (le) (rate(pack_execution_duration_seconds_bucket{namespace=~\"$${tenant}\"}[10m])))"
                legend = "p95"
              },
            ]
            thresholds = [{ value = 30, label = "Slow" }]
          }
        },
        {
          title = "Tenants that wait longest"
          table = {
            queries = [{ promql = "topk(10, sum by (namespace) (rate(pack_execution_duration_seconds_sum[1h])))" }]
            unit    = "s"
          }
        },
        {
          text = {
            content = "Packs that take longer than 30 s are queued at night. Ask in **#packs** before you scale."
          }
        },
      ]
    },
  ]
}
