data "cortx_controls" "prod" {
  tier = "prod"
}

# What production implies for each setting, and what may be set instead.
output "settings" {
  value = {
    for s in data.cortx_controls.prod.settings :
    s.path => "${s.values["prod"]} (${s.floors["prod"]})"
  }
}

# The settings that serve a control.
output "boundary_protection" {
  value = [
    for s in data.cortx_controls.prod.settings : s.path
    if anytrue([for c in s.controls : startswith(c.id, "SC-7")])
  ]
}
