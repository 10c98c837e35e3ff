# What has to burn for how long before cortx_slo pages somebody.
output "pages" {
  value = [
    for w in provider::cortx::burn_rate_windows(0.999, 30) :
    "${w.error_ratio * 100} % of errors over ${w.long_window} spend ${w.budget_share * 100} % of the month's budget"
    if w.page
  ]
}
