package component

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/api/accesscontextmanager/v1"

	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
)

// perimeter is the service perimeter of VPC Service Controls around the project:
// enforced, or tried out as a dry run. It is a component even where the tier has
// none, for the one of an earlier wish has to go.
type perimeter struct{ base }

func newPerimeter(e *Env) reconcile.Component {
	return &perimeter{base{Env: e, name: policy.ComponentPerimeter, needs: []string{"services"}}}
}

// perimeterNote is the full name of the perimeter, noted before it is created:
// the access policy that it is in comes from the configuration and may change.
const perimeterNote = "perimeter"

// guardedServices are the APIs that a perimeter guards unless the configuration
// lists others: those that hold the environment's data, or a way to it. All are
// supported at https://cloud.google.com/vpc-service-controls/docs/supported-products.
var guardedServices = []string{
	"aiplatform.googleapis.com", "artifactregistry.googleapis.com", "bigquery.googleapis.com", "binaryauthorization.googleapis.com",
	"cloudkms.googleapis.com", "compute.googleapis.com", "container.googleapis.com", "containeranalysis.googleapis.com",
	"logging.googleapis.com", "monitoring.googleapis.com", "pubsub.googleapis.com", "secretmanager.googleapis.com",
	"sqladmin.googleapis.com", "storage.googleapis.com",
}

func (p *perimeter) mode() string { return p.spec.Settings.String(policy.NetworkPerimeter) }

// wanted tells whether there is to be a perimeter.
func (p *perimeter) wanted() bool {
	return p.mode() == policy.PerimeterDryRun || p.mode() == policy.PerimeterEnforced
}

// fullName is that of our perimeter in the access policy, which all projects of
// an organisation share: the owner's key tells environments of one name apart.
// Perimeters take letters, digits and underscores.
func (p *perimeter) fullName() string {
	return p.spec.Perimeter.AccessPolicy + "/servicePerimeters/cortx_" + strings.ReplaceAll(p.spec.Owner, "-", "_")
}

// config is what the perimeter does.
func (p *perimeter) config(number int64) *accesscontextmanager.ServicePerimeterConfig {
	services := p.spec.Perimeter.RestrictedServices
	if len(services) == 0 {
		services = guardedServices
	}
	config := &accesscontextmanager.ServicePerimeterConfig{
		Resources: []string{fmt.Sprintf("projects/%d", number)}, RestrictedServices: union(services, nil),
	}
	runners, levels := p.spec.Perimeter.RunnerIdentities, p.spec.Perimeter.RunnerAccessLevels
	if len(runners)+len(levels) == 0 {
		return config
	}
	from := &accesscontextmanager.IngressFrom{Identities: union(runners, nil)}
	if len(runners) == 0 {
		from.IdentityType = "ANY_IDENTITY"
	}
	for _, level := range union(levels, nil) {
		from.Sources = append(from.Sources, &accesscontextmanager.IngressSource{AccessLevel: level})
	}
	if len(levels) == 0 {
		from.Sources = []*accesscontextmanager.IngressSource{{AccessLevel: "*"}}
	}
	config.IngressPolicies = []*accesscontextmanager.IngressPolicy{{
		IngressFrom: from,
		IngressTo: &accesscontextmanager.IngressTo{
			Resources: []string{"*"}, Operations: []*accesscontextmanager.ApiOperation{{ServiceName: "*"}},
		},
	}}
	return config
}

// shaped is the perimeter as its mode has it: a dry run has a spec alone, and
// what is enforced has a status alone, as the service refuses a spec then.
func (p *perimeter) shaped(number int64) *accesscontextmanager.ServicePerimeter {
	shape := &accesscontextmanager.ServicePerimeter{ForceSendFields: []string{"UseExplicitDryRunSpec"}}
	if p.mode() == policy.PerimeterDryRun {
		shape.UseExplicitDryRunSpec, shape.Spec = true, p.config(number)
	} else {
		shape.Status = p.config(number)
	}
	return shape
}

