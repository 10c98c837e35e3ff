package dash

import (
	"slices"
	"strings"
)

// Unit is a unit of values that both targets can show.
type Unit struct {
	// Name is what a configuration says.
	Name string
	// UCUM is Cloud Monitoring's spelling, as in unit_override.
	UCUM string
	// Grafana is Grafana's spelling, as in fieldConfig.defaults.unit.
	Grafana string
	// Meaning is one line for people.
	Meaning string
}

// units is the closed list; each UCUM spelling occurs once, so that the name
// can be recovered from it.
var units = []Unit{
	{"", "", "", "no unit"},
	{"short", "1", "short", "a number, shortened when large (1.2k)"},
	{"percent", "10^2.%", "percentunit", "a ratio from 0 to 1, shown as a percentage"},
	{"percent100", "%", "percent", "a percentage from 0 to 100"},
	{"ns", "ns", "ns", "nanoseconds"},
	{"us", "us", "µs", "microseconds"},
	{"ms", "ms", "ms", "milliseconds"},
	{"s", "s", "s", "seconds"},
	{"m", "min", "m", "minutes"},
	{"h", "h", "h", "hours"},
	{"d", "d", "d", "days"},
	{"bytes", "By", "bytes", "bytes, in powers of 1024"},
	{"Bps", "By/s", "binBps", "bytes a second"},
	{"bits", "bit", "bits", "bits"},
	{"reqps", "{requests}/s", "reqps", "requests a second"},
	{"ops", "{operations}/s", "ops", "operations a second"},
	{"count/s", "1/s", "cps", "events a second"},
	{"cores", "{cpu}", "short", "processor cores"},
	{"currencyUSD", "USD", "currencyUSD", "US dollars"},
	{"currencyEUR", "EUR", "currencyEUR", "euros"},
}

// Units returns the units that a configuration can use.
func Units() []Unit { return slices.Clone(units) }

// UnitNamed finds a unit by its name in a configuration. Beyond the list,
// "ucum:" and a unit in UCUM names any other that Cloud Monitoring can show;
// Grafana shows it as a suffix.
func UnitNamed(name string) (Unit, bool) {
	if ucum, ok := strings.CutPrefix(name, ucumPrefix); ok {
		_, listed := unitOfUCUM(ucum)
		return Unit{Name: name, UCUM: ucum, Grafana: "suffix: " + ucum, Meaning: "the unit " + ucum}, !listed
	}
	for _, u := range units {
		if u.Name == name {
			return u, true
		}
	}
	return Unit{}, false
}

// unitOfUCUM finds a unit by its spelling in Cloud Monitoring.
func unitOfUCUM(ucum string) (Unit, bool) {
	for _, u := range units {
		if u.UCUM == ucum {
			return u, true
		}
	}
	return Unit{}, false
}
