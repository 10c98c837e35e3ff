# A workspace of HCP Terraform with dynamic credentials: no key is kept
# anywhere. README.md beside this file tells how to set it up.

terraform {
  required_version = ">= 1.11"

  cloud {
    # The organization is read from TF_CLOUD_ORGANIZATION.
    workspaces {
      name = "cortx-observability-prod"
    }
  }

  required_providers {
    cortx = {
      source  = "registry.terraform.io/cortx-platform/cortx"
      version = ">= 0.1.0"
    }
  }
}

variable "project_id" {
  description = "The project that the environment is in."
  type        = string
}

variable "pagerduty_service_key" {
  description = "The integration key of the PagerDuty service: a sensitive variable of the workspace."
  type        = string
  ephemeral   = true
  sensitive   = true
}

# HCP Terraform puts short-lived credentials into the environment of each run;
# the provider reads the same variables as hashicorp/google, so nothing about
# credentials stands here.
provider "cortx" {
  project = var.project_id
}

module "observability" {
  # In a repository of its own: "github.com/cortx-platform/terraform-provider-cortx//modules/observability?ref=v0.1.0"
  source = "../../modules/observability"

  environment           = "prod"
  by_tenant             = true
  pagerduty_service_key = var.pagerduty_service_key
}
