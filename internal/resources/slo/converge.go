package slo

import (
	"context"
	"errors"
	"maps"
	"slices"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"google.golang.org/protobuf/proto"

	"github.com/cortx-platform/terraform-provider-cortx/internal/alert"
	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	domain "github.com/cortx-platform/terraform-provider-cortx/internal/slo"
	"github.com/cortx-platform/terraform-provider-cortx/internal/tfkit"
)

// converger brings what stands to what is wanted. One run serves creates and
// updates: it makes what is missing, changes what differs, and goes on with the
// rest when one object fails, since every policy that stands guards something.
type converger struct {
	client *gcp.Client
	wanted domain.SLO
	// named says that the configuration names the service, so that one that
	// stands gets that name.
	named bool
	// policies are the names of the policies that the state knows of.
	policies map[string]string
	// labels are those that were ours before.
	labels map[string]string
}

// outcome is what a run left.
type outcome struct {
	// made counts the objects that stand.
	made int
	// policies are the names of those that stand, by key.
	policies map[string]string
	// pending are the keys of what is missing or differs.
	pending []string
	// err is the first failure, and at the attribute that it is about.
	err error
	at  path.Path
	// serviceDisplayName is what the service is called.
	serviceDisplayName string
}

func (o *outcome) fail(key string, at path.Path, err error) {
	o.pending = append(o.pending, key)
	if o.err == nil {
		o.err, o.at = err, at
	}
}

func (c *converger) run(ctx context.Context) outcome {
	done := outcome{policies: map[string]string{}, at: path.Empty()}
	service, err := c.service(ctx)
	if err != nil {
		// Nothing can stand without the service.
		done.fail(domain.KeyService, path.Root("service_id"), err)
		maps.Copy(done.policies, c.policies)
		done.made = len(c.policies)
		return done
	}
	done.made++
	done.serviceDisplayName = service.GetDisplayName()
	c.wanted.ServiceDisplayName = service.GetDisplayName()
	if err := c.objective(ctx); err != nil {
		at := path.Empty()
		if gcp.IsMetricNotFound(err) && c.wanted.Indicator() != "" {
			at = path.Root(c.wanted.Indicator())
		}
		done.fail(domain.KeyObjective, at, err)
	} else {
		done.made++
	}
	c.guard(ctx, &done)
	return done
}

// service returns the service, making it if need be.
func (c *converger) service(ctx context.Context) (*monitoringpb.Service, error) {
	wanted := c.wanted.Service()
	if wanted.GetDisplayName() == "" {
		wanted.DisplayName = c.wanted.ServiceID
	}
	standing, err := c.client.Services().Fresh(ctx, wanted.GetName())
	if gcp.IsNotFound(err) {
		standing, err = c.client.Services().Create(ctx, c.wanted.Project, c.wanted.ServiceID, wanted)
		if gcp.IsAlreadyExists(err) { // Another objective of this run was first.
			standing, err = c.client.Services().Fresh(ctx, wanted.GetName())
		}
	}
	if err != nil || !c.named || standing.GetDisplayName() == wanted.GetDisplayName() {
		return standing, err
	}
	renamed := proto.CloneOf(standing)
	renamed.DisplayName = wanted.GetDisplayName()
	return c.client.Services().Update(ctx, renamed, "display_name")
}

// objective makes the objective, or changes the fields that differ.
func (c *converger) objective(ctx context.Context) error {
	wanted := c.wanted.Objective()
	standing, err := c.client.SLOs().Fresh(ctx, wanted.GetName())
	if gcp.IsNotFound(err) {
		_, err = c.client.SLOs().Create(ctx, c.wanted.ServiceName(), c.wanted.SloID, wanted)
		return err
	}
	if err != nil {
		return err
	}
	wanted.UserLabels = tfkit.UpdateLabels(standing.GetUserLabels(), c.labels, wanted.GetUserLabels())
	if domain.SameObjective(standing, wanted) && wanted.GetGoal() == standing.GetGoal() &&
		wanted.GetDisplayName() == standing.GetDisplayName() && maps.Equal(wanted.GetUserLabels(), standing.GetUserLabels()) {
		return nil
	}
	_, err = c.client.SLOs().Update(ctx, wanted, "display_name", "goal", "rolling_period", "service_level_indicator", "user_labels")
	return err
}

// guard brings the policies to what is wanted, and takes away those that are
// wanted no more.
func (c *converger) guard(ctx context.Context, done *outcome) {
	standing, err := c.standing(ctx)
	wanted := c.wanted.Policies()
	if err != nil {
		for _, policy := range wanted {
			done.fail(policy.Key, path.Empty(), err)
		}
		maps.Copy(done.policies, c.policies)
		return
	}
	for _, policy := range wanted {
		name, err := c.policy(ctx, policy.Policy, standing[policy.Key])
		if name != "" {
			done.policies[policy.Key] = name
			done.made++
		}
		if err != nil {
			done.fail(policy.Key, path.Root("alerts"), err)
		}
		delete(standing, policy.Key)
	}
	for _, key := range slices.Sorted(maps.Keys(standing)) {
		if err := c.client.AlertPolicies().Delete(ctx, standing[key].GetName()); err != nil {
			done.policies[key] = standing[key].GetName()
			done.fail(key, path.Root("alerts"), err)
		}
	}
}

