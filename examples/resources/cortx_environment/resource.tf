# Production: regional, encrypted with keys of the environment's own, audited.
# Everything that the tier implies is in the plan, with its control ids.
resource "cortx_environment" "prod" {
  tier   = "prod"
  region = "europe-west1"

  access = {
    exception = "The organisation has no access policy yet; see RISK-142."
  }

  cluster = {
    machine_type = "n2-standard-8"
    max_nodes    = 6
  }

  # A create that falls short is no error: what stands is kept, and the next
  # apply goes on. This makes it an error of the run, and stops what depends on it.
  lifecycle {
    postcondition {
      condition     = self.ready
      error_message = "The environment is incomplete: ${coalesce(self.last_error, "see pending")}."
    }
  }
}
