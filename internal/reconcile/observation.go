package reconcile

import (
	"fmt"
	"strings"
)

// Presence says how much of a component there is.
type Presence int

// The presences of a component.
const (
	// Absent means that nothing of it exists.
	Absent Presence = iota
	// Partial means that some of it exists, or that it is still being made.
	Partial
	// Present means that all of it exists; it may still differ from what is
	// desired.
	Present
)

// String returns the presence in a word.
func (p Presence) String() string {
	switch p {
	case Absent:
		return "absent"
	case Partial:
		return "partial"
	case Present:
		return "present"
	default:
		return "unknown"
	}
}

// Difference is one thing of a component that is not as desired.
type Difference struct {
	// Setting is the path of the setting or input that it breaks, such as
	// "cluster.release_channel"; "" when there is none for it.
	Setting string
	// Apart is set where the setting's value is that of another object, which
	// does not show this difference.
	Apart bool
	// Words say what it is.
	Words string
}

// Words lists differences for people, in one line.
func Words(differs []Difference) string {
	words := make([]string, len(differs))
	for i, d := range differs {
		words[i] = d.Words
	}
	return strings.Join(words, "; ")
}

// Observation is what a component was seen to be.
type Observation struct {
	// Presence says how much of it there is.
	Presence Presence
	// Values are observed settings by their path in the catalogue, such as
	// "cluster.release_channel". What could not be seen is left out.
	Values map[string]any
	// Outputs are values that the service assigned, by the name of the
	// attribute, such as "cluster_endpoint".
	Outputs map[string]string
	// Differs are what is not as desired. [Engine.Observe] leaves out what
	// Values show already: see [Observation.Beyond].
	Differs []Difference
	// Fixed are those of Differs that only another object can have otherwise: a
	// run mends them by making it anew, where that is allowed.
	Fixed []Difference
	// Foreign is set when an object of our name is not ours, and says which
	// one and whose it is. It stops a run before its first side effect.
	Foreign string
}

// Beyond returns those of Differs that Values don't show: a setting whose value
// is seen to be another than the desired one says so itself. One that is seen as
// desired says nothing, as of two objects the other one may break it. What
// desired does not hold is shown by its value.
func (o Observation) Beyond(desired map[string]any) []Difference {
	var beyond []Difference
	for _, d := range o.Differs {
		got, seen := o.Values[d.Setting]
		want, known := desired[d.Setting]
		if d.Apart || !seen || known && fmt.Sprint(got) == fmt.Sprint(want) {
			beyond = append(beyond, d)
		}
	}
	return beyond
}
