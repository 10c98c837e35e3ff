package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cortx-platform/terraform-provider-cortx/internal/tfkit"
)

// Schema implements provider.Provider.
func (p *cortx) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Stands up, guards and observes the environments of a multi-tenant compliance platform on Google Cloud. " +
			"Every argument can come from the environment instead; where hashicorp/google has the same argument, it is the same variable, so that one set-up serves both.",
		Attributes: map[string]schema.Attribute{
			"project": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "The default project id. Environment: `GOOGLE_PROJECT`, `GOOGLE_CLOUD_PROJECT`, `GCLOUD_PROJECT`, `CLOUDSDK_CORE_PROJECT`.",
			},
			"region": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "The default region. Environment: `GOOGLE_REGION`, `GCLOUD_REGION`, `CLOUDSDK_COMPUTE_REGION`.",
			},
			"credentials": schema.StringAttribute{
				Optional: true, Sensitive: true,
				MarkdownDescription: "A credentials file's path or its JSON: a service account key, an authorised user, or an external account (workload identity federation, HCP Terraform dynamic credentials). " +
					"Without it, application default credentials are used. Environment: `GOOGLE_CREDENTIALS`, `GOOGLE_CLOUD_KEYFILE_JSON`, `GCLOUD_KEYFILE_JSON`.",
			},
			"access_token": schema.StringAttribute{
				Optional: true, Sensitive: true,
				MarkdownDescription: "A temporary OAuth 2.0 access token, used instead of `credentials`; it is not renewed. Environment: `GOOGLE_OAUTH_ACCESS_TOKEN`.",
			},
			"impersonate_service_account": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "The email address of a service account to act as. Environment: `GOOGLE_IMPERSONATE_SERVICE_ACCOUNT`.",
			},
			"impersonate_service_account_delegates": schema.ListAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "The chain of service accounts through which `impersonate_service_account` is reached. Environment: `CORTX_IMPERSONATE_SERVICE_ACCOUNT_DELEGATES`, separated by commas.",
			},
			"billing_project": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "The project that quota is taken from when `user_project_override` is true. Environment: `GOOGLE_BILLING_PROJECT`.",
			},
			"user_project_override": schema.BoolAttribute{
				Optional:            true,
				MarkdownDescription: "Take quota from the resource's project, or from `billing_project`, and not from the project of the credentials. Environment: `USER_PROJECT_OVERRIDE`.",
			},
			"universe_domain": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "The domain of the Google Cloud universe; `googleapis.com` when not set. Environment: `GOOGLE_CLOUD_UNIVERSE_DOMAIN`.",
			},
			"request_timeout": schema.StringAttribute{
				Optional: true, CustomType: tfkit.DurationType{},
				MarkdownDescription: "How long one attempt of one request may take, such as `\"120s\"`, which is also the default. Environment: `CORTX_REQUEST_TIMEOUT`.",
			},
			"default_labels": schema.MapAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Labels for every object that has labels. Environment: `CORTX_DEFAULT_LABELS`, as `key=value` pairs separated by commas.",
			},
			"endpoints": schema.MapAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Other base URLs for services: keys " + serviceNames() + ". Environment: `GOOGLE_<SERVICE>_CUSTOM_ENDPOINT`, as with hashicorp/google.",
			},
			"grafana": grafanaAttribute(),
			"emulator_host": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Host and port of the embedded Google Cloud (`terraform-provider-cortx emulator`); loopback only. All requests go there, without credentials, and every run warns. " +
					"Environment: `CORTX_EMULATOR_HOST`.",
			},
		},
	}
}
