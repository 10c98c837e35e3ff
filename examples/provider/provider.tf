terraform {
  required_version = ">= 1.11"

  required_providers {
    cortx = {
      # In full: OpenTofu reads a bare source as its own registry's.
      source  = "registry.terraform.io/cortx-platform/cortx"
      version = ">= 0.1.0"
    }
  }
}

provider "cortx" {
  project = "cortx-prod"
  region  = "europe-west1"

  # Credentials come from the environment, as for hashicorp/google: application
  # default credentials, GOOGLE_CREDENTIALS, or HCP Terraform's dynamic ones.
  impersonate_service_account = "terraform@cortx-prod.iam.gserviceaccount.com"

  default_labels = {
    cost_center = "platform"
  }
}
