# A trial for a customer: isolated, with GKE Sandbox, and gone after a week.
resource "cortx_environment" "acme" {
  tier   = "sandbox"
  name   = "acme"
  region = "europe-west1"
  ttl    = "168h"

  lifecycle {
    postcondition {
      condition     = self.ready
      error_message = "The environment is incomplete: ${coalesce(self.last_error, "see pending")}."
    }
  }
}
