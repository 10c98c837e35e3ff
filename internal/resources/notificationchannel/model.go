package notificationchannel

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/cortx-platform/terraform-provider-cortx/internal/tfkit"
)

// Labels that this resource puts on a channel.
const (
	// managedBy names the tool that a channel belongs to.
	managedBy   = "managed_by"
	managedByUs = "terraform-provider-cortx"
	// secretVersion holds the version of the secret. It lies on the object, so
	// that an import finds it and shows no difference. 0 says that the secret is
	// one that the channel had before it became ours.
	secretVersion = "cortx_secret_version" //nolint:gosec // The name of a label; no secret.
	// publisherGrant marks a channel whose creation added the right to publish
	// to its topic, so that its deletion may take the right away again. It is
	// kept out of effective_labels, for nobody can know it before.
	publisherGrant = "cortx_publisher_grant"
)

type model struct {
	ID                 types.String   `tfsdk:"id"`
	Name               types.String   `tfsdk:"name"`
	Project            types.String   `tfsdk:"project"`
	DisplayName        types.String   `tfsdk:"display_name"`
	Description        types.String   `tfsdk:"description"`
	Enabled            types.Bool     `tfsdk:"enabled"`
	Labels             types.Map      `tfsdk:"labels"`
	EffectiveLabels    types.Map      `tfsdk:"effective_labels"`
	Type               types.String   `tfsdk:"type"`
	VerificationStatus types.String   `tfsdk:"verification_status"`
	PagerDuty          types.Object   `tfsdk:"pagerduty"`
	Slack              types.Object   `tfsdk:"slack"`
	Email              types.Object   `tfsdk:"email"`
	Webhook            types.Object   `tfsdk:"webhook"`
	PubSub             types.Object   `tfsdk:"pubsub"`
	Emulated           types.Bool     `tfsdk:"emulated"`
	Timeouts           timeouts.Value `tfsdk:"timeouts"`
}

// objects returns the kinds by their attribute names.
func (m *model) objects() map[string]*types.Object {
	return map[string]*types.Object{
		"pagerduty": &m.PagerDuty, "slack": &m.Slack, "email": &m.Email, "webhook": &m.Webhook, "pubsub": &m.PubSub,
	}
}

// kindNames returns the kinds that are set, in the order of their names.
func (m *model) kindNames() []string {
	var set []string
	for name, object := range m.objects() {
		if !object.IsNull() {
			set = append(set, name)
		}
	}
	slices.Sort(set)
	return set
}

// The kinds, as the codec of tfkit reads and writes them. The fields that end
// in WO hold secrets: they are read from a configuration only, and are empty in
// whatever is written to a plan or a state.
type (
	pagerDuty struct {
		ServiceKeyWO        string
		ServiceKeyWOVersion int64
	}
	slack struct {
		ChannelName        string
		AuthTokenWO        string
		AuthTokenWOVersion int64
	}
	email   struct{ Address string }
	webhook struct {
		URL               string
		Username          string
		PasswordWO        string
		PasswordWOVersion int64
		TokenWO           string
		TokenWOVersion    int64
	}
	pubSub struct {
		Topic            string
		PublisherGranted bool
	}
)

// channel is a notification channel's kind with its values.
type channel struct {
	pagerDuty *pagerDuty
	slack     *slack
	email     *email
	webhook   *webhook
	pubSub    *pubSub
}

// authToken is the query parameter in which the service keeps the token of a
// webhook.
const authToken = "auth_token"

