// Package tfkit holds what every Terraform type of this provider shares: the
// configured clients, diagnostics, custom string types, labels, and the codec
// between the domain's Go structs and Terraform's values.
package tfkit
