import {
  to = cortx_alert_policy.error_rate
  id = "projects/cortx-prod/alertPolicies/1234567890"
}
