package component

import (
	"context"
	"fmt"
	"slices"

	"google.golang.org/api/serviceusage/v1beta1"

	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
)

// The APIs whose service agents act for the environment.
const (
	agentStorage = "storage.googleapis.com"
	agentGKE     = "container.googleapis.com"
	agentCompute = "compute.googleapis.com"
	agentSQL     = "sqladmin.googleapis.com"
	agentLogging = "logging.googleapis.com"
)

// agentDomains are what follows the @ of an agent's address, before
// .iam.gserviceaccount.com.
var agentDomains = map[string]string{
	agentStorage: "gs-project-accounts",
	agentGKE:     "container-engine-robot",
	agentCompute: "compute-system",
	agentSQL:     "gcp-sa-cloud-sql",
	agentLogging: "gcp-sa-logging",
}

// agent returns the e-mail of an API's service agent in the project, and makes
// the agent where that takes a call of its own. Addresses are documented at
// https://cloud.google.com/iam/docs/service-agents.
func (e *Env) agent(ctx context.Context, api string) (string, error) {
	project := e.spec.Project
	switch api {
	case agentStorage:
		found, err := e.apis().Storage.Projects.ServiceAccount.Get(project).Context(gcp.Reading(ctx, "GetServiceAccount", "projects/"+project)).Do()
		if err != nil {
			return "", err
		}
		return found.EmailAddress, nil
	case agentLogging:
		name := "projects/" + project
		found, err := e.apis().Logging.Projects.GetSettings(name).Context(gcp.Reading(ctx, "GetSettings", name)).Do()
		if err != nil {
			return "", err
		}
		return found.KmsServiceAccountId, nil
	case agentCompute:
		number, err := e.client.ProjectNumber(ctx, project)
		if err != nil {
			return "", err
		}
		// Compute Engine makes it when its API is enabled.
		return fmt.Sprintf("service-%d@%s.iam.gserviceaccount.com", number, agentDomains[api]), nil
	default:
		return e.generatedAgent(ctx, api)
	}
}

// generatedAgent makes the agent if it isn't there; the call ends the same
// however often it is made.
func (e *Env) generatedAgent(ctx context.Context, api string) (string, error) {
	number, err := e.client.ProjectNumber(ctx, e.spec.Project)
	if err != nil {
		return "", err
	}
	parent := "projects/" + e.spec.Project + "/services/" + api
	op, err := e.apis().ServiceAgents.Services.GenerateServiceIdentity(parent).Context(gcp.Named(ctx, "GenerateServiceIdentity", parent)).Do()
	if err != nil {
		return "", err
	}
	err = gcp.AwaitLongRunning(ctx, e.client, op, nil, func(ctx context.Context, name string) (*serviceusage.Operation, error) {
		return e.apis().ServiceAgents.Operations.Get(name).Context(ctx).Do()
	})
	return fmt.Sprintf("service-%d@%s.iam.gserviceaccount.com", number, agentDomains[api]), err
}

// whenGranted makes a call that needs a service's agent to have the use of a key:
// what the key's policy shows is not in force everywhere yet. Without a key it is
// made once.
func (e *Env) whenGranted(ctx context.Context, s *reconcile.Step, method, resource, key string, try func(ctx context.Context) error) error {
	if key == "" {
		return try(ctx)
	}
	return e.client.WhenGranted(ctx, method, resource, waiting(s, "the grant on the key "+last(key)+" to be in force"), try)
}

// lacking returns those of wanted that have does not hold.
func lacking(have, wanted []string) []string {
	var missing []string
	for _, w := range wanted {
		if !slices.Contains(have, w) {
			missing = append(missing, w)
		}
	}
	return missing
}
