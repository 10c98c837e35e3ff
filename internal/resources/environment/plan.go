package environment

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cortx-platform/terraform-provider-cortx/internal/component"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/tfkit"
)

// The values of on_incomplete.
const (
	onIncompleteResume = "resume"
	onIncompleteError  = "error"
)

// maxTTL is how long a sandbox may stand, and does when nothing is said.
const maxTTL = 14 * 24 * time.Hour

// ModifyPlan implements resource.ResourceWithModifyPlan. Every value comes from
// the configuration, the state and the catalogue; a clock and the network yield
// warnings and errors alone.
func (r *environment) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		r.planDestroy(ctx, req, resp)
		return
	}
	p := &planner{r: r, raw: req.Config.Raw, diags: &resp.Diagnostics}
	resp.Diagnostics.Append(req.Config.Get(ctx, &p.config)...)
	if !req.State.Raw.IsNull() {
		p.prior, p.priorRaw = &model{}, req.State.Raw
		resp.Diagnostics.Append(req.State.Get(ctx, p.prior)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	filled := p.settings()
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Plan.Raw = filled
	var planned model
	resp.Diagnostics.Append(resp.Plan.Get(ctx, &planned)...)
	if resp.Diagnostics.HasError() {
		return
	}
	p.names(ctx, &planned)
	p.check(planned)
	p.checkChange(planned)
	p.outcome(&planned)
	p.checkExpiry(planned, r.Data.Now())
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, planned)...)
	if resp.Diagnostics.HasError() {
		return
	}
	changes := p.prior == nil || !resp.Plan.Raw.Equal(req.State.Raw)
	if p.prior != nil && changes && takeoverOf(ctx, req.Private) != "" {
		// The apply takes it over from every other state.
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("incarnation"), types.Int64Unknown())...)
	}
	if changes {
		r.preflight(ctx, resp.Plan.Raw, planned, p)
	}
}

// planDestroy refuses the destruction of what is to be kept before anything else
// of the stack is destroyed.
func (r *environment) planDestroy(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if state.DeletionPolicy.ValueString() == policy.Prevent && r.superseded(ctx, state, takeoverOf(ctx, req.Private)) {
		return // Delete will find nothing of this state's to destroy.
	}
	refuseKept(state, &resp.Diagnostics)
}

