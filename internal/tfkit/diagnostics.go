package tfkit

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
)

// DestroyHint ends every error that a plan may raise: a normal plan precedes a
// destroy, so such an error would otherwise look like a dead end.
const DestroyHint = "To destroy instead of correcting it, run destroy with -refresh=false."

// Problem is something wrong with a configuration.
type Problem struct {
	// Steps lead to the attribute: names and list indexes.
	Steps []any
	// Warning lets the plan go on.
	Warning bool
	// Summary is a static sentence.
	Summary string
	// Detail says what to do.
	Detail string
}

// Add reports the problem at the given path, which decides on the line of the
// configuration that Terraform shows: a nested path shows the resource's first
// line only, that of a top-level attribute shows the attribute's, and any secret
// that stands on it. The text names the attribute in full either way. standing
// says whether the resource is in the state, so that a destroy may be wanted.
func (p Problem) Add(diags *diag.Diagnostics, at path.Path, standing bool) {
	detail := strings.TrimSpace(p.Detail)
	if len(p.Steps) > 0 {
		detail = fmt.Sprintf("At %s: %s", Path(p.Steps), detail)
	}
	if p.Warning {
		diags.AddAttributeWarning(at, p.Summary, detail)
		return
	}
	if standing {
		detail += "\n\n" + DestroyHint
	}
	diags.AddAttributeError(at, p.Summary, detail)
}

// AddServiceError reports that the service refused or never answered a call.
// summary is a static sentence, at is the attribute that the user can change
// (or empty). The detail says what to do, then gives the service's own words.
func AddServiceError(diags *diag.Diagnostics, at path.Path, summary string, err error) {
	detail := fmt.Sprintf("%s\n\nGoogle Cloud says: %s", Advice(err), err)
	if len(at.Steps()) == 0 {
		diags.AddError(summary, detail)
		return
	}
	diags.AddAttributeError(at, summary, detail)
}

// Advice says in a sentence what the user can do about a failed call.
func Advice(err error) string {
	switch {
	case errors.Is(err, context.Canceled):
		return "The run was interrupted. Run apply again: what was done is in the state, and nothing is made twice."
	case errors.Is(err, context.DeadlineExceeded):
		return "The time given in timeouts ran out. Run apply again, or raise the timeout."
	case gcp.IsServiceDisabled(err):
		return "Enable the API in the project (gcloud services enable …, or google_project_service), wait a few minutes, and apply again."
	case gcp.IsUnauthenticated(err):
		return "The provider has no credentials that count. Give it some (credentials, access_token, or the environment variables that the provider's page lists), or run gcloud auth application-default login."
	case gcp.IsPerimeter(err):
		return "A perimeter of VPC Service Controls refuses the call, and no role changes that. Let the identity that runs Terraform in, by an ingress rule or an access level (access.runner_identities of a cortx_environment), and apply again; the unique identifier below finds the refusal in the organisation's audit log."
	case gcp.IsPermissionDenied(err):
		return "Grant the identity that runs Terraform a role with the missing permission, such as roles/monitoring.editor, and apply again. A project that doesn't exist answers in the same way: check its id."
	case gcp.IsMetricNotFound(err) && ofObjective(err):
		return "The metric has not been written yet in this project, and there is no objective on what nobody measures. Apply again once the workload reports it."
	case gcp.IsMetricNotFound(err):
		return "The metric has not been written yet in this project. Set disable_metric_validation = true on the condition, or apply again once the workload reports it."
	case gcp.IsExhausted(err):
		return "The project is at its limit. Delete what is no longer needed or ask for a higher quota; waiting doesn't help."
	case gcp.IsRateLimited(err):
		return "The project's request rate is used up, and waiting as long as the service asked did not help. Apply again later, or lower -parallelism."
	case gcp.IsConflict(err):
		return "Somebody else was changing the same project all the while. Apply again once the other change is done."
	case gcp.IsInvalid(err):
		return "Correct the value that the service names, and apply again."
	case gcp.IsNotFound(err):
		return "The object, or one that it refers to, doesn't exist. Check the names that this resource refers to, and apply again."
	case gcp.IsUnavailable(err):
		return "The service could not be reached or failed for too long. Apply again later: nothing is made twice."
	default:
		return "Run apply again; if it goes on, run it with TF_LOG_PROVIDER=TRACE and report what the log shows."
	}
}

// ofObjective tells whether a call was about a service level objective, which has
// no setting that passes over a missing metric.
func ofObjective(err error) bool {
	var e *gcp.Error
	return errors.As(err, &e) && strings.HasSuffix(e.Op, "ServiceLevelObjective")
}

// WarnTwin says that an object that was just made looks like one that stood
// before: a run that was killed leaves such objects, which no state knows of.
func WarnTwin(diags *diag.Diagnostics, noun, typeName, twin, made string) {
	diags.AddWarning("An object like the one just made stood there already.",
		fmt.Sprintf("%s is the same as the new %s in all that was configured. If a run that was cut off left it behind, delete it, or keep it and forget the new one: "+
			"terraform state rm the resource, terraform import it as %s.<name> with the id %s, and delete %s. If another configuration owns it, nothing is to be done.", twin, noun, typeName, twin, made))
}

// OneLine makes one line of at most 500 bytes of an error, for an attribute such
// as last_error.
func OneLine(err error) string {
	text := strings.Join(strings.Fields(err.Error()), " ")
	const most = 500
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}
