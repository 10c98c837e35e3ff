package tfkit

import (
	"context"
	"fmt"
	"math/big"
	"reflect"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// The codec writes the domain's structs as Terraform objects and reads them
// back, field by field: attribute threshold_ms is field ThresholdMS. A type has
// thus one description in Go and one in its schema, which a test compares, and
// no hand-written pair of conversions for each of dozens of fields.

var durationType = reflect.TypeFor[time.Duration]()

// capitals spells names that have a capital inside a word.
var capitals = strings.NewReplacer("PromQL", "Promql", "BigQuery", "Bigquery")

// AttributeName returns the Terraform name of a Go field: words in lower case
// joined by underscores, initialisms kept together.
func AttributeName(field string) string {
	field = capitals.Replace(field)
	runes := []rune(field)
	var name strings.Builder
	for i, r := range runes {
		if i > 0 {
			last := runes[i-1]
			next := rune(0)
			if i+1 < len(runes) {
				next = runes[i+1]
			}
			startsWord := unicode.IsUpper(r) && (unicode.IsLower(last) || unicode.IsDigit(last) || unicode.IsLower(next))
			if startsWord || unicode.IsDigit(r) && !unicode.IsDigit(last) {
				name.WriteRune('_')
			}
		}
		name.WriteRune(unicode.ToLower(r))
	}
	return name.String()
}

// indexes hold, for each type of struct, the attribute name of each field and
// the way to it, so that names are made once.
var indexes sync.Map // reflect.Type to map[string][]int

// fieldIndex maps attribute names to the fields of a struct, those of embedded
// structs included.
func fieldIndex(t reflect.Type) map[string][]int {
	if known, ok := indexes.Load(t); ok {
		index, _ := known.(map[string][]int)
		return index
	}
	index := map[string][]int{}
	for i := range t.NumField() {
		field := t.Field(i)
		if !field.IsExported() {
			continue
		}
		if field.Anonymous && field.Type.Kind() == reflect.Struct {
			for name, way := range fieldIndex(field.Type) {
				index[name] = append([]int{i}, way...)
			}
			continue
		}
		index[AttributeName(field.Name)] = []int{i}
	}
	indexes.Store(t, index)
	return index
}

// Decode reads object obj into the struct that target points to. What is null
// or unknown leaves its field as it is, so a target that holds defaults keeps
// them. Attributes without a field are passed over.
func Decode(obj tftypes.Value, target any) error {
	if !obj.IsKnown() || obj.IsNull() {
		return nil
	}
	return decodeObject(obj, reflect.ValueOf(target).Elem())
}

func decodeObject(obj tftypes.Value, target reflect.Value) error {
	members := map[string]tftypes.Value{}
	if err := obj.As(&members); err != nil {
		return err
	}
	named := fieldIndex(target.Type())
	for name, member := range members {
		way, ok := named[name]
		if !ok || !member.IsKnown() || member.IsNull() {
			continue
		}
		if err := decodeValue(member, target.FieldByIndex(way)); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func decodeValue(v tftypes.Value, target reflect.Value) error {
	if target.Type() == durationType {
		var s string
		if err := v.As(&s); err != nil {
			return err
		}
		d, err := time.ParseDuration(s)
		if err != nil {
			return err
		}
		target.SetInt(int64(d))
		return nil
	}
	switch target.Kind() {
	case reflect.String:
		var s string
		if err := v.As(&s); err != nil {
			return err
		}
		target.SetString(s)
	case reflect.Bool:
		var b bool
		if err := v.As(&b); err != nil {
			return err
		}
		target.SetBool(b)
	case reflect.Int64, reflect.Float64:
		var n big.Float
		if err := v.As(&n); err != nil {
			return err
		}
		if target.Kind() == reflect.Int64 {
			i, _ := n.Int64()
			target.SetInt(i)
		} else {
			f, _ := n.Float64()
			target.SetFloat(f)
		}
	case reflect.Pointer:
		if target.IsNil() {
			target.Set(reflect.New(target.Type().Elem()))
		}
		return decodeObject(v, target.Elem())
	case reflect.Struct:
		return decodeObject(v, target)
	case reflect.Slice:
		var items []tftypes.Value
		if err := v.As(&items); err != nil {
			return err
		}
		slice := reflect.MakeSlice(target.Type(), 0, len(items))
		for _, item := range items {
			element := reflect.New(target.Type().Elem()).Elem()
			if item.IsKnown() && !item.IsNull() {
				if err := decodeValue(item, element); err != nil {
					return err
				}
			}
			slice = reflect.Append(slice, element)
		}
		target.Set(slice)
	case reflect.Map:
		members := map[string]tftypes.Value{}
		if err := v.As(&members); err != nil {
			return err
		}
		target.Set(reflect.MakeMapWithSize(target.Type(), len(members)))
		for key, member := range members {
			element := reflect.New(target.Type().Elem()).Elem()
			if member.IsKnown() && !member.IsNull() {
				if err := decodeValue(member, element); err != nil {
					return err
				}
			}
			target.SetMapIndex(reflect.ValueOf(key), element)
		}
	default:
		return fmt.Errorf("the codec can't read a field of type %s", target.Type())
	}
	return nil
}

// Encode writes struct value as the object that attributes describe. A zero
// field of an attribute that is neither required nor computed is null;
// attributes without a field are null.
func Encode(ctx context.Context, attributes map[string]schema.Attribute, value any) (tftypes.Value, error) {
	return encodeObject(ctx, attributes, reflect.Indirect(reflect.ValueOf(value)))
}

// ObjectType returns the type of an object with these attributes.
func ObjectType(ctx context.Context, attributes map[string]schema.Attribute) tftypes.Object {
	made := make(map[string]tftypes.Type, len(attributes))
	for name, attribute := range attributes {
		made[name] = attribute.GetType().TerraformType(ctx)
	}
	return tftypes.Object{AttributeTypes: made}
}

func encodeObject(ctx context.Context, attributes map[string]schema.Attribute, v reflect.Value) (tftypes.Value, error) {
	named := fieldIndex(v.Type())
	members := make(map[string]tftypes.Value, len(attributes))
	for name, attribute := range attributes {
		t := attribute.GetType().TerraformType(ctx)
		way, ok := named[name]
		if !ok {
			members[name] = tftypes.NewValue(t, nil)
			continue
		}
		field := v.FieldByIndex(way)
		if field.IsZero() && !attribute.IsRequired() && !attribute.IsComputed() {
			members[name] = tftypes.NewValue(t, nil)
			continue
		}
		encoded, err := encodeValue(ctx, attribute, t, field)
		if err != nil {
			return tftypes.Value{}, fmt.Errorf("%s: %w", name, err)
		}
		members[name] = encoded
	}
	return tftypes.NewValue(ObjectType(ctx, attributes), members), nil
}

func encodeValue(ctx context.Context, attribute attrLike, t tftypes.Type, v reflect.Value) (tftypes.Value, error) {
	if v.Type() == durationType {
		return tftypes.NewValue(t, FormatDuration(time.Duration(v.Int()))), nil
	}
	switch v.Kind() {
	case reflect.String:
		return tftypes.NewValue(t, v.String()), nil
	case reflect.Bool:
		return tftypes.NewValue(t, v.Bool()), nil
	case reflect.Int64:
		return tftypes.NewValue(t, new(big.Float).SetInt64(v.Int())), nil
	case reflect.Float64:
		// The precision is the one that Terraform gives a number that it parses,
		// so that 0.01 from here equals 0.01 from a configuration.
		n, _, err := big.ParseFloat(fmt.Sprint(v.Float()), 10, 512, big.ToNearestEven)
		if err != nil {
			return tftypes.Value{}, err
		}
		return tftypes.NewValue(t, n), nil
	case reflect.Pointer:
		if v.IsNil() {
			return tftypes.NewValue(t, nil), nil
		}
		return encodeNested(ctx, attribute, v.Elem())
	case reflect.Struct:
		return encodeNested(ctx, attribute, v)
	case reflect.Slice:
		items := make([]tftypes.Value, 0, v.Len())
		for i := range v.Len() {
			item, err := encodeValue(ctx, attribute, elementType(t), v.Index(i))
			if err != nil {
				return tftypes.Value{}, err
			}
			items = append(items, item)
		}
		return tftypes.NewValue(t, items), nil
	case reflect.Map:
		members := make(map[string]tftypes.Value, v.Len())
		for _, key := range v.MapKeys() {
			member, err := encodeValue(ctx, attribute, elementType(t), v.MapIndex(key))
			if err != nil {
				return tftypes.Value{}, err
			}
			members[key.String()] = member
		}
		return tftypes.NewValue(t, members), nil
	default:
		return tftypes.Value{}, fmt.Errorf("the codec can't write a field of type %s", v.Type())
	}
}

// attrLike is what the codec needs of a schema's attribute.
type attrLike interface {
	GetType() attr.Type
}

func encodeNested(ctx context.Context, attribute attrLike, v reflect.Value) (tftypes.Value, error) {
	attributes := NestedAttributes(attribute)
	if attributes == nil {
		return tftypes.Value{}, fmt.Errorf("attribute of type %T has no nested attributes", attribute)
	}
	return encodeObject(ctx, attributes, v)
}

func elementType(t tftypes.Type) tftypes.Type {
	switch typed := t.(type) {
	case tftypes.List:
		return typed.ElementType
	case tftypes.Set:
		return typed.ElementType
	case tftypes.Map:
		return typed.ElementType
	default:
		return tftypes.DynamicPseudoType
	}
}

// EditObject returns object with its attributes as edit leaves them.
func EditObject(object tftypes.Value, edit func(attributes map[string]tftypes.Value)) (tftypes.Value, error) {
	attributes := map[string]tftypes.Value{}
	if err := object.As(&attributes); err != nil {
		return object, err
	}
	edit(attributes)
	return tftypes.NewValue(object.Type(), attributes), nil
}

// Fill returns config with its nulls taken from resolved, at every depth of
// objects; what config says, unknown included, stays. Lists are filled item by
// item when both have the same length.
func Fill(config, resolved tftypes.Value) (tftypes.Value, error) {
	if !config.IsKnown() {
		return config, nil
	}
	if config.IsNull() {
		return resolved, nil
	}
	if resolved.IsNull() || !resolved.IsKnown() {
		return config, nil
	}
	switch config.Type().(type) {
	case tftypes.Object:
		configured, defaults := map[string]tftypes.Value{}, map[string]tftypes.Value{}
		if err := config.As(&configured); err != nil {
			return config, err
		}
		if err := resolved.As(&defaults); err != nil {
			return config, err
		}
		for name, value := range configured {
			filled, err := Fill(value, defaults[name])
			if err != nil {
				return config, err
			}
			configured[name] = filled
		}
		return tftypes.NewValue(config.Type(), configured), nil
	case tftypes.List:
		var configured, defaults []tftypes.Value
		if err := config.As(&configured); err != nil {
			return config, err
		}
		if err := resolved.As(&defaults); err != nil {
			return config, err
		}
		if len(configured) != len(defaults) {
			return config, nil
		}
		for i := range configured {
			filled, err := Fill(configured[i], defaults[i])
			if err != nil {
				return config, err
			}
			configured[i] = filled
		}
		return tftypes.NewValue(config.Type(), configured), nil
	default:
		return config, nil
	}
}

// DecodeList reads a list of objects into the slice of structs that target
// points to. A null element is the zero struct, so that indexes stay.
func DecodeList(list tftypes.Value, target any) error {
	if !list.IsKnown() || list.IsNull() {
		return nil
	}
	return decodeValue(list, reflect.ValueOf(target).Elem())
}
