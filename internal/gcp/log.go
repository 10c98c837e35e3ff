package gcp

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflog"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// subsystem is the name under which this package logs.
const subsystem = "gcp"

// logFields are the fields of requests and replies that may be logged. A field
// that is not listed is left out: labels hold service keys and tokens.
var logFields = []string{
	"name", "displayName", "type", "combiner", "enabled", "severity", "notificationChannels", "notificationChannel",
	"conditions", "alertPolicy", "alertPolicies", "notificationChannelStrategy", "alertStrategy", "notificationChannelNames",
	"updateMask", "filter", "pageSize", "force", "verificationStatus", "mutationRecord", "creationRecord", "mutateTime",
	"done", "state", "projectId", "bindings", "role", "version", "policy",
}

// maxLogged bounds one logged string, in bytes.
const maxLogged = 300

func logger(ctx context.Context) context.Context { return tflog.NewSubsystem(ctx, subsystem) }

func logAttempt(ctx context.Context, c *call, attempt int, took time.Duration, e *Error) {
	fields := map[string]any{
		"method": c.op, "resource": c.resource, "attempt": attempt, "duration_ms": took.Milliseconds(), "status": "OK",
	}
	if e != nil {
		fields["status"], fields["http_status"], fields["error"] = codeName(e.Code), e.HTTPStatus, e.Message
		if e.Reason != "" {
			fields["reason"] = e.Reason
		}
	}
	tflog.SubsystemDebug(logger(ctx), subsystem, "Called Google Cloud", fields)
}

func logRetry(ctx context.Context, c *call, attempt int, wait time.Duration, e *Error) {
	tflog.SubsystemInfo(logger(ctx), subsystem, "Waiting before the next attempt", map[string]any{
		"method": c.op, "resource": c.resource, "attempt": attempt, "wait_ms": wait.Milliseconds(),
		"hint_ms": e.RetryDelay.Milliseconds(), "status": codeName(e.Code),
	})
}

func logLook(ctx context.Context, c *call, found bool, err error) {
	fields := map[string]any{"method": c.op, "resource": c.resource, "found": found}
	if err != nil {
		fields["error"] = maskAll(err.Error(), c.secrets)
	}
	tflog.SubsystemInfo(logger(ctx), subsystem, "Looked for what a create without a reply had made", fields)
}

func logBody(ctx context.Context, c *call, what string, body any) {
	tflog.SubsystemTrace(logger(ctx), subsystem, "Body of a call", map[string]any{
		"method": c.op, "resource": c.resource, what: loggedBody{body},
	})
}

// loggedBody is turned into text only where TRACE is on.
type loggedBody struct{ body any }

// MarshalText implements [encoding.TextMarshaler]. It has no error to return:
// a log line is written either way.
func (l loggedBody) MarshalText() ([]byte, error) {
	text, ok := l.body.([]byte)
	if m, isProto := l.body.(proto.Message); isProto {
		encoded, err := protojson.Marshal(m)
		text, ok = encoded, err == nil
	}
	if !ok {
		return []byte("(not printable)"), nil
	}
	var v any
	if err := json.Unmarshal(text, &v); err == nil {
		return json.Marshal(allowed(v))
	}
	return []byte("(not JSON)"), nil
}

// allowed keeps the listed fields, at every depth.
func allowed(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for key, value := range v {
			if slices.Contains(logFields, key) {
				out[key] = allowed(value)
			}
		}
		return out
	case []any:
		out := make([]any, 0, len(v))
		for _, value := range v {
			out = append(out, allowed(value))
		}
		return out
	case string:
		if len(v) > maxLogged {
			return v[:maxLogged] + "…"
		}
		return v
	default:
		return v
	}
}
