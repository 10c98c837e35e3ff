import {
  to = cortx_slo.uptime
  id = "projects/cortx-prod/services/cortx-prod/serviceLevelObjectives/uptime"
}
