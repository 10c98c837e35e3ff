package environment

import (
	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cortx-platform/terraform-provider-cortx/internal/tfkit"
)

// model is the resource as Terraform holds it. The groups of settings are read
// and written by their paths instead: see settings_values.go.
type model struct {
	ID                   types.String   `tfsdk:"id"`
	Tier                 types.String   `tfsdk:"tier"`
	Name                 types.String   `tfsdk:"name"`
	Project              types.String   `tfsdk:"project"`
	Region               types.String   `tfsdk:"region"`
	Zone                 types.String   `tfsdk:"zone"`
	Labels               types.Map      `tfsdk:"labels"`
	EffectiveLabels      types.Map      `tfsdk:"effective_labels"`
	NotificationChannels types.List     `tfsdk:"notification_channels"`
	Access               types.Object   `tfsdk:"access"`
	Budget               types.Object   `tfsdk:"budget"`
	Maintenance          types.Object   `tfsdk:"maintenance"`
	CatalogueVersion     types.Int64    `tfsdk:"catalogue_version"`
	OnIncomplete         types.String   `tfsdk:"on_incomplete"`
	Adopt                types.Bool     `tfsdk:"adopt"`
	AllowRecreate        types.Set      `tfsdk:"allow_recreate"`
	Confirm              types.Set      `tfsdk:"confirm"`
	Exceptions           types.Map      `tfsdk:"exceptions"`
	ResetTrigger         types.String   `tfsdk:"reset_trigger"`
	TTL                  tfkit.Duration `tfsdk:"ttl"`
	Incarnation          types.Int64    `tfsdk:"incarnation"`
	Ready                types.Bool     `tfsdk:"ready"`
	Pending              types.List     `tfsdk:"pending"`
	LastError            types.String   `tfsdk:"last_error"`
	ExpiresAt            types.String   `tfsdk:"expires_at"`
	Emulated             types.Bool     `tfsdk:"emulated"`
	ControlIDs           types.Map      `tfsdk:"control_ids"`
	ClusterID            types.String   `tfsdk:"cluster_id"`
	ClusterEndpoint      types.String   `tfsdk:"cluster_endpoint"`
	DatabaseID           types.String   `tfsdk:"database_id"`
	DatabaseAddress      types.String   `tfsdk:"database_address"`
	DataBucket           types.String   `tfsdk:"data_bucket"`
	DeletionPolicy       types.String   `tfsdk:"deletion_policy"`
	ProjectLien          types.Bool     `tfsdk:"project_lien"`
	Timeouts             timeouts.Value `tfsdk:"timeouts"`

	Cluster    types.Object `tfsdk:"cluster"`
	Encryption types.Object `tfsdk:"encryption"`
	Database   types.Object `tfsdk:"database"`
	Storage    types.Object `tfsdk:"storage"`
	Logging    types.Object `tfsdk:"logging"`
	Network    types.Object `tfsdk:"network"`
}
