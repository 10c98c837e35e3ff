import {
  to = cortx_notification_channel.pagerduty
  id = "projects/cortx-prod/notificationChannels/1234567890"
}
