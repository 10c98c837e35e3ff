# terraform query -generate-config-out=dashboards.tf
# writes a resource and an import block for each dashboard that it finds.

list "cortx_dashboard" "all" {
  provider         = cortx
  include_resource = true

  config {
    project = "acme-prod"
  }
}
