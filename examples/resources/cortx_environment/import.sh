# The ledger in the project says all about the environment.
terraform import cortx_environment.prod projects/acme-prod/regions/europe-west1/environments/prod
