package controls

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
)

type model struct {
	Tier             types.String                 `tfsdk:"tier"`
	CatalogueVersion types.Int64                  `tfsdk:"catalogue_version"`
	Tiers            map[string]tierModel         `tfsdk:"tiers"`
	ControlIDs       map[string]map[string]string `tfsdk:"control_ids"`
	Settings         []settingModel               `tfsdk:"settings"`
	Sources          map[string]string            `tfsdk:"sources"`
	Note             types.String                 `tfsdk:"note"`
}

type tierModel struct {
	Purpose         string `tfsdk:"purpose"`
	DataIsolation   string `tfsdk:"data_isolation"`
	ComplianceLevel string `tfsdk:"compliance_level"`
}

type settingModel struct {
	Path        string            `tfsdk:"path"`
	Component   string            `tfsdk:"component"`
	Row         string            `tfsdk:"row"`
	Title       string            `tfsdk:"title"`
	Description string            `tfsdk:"description"`
	Values      map[string]string `tfsdk:"values"`
	Conditions  []conditionModel  `tfsdk:"conditions"`
	Floors      map[string]string `tfsdk:"floors"`
	Change      string            `tfsdk:"change"`
	Controls    []controlModel    `tfsdk:"controls"`
	Since       int64             `tfsdk:"since"`
}

type conditionModel struct {
	When   string            `tfsdk:"when"`
	Values map[string]string `tfsdk:"values"`
}

type controlModel struct {
	ID        string   `tfsdk:"id"`
	Framework string   `tfsdk:"framework"`
	Sources   []string `tfsdk:"sources"`
	HighOnly  bool     `tfsdk:"high_only"`
}

// fill writes a version of the catalogue, as far as it is about the tiers. For
// one tier alone, controls are those that it claims.
func (m *model) fill(version int, tiers []policy.Tier, one bool) {
	m.Tiers, m.ControlIDs, m.Sources = map[string]tierModel{}, map[string]map[string]string{}, map[string]string{}
	m.Note = types.StringValue("Settings mapped to controls: not an authorisation.")
	for _, tier := range tiers {
		m.Tiers[string(tier)] = tierModel{
			Purpose: tier.Purpose(), DataIsolation: string(tier.Isolation()), ComplianceLevel: string(tier.Level()),
		}
		m.ControlIDs[string(tier)] = policy.ControlIDs(version, tier)
	}
	for _, source := range policy.Sources() {
		m.Sources[string(source)] = source.Describe()
	}
	m.Settings = []settingModel{}
	for _, setting := range policy.Settings(version) {
		if one {
			setting.Controls = policy.Claimed(setting.Controls, tiers[0])
		}
		m.Settings = append(m.Settings, ofSetting(setting, tiers))
	}
}

func ofSetting(setting policy.Setting, tiers []policy.Tier) settingModel {
	made := settingModel{
		Path: setting.Path, Component: setting.Component, Row: setting.Row, Title: setting.Title, Description: setting.Doc,
		Values: map[string]string{}, Conditions: []conditionModel{}, Floors: map[string]string{}, Change: change(setting.Change),
		Controls: []controlModel{}, Since: int64(setting.Since),
	}
	never := func(policy.Condition) bool { return false }
	for _, tier := range tiers {
		made.Values[string(tier)] = policy.Format(setting.Implied(tier, never))
		asks := setting.Asks(tier, setting.Least(tier, never))
		if asks == "" {
			asks = "any"
		}
		made.Floors[string(tier)] = asks
	}
	for _, c := range setting.Cases {
		values := map[string]string{}
		for _, tier := range tiers {
			if value, ok := c.Values[tier]; ok {
				values[string(tier)] = policy.Format(value)
			}
		}
		if len(values) > 0 {
			made.Conditions = append(made.Conditions, conditionModel{When: c.When.String(), Values: values})
		}
	}
	for _, control := range setting.Controls {
		one := controlModel{ID: control.ID, Framework: control.Framework(), HighOnly: control.HighOnly}
		for _, source := range control.AllSources() {
			one.Sources = append(one.Sources, string(source))
		}
		made.Controls = append(made.Controls, one)
	}
	return made
}

// change names a class of change for expressions.
func change(class policy.Change) string {
	switch class {
	case policy.CreateOnly:
		return "create_only"
	case policy.OneWay:
		return "one_way"
	default:
		return "mutable"
	}
}

// unknownVersion says which versions there are.
func unknownVersion(version int64) string {
	return fmt.Sprintf("This provider knows versions 1 to %d of the catalogue, not %d. Use one of them, leave it out for the newest, or use a newer provider.", policy.Version, version)
}
