package gcp

import (
	"context"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"
)

// unary is the chain as a gRPC interceptor.
func (ch *chain) unary(ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoker grpc.UnaryInvoker, opts ...grpc.CallOption) error {
	c := callFrom(ctx)
	if c == nil {
		c = &call{class: classOfRPC(method), cost: 1}
	}
	if c.op == "" {
		c.op = method[strings.LastIndex(method, "/")+1:]
	}
	if c.api == "" {
		c.api = apiOfRPC(method)
	}
	c.mutates = mutatesRPC(method)
	return ch.do(ctx, c, func(ctx context.Context, header map[string]string) error {
		for key, value := range header {
			ctx = metadata.AppendToOutgoingContext(ctx, key, value)
		}
		if m, ok := reply.(proto.Message); ok {
			proto.Reset(m)
		}
		logBody(ctx, c, "request", req)
		err := invoker(ctx, method, req, reply, cc, opts...)
		if err == nil {
			logBody(ctx, c, "reply", reply)
		}
		return err
	})
}

// apiOfRPC turns /google.monitoring.v3.AlertPolicyService/X into monitoring.
func apiOfRPC(method string) string {
	parts := strings.Split(strings.TrimPrefix(method, "/"), ".")
	if len(parts) > 1 && parts[0] == "google" {
		return parts[1]
	}
	return parts[0]
}
