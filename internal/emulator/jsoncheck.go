package emulator

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// badRequest is the 400 of a payload that does not parse: one line a violation,
// and the same in a BadRequest detail.
func badRequest(lines, fields []string) error {
	detail := &errdetails.BadRequest{}
	for i, line := range lines {
		v := &errdetails.BadRequest_FieldViolation{Description: line}
		if i < len(fields) {
			v.Field = fields[i]
		}
		detail.FieldViolations = append(detail.FieldViolations, v)
	}
	return apiError(codes.InvalidArgument, strings.Join(lines, "\n"), detail)
}

// parseJSON decodes a body, keeping numbers as they are written.
func parseJSON(body []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, invalid("Invalid JSON payload received. %s", jsonProblem(err))
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, invalid("Invalid JSON payload received. Parsing terminated before end of input.")
	}
	return v, nil
}

func jsonProblem(err error) string {
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		return fmt.Sprintf("Unexpected token at byte %d.", syntax.Offset)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return "Unexpected end of string."
	}
	return "Parse error."
}

// plainProtoError strips the prefix that protojson varies on purpose.
func plainProtoError(err error) string {
	text := err.Error()
	if _, rest, ok := strings.Cut(text, ": "); ok {
		return rest
	}
	return text
}

// checkMessage compares a JSON value with a message type and returns Google's
// words for unknown names and for values of a wrong type.
func checkMessage(value any, md protoreflect.MessageDescriptor, at string) error {
	c := &jsonCheck{}
	c.message(value, md, at)
	if c.unmodelled != "" {
		return notModelled("the field %s", c.unmodelled)
	}
	if len(c.lines) == 0 {
		return nil
	}
	return badRequest(c.lines, c.fields)
}

type jsonCheck struct {
	lines, fields []string
	unmodelled    string
}

// beyondProtos lists fields that the service takes although its published
// protos lack them: hashicorp/google sends the first, and exports of the
// console hold the others (hashicorp/terraform-provider-google#7242).
var beyondProtos = map[protoreflect.FullName][]string{
	"google.monitoring.v3.UptimeCheckConfig":                  {"logCheckFailures"},
	"google.monitoring.dashboard.v1.XyChart.DataSet":          {"breakdowns", "dimensions", "measures"},
	"google.monitoring.dashboard.v1.Scorecard":                {"breakdowns", "dimensions", "measures"},
	"google.monitoring.dashboard.v1.PieChart.PieChartDataSet": {"breakdowns", "dimensions", "measures"},
}

func (c *jsonCheck) fail(field, line string) {
	c.lines = append(c.lines, line)
	c.fields = append(c.fields, field)
}

func (c *jsonCheck) message(value any, md protoreflect.MessageDescriptor, at string) {
	if isSpecialJSON(md) {
		// Timestamps, durations, wrappers and masks: protojson checks them.
		return
	}
	object, ok := value.(map[string]any)
	if !ok {
		if value != nil {
			c.fail(at, fmt.Sprintf("Invalid value at '%s' (type.googleapis.com/%s), %s", at, md.FullName(), showJSON(value)))
		}
		return
	}
	names := make([]string, 0, len(object))
	for name := range object {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		f := fieldByAnyName(md, name)
		if f == nil {
			if slices.Contains(beyondProtos[md.FullName()], name) {
				c.unmodelled = strings.TrimPrefix(at+"."+name, ".")
				continue
			}
			where := ""
			if at != "" {
				where = " at '" + at + "'"
			}
			c.fail(at, fmt.Sprintf("Invalid JSON payload received. Unknown name \"%s\"%s: Cannot find field.", name, where))
			continue
		}
		path := string(f.Name())
		if at != "" {
			path = at + "." + path
		}
		c.field(object[name], f, path)
	}
}

