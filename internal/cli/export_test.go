package cli

// Quieten lets a test call what changes this process's environment with another.
var Quieten = quieten
