package emulator

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// kindIamPolicy is the kind under which the policies of all resources are
// kept, by the host and the name of the resource.
const kindIamPolicy = "iamPolicies"

// iamPrincipalsMax is how many principals a policy may hold, each occurrence
// counted.
const iamPrincipalsMax = 1500

// emptyEtag is the etag of a policy that nobody has set yet.
const emptyEtag = "ACAB"

// iamPolicy is google.iam.v1.Policy as JSON. One type serves every API.
type iamPolicy struct {
	Version      int64            `json:"version,omitempty"`
	Bindings     []iamBinding     `json:"bindings,omitempty"`
	AuditConfigs []iamAuditConfig `json:"auditConfigs,omitempty"`
	Etag         string           `json:"etag,omitempty"`
}

type iamBinding struct {
	Role      string        `json:"role"`
	Members   []string      `json:"members"`
	Condition *iamCondition `json:"condition,omitempty"`
}

type iamCondition struct {
	Title       string `json:"title,omitempty"`
	Description string `json:"description,omitempty"`
	Expression  string `json:"expression"`
	Location    string `json:"location,omitempty"`
}

type iamAuditConfig struct {
	Service         string              `json:"service"`
	AuditLogConfigs []iamAuditLogConfig `json:"auditLogConfigs"`
}

type iamAuditLogConfig struct {
	LogType         string   `json:"logType"`
	ExemptedMembers []string `json:"exemptedMembers,omitempty"`
}

type setIamPolicyRequest struct {
	Policy     *iamPolicy `json:"policy"`
	UpdateMask string     `json:"updateMask,omitempty"`
}

type getIamPolicyRequest struct {
	Options struct {
		RequestedPolicyVersion int64 `json:"requestedPolicyVersion,omitempty"`
	} `json:"options"`
}

type testIamPermissionsRequest struct {
	Permissions []string `json:"permissions"`
}

type testIamPermissionsReply struct {
	Permissions []string `json:"permissions,omitempty"`
}

// getIamPolicy returns the policy of a resource, empty when none was set.
func (s *Server) getIamPolicy(resource string) (*iamPolicy, int64, error) {
	p := &iamPolicy{}
	version, err := s.load(kindIamPolicy, resource, p)
	if status.Code(err) == codes.NotFound {
		return &iamPolicy{Etag: emptyEtag}, 0, nil
	}
	return p, version, err
}

// setIamPolicy replaces the policy of a resource, unless the request's etag
// says that it was made from another one. parent is the project.
func (s *Server) setIamPolicy(parent, resource string, req setIamPolicyRequest) (*iamPolicy, error) {
	if req.Policy == nil {
		return nil, invalid("Request was missing field policy.")
	}
	current, version, err := s.getIamPolicy(resource)
	if err != nil {
		return nil, err
	}
	if req.Policy.Etag != "" && req.Policy.Etag != current.Etag {
		return nil, apiError(codes.Aborted, fmt.Sprintf("There were concurrent policy changes. Please retry the whole read-modify-write with exponential backoff. The request's ETag '%s' did not match the current policy's ETag '%s'.", req.Policy.Etag, current.Etag))
	}
	next, err := s.cleanPolicy(req.Policy)
	if err != nil {
		return nil, err
	}
	if err := applyPolicyMask(next, current, req.UpdateMask); err != nil {
		return nil, err
	}
	next.Etag = etagOf(version + 1)
	if version == 0 {
		err = s.create(kindIamPolicy, parent, resource, next)
	} else {
		err = s.update(kindIamPolicy, resource, version, next)
	}
	if c := status.Code(err); c == codes.Aborted || c == codes.AlreadyExists {
		return nil, apiError(codes.Aborted, "There were concurrent policy changes. Please retry the whole read-modify-write with exponential backoff.")
	}
	if err == nil {
		s.noteGrants(resource, current, next)
	}
	return next, err
}

// applyPolicyMask keeps what the mask leaves out: without one it is
// "bindings,etag", so that audit configurations survive, as the API documents.
func applyPolicyMask(next, current *iamPolicy, mask string) error {
	if mask == "" {
		mask = "bindings,etag"
	}
	var bindings, audit bool
	for _, path := range strings.Split(mask, ",") {
		switch strings.TrimSpace(path) {
		case "bindings":
			bindings = true
		case "auditConfigs", "audit_configs":
			audit = true
		case "etag", "version":
		default:
			return invalid("Field update_mask had an invalid value of %q: The path does not name a field of Policy.", path)
		}
	}
	if !bindings {
		next.Bindings = current.Bindings
	}
	if !audit {
		next.AuditConfigs = current.AuditConfigs
	}
	return nil
}

// etagOf is the etag of the nth version of a policy.
func etagOf(version int64) string {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], 0x0706_0000_0000_0000|uint64(version)) //nolint:gosec // versions are positive
	return base64.StdEncoding.EncodeToString(b[:])
}

