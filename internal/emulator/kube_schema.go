package emulator

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	nodev1 "k8s.io/api/node/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"sigs.k8s.io/structured-merge-diff/v6/schema"
	"sigs.k8s.io/structured-merge-diff/v6/typed"
)

// kindsSchema knows the structure of the kinds, for server-side
// apply: which lists have keys, and what is replaced as a whole. It is derived
// from the kinds' Go types. client-go has it as a document as well, with all of
// Kubernetes' other types, which would make the binary a third larger; a test
// holds the two against each other. The kinds of Managed Prometheus are derived
// as well, as a server does from their definitions.
var kindsSchema = sync.OnceValues(func() (managedfields.TypeConverter, error) {
	known := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		batchv1.AddToScheme, corev1.AddToScheme, networkingv1.AddToScheme, nodev1.AddToScheme, rbacv1.AddToScheme,
	} {
		if err := add(known); err != nil {
			return nil, err
		}
	}
	s := &kubeSchema{names: map[reflect.Type]string{}}
	for _, t := range kubeTypes() {
		if t.custom {
			known.AddKnownTypeWithName(t.gvk(), &unstructured.Unstructured{})
		}
		name, err := known.ToOpenAPIDefinitionName(t.gvk())
		if err != nil {
			return nil, err
		}
		root := reflect.TypeOf(t.fresh()).Elem()
		s.names[root] = name
	}
	for _, t := range kubeTypes() {
		// Two kinds may have one Go type, as Rules and ClusterRules do.
		root := reflect.TypeOf(t.fresh()).Elem()
		if name, err := known.ToOpenAPIDefinitionName(t.gvk()); err == nil && s.names[root] != name {
			own := schema.TypeDef{Name: name, Atom: schema.Atom{Map: &schema.Map{Fields: s.fields(root, root.Name())}}}
			s.types = append(s.types, own)
			continue
		}
		s.define(root)
	}
	s.types = append(s.types, schema.TypeDef{Name: deduced, Atom: anything().Inlined})
	return managedfields.NewSchemeTypeConverter(known, &typed.Parser{Schema: schema.Schema{Types: s.types}}), nil
})

// kubeSchema derives the structure of Go types.
type kubeSchema struct {
	names map[reflect.Type]string
	done  []reflect.Type
	types []schema.TypeDef
}

// wholeTypes are the structs, and wholeMaps the maps, that are replaced as a
// whole; the Go types say so in comments alone.
var (
	wholeTypes = map[string]bool{
		"ConfigMapKeySelector": true, "EvictionResponder": true, "FileKeySelector": true, "LabelSelector": true, "LocalObjectReference": true,
		"NodeSelector": true, "NodeSelectorTerm": true, "ObjectFieldSelector": true, "ObjectReference": true, "OwnerReference": true,
		"ResourceFieldSelector": true, "RoleRef": true, "ScopeSelector": true, "SecretKeySelector": true, "SecretReference": true,
		"Subject": true, "TypedLocalObjectReference": true,
	}
	wholeMaps = map[string]bool{"PodSpec.nodeSelector": true, "Scheduling.nodeSelector": true}
)

// listKeys are the keys of lists whose comments say something else than their
// tags: other keys, a set of scalars, or a list that is replaced as a whole.
var listKeys = map[string]string{
	"Container.ports":                               "containerPort,protocol",
	"EphemeralContainerCommon.ports":                "containerPort,protocol",
	"PodSpec.topologySpreadConstraints":             "topologyKey,whenUnsatisfiable",
	"ResourceRequirements.claims":                   "name",
	"PodFailurePolicyOnExitCodesRequirement.values": listSet,
	"ContainerRestartRuleOnExitCodes.values":        listSet,
	"VolumeMount.bindMountOptions":                  listSet,
	"UncountedTerminatedPods.failed":                listSet,
	"UncountedTerminatedPods.succeeded":             listSet,
	"JobStatus.conditions":                          listWhole,
	"targetLabels.metadata":                         listSet,
}

const (
	listSet   = "a set"
	listWhole = "as a whole"
)

