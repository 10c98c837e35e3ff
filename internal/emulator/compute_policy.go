package emulator

import "context"

// policyRoutes are the methods of the IAM policies on a collection's objects.
// The path names an object by {name=…}.
func (v computeService) policyRoutes(path, one, kindName string) []route {
	existing := func(c *computeCall) (string, error) {
		_, name, err := v.standing(kindName, c.name)
		return name, err
	}
	return []route{
		v.read("GET", path+"/getIamPolicy", "GetIamPolicy"+one, []string{"optionsRequestedPolicyVersion"}, func(_ context.Context, c *computeCall) (any, error) {
			name, err := existing(c)
			if err != nil {
				return nil, err
			}
			p, _, err := v.s.getIamPolicy(computeHost + "/" + name)
			return p, err
		}),
		v.read("POST", path+"/setIamPolicy", "SetIamPolicy"+one, nil, func(_ context.Context, c *computeCall) (any, error) {
			v.s.compute.mu.Lock()
			defer v.s.compute.mu.Unlock()
			name, err := existing(c)
			if err != nil {
				return nil, err
			}
			// Bindings and etag beside the policy are the older form.
			var req struct {
				Policy   *iamPolicy   `json:"policy"`
				Bindings []iamBinding `json:"bindings"`
				Etag     string       `json:"etag"`
			}
			if err := c.decode(&req); err != nil {
				return nil, err
			}
			if req.Policy == nil && (len(req.Bindings) > 0 || req.Etag != "") {
				req.Policy = &iamPolicy{Bindings: req.Bindings, Etag: req.Etag}
			}
			return v.s.setIamPolicy("projects/"+c.project, computeHost+"/"+name, setIamPolicyRequest{Policy: req.Policy})
		}),
		v.read("POST", path+"/testIamPermissions", "TestIamPermissions"+one, nil, func(_ context.Context, c *computeCall) (any, error) {
			if _, err := existing(c); err != nil {
				return nil, err
			}
			return v.s.testPermissions(c.restRequest)
		}),
	}
}

// dropPolicy removes the IAM policy of an object that is deleted.
func (v computeService) dropPolicy(name string) error {
	if err := v.s.store.Delete(kindIamPolicy, computeHost+"/"+name, 0); err != nil && !absent(err) {
		return err
	}
	return nil
}
