# Secrets are in neither the results nor the configuration that
# terraform query -generate-config-out=channels.tf writes.

list "cortx_notification_channel" "slack" {
  provider         = cortx
  include_resource = true

  config {
    project = "acme-prod"
    filter  = "type=\"slack\""
  }
}
