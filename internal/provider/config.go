package provider

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/tfkit"
)

type config struct {
	Project                            types.String   `tfsdk:"project"`
	Region                             types.String   `tfsdk:"region"`
	Credentials                        types.String   `tfsdk:"credentials"`
	AccessToken                        types.String   `tfsdk:"access_token"`
	ImpersonateServiceAccount          types.String   `tfsdk:"impersonate_service_account"`
	ImpersonateServiceAccountDelegates types.List     `tfsdk:"impersonate_service_account_delegates"`
	BillingProject                     types.String   `tfsdk:"billing_project"`
	UserProjectOverride                types.Bool     `tfsdk:"user_project_override"`
	UniverseDomain                     types.String   `tfsdk:"universe_domain"`
	RequestTimeout                     tfkit.Duration `tfsdk:"request_timeout"`
	DefaultLabels                      types.Map      `tfsdk:"default_labels"`
	Endpoints                          types.Map      `tfsdk:"endpoints"`
	EmulatorHost                       types.String   `tfsdk:"emulator_host"`
	Grafana                            types.Object   `tfsdk:"grafana"`
}

// services are the keys of endpoints, each with the word that hashicorp/google
// uses in the environment variable of its custom endpoint.
var services = []struct{ key, env string }{
	{"access_context_manager", "ACCESS_CONTEXT_MANAGER"},
	{"billing", "BILLING"},
	{"billing_budgets", "BILLING_BUDGETS"},
	{"binary_authorization", "BINARY_AUTHORIZATION"},
	{"cloudresourcemanager", "RESOURCE_MANAGER"},
	{"compute", "COMPUTE"},
	{"container", "CONTAINER"},
	{"container_analysis", "CONTAINER_ANALYSIS"},
	{"dns", "DNS"},
	{"iam", "IAM"},
	{"kms", "KMS"},
	{"logging", "LOGGING"},
	{"monitoring", "MONITORING"},
	{"org_policy", "ORG_POLICY"},
	{"pubsub", "PUBSUB"},
	{"serviceusage", "SERVICE_USAGE"},
	{"sql", "SQL"},
	{"storage", "STORAGE"},
}

func serviceNames() string {
	names := make([]string, 0, len(services))
	for _, service := range services {
		names = append(names, "`"+service.key+"`")
	}
	return strings.Join(names, ", ")
}

// Configure implements provider.Provider. It makes no network call: clients are
// dialled, and credentials are looked for, when a resource first needs them.
func (p *cortx) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	var cfg config
	resp.Diagnostics.Append(req.Config.Get(ctx, &cfg)...)
	if resp.Diagnostics.HasError() {
		return
	}
	p.fromEnvironment(ctx, &cfg, &resp.Diagnostics)
	p.checkLabels(ctx, cfg.DefaultLabels, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}

	data := &tfkit.Data{Project: cfg.Project, Region: cfg.Region, Clock: p.options.Clock, DefaultLabels: cfg.DefaultLabels, HasGrafana: types.BoolValue(!cfg.Grafana.IsNull())}
	if cfg.Grafana.IsUnknown() {
		data.HasGrafana = types.BoolUnknown()
	}
	resp.ResourceData = data
	resp.ListResourceData = data
	resp.DataSourceData = data
	if cfg.unknown() || grafanaUnknown(ctx, cfg.Grafana) {
		// Terraform plans with what it has. The clients come with the apply,
		// when every value is known.
		return
	}
	client, err := gcp.New(p.clientConfig(ctx, cfg, &resp.Diagnostics)) //nolint:contextcheck // The clients outlive the call, and keep no context.
	if err != nil {
		at := path.Empty()
		if cfg.EmulatorHost.ValueString() != "" {
			at = path.Root("emulator_host")
		}
		resp.Diagnostics.AddAttributeError(at, "The provider's configuration can't be used.", err.Error())
		return
	}
	data.Client = client
	if p.options.Opened != nil {
		p.options.Opened(client)
	}
	data.Grafana = p.grafanaClient(ctx, cfg.Grafana, cfg.EmulatorHost.ValueString(), &resp.Diagnostics)
	if client.Emulated() {
		resp.Diagnostics.AddAttributeWarning(path.Root("emulator_host"),
			"The provider talks to the emulator, not to Google Cloud.",
			fmt.Sprintf("Everything in this run stands in the emulator at %s. Unset CORTX_EMULATOR_HOST (or emulator_host) to reach Google Cloud.", cfg.EmulatorHost.ValueString()))
	}
}

