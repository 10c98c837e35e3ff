package environment

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cortx-platform/terraform-provider-cortx/internal/component"
)

// IdentitySchema implements resource.ResourceWithIdentity.
func (r *environment) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	required := func(text string) identityschema.Attribute {
		return identityschema.StringAttribute{RequiredForImport: true, Description: text}
	}
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"project": required("The id of the project."),
		"region":  required("The region."),
		"name":    required("The environment's name."),
	}}
}

// setIdentity says which environment it is. A CLI without identities has none to
// set; a value that isn't one yet leaves it as it is.
func setIdentity(ctx context.Context, identity *tfsdk.ResourceIdentity, m model) {
	if identity == nil || m.Project.IsNull() || m.Project.IsUnknown() {
		return
	}
	for name, value := range map[string]types.String{"project": m.Project, "region": m.Region, "name": m.Name} {
		// The schema above has them, so this can't fail.
		_ = identity.SetAttribute(ctx, path.Root(name), value)
	}
}

// idOfIdentity is the full name that an import's identity stands for.
func idOfIdentity(ctx context.Context, identity *tfsdk.ResourceIdentity) string {
	if identity == nil {
		return ""
	}
	parts := map[string]string{}
	for _, name := range []string{"project", "region", "name"} {
		var value types.String
		if identity.GetAttribute(ctx, path.Root(name), &value).HasError() {
			return ""
		}
		parts[name] = value.ValueString()
	}
	return component.ID(parts["project"], parts["region"], parts["name"])
}
