package demo

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/cortx-platform/terraform-provider-cortx/tools/internal/emu"
)

// keeper is an object that outlives an environment, and why it does.
type keeper struct{ kind, name, why string }

// remains sorts what the emulator still holds into what outlives an environment
// by design, each with its reason, and what is left for no reason. A key is kept
// for a reason only when something that stands is encrypted with it: the
// services are asked, and nothing is guessed from names.
func (d *Demo) remains(ctx context.Context) (left []emu.Object, kept []keeper, err error) {
	client := emu.Client{Addr: d.Addr}
	objects, err := client.Inventory(ctx)
	if err != nil {
		return nil, nil, err
	}
	reasons := map[string]string{} // by the full name of a key or a key ring
	for _, project := range projectsOf(objects) {
		holders, err := keptIn(ctx, client, project, reasons)
		if err != nil {
			return nil, nil, err
		}
		kept = append(kept, holders...)
	}
	for _, o := range objects {
		if o.Kind == "keyRings" {
			ending, err := endingKeys(ctx, client, o.Name)
			if err != nil {
				return nil, nil, err
			}
			kept = append(kept, ending...)
		}
		if why := reasons[o.Name]; why != "" {
			kept = append(kept, keeper{o.Kind, o.Name, why})
		} else {
			left = append(left, o)
		}
	}
	return left, kept, nil
}

// keptIn finds what a project keeps that is encrypted with a key, and says of
// each such key, and of its key ring, why it stays.
func keptIn(ctx context.Context, client emu.Client, project string, reasons map[string]string) ([]keeper, error) {
	var backups struct {
		Backups []struct {
			Name, Instance, Type, KmsKey, ExpiryTime string
		} `json:"backups"`
	}
	if err := client.Get(ctx, "/sqladmin.googleapis.com/v1/projects/"+project+"/backups", &backups); err != nil {
		return nil, err
	}
	var logs struct {
		Buckets []struct {
			Name, LifecycleState string
			CmekSettings         struct{ KmsKeyName string }
		} `json:"buckets"`
	}
	if err := client.Get(ctx, "/logging.googleapis.com/v2/projects/"+project+"/locations/-/buckets", &logs); err != nil {
		return nil, err
	}
	var kept []keeper
	use := func(key, what string) {
		if key == "" {
			return
		}
		reasons[key] = "decrypts " + what
		ring, _, _ := strings.Cut(key, "/cryptoKeys/")
		reasons[ring] = "holds keys that are in use"
	}
	for _, b := range backups.Backups {
		if b.Type != "FINAL" {
			continue
		}
		kept = append(kept, keeper{"backups", b.Name, "the last of the instance " + b.Instance + ", until " + b.ExpiryTime})
		use(b.KmsKey, "the final backup of "+b.Instance)
	}
	for _, b := range logs.Buckets {
		if b.LifecycleState != "DELETE_REQUESTED" {
			continue
		}
		kept = append(kept, keeper{"logBuckets", b.Name, "deleted, and can be restored for seven days"})
		use(b.CmekSettings.KmsKeyName, "the deleted log bucket while it can be restored")
	}
	return kept, nil
}

// endingKeys are the keys of a ring whose versions are going, which the inventory
// doesn't count: the names stay, and what they could decrypt goes.
func endingKeys(ctx context.Context, client emu.Client, ring string) ([]keeper, error) {
	var keys struct {
		CryptoKeys []struct {
			Name    string
			Primary struct{ State, DestroyTime string }
		} `json:"cryptoKeys"`
	}
	if err := client.Get(ctx, "/cloudkms.googleapis.com/v1/"+ring+"/cryptoKeys", &keys); err != nil {
		return nil, err
	}
	var kept []keeper
	for _, key := range keys.CryptoKeys {
		if key.Primary.State == "DESTROY_SCHEDULED" {
			kept = append(kept, keeper{"cryptoKeys", key.Name, "its version is destroyed on " + key.Primary.DestroyTime + ", and its name is never free again"})
		}
	}
	return kept, nil
}

// projectsOf lists the projects that names of objects begin with.
func projectsOf(objects []emu.Object) []string {
	var projects []string
	for _, o := range objects {
		if rest, ok := strings.CutPrefix(o.Name, "projects/"); ok {
			project, _, _ := strings.Cut(rest, "/")
			projects = append(projects, project)
		}
	}
	slices.Sort(projects)
	return slices.Compact(projects)
}

func (d *Demo) printKept(kept []keeper) {
	w := tabwriter.NewWriter(d.Out, 0, 0, 3, ' ', 0)
	_, _ = fmt.Fprintln(w, "  KIND\tNAME\tWHY IT STAYS")
	for _, k := range kept {
		_, _ = fmt.Fprintf(w, "  %s\t%s\t%s\n", k.kind, k.name, k.why)
	}
	_ = w.Flush() // It fails when the output does, which nothing here could report.
}
