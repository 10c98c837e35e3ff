# Development: one zone, small, and its data can be thrown away. A change of
# reset_trigger deletes all data; the plan says what is lost.
resource "cortx_environment" "dev" {
  tier          = "dev"
  region        = "europe-west1"
  reset_trigger = "2026-01-05"

  lifecycle {
    postcondition {
      condition     = self.ready
      error_message = "The environment is incomplete: ${coalesce(self.last_error, "see pending")}."
    }
  }
}
