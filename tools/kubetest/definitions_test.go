//go:build kubeapiserver

package kubetest_test

import "k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

const monitoringGroup = "monitoring.googleapis.com"

type object = map[string]any

// The kinds of Managed Service for Prometheus as its operator defines them
// (GoogleCloudPlatform/prometheus-engine, API version v1): the fields that an
// environment or a tenant may set, with their types, bounds, defaults and rules.
// Authorization and TLS of scraping are left out, and so is every older version;
// a field that is not here is refused under strict validation.

var (
	str      = object{"type": "string"}
	integer  = object{"type": "integer", "format": "int64"}
	textMap  = object{"type": "object", "additionalProperties": str}
	duration = object{"type": "string", "format": "duration"}
)

func with(field, more object) object {
	out := object{}
	for key, value := range field {
		out[key] = value
	}
	for key, value := range more {
		out[key] = value
	}
	return out
}

func list(of object) object { return object{"type": "array", "items": of} }

func fields(required []any, properties object) object {
	schema := object{"type": "object", "properties": properties}
	if len(required) > 0 {
		schema["required"] = required
	}
	return schema
}

// holds is a field with a rule in CEL.
func holds(field object, rule, message string) object {
	rules, _ := field["x-kubernetes-validations"].([]any)
	return with(field, object{"x-kubernetes-validations": append(rules[:len(rules):len(rules)], object{"rule": rule, "message": message})})
}

// ownLabel is the name of a label that a target may be given.
func ownLabel() object {
	return holds(with(str, object{"pattern": `^[a-zA-Z_][a-zA-Z0-9_]*$`}),
		`!(self in ['project_id', 'location', 'cluster', 'namespace', 'job', 'instance', 'top_level_controller', 'top_level_controller_type', '__address__'])`,
		"cannot relabel onto a protected label")
}

func endpoint() object {
	relabeling := holds(fields(nil, object{
		"action": with(str, object{"enum": []any{
			"replace", "lowercase", "uppercase", "keep", "drop", "keepequal", "dropequal", "hashmod", "labeldrop", "labelkeep",
		}}),
		"modulus": integer, "regex": with(str, object{"maxLength": int64(10000)}), "replacement": str, "separator": str,
		"sourceLabels": with(list(with(str, object{"pattern": `^[a-zA-Z_][a-zA-Z0-9_]*$`})), object{"maxItems": int64(100)}),
		"targetLabel":  ownLabel(),
	}), "!has(self.action) || self.action != 'labeldrop' || has(self.regex)", "labeldrop needs a regex")
	port := holds(object{
		"anyOf": []any{object{"type": "integer"}, object{"type": "string"}}, "x-kubernetes-int-or-string": true,
		"minLength": int64(1), "maxLength": int64(253),
	}, "self != 0", "Port is required")
	return holds(fields([]any{"interval", "port"}, object{
		"port": port, "path": str, "interval": duration, "timeout": duration,
		"scheme": with(str, object{"enum": []any{"http", "https"}}), "params": object{"type": "object", "additionalProperties": list(str)},
		"metricRelabeling": with(list(relabeling), object{"maxItems": int64(250)}),
	}), "!has(self.timeout) || self.timeout <= self.interval", "scrape timeout must not be greater than scrape interval")
}

func podMonitoring(metadata ...any) object {
	expression := fields([]any{"key", "operator"}, object{"key": str, "operator": str, "values": with(list(str), atomicList)})
	var defaults []any
	for _, label := range metadata {
		if label != "node" {
			defaults = append(defaults, label)
		}
	}
	return fields([]any{"endpoints", "selector"}, object{
		"endpoints": with(list(endpoint()), object{"minItems": int64(1), "maxItems": int64(10)}),
		"selector": with(fields(nil, object{"matchExpressions": with(list(expression), atomicList), "matchLabels": textMap}),
			object{"x-kubernetes-map-type": "atomic"}),
		"targetLabels": with(fields(nil, object{
			"metadata": with(list(with(str, object{"enum": metadata})), object{"default": defaults, "x-kubernetes-list-type": "set"}),
			"fromPod":  with(list(fields([]any{"from"}, object{"from": str, "to": ownLabel()})), object{"maxItems": int64(100)}),
		}), object{"default": object{}}),
		"limits":        fields(nil, object{"labelNameLength": integer, "labelValueLength": integer, "labels": integer, "samples": integer}),
		"filterRunning": object{"type": "boolean"},
	})
}

var atomicList = object{"x-kubernetes-list-type": "atomic"}

func rules() object {
	rule := holds(fields([]any{"expr"}, object{
		"record": with(str, object{"pattern": `^[a-zA-Z_:][a-zA-Z0-9_:]*$`}), "alert": str, "expr": str, "for": duration,
		"labels": textMap, "annotations": textMap,
	}), "has(self.record) != has(self.alert)", "Must set exactly one of Record or Alert")
	rule = holds(rule, "!has(self.annotations) || has(self.alert)", "Annotations are only allowed for alerting rules")
	return fields([]any{"groups"}, object{
		"groups": list(fields([]any{"name", "rules"}, object{
			"name": str, "interval": with(duration, object{"default": "1m"}), "rules": with(list(rule), object{"minItems": int64(1)}),
		})),
	})
}

func definitions() []*unstructured.Unstructured {
	const controller, controllerType = "top_level_controller_name", "top_level_controller_type"
	return []*unstructured.Unstructured{
		definition("ClusterPodMonitoring", "clusterpodmonitorings", "clusterpodmonitoring", "Cluster",
			podMonitoring("container", "namespace", "node", "pod", controller, controllerType)),
		definition("PodMonitoring", "podmonitorings", "podmonitoring", "Namespaced",
			podMonitoring("container", "node", "pod", controller, controllerType)),
		definition("ClusterRules", "clusterrules", "clusterrules", "Cluster", rules()),
		definition("GlobalRules", "globalrules", "globalrules", "Cluster", rules()),
		definition("Rules", "rules", "rules", "Namespaced", rules()),
	}
}

func definition(kind, plural, singular, scope string, spec object) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: object{
		"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
		"metadata": object{"name": plural + "." + monitoringGroup},
		"spec": object{
			"group": monitoringGroup, "scope": scope,
			"names": object{"kind": kind, "plural": plural, "singular": singular, "listKind": kind + "List"},
			"versions": []any{object{
				"name": "v1", "served": true, "storage": true, "subresources": object{"status": object{}},
				"schema": object{"openAPIV3Schema": fields([]any{"spec"}, object{
					"apiVersion": str, "kind": str, "metadata": object{"type": "object"}, "spec": spec,
					"status": fields(nil, object{"observedGeneration": integer}),
				})},
			}},
		},
	}}
}