// unknown reports whether a value that the clients need is not known yet.
func (c config) unknown() bool {
	for _, value := range []attr.Value{
		c.Credentials, c.AccessToken, c.ImpersonateServiceAccount, c.ImpersonateServiceAccountDelegates, c.BillingProject,
		c.UserProjectOverride, c.UniverseDomain, c.RequestTimeout, c.Endpoints, c.EmulatorHost,
	} {
		if value.IsUnknown() {
			return true
		}
	}
	inside := slices.AppendSeq(c.ImpersonateServiceAccountDelegates.Elements(), maps.Values(c.Endpoints.Elements()))
	return slices.ContainsFunc(inside, attr.Value.IsUnknown)
}

func (p *cortx) clientConfig(ctx context.Context, cfg config, diags *diag.Diagnostics) gcp.Config {
	var delegates []string
	if !cfg.ImpersonateServiceAccountDelegates.IsNull() {
		diags.Append(cfg.ImpersonateServiceAccountDelegates.ElementsAs(ctx, &delegates, false)...)
	}
	return gcp.Config{
		Project:                            cfg.Project.ValueString(),
		Region:                             cfg.Region.ValueString(),
		Credentials:                        cfg.Credentials.ValueString(),
		AccessToken:                        cfg.AccessToken.ValueString(),
		ImpersonateServiceAccount:          cfg.ImpersonateServiceAccount.ValueString(),
		ImpersonateServiceAccountDelegates: delegates,
		BillingProject:                     cfg.BillingProject.ValueString(),
		UserProjectOverride:                cfg.UserProjectOverride.ValueBool(),
		UniverseDomain:                     cfg.UniverseDomain.ValueString(),
		RequestTimeout:                     cfg.RequestTimeout.Or(0),
		Endpoints:                          tfkit.StringMap(ctx, cfg.Endpoints, diags),
		EmulatorHost:                       cfg.EmulatorHost.ValueString(),
		UserAgent:                          "terraform-provider-cortx/" + p.version,
		Clock:                              p.options.Clock,
		Seed:                               p.options.Seed,
		FirstPoll:                          p.options.FirstPoll,
	}
}

// FromEnvironment returns what a provider block without an argument says: how
// Google Cloud is reached by the environment alone. Subcommands go by it, so that
// they need nothing that Terraform doesn't. It makes no call.
func FromEnvironment(ctx context.Context, version string, getenv func(string) string) (gcp.Config, error) {
	p := &cortx{version: version, options: Options{Getenv: getenv}}
	cfg := config{
		ImpersonateServiceAccountDelegates: types.ListNull(types.StringType),
		DefaultLabels:                      types.MapNull(types.StringType),
		Endpoints:                          types.MapNull(types.StringType),
	}
	var diags diag.Diagnostics
	p.fromEnvironment(ctx, &cfg, &diags)
	made := p.clientConfig(ctx, cfg, &diags)
	var problems []error
	for _, found := range diags.Errors() {
		problems = append(problems, errors.New(found.Summary()+" "+found.Detail()))
	}
	return made, errors.Join(problems...)
}

