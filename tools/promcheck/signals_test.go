package promcheck_test

import (
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/internal/alert"
)

// check is one signal on one set of series.
type check struct {
	name      string
	condition alert.Condition
	write     func(e *exporter)
	// within is how soon after the fault it must fire; 0 means never.
	within time.Duration
	// clears says by when after the fault it has to be over, 0 for no such limit.
	clears time.Duration
	// group and groups are the label that splits the signal, and which of its
	// values may fire.
	group  string
	groups []string
}

// byTenant is the scope of the signals that are split by tenant.
var byTenant = alert.Scope{ByTenant: true, TenantLabel: alert.DefaultTenantLabel}

// fires and quiet make the two sides of a check.
func fires(name string, c alert.Condition, within time.Duration, write func(e *exporter)) check {
	return check{name: name, condition: c, within: within, write: write}
}

func quiet(name string, c alert.Condition, write func(e *exporter)) check {
	return check{name: name, condition: c, write: write}
}

// only narrows a check to one tenant of three.
func only(c check, tenant string) check {
	c.group, c.groups = "namespace", []string{tenant}
	return c
}

// each writes the same for every tenant but the bad one.
func each(bad string, write func(tenant string, bad bool)) {
	for _, tenant := range tenants {
		write(tenant, tenant == bad)
	}
}

func none(*exporter) {}

func TestSignals(t *testing.T) {
	t.Parallel()
	var all []check
	for _, some := range [][]check{
		errorRates(), latencies(), databases(), complianceChecks(), packs(), inferences(), absences(), uptimes(),
	} {
		all = append(all, some...)
	}
	rows := []string{"SIGNAL\tCASE\tRESULT\n"}
	fired, silent := map[string]bool{}, map[string]bool{}
	for _, c := range all {
		signal := c.condition.Signal()
		t.Run(signal+"/"+c.name, func(t *testing.T) {
			e := &exporter{}
			c.write(e)
			// Two minutes before the fault it must be quiet, so that it is the
			// fault which fires it.
			r := run(t, c.condition, c.group, e.load(), fault-2*time.Minute, horizon)
			rows = append(rows, fmt.Sprintf("%s\t%s\t%s\n", signal, c.name, c.judge(t, r)))
			fired[signal] = fired[signal] || c.within > 0
			silent[signal] = silent[signal] || c.within == 0
		})
	}
	t.Log("\n" + table(t, rows))
	for _, signal := range typedSignals() {
		if !fired[signal] || !silent[signal] {
			t.Errorf("%s is not shown both to fire and to stay quiet", signal)
		}
	}
}

// table sets rows with tabs in columns.
func table(t *testing.T, rows []string) string {
	t.Helper()
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	if _, err := io.WriteString(w, strings.Join(rows, "")); err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// judge compares a run with what the check asks for.
func (c check) judge(t *testing.T, r result) string {
	t.Helper()
	query, _ := c.condition.Query()
	if c.within == 0 {
		if r.fired {
			t.Errorf("fired at %s (fault at %s) for %q:\n%s", r.first, fault, r.groups, query)
			return "FIRES"
		}
		return "quiet"
	}
	if !r.fired {
		t.Errorf("never fired:\n%s", query)
		return "QUIET"
	}
	if r.first < fault || r.first > fault+c.within {
		t.Errorf("fired %s after the fault, want it within %s:\n%s", r.first-fault, c.within, query)
	}
	if c.clears > 0 && r.last > fault+c.clears {
		t.Errorf("still fired %s after the fault, want it over within %s:\n%s", r.last-fault, c.clears, query)
	}
	if c.groups != nil && !slices.Equal(r.groups, c.groups) {
		t.Errorf("fired for %q, want %q:\n%s", r.groups, c.groups, query)
	}
	result := fmt.Sprintf("fires after %s", r.first-fault)
	if c.groups != nil {
		result += fmt.Sprintf(", only %s", strings.Join(r.groups, ", "))
	}
	if c.clears > 0 {
		result += fmt.Sprintf(", over after %s", r.last-fault)
	}
	return result
}

// typedSignals are the names of the signals that the provider renders itself.
func typedSignals() []string {
	var names []string
	fields := reflect.TypeFor[alert.Condition]()
	for i := range fields.NumField() {
		if fields.Field(i).Type.Kind() != reflect.Pointer {
			continue
		}
		c := reflect.New(fields).Elem()
		c.Field(i).Set(reflect.New(fields.Field(i).Type.Elem()))
		condition, ok := reflect.TypeAssert[alert.Condition](c)
		if name := condition.Signal(); ok && !slices.Contains([]string{"promql", "threshold", "metric_absence", "log_match"}, name) {
			names = append(names, name)
		}
	}
	return names
}