func (c *jsonCheck) field(value any, f protoreflect.FieldDescriptor, at string) {
	switch {
	case value == nil:
	case f.IsMap():
		entries, ok := value.(map[string]any)
		if !ok {
			c.fail(at, fmt.Sprintf("Invalid value at '%s' (Map), Cannot bind a list to map for field '%s'.", at, f.JSONName()))
			return
		}
		keys := make([]string, 0, len(entries))
		for key := range entries {
			keys = append(keys, key)
		}
		slices.Sort(keys)
		for i, key := range keys {
			c.single(entries[key], f.MapValue(), fmt.Sprintf("%s[%d].value", at, i))
		}
	case f.IsList():
		// Google's parser takes a single value for a list of one.
		items, ok := value.([]any)
		if !ok {
			c.fail(at, fmt.Sprintf("Invalid JSON payload received. Unknown name \"%s\" at '%s': Proto field is repeated, so it has to be a list.", f.JSONName(), parentPath(at)))
			return
		}
		for i, item := range items {
			c.single(item, f, fmt.Sprintf("%s[%d]", at, i))
		}
	default:
		if _, ok := value.([]any); ok && !isList(f) {
			c.fail(parentPath(at), fmt.Sprintf("Invalid JSON payload received. Unknown name \"%s\" at '%s': Proto field is not repeating, cannot start list.", f.JSONName(), parentPath(at)))
			return
		}
		c.single(value, f, at)
	}
}

func (c *jsonCheck) single(value any, f protoreflect.FieldDescriptor, at string) {
	bad := func() {
		c.fail(at, fmt.Sprintf("Invalid value at '%s' (%s), %s", at, typeName(f), showJSON(value)))
	}
	switch f.Kind() {
	case protoreflect.MessageKind, protoreflect.GroupKind:
		c.message(value, f.Message(), at)
	case protoreflect.EnumKind:
		switch v := value.(type) {
		case string:
			if f.Enum().Values().ByName(protoreflect.Name(v)) == nil {
				bad()
			}
		case json.Number:
		default:
			bad()
		}
	case protoreflect.StringKind, protoreflect.BytesKind:
		if _, ok := value.(string); !ok {
			bad()
		}
	case protoreflect.BoolKind:
		if _, ok := value.(bool); !ok {
			bad()
		}
	case protoreflect.Int32Kind, protoreflect.Sint32Kind, protoreflect.Uint32Kind, protoreflect.Int64Kind,
		protoreflect.Sint64Kind, protoreflect.Uint64Kind, protoreflect.Sfixed32Kind, protoreflect.Fixed32Kind,
		protoreflect.Sfixed64Kind, protoreflect.Fixed64Kind, protoreflect.FloatKind, protoreflect.DoubleKind:
		switch v := value.(type) {
		case json.Number:
		case string:
			if !isNumberText(v, f.Kind()) {
				bad()
			}
		default:
			bad()
		}
	}
}

func isNumberText(text string, k protoreflect.Kind) bool {
	if k == protoreflect.FloatKind || k == protoreflect.DoubleKind {
		switch text {
		case "NaN", "Infinity", "-Infinity":
			return true
		}
	}
	return json.Valid([]byte(text)) && text != "" && strings.Trim(text, "+-.eE0123456789") == ""
}

// isSpecialJSON tells which messages have a JSON form of their own.
func isSpecialJSON(md protoreflect.MessageDescriptor) bool {
	return md.FullName().Parent() == "google.protobuf"
}

func isList(f protoreflect.FieldDescriptor) bool {
	return f.Kind() == protoreflect.MessageKind && f.Message().FullName() == "google.protobuf.ListValue"
}

// typeName names a field's type as Google's parser does.
func typeName(f protoreflect.FieldDescriptor) string {
	switch f.Kind() {
	case protoreflect.EnumKind:
		return "type.googleapis.com/" + string(f.Enum().FullName())
	case protoreflect.MessageKind, protoreflect.GroupKind:
		return "type.googleapis.com/" + string(f.Message().FullName())
	default:
		return "TYPE_" + strings.ToUpper(f.Kind().String())
	}
}

func showJSON(value any) string {
	raw, err := json.Marshal(value)
	if err != nil {
		return "?"
	}
	return string(raw)
}

func parentPath(at string) string {
	if i := strings.LastIndexByte(at, '.'); i >= 0 {
		return at[:i]
	}
	return at
}
