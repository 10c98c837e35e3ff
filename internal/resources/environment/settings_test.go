package environment_test

import (
	"context"
	"maps"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/resources/environment"
	"github.com/cortx-platform/terraform-provider-cortx/internal/tfkit"
)

// made is a schema with all settings, an input in a group of settings, a group
// of inputs alone, and an attribute at the top.
func made() schema.Schema {
	attributes := environment.SettingAttributes(policy.Version)
	attributes["tier"] = schema.StringAttribute{Required: true}
	return schema.Schema{Attributes: attributes}
}

func objectType(t *testing.T) tftypes.Object {
	t.Helper()
	object, ok := made().Type().TerraformType(t.Context()).(tftypes.Object)
	if !ok {
		t.Fatal("the schema is of no object")
	}
	return object
}

// config is a configuration with these values by path, and nulls elsewhere.
func config(t *testing.T, values map[string]tftypes.Value) tftypes.Value {
	t.Helper()
	object := objectType(t)
	members := map[string]tftypes.Value{}
	for name, memberType := range object.AttributeTypes {
		members[name] = tftypes.NewValue(memberType, nil)
		group, ok := memberType.(tftypes.Object)
		if !ok {
			continue
		}
		inner, given := map[string]tftypes.Value{}, false
		for child, childType := range group.AttributeTypes {
			inner[child] = tftypes.NewValue(childType, nil)
			if value, ok := values[name+"."+child]; ok {
				inner[child], given = value, true
			}
		}
		if given {
			members[name] = tftypes.NewValue(group, inner)
		}
	}
	for path, value := range values {
		if !strings.Contains(path, ".") {
			members[path] = value
		}
	}
	return tftypes.NewValue(object, members)
}

func at(t *testing.T, object tftypes.Value, path string) tftypes.Value {
	t.Helper()
	current := object
	for name := range strings.SplitSeq(path, ".") {
		members := map[string]tftypes.Value{}
		if err := current.As(&members); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		current = members[name]
	}
	return current
}

func TestEverySettingHasAnAttribute(t *testing.T) {
	t.Parallel()
	described := made()
	if diags := described.ValidateImplementation(t.Context()); diags.HasError() {
		t.Fatal(diags)
	}
	for _, setting := range policy.Settings(policy.Version) {
		attribute := described.Attributes[setting.Name()]
		if group := setting.Group(); group != "" {
			nested := described.Attributes[group]
			if nested == nil || !nested.IsOptional() || !nested.IsComputed() || nested.GetMarkdownDescription() == "" {
				t.Errorf("group %s: %v", group, nested)
			}
			attribute = tfkit.NestedAttributes(nested)[setting.Name()]
		}
		if attribute == nil {
			t.Errorf("%s has no attribute", setting.Path)
			continue
		}
		if !attribute.IsOptional() || !attribute.IsComputed() {
			t.Errorf("%s: a setting is Optional and Computed", setting.Path)
		}
		text := attribute.GetMarkdownDescription()
		for _, want := range append([]string{policy.Cite(setting.Controls), setting.ByTier()}, setting.Doc) {
			if !strings.Contains(text, want) {
				t.Errorf("%s is described without %q: %s", setting.Path, want, text)
			}
		}
		want := map[policy.Kind]tftypes.Type{
			policy.Bool: tftypes.Bool, policy.String: tftypes.String, policy.Int: tftypes.Number, policy.Float: tftypes.Number,
			policy.Strings: tftypes.Set{ElementType: tftypes.String},
		}[setting.Kind]
		if got := attribute.GetType().TerraformType(t.Context()); !got.Equal(want) {
			t.Errorf("%s is of type %v", setting.Path, got)
		}
	}
	if tfkit.NestedAttributes(described.Attributes["cluster"])["machine_type"] == nil || tfkit.NestedAttributes(described.Attributes["network"])["range"] == nil {
		t.Error("inputs are lost")
	}
}

// number is a number as Terraform parses it.
func number(text string) tftypes.Value {
	n, _, err := big.ParseFloat(text, 10, 512, big.ToNearestEven)
	if err != nil {
		panic(err)
	}
	return tftypes.NewValue(tftypes.Number, n)
}

func set(members ...string) tftypes.Value {
	items := make([]tftypes.Value, len(members))
	for i, member := range members {
		items[i] = tftypes.NewValue(tftypes.String, member)
	}
	return tftypes.NewValue(tftypes.Set{ElementType: tftypes.String}, items)
}

