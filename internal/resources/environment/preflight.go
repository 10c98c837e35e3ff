package environment

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cortx-platform/terraform-provider-cortx/internal/component"
	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
	"github.com/cortx-platform/terraform-provider-cortx/internal/tfkit"
)

// preflight looks, before anything is made or changed, for what would stop the
// apply half-way. It yields errors and warnings, and never a value. A plan that
// changes nothing makes none of its calls.
func (r *environment) preflight(ctx context.Context, raw tftypes.Value, planned model, p *planner) {
	if r.Data == nil || r.Data.Client == nil || p.tier == "" || !p.identified(planned) || len(p.undecided) > 0 || planned.EffectiveLabels.IsUnknown() || planned.CatalogueVersion.IsUnknown() {
		return
	}
	client := r.Data.Client
	if p.prior != nil && !r.CheckEmulated(p.prior.Emulated, p.diags) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	spec := specOf(ctx, raw, planned, p.diags)
	if p.diags.HasError() {
		return
	}
	p.checkPermissions(ctx, client, spec)
	if p.prior == nil && !p.diags.HasError() {
		p.checkPlace(ctx, client, spec)
	}
	p.checkHSM(ctx, client, spec)
	if p.prior == nil && !p.diags.HasError() {
		p.checkClaim(ctx, client, spec)
	}
	if p.prior != nil && len(p.prior.Pending.Elements()) > 0 && !p.diags.HasError() {
		if former := specOf(ctx, p.priorRaw, *p.prior, p.diags); former != nil {
			p.checkNamesOf(ctx, client, former, spec)
		}
	}
	p.checkResetDue(ctx, client, planned)
	p.checkRemade(ctx, client, spec)
}

// checkRemade says what of an environment apply will make anew because somebody
// has changed it by hand, where no change of a setting in this plan tells of it.
func (p *planner) checkRemade(ctx context.Context, client *gcp.Client, spec *component.Spec) {
	if p.prior == nil || len(spec.Recreate) == 0 || p.diags.HasError() {
		return
	}
	engine, err := component.NewEngine(client, spec, nil)
	if err != nil {
		addBug(p.diags, err)
		return
	}
	before, _, err := ReadSettings(p.version, p.priorRaw)
	if err != nil {
		addBug(p.diags, err)
		return
	}
	told, report := p.toldAsSettings(before), engine.Observe(ctx)
	for _, name := range report.Names {
		for _, d := range report.Observations[name].Fixed {
			if p.mayRecreate(name) && !told(d) {
				p.warnRemade(name, d.Words)
			}
		}
	}
}

// warnRemade says that a component will be made anew, why, and what that loses.
func (p *planner) warnRemade(name, why string) {
	p.warning("allow_recreate", "A component will be deleted and made anew.", fmt.Sprintf("%s: %s, and that can't be changed in place. This loses %s.", name, why, losses[name]))
}

// checkResetDue says what apply will delete that no change of reset_trigger in
// this plan tells of: an environment that is adopted has its data under another
// value, or a reset fell short and is still due.
func (p *planner) checkResetDue(ctx context.Context, client *gcp.Client, planned model) {
	if p.tier != policy.Dev || p.diags.HasError() || p.prior != nil && !p.config.ResetTrigger.Equal(p.prior.ResetTrigger) {
		return
	}
	record := recordOf(ctx, client, planned)
	if record == nil {
		return
	}
	due := resetDue(record, planned, nil)
	if len(due) == 0 {
		return
	}
	p.warning("reset_trigger", "Data of the environment will be deleted.",
		fmt.Sprintf("What stands was made under another reset_trigger than %q, or an earlier reset fell short. Apply deletes and makes anew what is due: %s. %s",
			planned.ResetTrigger.ValueString(), strings.Join(due, ", "), lostByReset(planned.DataBucket.ValueString())))
}

