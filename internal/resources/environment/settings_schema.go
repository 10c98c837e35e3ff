package environment

import (
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/tfkit"
)

// SettingAttributes makes the attributes of all settings of a version of the
// catalogue: one nested attribute a group, and those at the top. All of them are
// Optional and Computed, the groups too: what the configuration leaves out, the
// tier implies. Inputs stand among them.
func SettingAttributes(version int) map[string]schema.Attribute {
	made := map[string]schema.Attribute{}
	groups := map[string]map[string]schema.Attribute{}
	for _, setting := range allSettings(version) {
		group := setting.Group()
		if group == "" {
			made[setting.Name()] = settingAttribute(setting)
			continue
		}
		if groups[group] == nil {
			groups[group] = map[string]schema.Attribute{}
		}
		groups[group][setting.Name()] = settingAttribute(setting)
	}
	for group, attributes := range groups {
		made[group] = tfkit.SingleOf(schema.SingleNestedAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: groupText(group),
			Attributes:          attributes,
		})
	}
	return made
}

// settingAttribute makes the attribute of one setting. It has no validator:
// what is wrong is said at plan, where a destroy has a way around it.
func settingAttribute(setting policy.Setting) schema.Attribute {
	var text string
	if isInput(setting.Path) {
		text = inputText(setting)
	} else {
		text = setting.Markdown()
	}
	switch setting.Kind {
	case policy.Bool:
		return schema.BoolAttribute{Optional: true, Computed: true, MarkdownDescription: text}
	case policy.Int:
		return schema.Int64Attribute{Optional: true, Computed: true, MarkdownDescription: text}
	case policy.Float:
		return schema.Float64Attribute{Optional: true, Computed: true, MarkdownDescription: text}
	case policy.Strings:
		return schema.SetAttribute{Optional: true, Computed: true, ElementType: types.StringType, MarkdownDescription: text}
	default:
		return schema.StringAttribute{Optional: true, Computed: true, MarkdownDescription: text}
	}
}

// inputText describes an input, with its default for each tier.
func inputText(setting policy.Setting) string {
	if setting.Values == nil {
		return setting.Doc
	}
	return setting.Doc + " When not set: " + setting.ByTier() + "."
}

// groupText describes a group of settings.
func groupText(group string) string {
	switch group {
	case "cluster":
		return "The GKE cluster, its nodes, and which images may run there."
	case "encryption":
		return "Whose keys encrypt data at rest, and how long they live."
	case "database":
		return "Cloud SQL for PostgreSQL."
	case "storage":
		return "The environment's buckets."
	case "logging":
		return "What is logged, how long it is kept, and who hears of changes of that."
	case "network":
		return "The network, its borders, and what is logged there."
	default:
		return "Settings of " + group + "."
	}
}
