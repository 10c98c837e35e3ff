package dashboard

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"cloud.google.com/go/monitoring/dashboard/apiv1/dashboardpb"
	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cortx-platform/terraform-provider-cortx/internal/dash"
	"github.com/cortx-platform/terraform-provider-cortx/internal/tfkit"
)

// model is the resource as Terraform holds it. Sections, variables, links and
// inputs stay framework values, since any part of them may be unknown in a plan;
// the codec of tfkit turns them into the domain's structs.
type model struct {
	ID              types.String                  `tfsdk:"id"`
	Name            types.String                  `tfsdk:"name"`
	Project         types.String                  `tfsdk:"project"`
	DashboardID     types.String                  `tfsdk:"dashboard_id"`
	DisplayName     types.String                  `tfsdk:"display_name"`
	Targets         types.Set                     `tfsdk:"targets"`
	Preset          types.String                  `tfsdk:"preset"`
	PresetInputs    types.Object                  `tfsdk:"preset_inputs"`
	Sections        types.List                    `tfsdk:"sections"`
	Variables       types.List                    `tfsdk:"variables"`
	Links           types.List                    `tfsdk:"links"`
	DashboardJSON   tfkit.Spelled[monitoringJSON] `tfsdk:"dashboard_json"`
	Grafana         types.Object                  `tfsdk:"grafana"`
	Labels          types.Map                     `tfsdk:"labels"`
	EffectiveLabels types.Map                     `tfsdk:"effective_labels"`
	GrafanaJSON     tfkit.Spelled[grafanaJSON]    `tfsdk:"grafana_json"`
	GrafanaUID      types.String                  `tfsdk:"grafana_uid"`
	GrafanaURL      types.String                  `tfsdk:"grafana_url"`
	UnmanagedJSON   types.String                  `tfsdk:"unmanaged_json"`
	Emulated        types.Bool                    `tfsdk:"emulated"`
	Timeouts        timeouts.Value                `tfsdk:"timeouts"`
}

// grafanaSettings is the attribute grafana.
type grafanaSettings struct {
	UID, FolderUID, DataSourceUID, BigQueryDataSourceUID, Refresh, TimeFrom string
}

// has reports whether target is one of the known targets.
func (m model) has(target string) bool {
	for _, element := range m.Targets.Elements() {
		if s, ok := element.(types.String); ok && s.ValueString() == target {
			return true
		}
	}
	return false
}

// content is the model in the domain's form. What is null or unknown has its
// default: a plan validates what it knows, an apply knows everything. Places
// that a state left empty are no tiles.
func (m model) content(ctx context.Context, diags *diag.Diagnostics) dash.Dashboard {
	return withoutEmpty(m.places(ctx, diags))
}

// withoutEmpty leaves out the empty places of a state.
func withoutEmpty(d dash.Dashboard) dash.Dashboard {
	sections := make([]dash.Section, 0, len(d.Sections))
	for _, section := range d.Sections {
		tiles := make([]dash.Tile, 0, len(section.Tiles))
		for _, tile := range section.Tiles {
			if kindOf(tile) != "" {
				tiles = append(tiles, tile)
			}
		}
		section.Tiles = tiles
		if len(tiles) > 0 || section.Title != "" {
			sections = append(sections, section)
		}
	}
	d.Sections = sections
	return d
}

// places is content with the empty places of a state.
func (m model) places(ctx context.Context, diags *diag.Diagnostics) dash.Dashboard {
	content := dash.Dashboard{DisplayName: m.DisplayName.ValueString(), Labels: tfkit.StringMap(ctx, m.Labels, diags)}
	for _, part := range []struct {
		value  attr.Value
		target any
	}{{m.Sections, &content.Sections}, {m.Variables, &content.Variables}, {m.Links, &content.Links}} {
		if part.value.IsNull() || part.value.IsUnknown() {
			continue
		}
		raw, err := part.value.ToTerraformValue(ctx)
		if err == nil {
			err = tfkit.DecodeList(raw, part.target)
		}
		if err != nil {
			addBug(diags, err)
		}
	}
	return content.WithDefaults()
}

// message is what Cloud Monitoring is to have: of a model that is fully known.
func (m model) message(ctx context.Context, diags *diag.Diagnostics) *dashboardpb.Dashboard {
	var message *dashboardpb.Dashboard
	var err error
	if m.DashboardJSON.IsNull() {
		message, err = m.content(ctx, diags).Proto()
	} else {
		message, err = dash.ParseMonitoringJSON(m.DashboardJSON.ValueString())
	}
	if err != nil {
		addBug(diags, err)
		return &dashboardpb.Dashboard{}
	}
	message.Name, message.Etag = "", ""
	message.DisplayName = m.DisplayName.ValueString()
	message.Labels = tfkit.StringMap(ctx, m.EffectiveLabels, diags)
	return message
}

