// Package terraform stands in for old code of Terraform that only its tests use.
package terraform
