package emulator

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// kubeCheck is what a custom resource goes through: its schema, and the
// operator's webhook.
type kubeCheck struct {
	prepare func(k *kubeRequest, o, old kubeObject) field.ErrorList
	admit   func(k *kubeRequest, o kubeObject) error
}

// webhookDenied is the refusal of Managed Prometheus' webhook.
func (k *kubeRequest) webhookDenied(err error) error {
	return kubeError(http.StatusForbidden, "Forbidden", fmt.Sprintf("admission webhook %q denied the request: %v",
		"validate."+k.kind.plural+".gmp-operator.gmp-system.monitoring.googleapis.com", err), nil)
}

var (
	metricLabel     = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)
	recordName      = regexp.MustCompile(`^[a-zA-Z_:][a-zA-Z0-9_:]*$`)
	protectedLabels = []string{
		"project_id", "location", "cluster", "namespace", "job", "instance", "top_level_controller", "top_level_controller_type", "__address__",
	}
	relabelActions = []string{"replace", "lowercase", "uppercase", "keep", "drop", "keepequal", "dropequal", "hashmod", "labeldrop", "labelkeep"}
)

var preparePodMonitoring = kubeCheck{
	prepare: func(k *kubeRequest, o, _ kubeObject) (problems field.ErrorList) {
		m, at := must[*podMonitoring](o), field.NewPath("spec")
		if m.Spec == nil {
			return field.ErrorList{field.Required(at, "")}
		}
		spec := m.Spec
		if spec.Selector == nil {
			problems = append(problems, field.Required(at.Child("selector"), ""))
		}
		switch n := len(spec.Endpoints); {
		case spec.Endpoints == nil:
			problems = append(problems, field.Required(at.Child("endpoints"), ""))
		case n == 0:
			problems = append(problems, field.Invalid(at.Child("endpoints"), n, "spec.endpoints in body should have at least 1 items"))
		case n > 10:
			problems = append(problems, field.TooMany(at.Child("endpoints"), n, 10))
		}
		for i := range spec.Endpoints {
			problems = append(problems, checkEndpoint(&spec.Endpoints[i], at.Child("endpoints").Index(i))...)
		}
		fillTargetLabels(spec, k.kind.namespaced)
		return append(problems, checkTargetLabels(spec.TargetLabels, k.kind.namespaced, at.Child("targetLabels"))...)
	},
	admit: func(k *kubeRequest, o kubeObject) error {
		seen := map[string]bool{}
		for i, e := range must[*podMonitoring](o).Spec.Endpoints {
			port := e.Port.String()
			if seen[port] {
				return k.webhookDenied(fmt.Errorf("duplicate scrape configuration for port %s", port))
			}
			seen[port] = true
			for _, r := range e.MetricRelabeling {
				if _, err := regexp.Compile(r.Regex); err != nil {
					return k.webhookDenied(fmt.Errorf("invalid definition for endpoint with index %d: %w", i, err))
				}
			}
		}
		return nil
	},
}

// fillTargetLabels sets the labels that targets get unless others are asked for.
func fillTargetLabels(spec *podMonitoringSpec, namespaced bool) {
	if spec.TargetLabels == nil {
		spec.TargetLabels = &targetLabels{}
	}
	if spec.TargetLabels.Metadata != nil {
		return
	}
	list := []string{"container", "namespace", "pod", "top_level_controller_name", "top_level_controller_type"}
	if namespaced {
		list = slices.Delete(list, 1, 2)
	}
	spec.TargetLabels.Metadata = &list
}

func checkTargetLabels(t *targetLabels, namespaced bool, at *field.Path) (problems field.ErrorList) {
	allowed := []string{"container", "node", "pod", "top_level_controller_name", "top_level_controller_type"}
	if !namespaced {
		allowed = append(allowed, "namespace")
	}
	seen := map[string]bool{}
	for i, l := range *t.Metadata {
		here := at.Child("metadata").Index(i)
		if !slices.Contains(allowed, l) {
			problems = append(problems, field.NotSupported(here, l, allowed))
		}
		if seen[l] {
			problems = append(problems, field.Duplicate(here, l))
		}
		seen[l] = true
	}
	for i, mapping := range t.FromPod {
		here := at.Child("fromPod").Index(i)
		if mapping.From == "" {
			problems = append(problems, field.Required(here.Child("from"), ""))
		}
		problems = append(problems, checkOwnLabel(mapping.To, here.Child("to"))...)
	}
	return problems
}