// checkPermissions names what the identity that runs Terraform is not allowed: in
// the project, on the access policy, on the billing account.
func (p *planner) checkPermissions(ctx context.Context, client *gcp.Client, spec *component.Spec) {
	missing, unasked, err := component.MissingPermissions(ctx, client, spec)
	if err != nil {
		tfkit.AddServiceError(p.diags, tfkit.Path([]any{"project"}), "It can't be told what may be done in the project.", err)
		return
	}
	lines := map[string][]string{}
	for _, need := range missing {
		lines[need.On] = append(lines[need.On], fmt.Sprintf("  %s needs %s (role %s)", need.Component, strings.Join(need.Permissions, ", "), need.Role))
	}
	if lacks := lines[""]; len(lacks) > 0 {
		p.problem("project", "Permissions are missing in the project.",
			fmt.Sprintf("Nothing was changed. Grant these to the identity that runs Terraform in %s, and plan again; the subcommand bootstrap prints them all:\n\n%s", spec.Project, strings.Join(lacks, "\n")))
	}
	for on, lacks := range lines {
		text := strings.Join(lacks, "\n")
		switch {
		case strings.HasPrefix(on, component.AccessPolicies):
			p.problem(accessPolicyPath, "Permissions are missing on the access policy.",
				fmt.Sprintf("Nothing was changed. Grant these to the identity that runs Terraform on %s, or in its organisation: a project can't grant them. Then plan again:\n\n%s", on, text))
		case strings.HasPrefix(on, component.BillingAccounts):
			p.problem(billingAccountPath, "Permissions are missing on the billing account.",
				fmt.Sprintf("Nothing was changed. Grant these to the identity that runs Terraform on %s, or billing.resourcebudgets.read and billing.resourcebudgets.write in the project, which do as well for a budget of one project. Then plan again:\n\n%s", on, text))
		}
	}
	for _, unknown := range unasked {
		p.unasked(unknown)
	}
}

// Where the configuration names what grants permissions beside the project.
const (
	accessPolicyPath   = "access.access_policy"
	billingAccountPath = "budget.billing_account"
)

// unasked reports what could not be asked about permissions. While its API is
// off, which apply turns on, that is no reason to stop.
func (p *planner) unasked(unknown component.Unasked) {
	at, what := accessPolicyPath, "access policy"
	if strings.HasPrefix(unknown.On, component.BillingAccounts) {
		at, what = billingAccountPath, "billing account"
	}
	if gcp.IsServiceDisabled(unknown.Err) {
		p.warning(at, "It can't be told yet what may be done with the "+what+".",
			fmt.Sprintf("The API that answers for %s is off, and apply turns it on. If a permission is missing there, apply will say so, and can be repeated.\n\nGoogle Cloud says: %s", unknown.On, unknown.Err))
		return
	}
	p.problem(at, "It can't be told what may be done with the "+what+".",
		fmt.Sprintf("Nothing was changed. Check that %s is the right name and that the identity that runs Terraform reaches it.\n\nGoogle Cloud says: %s", unknown.On, unknown.Err))
}

// checkPlace refuses a region or a zone that doesn't exist, and a network of
// somebody else's that the environment can't lie in.
func (p *planner) checkPlace(ctx context.Context, client *gcp.Client, spec *component.Spec) {
	zones, known, err := component.Zones(ctx, client, spec)
	switch {
	case err != nil:
		p.warning("region", "It can't be told whether the region exists.", err.Error())
	case known && len(zones) == 0:
		p.problem("region", "There is no such region.", fmt.Sprintf("Compute Engine has no region %s for the project %s. Write one such as europe-west1; gcloud compute regions list prints all.", spec.Region, spec.Project))
		return
	case known && spec.Zone != "" && spec.Location() == spec.Zone && !slices.Contains(zones, spec.Zone):
		p.problem("zone", "There is no such zone.", fmt.Sprintf("The region %s has %s; got %q.", spec.Region, strings.Join(zones, ", "), spec.Zone))
	}
	problems, err := component.NetworkProblems(ctx, client, spec)
	if err != nil {
		p.warning("network", "It can't be told whether the network can be used.", err.Error())
	}
	for _, found := range problems {
		p.problem(found.Path, found.Summary, found.Detail)
	}
}