// cleanPolicy validates a policy and returns it as IAM stores it: bindings of
// one role and condition joined, members unique, empty bindings dropped.
func (s *Server) cleanPolicy(in *iamPolicy) (*iamPolicy, error) {
	if in.Version != 0 && in.Version != 1 && in.Version != 3 {
		return nil, invalid("Invalid policy version %d: it must be 0, 1 or 3.", in.Version)
	}
	out := &iamPolicy{Version: 1, AuditConfigs: in.AuditConfigs}
	principals := 0
	for _, b := range in.Bindings {
		if !roleName.MatchString(b.Role) {
			return nil, invalid("Role (%s) does not exist in the resource's hierarchy.", b.Role)
		}
		if b.Condition != nil {
			if in.Version != 3 {
				return nil, invalid("Conditions can only be set in a policy of version 3, not %d.", in.Version)
			}
			if b.Condition.Expression == "" || b.Condition.Title == "" {
				return nil, invalid("The condition of the binding for %s needs a title and an expression.", b.Role)
			}
			out.Version = 3
		}
		for _, member := range b.Members {
			if err := s.checkMember(member); err != nil {
				return nil, err
			}
		}
		if len(b.Members) > 0 {
			out.Bindings = joinBinding(out.Bindings, b)
		}
	}
	for _, b := range out.Bindings {
		principals += len(b.Members)
	}
	if principals > iamPrincipalsMax {
		return nil, invalid("The number of members in the policy (%d) is larger than the maximum allowed size %d.", principals, iamPrincipalsMax)
	}
	slices.SortStableFunc(out.Bindings, func(a, b iamBinding) int { return strings.Compare(a.Role, b.Role) })
	return out, nil
}

func joinBinding(bindings []iamBinding, b iamBinding) []iamBinding {
	b.Members = slices.Clone(b.Members)
	for i, have := range bindings {
		same := have.Condition == nil && b.Condition == nil ||
			have.Condition != nil && b.Condition != nil && *have.Condition == *b.Condition
		if have.Role == b.Role && same {
			bindings[i].Members = uniqueSorted(append(have.Members, b.Members...))
			return bindings
		}
	}
	b.Members = uniqueSorted(b.Members)
	return append(bindings, b)
}

func uniqueSorted(in []string) []string {
	slices.Sort(in)
	return slices.Compact(in)
}

var (
	roleName       = regexp.MustCompile(`^((projects|organizations)/[a-z0-9.:-]+/)?roles/[A-Za-z0-9_.]{2,}$`)
	permissionName = regexp.MustCompile(`^[a-z][a-zA-Z0-9-]*(\.[a-zA-Z0-9]+){2,}$`)
	domainName     = regexp.MustCompile(`^([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,}$`)
)

// checkMember refuses a principal that IAM refuses: of no known type, with a
// malformed address, or a service agent before it exists.
func (s *Server) checkMember(member string) error {
	switch member {
	case "allUsers", "allAuthenticatedUsers":
		return nil
	}
	kindOf, value, _ := strings.Cut(member, ":")
	deleted := kindOf == "deleted"
	if deleted {
		kindOf, value, _ = strings.Cut(value, ":")
		var uid string
		if value, uid, _ = strings.Cut(value, "?uid="); uid == "" {
			return invalid("Invalid deleted member (%s): the uid is missing.", member)
		}
	}
	switch kindOf {
	case "user", "group":
		if invalidEmail(value) != "" {
			return invalid("Invalid email address (%s).", value)
		}
	case "serviceAccount":
		// Workload identity members are PROJECT.svc.id.goog[NAMESPACE/NAME].
		if strings.Contains(value, ".svc.id.goog[") && strings.HasSuffix(value, "]") {
			return nil
		}
		if invalidEmail(value) != "" || strings.ContainsAny(value, " ") {
			return invalid("Invalid service account (%s).", value)
		}
		if deleted {
			return nil
		}
		if err := s.checkAgent(value); err != nil {
			return err
		}
		return s.checkAccount(value)
	case "domain":
		if !domainName.MatchString(value) {
			return invalid("Invalid domain (%s).", value)
		}
	case "principal", "principalSet":
		if !strings.HasPrefix(value, "//iam.googleapis.com/") && !strings.HasPrefix(value, "//cloudresourcemanager.googleapis.com/") {
			return invalid("Invalid principal (%s).", member)
		}
	case "projectOwner", "projectEditor", "projectViewer":
		if value == "" {
			return invalid("Invalid project member (%s).", member)
		}
	default:
		return invalid("The member %s is of an unknown type. Please set a valid type prefix for the member.", member)
	}
	return nil
}

// testPermissions returns the permissions that the caller has of those it asks
// about: all but those that DenyPermissions withholds, since the emulator
// authenticates nobody.
func (s *Server) testPermissions(r *restRequest) (*testIamPermissionsReply, error) {
	return s.testPermissionsThat(r, func(string) bool { return true })
}

// testPermissionsThat is testPermissions of a resource that knows some
// permissions alone: to ask it about another is an error, and not "no".
func (s *Server) testPermissionsThat(r *restRequest, known func(permission string) bool) (*testIamPermissionsReply, error) {
	var req testIamPermissionsRequest
	if err := r.decode(&req); err != nil {
		return nil, err
	}
	for _, p := range req.Permissions {
		if !permissionName.MatchString(p) || !known(p) {
			return nil, invalid("Permission %s is not valid for this resource.", p)
		}
	}
	return &testIamPermissionsReply{Permissions: s.denied.allowed(req.Permissions)}, nil
}

// grants tells whether a policy gives a member one of some roles, whatever
// happens: a binding under a condition does not count.
func (p *iamPolicy) grants(member string, roles []string) bool {
	for _, b := range p.Bindings {
		if b.Condition == nil && slices.Contains(roles, b.Role) && slices.Contains(b.Members, member) {
			return true
		}
	}
	return false
}
