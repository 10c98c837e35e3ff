package tfkit

import (
	"context"
	"fmt"
	"iter"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/problem"
)

// Lister is the list resource of a type whose objects, of type T in the service,
// go by their full name: what terraform query finds, with an identity to import
// by. M is the type's model, with tfsdk tags.
type Lister[T, M any] struct {
	Base

	// TypeName is the name of the type without the provider's, such as
	// "alert_policy".
	TypeName string
	// Plural is what descriptions and messages call the objects, such as "alert
	// policies".
	Plural string
	// Filter describes the filter that the service takes; empty when it takes
	// none, and the argument is then left out.
	Filter string
	// Each yields the objects of a project, page by page, as those of package
	// gcp do.
	Each func(ctx context.Context, client *gcp.Client, project, filter string) iter.Seq2[T, error]
	// Name is the full name of an object, DisplayName what people call it.
	Name, DisplayName func(T) string
	// Unmanageable says why the type can't hold an object, by errors: it is then
	// left out with a warning. It may be nil.
	Unmanageable func(T) []problem.Problem
	// Flatten turns an object into the model as an import would: prior has the
	// name, the id and the project, and is null otherwise.
	Flatten func(ctx context.Context, data *Data, object T, prior M, diags *diag.Diagnostics) M
}

var _ list.ListResourceWithConfigure = (*Lister[any, any])(nil)

// Metadata implements list.ListResource.
func (l *Lister[T, M]) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + l.TypeName
}

// ListResourceConfigSchema implements list.ListResource.
func (l *Lister[T, M]) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Finds the " + l.Plural + " of a project for `terraform query`, whoever made them, each with the identity to import it by.",
		Attributes: map[string]schema.Attribute{
			"project": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "The project id; the provider's project when not set.",
			},
		},
	}
	if l.Filter != "" {
		resp.Schema.Attributes["filter"] = schema.StringAttribute{Optional: true, MarkdownDescription: l.Filter}
	}
}

// List implements list.ListResource.
func (l *Lister[T, M]) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	var (
		diags           diag.Diagnostics
		project, filter types.String
	)
	diags.Append(req.Config.GetAttribute(ctx, path.Root("project"), &project)...)
	if l.Filter != "" {
		diags.Append(req.Config.GetAttribute(ctx, path.Root("filter"), &filter)...)
	}
	client := l.Client(&diags)
	project = l.PlanProject(project, &diags)
	if diags.HasError() {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	stream.Results = func(push func(list.ListResult) bool) {
		l.results(ctx, req, l.Each(ctx, client, project.ValueString(), filter.ValueString()), project.ValueString(), push)
	}
}

func (l *Lister[T, M]) results(ctx context.Context, req list.ListRequest, objects iter.Seq2[T, error], project string, push func(list.ListResult) bool) {
	found := int64(0)
	for object, err := range objects {
		if err != nil {
			var diags diag.Diagnostics
			AddServiceError(&diags, path.Empty(), "The "+l.Plural+" of the project could not be listed.", err)
			push(list.ListResult{Diagnostics: diags})
			return
		}
		if left := l.leftOut(object); left.HasError() {
			if !push(list.ListResult{Diagnostics: asWarnings(left)}) {
				return
			}
			continue
		}
		if !push(l.result(ctx, req, object, project)) {
			return
		}
		// Asked after the push, so that the last page is not read on to see
		// whether there is one more.
		if found++; req.Limit > 0 && found >= req.Limit {
			return
		}
	}
}

func (l *Lister[T, M]) leftOut(object T) diag.Diagnostics {
	var diags diag.Diagnostics
	if l.Unmanageable == nil {
		return diags
	}
	for _, found := range l.Unmanageable(object) {
		if !found.Warning {
			diags.AddError(found.Summary, fmt.Sprintf("%s is left out. %s", l.Name(object), found.Detail))
		}
	}
	return diags
}

// asWarnings is for what would stop a query if it were an error.
func asWarnings(diags diag.Diagnostics) diag.Diagnostics {
	var warnings diag.Diagnostics
	for _, d := range diags {
		warnings.AddWarning(d.Summary(), d.Detail())
	}
	return warnings
}

func (l *Lister[T, M]) result(ctx context.Context, req list.ListRequest, object T, project string) list.ListResult {
	result := req.NewListResult(ctx)
	name := l.Name(object)
	result.DisplayName = l.DisplayName(object)
	if result.DisplayName == "" {
		result.DisplayName = name
	}
	SetIdentity(ctx, result.Identity, types.StringValue(name), &result.Diagnostics)
	if !req.IncludeResource {
		return result
	}
	for attribute, value := range map[string]string{"id": name, "name": name, "project": project} {
		result.Diagnostics.Append(result.Resource.SetAttribute(ctx, path.Root(attribute), value)...)
	}
	var prior M
	result.Diagnostics.Append(result.Resource.Get(ctx, &prior)...)
	if result.Diagnostics.HasError() {
		return result
	}
	model := l.Flatten(ctx, l.Data, object, prior, &result.Diagnostics)
	result.Diagnostics.Append(result.Resource.Set(ctx, model)...)
	return result
}
