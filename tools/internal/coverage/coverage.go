// Package coverage reads the profile that go test -coverprofile writes.
package coverage

import (
	"bufio"
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Share is how many statements of a package the tests ran.
type Share struct {
	// Name is the package's import path; empty for the total.
	Name string
	// Covered and Statements count statements.
	Covered, Statements int
}

// Percent is the covered part of the statements; 100 where there are none.
func (s Share) Percent() float64 {
	if s.Statements == 0 {
		return 100
	}
	return 100 * float64(s.Covered) / float64(s.Statements)
}

// Read sums a profile up, by package in order of coverage, and in all. With
// -coverpkg every test binary reports every block: one that any of them ran
// counts as covered.
func Read(profile io.Reader) (packages []Share, total Share, err error) {
	type block struct {
		statements int
		covered    bool
	}
	blocks := map[string]block{}
	scanner := bufio.NewScanner(profile)
	for scanner.Scan() {
		line := scanner.Text()
		if strings.HasPrefix(line, "mode:") {
			continue
		}
		// FILE:FROM.COLUMN,TO.COLUMN STATEMENTS COUNT
		fields := strings.Fields(line)
		if len(fields) != 3 {
			return nil, Share{}, fmt.Errorf("the coverage profile has the line %q", line)
		}
		statements, err := strconv.Atoi(fields[1])
		if err != nil {
			return nil, Share{}, fmt.Errorf("the coverage profile has the line %q: %w", line, err)
		}
		b := blocks[fields[0]]
		b.statements = statements
		b.covered = b.covered || fields[2] != "0"
		blocks[fields[0]] = b
	}
	if err := scanner.Err(); err != nil {
		return nil, Share{}, err
	}
	byPackage := map[string]*Share{}
	for key, b := range blocks {
		file, _, _ := strings.Cut(key, ":")
		name := path.Dir(file)
		if byPackage[name] == nil {
			byPackage[name] = &Share{Name: name}
		}
		for _, share := range []*Share{byPackage[name], &total} {
			share.Statements += b.statements
			if b.covered {
				share.Covered += b.statements
			}
		}
	}
	for _, share := range byPackage {
		packages = append(packages, *share)
	}
	slices.SortFunc(packages, func(a, b Share) int {
		if a.Percent() != b.Percent() {
			if a.Percent() < b.Percent() {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Name, b.Name)
	})
	return packages, total, nil
}
