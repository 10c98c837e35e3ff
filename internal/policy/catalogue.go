package policy

import (
	"slices"
	"sync"
)

// Version is the newest version of the catalogue: what a new environment gets.
const Version = 1

// catalogue is one version, put together.
type catalogue struct {
	rows     []Row
	settings []Setting
	byPath   map[string]int
}

// catalogues maps each version to its content. It is made once: a plan looks
// settings up all the time.
var catalogues = sync.OnceValue(func() map[int]*catalogue {
	return map[int]*catalogue{
		1: assemble(1, rowsV1(), slices.Concat(environmentV1(), clusterV1(), keysV1(), databaseV1(), storageV1(), auditV1(), networkV1())),
	}
})

// assemble gives settings what their row says.
func assemble(version int, rows []Row, settings []Setting) *catalogue {
	c := &catalogue{rows: rows, settings: settings, byPath: make(map[string]int, len(settings))}
	for i := range settings {
		setting := &settings[i]
		c.byPath[setting.Path] = i
		if setting.Since == 0 {
			setting.Since = version
		}
		for _, row := range rows {
			if row.Key == setting.Row {
				setting.Controls = slices.DeleteFunc(slices.Clone(row.Controls), func(c Control) bool {
					return c.Needs != nil && c.Needs.Path != setting.Path
				})
			}
		}
	}
	return c
}

// Versions lists the versions that this build knows, the oldest first.
func Versions() []int {
	versions := make([]int, 0, Version)
	for version := 1; version <= Version; version++ {
		versions = append(versions, version)
	}
	return versions
}

// Known tells whether this build has that version of the catalogue.
func Known(version int) bool { return catalogues()[version] != nil }

// Settings lists the settings of a version in the order of the catalogue, none
// for a version that there isn't. What they refer to is shared: don't write to it.
func Settings(version int) []Setting {
	c := catalogues()[version]
	if c == nil {
		return nil
	}
	return slices.Clone(c.settings)
}

// Rows lists the rows of a version in the order of the catalogue, none for a
// version that there isn't. What they refer to is shared: don't write to it.
func Rows(version int) []Row {
	c := catalogues()[version]
	if c == nil {
		return nil
	}
	return slices.Clone(c.rows)
}

// Find returns the setting at a path in a version.
func Find(version int, path string) (Setting, bool) {
	c := catalogues()[version]
	if c == nil {
		return Setting{}, false
	}
	i, ok := c.byPath[path]
	if !ok {
		return Setting{}, false
	}
	return c.settings[i], true
}

// Groups lists the names of the nested attributes in the order of the catalogue.
func Groups(version int) []string {
	var groups []string
	for _, setting := range Settings(version) {
		if group := setting.Group(); group != "" && !slices.Contains(groups, group) {
			groups = append(groups, group)
		}
	}
	return groups
}
