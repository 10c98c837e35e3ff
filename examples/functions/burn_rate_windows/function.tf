# ["14.4 over 1h and 5m", "6 over 6h and 30m"]
output "pages" {
  value = [
    for w in provider::cortx::burn_rate_windows(0.999, 30) :
    "${w.factor} over ${w.long_window} and ${w.short_window}"
    if w.page
  ]
}