// standing returns the policies of the objective by key: those that the state
// knows of, and for what it doesn't, those that an apply which was killed has
// left, found by their labels.
func (c *converger) standing(ctx context.Context) (map[string]*monitoringpb.AlertPolicy, error) {
	found := map[string]*monitoringpb.AlertPolicy{}
	missing := len(c.policies) == 0
	for _, policy := range c.wanted.Policies() {
		missing = missing || c.policies[policy.Key] == ""
	}
	if missing {
		labelled, err := policiesByLabel(ctx, c.client, c.wanted.Project, c.wanted.ServiceID, c.wanted.SloID)
		if err != nil {
			return nil, err
		}
		maps.Copy(found, labelled)
	}
	for key, name := range c.policies {
		policy, err := c.client.AlertPolicies().Fresh(ctx, name)
		if gcp.IsNotFound(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		found[key] = policy
	}
	return found, nil
}

// policiesByLabel returns the policies of an objective by key.
func policiesByLabel(ctx context.Context, client *gcp.Client, project, serviceID, sloID string) (map[string]*monitoringpb.AlertPolicy, error) {
	label := domain.PolicyLabel(serviceID, sloID)
	policies, err := client.AlertPolicies().List(ctx, project, `user_labels.`+domain.LabelSLO+`="`+label+`"`)
	if err != nil {
		return nil, err
	}
	found := map[string]*monitoringpb.AlertPolicy{}
	for _, policy := range policies {
		if key := domain.PolicyKey(policy, serviceID, sloID); key != "" && found[key] == nil {
			found[key] = policy
		}
	}
	return found, nil
}

// policy makes a policy, or changes the fields that differ. It returns the name
// of what stands, even beside an error.
func (c *converger) policy(ctx context.Context, wanted alert.Policy, standing *monitoringpb.AlertPolicy) (string, error) {
	if standing == nil {
		message, err := wanted.Proto()
		if err != nil {
			return "", err
		}
		made, err := c.client.AlertPolicies().Create(ctx, c.wanted.Project, message)
		return made.GetName(), err
	}
	wanted.Name = standing.GetName()
	for i := range wanted.Conditions {
		if i < len(standing.GetConditions()) {
			wanted.Conditions[i].Name = standing.GetConditions()[i].GetName()
		}
	}
	before := maps.Clone(c.labels)
	if before == nil {
		before = map[string]string{}
	}
	for key := range standing.GetUserLabels() {
		if domain.IsOwnLabel(key) {
			before[key] = ""
		}
	}
	wanted.Labels = tfkit.UpdateLabels(standing.GetUserLabels(), before, wanted.Labels)
	message, err := wanted.Proto()
	if err != nil {
		return standing.GetName(), err
	}
	if mask := alert.ChangedFields(message, standing); len(mask) > 0 {
		_, err = c.client.AlertPolicies().Update(ctx, message, mask...)
	}
	return standing.GetName(), err
}

// observe reads everything that belongs to the objective. After an import the
// policies are found by their labels.
func observe(ctx context.Context, client *gcp.Client, state model, diags *diag.Diagnostics) (domain.Observed, map[string]string, error) {
	observed := domain.Observed{Policies: map[string]*monitoringpb.AlertPolicy{}}
	var err error
	if observed.Service, err = client.Services().Get(ctx, state.ServiceName.ValueString()); err != nil && !gcp.IsNotFound(err) {
		return observed, nil, err
	}
	if observed.Objective, err = client.SLOs().Get(ctx, state.Name.ValueString()); err != nil && !gcp.IsNotFound(err) {
		return observed, nil, err
	}
	names := map[string]string{}
	if state.Policies.IsNull() {
		if observed.Policies, err = policiesByLabel(ctx, client, state.Project.ValueString(), state.ServiceID.ValueString(), state.SloID.ValueString()); err != nil {
			return observed, nil, err
		}
		for key, policy := range observed.Policies {
			names[key] = policy.GetName()
		}
		return observed, names, nil
	}
	for key, name := range state.policyNames(ctx, diags) {
		policy, err := client.AlertPolicies().Get(ctx, name)
		if gcp.IsNotFound(err) {
			continue
		}
		if err != nil {
			return observed, nil, err
		}
		observed.Policies[key], names[key] = policy, name
	}
	return observed, names, nil
}

// takeDown deletes the policies, the objective, and the service if it was made
// for objectives and this was the last of them.
func takeDown(ctx context.Context, client *gcp.Client, state model, names map[string]string) error {
	labelled, err := policiesByLabel(ctx, client, state.Project.ValueString(), state.ServiceID.ValueString(), state.SloID.ValueString())
	if err != nil {
		return err
	}
	var failures []error
	doomed := slices.Collect(maps.Values(names))
	for _, policy := range labelled {
		doomed = append(doomed, policy.GetName())
	}
	slices.Sort(doomed)
	for _, name := range slices.Compact(doomed) {
		failures = append(failures, client.AlertPolicies().Delete(ctx, name))
	}
	if err := errors.Join(failures...); err != nil {
		return err
	}
	if err := client.SLOs().Delete(ctx, state.Name.ValueString()); err != nil {
		return err
	}
	service, err := client.Services().Fresh(ctx, state.ServiceName.ValueString())
	if gcp.IsNotFound(err) || err == nil && service.GetUserLabels()[alert.LabelManagedBy] != domain.OwnLabels()[alert.LabelManagedBy] {
		return nil
	}
	if err != nil {
		return err
	}
	others, err := client.SLOs().List(ctx, service.GetName())
	if gcp.IsNotFound(err) {
		return nil // Another objective, deleted at the same time, took it along.
	}
	if err != nil || len(others) > 0 {
		return err
	}
	if err := client.Services().Delete(ctx, service.GetName()); err != nil && !gcp.IsPreconditionFailed(err) {
		return err
	}
	return nil
}
