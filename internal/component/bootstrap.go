package component

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/api/storage/v1"

	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
)

// Refusal is a constraint of the organisation that an environment would meet.
type Refusal struct {
	// Constraint is its name, such as constraints/gcp.resourceLocations.
	Constraint string
	// Why says what of the environment it refuses, and what to do.
	Why string
}

// constraint is one that is known to refuse something of ours. refuses judges
// the effective policy.
type constraint struct {
	name    string
	refuses func(s *Spec, allowed, denied []string, enforced, denyAll bool) string
}

// constraints are listed at
// https://cloud.google.com/resource-manager/docs/organization-policy/org-policy-constraints.
func constraints() []constraint {
	return []constraint{
		{"gcp.resourceLocations", func(s *Spec, allowed, denied []string, _, denyAll bool) string {
			names := []string{s.Region, "in:" + s.Region + "-locations"}
			listed := func(in []string) bool {
				return slices.ContainsFunc(in, func(v string) bool {
					return slices.Contains(names, v) || strings.HasPrefix(v, "in:") && strings.Contains(s.Region, strings.TrimSuffix(strings.TrimPrefix(v, "in:"), "-locations"))
				})
			}
			if denyAll || listed(denied) || len(allowed) > 0 && !listed(allowed) {
				return fmt.Sprintf("resources may not be made in %s: allow in:%s-locations, or use another region", s.Region, s.Region)
			}
			return ""
		}},
		{"gcp.restrictServiceUsage", func(s *Spec, allowed, denied []string, _, denyAll bool) string {
			var lacks []string
			for _, api := range serviceNames(s) {
				if denyAll || slices.Contains(denied, api) || len(allowed) > 0 && !slices.Contains(allowed, api) {
					lacks = append(lacks, api)
				}
			}
			if len(lacks) > 0 {
				return "APIs may not be used: allow " + strings.Join(lacks, ", ")
			}
			return ""
		}},
		{"compute.restrictPrivateServiceConnectProducer", func(_ *Spec, allowed, _ []string, _, denyAll bool) string {
			if denyAll || len(allowed) > 0 && !slices.Contains(allowed, "under:organizations/433637338589") {
				return "the database could not be reached by Private Service Connect: allow Google's organisation, under:organizations/433637338589"
			}
			return ""
		}},
		{"iam.disableServiceAccountCreation", func(_ *Spec, _, _ []string, enforced, _ bool) string {
			if enforced {
				return "the service account of the nodes could not be made: lift it for this project"
			}
			return ""
		}},
		{"gcp.restrictCmekCryptoKeyProjects", func(s *Spec, allowed, _ []string, _, denyAll bool) string {
			if s.ClusterKey() == "" && s.DataKey() == "" {
				return ""
			}
			if denyAll || len(allowed) > 0 && !slices.Contains(allowed, "under:projects/"+s.Project) && !slices.Contains(allowed, "projects/"+s.Project) {
				return "keys of the project may not encrypt its resources: allow under:projects/" + s.Project
			}
			return ""
		}},
	}
}

// Constraints returns the constraints of the organisation that will refuse the
// environment. unread is set when they can't be read, as without the
// Organisation Policy API.
func Constraints(ctx context.Context, client *gcp.Client, spec *Spec) (refusals []Refusal, unread error) {
	apis, err := gcp.APIsOf(client)
	if err != nil {
		return nil, err
	}
	for _, c := range constraints() {
		name := "projects/" + spec.Project + "/policies/" + c.name
		found, err := apis.OrgPolicy.Projects.Policies.GetEffectivePolicy(name).Context(gcp.Reading(ctx, "GetEffectivePolicy", name)).Do()
		if gcp.IsNotFound(err) {
			continue
		}
		if err != nil {
			return refusals, err
		}
		if found.Spec == nil {
			continue
		}
		var allowed, denied []string
		enforced, denyAll := false, false
		for _, rule := range found.Spec.Rules {
			enforced = enforced || rule.Enforce
			denyAll = denyAll || rule.DenyAll
			if rule.Values != nil {
				allowed = append(allowed, rule.Values.AllowedValues...)
				denied = append(denied, rule.Values.DeniedValues...)
			}
		}
		if why := c.refuses(spec, allowed, denied, enforced, denyAll); why != "" {
			refusals = append(refusals, Refusal{"constraints/" + c.name, why})
		}
	}
	return refusals, nil
}

// serviceNames are the APIs that the environment activates.
func serviceNames(s *Spec) []string {
	v := &services{base{Env: &Env{spec: s}}}
	var names []string
	for _, wanted := range v.wanted() {
		names = append(names, wanted.name)
	}
	return names
}

// Ledgers lists the environments of a project by the buckets of their ledgers:
// project, region, name and owner are set, and nothing else.
func Ledgers(ctx context.Context, client *gcp.Client, project string) ([]*Spec, error) {
	apis, err := gcp.APIsOf(client)
	if err != nil {
		return nil, err
	}
	buckets, err := gcp.Pages(func(token string) ([]*storage.Bucket, string, error) {
		page, err := apis.Storage.Buckets.List(project).PageToken(token).Context(gcp.Reading(ctx, "ListBuckets", "projects/"+project)).Do()
		if err != nil {
			return nil, "", err
		}
		return page.Items, page.NextPageToken, nil
	})
	if err != nil {
		return nil, err
	}
	var all []*Spec
	for _, found := range buckets {
		name, region := found.Labels["cortx-environment"], strings.ToLower(found.Location)
		spec := &Spec{Project: project, Region: region, Name: name, Owner: OwnerKey(project, region, name)}
		owner, marked := reconcile.OwnerOfLabels(found.Labels)
		// Its own name proves that the bucket is what its labels say.
		if marked && owner.Key == spec.Owner && found.Name == spec.LedgerBucket() {
			all = append(all, spec)
		}
	}
	return all, nil
}
