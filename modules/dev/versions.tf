terraform {
  # Write-only arguments and ephemeral variables came with 1.11.
  required_version = ">= 1.11"

  required_providers {
    cortx = {
      # In full: OpenTofu reads a bare source as its own registry's.
      source  = "registry.terraform.io/cortx-platform/cortx"
      version = ">= 0.1.0"
    }
  }
}
