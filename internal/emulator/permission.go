package emulator

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"sync"

	"google.golang.org/grpc/codes"
)

// deniedPermissions are the IAM permissions that the caller lacks. The emulator
// authenticates nobody, so this is how a test makes a caller that may do less
// than everything.
type deniedPermissions struct {
	mu    sync.Mutex
	names map[string]bool
}

func (d *deniedPermissions) set(names []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.names = make(map[string]bool, len(names))
	for _, name := range names {
		d.names[name] = true
	}
}

func (d *deniedPermissions) list() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	names := make([]string, 0, len(d.names))
	for name := range d.names {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func (d *deniedPermissions) has(name string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.names[name]
}

// allowed returns those of names that are not withheld, in their order.
func (d *deniedPermissions) allowed(names []string) []string {
	var out []string
	for _, name := range names {
		if !d.has(name) {
			out = append(out, name)
		}
	}
	return out
}

// DenyPermissions withholds IAM permissions from the caller, such as
// "cloudkms.keyRings.create": testIamPermissions leaves them out, and the calls
// that need one are refused with 403. It replaces what an earlier call withheld;
// without an argument everything is allowed again.
func (s *Server) DenyPermissions(names ...string) { s.denied.set(names) }

// parseDenied reads the body of POST /_emulator/permissions: {"denied": [ … ]}.
func parseDenied(r io.Reader) ([]string, error) {
	var doc struct {
		Denied []string `json:"denied"`
	}
	dec := json.NewDecoder(r)
	dec.DisallowUnknownFields()
	if err := dec.Decode(&doc); err != nil {
		return nil, fmt.Errorf("permissions: %w", err)
	}
	for _, name := range doc.Denied {
		if !permissionName.MatchString(name) {
			return nil, fmt.Errorf("permissions: %q is no permission; one looks like cloudkms.keyRings.create", name)
		}
	}
	return doc.Denied, nil
}

// checkPermission refuses a call that needs a permission that is withheld.
func (s *Server) checkPermission(c *call) error {
	if c.kind == nil {
		return nil
	}
	name := c.kind.permissions[c.rpc]
	switch {
	case name == "" || !s.denied.has(name):
		return nil
	case c.kind.denied != nil:
		return c.kind.denied(name, c.resource)
	}
	return permissionDenied(name, c.resource)
}

// permissionDenied is the 403 of an API that names the permission, as most do.
func permissionDenied(permission, resource string) error {
	return apiError(codes.PermissionDenied,
		fmt.Sprintf("Permission '%s' denied on resource '%s' (or it may not exist).", permission, resource),
		errorInfo("IAM_PERMISSION_DENIED", "iam.googleapis.com", map[string]string{"permission": permission, "resource": resource}))
}
