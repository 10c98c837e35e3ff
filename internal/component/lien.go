package component

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/api/cloudresourcemanager/v3"

	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
)

// projectDelete is the permission that a lien takes away.
const projectDelete = "resourcemanager.projects.delete"

// lien keeps the project from being deleted.
type lien struct{ base }

func newLien(e *Env) reconcile.Component {
	return &lien{base{Env: e, name: policy.ComponentLien, needs: []string{"services"}}}
}

// origin is how the lien says whose it is: a lien has no labels.
func (l *lien) origin() string { return "cortx/" + l.spec.Owner }

// find returns our lien, or nil.
func (l *lien) find(ctx context.Context) (*cloudresourcemanager.Lien, error) {
	project := "projects/" + l.spec.Project
	liens, err := gcp.Pages(func(token string) ([]*cloudresourcemanager.Lien, string, error) {
		page, err := l.apis().ResourceManager.Liens.List().Parent(project).PageToken(token).Context(gcp.Reading(ctx, "ListLiens", project)).Do()
		if err != nil {
			return nil, "", err
		}
		return page.Liens, page.NextPageToken, nil
	})
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(liens, func(f *cloudresourcemanager.Lien) bool { return f.Origin == l.origin() })
	if at < 0 {
		return nil, nil //nolint:nilnil // No lien is no error.
	}
	return liens[at], nil
}

// Observe implements [reconcile.Component].
func (l *lien) Observe(ctx context.Context) (reconcile.Observation, error) {
	found, err := l.find(ctx)
	if err != nil {
		return reconcile.Observation{}, err
	}
	// Without a wish for one, no lien is all there has to be.
	seen := reconcile.Observation{Presence: reconcile.Present, Values: map[string]any{policy.ProjectLien: found != nil}}
	if found == nil && l.spec.Settings.Bool(policy.ProjectLien) {
		seen.Presence = reconcile.Absent
	}
	return seen, nil
}

// Converge implements [reconcile.Component].
func (l *lien) Converge(ctx context.Context, s *reconcile.Step) error {
	found, err := l.find(ctx)
	if err != nil {
		return err
	}
	switch wanted := l.spec.Settings.Bool(policy.ProjectLien); {
	case wanted && found == nil:
		return l.create(ctx, s)
	case !wanted && found != nil:
		return l.delete(ctx, found)
	}
	return nil
}

func (l *lien) create(ctx context.Context, s *reconcile.Step) error {
	project := "projects/" + l.spec.Project
	observed := func(ctx context.Context) (bool, error) {
		found, err := l.find(ctx)
		return found != nil, err
	}
	_, err := l.apis().ResourceManager.Liens.Create(&cloudresourcemanager.Lien{
		Parent:       project,
		Origin:       l.origin(),
		Reason:       fmt.Sprintf("The environment %s stands in this project. Managed by Terraform: %s.", l.spec.Name, strings.TrimSpace(s.Owner().Text())),
		Restrictions: []string{projectDelete},
	}).Context(gcp.Assigned(ctx, "CreateLien", project, observed)).Do()
	return err
}

func (l *lien) delete(ctx context.Context, found *cloudresourcemanager.Lien) error {
	_, err := l.apis().ResourceManager.Liens.Delete(found.Name).Context(gcp.Reading(ctx, "DeleteLien", found.Name)).Do()
	if gcp.IsNotFound(err) {
		// An earlier attempt may have deleted it; one that is still listed stands.
		if found, lookErr := l.find(ctx); lookErr != nil || found == nil {
			return lookErr
		}
	}
	return err
}

// Remove implements [reconcile.Component].
func (l *lien) Remove(ctx context.Context, _ *reconcile.Step) error {
	found, err := l.find(ctx)
	if err != nil || found == nil {
		return err
	}
	return l.delete(ctx, found)
}
