import {
  to = cortx_dashboard.health
  id = "projects/cortx-prod/dashboards/cortx-prod-health"
}
