package emulator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
)

// transcoded serves the REST form of one gRPC method, as its google.api.http
// annotation maps it.
type transcoded struct {
	service  *registeredService // nil: a service of the API that no kind registers
	handler  *grpc.MethodDesc
	method   protoreflect.MethodDescriptor
	bodyPath string
}

func (m *transcoded) owner() *kind {
	if m.service == nil {
		return nil
	}
	return m.service.kind
}

// loggable is the whole body: what a proto describes is JSON.
func (*transcoded) loggable(r *restRequest) json.RawMessage { return r.body }

// registerTranscoded adds the REST form of every service of the packages whose
// services the kinds registered. Those that none registered answer 501 by name.
func (s *Server) registerTranscoded() error {
	hosts := map[protoreflect.FullName]string{}
	registered := map[protoreflect.FullName]*registeredService{}
	for i := range s.services {
		svc := &s.services[i]
		name := protoreflect.FullName(svc.desc.ServiceName)
		registered[name] = svc
		hosts[name.Parent()] = svc.kind.host
	}
	var failed error
	for pkg, host := range hosts {
		protoregistry.GlobalFiles.RangeFilesByPackage(pkg, func(fd protoreflect.FileDescriptor) bool {
			for i := range fd.Services().Len() {
				sd := fd.Services().Get(i)
				for j := range sd.Methods().Len() {
					if err := s.addTranscoded(host, registered[sd.FullName()], sd.Methods().Get(j)); err != nil {
						failed = errors.Join(failed, err)
					}
				}
			}
			return true
		})
	}
	return failed
}

func (s *Server) addTranscoded(host string, svc *registeredService, md protoreflect.MethodDescriptor) error {
	rule, ok := proto.GetExtension(md.Options(), annotations.E_Http).(*annotations.HttpRule)
	if !ok || rule == nil {
		return nil
	}
	var handler *grpc.MethodDesc
	if svc != nil {
		for i := range svc.desc.Methods {
			if svc.desc.Methods[i].MethodName == string(md.Name()) {
				handler = &svc.desc.Methods[i]
			}
		}
	}
	for _, r := range append([]*annotations.HttpRule{rule}, rule.GetAdditionalBindings()...) {
		verb, path := bindingOf(r)
		m := &transcoded{service: svc, handler: handler, method: md, bodyPath: r.GetBody()}
		if err := s.api.add(host, verb, path, string(md.Name()), m); err != nil {
			return err
		}
		if svc == nil || svc.kind.preview == nil {
			continue
		}
		_, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
		second := &previewed{transcoded: m, preview: svc.kind.preview}
		if err := s.api.add(host, verb, "/"+svc.kind.preview.version+"/"+rest, string(md.Name()), second); err != nil {
			return err
		}
	}
	return nil
}

// previewed serves a method under the second version of its API.
type previewed struct {
	*transcoded
	preview *preview
}

func (m *previewed) prepare(s *Server, r *restRequest) (string, func(context.Context) (any, error), error) {
	resource, handle, err := m.transcoded.prepare(s, r)
	if err != nil {
		return resource, nil, err
	}
	return resource, func(ctx context.Context) (any, error) {
		value, err := handle(ctx)
		message, ok := value.(proto.Message)
		if err != nil || !ok {
			return value, err
		}
		return m.preview.reply(message)
	}, nil
}

func bindingOf(r *annotations.HttpRule) (verb, path string) {
	switch p := r.GetPattern().(type) {
	case *annotations.HttpRule_Get:
		return "GET", p.Get
	case *annotations.HttpRule_Put:
		return "PUT", p.Put
	case *annotations.HttpRule_Post:
		return "POST", p.Post
	case *annotations.HttpRule_Delete:
		return "DELETE", p.Delete
	case *annotations.HttpRule_Patch:
		return "PATCH", p.Patch
	case *annotations.HttpRule_Custom:
		return p.Custom.GetKind(), p.Custom.GetPath()
	}
	return "", ""
}

