# What the service assigns, in the form that it has there.

mock_resource "cortx_alert_policy" {
  defaults = {
    id       = "projects/mock/alertPolicies/1"
    name     = "projects/mock/alertPolicies/1"
    emulated = false
  }
}

mock_resource "cortx_notification_channel" {
  defaults = {
    id       = "projects/mock/notificationChannels/1"
    name     = "projects/mock/notificationChannels/1"
    emulated = false
  }
}
