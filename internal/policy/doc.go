// Package policy is the control catalogue: what each tier of an environment
// means, as typed Go literals that anything may read.
//
// A tier fixes how data of tenants is kept apart and a compliance level. For
// every setting of an environment the catalogue says what the tier implies, how
// far a configuration may move away from it (never below the floor), whether
// the setting can be changed later, and which controls it is mapped to, with
// the source of each mapping. [Resolve] turns a tier and what a configuration
// sets into the value of every setting, and says what is wrong with it.
//
// "Settings mapped to controls" is what this is: not an authorisation.
//
// # Adding a setting
//
// A constant in paths.go, a literal in the file of its component, and a row in
// rows.go unless it belongs to one that is there: that is all. Whatever reads
// the catalogue (the schema of an environment, the data source, the function,
// the subcommand, the documentation) has it then. A version that was released
// never changes: what is new, or has another value, comes in a new version.
package policy
