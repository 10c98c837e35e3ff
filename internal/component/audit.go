package component

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"google.golang.org/api/cloudresourcemanager/v3"

	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
)

const (
	allServices = "allServices"
	// auditNote keeps what this environment put into the project's audit
	// configuration, which has no place for a mark.
	auditNote = "added"
)

// dataServices are the APIs that hold the environment's data.
var dataServices = []string{"cloudkms.googleapis.com", "cloudsql.googleapis.com", "secretmanager.googleapis.com", "storage.googleapis.com"}

// audit switches Data Access audit logs on in the project. It edits its own part
// of the project's IAM policy and nothing else.
type audit struct{ base }

func newAudit(e *Env) reconcile.Component {
	return &audit{base{Env: e, name: policy.ComponentAudit, needs: []string{"services"}}}
}

// logTypes are the kinds of audit logs, by service.
type logTypes map[string][]string

// wanted is what a level of Data Access logs asks for.
func wantedAudit(level string) logTypes {
	all := []string{"ADMIN_READ", "DATA_READ", "DATA_WRITE"}
	wanted := logTypes{}
	switch level {
	case policy.DataAccessAdminWrite:
		wanted[allServices] = []string{"ADMIN_READ", "DATA_WRITE"}
	case policy.DataAccessDataServices:
		wanted[allServices] = []string{"ADMIN_READ", "DATA_WRITE"}
		for _, service := range dataServices {
			wanted[service] = all
		}
	case policy.DataAccessAllServices:
		wanted[allServices] = all
	}
	return wanted
}

// auditLevels are the levels from the strictest to the weakest.
var auditLevels = []string{policy.DataAccessAllServices, policy.DataAccessDataServices, policy.DataAccessAdminWrite, policy.DataAccessNone}

// lacks returns what a policy doesn't log of what is wanted. A log type from
// which somebody is exempted is not all there.
func (wanted logTypes) lacks(standing []*cloudresourcemanager.AuditConfig) logTypes {
	missing := logTypes{}
	for service, types := range wanted {
		for _, logType := range types {
			if !logged(standing, service, logType) && (service == allServices || !logged(standing, allServices, logType)) {
				missing[service] = append(missing[service], logType)
			}
		}
	}
	return missing
}

func logged(standing []*cloudresourcemanager.AuditConfig, service, logType string) bool {
	for _, config := range standing {
		if config.Service != service {
			continue
		}
		for _, l := range config.AuditLogConfigs {
			if l.LogType == logType && len(l.ExemptedMembers) == 0 {
				return true
			}
		}
	}
	return false
}

func (a *audit) read(ctx context.Context) (*cloudresourcemanager.Policy, error) {
	return a.projectPolicy(ctx)
}

// projectPolicy is the project's IAM policy.
func (e *Env) projectPolicy(ctx context.Context) (*cloudresourcemanager.Policy, error) {
	name := "projects/" + e.spec.Project
	return once(ctx, "policy", func(ctx context.Context) (*cloudresourcemanager.Policy, error) {
		return e.apis().ResourceManager.Projects.GetIamPolicy(name, &cloudresourcemanager.GetIamPolicyRequest{
			Options: &cloudresourcemanager.GetPolicyOptions{RequestedPolicyVersion: 3},
		}).Context(gcp.Reading(ctx, "GetIamPolicy", name)).Do()
	})
}

// edit changes the audit configurations under the policy's etag.
func (a *audit) edit(ctx context.Context, change func(standing []*cloudresourcemanager.AuditConfig) ([]*cloudresourcemanager.AuditConfig, error)) error {
	name := "projects/" + a.spec.Project
	return a.client.EditUnderEtag(ctx, "SetIamPolicy", name, func(ctx context.Context) error {
		standing, err := a.read(ctx)
		if err != nil {
			return err
		}
		before, err := json.Marshal(standing.AuditConfigs)
		if err != nil {
			return err
		}
		if standing.AuditConfigs, err = change(standing.AuditConfigs); err != nil {
			return err
		}
		after, err := json.Marshal(standing.AuditConfigs)
		if err != nil || string(before) == string(after) {
			return err
		}
		// The mask leaves bindings to whoever they belong to.
		_, err = a.apis().ResourceManager.Projects.SetIamPolicy(name, &cloudresourcemanager.SetIamPolicyRequest{
			Policy:     &cloudresourcemanager.Policy{AuditConfigs: standing.AuditConfigs, Etag: standing.Etag, Version: standing.Version, ForceSendFields: []string{"AuditConfigs"}},
			UpdateMask: "auditConfigs,etag",
		}).Context(gcp.UnderEtag(ctx, "SetIamPolicy", name)).Do()
		return err
	})
}

// Observe implements [reconcile.Component].
func (a *audit) Observe(ctx context.Context) (reconcile.Observation, error) {
	standing, err := a.read(ctx)
	if err != nil {
		return reconcile.Observation{}, err
	}
	seen := reconcile.Observation{Presence: reconcile.Present}
	for _, level := range auditLevels {
		if len(wantedAudit(level).lacks(standing.AuditConfigs)) == 0 {
			seen.Values = map[string]any{policy.AuditDataAccess: level}
			break
		}
	}
	// More than is asked for may be somebody else's wish, and is no drift.
	if wanted := a.spec.Settings.String(policy.AuditDataAccess); len(wantedAudit(wanted).lacks(standing.AuditConfigs)) == 0 {
		seen.Values = map[string]any{policy.AuditDataAccess: wanted}
	}
	return seen, nil
}

