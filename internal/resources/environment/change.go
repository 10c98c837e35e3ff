package environment

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
)

// What is lost when a component is made anew.
var losses = map[string]string{
	policy.ComponentCluster:  "the cluster with all that runs in it; workloads have to be deployed again",
	componentNodePools:       "the nodes: pods are evicted, local disks are lost",
	policy.ComponentDatabase: "the database instance with all databases, users and its backups, but for a final backup where the tier keeps one",
	policy.ComponentKMS:      "nothing that stands: new keys are made, and what the old ones have encrypted stays with them",
	policy.ComponentNetwork:  "the network with all that lies in it",
	policy.ComponentLogging:  "the log bucket with its entries",
	policy.ComponentStorage:  "the bucket with all objects",
}

// checkChange reports changes of an environment that stands which can't be made.
func (p *planner) checkChange(planned model) {
	if p.prior == nil {
		return
	}
	for _, identity := range []struct {
		name        string
		before, now types.String
	}{
		{"project", p.prior.Project, planned.Project},
		{"region", p.prior.Region, planned.Region},
		{"name", p.prior.Name, planned.Name},
		{"zone", p.prior.Zone, planned.Zone},
	} {
		// What is unknown is not yet another one.
		if !identity.now.IsUnknown() && !identity.now.IsNull() && !identity.before.IsNull() && !identity.now.Equal(identity.before) {
			p.problem(identity.name, "An environment can't move.",
				fmt.Sprintf("%s is %q and would be %q. Nothing is replaced on the quiet: revert it, or give the new environment a resource of its own, move what is needed, and destroy this one.", identity.name, identity.before.ValueString(), identity.now.ValueString()))
		}
	}
	if p.tier == "" || p.prior.Tier.IsNull() {
		return
	}
	if allowed, why := policy.TierChange(policy.Tier(p.prior.Tier.ValueString()), p.tier); !allowed {
		p.problem("tier", "The environment can't change to this tier.", fmt.Sprintf("It is %s and would be %s. %s", p.prior.Tier.ValueString(), p.tier, why))
		return
	}
	before, _, err := ReadSettings(p.version, p.priorRaw)
	if err != nil {
		addBug(p.diags, err)
		return
	}
	p.checkNames(p.withoutPending(before), p.prior.Name.ValueString())
	p.checkFixed(before)
	p.checkVersion()
	p.checkOneWay()
	p.checkReset()
}

// names are the inputs that say what objects of the environment are called, or
// where they lie. Objects are found by them: under another one, what stands would
// be left behind with all that is in it, and another made beside it.
var names = []string{networkName, networkSubnetwork, networkPodRangeName, networkServiceRangeName, clusterName}

// withDefaults are values with what inputs mean that are not given.
func withDefaults(values policy.Values, environment string) policy.Values {
	spec := specFrom(values, model{Name: types.StringValue(environment)})
	all := maps.Clone(values)
	for at, value := range map[string]any{
		networkSubnetwork: spec.Network.Subnetwork, networkName: spec.Network.Name,
		networkPodRangeName: spec.PodRangeName(), networkServiceRangeName: spec.ServiceRangeName(),
		clusterName: spec.Cluster.Name,
	} {
		all[at] = value
	}
	return all
}

// bearers are the components that bear a name, or that were made under it: as
// long as none of them stands, nothing is left behind under another one.
func bearers(at string, own bool) []string {
	switch {
	case at == clusterName:
		return []string{policy.ComponentCluster}
	case own:
		return []string{policy.ComponentNetwork}
	case at == networkSubnetwork:
		// It is somebody else's: what lies in it would be left behind.
		return []string{policy.ComponentCluster, componentDatabaseEndpoint}
	default:
		return []string{policy.ComponentCluster}
	}
}

// withoutPending leaves out the names of what no run may have made yet: preflight
// looks whether it stands.
func (p *planner) withoutPending(before policy.Values) policy.Values {
	pending := stringsOf(p.prior.Pending.Elements())
	environment := p.prior.Name.ValueString()
	own := specFrom(before, model{Name: types.StringValue(environment)}).OwnNetwork()
	was, now := maps.Clone(before), withDefaults(p.values, environment)
	for _, at := range names {
		if slices.ContainsFunc(bearers(at, own), func(name string) bool { return slices.Contains(pending, name) }) {
			was[at] = now[at]
		}
	}
	return was
}

// checkNames refuses another name for what stands.
func (p *planner) checkNames(before policy.Values, environment string) {
	was, now := withDefaults(before, environment), withDefaults(p.values, environment)
	for _, at := range names {
		if !p.known(at) || policy.Same(was[at], now[at]) {
			continue
		}
		p.problem(at, "What stands can't get another name.",
			fmt.Sprintf("%s is %q and would be %q. What stands would be left behind, with all that is in it, and another one made beside it. %s, or give the new environment a resource of its own, move what is needed, and destroy this one.",
				at, was[at], now[at], capitalised(kept(before, at))))
	}
}

