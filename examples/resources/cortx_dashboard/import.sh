# By full name, which gcloud monitoring dashboards list --format='value(name)' shows.
terraform import cortx_dashboard.health projects/cortx-prod/dashboards/cortx-prod-health
