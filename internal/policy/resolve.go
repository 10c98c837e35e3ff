package policy

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Reason is why a value can't stand.
type Reason int

// The reasons.
const (
	// TooWeak is a value below the floor of the tier.
	TooWeak Reason = iota
	// BadValue is a value that the setting can't take at all.
	BadValue
	// Contradiction is a value that doesn't go with another one.
	Contradiction
	// Unrecorded is an exception without a reason, or a perimeter without an
	// access policy: something beside the settings is missing.
	Unrecorded
	// NoSuchSetting is a path, a tier or a version that there isn't.
	NoSuchSetting
)

// Violation is what is wrong with one setting.
type Violation struct {
	// Path is the setting's; "tier" or "catalogue_version" when that is wrong.
	Path string
	// Reason is the kind of violation.
	Reason Reason
	// Floor is what the tier asks for; nil unless the value is too weak.
	Floor any
	// Got is the value that can't stand.
	Got any
	// Setting is the catalogue's entry; its zero value where there is none.
	Setting Setting
	// Controls are those that the tier claims for the setting.
	Controls []Control
	// Summary is a static sentence.
	Summary string
	// Detail names the setting, the floor and the controls, and says what to do.
	Detail string
}

// Resolve returns the value of every setting, from what the configuration sets
// (by path: bool, string, int64 or int, float64, []string; nil is not set) and
// from what the tier implies otherwise, and what is wrong with it, in the order
// of the catalogue. The same input always gives the same output.
//
// A value that is too weak is returned all the same; one that the setting can't
// take is replaced by the tier's. For an unknown tier or version there are no
// values, and one violation. What is [Undecided] has a value too, which the
// caller is to show as unknown.
func Resolve(version int, tier Tier, context Context, overrides map[string]any) (Values, []Violation) {
	if violation, ok := unfit(version, tier); !ok {
		return Values{}, []Violation{violation}
	}
	r := resolver{
		version: version, tier: tier, context: context, values: Values{},
		perimeter: perimeterOf(version, tier, context, overrides),
		undecided: Undecided(version, tier, context, overrides),
	}
	for _, setting := range Settings(version) {
		r.resolve(setting, overrides[setting.Path])
	}
	r.check()
	for _, path := range slices.Sorted(maps.Keys(overrides)) {
		if _, ok := Find(version, path); !ok && overrides[path] != nil {
			r.violations = append(r.violations, Violation{
				Path: path, Reason: NoSuchSetting, Got: overrides[path],
				Summary: "There is no such setting.",
				Detail:  fmt.Sprintf("Version %d of the catalogue has no setting %q. Take it out.", version, path),
			})
		}
	}
	return r.values, r.violations
}

// unfit reports an unknown version or tier.
func unfit(version int, tier Tier) (violation Violation, fit bool) {
	if !Known(version) {
		return Violation{
			Path: "catalogue_version", Reason: NoSuchSetting, Got: version,
			Summary: "There is no such version of the catalogue.",
			Detail:  fmt.Sprintf("This provider knows versions %d to %d, not %d. Use one of them, or a newer provider.", Versions()[0], Version, version),
		}, false
	}
	if _, err := ParseTier(string(tier)); err != nil {
		text := err.Error()
		return Violation{
			Path: "tier", Reason: NoSuchSetting, Got: string(tier),
			Summary: "There is no such tier.",
			Detail:  strings.ToUpper(text[:1]) + text[1:] + ".",
		}, false
	}
	return Violation{}, true
}

type resolver struct {
	version    int
	tier       Tier
	context    Context
	perimeter  any
	undecided  []string
	values     Values
	violations []Violation
}

func (r *resolver) holds(condition Condition) bool {
	return r.context.answer(condition, r.perimeter) == Yes
}

func (r *resolver) open(path string) bool { return slices.Contains(r.undecided, path) }

