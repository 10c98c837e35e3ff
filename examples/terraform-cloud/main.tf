# A workspace of HCP Terraform with dynamic credentials: no key is kept
# anywhere. README.md beside this file tells how to set it up.

terraform {
  required_version = ">= 1.11"

  cloud {
    # The organization is read from TF_CLOUD_ORGANIZATION.
    workspaces {
      name = "cortx-prod"
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
  region  = "europe-west1"
}

variable "deletion_policy" {
  description = "PREVENT refuses to destroy the environment. To destroy it: DELETE, apply, then destroy."
  type        = string
  default     = "PREVENT"
}

module "prod" {
  # In a repository of its own: "github.com/cortx-platform/terraform-provider-cortx//modules/prod?ref=v0.1.0"
  source = "../../modules/prod"

  # HCP Terraform's runners are outside of the VPC: they reach the cluster's
  # control plane by its DNS endpoint, which asks IAM, and have to be let into a
  # perimeter by name.
  access = {
    exception = "The organisation has no access policy yet; see RISK-142."
  }

  deletion_policy       = var.deletion_policy
  pagerduty_service_key = var.pagerduty_service_key
}

# The workspace was for observability alone before there were environments.
moved {
  from = module.observability
  to   = module.prod.module.stack.module.observability
}
