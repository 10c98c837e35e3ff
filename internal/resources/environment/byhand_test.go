package environment_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest"
	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest/byhand"
	"github.com/cortx-platform/terraform-provider-cortx/internal/clock"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/resources/environment"
)

// TestAccEveryRow changes by hand what each row of the catalogue is about, all at
// once: the plan is an update in place that shows each, and no error; the apply
// puts all of it back as the service had it.
func TestAccEveryRow(t *testing.T) {
	t.Parallel()
	for _, tier := range policy.Tiers() {
		t.Run(string(tier), func(t *testing.T) {
			t.Parallel()
			env := acctest.New(t)
			world := byhand.World{TB: t, Addr: env.Server.Addr()}
			var changes []byhand.Change
			before := map[string]string{}
			config := env.Config(of(string(tier), ended))
			env.TestWith(t, onlyKept,
				resource.TestStep{Config: config, Check: ready()},
				resource.TestStep{
					PreConfig: func() {
						changes = changesOf(t, world, tier)
						for _, c := range changes {
							if _, seen := before[c.Object]; !seen {
								before[c.Object] = byhand.Meaning(world.Stands(c))
							}
						}
						for _, c := range changes {
							world.Make(c)
							env.Later(time.Hour)
						}
					},
					Config: config,
					ConfigPlanChecks: resource.ConfigPlanChecks{
						PreApply: []plancheck.PlanCheck{
							plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate), showsAll(&changes),
						},
						PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
					},
					Check: resource.ComposeAggregateTestCheckFunc(ready(), func(*terraform.State) error {
						env.Later(time.Hour)
						var all []error
						for _, c := range changes {
							if after := byhand.Meaning(world.Stands(c)); after != before[c.Object] && !c.Anew {
								all = append(all, fmt.Errorf("%s: %s: it %s", c.Row, c.What, byhand.Difference(before[c.Object], after)))
							}
						}
						return errors.Join(all...)
					}),
				},
			)
		})
	}
}

// changesOf are the changes that mean something in a tier. What takes an object
// away comes last, since others change it.
func changesOf(t *testing.T, world byhand.World, tier policy.Tier) []byhand.Change {
	t.Helper()
	spec, _ := environment.TierSpec(acctest.Project, "europe-west1", string(tier), tier)
	cluster := world.Stands(byhand.Change{Object: "container.googleapis.com/v1/" + spec.ClusterPath()})
	text, err := json.Marshal(cluster["controlPlaneEndpointsConfig"])
	if err != nil {
		t.Fatal(err)
	}
	var endpoints struct {
		DNS struct {
			Endpoint string `json:"endpoint"`
		} `json:"dnsEndpointConfig"`
	}
	if err := json.Unmarshal(text, &endpoints); err != nil {
		t.Fatal(err)
	}
	changes := slices.DeleteFunc(byhand.Changes(spec, spec.Database.Name+"-1", endpoints.DNS.Endpoint), func(c byhand.Change) bool { return !c.In(tier) || c.Alone })
	slices.SortStableFunc(changes, func(a, b byhand.Change) int {
		switch {
		case a.Method == b.Method:
			return 0
		case a.Method == "DELETE":
			return 1
		case b.Method == "DELETE":
			return -1
		}
		return 0
	})
	return changes
}

// showsAll checks that a plan shows each change: the setting as it is now and as
// it will be, or the component in pending.
func showsAll(changes *[]byhand.Change) plancheck.PlanCheck { return shows{changes} }

type shows struct{ changes *[]byhand.Change }

// CheckPlan implements plancheck.PlanCheck.
func (s shows) CheckPlan(_ context.Context, req plancheck.CheckPlanRequest, resp *plancheck.CheckPlanResponse) {
	var before, after any
	for _, r := range req.Plan.ResourceChanges {
		if r.Address == address {
			before, after = r.Change.Before, r.Change.After
		}
	}
	if before == nil {
		resp.Error = errors.New("the plan has no environment")
		return
	}
	var missed []error
	for _, c := range *s.changes {
		at, want := c.Setting, ""
		if at == "" {
			at, want = "pending", c.Component
		}
		was, is := fmt.Sprint(member(before, at)), fmt.Sprint(member(after, at))
		if was == is || !strings.Contains(was, want) {
			missed = append(missed, fmt.Errorf("%s: %s: %s is %s and would be %s", c.Row, c.What, at, was, is))
		}
	}
	resp.Error = errors.Join(missed...)
}

func member(object any, path string) any {
	for name := range strings.SplitSeq(path, ".") {
		members, _ := object.(map[string]any)
		object = members[name]
	}
	return object
}

// TestAccDriftIsNamed says in the plan what was changed, and which controls that
// bears on, and keeps the outputs of what is only to be mended.
func TestAccDriftIsNamed(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, func(o *acctest.Options) { o.Clock, o.LROScale = clock.System(), 0 })
	cli := acctest.NewCLI(t, env.Config(of("prod", ended)))
	cli.MustRun("apply", "-no-color", "-auto-approve", "-input=false")
	spec, _ := environment.TierSpec(acctest.Project, "europe-west1", "prod", policy.Prod)
	for _, c := range byhand.Changes(spec, "cortx-prod-1", "") {
		if slices.Contains([]string{"etcd with Google's key", "a public ledger", "logs for a day"}, c.What) {
			(byhand.World{TB: t, Addr: env.Server.Addr()}).Make(c)
		}
	}
	out := strings.Join(strings.Fields(cli.MustRun("plan", "-no-color", "-input=false")), " ")
	for _, part := range []string{
		"The environment was changed from outside", "logging.retention_days is 1, and was 400 (AU-11, AU-9(2)[Hi], AU-9(3)[Hi] (N))",
		"cluster: key of etcd is instead of", "SC-28(1), SC-12, SC-13 (N)", "storage: of the ledger public access prevention is inherited instead of enforced (AC-3, AC-6",
	} {
		if !strings.Contains(out, part) {
			t.Errorf("the plan does not say %q:\n%s", part, out)
		}
	}
	if strings.Contains(out, "cluster_endpoint = ") {
		t.Errorf("an endpoint that stays is not known:\n%s", out)
	}
	cli.MustRun("apply", "-no-color", "-auto-approve", "-input=false")
	cli.MustPlanEmpty()
	cli.MustRun("destroy", "-no-color", "-auto-approve", "-input=false")
}
