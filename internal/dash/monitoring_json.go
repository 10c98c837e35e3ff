package dash

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"cloud.google.com/go/monitoring/dashboard/apiv1/dashboardpb"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// ParseMonitoringJSON reads a dashboard in the JSON of the Cloud Monitoring API,
// version 1, as google_monitoring_dashboard has it and the console exports it.
// Enums are names or numbers. A field that the API's published definition does
// not have is an error that names it, since it could not be sent, unless it is
// empty: the console exports many of those.
func ParseMonitoringJSON(s string) (*dashboardpb.Dashboard, error) {
	pb := &dashboardpb.Dashboard{}
	if err := parseJSON(s, pb); err != nil {
		return nil, err
	}
	return pb, nil
}

func parseWidget(s string) (*dashboardpb.Widget, error) {
	if s == "" {
		return nil, errors.New("the tile has no widget for Cloud Monitoring")
	}
	w := &dashboardpb.Widget{}
	if err := parseJSON(s, w); err != nil {
		return nil, err
	}
	return w, nil
}

func parseJSON(s string, m proto.Message) error {
	err := protojson.Unmarshal([]byte(s), m)
	if err == nil {
		return nil
	}
	what := strings.ToLower(string(m.ProtoReflect().Descriptor().Name()))
	if stripped, unknown, ok := stripUnknown(s, m.ProtoReflect().Descriptor()); ok {
		if len(unknown) > 0 {
			return fmt.Errorf("the JSON has fields that the published API of Cloud Monitoring does not have: %s", strings.Join(unknown, ", "))
		}
		proto.Reset(m)
		if protojson.Unmarshal(stripped, m) == nil {
			return nil
		}
	}
	// The library varies the space after its prefix, so that nobody relies on it.
	text := strings.ReplaceAll(err.Error(), "\u00a0", " ")
	text = strings.TrimSpace(strings.TrimPrefix(text, "proto:"))
	return fmt.Errorf("this is not the JSON of a %s of Cloud Monitoring: %s", what, text)
}

// MonitoringJSON writes a dashboard in the JSON of the Cloud Monitoring API. The
// same meaning gives the same bytes: it is [Canonical], with keys in order and
// without spaces. Name and etag are written when pb has them.
func MonitoringJSON(pb *dashboardpb.Dashboard) (string, error) {
	if pb == nil {
		return "{}", nil
	}
	canonical := Canonical(pb)
	canonical.Name, canonical.Etag = pb.GetName(), pb.GetEtag()
	return stableJSON(canonical)
}

// widgetJSON is MonitoringJSON for one widget.
func widgetJSON(w *dashboardpb.Widget) (string, error) {
	w = cloneWidget(w)
	canonicalWidget(w)
	return stableJSON(w)
}

// stableJSON writes what protojson does, without the spaces that it varies.
func stableJSON(m proto.Message) (string, error) {
	text, err := protojson.Marshal(m)
	if err != nil {
		return "", fmt.Errorf("the dashboard can't be written as JSON: %w", err)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return "", fmt.Errorf("the dashboard can't be written as JSON: %w", err)
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return "", fmt.Errorf("the dashboard can't be written as JSON: %w", err)
	}
	return strings.TrimSuffix(out.String(), "\n"), nil
}

// EqualMonitoringJSON compares two dashboards in JSON by meaning, as [Equal]
// does. What is no dashboard equals only itself.
func EqualMonitoringJSON(a, b string) bool {
	if a == b {
		return true
	}
	first, err := ParseMonitoringJSON(a)
	if err != nil {
		return false
	}
	second, err := ParseMonitoringJSON(b)
	return err == nil && Equal(first, second)
}

// EqualWidgetJSON compares two widgets in JSON by meaning. What is no widget
// equals what is the same JSON: panels of Grafana are compared so, and only the
// order of keys and spaces don't matter for them.
func EqualWidgetJSON(a, b string) bool {
	if a == b {
		return true
	}
	first, err := parseWidget(a)
	second, otherErr := parseWidget(b)
	if err == nil && otherErr == nil {
		canonicalWidget(first)
		canonicalWidget(second)
		return proto.Equal(first, second)
	}
	return err != nil && otherErr != nil && sameJSON(a, b)
}

func sameJSON(a, b string) bool {
	first, ok := compactJSON(a)
	if !ok {
		return false
	}
	second, ok := compactJSON(b)
	return ok && first == second
}

// compactJSON writes any JSON with its keys in order and without spaces.
func compactJSON(s string) (string, bool) {
	decoder := json.NewDecoder(strings.NewReader(s))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil || decoder.More() {
		return "", false
	}
	text, err := json.Marshal(value)
	return string(text), err == nil
}
