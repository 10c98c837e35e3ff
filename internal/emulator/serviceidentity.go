package emulator

import (
	"context"
	"hash/fnv"
	"strconv"
	"time"
)

// identityOperation is about what making a service agent takes: a guess, since
// nothing documents it.
const identityOperation = 5 * time.Second

// generateIdentity makes the agent of an API in a project, or finds it. Nothing
// asks whether the API is enabled.
func (v services) generateIdentity(ctx context.Context, r *restRequest) (any, error) {
	project, name, err := v.split(r.vars["parent"])
	if err != nil {
		return nil, err
	}
	if err := r.decode(&struct{}{}); err != nil {
		return nil, err
	}
	email := serviceAgentEmail(project, name)
	if email == "" {
		return nil, notModelled("the service agent of %s", name)
	}
	response := map[string]any{
		"@type": "type.googleapis.com/google.api.serviceusage.v1beta1.ServiceIdentity",
		"email": email, "uniqueId": accountNumber(email),
	}
	if v.s.serviceAgentExists(project, name) {
		return &operation{Name: "operations/finished.DONE_OPERATION", Done: true, Response: response}, nil
	}
	started, err := v.s.beginOperation(ctx, operationPlan{
		host: serviceUsageHost, prefix: "operations/sia.p1-" + strconv.FormatInt(projectNumber(project), 10) + "-", takes: identityOperation, response: response,
	})
	if err != nil || started.failure != nil {
		return started.operation, err
	}
	if err := v.s.makeServiceAgentAt(project, name, started.doneAt); err != nil {
		return nil, err
	}
	return started.operation, nil
}

// accountNumber derives the unique id of a service agent from its address: 21
// digits, as those of all service accounts have.
func accountNumber(email string) string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(email))
	return "1" + strconv.FormatUint(1e19+h.Sum64()%8e18, 10)
}
