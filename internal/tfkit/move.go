package tfkit

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cortx-platform/terraform-provider-cortx/internal/problem"
)

// MoveSource is a resource type of hashicorp/google that describes the same kind
// of object, so that a moved block can turn its resources into ours.
type MoveSource struct {
	// Types are the names of the type, such as google_monitoring_alert_policy.
	Types []string
	// Inspect finds what the move would lose: an error stops it, a warning is
	// shown. It gets the attributes of the source's state, of which some may be
	// secrets: no message may repeat a value that can be one. Paths of problems
	// are not used. It may be nil.
	Inspect func(attributes map[string]any) []problem.Problem
}

// Movers returns the state movers for a source. A move takes over the name of
// the object and nothing else; the Read that follows fills in the rest from the
// object itself, as after an import, so that no secret in the source's state and
// no value that is out of date gets into ours.
func (c NamedCollection) Movers(source MoveSource) []resource.StateMover {
	return []resource.StateMover{{
		StateMover: func(ctx context.Context, req resource.MoveStateRequest, resp *resource.MoveStateResponse) {
			if !slices.Contains(source.Types, req.SourceTypeName) || !isGoogle(req.SourceProviderAddress) {
				return
			}
			attributes, err := sourceAttributes(req)
			if err != nil {
				resp.Diagnostics.AddError("The state of the moved resource can't be read.",
					fmt.Sprintf("Run terraform apply with hashicorp/google once, so that it writes the state of the %s anew, and move it then. Or take it out of the state, and import it as %s.\n\nThe cause: %s", req.SourceTypeName, c.Noun, err))
				return
			}
			name, project, ok := c.sourceName(attributes)
			if !ok {
				resp.Diagnostics.AddError("The moved resource has no name of "+c.Noun+".",
					fmt.Sprintf("Its state should hold projects/PROJECT/%s/ID as name or id. Take it out of the state, and import the object by its name; %s shows it.", c.Collection, c.ListCommand))
				return
			}
			if source.Inspect != nil {
				for _, found := range source.Inspect(attributes) {
					detail := fmt.Sprintf("For %s: %s", name, found.Detail)
					if found.Warning {
						resp.Diagnostics.AddWarning(found.Summary, detail)
						continue
					}
					resp.Diagnostics.AddError(found.Summary, detail)
				}
			}
			if resp.Diagnostics.HasError() {
				return
			}
			resp.Diagnostics.Append(resp.TargetState.SetAttribute(ctx, path.Root("id"), name)...)
			resp.Diagnostics.Append(resp.TargetState.SetAttribute(ctx, path.Root("name"), name)...)
			resp.Diagnostics.Append(resp.TargetState.SetAttribute(ctx, path.Root("project"), project)...)
			SetIdentity(ctx, resp.TargetIdentity, types.StringValue(name), &resp.Diagnostics)
			MarkAdopted(ctx, resp.TargetPrivate, &resp.Diagnostics)
		},
	}}
}

// NotRead adds an error and returns true when an object that was moved or
// imported has not been read yet: with -refresh=false, or while the provider's
// configuration is unknown, its state is a name and nothing more, and a plan
// made from it would replace or rewrite what stands. displayName is any value
// of the state that every object has.
func NotRead(displayName attr.Value, diags *diag.Diagnostics) bool {
	if !displayName.IsNull() {
		return false
	}
	diags.AddError("The object has not been read since it was moved or imported.",
		"Plan once without -refresh=false and with a provider block whose values are known, so that the plan knows what stands. Nothing was changed.")
	return true
}

// DeletionPolicyLost says that a deletion_policy of the source is not carried
// over to a resource of type target, which has none.
func DeletionPolicyLost(attributes map[string]any, target string) []problem.Problem {
	var found problem.List
	const summary = "The deletion policy of the moved resource is not carried over."
	switch policy, _ := attributes["deletion_policy"].(string); policy {
	case "PREVENT":
		found.Warn(nil, summary, "deletion_policy was PREVENT, and "+target+" has no such argument. Write lifecycle { prevent_destroy = true } to keep Terraform from deleting the object.")
	case "ABANDON":
		found.Warn(nil, summary, "deletion_policy was ABANDON, and "+target+" has no such argument: a destroy deletes the object. To leave it standing, take it out of Terraform by a removed block with lifecycle { destroy = false }.")
	}
	return found
}

// isGoogle reports a provider that is hashicorp/google or its beta, from any
// registry or mirror.
func isGoogle(address string) bool {
	return strings.HasSuffix(address, "/hashicorp/google") || strings.HasSuffix(address, "/hashicorp/google-beta")
}

func sourceAttributes(req resource.MoveStateRequest) (map[string]any, error) {
	if len(req.SourceRawState.JSON) == 0 {
		return nil, fmt.Errorf("it is in the format of Terraform 0.11")
	}
	decoder := json.NewDecoder(bytes.NewReader(req.SourceRawState.JSON))
	decoder.UseNumber()
	attributes := map[string]any{}
	if err := decoder.Decode(&attributes); err != nil {
		// The decoder's words may quote the state, and so a secret.
		return nil, fmt.Errorf("it is no JSON object")
	}
	return attributes, nil
}

// sourceName finds the object's name, and spells its project as the source does:
// some services answer with the project's number.
func (c NamedCollection) sourceName(attributes map[string]any) (name, project string, ok bool) {
	pattern := regexp.MustCompile(`^projects/([^/]+)/` + c.Collection + `/([^/]+)$`)
	for _, key := range []string{"name", "id"} {
		value, _ := attributes[key].(string)
		match := pattern.FindStringSubmatch(value)
		if match == nil {
			continue
		}
		project = match[1]
		if configured, _ := attributes["project"].(string); configured != "" {
			project = configured
		}
		return "projects/" + project + "/" + c.Collection + "/" + match[2], project, true
	}
	return "", "", false
}
