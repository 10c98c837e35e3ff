package component

import (
	"context"
	"slices"
	"strings"

	"google.golang.org/api/cloudresourcemanager/v3"
	"google.golang.org/api/iam/v1"

	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
)

const (
	nodeIdentityName = "node_identity"
	// accountNote keeps the id that tells an account from a later one of the
	// same name: one that is deleted comes back by it alone, for 30 days.
	accountNote = "unique_id"
)

// nodeRoles are what nodes need and no more: to send logs and metrics, and to
// pull images. See
// https://cloud.google.com/kubernetes-engine/docs/how-to/hardening-your-cluster#use_least_privilege_sa.
var nodeRoles = []string{
	"roles/artifactregistry.reader",
	"roles/logging.logWriter",
	"roles/monitoring.metricWriter",
	"roles/monitoring.viewer",
	"roles/stackdriver.resourceMetadata.writer",
}

// NodeAccountID is the name of the nodes' service account.
func (s *Spec) NodeAccountID() string { return accountID(s.Prefix(), "nodes") }

// NodeAccount is the e-mail address of the nodes' service account.
func (s *Spec) NodeAccount() string { return s.NodeAccountID() + "@" + s.accountDomain() }

// accountDomain is what the addresses of the project's service accounts end in.
func (s *Spec) accountDomain() string {
	if domain, id, scoped := strings.Cut(s.Project, ":"); scoped {
		return id + "." + domain + ".iam.gserviceaccount.com"
	}
	return s.Project + ".iam.gserviceaccount.com"
}

// accountID joins the parts to at most 30 characters, as IAM wants it.
func accountID(parts ...string) string { return shortened(strings.Join(parts, "-"), 30) }

// nodeIdentity is the service account that nodes run as, with its roles.
type nodeIdentity struct{ base }

func newNodeIdentity(e *Env) reconcile.Component {
	return &nodeIdentity{base{Env: e, name: nodeIdentityName, needs: []string{"services"}}}
}

func (n *nodeIdentity) account() object[*iam.ServiceAccount] {
	api := n.apis().IAM.Projects.ServiceAccounts
	name := "projects/" + n.spec.Project + "/serviceAccounts/" + n.spec.NodeAccount()
	return object[*iam.ServiceAccount]{
		Env: n.Env, component: n.name, noun: "service account", name: n.spec.NodeAccount(), veiled: true,
		get: func(ctx context.Context) (*iam.ServiceAccount, error) {
			return api.Get(name).Context(gcp.Reading(ctx, "GetServiceAccount", name)).Do()
		},
		create: func(ctx context.Context, s *reconcile.Step) error {
			if back, err := n.undelete(ctx, s); back || err != nil {
				return err
			}
			made, err := api.Create("projects/"+n.spec.Project, &iam.CreateServiceAccountRequest{
				AccountId:      n.spec.NodeAccountID(),
				ServiceAccount: &iam.ServiceAccount{DisplayName: "Nodes of " + n.spec.Cluster.Name, Description: n.description(s.Owner())},
			}).Context(gcp.Named(ctx, "CreateServiceAccount", name)).Do()
			if err != nil {
				return err
			}
			return s.Record(ctx, accountNote, made.UniqueId)
		},
		owner: func(found *iam.ServiceAccount) (reconcile.Owner, bool) { return n.markOf(found.Description) },
		differs: func(found *iam.ServiceAccount) []reconcile.Difference {
			if found.Disabled {
				return []reconcile.Difference{difference("", "the service account is disabled")}
			}
			return nil
		},
		patch: func(ctx context.Context, _ *reconcile.Step, _ *iam.ServiceAccount) error {
			_, err := api.Enable(name, &iam.EnableServiceAccountRequest{}).Context(gcp.Named(ctx, "EnableServiceAccount", name)).Do()
			return err
		},
		remove: func(ctx context.Context, _ *reconcile.Step, _ *iam.ServiceAccount) error {
			_, err := api.Delete(name).Context(gcp.Reading(ctx, "DeleteServiceAccount", name)).Do()
			return err
		},
	}
}

// undelete brings the account back that this environment made and that somebody
// deleted: a new one of the same name would be somebody else to IAM, and nodes
// would go on as the old one.
func (n *nodeIdentity) undelete(ctx context.Context, s *reconcile.Step) (back bool, err error) {
	id, made := s.Note(ctx, accountNote)
	if !made || id == "" {
		return false, nil
	}
	name := "projects/" + n.spec.Project + "/serviceAccounts/" + id
	s.Progress(ctx, "restoring the service account %s", n.spec.NodeAccount())
	_, err = n.apis().IAM.Projects.ServiceAccounts.Undelete(name, &iam.UndeleteServiceAccountRequest{}).Context(gcp.Named(ctx, "UndeleteServiceAccount", name)).Do()
	switch {
	case err == nil:
		return true, nil
	case gcp.IsNotFound(err), gcp.IsInvalid(err), gcp.IsPreconditionFailed(err), gcp.IsAlreadyExists(err):
		// It is gone for good, or its name has been given to another.
		return false, nil
	default:
		return false, err
	}
}

