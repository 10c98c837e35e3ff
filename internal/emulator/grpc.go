package emulator

import (
	"context"
	"net"
	"net/http"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// registeredService is a gRPC service of a kind.
type registeredService struct {
	desc *grpc.ServiceDesc
	impl any
	kind *kind
}

// registrar hands a kind's services to the gRPC server and remembers them for
// the REST form.
type registrar struct {
	s    *Server
	kind *kind
}

// RegisterService implements grpc.ServiceRegistrar.
func (r registrar) RegisterService(desc *grpc.ServiceDesc, impl any) {
	r.s.grpc.RegisterService(desc, impl)
	r.s.services = append(r.s.services, registeredService{desc: desc, impl: impl, kind: r.kind})
}

// registerKinds builds the routes of every kind.
func (s *Server) registerKinds() error {
	all := s.kinds()
	for i := range all {
		k := &all[i]
		if k.register != nil {
			k.register(s, registrar{s: s, kind: k})
		}
		if k.routes == nil {
			continue
		}
		for _, rt := range k.routes(s) {
			if err := s.api.add(k.host, rt.method, rt.path, rt.rpc, restMethod{kind: k, route: rt}); err != nil {
				return err
			}
		}
	}
	return s.registerTranscoded()
}

// interceptGRPC takes every gRPC call through the server's pipeline.
func (s *Server) interceptGRPC(ctx context.Context, req any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	c := s.messageCall(info.FullMethod, req)
	c.transport, c.path = "grpc", info.FullMethod
	c.conn, _ = ctx.Value(connKey{}).(net.Conn)
	name := protoreflect.FullName(strings.ReplaceAll(strings.TrimPrefix(info.FullMethod, "/"), "/", "."))
	value, err := s.run(ctx, c, func(ctx context.Context) (any, error) {
		value, err := handler(ctx, req)
		return value, rewordUnimplemented(err, name)
	})
	switch c.outcome {
	case reply:
		return value, err
	case truncateReply:
		_ = grpc.SendHeader(ctx, nil)
	case dropReply:
	}
	closeConn(c.conn)
	return nil, errDropped
}

// messageCall describes a call by its gRPC method and request message.
func (s *Server) messageCall(fullMethod string, req any) *call {
	c := &call{method: http.MethodPost, rpc: fullMethod[strings.LastIndex(fullMethod, "/")+1:]}
	if svc := s.serviceOf(fullMethod); svc != nil {
		c.host, c.kind = svc.kind.host, svc.kind
		if m, ok := req.(proto.Message); ok {
			c.resource = resourceOf(m.ProtoReflect())
			c.serial = s.serialKey(svc.kind, c.rpc, c.resource)
			if isWrite(c.rpc) {
				c.body, _ = protojson.Marshal(m)
			}
		}
	}
	if verb := s.api.verbOf(c.rpc); verb != "" {
		c.method = verb
	}
	return c
}

func (s *Server) serviceOf(fullMethod string) *registeredService {
	service, _, _ := strings.Cut(strings.TrimPrefix(fullMethod, "/"), "/")
	for i := range s.services {
		if s.services[i].desc.ServiceName == service {
			return &s.services[i]
		}
	}
	return nil
}

// unknownGRPC answers methods of services that no kind registers.
func (s *Server) unknownGRPC(_ any, stream grpc.ServerStream) error {
	method, _ := grpc.MethodFromServerStream(stream)
	c := &call{transport: "grpc", method: http.MethodPost, path: method, rpc: method[strings.LastIndex(method, "/")+1:]}
	c.conn, _ = stream.Context().Value(connKey{}).(net.Conn)
	for _, svc := range s.services {
		if strings.HasPrefix(method, "/"+string(protoreflect.FullName(svc.desc.ServiceName).Parent())+".") {
			c.host = svc.kind.host
		}
	}
	_, err := s.run(stream.Context(), c, func(context.Context) (any, error) {
		return nil, notModelled("the gRPC method %s", strings.TrimPrefix(method, "/"))
	})
	if c.outcome != reply {
		closeConn(c.conn)
	}
	return err
}

// closeConn cuts a client's connection, so that it sees what a crashed server
// or a lost network shows, and not an orderly error.
func closeConn(c net.Conn) {
	if c != nil {
		_ = c.Close()
	}
}

// isWrite tells whether a method changes something, by the verbs of
// https://google.aip.dev/130.
func isWrite(rpc string) bool {
	for _, verb := range []string{"Get", "Label", "List", "Query", "Read", "Search", "Test", "Wait"} {
		if strings.HasPrefix(rpc, verb) {
			return false
		}
	}
	return true
}

// resourceOf returns the name or the parent that a request message carries,
// at its top or in the object of an update.
func resourceOf(m protoreflect.Message) string {
	fields := m.Descriptor().Fields()
	for _, name := range []protoreflect.Name{"name", "parent"} {
		if f := fields.ByName(name); f != nil && f.Kind() == protoreflect.StringKind && !f.IsList() {
			if v := m.Get(f).String(); v != "" {
				return v
			}
		}
	}
	for i := range fields.Len() {
		f := fields.Get(i)
		if f.Kind() != protoreflect.MessageKind || f.IsList() || f.IsMap() || !m.Has(f) {
			continue
		}
		sub := m.Get(f).Message()
		if n := sub.Descriptor().Fields().ByName("name"); n != nil && n.Kind() == protoreflect.StringKind {
			if v := sub.Get(n).String(); v != "" {
				return v
			}
		}
	}
	return ""
}

// projectOf returns the id or number in a name that starts with projects/, or "".
func projectOf(name string) string {
	rest, ok := strings.CutPrefix(name, "projects/")
	if !ok {
		return ""
	}
	project, _, _ := strings.Cut(rest, "/")
	return project
}