// Converge implements [reconcile.Component].
func (a *audit) Converge(ctx context.Context, s *reconcile.Step) error {
	ours, err := a.noted(ctx, s)
	if err != nil {
		return err
	}
	theirs, err := a.addedByOthers(ctx)
	if err != nil {
		return err
	}
	wanted := wantedAudit(a.spec.Settings.String(policy.AuditDataAccess))
	// What an earlier, stricter wish of ours added is taken back, unless another
	// environment has come to need it.
	unwanted := ours.without(wanted)
	obsolete := unwanted.without(theirs)
	missing := func(configs []*cloudresourcemanager.AuditConfig) logTypes {
		// What others have added beyond our wish goes when they do.
		left := takeAudit(cloneAudit(configs), obsolete)
		return wanted.lacks(takeAudit(left, theirs.without(wanted)))
	}
	// What is about to be added is noted first: a run that is killed after the
	// write leaves no doubt about whose it is. What another environment has added
	// and we want as well is of both, and goes with the last.
	standing, err := a.read(ctx)
	if err != nil {
		return err
	}
	for service, types := range missing(standing.AuditConfigs) {
		ours[service] = union(ours[service], types)
	}
	for service, types := range theirs.without(theirs.without(wanted)) {
		ours[service] = union(ours[service], types)
	}
	if err := a.note(ctx, s, ours); err != nil {
		return err
	}
	err = a.edit(ctx, func(configs []*cloudresourcemanager.AuditConfig) ([]*cloudresourcemanager.AuditConfig, error) {
		more := missing(configs)
		configs = takeAudit(configs, obsolete)
		for _, service := range sortedKeys(more) {
			configs = addAudit(configs, service, more[service])
		}
		return configs, nil
	})
	if err != nil {
		return err
	}
	return a.note(ctx, s, ours.without(unwanted))
}

// Remove implements [reconcile.Component]: it takes out what it put in, but for
// what another environment of the project needs too.
func (a *audit) Remove(ctx context.Context, s *reconcile.Step) error {
	ours, err := a.noted(ctx, s)
	if err != nil {
		return err
	}
	return a.edit(ctx, func(configs []*cloudresourcemanager.AuditConfig) ([]*cloudresourcemanager.AuditConfig, error) {
		theirs, err := a.addedByOthers(ctx)
		return takeAudit(configs, ours.without(theirs)), err
	})
}

// addedByOthers is what other environments of the project have put into its audit
// configuration.
func (a *audit) addedByOthers(ctx context.Context) (logTypes, error) {
	notes, err := notesOfOthers[logTypes](ctx, a.Env, a.name, auditNote)
	theirs := logTypes{}
	for _, added := range notes {
		for service, types := range added {
			theirs[service] = union(theirs[service], types)
		}
	}
	return theirs, err
}

// without are the log types that the other doesn't have.
func (l logTypes) without(other logTypes) logTypes {
	left := logTypes{}
	for service, types := range l {
		if types := lacking(other[service], types); len(types) > 0 {
			left[service] = types
		}
	}
	return left
}

// cloneAudit copies audit configurations, to try a change on.
func cloneAudit(configs []*cloudresourcemanager.AuditConfig) []*cloudresourcemanager.AuditConfig {
	var all []*cloudresourcemanager.AuditConfig
	for _, config := range configs {
		made := *config
		made.AuditLogConfigs = slices.Clone(config.AuditLogConfigs)
		all = append(all, &made)
	}
	return all
}

func (a *audit) noted(ctx context.Context, s *reconcile.Step) (logTypes, error) {
	ours := logTypes{}
	text, ok := s.Note(ctx, auditNote)
	if !ok {
		return ours, nil
	}
	if err := json.Unmarshal([]byte(text), &ours); err != nil {
		return nil, fmt.Errorf("the ledger's note on audit logs can't be read: %w", err)
	}
	return ours, nil
}

func (a *audit) note(ctx context.Context, s *reconcile.Step, ours logTypes) error {
	text, err := json.Marshal(ours)
	if err != nil {
		return err
	}
	if old, _ := s.Note(ctx, auditNote); old == string(text) {
		return nil
	}
	return s.Record(ctx, auditNote, string(text))
}

// addAudit adds log types of a service. An exemption that stands in the way is
// lifted: the level is a promise without exemptions.
func addAudit(configs []*cloudresourcemanager.AuditConfig, service string, types []string) []*cloudresourcemanager.AuditConfig {
	if len(types) == 0 {
		return configs
	}
	at := slices.IndexFunc(configs, func(c *cloudresourcemanager.AuditConfig) bool { return c.Service == service })
	if at < 0 {
		configs = append(configs, &cloudresourcemanager.AuditConfig{Service: service})
		at = len(configs) - 1
	}
	for _, logType := range types {
		i := slices.IndexFunc(configs[at].AuditLogConfigs, func(l *cloudresourcemanager.AuditLogConfig) bool { return l.LogType == logType })
		if i < 0 {
			configs[at].AuditLogConfigs = append(configs[at].AuditLogConfigs, &cloudresourcemanager.AuditLogConfig{LogType: logType})
			continue
		}
		configs[at].AuditLogConfigs[i].ExemptedMembers = nil
	}
	return configs
}

// takeAudit takes log types out.
func takeAudit(configs []*cloudresourcemanager.AuditConfig, out logTypes) []*cloudresourcemanager.AuditConfig {
	for _, config := range configs {
		config.AuditLogConfigs = slices.DeleteFunc(config.AuditLogConfigs, func(l *cloudresourcemanager.AuditLogConfig) bool {
			return slices.Contains(out[config.Service], l.LogType)
		})
	}
	return slices.DeleteFunc(configs, func(c *cloudresourcemanager.AuditConfig) bool { return len(c.AuditLogConfigs) == 0 })
}

func union(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
