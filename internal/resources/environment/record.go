package environment

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cortx-platform/terraform-provider-cortx/internal/component"
	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
)

// The ledger keeps the configuration of an environment as it was last applied,
// so that it can be imported from the ledger alone, and what no API object can
// hold in fields of their own, for people and subcommands.
const (
	fieldConfiguration    = "configuration"
	FieldTier             = "tier"
	FieldDeletionPolicy   = "deletion_policy"
	fieldOnIncomplete     = "on_incomplete"
	fieldTTL              = "ttl"
	FieldExpiresAt        = "expires_at"
	fieldResetTrigger     = "reset_trigger"
	fieldCatalogueVersion = "catalogue_version"
	fieldFormerLabels     = "former_labels"
)

// outputs are the attributes that an import reads off what stands.
var outputs = []string{"id", "incarnation", "ready", "pending", "last_error", "emulated", "cluster_endpoint", "database_id", "database_address", "timeouts"}

// fieldsOf returns the fields of the record, and a digest of the configuration.
func fieldsOf(raw tftypes.Value, m model) (fields map[string]string, hash string, err error) {
	members := map[string]tftypes.Value{}
	if err := raw.As(&members); err != nil {
		return nil, "", err
	}
	plain := map[string]any{}
	for name, value := range members {
		if slices.Contains(outputs, name) || value.IsNull() || !value.IsFullyKnown() {
			continue
		}
		if plain[name], err = toPlain(value); err != nil {
			return nil, "", fmt.Errorf("%s: %w", name, err)
		}
	}
	text, err := json.Marshal(plain)
	if err != nil {
		return nil, "", err
	}
	sum := sha256.Sum256(text)
	fields = map[string]string{
		fieldConfiguration: string(text), FieldTier: m.Tier.ValueString(), FieldDeletionPolicy: m.DeletionPolicy.ValueString(),
		fieldOnIncomplete: m.OnIncomplete.ValueString(), fieldTTL: m.TTL.ValueString(), FieldExpiresAt: m.ExpiresAt.ValueString(),
		fieldResetTrigger: m.ResetTrigger.ValueString(), fieldCatalogueVersion: strconv.FormatInt(m.CatalogueVersion.ValueInt64(), 10),
	}
	return fields, hex.EncodeToString(sum[:]), nil
}

// toPlain turns a known value into what encoding/json writes. Nulls in objects
// are left out.
func toPlain(v tftypes.Value) (any, error) {
	if v.IsNull() {
		return nil, nil
	}
	switch {
	case v.Type().Is(tftypes.String):
		var s string
		err := v.As(&s)
		return s, err
	case v.Type().Is(tftypes.Bool):
		var b bool
		err := v.As(&b)
		return b, err
	case v.Type().Is(tftypes.Number):
		n := new(big.Float)
		if err := v.As(n); err != nil {
			return nil, err
		}
		return json.Number(n.Text('g', -1)), nil
	}
	var items []tftypes.Value
	if v.As(&items) == nil {
		list := make([]any, len(items))
		for i, item := range items {
			plain, err := toPlain(item)
			if err != nil {
				return nil, err
			}
			list[i] = plain
		}
		return list, nil
	}
	members := map[string]tftypes.Value{}
	if err := v.As(&members); err != nil {
		return nil, err
	}
	object := map[string]any{}
	for name, member := range members {
		if member.IsNull() {
			continue
		}
		plain, err := toPlain(member)
		if err != nil {
			return nil, err
		}
		object[name] = plain
	}
	return object, nil
}

// fromRecord returns the configuration that the ledger keeps, as an object of
// the schema's type: what it lacks is null, and what the schema lacks is left
// out, so that a record outlives a version of the provider.
func fromRecord(text string, objectType tftypes.Object) (tftypes.Value, error) {
	var plain map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &plain); err != nil {
		return tftypes.Value{}, fmt.Errorf("the ledger's configuration can't be read: %w", err)
	}
	members := map[string]tftypes.Value{}
	for name, memberType := range objectType.AttributeTypes {
		members[name] = tftypes.NewValue(memberType, nil)
		raw, ok := plain[name]
		if !ok {
			continue
		}
		value, err := fromPlain(raw, memberType)
		if err != nil {
			return tftypes.Value{}, fmt.Errorf("the ledger's %s can't be read: %w", name, err)
		}
		members[name] = value
	}
	return tftypes.NewValue(objectType, members), nil
}

func fromPlain(raw json.RawMessage, as tftypes.Type) (tftypes.Value, error) {
	object, ok := as.(tftypes.Object)
	if !ok {
		return tftypes.ValueFromJSON(raw, as) //nolint:staticcheck // The only reader of JSON that the protocol's types have.
	}
	var plain map[string]json.RawMessage
	if err := json.Unmarshal(raw, &plain); err != nil {
		return tftypes.Value{}, err
	}
	members := map[string]tftypes.Value{}
	for name, memberType := range object.AttributeTypes {
		members[name] = tftypes.NewValue(memberType, nil)
		if member, ok := plain[name]; ok {
			value, err := fromPlain(member, memberType)
			if err != nil {
				return tftypes.Value{}, fmt.Errorf("%s: %w", name, err)
			}
			members[name] = value
		}
	}
	return tftypes.NewValue(object, members), nil
}