// kept says how a configuration keeps a value that stands.
func kept(before policy.Values, at string) string {
	if _, given := before[at]; !given {
		return fmt.Sprintf("take %s out to keep what stands", at)
	}
	return fmt.Sprintf("set %s = %s to keep what stands", at, policy.Format(before[at]))
}

// blockers are the settings of a component (or of all, for "") that are fixed at
// creation and differ from what was before: what a state says, or as much as was
// seen of what is adopted.
func (p *planner) blockers(before policy.Values, component string) []policy.Setting {
	return slices.DeleteFunc(fixedSettings(p.version), func(s policy.Setting) bool {
		if component != "" && s.Component != component || slices.Contains(names, s.Path) || !p.known(s.Path) {
			return true
		}
		stood, had := before[s.Path]
		wanted, has := p.values[s.Path]
		return !had || !has || policy.Same(stood, wanted) || mendable(s, stood, wanted)
	})
}

// blockersOfState are those that differ from the state.
func (p *planner) blockersOfState(component string) []policy.Setting {
	if p.prior == nil {
		return nil
	}
	before, _, err := ReadSettings(p.version, p.priorRaw)
	if err != nil {
		return nil
	}
	return p.blockers(before, component)
}

// fixedSettings are those that are fixed at creation, each with the component
// that has to be made anew for another value.
func fixedSettings(version int) []policy.Setting {
	var fixed []policy.Setting
	for _, s := range allSettings(version) {
		if s.Path == policy.ClusterSecureBoot || s.Path == policy.ClusterIntegrityMonitoring {
			// Those of a pool: GKE takes them at its creation alone.
			s.Change, s.Component = policy.CreateOnly, componentNodePools
		}
		if s.Change == policy.CreateOnly {
			fixed = append(fixed, s)
		}
	}
	return fixed
}

// The names of components that have no settings of the catalogue.
const (
	componentNodePools        = "node_pools"
	componentDatabaseEndpoint = "database_endpoint"
)

// mendable tells whether a component that stands can be given a value that the
// catalogue calls fixed. What somebody has loosened by hand is tightened again in
// place, and a database takes a newer version.
func mendable(s policy.Setting, was, now any) bool {
	switch s.Path {
	case policy.ClusterPrivateNodes, policy.DatabasePublicIP:
		return s.Admits(was, now)
	case databaseVersion:
		return newerVersion(was, now)
	}
	return false
}

// newerVersion tells whether a version of PostgreSQL follows another.
func newerVersion(was, now any) bool { return majorVersion(was) < majorVersion(now) }

// majorVersion is 17 of POSTGRES_17, and 0 of what is no version.
func majorVersion(version any) int {
	text, _ := version.(string)
	major, _, _ := strings.Cut(strings.TrimPrefix(text, "POSTGRES_"), "_")
	number, err := strconv.Atoi(major)
	if err != nil {
		return 0
	}
	return number
}

// mayRecreate tells whether the configuration allows to make a component anew.
// Who may make a cluster anew may make its node pools anew.
func (p *planner) mayRecreate(component string) bool {
	allowed := stringsOf(p.config.AllowRecreate.Elements())
	return slices.Contains(allowed, component) || component == componentNodePools && slices.Contains(allowed, policy.ComponentCluster) || open(p.config.AllowRecreate)
}

// checkFixed refuses a change of what is fixed at creation, whether the
// configuration or somebody's hand makes it, unless the component may be made
// anew, and then says what is lost.
func (p *planner) checkFixed(before policy.Values) {
	allowed := stringsOf(p.config.AllowRecreate.Elements())
	anew := map[string][]string{}
	for _, s := range p.blockers(before, "") {
		change := fmt.Sprintf("%s from %s to %s", s.Path, policy.Format(before[s.Path]), policy.Format(p.values[s.Path]))
		if p.mayRecreate(s.Component) {
			anew[s.Component] = append(anew[s.Component], change)
			continue
		}
		p.problem(s.Path, "A setting that is fixed at creation would change.",
			fmt.Sprintf("It would take %s to make the component %s anew, which is not done on the quiet. %s (a weaker value wants an exception), or add allow_recreate = [%q], which loses %s.",
				change, s.Component, capitalised(kept(before, s.Path)), s.Component, losses[s.Component]))
	}
	p.checkKeys(anew, allowed)
	for _, component := range slices.Sorted(maps.Keys(anew)) {
		p.warning("allow_recreate", "A component will be deleted and made anew.",
			fmt.Sprintf("%s changes %s. This loses %s.", component, strings.Join(anew[component], ", "), losses[component]))
	}
}