// checkHSM refuses a key of level HSM where there is none.
func (p *planner) checkHSM(ctx context.Context, client *gcp.Client, spec *component.Spec) {
	if !spec.NeedsHSM() {
		return
	}
	available, known, err := component.HSMAvailable(ctx, client, spec)
	if err != nil {
		p.warning("region", "It can't be told whether Cloud HSM is available in the region.", err.Error())
		return
	}
	if known && !available {
		at := policy.EncryptionData
		if spec.Settings.String(at) != policy.KeyHSM {
			at = policy.EncryptionCluster
		}
		p.problem(at, "Cloud HSM is not available in the region.", fmt.Sprintf("A key of level HSM can't be made in %s. Use another region, or a region that Cloud KMS lists with HSM support.", spec.Region))
	}
}

// checkClaim looks at what stands where a new environment would be made.
func (p *planner) checkClaim(ctx context.Context, client *gcp.Client, spec *component.Spec) {
	record, err := component.ReadRecord(ctx, client, spec)
	switch {
	case err == nil && record.Owner != spec.Owner:
		p.problem("name", "The name is somebody else's.", fmt.Sprintf("The ledger %s holds the record of %s. Use another name.", spec.LedgerBucket(), record.Owner))
		return
	case err == nil:
		p.warning("name", "The environment stands already, and apply will adopt it.",
			fmt.Sprintf("The ledger holds its record: %s, incarnation %d. Apply goes on from there as incarnation %d, and a state that had it before becomes stale. To take it over without that doubt, import it: terraform import ADDRESS %s",
				record.Phase, record.Incarnation, record.Incarnation+1, spec.ID()))
	case !errors.Is(err, reconcile.ErrNotFound):
		tfkit.AddServiceError(p.diags, tfkit.Path([]any{"project"}), "The ledger of the environment could not be read.", err)
		return
	}
	engine, err := component.NewEngine(client, spec, nil)
	if err != nil {
		addBug(p.diags, err)
		return
	}
	report := engine.Observe(ctx)
	for _, name := range report.Names {
		if seen := report.Observations[name]; seen.Foreign != "" {
			p.problem(foreignAt(name), "Something of the environment's name stands already.", fmt.Sprintf("Nothing was changed: %s. Use another name, move it out of the way, or take over what is nobody's with adopt.", seen.Foreign))
		}
	}
	switch {
	case spec.Adopt:
		p.checkGaps(report)
	case record != nil:
		p.checkAdopted(report)
	}
	if record != nil && !record.Restored {
		former, err := SpecFromRecord(ctx, record, spec.Project, spec.Region, spec.Name)
		if err != nil {
			p.warning("name", "What the ledger says of the environment can't be read.", err.Error())
			return
		}
		p.checkNamesOf(ctx, client, former, spec)
	}
}

// checkAdopted refuses what can't be changed of an environment that stands and is
// adopted without a state, or says what is lost where it may be made anew.
func (p *planner) checkAdopted(report reconcile.Report) {
	seen := policy.Values{}
	for _, o := range report.Observations {
		if o.Presence != reconcile.Absent {
			maps.Copy(seen, o.Values)
		}
	}
	p.checkFixed(seen)
	told := p.toldAsSettings(seen)
	for _, name := range report.Names {
		for _, d := range report.Observations[name].Fixed {
			switch {
			case told(d):
			case p.mayRecreate(name):
				p.warnRemade(name, d.Words)
			default:
				p.problem("allow_recreate", "A component can't be changed in place.", fmt.Sprintf("%s: %s. Say what stands in the configuration, or add allow_recreate = [%q], which loses %s.", name, d.Words, name, losses[name]))
			}
		}
	}
}

