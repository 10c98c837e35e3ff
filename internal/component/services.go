package component

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"cloud.google.com/go/container/apiv1/containerpb"
	"google.golang.org/api/serviceusage/v1"

	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
)

// services activates the APIs that the environment needs. It never disables
// one: something else may have come to need it, and what stands needs it still.
type services struct{ base }

func newServices(e *Env) reconcile.Component {
	return &services{base{Env: e, name: "services"}}
}

// service is one API, with a read that costs nothing and shows whether it
// answers already; nil where no call of ours goes to it.
type service struct {
	name  string
	probe func(ctx context.Context) error
}

func (v *services) wanted() []service {
	project, region := v.spec.Project, v.spec.Region
	parent := "projects/" + project + "/locations/" + region
	all := []service{
		{"cloudkms.googleapis.com", func(ctx context.Context) error {
			_, err := v.apis().KMS.Projects.Locations.KeyRings.List(parent).PageSize(1).Context(ctx).Do()
			return err
		}},
		{"cloudresourcemanager.googleapis.com", func(ctx context.Context) error {
			_, err := v.apis().ResourceManager.Projects.Get("projects/" + project).Context(ctx).Do()
			return err
		}},
		{"compute.googleapis.com", func(ctx context.Context) error {
			_, err := v.apis().Compute.Networks.List(project).MaxResults(1).Context(ctx).Do()
			return err
		}},
		{"container.googleapis.com", func(ctx context.Context) error {
			_, err := v.apis().Clusters.ListClusters(ctx, &containerpb.ListClustersRequest{Parent: parent})
			return err
		}},
		{"binaryauthorization.googleapis.com", func(ctx context.Context) error {
			_, err := v.apis().BinaryAuth.Projects.GetPolicy("projects/" + project + "/policy").Context(ctx).Do()
			return err
		}},
		{"containeranalysis.googleapis.com", v.probeNotes()},
		{"dns.googleapis.com", func(ctx context.Context) error {
			_, err := v.apis().DNS.ManagedZones.List(project).MaxResults(1).Context(ctx).Do()
			return err
		}},
		{"iam.googleapis.com", func(ctx context.Context) error {
			_, err := v.apis().IAM.Projects.ServiceAccounts.List("projects/" + project).PageSize(1).Context(ctx).Do()
			return err
		}},
		{"logging.googleapis.com", func(ctx context.Context) error {
			_, err := v.apis().Logging.Projects.Locations.Buckets.List(parent).PageSize(1).Context(ctx).Do()
			return err
		}},
		{"monitoring.googleapis.com", nil},
		{"sqladmin.googleapis.com", func(ctx context.Context) error {
			_, err := v.apis().SQL.Instances.List(project).MaxResults(1).Context(ctx).Do()
			return err
		}},
		{"storage.googleapis.com", nil},
	}
	if v.spec.Budget != nil {
		all = append(all, service{"billingbudgets.googleapis.com", nil}, service{"cloudbilling.googleapis.com", nil})
	}
	switch v.spec.Settings.String(policy.NetworkPerimeter) {
	case policy.PerimeterDryRun, policy.PerimeterEnforced:
		all = append(all, service{"accesscontextmanager.googleapis.com", nil})
	}
	return all
}

// probeNotes reads notes where there is to be one. Elsewhere nobody needs the
// permission to.
func (v *services) probeNotes() func(ctx context.Context) error {
	if v.spec.Settings.String(policy.BinaryAuthorizationMode) != policy.EnforceAttestor {
		return nil
	}
	return func(ctx context.Context) error {
		_, err := v.apis().Analysis.Projects.Notes.List("projects/" + v.spec.Project).PageSize(1).Context(ctx).Do()
		return err
	}
}

// states returns which of the wanted services are enabled.
func (v *services) states(ctx context.Context) (map[string]bool, error) {
	parent := "projects/" + v.spec.Project
	request := v.apis().ServiceUsage.Services.BatchGet(parent)
	names := make([]string, 0, len(v.wanted()))
	for _, s := range v.wanted() {
		names = append(names, parent+"/services/"+s.name)
	}
	reply, err := request.Names(names...).Context(gcp.Reading(ctx, "BatchGetServices", parent)).Do()
	if err != nil {
		return nil, err
	}
	enabled := map[string]bool{}
	for _, found := range reply.Services {
		enabled[last(found.Name)] = found.State == "ENABLED"
	}
	return enabled, nil
}

// Observe implements [reconcile.Component].
func (v *services) Observe(ctx context.Context) (reconcile.Observation, error) {
	enabled, err := v.states(ctx)
	if err != nil {
		return reconcile.Observation{}, err
	}
	seen := reconcile.Observation{Presence: reconcile.Present}
	for _, s := range v.wanted() {
		if !enabled[s.name] {
			seen.Presence = reconcile.Partial
			seen.Differs = append(seen.Differs, difference("", "%s is not enabled", s.name))
		}
	}
	return seen, nil
}

// Converge implements [reconcile.Component].
func (v *services) Converge(ctx context.Context, s *reconcile.Step) error {
	enabled, err := v.states(ctx)
	if err != nil {
		return err
	}
	var missing []string
	for _, wanted := range v.wanted() {
		if !enabled[wanted.name] {
			missing = append(missing, wanted.name)
		}
	}
	// A batch takes 20 at the most.
	for batch := range slices.Chunk(missing, 20) {
		if err := v.enable(ctx, s, batch); err != nil {
			return err
		}
	}
	for _, wanted := range v.wanted() {
		if err := v.answers(ctx, s, wanted, slices.Contains(missing, wanted.name)); err != nil {
			return err
		}
	}
	return nil
}

func (v *services) enable(ctx context.Context, s *reconcile.Step, names []string) error {
	parent := "projects/" + v.spec.Project
	s.Progress(ctx, "enabling %s", strings.Join(names, ", "))
	op, err := v.apis().ServiceUsage.Services.BatchEnable(parent, &serviceusage.BatchEnableServicesRequest{ServiceIds: names}).
		Context(gcp.Named(ctx, "BatchEnableServices", parent)).Do()
	if err != nil {
		return err
	}
	return gcp.AwaitLongRunning(ctx, v.client, op, waiting(s, "the activation of APIs"), func(ctx context.Context, name string) (*serviceusage.Operation, error) {
		return v.apis().ServiceUsage.Operations.Get(name).Context(ctx).Do()
	})
}

// answers waits until an API that is enabled can be used. One that was enabled
// all along is asked once: an earlier run may have been killed in this wait.
func (v *services) answers(ctx context.Context, s *reconcile.Step, wanted service, fresh bool) error {
	if wanted.probe == nil {
		return nil
	}
	if !fresh {
		if _, done := s.Note(ctx, "answered "+wanted.name); done {
			return nil
		}
	}
	err := v.client.Await(ctx, "Probe", wanted.name, waiting(s, wanted.name+" to answer"), func(ctx context.Context) (bool, error) {
		err := wanted.probe(gcp.Reading(ctx, "Probe", "projects/"+v.spec.Project+"/"+wanted.name))
		if gcp.IsServiceDisabled(err) {
			return false, nil
		}
		return true, err
	})
	if err != nil {
		return fmt.Errorf("%s is enabled and does not answer: %w", wanted.name, err)
	}
	return s.Record(ctx, "answered "+wanted.name, "yes")
}

// Remove implements [reconcile.Component]: APIs stay enabled.
func (v *services) Remove(context.Context, *reconcile.Step) error { return nil }
