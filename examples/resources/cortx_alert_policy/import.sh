# By full name, which gcloud alpha monitoring policies list --format='value(name)' shows.
terraform import cortx_alert_policy.error_rate projects/cortx-prod/alertPolicies/1234567890
