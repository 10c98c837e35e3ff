package emulator

import (
	"reflect"
	"slices"
	"strings"

	"sigs.k8s.io/structured-merge-diff/v6/schema"
)

// ParseFilter lets the fuzz test reach the filter parser and the path resolver
// without a server.
func ParseFilter(text string) (terms int, err error) {
	node, err := parseFilter(text)
	return len(filterTerms(node)), err
}

// CheckLogFilter lets the fuzz test reach the check of Logging queries.
func CheckLogFilter(text string) error { return checkLogFilter(text) }

// PromMetrics lets a test reach the metric names of a query.
func PromMetrics(query string) []string { return promMetrics(query) }

// KubeStructure renders the structure that server-side apply knows of a built-in
// kind: for each path of fields, what lies there.
func KubeStructure(kind string) map[string]string {
	s := &kubeSchema{names: map[reflect.Type]string{}}
	for _, t := range kubeTypes() {
		if t.kind == kind {
			s.define(reflect.TypeOf(t.fresh()).Elem())
			return StructureOf(&schema.Schema{Types: s.types}, s.names[reflect.TypeOf(t.fresh()).Elem()])
		}
	}
	return nil
}

// StructureOf walks a schema from one of its types.
func StructureOf(s *schema.Schema, root string) map[string]string {
	out := map[string]string{}
	var walk func(path string, r schema.TypeRef, within []string)
	walk = func(path string, r schema.TypeRef, within []string) {
		if r.NamedType != nil {
			if slices.Contains(within, *r.NamedType) {
				return
			}
			within = append(slices.Clone(within), *r.NamedType)
		}
		a, ok := s.Resolve(r)
		switch {
		case !ok:
			out[path] = "unknown"
		case a.List != nil && a.Map == nil:
			out[path] = "list " + string(a.List.ElementRelationship) + " " + strings.Join(a.Keys, ",")
			walk(path+"[]", a.List.ElementType, within)
		case a.Map != nil:
			kind := "map"
			if a.Map.ElementRelationship == schema.Atomic {
				kind = "whole"
			}
			out[path] = kind
			for _, f := range a.Fields {
				walk(path+"."+f.Name, f.Type, within)
			}
			of := a.Map.ElementType
			if len(a.Fields) == 0 && of.Inlined.List == nil && (of.NamedType == nil || !strings.Contains(*of.NamedType, "deduced")) {
				walk(path+"{}", a.Map.ElementType, within)
			}
		case a.Scalar != nil:
			out[path] = string(*a.Scalar)
		}
	}
	walk("", schema.TypeRef{NamedType: &root}, nil)
	return out
}