// define adds the definition of a struct and returns a reference to it.
func (s *kubeSchema) define(t reflect.Type) schema.TypeRef {
	name, ok := s.names[t]
	if !ok {
		if name = t.PkgPath() + "." + t.Name(); t.Name() == "" {
			name = t.String()
		}
		s.names[t] = name
	}
	if slices.Contains(s.done, t) {
		return schema.TypeRef{NamedType: &name}
	}
	s.done = append(s.done, t)
	m := &schema.Map{}
	if wholeTypes[t.Name()] {
		m.ElementRelationship = schema.Atomic
	}
	m.Fields = s.fields(t, t.Name())
	if len(m.Fields) == 0 {
		m.ElementType = anything()
	}
	s.types = append(s.types, schema.TypeDef{Name: name, Atom: schema.Atom{Map: m}})
	return schema.TypeRef{NamedType: &name}
}

// fields are those of a struct and of what it embeds, as JSON has them.
func (s *kubeSchema) fields(t reflect.Type, in string) []schema.StructField {
	var out []schema.StructField
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name == "-":
		case name == "" && (f.Anonymous || options == "inline" || strings.Contains(options, "inline")):
			out = append(out, s.fields(f.Type, f.Type.Name())...)
		case f.IsExported():
			out = append(out, schema.StructField{Name: name, Type: s.field(f, in+"."+name), Default: defaultOf(in + "." + name)})
		}
	}
	return out
}

// defaultOf is the value that a key of a list has when it is left out.
func defaultOf(field string) any {
	if field == "ContainerPort.protocol" {
		return "TCP"
	}
	return nil
}

func (s *kubeSchema) field(f reflect.StructField, path string) schema.TypeRef {
	t := f.Type
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Slice || t.Elem().Kind() == reflect.Uint8 {
		r := s.ref(t)
		if wholeMaps[path] {
			r.Inlined.Map.ElementRelationship = schema.Atomic
		}
		return r
	}
	list := &schema.List{ElementType: s.ref(t.Elem()), ElementRelationship: schema.Atomic}
	switch keys := listKeys[path]; keys {
	case listWhole:
		return schema.TypeRef{Inlined: schema.Atom{List: list}}
	case listSet:
		list.ElementRelationship = schema.Associative
	case "":
		if !strings.Contains(f.Tag.Get("patchStrategy"), "merge") {
			break
		}
		list.ElementRelationship = schema.Associative
		if key := f.Tag.Get("patchMergeKey"); key != "" {
			list.Keys = []string{key}
		}
	default:
		list.ElementRelationship, list.Keys = schema.Associative, strings.Split(keys, ",")
	}
	return schema.TypeRef{Inlined: schema.Atom{List: list}}
}

// anything is a value that nothing is known of.
func anything() schema.TypeRef {
	untyped := schema.Untyped
	name := deduced
	of := schema.TypeRef{NamedType: &name}
	return schema.TypeRef{Inlined: schema.Atom{
		Scalar: &untyped, List: &schema.List{ElementType: of, ElementRelationship: schema.Atomic},
		Map: &schema.Map{ElementType: of, ElementRelationship: schema.Separable},
	}}
}

// deduced is the name of anything, by which it can hold itself.
const deduced = "deduced"

// ref is the structure of a type that is no list of a field.
func (s *kubeSchema) ref(t reflect.Type) schema.TypeRef {
	scalar := func(k schema.Scalar) schema.TypeRef { return schema.TypeRef{Inlined: schema.Atom{Scalar: &k}} }
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t {
	case reflect.TypeFor[metav1.Time](), reflect.TypeFor[metav1.MicroTime](), reflect.TypeFor[resource.Quantity](), reflect.TypeFor[intstr.IntOrString]():
		return scalar(schema.Untyped)
	case reflect.TypeFor[metav1.FieldsV1]():
		return schema.TypeRef{Inlined: schema.Atom{Map: &schema.Map{ElementType: anything()}}}
	}
	switch t.Kind() {
	case reflect.Struct:
		return s.define(t)
	case reflect.Map:
		return schema.TypeRef{Inlined: schema.Atom{Map: &schema.Map{ElementType: s.ref(t.Elem())}}}
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return scalar(schema.String)
		}
		return schema.TypeRef{Inlined: schema.Atom{List: &schema.List{ElementType: s.ref(t.Elem()), ElementRelationship: schema.Atomic}}}
	case reflect.String:
		return scalar(schema.String)
	case reflect.Bool:
		return scalar(schema.Boolean)
	case reflect.Int, reflect.Int32, reflect.Int64, reflect.Float64, reflect.Uint8:
		return scalar(schema.Numeric)
	default:
		panic(fmt.Sprintf("emulator: a field of the type %s has no structure", t))
	}
}
