package notificationchannel

import (
	"context"
	"fmt"
	"maps"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cortx-platform/terraform-provider-cortx/internal/tfkit"
)

// ModifyPlan implements resource.ResourceWithModifyPlan.
func (r *notificationChannel) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		return
	}
	var config model
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	var prior *model
	if !req.State.Raw.IsNull() {
		prior = &model{}
		resp.Diagnostics.Append(req.State.Get(ctx, prior)...)
	}
	if resp.Diagnostics.HasError() || prior != nil && tfkit.NotRead(prior.DisplayName, &resp.Diagnostics) {
		return
	}
	planned, replaced := r.plan(ctx, config, prior, tfkit.Adopted(ctx, req.Private, &resp.Diagnostics), &resp.Diagnostics)
	writes := prior == nil || len(replaced) > 0 || planned.writesLabels(ctx, *prior, &resp.Diagnostics)
	validate(ctx, config, req.Config.Raw, prior != nil, writes, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.RequiresReplace = append(resp.RequiresReplace, replaced...)
	resp.Diagnostics.Append(resp.Plan.Set(ctx, planned)...)
	if prior == nil || resp.Diagnostics.HasError() {
		return
	}
	kept := deferral.KeepAdopted(ctx, req.Private, req.State.Raw, resp.Plan.Raw, &resp.Diagnostics)
	if !kept.Equal(resp.Plan.Raw) {
		prior.warnUngranted(ctx, &resp.Diagnostics)
	}
	resp.Plan.Raw = kept
}

// plan resolves a configuration, and returns the attributes whose change makes
// another channel of it.
func (r *notificationChannel) plan(ctx context.Context, config model, prior *model, adopted bool, diags *diag.Diagnostics) (model, path.Paths) {
	planned := config
	kind := config.expandKind(ctx, diags)
	if prior != nil && !config.versionSet() && prior.unversioned(ctx, kind, adopted, config.secretSet(), diags) {
		kind = kind.at(0)
	}
	planned.Project = r.PlanProject(config.Project, diags)
	planned.Emulated = r.Data.Emulated()
	if config.Enabled.IsNull() {
		planned.Enabled = types.BoolValue(true)
	}
	planned.Type = types.StringValue(kind.typeName())
	if !config.kindKnown(ctx) && kind.webhook != nil {
		planned.Type = types.StringUnknown()
	}
	planned.planKinds(ctx, kind, diags)

	own := kind.ownLabels()
	planned.EffectiveLabels = types.MapUnknown(types.StringType)
	if config.versionKnown(ctx) {
		planned.EffectiveLabels = tfkit.PlanLabels(ctx, r.Data.DefaultLabels, config.Labels, own, diags)
	}

	planned.ID, planned.Name, planned.VerificationStatus = types.StringUnknown(), types.StringUnknown(), types.StringUnknown()
	var replaced path.Paths
	if prior == nil {
		return planned, nil
	}
	// An unknown project is not yet another one.
	if !planned.Project.IsUnknown() && !planned.Project.Equal(prior.Project) {
		replaced = append(replaced, path.Root("project"))
	}
	if !planned.Type.IsUnknown() && !planned.Type.Equal(prior.Type) {
		for _, name := range append(config.kindNames(), prior.kindNames()...) {
			replaced = append(replaced, path.Root(name))
		}
	}
	if len(replaced) == 0 {
		planned.ID, planned.Name, planned.VerificationStatus = prior.ID, prior.Name, prior.VerificationStatus
	}
	if kind.pubSub != nil && !prior.PubSub.IsNull() && len(replaced) == 0 {
		planned.planGrant(ctx, diags)
	}
	return planned, replaced
}

// planKinds fills in what a kind leaves out and drops its secrets: a write-only
// argument is null in every plan.
func (m *model) planKinds(ctx context.Context, kind channel, diags *diag.Diagnostics) {
	configured := *m
	resolved := model{}
	resolved.encodeKind(ctx, kind, diags)
	objects, defaults := m.objects(), resolved.objects()
	for name, object := range configured.objects() {
		if object.IsNull() || object.IsUnknown() {
			continue
		}
		raw, err := object.ToTerraformValue(ctx)
		if err != nil {
			addBug(diags, err)
			continue
		}
		filled, err := fillKind(ctx, name, raw, *defaults[name])
		if err != nil {
			addBug(diags, err)
			continue
		}
		value, err := kindType(name).ValueFromTerraform(ctx, filled)
		if err != nil {
			addBug(diags, err)
			continue
		}
		*objects[name], _ = value.(types.Object)
	}
}

func fillKind(ctx context.Context, name string, raw tftypes.Value, defaults types.Object) (tftypes.Value, error) {
	resolved, err := defaults.ToTerraformValue(ctx)
	if err != nil {
		return raw, err
	}
	filled, err := tfkit.Fill(raw, resolved)
	if err != nil {
		return raw, err
	}
	return tfkit.EditObject(filled, func(attributes map[string]tftypes.Value) {
		for key := range attributes {
			if strings.HasSuffix(key, "_wo") {
				attributes[key] = tftypes.NewValue(tftypes.String, nil)
			}
		}
		if name == "pubsub" {
			// Known only once the service has been asked: a grant that fails must
			// not contradict the plan, which would taint the channel.
			attributes["publisher_granted"] = tftypes.NewValue(tftypes.Bool, tftypes.UnknownValue)
		}
	})
}