// fromEnvironment fills what the configuration leaves out. As with
// hashicorp/google, an empty string counts as left out.
func (p *cortx) fromEnvironment(ctx context.Context, cfg *config, diags *diag.Diagnostics) {
	for _, fallback := range []struct {
		value *types.String
		names []string
	}{
		{&cfg.Project, []string{"GOOGLE_PROJECT", "GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT", "CLOUDSDK_CORE_PROJECT"}},
		{&cfg.Region, []string{"GOOGLE_REGION", "GCLOUD_REGION", "CLOUDSDK_COMPUTE_REGION"}},
		{&cfg.AccessToken, []string{"GOOGLE_OAUTH_ACCESS_TOKEN"}},
		{&cfg.ImpersonateServiceAccount, []string{"GOOGLE_IMPERSONATE_SERVICE_ACCOUNT"}},
		{&cfg.BillingProject, []string{"GOOGLE_BILLING_PROJECT"}},
		{&cfg.UniverseDomain, []string{"GOOGLE_CLOUD_UNIVERSE_DOMAIN"}},
		{&cfg.EmulatorHost, []string{"CORTX_EMULATOR_HOST"}},
	} {
		if text := p.env(fallback.names...); isUnset(*fallback.value) {
			*fallback.value = types.StringNull()
			if text != "" {
				*fallback.value = types.StringValue(text)
			}
		}
	}
	// A token in the configuration is a decision against keys in the environment.
	if isUnset(cfg.Credentials) && isUnset(cfg.AccessToken) {
		cfg.Credentials = types.StringNull()
		if text := p.env("GOOGLE_CREDENTIALS", "GOOGLE_CLOUD_KEYFILE_JSON", "GCLOUD_KEYFILE_JSON"); text != "" {
			cfg.Credentials = types.StringValue(text)
		}
	}
	if text := p.env("CORTX_IMPERSONATE_SERVICE_ACCOUNT_DELEGATES"); cfg.ImpersonateServiceAccountDelegates.IsNull() && text != "" {
		list, d := types.ListValueFrom(ctx, types.StringType, strings.Split(text, ","))
		diags.Append(d...)
		cfg.ImpersonateServiceAccountDelegates = list
	}
	if text := p.env("USER_PROJECT_OVERRIDE"); cfg.UserProjectOverride.IsNull() && text != "" {
		override, err := strconv.ParseBool(text)
		if err != nil {
			diags.AddAttributeError(path.Root("user_project_override"), "The environment variable is not a boolean.",
				fmt.Sprintf("Set USER_PROJECT_OVERRIDE to true or false; it is %q.", text))
		}
		cfg.UserProjectOverride = types.BoolValue(override)
	}
	if text := p.env("CORTX_REQUEST_TIMEOUT"); cfg.RequestTimeout.IsNull() && text != "" {
		timeout, err := time.ParseDuration(text)
		if err != nil {
			diags.AddAttributeError(path.Root("request_timeout"), "The environment variable is not a duration.",
				fmt.Sprintf("Set CORTX_REQUEST_TIMEOUT to a number with a unit, such as 120s; it is %q.", text))
		}
		cfg.RequestTimeout = tfkit.DurationValue(timeout)
	}
	p.labelsFromEnvironment(ctx, cfg, diags)
	p.endpointsFromEnvironment(ctx, cfg, diags)
}

func isUnset(s types.String) bool { return s.IsNull() || !s.IsUnknown() && s.ValueString() == "" }

func (p *cortx) env(names ...string) string {
	for _, name := range names {
		if text := p.options.Getenv(name); text != "" {
			return text
		}
	}
	return ""
}

func (p *cortx) labelsFromEnvironment(ctx context.Context, cfg *config, diags *diag.Diagnostics) {
	text := p.env("CORTX_DEFAULT_LABELS")
	if !cfg.DefaultLabels.IsNull() || text == "" {
		return
	}
	labels := map[string]string{}
	for pair := range strings.SplitSeq(text, ",") {
		key, value, ok := strings.Cut(strings.TrimSpace(pair), "=")
		if !ok {
			diags.AddAttributeError(path.Root("default_labels"), "The environment variable is not a list of labels.",
				fmt.Sprintf("Set CORTX_DEFAULT_LABELS to pairs such as team=platform,cost=shared; %q has no equals sign.", pair))
			return
		}
		labels[key] = value
	}
	value, d := types.MapValueFrom(ctx, types.StringType, labels)
	diags.Append(d...)
	cfg.DefaultLabels = value
}

func (p *cortx) endpointsFromEnvironment(ctx context.Context, cfg *config, diags *diag.Diagnostics) {
	if cfg.Endpoints.IsUnknown() {
		return
	}
	endpoints := map[string]types.String{}
	if !cfg.Endpoints.IsNull() {
		diags.Append(cfg.Endpoints.ElementsAs(ctx, &endpoints, false)...)
	}
	for key := range endpoints {
		if !slices.ContainsFunc(services, func(s struct{ key, env string }) bool { return s.key == key }) {
			diags.AddAttributeError(path.Root("endpoints").AtMapKey(key), "The provider doesn't know this service.",
				fmt.Sprintf("Use one of %s.", serviceNames()))
		}
	}
	for _, service := range services {
		if text := p.env("GOOGLE_" + service.env + "_CUSTOM_ENDPOINT"); text != "" {
			if _, ok := endpoints[service.key]; !ok {
				endpoints[service.key] = types.StringValue(text)
			}
		}
	}
	if len(endpoints) == 0 {
		return
	}
	value, d := types.MapValueFrom(ctx, types.StringType, endpoints)
	diags.Append(d...)
	cfg.Endpoints = value
}

func (p *cortx) checkLabels(ctx context.Context, labels types.Map, diags *diag.Diagnostics) {
	for key, value := range tfkit.StringMap(ctx, labels, diags) {
		if !tfkit.ValidLabel(key, value) {
			diags.AddAttributeError(path.Root("default_labels").AtMapKey(key), "This label can't be put on objects of Cloud Monitoring.",
				"Use only lowercase letters, digits, underscores and dashes, at most 63 of them; a key begins with a letter.")
		}
	}
}
