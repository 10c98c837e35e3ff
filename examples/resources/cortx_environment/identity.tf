import {
  to = cortx_environment.prod
  identity = {
    project = "acme-prod"
    region  = "europe-west1"
    name    = "prod"
  }
}
