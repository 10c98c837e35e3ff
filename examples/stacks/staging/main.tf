provider "cortx" {
  project = var.project_id
  region  = "europe-west1"
}

# Set up as production is, with test data and smaller machines. The module ends
# the run with an error while the environment is incomplete, and the next apply
# goes on.
module "staging" {
  source = "../../../modules/staging"

  cluster = {
    max_nodes = 3
  }

  # With it, what production's perimeter would refuse is logged.
  access_policy     = var.access_policy
  runner_identities = ["serviceAccount:terraform@${var.project_id}.iam.gserviceaccount.com"]

  deletion_policy = var.deletion_policy

  pagerduty_service_key = var.pagerduty_service_key
}
