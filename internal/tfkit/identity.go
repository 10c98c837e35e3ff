package tfkit

import (
	"context"
	"fmt"
	"regexp"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// NamedCollection describes objects that their full name identifies:
// projects/PROJECT/COLLECTION/ID.
type NamedCollection struct {
	// Collection is the word in the name, such as "alertPolicies".
	Collection string
	// Noun is what messages call one object, such as "an alert policy".
	Noun string
	// ListCommand shows the names of what stands.
	ListCommand string
}

type nameIdentity struct {
	Name types.String `tfsdk:"name"`
}

// IdentitySchema is the schema of an identity that is the full name.
func (c NamedCollection) IdentitySchema() identityschema.Schema {
	return identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"name": identityschema.StringAttribute{
				RequiredForImport: true,
				Description:       "The full name, projects/PROJECT/" + c.Collection + "/ID.",
			},
		},
	}
}

// Import puts the name that a user imports, as an id or as an identity, into
// the state as id, name and project.
func (c NamedCollection) Import(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	name := types.StringValue(req.ID)
	if req.ID == "" && req.Identity != nil {
		resp.Diagnostics.Append(req.Identity.GetAttribute(ctx, path.Root("name"), &name)...)
	}
	pattern := regexp.MustCompile(`^projects/([^/]+)/` + c.Collection + `/[^/]+$`)
	match := pattern.FindStringSubmatch(name.ValueString())
	if match == nil {
		resp.Diagnostics.AddAttributeError(path.Root("name"), "This is not the full name of "+c.Noun+".",
			fmt.Sprintf("Import by the full name, projects/PROJECT/%s/ID; got %q. %s shows the names.", c.Collection, name.ValueString(), c.ListCommand))
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), name)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("name"), name)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("project"), match[1])...)
	SetIdentity(ctx, resp.Identity, name, &resp.Diagnostics)
}

// SetIdentity sets the identity to a known name. Read calls it before it finds
// that an object is gone: Terraform 1.11 fails on a removal without identity.
func SetIdentity(ctx context.Context, identity *tfsdk.ResourceIdentity, name types.String, diags *diag.Diagnostics) {
	if identity != nil && !name.IsNull() && !name.IsUnknown() {
		diags.Append(identity.Set(ctx, nameIdentity{Name: name})...)
	}
}

// SetRead writes what Read found over the state before, whose spelling of equal
// values it keeps.
func SetRead(ctx context.Context, resp *resource.ReadResponse, found any) {
	prior := resp.State.Raw
	resp.Diagnostics.Append(resp.State.Set(ctx, found)...)
	if resp.Diagnostics.HasError() {
		return
	}
	kept, err := KeepInState(ctx, resp.State.Schema.Type(), prior, resp.State.Raw)
	if err != nil {
		resp.Diagnostics.AddError("The provider could not compare the state with what it read.", "This is a bug in the provider; please report it.\n\n"+err.Error())
		return
	}
	resp.State.Raw = kept
}