// settings is the attribute grafana, with a uid in any case.
func (m model) settings(ctx context.Context, diags *diag.Diagnostics) grafanaSettings {
	var settings grafanaSettings
	if !m.Grafana.IsNull() && !m.Grafana.IsUnknown() {
		decode(ctx, m.Grafana, &settings, diags)
	}
	if settings.UID == "" {
		settings.UID = m.GrafanaUID.ValueString()
	}
	if settings.UID == "" {
		settings.UID = derivedUID(m.Project.ValueString(), m.DisplayName.ValueString())
	}
	return settings
}

// derivedUID makes a uid that a plan can know. Grafana takes at most 40
// characters.
func derivedUID(project, title string) string {
	sum := sha256.Sum256([]byte(project + "\x00" + title))
	return "cortx-" + hex.EncodeToString(sum[:12])
}

// options are what the rendering for Grafana needs.
func (s grafanaSettings) options(project string) dash.GrafanaOptions {
	return dash.GrafanaOptions{
		UID: s.UID, FolderUID: s.FolderUID, DataSourceUID: s.DataSourceUID, BigQueryDataSourceUID: s.BigQueryDataSourceUID,
		Project: project, Refresh: s.Refresh, TimeFrom: s.TimeFrom,
	}
}

// ownLabels are the labels that mark a dashboard as ours.
func ownLabels(preset string) map[string]string {
	labels := map[string]string{"managed_by": "terraform-provider-cortx"}
	if preset != "" {
		labels["cortx_preset"] = preset
	}
	return labels
}

// encodeSections writes sections as the attribute.
func encodeSections(ctx context.Context, sections []dash.Section) (types.List, error) {
	laid := make([]*seenSection, 0, len(sections))
	for _, section := range sections {
		laid = append(laid, &seenSection{section: section, tiles: pointers(section.Tiles)})
	}
	return encodeSeen(ctx, laid)
}

func pointers[T any](items []T) []*T {
	made := make([]*T, len(items))
	for i := range items {
		made[i] = &items[i]
	}
	return made
}

// encodeSeen is encodeSections with empty places.
func encodeSeen(ctx context.Context, laid []*seenSection) (types.List, error) {
	sectionType := tfkit.ObjectType(ctx, sectionAttributes())
	tileType := tfkit.ObjectType(ctx, tileAttributes())
	items := make([]tftypes.Value, 0, len(laid))
	for _, seen := range laid {
		if seen == nil {
			items = append(items, tftypes.NewValue(sectionType, nil))
			continue
		}
		tiles := make([]tftypes.Value, 0, len(seen.tiles))
		for _, tile := range seen.tiles {
			if tile == nil {
				tiles = append(tiles, tftypes.NewValue(tileType, nil))
				continue
			}
			encoded, err := tfkit.Encode(ctx, tileAttributes(), tile)
			if err != nil {
				return types.ListNull(sectionsType().ElemType), err
			}
			tiles = append(tiles, encoded)
		}
		heading := seen.section
		heading.Tiles = nil
		encoded, err := tfkit.Encode(ctx, sectionAttributes(), heading)
		if err == nil {
			encoded, err = tfkit.EditObject(encoded, func(attributes map[string]tftypes.Value) {
				attributes["tiles"] = tftypes.NewValue(tftypes.List{ElementType: tileType}, tiles)
			})
		}
		if err != nil {
			return types.ListNull(sectionsType().ElemType), err
		}
		items = append(items, encoded)
	}
	return listValue(ctx, sectionsType(), items)
}

func listValue(ctx context.Context, listType types.ListType, items []tftypes.Value) (types.List, error) {
	value, err := listType.ValueFromTerraform(ctx, tftypes.NewValue(listType.TerraformType(ctx), items))
	if err != nil {
		return types.ListNull(listType.ElemType), err
	}
	list, ok := value.(types.List)
	if !ok {
		return types.ListNull(listType.ElemType), fmt.Errorf("unexpected value type %T", value)
	}
	return list, nil
}

// encodeList writes structs as a list of objects; none is null.
func encodeList[T any](ctx context.Context, listType types.ListType, attributes map[string]schema.Attribute, values []T) (types.List, error) {
	if len(values) == 0 {
		return types.ListNull(listType.ElemType), nil
	}
	items := make([]tftypes.Value, 0, len(values))
	for _, value := range values {
		encoded, err := tfkit.Encode(ctx, attributes, value)
		if err != nil {
			return types.ListNull(listType.ElemType), err
		}
		items = append(items, encoded)
	}
	return listValue(ctx, listType, items)
}

func decode(ctx context.Context, object types.Object, target any, diags *diag.Diagnostics) {
	raw, err := object.ToTerraformValue(ctx)
	if err == nil {
		err = tfkit.Decode(raw, target)
	}
	if err != nil {
		addBug(diags, err)
	}
}

func stringOrNull(s string) types.String {
	if s == "" {
		return types.StringNull()
	}
	return types.StringValue(s)
}

func addBug(diags *diag.Diagnostics, err error) {
	diags.AddError("The provider could not convert a value of a dashboard.", "This is a bug in the provider; please report it.\n\n"+err.Error())
}