// planGrant plans the right to publish for a channel that stands: a grant that
// is missing shows as an update.
func (m *model) planGrant(ctx context.Context, diags *diag.Diagnostics) {
	raw, err := m.PubSub.ToTerraformValue(ctx)
	if err == nil {
		raw, err = tfkit.EditObject(raw, func(attributes map[string]tftypes.Value) {
			attributes["publisher_granted"] = tftypes.NewValue(tftypes.Bool, true)
		})
	}
	if err != nil {
		addBug(diags, err)
		return
	}
	value, err := kindType("pubsub").ValueFromTerraform(ctx, raw)
	if err != nil {
		addBug(diags, err)
		return
	}
	m.PubSub, _ = value.(types.Object)
}

func (m *model) kindKnown(ctx context.Context) bool {
	for _, object := range m.objects() {
		if raw, err := object.ToTerraformValue(ctx); err != nil || !raw.IsFullyKnown() {
			return false
		}
	}
	return true
}

// versionKnown reports whether the versions of all secrets are known.
func (m *model) versionKnown(ctx context.Context) bool {
	for _, object := range m.objects() {
		raw, err := object.ToTerraformValue(ctx)
		if err != nil || !raw.IsKnown() {
			return false
		}
		for name, attribute := range object.Attributes() {
			if strings.HasSuffix(name, "_version") && attribute.IsUnknown() {
				return false
			}
		}
	}
	return true
}

var (
	topicName = regexp.MustCompile(`^projects/[^/]+/topics/[A-Za-z][A-Za-z0-9._~%+-]{2,254}$`)
	// secretShape is what the tokens of these services look like.
	secretShape = regexp.MustCompile(`(?i)^(xox[a-z]-.+|[0-9a-f]{32}|[A-Za-z0-9+_-]{20}[A-Za-z0-9+_-]*:[^ ]+|sk_.+|ghp_.+|AIza.+)$`)
)

// secretKeys are the names under which the service itself keeps secrets.
var secretKeys = []string{"service_key", "auth_token", "password", "token", "secret", "api_key"}

// report takes a problem of the configuration.
type report func(problem tfkit.Problem)

// validate reports what is wrong with the known part of a configuration. The
// paths are in full, for which Terraform shows no line that may hold a secret.
// writes says that the values of the kind are sent, and so its secret has to be
// there.
func validate(ctx context.Context, config model, raw tftypes.Value, standing, writes bool, diags *diag.Diagnostics) {
	add := func(problem tfkit.Problem) {
		if tfkit.KnownAt(raw, problem.Steps) {
			problem.Add(diags, tfkit.Path(problem.Steps), standing)
		}
	}
	if names := config.kindNames(); len(names) != 1 {
		for _, object := range config.objects() {
			if object.IsUnknown() {
				return
			}
		}
		tfkit.Problem{
			Summary: "A notification channel has exactly one kind.",
			Detail:  fmt.Sprintf("Set one of pagerduty, slack, email, webhook and pubsub; %d are set. For several, make several channels.", len(names)),
		}.Add(diags, path.Empty(), standing)
		return
	}
	if n := utf8.RuneCountInString(config.DisplayName.ValueString()); n == 0 || n > 512 {
		add(tfkit.Problem{Steps: []any{"display_name"}, Summary: "The display name has the wrong length.", Detail: fmt.Sprintf("Use 1 to 512 characters; it has %d.", n)})
	}
	if n := utf8.RuneCountInString(config.Description.ValueString()); n > 1024 {
		add(tfkit.Problem{Steps: []any{"description"}, Summary: "The description is too long.", Detail: fmt.Sprintf("Use at most 1,024 characters; it has %d.", n)})
	}
	for _, problem := range labelProblems(tfkit.StringMap(ctx, config.Labels, diags)) {
		// Without a path: Terraform would show the line of the labels, and a
		// secret that stands there.
		problem.Add(diags, path.Empty(), standing)
	}
	validateKind(config.expandKind(ctx, diags), writes, add)
}

