package emulator

import (
	"context"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// policyRoutes are the three methods of a resource's IAM policy in the form that
// most APIs have: a GET and two POSTs under the resource's path, which has the
// variable "resource". find resolves a reference to the name of its project and
// the key of its policy, and fails when the resource is not there.
func (s *Server) policyRoutes(path string, find func(ctx context.Context, ref string) (parent, policy string, err error)) []route {
	return []route{
		{method: "GET", path: path + ":getIamPolicy", rpc: "GetIamPolicy", query: []string{"options.requestedPolicyVersion"}, handle: func(ctx context.Context, r *restRequest) (any, error) {
			_, policy, err := find(ctx, r.vars["resource"])
			if err != nil {
				return nil, err
			}
			p, _, err := s.getIamPolicy(policy)
			return p, err
		}},
		{method: "POST", path: path + ":setIamPolicy", rpc: "SetIamPolicy", handle: func(ctx context.Context, r *restRequest) (any, error) {
			parent, policy, err := find(ctx, r.vars["resource"])
			if err != nil {
				return nil, err
			}
			var req setIamPolicyRequest
			if err := r.decode(&req); err != nil {
				return nil, err
			}
			if req.Policy != nil && len(req.Policy.AuditConfigs) > 0 {
				return nil, invalid("Audit configurations are not supported on this resource.")
			}
			return s.setIamPolicy(parent, policy, req)
		}},
		{method: "POST", path: path + ":testIamPermissions", rpc: "TestIamPermissions", handle: func(ctx context.Context, r *restRequest) (any, error) {
			if _, _, err := find(ctx, r.vars["resource"]); err != nil {
				return nil, err
			}
			return s.testPermissions(r)
		}},
	}
}

// dropPolicy removes the policy of a resource that goes.
func (s *Server) dropPolicy(policy string) error {
	err := s.store.Delete(kindIamPolicy, policy, 0)
	if status.Code(err) == codes.NotFound {
		return nil
	}
	return err
}
