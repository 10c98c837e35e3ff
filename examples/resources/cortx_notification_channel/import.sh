# By full name, which gcloud beta monitoring channels list --format='value(name)' shows. No secret is needed.
terraform import cortx_notification_channel.pagerduty projects/cortx-prod/notificationChannels/1234567890
