package environment

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"

	"github.com/google/uuid"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cortx-platform/terraform-provider-cortx/internal/component"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
	"github.com/cortx-platform/terraform-provider-cortx/internal/tfkit"
)

var idPattern = regexp.MustCompile(`^projects/([^/]+)/regions/([^/]+)/environments/([^/]+)$`)

// ImportState implements resource.ResourceWithImportState. The ledger alone says
// what the environment is.
func (r *environment) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	id := req.ID
	if id == "" {
		id = idOfIdentity(ctx, req.Identity)
	}
	match := idPattern.FindStringSubmatch(id)
	if match == nil {
		resp.Diagnostics.AddAttributeError(path.Root("id"), "This is not the full name of an environment.",
			fmt.Sprintf("Import by projects/PROJECT/regions/REGION/environments/NAME; got %q.", id))
		return
	}
	client := r.Client(&resp.Diagnostics)
	if client == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	spec := &component.Spec{Project: match[1], Region: match[2], Name: match[3], Owner: component.OwnerKey(match[1], match[2], match[3]), Settings: policy.Values{}}
	record, err := component.ReadRecord(ctx, client, spec)
	switch {
	case errors.Is(err, reconcile.ErrNotFound):
		resp.Diagnostics.AddError("There is no such environment.",
			fmt.Sprintf("The bucket %s holds no record of %s. Check the name, or restore a record that was lost:\n\n  terraform-provider-cortx ledger rebuild -project %s -region %s -name %s", spec.LedgerBucket(), id, match[1], match[2], match[3]))
		return
	case err != nil:
		addError(&resp.Diagnostics, "The ledger of the environment could not be read.", "", err)
		return
	}
	if record.Owner != spec.Owner {
		resp.Diagnostics.AddError("There is no such environment.",
			fmt.Sprintf("The bucket %s holds the record of %s and not of %s: names are unique in a project, so it stands in another region. Import it by the region that it stands in.", spec.LedgerBucket(), placeOf(record), id))
		return
	}
	objectType, ok := r.schemaOf(ctx).Type().TerraformType(ctx).(tftypes.Object)
	if !ok {
		addBug(&resp.Diagnostics, errors.New("the schema is of no object"))
		return
	}
	raw, err := fromRecord(record.Fields[fieldConfiguration], objectType)
	if err != nil {
		addError(&resp.Diagnostics, "The ledger of the environment could not be read.", "", err)
		return
	}
	raw, err = tfkit.EditObject(raw, func(members map[string]tftypes.Value) {
		members["id"] = tftypes.NewValue(tftypes.String, id)
		// The next write adopts it, as [importedKey] has it: a state that had it
		// before is stale then.
		members["incarnation"] = tftypes.NewValue(tftypes.Number, record.Incarnation)
		members["ready"] = tftypes.NewValue(tftypes.Bool, record.Phase == reconcile.Ready)
		members["pending"] = tftypes.NewValue(tftypes.List{ElementType: tftypes.String}, []tftypes.Value{})
	})
	if err != nil {
		addBug(&resp.Diagnostics, err)
		return
	}
	resp.State.Raw = raw
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, importedKey, []byte(strconv.Quote(uuid.NewString())))...)
	setIdentity(ctx, resp.Identity, model{Project: types.StringValue(match[1]), Region: types.StringValue(match[2]), Name: types.StringValue(match[3])})
}

// importedKey is where a state's private part holds what tells it from every
// other, as long as it was imported and no run has made it the only one since: an
// import writes nothing to the ledger.
const importedKey = "imported"

// takeoverOf is what an imported state holds there, or "".
func takeoverOf(ctx context.Context, private interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
},
) string {
	mark, _ := private.GetKey(ctx, importedKey)
	var takeover string
	if err := json.Unmarshal(mark, &takeover); err != nil {
		return ""
	}
	return takeover
}
