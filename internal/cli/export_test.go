package cli

// Quieten lets a test call what changes this process's environment with another.
var Quieten = quieten

// NextLimit lets a test try the rule by which the memory limit rises.
var NextLimit = nextLimit