// modeOf is the setting as the service has it.
func modeOf(found *accesscontextmanager.ServicePerimeter) string {
	switch {
	case found.Status != nil && len(found.Status.Resources) > 0:
		return policy.PerimeterEnforced
	case found.UseExplicitDryRunSpec && found.Spec != nil:
		return policy.PerimeterDryRun
	default:
		return policy.PerimeterNone
	}
}

func (p *perimeter) object(name string, number int64) object[*accesscontextmanager.ServicePerimeter] {
	api := p.apis().AccessContext.AccessPolicies.ServicePerimeters
	wait := func(ctx context.Context, s *reconcile.Step, call func(ctx context.Context) (*accesscontextmanager.Operation, error)) error {
		var op *accesscontextmanager.Operation
		err := p.client.WhenFree(ctx, "ServicePerimeter", name, waiting(s, "another change of the access policy"), func(ctx context.Context) (err error) {
			op, err = call(ctx)
			return err
		})
		if err != nil {
			return err
		}
		return gcp.AwaitLongRunning(ctx, p.client, op, waiting(s, "the perimeter"), func(ctx context.Context, name string) (*accesscontextmanager.Operation, error) {
			return p.apis().AccessContext.Operations.Get(name).Context(ctx).Do()
		})
	}
	return object[*accesscontextmanager.ServicePerimeter]{
		Env: p.Env, component: p.name, noun: "service perimeter", name: name,
		get: func(ctx context.Context) (*accesscontextmanager.ServicePerimeter, error) {
			return api.Get(name).Context(gcp.Reading(ctx, "GetServicePerimeter", name)).Do()
		},
		create: func(ctx context.Context, s *reconcile.Step) error {
			made := p.shaped(number)
			// Titles are unique within an access policy as well.
			made.Name, made.Title, made.Description = name, "CORTX "+p.spec.Owner, p.description(s.Owner())
			made.PerimeterType = "PERIMETER_TYPE_REGULAR"
			parent, _, _ := strings.Cut(name, "/servicePerimeters/")
			return wait(ctx, s, func(ctx context.Context) (*accesscontextmanager.Operation, error) {
				return api.Create(parent, made).Context(gcp.Named(ctx, "CreateServicePerimeter", name)).Do()
			})
		},
		owner: func(found *accesscontextmanager.ServicePerimeter) (reconcile.Owner, bool) {
			return p.markOf(found.Description)
		},
		differs: func(found *accesscontextmanager.ServicePerimeter) []reconcile.Difference {
			var d differ
			d.breaks(policy.NetworkPerimeter, policy.NetworkPerimeter, modeOf(found), p.mode())
			return append(d, p.configDiffers(found, number)...)
		},
		patch: func(ctx context.Context, s *reconcile.Step, found *accesscontextmanager.ServicePerimeter) error {
			change := p.shaped(number)
			change.Etag = found.Etag
			return wait(ctx, s, func(ctx context.Context) (*accesscontextmanager.Operation, error) {
				// What the mask names and the body lacks is taken away.
				return api.Patch(name, change).UpdateMask("status,spec,useExplicitDryRunSpec").Context(gcp.UnderEtag(ctx, "UpdateServicePerimeter", name)).Do()
			})
		},
		remove: func(ctx context.Context, s *reconcile.Step, _ *accesscontextmanager.ServicePerimeter) error {
			return wait(ctx, s, func(ctx context.Context) (*accesscontextmanager.Operation, error) {
				return api.Delete(name).Context(gcp.Reading(ctx, "DeleteServicePerimeter", name)).Do()
			})
		},
	}
}

// configDiffers compares the part that is in force.
func (p *perimeter) configDiffers(found *accesscontextmanager.ServicePerimeter, number int64) differ {
	got, wanted := found.Status, p.config(number)
	if p.mode() == policy.PerimeterDryRun {
		got = found.Spec
	}
	if got == nil {
		return nil // The mode differs, and shows it.
	}
	var d differ
	if !sameSet(got.Resources, wanted.Resources) {
		d.say("", "it doesn't guard the project")
	}
	if !sameSet(got.RestrictedServices, wanted.RestrictedServices) {
		d.say("", "it guards other services")
	}
	if !slices.Equal(ingress(got), ingress(wanted)) {
		d.say("", "it lets others in")
	}
	if len(got.AccessLevels) > 0 || len(got.EgressPolicies) > 0 {
		d.say("", "it has access levels or egress rules that nobody here gave it")
	}
	return d
}

