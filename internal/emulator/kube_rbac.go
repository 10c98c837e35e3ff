package emulator

import (
	"slices"

	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

func prepareRole(_ *kubeRequest, o, _ kubeObject) field.ErrorList {
	return checkPolicyRules(must[*rbacv1.Role](o).Rules, true)
}

func prepareClusterRole(_ *kubeRequest, o, _ kubeObject) field.ErrorList {
	return checkPolicyRules(must[*rbacv1.ClusterRole](o).Rules, false)
}

func checkPolicyRules(rules []rbacv1.PolicyRule, namespaced bool) (problems field.ErrorList) {
	for i, r := range rules {
		at := field.NewPath("rules").Index(i)
		if len(r.Verbs) == 0 {
			problems = append(problems, field.Required(at.Child("verbs"), "verbs must contain at least one value"))
		}
		if len(r.NonResourceURLs) > 0 {
			if namespaced {
				problems = append(problems, field.Invalid(at.Child("nonResourceURLs"), r.NonResourceURLs, "namespaced rules cannot apply to non-resource URLs"))
			}
			if len(r.APIGroups) > 0 || len(r.Resources) > 0 || len(r.ResourceNames) > 0 {
				problems = append(problems, field.Invalid(at.Child("nonResourceURLs"), r.NonResourceURLs, "rules cannot apply to both regular resources and non-resource URLs"))
			}
			continue
		}
		if len(r.APIGroups) == 0 {
			problems = append(problems, field.Required(at.Child("apiGroups"), "resource rules must supply at least one api group"))
		}
		if len(r.Resources) == 0 {
			problems = append(problems, field.Required(at.Child("resources"), "resource rules must supply at least one resource"))
		}
	}
	return problems
}

func prepareRoleBinding(_ *kubeRequest, o, old kubeObject) field.ErrorList {
	b := must[*rbacv1.RoleBinding](o)
	var was *rbacv1.RoleRef
	if v, ok := as[*rbacv1.RoleBinding](old); ok {
		was = &v.RoleRef
	}
	return checkBinding(&b.RoleRef, was, b.Subjects, b.Namespace, []string{"Role", "ClusterRole"})
}

func prepareClusterRoleBinding(_ *kubeRequest, o, old kubeObject) field.ErrorList {
	b := must[*rbacv1.ClusterRoleBinding](o)
	var was *rbacv1.RoleRef
	if v, ok := as[*rbacv1.ClusterRoleBinding](old); ok {
		was = &v.RoleRef
	}
	return checkBinding(&b.RoleRef, was, b.Subjects, "", []string{"ClusterRole"})
}

// checkBinding fills in the groups of a binding's role and subjects and checks
// them; the role can't change.
func checkBinding(ref, was *rbacv1.RoleRef, subjects []rbacv1.Subject, namespace string, roles []string) (problems field.ErrorList) {
	at := field.NewPath("roleRef")
	if ref.APIGroup == "" {
		ref.APIGroup = rbacv1.GroupName
	}
	if ref.APIGroup != rbacv1.GroupName {
		problems = append(problems, field.NotSupported(at.Child("apiGroup"), ref.APIGroup, []string{rbacv1.GroupName}))
	}
	if !slices.Contains(roles, ref.Kind) {
		problems = append(problems, field.NotSupported(at.Child("kind"), ref.Kind, roles))
	}
	if ref.Name == "" {
		problems = append(problems, field.Required(at.Child("name"), ""))
	}
	if was != nil && *was != *ref {
		problems = append(problems, field.Invalid(at, ref, "cannot change roleRef"))
	}
	for i := range subjects {
		problems = append(problems, checkSubject(&subjects[i], namespace, field.NewPath("subjects").Index(i))...)
	}
	return problems
}

func checkSubject(s *rbacv1.Subject, namespace string, at *field.Path) (problems field.ErrorList) {
	if s.Name == "" {
		problems = append(problems, field.Required(at.Child("name"), ""))
	}
	switch s.Kind {
	case rbacv1.ServiceAccountKind:
		for _, text := range validation.ValidateServiceAccountName(s.Name, false) {
			problems = append(problems, field.Invalid(at.Child("name"), s.Name, text))
		}
		if s.APIGroup != "" {
			problems = append(problems, field.NotSupported(at.Child("apiGroup"), s.APIGroup, []string{""}))
		}
		if s.Namespace == "" {
			problems = append(problems, field.Required(at.Child("namespace"), ""))
		}
	case rbacv1.UserKind, rbacv1.GroupKind:
		if s.APIGroup == "" {
			s.APIGroup = rbacv1.GroupName
		}
		if s.APIGroup != rbacv1.GroupName {
			problems = append(problems, field.NotSupported(at.Child("apiGroup"), s.APIGroup, []string{rbacv1.GroupName}))
		}
	default:
		problems = append(problems, field.NotSupported(at.Child("kind"), s.Kind, []string{rbacv1.ServiceAccountKind, rbacv1.UserKind, rbacv1.GroupKind}))
	}
	_ = namespace
	return problems
}