func TestReadSettings(t *testing.T) {
	t.Parallel()
	overrides, unknown, err := environment.ReadSettings(policy.Version, config(t, map[string]tftypes.Value{
		"deletion_policy":            tftypes.NewValue(tftypes.String, "DELETE"),
		"project_lien":               tftypes.NewValue(tftypes.Bool, tftypes.UnknownValue),
		"cluster.machine_type":       tftypes.NewValue(tftypes.String, "e2-standard-4"),
		"cluster.private_nodes":      tftypes.NewValue(tftypes.Bool, false),
		"cluster.logging_components": set("WORKLOADS", "APISERVER"),
		"database.backups_retained":  number("40"),
		"database.pitr_log_days":     number("7.5"),
		"database.tls":               tftypes.NewValue(tftypes.String, tftypes.UnknownValue),
		"network.flow_sampling":      number("0.1"),
		"storage":                    tftypes.NewValue(objectType(t).AttributeTypes["storage"], tftypes.UnknownValue),
	}))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"deletion_policy": "DELETE", "cluster.machine_type": "e2-standard-4", "cluster.private_nodes": false, "cluster.logging_components": []string{"APISERVER", "WORKLOADS"},
		"database.backups_retained": int64(40), "database.pitr_log_days": 7.5, "network.flow_sampling": 0.1,
	}
	if !maps.EqualFunc(overrides, want, policy.Same) {
		t.Errorf("overrides are %v", overrides)
	}
	if !slices.Equal(unknown, []string{
		"project_lien", "database.tls",
		"storage.public_access_prevention", "storage.uniform_access", "storage.versioning", "storage.soft_delete_days",
	}) {
		t.Errorf("unknown are %v", unknown)
	}
	_, unknown, err = environment.ReadSettings(policy.Version, tftypes.NewValue(objectType(t), tftypes.UnknownValue))
	if err != nil || len(unknown) <= len(policy.Settings(policy.Version)) {
		t.Errorf("of an unknown environment %d settings are unknown: %v", len(unknown), err)
	}
}

// TestWhatIsWrittenIsRead resolves each tier, writes it, and reads it back.
func TestWhatIsWrittenIsRead(t *testing.T) {
	t.Parallel()
	for _, tier := range policy.Tiers() {
		values, _ := policy.Resolve(policy.Version, tier, policy.Context{}, nil)
		written, err := environment.WriteSettings(policy.Version, config(t, nil), values, nil)
		if err != nil {
			t.Fatal(err)
		}
		read, unknown, err := environment.ReadSettings(policy.Version, written)
		if err != nil || len(unknown) > 0 || !maps.EqualFunc(read, values, policy.Same) {
			t.Errorf("%s: %v, %v, %v", tier, read, unknown, err)
		}
		if !at(t, written, "cluster.machine_type").IsNull() || !at(t, written, "tier").IsNull() {
			t.Error("an input was written")
		}
		// The framework takes it, too.
		plan := tfsdk.Plan{Schema: made(), Raw: written}
		var sampling types.Float64
		if diags := plan.GetAttribute(context.Background(), tfkit.Path([]any{"network", "flow_sampling"}), &sampling); diags.HasError() || sampling.ValueFloat64() != values.Float(policy.NetworkFlowSampling) {
			t.Errorf("%s: sampling is %v: %v", tier, sampling, diags)
		}
	}
}

func TestWriteSettingsKeepsWhatTheConfigurationSays(t *testing.T) {
	t.Parallel()
	given := config(t, map[string]tftypes.Value{
		"cluster.machine_type":  tftypes.NewValue(tftypes.String, "e2-standard-4"),
		"network.flow_sampling": number("0.7"),
		"storage":               tftypes.NewValue(objectType(t).AttributeTypes["storage"], tftypes.UnknownValue),
	})
	overrides, unknown, err := environment.ReadSettings(policy.Version, given)
	if err != nil {
		t.Fatal(err)
	}
	delete(overrides, "cluster.machine_type") // An input is none of the catalogue's.
	context := policy.Context{Unknown: unknown, AccessPolicy: policy.NotYet}
	values, violations := policy.Resolve(policy.Version, policy.Prod, context, overrides)
	if len(violations) != 1 || violations[0].Path != policy.NetworkFlowSampling {
		t.Errorf("violations are %v", violations)
	}
	written, err := environment.WriteSettings(policy.Version, given, values, policy.Undecided(policy.Version, policy.Prod, context, overrides))
	if err != nil {
		t.Fatal(err)
	}
	if got := at(t, written, "cluster.machine_type"); !got.Equal(at(t, given, "cluster.machine_type")) {
		t.Errorf("the machine type is %v", got)
	}
	if got := at(t, written, "network.flow_sampling"); !got.Equal(number("0.7")) {
		t.Errorf("the sampling is %v", got)
	}
	if at(t, written, "storage").IsKnown() {
		t.Error("an unknown group became known")
	}
	for _, path := range []string{policy.NetworkPerimeter, policy.NetworkGoogleAPIsVIP} {
		if at(t, written, path).IsKnown() {
			t.Errorf("%s is known while nobody knows of an access policy", path)
		}
	}
	if got := at(t, written, policy.NetworkNATLogging); !got.Equal(tftypes.NewValue(tftypes.String, "ALL")) {
		t.Errorf("NAT logging is %v", got)
	}
	// 0.1 of the catalogue is 0.1 of a configuration, to the last digit.
	dev, _ := policy.Resolve(policy.Version, policy.Dev, policy.Context{}, nil)
	written, err = environment.WriteSettings(policy.Version, config(t, nil), dev, nil)
	if err != nil || !at(t, written, "network.flow_sampling").Equal(number("0.1")) {
		t.Errorf("0.1 is %v: %v", at(t, written, "network.flow_sampling"), err)
	}
	// Drift is written over what stood.
	dev[policy.NetworkNATLogging] = policy.NATAll
	again, err := environment.WriteSettings(policy.Version, written, policy.Values{policy.NetworkNATLogging: policy.NATAll}, nil)
	if err != nil || !at(t, again, policy.NetworkNATLogging).Equal(tftypes.NewValue(tftypes.String, "ALL")) || !at(t, again, "network.flow_sampling").Equal(number("0.1")) {
		t.Errorf("drift is %v: %v", at(t, again, policy.NetworkNATLogging), err)
	}
}