// placeOf is the full name of the environment that a record is of, as far as it
// says.
func placeOf(record *reconcile.Record) string {
	var place struct{ Project, Region, Name string }
	if json.Unmarshal([]byte(record.Fields[fieldConfiguration]), &place) != nil || place.Region == "" {
		return record.Owner
	}
	return component.ID(place.Project, place.Region, place.Name)
}

// RecordOf reads the record of an environment, and says so when what the ledger
// holds is the record of another one: a name is unique in a project, so that is
// one of the same name in another region.
func RecordOf(ctx context.Context, client *gcp.Client, spec *component.Spec) (*reconcile.Record, error) {
	record, err := component.ReadRecord(ctx, client, spec)
	if err == nil && record.Owner != spec.Owner {
		return nil, fmt.Errorf("the ledger %s holds the record of %s, not of %s", spec.LedgerBucket(), placeOf(record), spec.ID())
	}
	return record, err
}

// SpecFromRecord returns what the ledger's record says of an environment, and
// its name there: what a subcommand goes by that has no configuration.
func SpecFromRecord(ctx context.Context, record *reconcile.Record, project, region, name string) (*component.Spec, error) {
	s := (&environment{}).schemaOf(ctx)
	objectType, ok := s.Type().TerraformType(ctx).(tftypes.Object)
	if !ok {
		return nil, errors.New("the schema is of no object")
	}
	raw, err := fromRecord(record.Fields[fieldConfiguration], objectType)
	if err != nil {
		return nil, err
	}
	var m model
	diags := tfsdk.State{Schema: s, Raw: raw}.Get(ctx, &m)
	spec := specOf(ctx, raw, m, &diags)
	if err := failed(diags); err != nil {
		return nil, err
	}
	if spec.Project != project || spec.Region != region || spec.Name != name {
		return nil, fmt.Errorf("the record is of %s, not of %s", spec.ID(), component.ID(project, region, name))
	}
	return spec, nil
}

// TierSpec is the spec of an environment of which only the tier is known, which
// is what the tier implies, and the fields of a record that say so.
func TierSpec(project, region, name string, tier policy.Tier) (spec *component.Spec, fields map[string]string) {
	values, _ := policy.Resolve(policy.Version, tier, policy.Context{ExceptionRecorded: policy.Yes}, nil)
	for _, input := range inputs() {
		if input.Values != nil {
			values[input.Path] = input.Values[tier]
		}
	}
	m := model{
		Project: types.StringValue(project), Region: types.StringValue(region), Name: types.StringValue(name),
		Tier: types.StringValue(string(tier)), CatalogueVersion: types.Int64Value(policy.Version), OnIncomplete: types.StringValue(onIncompleteResume),
		DeletionPolicy: types.StringValue(values.String(policy.DeletionPolicy)),
	}
	if values.String(policy.ClusterLocationType) == policy.Zonal {
		m.Zone = types.StringValue(region + "-b")
	}
	spec = specFrom(values, m)
	spec.Labels = ownLabels(name, string(tier))
	fields, _, err := fieldsOf(configurationOf(values, m, spec), m)
	if err != nil {
		// The values are the catalogue's own, so they can be written.
		panic("environment: " + err.Error())
	}
	return spec, fields
}

// recordType is the type of the resource as an object.
var recordType = sync.OnceValue(func() tftypes.Object {
	ctx := context.Background()
	objectType, _ := (&environment{}).schemaOf(ctx).Type().TerraformType(ctx).(tftypes.Object)
	return objectType
})

// configurationOf is the object that a record keeps of resolved values.
func configurationOf(values policy.Values, m model, spec *component.Spec) tftypes.Value {
	objectType := recordType()
	members := map[string]tftypes.Value{}
	for name, memberType := range objectType.AttributeTypes {
		members[name] = tftypes.NewValue(memberType, nil)
	}
	for name, value := range map[string]types.String{
		"tier": m.Tier, "name": m.Name, "project": m.Project, "region": m.Region, "zone": m.Zone, "on_incomplete": m.OnIncomplete,
	} {
		if !value.IsNull() {
			members[name] = tftypes.NewValue(tftypes.String, value.ValueString())
		}
	}
	members["catalogue_version"] = tftypes.NewValue(tftypes.Number, m.CatalogueVersion.ValueInt64())
	labels := map[string]tftypes.Value{}
	for key, value := range spec.Labels {
		labels[key] = tftypes.NewValue(tftypes.String, value)
	}
	members["effective_labels"] = tftypes.NewValue(tftypes.Map{ElementType: tftypes.String}, labels)
	written, err := WriteSettings(policy.Version, tftypes.NewValue(objectType, members), values, nil)
	if err != nil {
		panic("environment: " + err.Error()) // As above.
	}
	return written
}

// ownLabels are the labels that every object of an environment gets beside the
// owner's.
func ownLabels(name, tier string) map[string]string {
	return map[string]string{"cortx-environment": name, "cortx-tier": tier}
}
