# By full name; the alert policies of its error budget are found by their label.
terraform import cortx_slo.uptime projects/cortx-prod/services/cortx-prod/serviceLevelObjectives/uptime