// checkVersion warns of a newer version of the database.
func (p *planner) checkVersion() {
	before, _, err := ReadSettings(p.version, p.priorRaw)
	if err != nil || !p.known(databaseVersion) {
		return
	}
	if was, now := before[databaseVersion], p.values[databaseVersion]; majorVersion(was) > 0 && newerVersion(was, now) {
		p.warning(databaseVersion, "The database will be upgraded to another major version.",
			fmt.Sprintf("From %v to %v, in place: nothing can be read or written for some minutes, and there is no way back but a backup.", was, now))
	}
}

// checkKeys refuses new keys for what can't take another key.
func (p *planner) checkKeys(anew map[string][]string, allowed []string) {
	if len(anew[policy.ComponentKMS]) == 0 {
		return
	}
	for _, user := range []struct{ setting, component string }{
		{policy.EncryptionCluster, policy.ComponentCluster}, {policy.EncryptionData, policy.ComponentDatabase},
	} {
		if p.known(user.setting) && p.values.String(user.setting) != policy.KeyGoogle && !slices.Contains(allowed, user.component) {
			p.problem("allow_recreate", "A component can't take the new key.",
				fmt.Sprintf("The keys would be made anew, and the key of the component %s is fixed at its creation: add %q to allow_recreate too, which loses %s, or leave the keys as they are.", user.component, user.component, losses[user.component]))
		}
	}
}

// checkOneWay refuses to loosen what can only be tightened, and wants a
// tightening confirmed.
func (p *planner) checkOneWay() {
	before, _, err := ReadSettings(p.version, p.priorRaw)
	if err != nil {
		addBug(p.diags, err)
		return
	}
	if was, had := before[policy.LoggingCMEK]; had && p.known(policy.LoggingCMEK) && !policy.Same(was, p.values[policy.LoggingCMEK]) {
		// Cloud Logging takes a key for a bucket that is being made, and no other.
		p.problem(policy.LoggingCMEK, "The key of a log bucket is fixed at its creation.",
			fmt.Sprintf("logging.cmek is %s and would be %s, which the service refuses. Keep it (a weaker value wants an exception), or make a new environment.", policy.Format(was), policy.Format(p.values[policy.LoggingCMEK])))
		return
	}
	if was, had := before[policy.LoggingRetentionDays]; had && before[policy.LoggingLocked] == true && p.known(policy.LoggingRetentionDays) && !policy.Same(was, p.values[policy.LoggingRetentionDays]) {
		p.problem(policy.LoggingRetentionDays, "The log bucket is locked.",
			fmt.Sprintf("logging.retention_days is %s for good, and would be %s, which the service refuses. Keep what stands: logging = { retention_days = %s } (a weaker value wants an exception).",
				policy.Format(was), policy.Format(p.values[policy.LoggingRetentionDays]), policy.Format(was)))
	}
	tightened, loosened := policy.OneWayChanges(p.version, before, p.values)
	for _, s := range loosened {
		if p.known(s.Path) {
			p.problem(s.Path, "A one-way setting can't be undone.", fmt.Sprintf("%s is %s, and the service never takes that back. Keep the value.", s.Path, policy.Format(before[s.Path])))
		}
	}
	for _, s := range tightened {
		if policy.Same(s.Values[p.tier], p.values[s.Path]) {
			continue // The tier itself asks for it, as it did at creation.
		}
		if p.known(s.Path) && !p.confirmed(s.Path) && s.Path != policy.LoggingLocked {
			p.problem(s.Path, "A change that can't be undone is not confirmed.",
				fmt.Sprintf("%s changes from %s to %s, for good. If that is wanted, add confirm = [%q].", s.Path, policy.Format(before[s.Path]), policy.Format(p.values[s.Path]), s.Path))
		}
	}
}

// checkReset says what a change of reset_trigger loses.
func (p *planner) checkReset() {
	if p.tier != policy.Dev || p.config.ResetTrigger.Equal(p.prior.ResetTrigger) {
		return
	}
	summary, now := "All data of the environment will be deleted.", fmt.Sprintf("%q", p.config.ResetTrigger.ValueString())
	if p.config.ResetTrigger.IsUnknown() {
		summary, now = "All data of the environment may be deleted.", "a value that is known only after apply; another one resets the environment"
	}
	p.warning("reset_trigger", summary,
		fmt.Sprintf("reset_trigger changes from %q to %s. %s", p.prior.ResetTrigger.ValueString(), now, lostByReset(p.prior.DataBucket.ValueString())))
}

// lostByReset says what a reset deletes and what it keeps.
func lostByReset(bucket string) string {
	return fmt.Sprintf("Deleted and made anew: every database of the instance with its contents, all objects in the bucket %s, and the namespace cortx-tenants with all that runs in it. Kept: the project, the network, the cluster, the database instance, keys and logs.", bucket)
}