// resolve settles the value of one setting.
func (r *resolver) resolve(setting Setting, given any) {
	implied, _ := setting.accept(setting.Implied(r.tier, r.holds))
	r.values[setting.Path] = implied
	if given == nil || slices.Contains(r.context.Unknown, setting.Path) {
		return
	}
	value, problem := setting.accept(given)
	if problem != "" {
		r.report(setting, Violation{
			Reason: BadValue, Got: given,
			Summary: "A setting has a value that it can't take.",
			Detail:  fmt.Sprintf("%s %s, not %s. Correct the value, or leave it out for %s.", setting.Path, problem, quoted(given), quoted(implied)),
		})
		return
	}
	r.values[setting.Path] = value
	floor := setting.Least(r.tier, r.holds)
	if setting.Admits(floor, value) && setting.Takes(r.tier, value) {
		return
	}
	asks := setting.Asks(r.tier, floor)
	if asks == "" {
		// Only an option of another tier is refused where anything goes.
		asks = alternatives(setting.admitted(r.tier, 0))
	}
	r.report(setting, Violation{
		Reason: TooWeak, Floor: floor, Got: value,
		Summary: "A setting is weaker than its tier allows.",
		Detail: fmt.Sprintf("%s is %s, and tier %s asks for %s (%s). Use such a value, or leave it out for %s.",
			setting.Path, quoted(value), r.tier, asks, controlsOf(setting, r.tier), quoted(implied)),
	})
}

// report adds a violation of a setting.
func (r *resolver) report(setting Setting, violation Violation) {
	violation.Path, violation.Setting, violation.Controls = setting.Path, setting, Claimed(setting.Controls, r.tier)
	r.violations = append(r.violations, violation)
}

// check looks at what only several values together tell.
func (r *resolver) check() {
	r.checkPerimeter()
	r.checkRecovery()
}

func (r *resolver) checkPerimeter() {
	setting, ok := Find(r.version, NetworkPerimeter)
	if !ok || r.open(NetworkPerimeter) {
		return
	}
	switch r.values[NetworkPerimeter] {
	case PerimeterDryRun, PerimeterEnforced:
		if r.context.AccessPolicy == No {
			r.report(setting, Violation{
				Reason: Unrecorded, Got: r.values[NetworkPerimeter],
				Summary: "A perimeter needs an access policy.",
				Detail:  fmt.Sprintf("%s is %s, which needs an access policy of the organisation. Give access_policy, or another value.", setting.Path, quoted(r.values[NetworkPerimeter])),
			})
		}
	case PerimeterException:
		if r.context.ExceptionRecorded == No && setting.Takes(r.tier, PerimeterException) {
			r.report(setting, Violation{
				Reason: Unrecorded, Got: PerimeterException,
				Summary: "An exception needs a recorded reason.",
				Detail: fmt.Sprintf("Tier %s stands under an enforced perimeter of VPC Service Controls, or an exception from it is recorded (%s). "+
					"Give access_policy, or the reason why there is no perimeter.", r.tier, controlsOf(setting, r.tier)),
			})
		}
	}
}

// EnterpriseLogDays is for how many days Cloud SQL Enterprise keeps logs at most;
// Enterprise Plus keeps them for as long as the setting's bounds say. See the
// reference of transactionLogRetentionDays.
const EnterpriseLogDays = 7

// checkRecovery compares the days of logs with what Cloud SQL can keep.
func (r *resolver) checkRecovery() {
	setting, ok := Find(r.version, DatabasePITRLogDays)
	if !ok || r.open(DatabasePITRLogDays) {
		return
	}
	days := r.values.Int(DatabasePITRLogDays)
	if days > EnterpriseLogDays && r.context.EnterprisePlus == No {
		r.report(setting, Violation{
			Reason: Contradiction, Got: days,
			Summary: "Only Cloud SQL Enterprise Plus keeps logs for longer than 7 days.",
			Detail:  fmt.Sprintf("%s is %d, and the instance is not of that edition. Use at most %d, or the edition ENTERPRISE_PLUS.", setting.Path, days, EnterpriseLogDays),
		})
	}
	if backups := r.values.Int(DatabaseBackupsRetained); backups < days && !r.open(DatabaseBackupsRetained) {
		r.report(setting, Violation{
			Reason: Contradiction, Got: days,
			Summary: "Logs can't be kept for longer than backups.",
			Detail:  fmt.Sprintf("%s is %d, and %s only %d: Cloud SQL wants at least one backup for each day of logs. Keep more backups, or fewer days of logs.", setting.Path, days, DatabaseBackupsRetained, backups),
		})
	}
}

// controlsOf cites what the tier claims for the setting.
func controlsOf(setting Setting, tier Tier) string {
	return "controls: " + Cite(Claimed(setting.Controls, tier))
}

// quoted writes a value as a configuration would.
func quoted(value any) string {
	switch typed := value.(type) {
	case string:
		return fmt.Sprintf("%q", typed)
	case []string:
		return fmt.Sprintf("%q", typed)
	default:
		return fmt.Sprint(typed)
	}
}
