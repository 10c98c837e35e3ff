// Package gcptest holds the tests of the Google Cloud access layer against the
// emulator. They stand apart because only the provider, the command line and
// the acceptance tests may import the emulator.
package gcptest
