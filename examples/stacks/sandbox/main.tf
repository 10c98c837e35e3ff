provider "cortx" {
  project = var.project_id
  region  = "europe-west1"
}

# A trial for one customer, gone after a week. examples/reap destroys it when
# its time is up. The module ends the run with an error while the environment is
# incomplete, and the next apply goes on.
module "acme" {
  source = "../../../modules/sandbox"

  name            = "acme"
  ttl             = "168h"
  email_addresses = ["sales@cortx.example"]
}
