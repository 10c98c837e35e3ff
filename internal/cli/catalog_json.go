package cli

import (
	"encoding/json"
	"io"
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
)

// The documents that catalog -format json writes. Scripts read them: fields are
// added, never renamed.
type (
	jsonCatalog struct {
		Version  int               `json:"version"`
		Note     string            `json:"note"`
		Sources  map[string]string `json:"sources"`
		Tiers    []jsonTier        `json:"tiers"`
		Settings []jsonSetting     `json:"settings"`
	}
	jsonTier struct {
		Name          string            `json:"name"`
		Purpose       string            `json:"purpose"`
		DataIsolation string            `json:"data_isolation"`
		Level         string            `json:"compliance_level"`
		MaxTTLDays    int               `json:"max_ttl_days,omitempty"`
		ControlIDs    map[string]string `json:"control_ids"`
	}
	jsonSetting struct {
		Path        string         `json:"path"`
		Component   string         `json:"component"`
		Row         string         `json:"row"`
		Title       string         `json:"title"`
		Description string         `json:"description"`
		Kind        string         `json:"kind"`
		Options     [][]string     `json:"options,omitempty"`
		Values      map[string]any `json:"values"`
		Cases       []jsonCase     `json:"cases,omitempty"`
		// Floors say in words what is asked for; empty where anything goes.
		Floors   map[string]string `json:"floors"`
		Change   string            `json:"change"`
		Controls []jsonControl     `json:"controls"`
		Since    int               `json:"since"`
	}
	jsonCase struct {
		When   string         `json:"when"`
		Values map[string]any `json:"values"`
	}
	jsonControl struct {
		ID        string   `json:"id"`
		Framework string   `json:"framework"`
		Sources   []string `json:"sources"`
		HighOnly  bool     `json:"high_only,omitempty"`
	}
)

// catalogJSON writes the catalogue for scripts.
func catalogJSON(w io.Writer, view catalogView) error {
	doc := jsonCatalog{Version: view.version, Note: disclaimer, Sources: map[string]string{}}
	for _, source := range policy.Sources() {
		doc.Sources[string(source)] = source.Describe()
	}
	for _, tier := range view.tiers {
		doc.Tiers = append(doc.Tiers, jsonTier{
			Name: string(tier), Purpose: tier.Purpose(), DataIsolation: string(tier.Isolation()), Level: string(tier.Level()),
			MaxTTLDays: int(tier.MaxTTL() / (24 * time.Hour)), ControlIDs: policy.ControlIDs(view.version, tier),
		})
	}
	for _, setting := range policy.Settings(view.version) {
		doc.Settings = append(doc.Settings, settingJSON(setting, view))
	}
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(doc)
}

func settingJSON(setting policy.Setting, view catalogView) jsonSetting {
	made := jsonSetting{
		Path: setting.Path, Component: setting.Component, Row: setting.Row, Title: setting.Title, Description: setting.Doc,
		Kind: setting.Kind.String(), Options: setting.Options, Values: map[string]any{}, Floors: map[string]string{},
		Change: setting.Change.String(), Since: setting.Since,
	}
	for _, tier := range view.tiers {
		value, floor := implied(setting, tier)
		made.Values[string(tier)] = value
		made.Floors[string(tier)] = setting.Asks(tier, floor)
	}
	for _, c := range setting.Cases {
		values := map[string]any{}
		for _, tier := range view.tiers {
			if value, ok := c.Values[tier]; ok {
				values[string(tier)] = value
			}
		}
		if len(values) > 0 {
			made.Cases = append(made.Cases, jsonCase{When: c.When.String(), Values: values})
		}
	}
	for _, control := range view.claimed(setting.Controls) {
		one := jsonControl{ID: control.ID, Framework: control.Framework(), HighOnly: control.HighOnly}
		for _, source := range control.AllSources() {
			one.Sources = append(one.Sources, string(source))
		}
		made.Controls = append(made.Controls, one)
	}
	return made
}
