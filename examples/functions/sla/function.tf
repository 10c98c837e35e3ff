# { response = "15m", resolution = "1h", response_seconds = 900, resolution_seconds = 3600 }
output "sla" {
  value = provider::cortx::sla("P0")
}
