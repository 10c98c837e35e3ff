// Package policytest holds the tests of the control catalogue. They stand apart
// because package policy imports the standard library alone, its tests included,
// and tests see a package from outside.
package policytest
