package demo

import (
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/cortx-platform/terraform-provider-cortx/tools/internal/emu"
)

// report shows what stands and what to try next.
func (d *Demo) report(ctx context.Context, stacks []string) error {
	client := emu.Client{Addr: d.Addr}
	objects, err := client.Inventory(ctx)
	if err != nil {
		return err
	}
	d.say("\nWhat stands, in %d stacks: %s.\n", len(stacks), counts(objects))
	table(d.Out, objects)
	d.say(`
Console:  %[1]s
          the policies with their runbooks, the objectives with their budgets, and the dashboards
          with charts, over time series that the emulator makes up
%[4]s
Try next:
  - open the console and look at a dashboard and at an objective's budget
  - change a threshold in examples/stacks/%[2]s/main.tf and run make demo again: one policy is updated in place
  - work by hand:  . .demo/env && %[3]s -chdir=.demo/stacks/%[2]s plan
  - make demo-down destroys everything, checks that nothing is left, and stops the emulator`,
		client.Console(), stacks[0], d.CLI.Path, links(client.Console(), objects))
	return nil
}

// links are the dashboards' own addresses in the console, one a line.
func links(console string, objects []emu.Object) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 3, ' ', 0)
	for _, o := range objects {
		if o.Kind == "dashboards" {
			_, _ = fmt.Fprintf(w, "          %s\t%s#%s\n", o.Display, console, o.Name)
		}
	}
	_ = w.Flush() // Into memory.
	return b.String()
}

// nouns are what people call the kinds of objects, one and many.
var nouns = []struct{ kind, one, many string }{
	{"alertPolicies", "alert policy", "alert policies"},
	{"notificationChannels", "notification channel", "notification channels"},
	{"dashboards", "dashboard", "dashboards"},
	{"grafanaDashboards", "dashboard in Grafana", "dashboards in Grafana"},
	{"monitoringServices", "service", "services"},
	{"serviceLevelObjectives", "objective", "objectives"},
}

// counts says how many objects of each kind there are.
func counts(objects []emu.Object) string {
	byKind := map[string]int{}
	for _, o := range objects {
		byKind[o.Kind]++
	}
	var words []string
	other := len(objects)
	for _, n := range nouns {
		noun, count := n.many, byKind[n.kind]
		if count == 0 {
			continue
		}
		if count == 1 {
			noun = n.one
		}
		words = append(words, fmt.Sprintf("%d %s", count, noun))
		other -= count
	}
	if other > 0 {
		words = append(words, fmt.Sprintf("%d others", other))
	}
	if len(words) == 0 {
		return "nothing"
	}
	return strings.Join(words, ", ")
}

// table writes objects as columns.
func table(out io.Writer, objects []emu.Object) {
	w := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
	_, _ = fmt.Fprintln(w, "  KIND\tDISPLAY NAME\tNAME")
	for _, o := range objects {
		_, _ = fmt.Fprintf(w, "  %s\t%s\t%s\n", o.Kind, o.Display, o.Name)
	}
	_ = w.Flush() // It fails when out does, which nothing here could report.
}
