terraform {
  required_version = ">= 1.11"

  required_providers {
    cortx = {
      source  = "registry.terraform.io/cortx-platform/cortx"
      version = ">= 0.1.0"
    }
  }
}