// superseded tells whether another state has adopted the environment since, so
// that a destroy from this one does nothing: what Terraform keeps of an object
// that it has replaced can be forgotten then. In doubt it has not, nor when it was
// a run of this one, by its takeover, whose state was not written any more.
func (r *environment) superseded(ctx context.Context, state model, takeover string) bool {
	if r.Data == nil || r.Data.Client == nil || !state.Emulated.Equal(r.Data.Emulated()) {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	project, region, name := state.Project.ValueString(), state.Region.ValueString(), state.Name.ValueString()
	spec := &component.Spec{Project: project, Region: region, Name: name, Owner: component.OwnerKey(project, region, name), Settings: policy.Values{}}
	record, err := component.ReadRecord(ctx, r.Data.Client, spec)
	return err == nil && record.Owner == spec.Owner && record.Incarnation > state.Incarnation.ValueInt64() && !record.TakenOverBy(takeover)
}

// refuseKept adds an error if the environment may not be destroyed.
func refuseKept(state model, diags *diag.Diagnostics) {
	if state.DeletionPolicy.ValueString() != policy.Prevent {
		return
	}
	diags.AddAttributeError(path.Root("deletion_policy"), "The environment may not be destroyed.",
		fmt.Sprintf("deletion_policy of %s is PREVENT. To destroy it all the same, set deletion_policy = \"DELETE\", apply, and then destroy. "+
			"To keep what stands and forget it here, set \"ABANDON\" in the same way. Where Terraform only means to replace it, leave -replace out, or run terraform untaint.", state.ID.ValueString()))
}

// planner resolves one configuration.
type planner struct {
	r        *environment
	config   model
	raw      tftypes.Value
	prior    *model
	priorRaw tftypes.Value
	diags    *diag.Diagnostics

	version   int
	tier      policy.Tier
	values    policy.Values // settings and inputs, those that are undecided among them
	undecided []string
	excepted  []string // settings that an exception lets be weaker
}

// problem adds an error at a path of the configuration.
func (p *planner) problem(at, summary, detail string) {
	var steps []any
	for step := range strings.SplitSeq(at, ".") {
		steps = append(steps, step)
	}
	tfkit.Problem{Steps: steps, Summary: summary, Detail: detail}.Add(p.diags, tfkit.Path(steps[:1]), p.prior != nil)
}

func (p *planner) warning(at, summary, detail string) {
	var steps []any
	for step := range strings.SplitSeq(at, ".") {
		steps = append(steps, step)
	}
	tfkit.Problem{Steps: steps, Summary: summary, Detail: detail, Warning: true}.Add(p.diags, tfkit.Path(steps[:1]), p.prior != nil)
}

// settings returns the configuration with its settings and inputs resolved.
func (p *planner) settings() tftypes.Value {
	p.version = policy.Version
	if p.prior != nil {
		// An upgrade of the provider never changes what stands.
		p.version = int(p.prior.CatalogueVersion.ValueInt64())
	}
	if v := p.config.CatalogueVersion; !v.IsNull() && !v.IsUnknown() {
		p.version = int(v.ValueInt64())
	}
	if p.config.Tier.IsUnknown() {
		return p.allUnknown()
	}
	p.tier = policy.Tier(p.config.Tier.ValueString())
	overrides, unknown, err := ReadSettings(p.version, p.raw)
	if err != nil {
		addBug(p.diags, err)
		return p.raw
	}
	given := map[string]any{}
	for at, value := range overrides {
		if !isInput(at) {
			given[at] = value
		}
	}
	resolving := policy.Context{
		AccessPolicy: answer(p.config.Access, "access_policy"), EnterprisePlus: editionAnswer(overrides, unknown),
		// An exception without a reason of its own is warned of, not refused.
		ExceptionRecorded: policy.Yes, Unknown: unknown,
	}
	values, violations := policy.Resolve(p.version, p.tier, resolving, given)
	for _, found := range violations {
		p.violation(found)
	}
	if p.diags.HasError() {
		return p.raw
	}
	p.values = values
	p.undecided = policy.Undecided(p.version, p.tier, resolving, given)
	p.inputs(overrides, unknown)
	filled, err := WriteSettings(p.version, p.raw, p.values, p.undecided)
	if err != nil {
		addBug(p.diags, err)
	}
	p.checkException(given)
	return filled
}

// checkException asks for the reason why an environment of tier prod stands under
// no perimeter: of one that is left to the tier it is a warning, of one that is
// asked for in so many words, or that a perimeter is taken away for, an error.
func (p *planner) checkException(given map[string]any) {
	if p.tier != policy.Prod || !p.known(policy.NetworkPerimeter) || p.values.String(policy.NetworkPerimeter) != policy.PerimeterException {
		return
	}
	reason, _ := p.config.Access.Attributes()["exception"].(types.String)
	if p.config.Access.IsUnknown() || reason.IsUnknown() || strings.TrimSpace(reason.ValueString()) != "" {
		return
	}
	const summary = "The environment stands under no perimeter, and no reason is recorded."
	const advice = "Tier prod asks for a perimeter of VPC Service Controls (AC-4, SC-7). Give access = { access_policy = \"accessPolicies/NUMBER\" }, or record why there is none: access = { exception = \"REASON\" }."
	switch {
	case p.standing(policy.NetworkPerimeter, policy.PerimeterEnforced):
		p.problem("access.exception", "An enforced perimeter would be taken away, and no reason is recorded.", advice)
	case given[policy.NetworkPerimeter] != nil && !p.standing(policy.NetworkPerimeter, policy.PerimeterException):
		p.problem("access.exception", summary, advice)
	default:
		p.warning("access.exception", summary, advice)
	}
}

// violation reports what the catalogue refuses, unless an exception allows it.
func (p *planner) violation(found policy.Violation) {
	if found.Reason == policy.TooWeak {
		if p.config.Exceptions.IsUnknown() {
			return // The apply, which knows them, asks again before it makes anything.
		}
		if reason, ok := p.config.Exceptions.Elements()[found.Path]; ok {
			p.excepted = append(p.excepted, found.Path)
			text, _ := reason.(types.String)
			p.warning(found.Path, "A setting is weaker than its tier asks for, by a recorded exception.",
				fmt.Sprintf("Recorded reason: %q. The tier asks for %s; its controls are not claimed: %s.", text.ValueString(), policy.Format(found.Floor), policy.Cite(found.Controls)))
			return
		}
		found.Detail += fmt.Sprintf(" If there is no way around it, record why: exceptions = { %q = \"REASON\" }.", found.Path)
	}
	p.problem(found.Path, found.Summary, found.Detail)
}

// allUnknown leaves every setting that is not given to the apply.
func (p *planner) allUnknown() tftypes.Value {
	overrides, _, err := ReadSettings(p.version, p.raw)
	if err != nil {
		addBug(p.diags, err)
		return p.raw
	}
	for _, setting := range allSettings(p.version) {
		if _, ok := overrides[setting.Path]; !ok {
			p.undecided = append(p.undecided, setting.Path)
		}
	}
	p.values = policy.Values(overrides)
	filled, err := WriteSettings(p.version, p.raw, p.values, p.undecided)
	if err != nil {
		addBug(p.diags, err)
	}
	return filled
}

// inputs resolves what no tier fixes.
func (p *planner) inputs(overrides map[string]any, unknown []string) {
	own := overrides[networkSubnetwork] == nil && !slices.Contains(unknown, networkSubnetwork)
	for _, input := range inputs() {
		value, given := overrides[input.Path]
		switch {
		case slices.Contains(unknown, input.Path):
			p.undecided = append(p.undecided, input.Path)
		case given:
			p.values[input.Path] = value
		case input.Path == databaseMachineType && slices.Contains(unknown, databaseEdition):
			p.undecided = append(p.undecided, input.Path)
		case input.Path == databaseMachineType && overrides[databaseEdition] == editionEnterprisePlus:
			p.values[input.Path] = plusMachineTypes[p.tier]
		case input.Values == nil:
		case !own && (input.Path == networkRange || input.Path == networkPodRange || input.Path == networkServiceRange):
			// The ranges of a subnetwork that stands are its own.
		default:
			p.values[input.Path] = input.Values[p.tier]
		}
	}
}

func answer(o types.Object, name string) policy.Answer {
	if o.IsUnknown() || !o.IsNull() && o.Attributes()[name] != nil && o.Attributes()[name].IsUnknown() {
		return policy.NotYet
	}
	return policy.AnswerOf(stringAt(o.Attributes(), name) != "")
}

func editionAnswer(overrides map[string]any, unknown []string) policy.Answer {
	if slices.Contains(unknown, databaseEdition) {
		return policy.NotYet
	}
	return policy.AnswerOf(overrides[databaseEdition] == editionEnterprisePlus)
}

// known tells whether a setting has its value at plan.
func (p *planner) known(at string) bool { return !slices.Contains(p.undecided, at) }

// names resolves what names the environment and its objects.
func (p *planner) names(ctx context.Context, planned *model) {
	planned.CatalogueVersion = types.Int64Value(int64(p.version))
	if p.config.CatalogueVersion.IsUnknown() {
		planned.CatalogueVersion = types.Int64Unknown()
	}
	planned.Project = p.r.PlanProject(p.config.Project, p.diags)
	if planned.Name.IsNull() {
		planned.Name = p.config.Tier
		if p.prior != nil && !p.prior.Name.IsNull() {
			// It was named after the tier that it had, and a tier may change.
			planned.Name = p.prior.Name
		}
	}
	planned.Region = p.region()
	if planned.Zone.IsNull() && (p.tier == "" || !p.known(policy.ClusterLocationType) || p.values.String(policy.ClusterLocationType) == policy.Zonal) {
		planned.Zone = types.StringUnknown()
		if !planned.Region.IsUnknown() {
			// Every region has a zone b.
			planned.Zone = types.StringValue(planned.Region.ValueString() + "-b")
		}
		if p.prior != nil && !p.prior.Zone.IsNull() && planned.Region.Equal(p.prior.Region) {
			planned.Zone = p.prior.Zone
		}
	}
	if planned.OnIncomplete.IsNull() {
		planned.OnIncomplete = types.StringValue(onIncompleteResume)
	}
	own := map[string]string{}
	if !planned.Name.IsUnknown() && !planned.Tier.IsUnknown() {
		own = ownLabels(planned.Name.ValueString(), planned.Tier.ValueString())
	}
	planned.EffectiveLabels = tfkit.PlanLabels(ctx, p.r.Data.DefaultLabels, p.config.Labels, own, p.diags)
	if len(own) == 0 {
		planned.EffectiveLabels = types.MapUnknown(types.StringType)
	}
	planned.Emulated = p.r.Data.Emulated()
	planned.ControlIDs = types.MapUnknown(types.StringType)
	if p.tier != "" && len(p.undecided) == 0 {
		planned.ControlIDs = p.controlIDs()
	}
	planned.ID, planned.ClusterID, planned.DataBucket = types.StringUnknown(), types.StringUnknown(), types.StringUnknown()
	if p.identified(*planned) {
		planned.ID = types.StringValue(component.ID(planned.Project.ValueString(), planned.Region.ValueString(), planned.Name.ValueString()))
		spec := &component.Spec{
			Project: planned.Project.ValueString(), Region: planned.Region.ValueString(), Zone: planned.Zone.ValueString(), Name: planned.Name.ValueString(), Settings: p.values,
		}
		planned.DataBucket = types.StringValue(spec.DataBucket())
		if p.tier != "" && !planned.Zone.IsUnknown() && p.known(policy.ClusterLocationType) && p.known(clusterName) {
			name, _ := p.values[clusterName].(string)
			spec.Cluster.Name = cmp.Or(name, spec.Prefix())
			planned.ClusterID = types.StringValue(spec.ClusterPath())
		}
	}
}

func (p *planner) identified(m model) bool {
	return !m.Project.IsUnknown() && !m.Region.IsUnknown() && !m.Name.IsUnknown()
}

// region is the resource's own or the provider's.
func (p *planner) region() types.String {
	switch {
	case !p.config.Region.IsNull():
		return p.config.Region
	case p.r.Data == nil || p.r.Data.Region.IsUnknown():
		return types.StringUnknown()
	case p.r.Data.Region.IsNull():
		p.problem("region", "No region is given.", "Set region here or in the provider block, or the environment variable GOOGLE_REGION.")
		return types.StringUnknown()
	}
	return p.r.Data.Region
}

// controlIDs cites the controls of the settings in force, but for those that an
// exception leaves unmet.
func (p *planner) controlIDs() types.Map {
	cited := policy.ControlIDsOf(p.version, p.tier, p.values)
	for _, at := range p.excepted {
		if setting, ok := policy.Find(p.version, at); ok {
			delete(cited, setting.Row)
		}
	}
	if _, given := p.values[networkSubnetwork]; given || !p.known(networkSubnetwork) {
		// Of somebody else's network, its flow logs alone are looked after.
		for _, setting := range policy.Settings(p.version) {
			switch setting.Component {
			case policy.ComponentFirewall, policy.ComponentDNS, policy.ComponentNAT:
				delete(cited, setting.Row)
			}
		}
	}
	// One line a group keeps a plan readable.
	lines := map[string][]string{}
	for _, row := range policy.Rows(p.version) {
		if ids, ok := cited[row.Key]; ok {
			group := groupOf(p.version, row.Key)
			lines[group] = append(lines[group], row.Key+": "+ids)
		}
	}
	elements := make(map[string]attr.Value, len(lines))
	for group, rows := range lines {
		elements[group] = types.StringValue(strings.Join(rows, " | "))
	}
	return types.MapValueMust(types.StringType, elements)
}

// groupOf is the attribute that a row's settings stand in.
func groupOf(version int, row string) string {
	for _, setting := range policy.Settings(version) {
		if setting.Row == row {
			return cmp.Or(setting.Group(), setting.Name())
		}
	}
	return row
}

// outcome says what a run leaves. A create may fall short without an error, so
// its outcome is not known yet. An update that does is an error, so what it
// promises is known, and a plan shows what is pending going away.
func (p *planner) outcome(planned *model) {
	p.planTTL(planned)
	if p.prior == nil {
		planned.Ready, planned.LastError, planned.Pending = types.BoolUnknown(), types.StringUnknown(), types.ListUnknown(types.StringType)
		planned.Incarnation = types.Int64Unknown()
		planned.ClusterEndpoint, planned.DatabaseID, planned.DatabaseAddress = types.StringUnknown(), types.StringUnknown(), types.StringUnknown()
		return
	}
	incomplete := !p.prior.Ready.ValueBool() || len(p.prior.Pending.Elements()) > 0
	planned.Ready, planned.LastError, planned.Pending = types.BoolValue(true), types.StringNull(), types.ListValueMust(types.StringType, nil)
	planned.Incarnation = p.prior.Incarnation
	renewed := stringsOf(p.config.AllowRecreate.Elements())
	// What is only to be mended keeps its outputs: whatever reads them would wait
	// for the apply otherwise. Of what is gone a read has taken them away.
	for _, output := range []struct {
		to        *types.String
		prior     types.String
		component string
	}{
		{&planned.ClusterEndpoint, p.prior.ClusterEndpoint, policy.ComponentCluster},
		{&planned.DatabaseID, p.prior.DatabaseID, policy.ComponentDatabase},
		{&planned.DatabaseAddress, p.prior.DatabaseAddress, policy.ComponentDatabase},
	} {
		*output.to = output.prior
		remade := slices.Contains(renewed, output.component) && len(p.blockersOfState(output.component)) > 0
		if output.prior.IsNull() && incomplete || remade {
			*output.to = types.StringUnknown()
		}
	}
}

// planTTL resolves how long a sandbox stands.
func (p *planner) planTTL(planned *model) {
	planned.ExpiresAt = types.StringNull()
	if p.config.Tier.IsUnknown() {
		planned.ExpiresAt = types.StringUnknown()
		return
	}
	if p.tier != policy.Sandbox {
		return
	}
	if planned.TTL.IsNull() {
		planned.TTL = tfkit.DurationValue(maxTTL)
	}
	planned.ExpiresAt = types.StringUnknown()
	if p.prior == nil || p.prior.ExpiresAt.IsNull() || planned.TTL.IsUnknown() {
		return
	}
	// It counts from the creation, which the state implies.
	before, err := time.Parse(time.RFC3339, p.prior.ExpiresAt.ValueString())
	if err != nil {
		return
	}
	created := before.Add(-p.prior.TTL.Or(maxTTL))
	planned.ExpiresAt = types.StringValue(created.Add(planned.TTL.Or(maxTTL)).Format(time.RFC3339))
}
