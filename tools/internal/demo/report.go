package demo

import (
	"context"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
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
	table(d.Out, slices.DeleteFunc(slices.Clone(objects), func(o emu.Object) bool { return o.Display == "" }))
	d.say("\nBehind the environments: %s.", parts(objects))
	if err := d.reportEnvironments(ctx, stacks); err != nil {
		return err
	}
	d.say(`
Console:  %[1]s
          the policies with their runbooks, the objectives with their budgets, and the dashboards
          with charts, over time series that the emulator makes up
%[4]s
Try next:
  - open the console and look at a dashboard and at an objective's budget
  - change a threshold in examples/stacks/%[2]s/main.tf and run make demo again: one policy is updated in place
  - work by hand:  . .demo/env && %[3]s -chdir=.demo/stacks/%[2]s plan
  - see how an environment was made:  . .demo/env && %[5]s status -project cortx-%[2]s -region europe-west1 -name %[2]s
  - make demo-down destroys everything, checks that nothing is left but what is kept by design, and stops the emulator`,
		client.Console(), stacks[0], d.CLI.Path, links(client.Console(), objects), d.installed.Binary)
	return nil
}

// reportEnvironments lists the environments of the stacks: what each promises,
// and what carries it.
func (d *Demo) reportEnvironments(ctx context.Context, stacks []string) error {
	w := tabwriter.NewWriter(d.Out, 0, 0, 3, ' ', 0)
	_, _ = fmt.Fprintln(w, "\n  ENVIRONMENT\tTIER\tREADY\tCONTROLS\tCLUSTER\tDATABASE")
	for _, stack := range stacks {
		standing, err := d.environments(ctx, stack)
		if err != nil {
			return err
		}
		for _, e := range standing {
			ready := "yes"
			if !e.Ready {
				ready = "no: " + strings.Join(e.Pending, ", ")
			}
			_, _ = fmt.Fprintf(w, "  %s\t%s\t%s\t%d\t%s\t%s\n", e.ID, e.Tier, ready, controls(e.ControlIDs), e.ClusterID, e.DatabaseID)
		}
	}
	return w.Flush()
}

// source is how a row of control_ids says where a mapping was read.
var source = regexp.MustCompile(` \([A-Z](,[A-Z])*\)`)

// controls counts the controls that the rows of control_ids name, each once.
func controls(rows map[string]string) int {
	ids := map[string]bool{}
	for _, group := range rows {
		for row := range strings.SplitSeq(group, " | ") {
			_, cited, _ := strings.Cut(row, ": ")
			for id := range strings.FieldsFuncSeq(source.ReplaceAllString(cited, ""), func(r rune) bool { return r == ',' || r == ';' }) {
				ids[strings.TrimSpace(id)] = true
			}
		}
	}
	return len(ids)
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
	{"containerClusters", "cluster", "clusters"},
	{"containerNodePools", "node pool", "node pools"},
	{"sqlInstances", "database instance", "database instances"},
	{"computeNetworks", "network", "networks"},
	{"cryptoKeys", "key", "keys"},
	{"buckets", "bucket", "buckets"},
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

// parts counts the objects that people know by no name of their own, by kind.
func parts(objects []emu.Object) string {
	byKind := map[string]int{}
	for _, o := range objects {
		if o.Display == "" {
			byKind[o.Kind]++
		}
	}
	var words []string
	for _, kind := range slices.Sorted(maps.Keys(byKind)) {
		words = append(words, fmt.Sprintf("%d %s", byKind[kind], kind))
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
