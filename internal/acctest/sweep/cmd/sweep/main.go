// Command sweep plays the fault sweep of cortx_environment; make sweep runs it.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest/sweep"
)

func main() { os.Exit(run()) }

func run() int {
	// A case makes a lot of garbage and keeps next to nothing: collecting less often
	// saves a quarter of the time.
	debug.SetGCPercent(500)
	debug.SetMemoryLimit(4 << 30)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	opts := sweep.Options{Progress: os.Stderr}
	tiers := flag.String("tiers", "", "`tiers` to play, separated by commas (default all)")
	flag.StringVar(&opts.Run, "run", "", "play the cases whose `name` contains this, such as dev/create/7593/CreateKeyRing/kill-after")
	flag.IntVar(&opts.Sample, "sample", 0, "draw this `number` of cases (default all)")
	flag.IntVar(&opts.Skip, "skip", 0, "leave out this `number` of cases, which a sweep of the same seed has played before")
	flag.Uint64Var(&opts.Seed, "seed", 1, "`number` that decides which cases are drawn")
	flag.BoolVar(&opts.All, "all", false, "strike repeated calls, such as polls, at every repetition")
	flag.IntVar(&opts.Workers, "workers", 2, "`number` of cases that are played side by side")
	flag.IntVar(&opts.Stop, "stop", 0, "stop after this `number` of failures (default never)")
	flag.Parse()
	if *tiers != "" {
		opts.Tiers = strings.Split(*tiers, ",")
	}
	found, err := sweep.Run(ctx, opts)
	if found != nil {
		if tableErr := found.Table(os.Stdout); err == nil {
			err = tableErr
		}
	}
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if failures := found.Failures(); len(failures) > 0 {
		return 1
	}
	return 0
}
