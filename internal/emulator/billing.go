package emulator

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"google.golang.org/api/cloudbilling/v1"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const (
	cloudBillingHost = "cloudbilling.googleapis.com"
	kindBillingInfo  = "billingInfo"
	// standardAccount pays for every project whose billing nobody has changed.
	standardAccount = "billingAccounts/01A2B3-C4D5E6-F70819"
	// accountCurrency is what all accounts are billed in.
	accountCurrency = "USD"
)

// billingKind serves what a project is billed to. Every account of the right form
// stands and is open: whose accounts there are is nothing that a project's owner
// makes.
var billingKind = kind{
	name: kindBillingInfo, host: cloudBillingHost, denied: callerDenied,
	permissions: map[string]string{
		"GetProjectBillingInfo":    "resourcemanager.projects.get",
		"UpdateProjectBillingInfo": "resourcemanager.projects.createBillingAssignment",
		"GetBillingAccount":        "billing.accounts.get",
	},
	routes: func(s *Server) []route {
		b := billing{s: s}
		return []route{
			{method: "GET", path: "/v1/{name=projects/*}/billingInfo", rpc: "GetProjectBillingInfo", handle: b.get},
			{method: "PUT", path: "/v1/{name=projects/*}/billingInfo", rpc: "UpdateProjectBillingInfo", handle: b.update},
			{method: "GET", path: "/v1/{name=billingAccounts/*}", rpc: "GetBillingAccount", handle: b.account},
			{method: "POST", path: "/v1/{resource=billingAccounts/*}:testIamPermissions", rpc: "TestIamPermissions", handle: func(_ context.Context, r *restRequest) (any, error) {
				if err := checkBillingAccount(r.vars["resource"]); err != nil {
					return nil, err
				}
				return s.testPermissionsThat(r, func(p string) bool { return strings.HasPrefix(p, "billing.") })
			}},
		}
	},
}

type billing struct{ s *Server }

// billedTo is what a project was linked to; "" stands for nothing.
type billedTo struct {
	Account string `json:"account"`
}

var billingAccountName = regexp.MustCompile(`^billingAccounts/[0-9A-F]{6}-[0-9A-F]{6}-[0-9A-F]{6}$`)

func checkBillingAccount(name string) error {
	if !billingAccountName.MatchString(name) {
		return invalid("The billing account name %q is not valid: it must have the form billingAccounts/012345-567890-ABCDEF.", name)
	}
	return nil
}

// billingAccount returns the account of a project, or "".
func (s *Server) billingAccount(project string) (account string, version int64, err error) {
	var to billedTo
	version, err = s.load(kindBillingInfo, "projects/"+project, &to)
	if status.Code(err) == codes.NotFound {
		return standardAccount, 0, nil
	}
	return to.Account, version, err
}

// paidHosts are the APIs without a free part: they answer only where billing is
// on.
var paidHosts = map[string]bool{
	"artifactregistry.googleapis.com": true, "compute.googleapis.com": true, "container.googleapis.com": true,
	"dns.googleapis.com": true, kmsHost: true, "secretmanager.googleapis.com": true, "sqladmin.googleapis.com": true,
}

// checkBilled refuses a paid API in a project that nobody pays for.
func (s *Server) checkBilled(project, host string) error {
	if !paidHosts[host] {
		return nil
	}
	account, _, err := s.billingAccount(project)
	if err != nil || account != "" {
		return err
	}
	number := projectNumber(project)
	return apiError(codes.PermissionDenied,
		fmt.Sprintf("This API method requires billing to be enabled. Please enable billing on project #%d by visiting https://console.developers.google.com/billing/enable?project=%d then retry. If you enabled billing for this project recently, wait a few minutes for the action to propagate to our systems and retry.", number, number),
		errorInfo("BILLING_DISABLED", "googleapis.com", map[string]string{"service": host, "consumer": fmt.Sprintf("projects/%d", number)}),
		helpLink("Google developers console billing", fmt.Sprintf("https://console.developers.google.com/billing/enable?project=%d", number)))
}

func (b billing) render(project, account string) *cloudbilling.ProjectBillingInfo {
	return &cloudbilling.ProjectBillingInfo{
		Name: "projects/" + project + "/billingInfo", ProjectId: project,
		BillingAccountName: account, BillingEnabled: account != "",
	}
}

// project resolves the project of a call, which may be any that stands: Cloud
// Billing has to be enabled where the call comes from.
func (b billing) project(ctx context.Context, r *restRequest) (string, error) {
	if err := b.s.checkConsumer(ctx, r, cloudBillingHost); err != nil {
		return "", err
	}
	p, err := b.s.managedProject(projectOf(r.vars["name"]))
	if err != nil {
		return "", err
	}
	if p.Deleted != nil {
		return "", callerDenied("", "")
	}
	return p.ID, nil
}

func (b billing) get(ctx context.Context, r *restRequest) (any, error) {
	project, err := b.project(ctx, r)
	if err != nil {
		return nil, err
	}
	account, _, err := b.s.billingAccount(project)
	return b.render(project, account), err
}

func (b billing) update(ctx context.Context, r *restRequest) (any, error) {
	project, err := b.project(ctx, r)
	if err != nil {
		return nil, err
	}
	in := &cloudbilling.ProjectBillingInfo{}
	if err := r.decode(in); err != nil {
		return nil, err
	}
	if in.BillingAccountName != "" {
		if err := checkBillingAccount(in.BillingAccountName); err != nil {
			return nil, err
		}
	}
	_, version, err := b.s.billingAccount(project)
	if err != nil {
		return nil, err
	}
	to := billedTo{Account: in.BillingAccountName}
	if version == 0 {
		err = b.s.create(kindBillingInfo, "projects/"+project, "projects/"+project, to)
	} else {
		err = b.s.update(kindBillingInfo, "projects/"+project, version, to)
	}
	return b.render(project, in.BillingAccountName), err
}

func (b billing) account(_ context.Context, r *restRequest) (any, error) {
	name := r.vars["name"]
	if err := checkBillingAccount(name); err != nil {
		return nil, err
	}
	return &cloudbilling.BillingAccount{Name: name, Open: true, DisplayName: "Billing account " + strings.TrimPrefix(name, "billingAccounts/"), CurrencyCode: accountCurrency}, nil
}
