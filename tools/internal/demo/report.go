package demo

import (
	"context"
	"fmt"
	"io"
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
	d.say("\nWhat stands, in %d stacks:\n", len(stacks))
	table(d.Out, objects)
	d.say(`
Console:  %[1]s

Try next:
  - look at the objects and their runbooks in the console
  - change a threshold in examples/stacks/%[2]s/main.tf and run make demo again: one policy is updated in place
  - work by hand:  . .demo/env && %[3]s -chdir=.demo/stacks/%[2]s plan
  - make demo-down destroys everything, checks that nothing is left, and stops the emulator`,
		client.Console(), stacks[0], d.CLI.Path)
	return nil
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