func (n *nodeIdentity) member() string { return "serviceAccount:" + n.spec.NodeAccount() }

func (n *nodeIdentity) policy(ctx context.Context) (*cloudresourcemanager.Policy, error) {
	return n.projectPolicy(ctx)
}

// edit changes bindings of the project under the policy's etag.
func (n *nodeIdentity) edit(ctx context.Context, change func(standing *cloudresourcemanager.Policy) (changed bool)) error {
	name := "projects/" + n.spec.Project
	return n.client.EditUnderEtag(ctx, "SetIamPolicy", name, func(ctx context.Context) error {
		standing, err := n.policy(ctx)
		if err != nil || !change(standing) {
			return err
		}
		// The mask leaves audit configurations to whoever they belong to.
		_, err = n.apis().ResourceManager.Projects.SetIamPolicy(name, &cloudresourcemanager.SetIamPolicyRequest{
			Policy:     &cloudresourcemanager.Policy{Bindings: standing.Bindings, Etag: standing.Etag, Version: 3},
			UpdateMask: "bindings,etag",
		}).Context(gcp.UnderEtag(ctx, "SetIamPolicy", name)).Do()
		return err
	})
}

// bindingOf returns the unconditional binding of a role, or nil.
func bindingOf(standing *cloudresourcemanager.Policy, role string) *cloudresourcemanager.Binding {
	for _, b := range standing.Bindings {
		if b.Role == role && b.Condition == nil {
			return b
		}
	}
	return nil
}

func (n *nodeIdentity) lacksRoles(standing *cloudresourcemanager.Policy) []string {
	var lacks []string
	for _, role := range nodeRoles {
		if b := bindingOf(standing, role); b == nil || !slices.Contains(b.Members, n.member()) {
			lacks = append(lacks, role)
		}
	}
	return lacks
}

// Observe implements [reconcile.Component].
func (n *nodeIdentity) Observe(ctx context.Context) (reconcile.Observation, error) {
	found, seen, err := n.account().see(ctx)
	if err != nil || found == nil {
		return seen, err
	}
	standing, err := n.policy(ctx)
	if err != nil {
		return reconcile.Observation{}, err
	}
	for _, role := range n.lacksRoles(standing) {
		seen.Differs = append(seen.Differs, difference("", "the nodes' service account lacks %s", role))
	}
	return seen, nil
}

// Converge implements [reconcile.Component].
func (n *nodeIdentity) Converge(ctx context.Context, s *reconcile.Step) error {
	found, err := n.account().converge(ctx, s)
	if err != nil {
		return err
	}
	// A run that was killed after the create hasn't noted it.
	if err := s.Record(ctx, accountNote, found.UniqueId); err != nil {
		return err
	}
	return n.edit(ctx, func(standing *cloudresourcemanager.Policy) bool {
		lacks := n.lacksRoles(standing)
		for _, role := range lacks {
			b := bindingOf(standing, role)
			if b == nil {
				b = &cloudresourcemanager.Binding{Role: role}
				standing.Bindings = append(standing.Bindings, b)
			}
			b.Members = append(b.Members, n.member())
		}
		return len(lacks) > 0
	})
}

// Remove implements [reconcile.Component]. The roles go first: IAM keeps the
// grants of a deleted account.
func (n *nodeIdentity) Remove(ctx context.Context, s *reconcile.Step) error {
	_, seen, err := n.account().sure(ctx)
	if err != nil || seen.Foreign != "" {
		return err
	}
	err = n.edit(ctx, func(standing *cloudresourcemanager.Policy) (changed bool) {
		for _, b := range standing.Bindings {
			if b.Condition == nil && slices.Contains(nodeRoles, b.Role) && slices.Contains(b.Members, n.member()) {
				b.Members = slices.DeleteFunc(b.Members, func(m string) bool { return m == n.member() })
				changed = true
			}
		}
		standing.Bindings = slices.DeleteFunc(standing.Bindings, func(b *cloudresourcemanager.Binding) bool { return len(b.Members) == 0 })
		return changed
	})
	if err != nil {
		return err
	}
	if err := n.account().delete(ctx, s); err != nil {
		return err
	}
	// The next life of the environment makes its own.
	return s.Forget(ctx, accountNote)
}
