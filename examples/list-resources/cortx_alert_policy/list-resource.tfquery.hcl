# terraform query -generate-config-out=policies.tf
# writes a resource and an import block for each policy that it finds.

list "cortx_alert_policy" "payments" {
  provider         = cortx
  include_resource = true
  limit            = 500

  config {
    project = "acme-prod"
    filter  = "user_labels.team=\"payments\""
  }
}