// expandKind reads the kind of a model. What is not known is empty; versions
// default to 1 where a secret is always there.
func (m *model) expandKind(ctx context.Context, diags *diag.Diagnostics) channel {
	var c channel
	read := func(object types.Object, target any) {
		raw, err := object.ToTerraformValue(ctx)
		if err == nil {
			err = tfkit.Decode(raw, target)
		}
		if err != nil {
			addBug(diags, err)
		}
	}
	if !m.PagerDuty.IsNull() {
		c.pagerDuty = &pagerDuty{ServiceKeyWOVersion: 1}
		read(m.PagerDuty, c.pagerDuty)
	}
	if !m.Slack.IsNull() {
		c.slack = &slack{AuthTokenWOVersion: 1}
		read(m.Slack, c.slack)
	}
	if !m.Email.IsNull() {
		c.email = &email{}
		read(m.Email, c.email)
	}
	if !m.Webhook.IsNull() {
		c.webhook = &webhook{}
		read(m.Webhook, c.webhook)
	}
	if !m.PubSub.IsNull() {
		c.pubSub = &pubSub{}
		read(m.PubSub, c.pubSub)
	}
	return c
}

// encodeKind writes the values of a kind, without its secrets, into a model.
func (m *model) encodeKind(ctx context.Context, c channel, diags *diag.Diagnostics) {
	m.PagerDuty, m.Slack, m.Email, m.Webhook, m.PubSub = nullKind("pagerduty"), nullKind("slack"), nullKind("email"), nullKind("webhook"), nullKind("pubsub")
	switch {
	case c.pagerDuty != nil:
		m.PagerDuty = kindValue(ctx, "pagerduty", pagerDuty{ServiceKeyWOVersion: c.pagerDuty.ServiceKeyWOVersion}, diags)
	case c.slack != nil:
		m.Slack = kindValue(ctx, "slack", slack{ChannelName: c.slack.ChannelName, AuthTokenWOVersion: c.slack.AuthTokenWOVersion}, diags)
	case c.email != nil:
		m.Email = kindValue(ctx, "email", *c.email, diags)
	case c.webhook != nil:
		m.Webhook = kindValue(ctx, "webhook", webhook{
			URL: c.webhook.URL, Username: c.webhook.Username,
			PasswordWOVersion: c.webhook.PasswordWOVersion, TokenWOVersion: c.webhook.TokenWOVersion,
		}, diags)
	case c.pubSub != nil:
		m.PubSub = kindValue(ctx, "pubsub", *c.pubSub, diags)
	}
}

func kindType(name string) types.ObjectType {
	objectType, _ := schema.NestedAttributeObject{Attributes: kindAttributes[name]()}.Type().(types.ObjectType)
	return objectType
}

func nullKind(name string) types.Object { return types.ObjectNull(kindType(name).AttrTypes) }

func kindValue(ctx context.Context, name string, v any, diags *diag.Diagnostics) types.Object {
	raw, err := tfkit.Encode(ctx, kindAttributes[name](), v)
	if err != nil {
		addBug(diags, err)
		return nullKind(name)
	}
	value, err := kindType(name).ValueFromTerraform(ctx, raw)
	if err != nil {
		addBug(diags, err)
		return nullKind(name)
	}
	object, _ := value.(types.Object)
	return object
}

// typeName is the type as the service names it.
func (c channel) typeName() string {
	switch {
	case c.pagerDuty != nil:
		return "pagerduty"
	case c.slack != nil:
		return "slack"
	case c.email != nil:
		return "email"
	case c.webhook != nil && c.webhook.Username != "":
		return "webhook_basicauth"
	case c.webhook != nil:
		return "webhook_tokenauth"
	case c.pubSub != nil:
		return "pubsub"
	default:
		return ""
	}
}

// version is the version of the secret; 0 for kinds without one.
func (c channel) version() int64 {
	switch {
	case c.pagerDuty != nil:
		return c.pagerDuty.ServiceKeyWOVersion
	case c.slack != nil:
		return c.slack.AuthTokenWOVersion
	case c.webhook != nil:
		return max(c.webhook.PasswordWOVersion, c.webhook.TokenWOVersion)
	default:
		return 0
	}
}