func labelProblems(labels map[string]string) []tfkit.Problem {
	var problems []tfkit.Problem
	at := []any{"labels"}
	if len(labels) > 60 {
		problems = append(problems, tfkit.Problem{Steps: at, Summary: "There are too many labels.", Detail: fmt.Sprintf("Use at most 60, which leaves room for the provider's own; there are %d.", len(labels))})
	}
	for _, key := range slices.Sorted(maps.Keys(labels)) {
		switch value := labels[key]; {
		case slices.Contains(secretKeys, key) || secretShape.MatchString(value):
			problems = append(problems, tfkit.Problem{
				Steps: at, Summary: "A secret does not belong in labels.",
				Detail: fmt.Sprintf("The value of %q is a secret or looks like one. Labels are stored in the state and shown to everybody who may read the project. "+
					"Use pagerduty.service_key_wo, slack.auth_token_wo, webhook.password_wo or webhook.token_wo, and change this secret, since it may have been seen.", key),
			})
		case key == managedBy || key == secretVersion || key == publisherGrant:
			problems = append(problems, tfkit.Problem{Steps: at, Summary: "This label is the provider's own.", Detail: fmt.Sprintf("Choose another key than %q.", key)})
		case !tfkit.ValidLabel(key, value):
			problems = append(problems, tfkit.Problem{
				Steps: at, Summary: "This label can't be put on a notification channel.",
				Detail: fmt.Sprintf("Use only lowercase letters, digits, underscores and dashes, at most 63 of them, in key and value; a key begins with a letter. The key is %q.", key),
			})
		}
	}
	return problems
}

// validateKind checks the values of a kind. No message repeats a value that may
// hold a secret.
func validateKind(kind channel, writes bool, add report) {
	switch {
	case kind.pagerDuty != nil:
		requireSecret(add, writes, "pagerduty", "service_key_wo", kind.pagerDuty.ServiceKeyWO)
		requireVersion(add, writes, "pagerduty", "service_key_wo_version", kind.pagerDuty.ServiceKeyWOVersion)
	case kind.slack != nil:
		requireSecret(add, writes, "slack", "auth_token_wo", kind.slack.AuthTokenWO)
		requireVersion(add, writes, "slack", "auth_token_wo_version", kind.slack.AuthTokenWOVersion)
		if kind.slack.ChannelName == "" {
			add(tfkit.Problem{Steps: []any{"slack", "channel_name"}, Summary: "The Slack channel is empty.", Detail: "Give its name, such as \"#incidents\"."})
		}
	case kind.email != nil:
		if address, err := mail.ParseAddress(kind.email.Address); err != nil || address.Address != kind.email.Address {
			add(tfkit.Problem{Steps: []any{"email", "address"}, Summary: "This is not an email address.", Detail: fmt.Sprintf("Give an address such as \"oncall@example.com\"; got %q.", kind.email.Address)})
		}
	case kind.webhook != nil:
		validateWebhook(*kind.webhook, writes, add)
	case kind.pubSub != nil:
		if !topicName.MatchString(kind.pubSub.Topic) {
			add(tfkit.Problem{Steps: []any{"pubsub", "topic"}, Summary: "This is not the name of a topic.", Detail: fmt.Sprintf("Give the full name, projects/PROJECT/topics/TOPIC; got %q.", kind.pubSub.Topic)})
		}
	}
}

func requireSecret(add report, writes bool, kind, attribute, value string) {
	if value == "" && writes {
		add(tfkit.Problem{
			Steps: []any{kind, attribute}, Summary: "The secret is empty.",
			Detail: "Give " + kind + "." + attribute + ", for example from an ephemeral variable or an ephemeral resource: " +
				"a new channel needs it, and the service takes it together with its version and the values beside it. A channel that keeps all of them keeps its secret too.",
		})
	}
}

// requireVersion takes 0 for a secret that the channel had before it became ours,
// as long as nothing is written.
func requireVersion(add report, writes bool, kind, attribute string, value int64) {
	if value < 0 || value == 0 && writes {
		add(tfkit.Problem{Steps: []any{kind, attribute}, Summary: "The version of a secret begins at 1.", Detail: "Give 1 or more, and raise it whenever the secret changes."})
	}
}

func validateWebhook(w webhook, writes bool, add report) {
	address, err := url.Parse(w.URL)
	switch {
	case err != nil || address.Host == "" || address.Scheme != "https" && address.Scheme != "http":
		add(tfkit.Problem{Steps: []any{"webhook", "url"}, Summary: "This is not the address of a webhook.", Detail: "Give an absolute URL, such as \"https://hooks.example.com/alerts\"."})
	case address.User != nil || address.Query().Has(authToken):
		add(tfkit.Problem{Steps: []any{"webhook", "url"}, Summary: "The address of the webhook holds a secret.", Detail: "Take the password or token out of the URL, and give it as webhook.password_wo or webhook.token_wo. Change the secret, since it may have been seen."})
	}
	if w.Username != "" {
		requireSecret(add, writes, "webhook", "password_wo", w.PasswordWO)
		if w.TokenWO != "" {
			add(tfkit.Problem{Steps: []any{"webhook", "token_wo"}, Summary: "A webhook has a password or a token, not both.", Detail: "Remove token_wo, or username and password_wo."})
		}
	} else if w.PasswordWO != "" {
		add(tfkit.Problem{Steps: []any{"webhook", "username"}, Summary: "The user of the webhook is missing.", Detail: "Give webhook.username with webhook.password_wo."})
	}
	if w.PasswordWO != "" {
		requireVersion(add, writes, "webhook", "password_wo_version", w.PasswordWOVersion)
	}
	if w.TokenWO != "" {
		requireVersion(add, writes, "webhook", "token_wo_version", w.TokenWOVersion)
	}
}
