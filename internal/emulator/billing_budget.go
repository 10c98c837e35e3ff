package emulator

import (
	"cmp"
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	budgets "google.golang.org/api/billingbudgets/v1"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const (
	budgetHost = "billingbudgets.googleapis.com"
	kindBudget = "budgets"
)

// budgetKind serves the budgets of billing accounts. Nothing is spent here, so
// they never alert.
var budgetKind = kind{
	name: kindBudget, host: budgetHost, collection: true,
	routes: func(s *Server) []route {
		b := budgetService{s: s}
		const parent, one = "/v1/{parent=billingAccounts/*}/budgets", "/v1/{name=billingAccounts/*/budgets/*}"
		return []route{
			{method: "POST", path: parent, rpc: "CreateBudget", handle: b.create},
			{method: "GET", path: parent, rpc: "ListBudgets", query: []string{"pageSize", "pageToken", "scope"}, handle: b.list},
			{method: "GET", path: one, rpc: "GetBudget", handle: b.get},
			{method: "PATCH", path: one, rpc: "UpdateBudget", query: []string{"updateMask"}, handle: b.patch},
			{method: "DELETE", path: one, rpc: "DeleteBudget", handle: b.delete},
		}
	},
}

type budgetService struct{ s *Server }

type budget = budgets.GoogleCloudBillingBudgetsV1Budget

// may refuses a call without the permission on the billing account. A caller
// without it may act on a budget of one project all the same, by a permission in
// the project: https://docs.cloud.google.com/billing/docs/how-to/budget-api-access-control.
func (b budgetService) may(verb, account string, projects []string) error {
	permission, instead := "billing.budgets."+verb, "billing.resourcebudgets.write"
	if verb == "get" || verb == "list" {
		instead = "billing.resourcebudgets.read"
	}
	switch {
	case !b.s.denied.has(permission):
		return nil
	case len(projects) == 1 && !b.s.denied.has(instead) && !b.s.denied.has("resourcemanager.projects.get"):
		return nil
	}
	return permissionDenied(permission, account)
}

// projectsOf are the projects that a stored budget tracks.
func projectsOf(doc map[string]any) []string {
	filter, _ := doc["budgetFilter"].(map[string]any)
	refs, _ := filter["projects"].([]any)
	names := make([]string, len(refs))
	for i, ref := range refs {
		names[i], _ = ref.(string)
	}
	return names
}

// read returns a request's budget both as it was written and by its names.
func (b budgetService) read(r *restRequest) (map[string]any, *budget, error) {
	in := &budget{}
	if err := r.decode(in); err != nil {
		return nil, nil, err
	}
	doc := map[string]any{}
	if len(r.body) > 0 {
		if err := decode(r.body, &doc); err != nil {
			return nil, nil, invalid("Invalid JSON payload received. Parse error.")
		}
	}
	return doc, in, nil
}

// finish checks a budget and gives it what the service fills in.
func (b budgetService) finish(doc map[string]any) (map[string]any, error) {
	raw, err := json.Marshal(doc)
	if err != nil {
		return nil, err
	}
	in := &budget{}
	if err := json.Unmarshal(raw, in); err != nil {
		return nil, invalid("Request contains an invalid argument.")
	}
	if err := b.check(in); err != nil {
		return nil, err
	}
	filter, _ := doc["budgetFilter"].(map[string]any)
	filter = mergePatch(filter, nil)
	if filter["creditTypesTreatment"] == nil {
		filter["creditTypesTreatment"] = "INCLUDE_ALL_CREDITS"
	}
	if filter["calendarPeriod"] == nil && filter["customPeriod"] == nil {
		filter["calendarPeriod"] = "MONTH"
	}
	// The service names projects by their numbers.
	if refs, ok := filter["projects"].([]any); ok {
		numbered := make([]any, len(refs))
		for i := range refs {
			numbered[i] = b.s.numberedName("projects/" + b.s.canonicalProject(strings.TrimPrefix(in.BudgetFilter.Projects[i], "projects/")))
		}
		filter["projects"] = numbered
	}
	doc["budgetFilter"] = filter
	if amount, ok := doc["amount"].(map[string]any); ok {
		if specified, ok := amount["specifiedAmount"].(map[string]any); ok {
			doc["amount"] = map[string]any{"specifiedAmount": mergePatch(map[string]any{"currencyCode": accountCurrency}, specified)}
		}
	}
	if rules, ok := doc["thresholdRules"].([]any); ok {
		filled := make([]any, len(rules))
		for i, rule := range rules {
			object, _ := rule.(map[string]any)
			filled[i] = mergePatch(map[string]any{"spendBasis": "CURRENT_SPEND"}, object)
		}
		doc["thresholdRules"] = filled
	}
	return doc, nil
}

func (b budgetService) create(ctx context.Context, r *restRequest) (any, error) {
	if err := b.s.checkConsumer(ctx, r, budgetHost); err != nil {
		return nil, err
	}
	parent := r.vars["parent"]
	if err := checkBillingAccount(parent); err != nil {
		return nil, err
	}
	doc, in, err := b.read(r)
	if err != nil {
		return nil, err
	}
	var projects []string
	if in.BudgetFilter != nil {
		projects = in.BudgetFilter.Projects
	}
	if err := b.may("create", parent, projects); err != nil {
		return nil, err
	}
	delete(doc, "etag")
	if doc, err = b.finish(doc); err != nil {
		return nil, err
	}
	name := parent + "/budgets/" + b.s.newUUID()
	doc["name"] = name
	if err := b.s.create(kindBudget, parent, name, doc); err != nil {
		return nil, err
	}
	return withEtag(doc, 1), nil
}

func withEtag(doc map[string]any, version int64) map[string]any {
	return mergePatch(doc, map[string]any{"etag": etagOf(version)})
}

// find loads the budget of a request for what is to be done with it.
func (b budgetService) find(ctx context.Context, r *restRequest, verb string) (map[string]any, int64, error) {
	if err := b.s.checkConsumer(ctx, r, budgetHost); err != nil {
		return nil, 0, err
	}
	have := map[string]any{}
	version, err := b.s.load(kindBudget, r.vars["name"], &have)
	if status.Code(err) == codes.NotFound {
		err = notFound("Requested entity was not found.")
	}
	account, _, _ := strings.Cut(r.vars["name"], "/budgets/")
	// Whoever may not look isn't told that there is nothing.
	return have, version, cmp.Or(b.may(verb, account, projectsOf(have)), err)
}

func (b budgetService) get(ctx context.Context, r *restRequest) (any, error) {
	have, version, err := b.find(ctx, r, "get")
	if err != nil {
		return nil, err
	}
	return withEtag(have, version), nil
}

func (b budgetService) list(ctx context.Context, r *restRequest) (any, error) {
	if err := b.s.checkConsumer(ctx, r, budgetHost); err != nil {
		return nil, err
	}
	parent := r.vars["parent"]
	if err := checkBillingAccount(parent); err != nil {
		return nil, err
	}
	scope, err := b.scope(r.query.Get("scope"))
	if err != nil {
		return nil, err
	}
	var only []string
	if scope != "" {
		only = []string{scope}
	}
	if err := b.may("list", parent, only); err != nil {
		return nil, err
	}
	var all []any
	for _, e := range b.s.store.List(kindBudget, parent) {
		one := map[string]any{}
		if err := decode(e.Value, &one); err != nil {
			return nil, err
		}
		if scope != "" {
			// Whether a budget of more than this project is of its scope is not
			// documented.
			if !slices.Equal(projectsOf(one), only) {
				continue
			}
		}
		all = append(all, withEtag(one, e.Version))
	}
	page, next, err := pageOf(all, r.query, "budgets "+parent, 100, 100)
	if err != nil {
		return nil, err
	}
	out := map[string]any{}
	if len(page) > 0 {
		out["budgets"] = page
	}
	if next != "" {
		out["nextPageToken"] = next
	}
	return out, nil
}

// scope resolves what the budgets of a list have to track: a project, or nothing.
func (b budgetService) scope(ref string) (string, error) {
	if ref == "" {
		return "", nil
	}
	id, ok := strings.CutPrefix(ref, "projects/")
	if !ok || id == "" || strings.Contains(id, "/") {
		return "", notModelled("the scope %q of a list of budgets: projects alone are documented", ref)
	}
	return b.s.numberedName("projects/" + b.s.canonicalProject(id)), nil
}

func (b budgetService) patch(ctx context.Context, r *restRequest) (any, error) {
	have, version, err := b.find(ctx, r, "update")
	if err != nil {
		return nil, err
	}
	sent, in, err := b.read(r)
	if err != nil {
		return nil, err
	}
	if in.Etag != "" && in.Etag != etagOf(version) {
		return nil, apiError(codes.Aborted, "The budget was changed since it was read. Please read it again and retry.")
	}
	next := have
	if mask := r.query.Get("updateMask"); mask == "" {
		// Without a mask all is replaced but what only the service writes.
		next = mergePatch(sent, map[string]any{"name": have["name"], "etag": nil})
	} else {
		for _, path := range strings.Split(mask, ",") {
			if next, err = copyField(next, sent, path, reflect.TypeFor[budget]()); err != nil {
				return nil, err
			}
		}
		next = mergePatch(next, map[string]any{"name": have["name"], "etag": nil})
	}
	if next, err = b.finish(next); err != nil {
		return nil, err
	}
	account, _, _ := strings.Cut(r.vars["name"], "/budgets/")
	if err := b.may("update", account, projectsOf(next)); err != nil {
		return nil, err
	}
	if err := b.s.update(kindBudget, r.vars["name"], version, next); err != nil {
		return nil, err
	}
	return withEtag(next, version+1), nil
}

func (b budgetService) delete(ctx context.Context, r *restRequest) (any, error) {
	if _, _, err := b.find(ctx, r, "delete"); err != nil {
		return nil, err
	}
	return nil, b.s.store.Delete(kindBudget, r.vars["name"], 0)
}