// checkOwnLabel refuses a label that a target can't be given.
func checkOwnLabel(name string, at *field.Path) field.ErrorList {
	switch {
	case name == "":
		return nil
	case !metricLabel.MatchString(name):
		return field.ErrorList{field.Invalid(at, name, fmt.Sprintf("%s in body should match '%s'", at, metricLabel))}
	case slices.Contains(protectedLabels, name):
		return field.ErrorList{field.Invalid(at, name, fmt.Sprintf("cannot relabel onto protected label %q", name))}
	}
	return nil
}

func checkEndpoint(e *scrapeEndpoint, at *field.Path) (problems field.ErrorList) {
	switch {
	case e.Port == nil:
		problems = append(problems, field.Required(at.Child("port"), ""))
	case e.Port.Type == intstr.Int && e.Port.IntVal == 0, e.Port.Type == intstr.String && e.Port.StrVal == "":
		problems = append(problems, field.Invalid(at.Child("port"), e.Port.String(), "Port is required"))
	}
	if e.Scheme != "" && e.Scheme != "http" && e.Scheme != "https" {
		problems = append(problems, field.NotSupported(at.Child("scheme"), e.Scheme, []string{"http", "https"}))
	}
	if e.Interval == "" {
		problems = append(problems, field.Required(at.Child("interval"), ""))
	}
	problems = append(problems, checkPromDuration(e.Interval, at.Child("interval"))...)
	problems = append(problems, checkPromDuration(e.Timeout, at.Child("timeout"))...)
	interval, invalid := model.ParseDuration(e.Interval)
	if timeout, err := model.ParseDuration(e.Timeout); err == nil && invalid == nil && timeout > interval {
		problems = append(problems, field.Invalid(at, "object", fmt.Sprintf("scrape timeout (%s) must not be greater than scrape interval (%s)", e.Timeout, e.Interval)))
	}
	for i, r := range e.MetricRelabeling {
		here := at.Child("metricRelabeling").Index(i)
		if r.Action != "" && !slices.Contains(relabelActions, r.Action) {
			problems = append(problems, field.NotSupported(here.Child("action"), r.Action, relabelActions))
		}
		if r.Action == "labeldrop" && r.Regex == "" {
			problems = append(problems, field.Invalid(here, "object", "failed rule: !has(self.action) ||  self.action != 'labeldrop' || has(self.regex)"))
		}
		problems = append(problems, checkOwnLabel(r.TargetLabel, here.Child("targetLabel"))...)
		for j, l := range r.SourceLabels {
			if !metricLabel.MatchString(l) {
				problems = append(problems, field.Invalid(here.Child("sourceLabels").Index(j), l, "should match '"+metricLabel.String()+"'"))
			}
		}
	}
	return problems
}

func checkPromDuration(text string, at *field.Path) field.ErrorList {
	if text == "" {
		return nil
	}
	if _, err := model.ParseDuration(text); err != nil {
		return field.ErrorList{field.Invalid(at, text, fmt.Sprintf("%s in body must be of type duration: %q", at, text))}
	}
	return nil
}

var prepareRules = kubeCheck{
	prepare: func(_ *kubeRequest, o, _ kubeObject) (problems field.ErrorList) {
		r, at := must[*promRules](o), field.NewPath("spec")
		if r.Spec == nil {
			return field.ErrorList{field.Required(at, "")}
		}
		if r.Spec.Groups == nil {
			return field.ErrorList{field.Required(at.Child("groups"), "")}
		}
		for i := range r.Spec.Groups {
			problems = append(problems, checkRuleGroup(&r.Spec.Groups[i], at.Child("groups").Index(i))...)
		}
		return problems
	},
	admit: func(k *kubeRequest, o kubeObject) error {
		names := map[string]bool{}
		for _, g := range must[*promRules](o).Spec.Groups {
			if names[g.Name] {
				return k.webhookDenied(fmt.Errorf("loading rules failed: groupname: %q is repeated in the same file", g.Name))
			}
			names[g.Name] = true
			for _, r := range g.Rules {
				if err := checkScope(r, k.scope()); err != nil {
					return k.webhookDenied(err)
				}
			}
		}
		return nil
	},
}