func (m *transcoded) prepare(_ *Server, r *restRequest) (string, func(context.Context) (any, error), error) {
	resource := ""
	for _, v := range r.vars {
		resource = v
	}
	if m.handler == nil {
		return resource, nil, errNotModelledMethod(m.method.FullName())
	}
	typ, err := protoregistry.GlobalTypes.FindMessageByName(m.method.Input().FullName())
	if err != nil {
		return resource, nil, err
	}
	msg := typ.New()
	if err := m.readBody(msg, r.body); err != nil {
		return resource, nil, err
	}
	if err := m.readQuery(msg, r.query); err != nil {
		return resource, nil, err
	}
	for path, value := range r.vars {
		if err := setString(msg, path, value); err != nil {
			return resource, nil, err
		}
	}
	if named := resourceOf(msg); named != "" {
		resource = named
	}
	return resource, func(ctx context.Context) (any, error) {
		decode := func(into any) error {
			target, ok := into.(proto.Message)
			if !ok {
				return status.Error(codes.Internal, "Internal error encountered.")
			}
			proto.Merge(target, msg.Interface())
			return nil
		}
		reply, err := m.handler.Handler(m.service.impl, ctx, decode, nil)
		return reply, rewordUnimplemented(err, m.method.FullName())
	}, nil
}

// readBody parses the body into the message, or into the field that the
// annotation names.
func (m *transcoded) readBody(msg protoreflect.Message, body []byte) error {
	if text := strings.TrimSpace(string(body)); text == "" || text == "null" {
		return nil
	}
	target, at := msg, ""
	switch m.bodyPath {
	case "":
		if strings.TrimSpace(string(body)) == "{}" {
			return nil
		}
		return invalid("Invalid JSON payload received. The method %s takes no request body.", m.method.Name())
	case "*":
	default:
		field := msg.Descriptor().Fields().ByName(protoreflect.Name(m.bodyPath))
		if field == nil || field.Kind() != protoreflect.MessageKind || field.IsList() || field.IsMap() {
			return notModelled("the request body of %s", m.method.FullName())
		}
		target, at = msg.Mutable(field).Message(), m.bodyPath
	}
	value, err := parseJSON(body)
	if err != nil {
		return err
	}
	if err := checkMessage(value, target.Descriptor(), at); err != nil {
		return err
	}
	if err := protojson.Unmarshal(body, target.Interface()); err != nil {
		return invalid("Invalid JSON payload received. %s", plainProtoError(err))
	}
	return nil
}

