import {
  to = cortx_environment.prod
  id = "projects/acme-prod/regions/europe-west1/environments/prod"
}