// scope names the labels that the operator sets on the metrics and results of
// rules, so that rules can't say anything of them.
func (k *kubeRequest) scope() []string {
	switch k.kind.kind {
	case "Rules":
		return []string{"cluster", "location", "namespace", "project_id"}
	case "ClusterRules":
		return []string{"cluster", "location", "project_id"}
	default:
		return nil
	}
}

// checkScope refuses an expression that does not parse, and a label or a
// matcher that the operator sets itself.
func checkScope(r promRule, scope []string) error {
	expr, err := parser.NewParser(parser.Options{}).ParseExpr(r.Expr)
	if err != nil {
		return fmt.Errorf("isolating rules failed: parse PromQL expression: %w", err)
	}
	for _, selectors := range parser.ExtractSelectors(expr) {
		for _, m := range selectors {
			if slices.Contains(scope, m.Name) && (m.Type != labels.MatchEqual || m.Value != "") {
				return fmt.Errorf("isolating rules failed: set isolation selector %s=%q: conflicting label matcher %s found", m.Name, "", m)
			}
		}
	}
	for _, name := range scope {
		if v, ok := r.Labels[name]; ok {
			return fmt.Errorf("isolating rules failed: set result isolation label %s=%q: label %q already set on rule with unexpected value %q", name, "", name, v)
		}
	}
	return nil
}

func checkRuleGroup(g *ruleGroup, at *field.Path) (problems field.ErrorList) {
	if g.Name == "" {
		problems = append(problems, field.Required(at.Child("name"), ""))
	}
	if g.Interval == "" {
		g.Interval = "1m"
	}
	problems = append(problems, checkPromDuration(g.Interval, at.Child("interval"))...)
	if g.Rules == nil {
		problems = append(problems, field.Required(at.Child("rules"), ""))
	} else if len(g.Rules) == 0 {
		problems = append(problems, field.Invalid(at.Child("rules"), 0, fmt.Sprintf("%s in body should have at least 1 items", at.Child("rules"))))
	}
	for i, r := range g.Rules {
		here := at.Child("rules").Index(i)
		if (r.Record == "") == (r.Alert == "") {
			problems = append(problems, field.Invalid(here, "object", "Must set exactly one of Record or Alert"))
		}
		if len(r.Annotations) > 0 && r.Alert == "" {
			problems = append(problems, field.Invalid(here, "object", "Annotations are only allowed for alerting rules"))
		}
		if r.Record != "" && !recordName.MatchString(r.Record) {
			problems = append(problems, field.Invalid(here.Child("record"), r.Record, "should match '"+recordName.String()+"'"))
		}
		if strings.TrimSpace(r.Expr) == "" {
			problems = append(problems, field.Required(here.Child("expr"), ""))
		}
		problems = append(problems, checkPromDuration(r.For, here.Child("for"))...)
	}
	return problems
}

var prepareOperatorConfig = kubeCheck{
	prepare: func(_ *kubeRequest, o, _ kubeObject) (problems field.ErrorList) {
		c := must[*operatorConfig](o)
		if c.ManagedAlertmanager == nil {
			c.ManagedAlertmanager = &managedAlertmanager{ConfigSecret: &keySelector{Name: "alertmanager", Key: "alertmanager.yaml"}}
		}
		if c.Collection != nil && c.Collection.KubeletScraping != nil {
			problems = append(problems, checkPromDuration(c.Collection.KubeletScraping.Interval, field.NewPath("collection", "kubeletScraping", "interval"))...)
		}
		if c.Collection != nil && c.Collection.Compression != "" && c.Collection.Compression != "none" && c.Collection.Compression != "gzip" {
			problems = append(problems, field.NotSupported(field.NewPath("collection", "compression"), c.Collection.Compression, []string{"none", "gzip"}))
		}
		return problems
	},
	admit: func(k *kubeRequest, o kubeObject) error {
		if o.GetNamespace() != "gmp-public" || o.GetName() != "config" {
			return k.webhookDenied(fmt.Errorf("OperatorConfig must be in namespace %q with name %q", "gmp-public", "config"))
		}
		return nil
	},
}
