// Package byhand changes what an environment keeps, behind its back: one change
// or more for each row of the catalogue that somebody could change in a project.
// Tests look whether each shows and is repaired, in every tier.
package byhand
