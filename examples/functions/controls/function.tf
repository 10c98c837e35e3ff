# "SC-7(5) (N,D); CC6.6 (S)"
output "firewall" {
  value = provider::cortx::controls("prod")["firewall"]
}