// labels are the descriptor labels of the kind, secrets included.
func (c channel) labels() (map[string]string, error) {
	switch {
	case c.pagerDuty != nil:
		return map[string]string{"service_key": c.pagerDuty.ServiceKeyWO}, nil
	case c.slack != nil:
		return map[string]string{"channel_name": c.slack.ChannelName, authToken: c.slack.AuthTokenWO}, nil
	case c.email != nil:
		return map[string]string{"email_address": c.email.Address}, nil
	case c.webhook != nil && c.webhook.Username != "":
		return map[string]string{"url": c.webhook.URL, "username": c.webhook.Username, "password": c.webhook.PasswordWO}, nil
	case c.webhook != nil && c.webhook.TokenWO != "":
		address, err := url.Parse(c.webhook.URL)
		if err != nil {
			return nil, fmt.Errorf("the webhook's address can't be parsed: %w", err)
		}
		query := address.Query()
		query.Set(authToken, c.webhook.TokenWO)
		address.RawQuery = query.Encode()
		return map[string]string{"url": address.String()}, nil
	case c.webhook != nil:
		return map[string]string{"url": c.webhook.URL}, nil
	case c.pubSub != nil:
		return map[string]string{"topic": c.pubSub.Topic}, nil
	default:
		return map[string]string{}, nil
	}
}

// proto returns the channel as the service takes it, with the given labels.
func (m *model) proto(c channel, userLabels map[string]string) (*monitoringpb.NotificationChannel, error) {
	labels, err := c.labels()
	if err != nil {
		return nil, err
	}
	return &monitoringpb.NotificationChannel{
		Name:        m.Name.ValueString(),
		Type:        c.typeName(),
		DisplayName: m.DisplayName.ValueString(),
		Description: m.Description.ValueString(),
		Enabled:     wrapperspb.Bool(m.Enabled.ValueBool()),
		Labels:      labels,
		UserLabels:  maps.Clone(userLabels),
	}, nil
}

// ownLabels are the labels that the resource itself adds.
func (c channel) ownLabels() map[string]string {
	own := map[string]string{managedBy: managedByUs}
	if v := c.version(); v > 0 || c.pagerDuty != nil || c.slack != nil {
		own[secretVersion] = strconv.FormatInt(v, 10)
	}
	return own
}

// kindFromProto reads the kind of what the service returned. The version of the
// secret is that of its label; the secret itself is never returned.
func kindFromProto(remote *monitoringpb.NotificationChannel) channel {
	labels := remote.GetLabels()
	v, err := strconv.ParseInt(remote.GetUserLabels()[secretVersion], 10, 64)
	if err != nil {
		v = 0
	}
	switch remote.GetType() {
	case "pagerduty":
		return channel{pagerDuty: &pagerDuty{ServiceKeyWOVersion: v}}
	case "slack":
		return channel{slack: &slack{ChannelName: labels["channel_name"], AuthTokenWOVersion: v}}
	case "email":
		return channel{email: &email{Address: labels["email_address"]}}
	case "webhook_basicauth":
		return channel{webhook: &webhook{URL: labels["url"], Username: labels["username"], PasswordWOVersion: v}}
	case "webhook_tokenauth":
		return channel{webhook: &webhook{URL: withoutToken(labels["url"]), TokenWOVersion: v}}
	case "pubsub":
		return channel{pubSub: &pubSub{Topic: labels["topic"]}}
	default:
		return channel{}
	}
}

// withoutToken takes the token from a webhook's address: it is a secret, and
// the service returns it.
func withoutToken(address string) string {
	parsed, err := url.Parse(address)
	if err != nil {
		return ""
	}
	query := parsed.Query()
	if !query.Has(authToken) {
		return address
	}
	query.Del(authToken)
	parsed.RawQuery = query.Encode()
	return parsed.String()
}

func addBug(diags *diag.Diagnostics, err error) {
	diags.AddError("The provider could not convert a value of a notification channel.", "This is a bug in the provider; please report it.\n\n"+err.Error())
}