// ingress writes the rules in a form of their own, without regard to order.
func ingress(config *accesscontextmanager.ServicePerimeterConfig) []string {
	var rules []string
	for _, rule := range config.IngressPolicies {
		from, to := orEmpty(rule.IngressFrom), orEmpty(rule.IngressTo)
		var sources, operations []string
		for _, s := range from.Sources {
			sources = append(sources, s.AccessLevel+s.Resource)
		}
		for _, o := range to.Operations {
			text, err := json.Marshal(o)
			if err != nil {
				text = []byte(err.Error())
			}
			operations = append(operations, string(text))
		}
		identityType := strings.TrimSuffix(from.IdentityType, "IDENTITY_TYPE_UNSPECIFIED")
		rules = append(rules, fmt.Sprint(union(from.Identities, nil), identityType, union(sources, nil), union(to.Resources, nil), union(operations, nil), to.Roles))
	}
	slices.Sort(rules)
	return rules
}

// Observe implements [reconcile.Component].
func (p *perimeter) Observe(ctx context.Context) (reconcile.Observation, error) {
	if p.spec.Perimeter.AccessPolicy == "" {
		// Without an access policy there is nowhere to look, and nothing to be.
		return reconcile.Observation{Presence: reconcile.Present}, nil
	}
	number, err := p.client.ProjectNumber(ctx, p.spec.Project)
	if err != nil {
		return reconcile.Observation{}, err
	}
	found, seen, err := p.object(p.fullName(), number).see(ctx)
	switch {
	case err != nil:
		return reconcile.Observation{}, err
	case found != nil:
		seen.Values = map[string]any{policy.NetworkPerimeter: modeOf(found)}
		seen.Outputs = map[string]string{"perimeter": p.fullName()}
	case !p.wanted():
		seen.Presence = reconcile.Present // No perimeter is all there has to be.
	}
	return seen, nil
}

// Converge implements [reconcile.Component].
func (p *perimeter) Converge(ctx context.Context, s *reconcile.Step) error {
	// One of an earlier wish goes first: a project can be in one perimeter only.
	noted, had := s.Note(ctx, perimeterNote)
	if had && (!p.wanted() || noted != p.fullName()) {
		if err := p.object(noted, 0).delete(ctx, s); err != nil {
			return err
		}
		if err := s.Forget(ctx, perimeterNote); err != nil {
			return err
		}
	}
	if !p.wanted() {
		if p.spec.Perimeter.AccessPolicy == "" {
			return nil
		}
		return p.object(p.fullName(), 0).delete(ctx, s)
	}
	if p.spec.Perimeter.AccessPolicy == "" {
		return fmt.Errorf("a perimeter needs an access policy: set access.access_policy")
	}
	if err := s.Record(ctx, perimeterNote, p.fullName()); err != nil {
		return err
	}
	number, err := p.client.ProjectNumber(ctx, p.spec.Project)
	if err != nil {
		return err
	}
	_, err = p.object(p.fullName(), number).converge(ctx, s)
	return err
}

// Remove implements [reconcile.Component].
func (p *perimeter) Remove(ctx context.Context, s *reconcile.Step) error {
	name, noted := s.Note(ctx, perimeterNote)
	if !noted {
		if p.spec.Perimeter.AccessPolicy == "" {
			return nil
		}
		name = p.fullName()
	}
	return p.object(name, 0).delete(ctx, s)
}

// Discover implements [reconcile.Discoverer].
func (p *perimeter) Discover(ctx context.Context) (string, int64, map[string]string, bool, error) {
	if p.spec.Perimeter.AccessPolicy == "" {
		return "", 0, nil, false, nil
	}
	return discover(ctx, map[string]string{perimeterNote: p.fullName()}, p.object(p.fullName(), 0))
}
