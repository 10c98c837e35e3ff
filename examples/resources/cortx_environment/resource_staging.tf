# Staging in a subnetwork of a Shared VPC, in a perimeter that only logs. The
# environment leaves firewall, NAT and DNS to the owner of that network.
resource "cortx_environment" "staging" {
  tier   = "staging"
  region = "europe-west1"

  network = {
    subnetwork         = "projects/acme-network/regions/europe-west1/subnetworks/staging"
    pod_range_name     = "pods"
    service_range_name = "services"
  }

  access = {
    access_policy     = "accessPolicies/123456789"
    runner_identities = ["serviceAccount:terraform@acme-staging.iam.gserviceaccount.com"]
  }

  lifecycle {
    postcondition {
      condition     = self.ready
      error_message = "The environment is incomplete: ${coalesce(self.last_error, "see pending")}."
    }
  }
}
