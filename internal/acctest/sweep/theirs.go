package sweep

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest"
)

const (
	region  = "europe-west1"
	project = acctest.Project
)

// somebodyElse makes objects of somebody else in the project. full makes those
// too whose APIs have to be enabled first: without it the environment is the
// first to use them.
func (w *world) somebodyElse(ctx context.Context, full bool) error {
	const here = "projects/" + project
	type step struct {
		method, at string
		body       any
	}
	steps := []step{
		{http.MethodPost, "storage.googleapis.com/storage/v1/b?project=" + project, map[string]any{"name": project + "-theirs", "location": strings.ToUpper(region), "labels": map[string]any{"team": "theirs"}}},
		{http.MethodPost, "storage.googleapis.com/upload/storage/v1/b/" + project + "-theirs/o?uploadType=media&name=notes.txt", "theirs"},
		{http.MethodPost, "cloudresourcemanager.googleapis.com/v3/liens", map[string]any{"parent": here, "restrictions": []string{"resourcemanager.projects.delete"}, "origin": "theirs", "reason": "theirs"}},
		{http.MethodPost, "cloudresourcemanager.googleapis.com/v3/" + here + ":setIamPolicy", map[string]any{
			"policy": map[string]any{
				"bindings":     []any{map[string]any{"role": "roles/viewer", "members": []any{"user:them@example.com"}}},
				"auditConfigs": []any{map[string]any{"service": "pubsub.googleapis.com", "auditLogConfigs": []any{map[string]any{"logType": "DATA_READ"}}}},
			},
			"updateMask": "bindings,auditConfigs,etag",
		}},
	}
	if full {
		const compute = "compute.googleapis.com/compute/v1/" + here
		steps = append(steps,
			step{http.MethodPost, "serviceusage.googleapis.com/v1/" + here + "/services:batchEnable", map[string]any{"serviceIds": []string{
				"compute.googleapis.com", "container.googleapis.com", "dns.googleapis.com", "logging.googleapis.com", "cloudkms.googleapis.com", "sqladmin.googleapis.com",
			}}},
			step{"", "", nil},
			step{http.MethodPost, compute + "/global/networks", map[string]any{"name": "theirs", "autoCreateSubnetworks": false}},
			step{"", "", nil},
			step{http.MethodPost, compute + "/regions/" + region + "/subnetworks", map[string]any{"name": "theirs", "network": here + "/global/networks/theirs", "ipCidrRange": "10.100.0.0/20"}},
			step{http.MethodPost, compute + "/regions/" + region + "/routers", map[string]any{"name": "theirs", "network": here + "/global/networks/theirs"}},
			step{http.MethodPost, compute + "/global/firewallPolicies", map[string]any{"name": "theirs", "description": "theirs"}},
			step{"", "", nil},
			step{http.MethodPost, "dns.googleapis.com/dns/v1/" + here + "/managedZones", map[string]any{"name": "theirs", "dnsName": "theirs.example.", "description": "theirs", "visibility": "private"}},
			step{http.MethodPost, "logging.googleapis.com/v2/" + here + "/sinks?uniqueWriterIdentity=true", map[string]any{"name": "theirs", "destination": "storage.googleapis.com/" + project + "-theirs"}},
			step{http.MethodPost, "cloudkms.googleapis.com/v1/" + here + "/locations/" + region + "/keyRings?keyRingId=theirs", map[string]any{}},
			step{http.MethodPost, "container.googleapis.com/v1/" + here + "/locations/" + region + "-b/clusters", map[string]any{"cluster": map[string]any{
				"name": "theirs", "network": "theirs", "subnetwork": "theirs", "initialNodeCount": 1, "ipAllocationPolicy": map[string]any{"useIpAliases": true},
			}}},
			step{"", "", nil},
		)
	}
	for _, s := range steps {
		if s.at == "" {
			w.clk.Advance(time.Hour) // Until the operations are done.
			continue
		}
		if err := w.call(ctx, s.method, s.at, s.body); err != nil {
			return fmt.Errorf("make somebody else's objects: %w", err)
		}
	}
	return nil
}

// accessPolicy makes an organisation's access policy and returns its name.
func (w *world) accessPolicy(ctx context.Context) (string, error) {
	if err := w.call(ctx, http.MethodPost, "accesscontextmanager.googleapis.com/v1/accessPolicies", map[string]any{"parent": "organizations/123456789012", "title": "theirs"}); err != nil {
		return "", err
	}
	w.clk.Advance(time.Minute)
	names := w.server.Inventory()["accessPolicies"]
	if len(names) != 1 {
		return "", fmt.Errorf("the access policy is one of %v", names)
	}
	return names[0], nil
}

// theirs are the objects of others, by kind and name: all that stands before
// there is an environment, but for what the environment shares with others.
func theirs(m moment) map[string]map[string]string {
	shared := []string{"iamPolicies", "services", "serviceAgents", "operations", "projects"}
	all := m.snapshot.Objects()
	for _, kind := range shared {
		delete(all, kind)
	}
	for kind := range all {
		if strings.Contains(strings.ToLower(kind), "operation") {
			delete(all, kind)
		}
	}
	return all
}

// touched says which objects of others are not as they were, and which of their
// parts in what is shared.
func touched(before map[string]map[string]string, now moment) []string {
	var wrong []string
	standing := now.snapshot.Objects()
	for kind, objects := range before {
		for name, was := range objects {
			is, ok := standing[kind][name]
			switch {
			case !ok:
				wrong = append(wrong, fmt.Sprintf("%s %s of somebody else is gone", kind, name))
			case is != was:
				wrong = append(wrong, fmt.Sprintf("%s %s of somebody else was changed from %s to %s", kind, name, was, is))
			}
		}
	}
	for _, part := range []string{`"user:them@example.com"`, `{"service":"pubsub.googleapis.com","auditLogConfigs":[{"logType":"DATA_READ"}]}`} {
		found := false
		for _, policy := range standing["iamPolicies"] {
			found = found || strings.Contains(policy, part)
		}
		if !found {
			wrong = append(wrong, part+" is gone from the project's IAM policy")
		}
	}
	return wrong
}
