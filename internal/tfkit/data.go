package tfkit

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cortx-platform/terraform-provider-cortx/internal/clock"
	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/grafana"
)

// Data is what the provider hands to every type once it is configured.
type Data struct {
	// Client reaches Google Cloud. It is nil while the provider's own
	// configuration holds values that are known only after apply.
	Client *gcp.Client
	// Grafana reaches the Grafana of the provider block. It is nil without a
	// block, and while the provider's configuration is unknown.
	Grafana *grafana.Client
	// HasGrafana tells whether the provider block names a Grafana.
	HasGrafana types.Bool
	// Project is the default project: null when there is none, unknown when it
	// is known only after apply.
	Project types.String
	// Region is the default region: null when there is none, unknown when it is
	// known only after apply.
	Region types.String
	// Clock is the provider's time, for what plans warn of.
	Clock clock.Clock
	// DefaultLabels are put on every object that has labels.
	DefaultLabels types.Map
}

// Now is the provider's time.
func (d *Data) Now() time.Time {
	if d == nil || d.Clock == nil {
		return clock.System().Now()
	}
	return d.Clock.Now()
}

// Emulated tells whether the provider talks to the emulator: unknown while its
// configuration is unknown.
func (d *Data) Emulated() types.Bool {
	if d == nil || d.Client == nil {
		return types.BoolUnknown()
	}
	return types.BoolValue(d.Client.Emulated())
}

// Base is embedded by every resource: it keeps the provider's data.
type Base struct {
	Data *Data
}

// Configure implements resource.ResourceWithConfigure.
func (b *Base) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	if req.ProviderData == nil {
		return
	}
	data, ok := req.ProviderData.(*Data)
	if !ok {
		resp.Diagnostics.AddError(
			"The provider handed over data of an unexpected type.",
			fmt.Sprintf("Expected *tfkit.Data, got %T. This is a bug in the provider; please report it.", req.ProviderData),
		)
		return
	}
	b.Data = data
}

// Client returns the client, or adds an error that says which configuration is
// missing and returns nil.
func (b *Base) Client(diags *diag.Diagnostics) *gcp.Client {
	if b.Data != nil && b.Data.Client != nil {
		return b.Data.Client
	}
	diags.AddError(
		"The provider is not configured yet.",
		"A value of the provider block is known only after apply, so Google Cloud can't be reached. "+
			"Apply what that value depends on first (terraform apply -target=…), or give the value directly.",
	)
	return nil
}

// PlanProject resolves a resource's project from its own attribute and the
// provider's default, and adds an error at path project when there is neither.
func (b *Base) PlanProject(configured types.String, diags *diag.Diagnostics) types.String {
	if !configured.IsNull() {
		return configured
	}
	if b.Data == nil {
		return types.StringUnknown()
	}
	if b.Data.Project.IsNull() {
		diags.AddAttributeError(path.Root("project"),
			"No project is given.",
			"Set project here or in the provider block, or the environment variable GOOGLE_PROJECT or GOOGLE_CLOUD_PROJECT.")
		return types.StringUnknown()
	}
	return b.Data.Project
}

// CheckEmulated compares where state was made with where the provider points
// now. It adds an error and returns false on a mismatch: otherwise a stray
// environment variable would make production look deleted.
func (b *Base) CheckEmulated(state types.Bool, diags *diag.Diagnostics) bool {
	now := b.Data.Emulated()
	if state.IsNull() || state.IsUnknown() || now.IsUnknown() || state.Equal(now) {
		return true
	}
	if state.ValueBool() {
		diags.AddAttributeError(path.Root("emulated"),
			"This object was made in the emulator, and the provider now points at Google Cloud.",
			"Set CORTX_EMULATOR_HOST (or emulator_host in the provider block) to go on with the emulator, or start with an empty state for Google Cloud. Nothing was changed.")
		return false
	}
	diags.AddAttributeError(path.Root("emulated"),
		"This object was made in Google Cloud, and the provider now points at the emulator.",
		"Unset CORTX_EMULATOR_HOST (or emulator_host in the provider block). Nothing was read or changed, so the object isn't taken for deleted.")
	return false
}