// readQuery sets the fields that the query names. With a body of "*" every
// field lies in the body.
func (m *transcoded) readQuery(msg protoreflect.Message, query url.Values) error {
	bindable := func(name string) bool {
		if m.bodyPath == "*" {
			return false
		}
		fields := fieldPath(msg.Descriptor(), name)
		return len(fields) > 0 && string(fields[0].Name()) != m.bodyPath && isBindable(fields[len(fields)-1])
	}
	if err := checkQuery(query, bindable); err != nil {
		return err
	}
	names := make([]string, 0, len(query))
	for name := range query {
		if bindable(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		fields := fieldPath(msg.Descriptor(), name)
		target := msg
		for _, f := range fields[:len(fields)-1] {
			target = target.Mutable(f).Message()
		}
		if err := setFromQuery(target, fields[len(fields)-1], name, query[name]); err != nil {
			return err
		}
	}
	return nil
}

// fieldPath resolves a dotted query parameter, each part in camelCase or as
// named in the proto.
func fieldPath(md protoreflect.MessageDescriptor, path string) []protoreflect.FieldDescriptor {
	var out []protoreflect.FieldDescriptor
	for _, part := range strings.Split(path, ".") {
		if md == nil {
			return nil
		}
		f := fieldByAnyName(md, part)
		if f == nil {
			return nil
		}
		out = append(out, f)
		md = nil
		if f.Kind() == protoreflect.MessageKind && !f.IsList() && !f.IsMap() {
			md = f.Message()
		}
	}
	return out
}

func fieldByAnyName(md protoreflect.MessageDescriptor, name string) protoreflect.FieldDescriptor {
	if f := md.Fields().ByJSONName(name); f != nil {
		return f
	}
	return md.Fields().ByName(protoreflect.Name(name))
}

// isBindable tells whether a query parameter can hold the field: scalars, enums
// and messages whose JSON is a string.
func isBindable(f protoreflect.FieldDescriptor) bool {
	if f.IsMap() {
		return false
	}
	if f.Kind() != protoreflect.MessageKind {
		return f.Kind() != protoreflect.GroupKind
	}
	switch f.Message().FullName() {
	case "google.protobuf.FieldMask", "google.protobuf.Timestamp", "google.protobuf.Duration":
		return true
	}
	return false
}

func setFromQuery(msg protoreflect.Message, f protoreflect.FieldDescriptor, name string, values []string) error {
	if f.Kind() == protoreflect.MessageKind && f.Message().FullName() == "google.protobuf.FieldMask" {
		return setFieldMask(msg, f, values)
	}
	if !f.IsList() {
		values = values[len(values)-1:]
	}
	for _, value := range values {
		literal, err := queryLiteral(f, value)
		if err != nil {
			return err
		}
		if f.IsList() {
			literal = "[" + literal + "]"
		}
		part := msg.New().Interface()
		if err := protojson.Unmarshal([]byte(`{"`+f.JSONName()+`":`+literal+`}`), part); err != nil {
			return badRequest([]string{fmt.Sprintf("Invalid value at '%s' (%s), %q", f.Name(), typeName(f), value)}, []string{string(f.Name())})
		}
		proto.Merge(msg.Interface(), part)
	}
	_ = name
	return nil
}

func queryLiteral(f protoreflect.FieldDescriptor, value string) (string, error) {
	if f.Kind() == protoreflect.BoolKind {
		switch strings.ToLower(value) { // gcloud sends False
		case "true", "1":
			return "true", nil
		case "false", "0":
			return "false", nil
		}
		return "", badRequest([]string{fmt.Sprintf("Invalid value at '%s' (TYPE_BOOL), %q", f.Name(), value)}, []string{string(f.Name())})
	}
	if f.Kind() == protoreflect.EnumKind && value != "" && strings.Trim(value, "0123456789") == "" {
		return value, nil
	}
	raw, err := json.Marshal(value)
	return string(raw), err
}

// setFieldMask reads comma-separated paths in camelCase or snake_case. Whether
// they exist is for the method to say.
func setFieldMask(msg protoreflect.Message, f protoreflect.FieldDescriptor, values []string) error {
	mask := msg.Mutable(f).Message()
	paths := mask.Mutable(mask.Descriptor().Fields().ByName("paths")).List()
	for _, value := range values {
		for _, path := range strings.Split(value, ",") {
			if path = strings.TrimSpace(path); path != "" {
				paths.Append(protoreflect.ValueOfString(snakePath(path)))
			}
		}
	}
	return nil
}

// snakePath turns camelCase into snake_case, as the JSON form of a FieldMask
// demands; what is snake_case already stays.
func snakePath(path string) string {
	var out strings.Builder
	for _, r := range path {
		if r >= 'A' && r <= 'Z' {
			out.WriteByte('_')
			r += 'a' - 'A'
		}
		out.WriteRune(r)
	}
	return out.String()
}

// setString sets a string field by its dotted path from the URL's path.
func setString(msg protoreflect.Message, path, value string) error {
	fields := fieldPath(msg.Descriptor(), path)
	if len(fields) == 0 || fields[len(fields)-1].Kind() != protoreflect.StringKind {
		return status.Errorf(codes.Internal, "The path variable %q is not a string field.", path)
	}
	for _, f := range fields[:len(fields)-1] {
		msg = msg.Mutable(f).Message()
	}
	msg.Set(fields[len(fields)-1], protoreflect.ValueOfString(value))
	return nil
}

func errNotModelledMethod(name protoreflect.FullName) error {
	return notModelled("the method %s", name)
}

// rewordUnimplemented names the method in what the generated base types answer
// for a method that a kind does not override.
func rewordUnimplemented(err error, name protoreflect.FullName) error {
	if st, ok := status.FromError(err); ok && st.Code() == codes.Unimplemented &&
		strings.HasPrefix(st.Message(), "method ") && strings.HasSuffix(st.Message(), " not implemented") {
		return errNotModelledMethod(name)
	}
	return err
}