// toldAsSettings tells of a difference whether it is about a setting that differs
// from what was seen.
func (p *planner) toldAsSettings(seen policy.Values) func(d reconcile.Difference) bool {
	differing := p.blockers(seen, "")
	return func(d reconcile.Difference) bool {
		return slices.ContainsFunc(differing, func(s policy.Setting) bool { return s.Path == d.Setting })
	}
}

// checkNamesOf refuses other names for what an environment consists of that is
// adopted without a state, or that is not complete. Nothing is in the way of a
// change of what the last run did not come to.
func (p *planner) checkNamesOf(ctx context.Context, client *gcp.Client, former, spec *component.Spec) {
	was, now := withDefaults(former.Settings, spec.Name), withDefaults(p.values, spec.Name)
	if !slices.ContainsFunc(names, func(at string) bool { return !policy.Same(was[at], now[at]) }) {
		return
	}
	engine, err := component.NewEngine(client, former, nil)
	if err != nil {
		addBug(p.diags, err)
		return
	}
	report := engine.Observe(ctx)
	for _, at := range names {
		stands := func(name string) bool {
			seen, read := report.Observations[name]
			if !slices.Contains(report.Names, name) {
				return false
			}
			return !read || seen.Presence != reconcile.Absent || seen.Foreign != ""
		}
		if !slices.ContainsFunc(bearers(at, former.OwnNetwork()), stands) {
			was[at] = now[at]
		}
	}
	p.checkNames(was, spec.Name)
}

// foreignAt is the attribute that moves a component out of the way.
func foreignAt(name string) string {
	switch name {
	case policy.ComponentCluster, policy.ComponentDatabase, policy.ComponentNetwork:
		return name + ".name"
	default:
		return "name"
	}
}

// checkGaps lists each control that what is to be adopted does not meet: what
// apply mends, and what is fixed and wants an exception.
func (p *planner) checkGaps(report reconcile.Report) {
	var mends, fixed []string
	anew := map[string][]string{}
	unchanging := fixedSettings(p.version)
	for _, setting := range policy.Settings(p.version) {
		for _, name := range report.Names {
			seen := report.Observations[name]
			value, ok := seen.Values[setting.Path]
			if !ok || seen.Presence == reconcile.Absent || policy.Same(value, p.values[setting.Path]) {
				continue
			}
			line := fmt.Sprintf("  %s is %s instead of %s (%s)", setting.Path, policy.Format(value), policy.Format(p.values[setting.Path]), policy.Cite(setting.Controls))
			at := slices.IndexFunc(unchanging, func(s policy.Setting) bool { return s.Path == setting.Path })
			switch {
			case at < 0 || mendable(setting, value, p.values[setting.Path]):
				mends = append(mends, line)
			case p.mayRecreate(unchanging[at].Component):
				anew[unchanging[at].Component] = append(anew[unchanging[at].Component], line)
			default:
				fixed = append(fixed, line)
			}
		}
	}
	told := strings.Join(fixed, "\n")
	for _, name := range report.Names {
		for _, d := range report.Observations[name].Fixed {
			// What is a setting has been told as one.
			line := fmt.Sprintf("  %s: %s", name, d.Words)
			switch {
			case p.mayRecreate(name):
				anew[name] = append(anew[name], line)
			case d.Setting == "" || !strings.Contains(told, d.Setting):
				fixed = append(fixed, line)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(anew)) {
		p.warning("allow_recreate", "A component will be deleted and made anew.",
			fmt.Sprintf("What is adopted of %s can't be changed in place:\n\n%s\n\nThis loses %s.", name, strings.Join(anew[name], "\n"), losses[name]))
	}
	if len(mends) > 0 {
		p.warning("adopt", "What is adopted doesn't meet all controls yet.", "Apply will mend:\n\n"+strings.Join(mends, "\n"))
	}
	if len(fixed) > 0 {
		p.problem("adopt", "What is to be adopted can't meet all controls.",
			"These are fixed at creation. Set each to what stands, with the reason in exceptions where the tier asks for more, or let the component be made anew with allow_recreate:\n\n"+strings.Join(fixed, "\n"))
	}
}
