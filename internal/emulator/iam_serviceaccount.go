package emulator

import (
	"context"
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"google.golang.org/api/iam/v1"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const (
	iamHost = "iam.googleapis.com"
	// kindServiceAccount holds the accounts by their unique ids, the deleted
	// ones as long as they can be had back.
	kindServiceAccount = "serviceAccounts"
	// accountsMost is how many accounts a new project may have
	// (https://cloud.google.com/iam/quotas).
	accountsMost = 100
	// undeletion is how long an account that was deleted can be had back.
	undeletion = 30 * 24 * time.Hour
	// accountEtag is what all accounts have: the field is deprecated, and says
	// nothing.
	accountEtag = "MDEwMjE5MjA="
)

// serviceAccountKind serves the service accounts of IAM v1 and their policies.
// Keys are not modelled: nobody signs in here.
var serviceAccountKind = kind{
	name: kindServiceAccount, host: iamHost, collection: true, standing: serviceAccountStands, errorForm: oldFormWithStatus,
	permissions: map[string]string{
		"CreateServiceAccount":   "iam.serviceAccounts.create",
		"GetServiceAccount":      "iam.serviceAccounts.get",
		"ListServiceAccounts":    "iam.serviceAccounts.list",
		"PatchServiceAccount":    "iam.serviceAccounts.update",
		"DeleteServiceAccount":   "iam.serviceAccounts.delete",
		"UndeleteServiceAccount": "iam.serviceAccounts.undelete",
		"EnableServiceAccount":   "iam.serviceAccounts.enable",
		"DisableServiceAccount":  "iam.serviceAccounts.disable",
		"GetIamPolicy":           "iam.serviceAccounts.getIamPolicy",
		"SetIamPolicy":           "iam.serviceAccounts.setIamPolicy",
	},
	routes: func(s *Server) []route {
		a := serviceAccounts{s: s}
		const one = "/v1/{name=projects/*/serviceAccounts/*}"
		routes := []route{
			{method: "POST", path: "/v1/{name=projects/*}/serviceAccounts", rpc: "CreateServiceAccount", handle: a.create},
			{method: "GET", path: "/v1/{name=projects/*}/serviceAccounts", rpc: "ListServiceAccounts", query: []string{"pageSize", "pageToken"}, handle: a.list},
			{method: "GET", path: one, rpc: "GetServiceAccount", handle: a.get},
			{method: "PATCH", path: one, rpc: "PatchServiceAccount", handle: a.patch},
			{method: "DELETE", path: one, rpc: "DeleteServiceAccount", handle: a.delete},
			{method: "POST", path: one + ":undelete", rpc: "UndeleteServiceAccount", handle: a.undelete},
			{method: "POST", path: one + ":enable", rpc: "EnableServiceAccount", handle: a.enable},
			{method: "POST", path: one + ":disable", rpc: "DisableServiceAccount", handle: a.disable},
		}
		for _, r := range s.policyRoutes("/v1/{resource=projects/*/serviceAccounts/*}", func(ctx context.Context, ref string) (string, string, error) {
			have, err := a.existing(ctx, ref)
			if err != nil {
				return "", "", err
			}
			return "projects/" + have.Project, have.policy(), nil
		}) {
			if r.rpc == "GetIamPolicy" {
				r.method = "POST" // as the other two, unlike in other APIs
			}
			routes = append(routes, r)
		}
		return routes
	},
}

type serviceAccounts struct{ s *Server }

// serviceAccountRecord is a service account.
type serviceAccountRecord struct {
	Project     string     `json:"project"`
	ID          string     `json:"id"`
	UniqueID    string     `json:"uniqueId"`
	ClientID    string     `json:"clientId"`
	DisplayName string     `json:"displayName,omitempty"`
	Description string     `json:"description,omitempty"`
	Disabled    bool       `json:"disabled,omitempty"`
	Deleted     *time.Time `json:"deleted,omitempty"`

	version int64
}

func (a *serviceAccountRecord) email() string {
	return a.ID + "@" + a.Project + ".iam.gserviceaccount.com"
}

func (a *serviceAccountRecord) name() string {
	return "projects/" + a.Project + "/serviceAccounts/" + a.email()
}

func (a *serviceAccountRecord) stored() string {
	return "projects/" + a.Project + "/serviceAccounts/" + a.UniqueID
}

func (a *serviceAccountRecord) policy() string { return iamHost + "/" + a.stored() }

func serviceAccountStands(_ *Server, value json.RawMessage) bool {
	var a serviceAccountRecord
	return decode(value, &a) == nil && a.Deleted == nil
}

func unknownAccount() error {
	return withReason("notFound", notFound("Unknown service account"))
}

// accounts returns the accounts of a project, or of all projects.
func (s *Server) accounts(project string) ([]*serviceAccountRecord, error) {
	parent := ""
	if project != "" {
		parent = "projects/" + project
	}
	var all []*serviceAccountRecord
	for _, e := range s.store.List(kindServiceAccount, parent) {
		one := &serviceAccountRecord{version: e.Version}
		if err := decode(e.Value, one); err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

// find looks an account up by its address or its unique id, in one project or,
// with "-", in all.
func (a serviceAccounts) find(ctx context.Context, ref string, deleted bool) (*serviceAccountRecord, error) {
	project, key, _ := strings.Cut(strings.TrimPrefix(ref, "projects/"), "/serviceAccounts/")
	if project == "-" {
		project = ""
		if found := accountAddress.FindStringSubmatch(key); found != nil {
			project = found[2]
		}
	}
	var err error
	if project != "" {
		if project, err = a.s.useProject(ctx, project, iamHost); err != nil {
			return nil, err
		}
	}
	all, err := a.s.accounts(project)
	if err != nil {
		return nil, err
	}
	for _, one := range slices.Backward(all) {
		if (one.email() == key || one.UniqueID == key) && (one.Deleted != nil) == deleted {
			return one, nil
		}
	}
	return nil, unknownAccount()
}

func (a serviceAccounts) existing(ctx context.Context, ref string) (*serviceAccountRecord, error) {
	return a.find(ctx, ref, false)
}

func (a *serviceAccountRecord) render() *iam.ServiceAccount {
	return &iam.ServiceAccount{
		Name: a.name(), ProjectId: a.Project, UniqueId: a.UniqueID, Email: a.email(), DisplayName: a.DisplayName,
		Description: a.Description, Disabled: a.Disabled, Oauth2ClientId: a.ClientID, Etag: accountEtag,
	}
}

var (
	accountID = regexp.MustCompile(`^[a-z][-a-z0-9]{4,28}[a-z0-9]$`)
	// accountAddress takes the address of an account that users make apart.
	accountAddress = regexp.MustCompile(`^([a-z][-a-z0-9]{4,28}[a-z0-9])@([a-z](?:[-a-z0-9]*[a-z0-9])?)\.iam\.gserviceaccount\.com$`)
)

func checkAccountTexts(displayName, description string) error {
	if utf8.RuneCountInString(displayName) > 100 {
		return invalid("The display name of a service account must be at most 100 characters long.")
	}
	if len(description) > 256 {
		return invalid("The description of a service account must be at most 256 bytes long.")
	}
	return nil
}

func (a serviceAccounts) create(ctx context.Context, r *restRequest) (any, error) {
	project, err := a.s.useProject(ctx, projectOf(r.vars["name"]), iamHost)
	if err != nil {
		return nil, err
	}
	in := &iam.CreateServiceAccountRequest{}
	if err := r.decode(in); err != nil {
		return nil, err
	}
	if !accountID.MatchString(in.AccountId) {
		return nil, invalid("Account ID %q is not valid: it must be 6 to 30 lowercase letters, digits and hyphens, begin with a letter and not end with a hyphen.", in.AccountId)
	}
	if in.ServiceAccount == nil {
		in.ServiceAccount = &iam.ServiceAccount{}
	}
	if err := checkAccountTexts(in.ServiceAccount.DisplayName, in.ServiceAccount.Description); err != nil {
		return nil, err
	}
	if a.s.enforced(project, "iam.disableServiceAccountCreation") {
		return nil, apiError(codes.FailedPrecondition, "Service account creation is not allowed on this project (constraints/iam.disableServiceAccountCreation).")
	}
	a.s.accountsMu.Lock()
	defer a.s.accountsMu.Unlock()
	all, err := a.s.accounts(project)
	if err != nil {
		return nil, err
	}
	standing := 0
	for _, one := range all {
		if one.Deleted != nil {
			continue
		}
		standing++
		if one.ID == in.AccountId {
			return nil, apiError(codes.AlreadyExists, "Service account "+in.AccountId+" already exists within project projects/"+project+".")
		}
	}
	if a.s.quotas.enabled && standing >= accountsMost {
		return nil, withReason("rateLimitExceeded", apiError(codes.ResourceExhausted, "Maximum number of service accounts on project reached."))
	}
	made := &serviceAccountRecord{
		Project: project, ID: in.AccountId, UniqueID: a.s.newAccountNumber(), ClientID: a.s.newAccountNumber(),
		DisplayName: in.ServiceAccount.DisplayName, Description: in.ServiceAccount.Description,
	}
	if err := a.s.create(kindServiceAccount, "projects/"+project, made.stored(), made); err != nil {
		return nil, err
	}
	return made.render(), nil
}

// newAccountNumber returns a number of 21 digits, as accounts have.
func (s *Server) newAccountNumber() string {
	s.randMu.Lock()
	defer s.randMu.Unlock()
	return "1" + strconv.FormatUint(1e19+s.rand.Uint64N(8e18), 10)
}

func (a serviceAccounts) get(ctx context.Context, r *restRequest) (any, error) {
	have, err := a.existing(ctx, r.vars["name"])
	if err != nil {
		return nil, err
	}
	return have.render(), nil
}

func (a serviceAccounts) list(ctx context.Context, r *restRequest) (any, error) {
	project, err := a.s.useProject(ctx, projectOf(r.vars["name"]), iamHost)
	if err != nil {
		return nil, err
	}
	all, err := a.s.accounts(project)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(one *serviceAccountRecord) bool { return one.Deleted != nil })
	page, next, err := pageOf(all, r.query, "serviceAccounts "+project, 20, 100)
	if err != nil {
		return nil, err
	}
	out := &iam.ListServiceAccountsResponse{NextPageToken: next}
	for _, one := range page {
		out.Accounts = append(out.Accounts, one.render())
	}
	return out, nil
}

func (s *Server) saveAccount(a *serviceAccountRecord) error {
	return s.update(kindServiceAccount, a.stored(), a.version, a)
}

// patch changes what the mask names and replies with that alone, as recorded.
func (a serviceAccounts) patch(ctx context.Context, r *restRequest) (any, error) {
	have, err := a.existing(ctx, r.vars["name"])
	if err != nil {
		return nil, err
	}
	in := &iam.PatchServiceAccountRequest{}
	if err := r.decode(in); err != nil {
		return nil, err
	}
	if in.ServiceAccount == nil || in.UpdateMask == "" {
		return nil, invalid("The service account and the update mask are required.")
	}
	if etag := in.ServiceAccount.Etag; etag != "" && etag != accountEtag {
		return nil, apiError(codes.Aborted, "There were concurrent changes of the service account. Please retry.")
	}
	reply := &iam.ServiceAccount{Name: have.name()}
	for _, path := range strings.Split(in.UpdateMask, ",") {
		switch strings.TrimSpace(path) {
		case "displayName", "display_name":
			have.DisplayName = in.ServiceAccount.DisplayName
			reply.DisplayName = have.DisplayName
		case "description":
			have.Description = in.ServiceAccount.Description
			reply.Description = have.Description
		default:
			return nil, invalid("Field update_mask had an invalid value of %q: only display_name and description can be changed.", path)
		}
	}
	if err := checkAccountTexts(have.DisplayName, have.Description); err != nil {
		return nil, err
	}
	return reply, a.s.saveAccount(have)
}

func (a serviceAccounts) delete(ctx context.Context, r *restRequest) (any, error) {
	a.s.accountsMu.Lock()
	defer a.s.accountsMu.Unlock()
	have, err := a.existing(ctx, r.vars["name"])
	if err != nil {
		return nil, err
	}
	now := a.s.now()
	have.Deleted = &now
	if err := a.s.saveAccount(have); err != nil {
		return nil, err
	}
	member := "serviceAccount:" + have.email()
	return nil, a.s.renameMember(member, "deleted:"+member+"?uid="+have.UniqueID)
}

func (a serviceAccounts) undelete(ctx context.Context, r *restRequest) (any, error) {
	if err := r.decode(&iam.UndeleteServiceAccountRequest{}); err != nil {
		return nil, err
	}
	a.s.accountsMu.Lock()
	defer a.s.accountsMu.Unlock()
	have, err := a.find(ctx, r.vars["name"], true)
	if err != nil {
		return nil, err
	}
	if a.s.now().After(have.Deleted.Add(undeletion)) {
		return nil, unknownAccount()
	}
	if _, err := a.existing(ctx, have.name()); err == nil {
		return nil, apiError(codes.AlreadyExists, "Service account "+have.ID+" already exists within project projects/"+have.Project+".")
	} else if status.Code(err) != codes.NotFound {
		return nil, err
	}
	have.Deleted = nil
	if err := a.s.saveAccount(have); err != nil {
		return nil, err
	}
	member := "serviceAccount:" + have.email()
	if err := a.s.renameMember("deleted:"+member+"?uid="+have.UniqueID, member); err != nil {
		return nil, err
	}
	return &iam.UndeleteServiceAccountResponse{RestoredAccount: have.render()}, nil
}

func (a serviceAccounts) enable(ctx context.Context, r *restRequest) (any, error) {
	return a.setDisabled(ctx, r, false)
}

func (a serviceAccounts) disable(ctx context.Context, r *restRequest) (any, error) {
	return a.setDisabled(ctx, r, true)
}

func (a serviceAccounts) setDisabled(ctx context.Context, r *restRequest, disabled bool) (any, error) {
	have, err := a.existing(ctx, r.vars["name"])
	if err != nil {
		return nil, err
	}
	if err := r.decode(&struct{}{}); err != nil {
		return nil, err
	}
	have.Disabled = disabled
	return nil, a.s.saveAccount(have)
}

// renameMember writes a principal differently in every policy that has it: the
// bindings of a deleted account stay, and name it by its unique id, so that
// another account of that name does not inherit them.
func (s *Server) renameMember(from, to string) error {
	for _, e := range s.store.List(kindIamPolicy, "") {
		for {
			err := s.renameIn(e.Name, from, to)
			if status.Code(err) == codes.NotFound {
				break // The policy went meanwhile.
			}
			if status.Code(err) != codes.Aborted {
				if err != nil {
					return err
				}
				break
			}
		}
	}
	return nil
}

func (s *Server) renameIn(policy, from, to string) error {
	p, version, err := s.getIamPolicy(policy)
	if err != nil {
		return err
	}
	changed := false
	for i := range p.Bindings {
		for j, member := range p.Bindings[i].Members {
			if member == from {
				p.Bindings[i].Members[j] = to
				changed = true
			}
		}
		slices.Sort(p.Bindings[i].Members)
	}
	if !changed {
		return nil
	}
	p.Etag = etagOf(version + 1)
	return s.update(kindIamPolicy, policy, version, p)
}

// checkAccount refuses an account of a project that is known here, when it isn't
// there. Others live in projects outside of here.
func (s *Server) checkAccount(email string) error {
	found := accountAddress.FindStringSubmatch(email)
	if found == nil {
		return nil
	}
	if _, known := s.projectRefs.byNumber(projectNumber(found[2])); !known {
		return nil
	}
	all, err := s.accounts(found[2])
	if err != nil {
		return err
	}
	for _, one := range all {
		if one.email() == email && one.Deleted == nil {
			return nil
		}
	}
	return invalid("Service account %s does not exist.", email)
}
