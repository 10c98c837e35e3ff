package reconcile

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// componentName is the form of a component's name. It is part of the record,
// of attribute values and of errors.
var componentName = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)

// graph is the order in which components may run.
type graph struct {
	components []Component
	index      map[string]int
	// needs and neededBy hold, for each component, the indexes of those that
	// come before and after it.
	needs, neededBy [][]int
}

// newGraph validates: names are well-formed and unique, needs are known, and no
// component needs itself by any way.
func newGraph(components []Component) (*graph, error) {
	if len(components) == 0 {
		return nil, errors.New("a composite has at least one component")
	}
	g := &graph{
		components: components,
		index:      make(map[string]int, len(components)),
		needs:      make([][]int, len(components)),
		neededBy:   make([][]int, len(components)),
	}
	for i, c := range components {
		name := c.Name()
		if !componentName.MatchString(name) {
			return nil, fmt.Errorf("component %q: a name is lowercase words joined by underscores", name)
		}
		if _, taken := g.index[name]; taken {
			return nil, fmt.Errorf("two components are called %q", name)
		}
		g.index[name] = i
	}
	for i, c := range components {
		seen := map[string]bool{}
		for _, need := range c.Needs() {
			j, known := g.index[need]
			if !known {
				return nil, fmt.Errorf("component %q needs %q, which is no component", c.Name(), need)
			}
			if seen[need] {
				continue
			}
			seen[need] = true
			g.needs[i] = append(g.needs[i], j)
			g.neededBy[j] = append(g.neededBy[j], i)
		}
	}
	if cycle := g.cycle(); cycle != nil {
		return nil, fmt.Errorf("components need each other in a circle: %s", strings.Join(cycle, " needs "))
	}
	return g, nil
}

// cycle returns the names along a circle of needs, its first name twice, or nil.
func (g *graph) cycle() []string {
	const (
		unseen = iota
		open
		done
	)
	state := make([]int, len(g.components))
	var path []int
	var visit func(i int) []string
	visit = func(i int) []string {
		state[i] = open
		path = append(path, i)
		for _, j := range g.needs[i] {
			switch state[j] {
			case open:
				var names []string
				for k := len(path) - 1; k >= 0; k-- {
					names = append([]string{g.name(path[k])}, names...)
					if path[k] == j {
						break
					}
				}
				return append(names, g.name(j))
			case unseen:
				if found := visit(j); found != nil {
					return found
				}
			}
		}
		path = path[:len(path)-1]
		state[i] = done
		return nil
	}
	for i := range g.components {
		if state[i] == unseen {
			if found := visit(i); found != nil {
				return found
			}
		}
	}
	return nil
}

func (g *graph) name(i int) string { return g.components[i].Name() }
