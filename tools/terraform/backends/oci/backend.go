// Package oci stands in for Terraform's backend of that name, which no test needs.
package oci

import "github.com/hashicorp/terraform/internal/backend"

// New returns a backend of which no method can be called.
func New() backend.Backend { return none{} }

type none struct{ backend.Backend }
