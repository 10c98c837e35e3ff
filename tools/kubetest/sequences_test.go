//go:build kubeapiserver

package kubetest_test

// sequences are what the two servers are asked.
func sequences() []sequence {
	return []sequence{
		{"namespaces", namespaceSteps()},
		{"configuration", configSteps()},
		{"lists", listSteps()},
		{"limits", limitSteps()},
		{"rules", ruleSteps()},
		{"access", accessSteps()},
		{"deletions", deletionSteps()},
		{"nothing", absentSteps()},
	}
}

func namespaceSteps() []step {
	ns := func(labels string) string { return of("v1", "Namespace", "truth", `"labels":{`+labels+`}`, "") }
	const path = inTruth
	return []step{
		get("not yet", path),
		apply("without a manager", path, "", "", ns(`"a":"1"`)),
		apply("dry run", path, "cortx", "&dryRun=All", ns(`"a":"1"`)),
		get("after a dry run", path),
		apply("with a version of none", path, "cortx", "&dryRun=All", of("v1", "Namespace", "truth", `"resourceVersion":"1"`, "")).
			refused("its documentation promises a conflict"),
		apply("with an id of none", path, "cortx", "&dryRun=All", of("v1", "Namespace", "truth", `"uid":"1"`, "")),
		apply("of another name", path, "cortx", "", of("v1", "Namespace", "other", "", "")),
		apply("of another kind", path, "cortx", "", of("v1", "Secret", "truth", "", "")),
		apply("of another version", path, "cortx", "", of("v2", "Namespace", "truth", "", "")),
		apply("with a namespace", path, "cortx", "&dryRun=All", of("v1", "Namespace", "truth", `"namespace":"other"`, "")).
			refused("the client has mistaken the kind"),
		apply("with managed fields", path, "cortx", "", of("v1", "Namespace", "truth", `"managedFields":[{"manager":"x"}]`, "")),
		apply("an unknown field", path, "cortx", "", of("v1", "Namespace", "truth", "", `"spec":{"no":"such"}`)),
		apply("an unknown field, strictly", path, "cortx", "&fieldValidation=Strict", of("v1", "Namespace", "truth", "", `"spec":{"no":"such"}`)),
		apply("a field of another type", path, "cortx", "", of("v1", "Namespace", "truth", "", `"spec":"no"`)),
		apply("a bad label", path, "cortx", "", ns(`"a":"no way"`)),
		apply("no YAML", path, "cortx", "", "{"),
		apply("a list", path, "cortx", "", "[]"),
		apply("new", path, "cortx", "&force=true", ns(`"a":"1","b":"1"`)),
		apply("the same", path, "cortx", "&force=true", ns(`"a":"1","b":"1"`)),
		apply("a conflict", path, "other", "", ns(`"a":"2","c":"2"`)),
		apply("two conflicts", path, "other", "", ns(`"a":"2","b":"2"`)),
		apply("the same as another has", path, "other", "", ns(`"a":"1","c":"2"`)),
		apply("forced", path, "other", "&force=true", ns(`"a":"2","c":"2"`)),
		apply("less than before", path, "cortx", "", ns(`"b":"1"`)),
		apply("back", path, "cortx", "&force=true", ns(`"a":"1","b":"1"`)),
		patch("merged by hand", path, merged, `{"metadata":{"labels":{"a":"3","d":"3"},"annotations":{"e":"3"}}}`),
		patch("merged to the same", path, merged, `{"metadata":{"labels":{"a":"3"}}}`),
		patch("merged strategically", path, strategic, `{"metadata":{"labels":{"d":null,"f":"4"}}}`),
		patch("merged into another name", path, merged, `{"metadata":{"name":"other"}}`),
		patch("merged into another version", path, merged, `{"metadata":{"resourceVersion":"1"}}`),
		patch("merged into another id", path, merged, `{"metadata":{"uid":"1"}}`),
		patch("merged with a field of another type", path, merged, `{"metadata":{"labels":{"a":1}}}`),
		patch("merged with an unknown field", path+"?fieldValidation=Strict", merged, `{"spec":{"no":"such"}}`),
		apply("over what was done by hand", path, "cortx", "&force=true", ns(`"a":"1","b":"1"`)),
		apply("with this id", path, "cortx", "", of("v1", "Namespace", "truth", `"uid":"$uid","labels":{"a":"1","b":"1"}`, "")),
		apply("with an old version", path, "cortx", "", of("v1", "Namespace", "truth", `"resourceVersion":"1","labels":{"a":"1","b":"9"}`, "")),
		apply("a status", path, "cortx", "", of("v1", "Namespace", "truth", `"labels":{"a":"1","b":"1"}`, `"status":{"phase":"Terminating"}`)),
		create("again", core, of("v1", "Namespace", "truth", "", "")),
		create("without a name", core, `{"apiVersion":"v1","kind":"Namespace"}`),
		create("with a bad name", core, of("v1", "Namespace", "No_Way", "", "")),
		put("replaced", path, ns(`"a":"5"`)),
		put("replaced in an old version", path, of("v1", "Namespace", "truth", `"resourceVersion":"1"`, "")),
		put("replaced in this version", path, of("v1", "Namespace", "truth", `"resourceVersion":"$version","labels":{"z":"1"}`, "")),
		put("replaced while not there", core+"/none", of("v1", "Namespace", "none", "", "")),
		get("its account", path+"/serviceaccounts/default").but("the first version is another matter", "metadata/managedFields"),
	}
}

func configSteps() []step {
	const maps, path = inTruth + "/configmaps", inTruth + "/configmaps/c"
	cm := func(data string) string { return of("v1", "ConfigMap", "c", "", `"data":{`+data+`}`) }
	return []step{
		create("a map", maps, of("v1", "ConfigMap", "c", `"labels":{"l":"1"}`, `"data":{"a":"1"}`)),
		create("the same map", maps, cm(`"a":"1"`)),
		create("by a named manager", maps+"?fieldManager=hand", of("v1", "ConfigMap", "named", "", `"data":{"a":"1"}`)),
		create("of a made-up name", maps+"?dryRun=All", `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"generateName":"x-"}}`).but("it is random", "metadata/name"),
		create("in another namespace", maps, of("v1", "ConfigMap", "d", `"namespace":"other"`, "")),
		create("in no namespace", core+"/none/configmaps", of("v1", "ConfigMap", "d", "", "")),
		create("with a version", maps, of("v1", "ConfigMap", "d", `"resourceVersion":"1"`, "")),
		create("with an unknown field", maps, of("v1", "ConfigMap", "unknown", "", `"no":"such"`)),
		create("with an unknown field, strictly", maps+"?fieldValidation=Strict", of("v1", "ConfigMap", "strict", "", `"no":"such"`)),
		create("with a field twice, strictly", maps+"?fieldValidation=Strict", of("v1", "ConfigMap", "strict", "", `"data":{"a":"1","a":"2"}`)),
		create("with a bad key", maps, of("v1", "ConfigMap", "d", "", `"data":{"no way":"1"}`)),
		create("with a number", maps, of("v1", "ConfigMap", "d", "", `"data":{"a":1}`)),
		create("with a foreign body", maps, `{"apiVersion":"v1","kind":"Secret","metadata":{"name":"d"}}`),
		create("with a finalizer of no form", maps, of("v1", "ConfigMap", "d", `"finalizers":["nope"]`, "")),
		create("that can't change", maps, of("v1", "ConfigMap", "fixed", "", `"immutable":true,"data":{"a":"1"}`)),
		patch("what can't change", maps+"/fixed", merged, `{"data":{"a":"2"}}`),
		apply("over a foreign map", path, "cortx", "", cm(`"a":"2"`)),
		apply("over a foreign map, forced", path, "cortx", "&force=true", cm(`"a":"2","b":"2"`)),
		apply("nothing any more", path, "cortx", "&force=true", of("v1", "ConfigMap", "c", "", "")),
		apply("an unknown field", path, "cortx", "", of("v1", "ConfigMap", "c", "", `"spec":{"a":"b"}`)),
		apply("in no namespace", core+"/none/configmaps/c", "cortx", "", cm("")),
		patch("of a form that nobody knows", path, "text/plain", "x"),
		{name: "a body that nobody knows", method: "POST", path: maps, contentType: "text/plain", body: "x"},
		create("a secret", inTruth+"/secrets", of("v1", "Secret", "s", "", `"stringData":{"a":"b"}`)),
		create("a secret that is no base64", inTruth+"/secrets", of("v1", "Secret", "s2", "", `"data":{"a":"?"}`)),
		create("a certificate without one", inTruth+"/secrets", of("v1", "Secret", "s2", "", `"type":"kubernetes.io/tls"`)),
		patch("a secret of another type", inTruth+"/secrets/s", merged, `{"type":"example.com/other"}`),
		create("an account", inTruth+"/serviceaccounts", of("v1", "ServiceAccount", "sa", `"annotations":{"iam.gke.io/gcp-service-account":"a@b"}`, "")),
		apply("an account", inTruth+"/serviceaccounts/sb", "cortx", "", of("v1", "ServiceAccount", "sb", "", `"automountServiceAccountToken":false`)),
	}
}

func listSteps() []step {
	const maps = inTruth + "/configmaps"
	labelled := func(name, labels string) step {
		return create(name, maps, of("v1", "ConfigMap", name, `"labels":{`+labels+`}`, ""))
	}
	return []step{
		labelled("l1", `"list":"yes","n":"1"`), labelled("l2", `"list":"yes","n":"2"`), labelled("l3", `"list":"yes","n":"3"`),
		get("by a label", maps+"?labelSelector=list%3Dyes"),
		get("by a set", maps+"?labelSelector=list%3Dyes,n%20in%20(1,3)"),
		get("by a label that is not", maps+"?labelSelector=list,n!=2"),
		get("by none", maps+"?labelSelector=list%3Dno"),
		get("by nonsense", maps+"?labelSelector=%3D%3D"),
		get("by a field", maps+"?fieldSelector=metadata.name%3Dl2"),
		get("by a field that can't be", maps+"?fieldSelector=data.a%3D1"),
		get("by field nonsense", maps+"?fieldSelector=x"),
		get("a page", maps+"?labelSelector=list%3Dyes&limit=2").but("a real server doesn't count what a selector chooses", ""),
		get("the next page", maps+"?labelSelector=list%3Dyes&limit=2&continue=$page"),
		get("a page of all", maps+"?limit=1").but("", "items"),
		get("a page that is none", maps+"?limit=1&continue=nonsense"),
		get("no number", maps+"?limit=x").but("", "items"),
		get("of no namespace", core+"/none/configmaps"),
		get("everywhere", "/api/v1/configmaps?labelSelector=list%3Dyes"),
		get("of custom objects", monitoring+"/clusterrules?labelSelector=none"),
	}
}

func limitSteps() []step {
	const quotas, limits = inTruth + "/resourcequotas", inTruth + "/limitranges"
	lr := func(name, item string) string {
		return of("v1", "LimitRange", name, "", `"spec":{"limits":[`+item+`]}`)
	}
	policy := func(name, spec string) string {
		return of("networking.k8s.io/v1", "NetworkPolicy", name, "", `"spec":{`+spec+`}`)
	}
	return []step{
		apply("limits", limits+"/l", "cortx", "", lr("l", `{"type":"Container","default":{"cpu":"500m","memory":"512Mi"},"defaultRequest":{"cpu":"100m"},"max":{"cpu":"2","memory":"4Gi"}}`)),
		apply("limits again", limits+"/l", "cortx", "", lr("l", `{"type":"Container","default":{"cpu":"500m","memory":"512Mi"},"defaultRequest":{"cpu":"100m"},"max":{"cpu":"2","memory":"4Gi"}}`)),
		patch("limits by hand", limits+"/l", merged, `{"spec":{"limits":[{"type":"Container","max":{"cpu":"64"}}]}}`),
		apply("limits back", limits+"/l", "cortx", "&force=true", lr("l", `{"type":"Container","default":{"cpu":"500m","memory":"512Mi"},"defaultRequest":{"cpu":"100m"},"max":{"cpu":"2","memory":"4Gi"}}`)),
		apply("limits in another form", limits+"/l", "cortx", "&force=true", lr("l", `{"type":"Container","default":{"cpu":"0.5","memory":"0.5Gi"},"max":{"cpu":2}}`)),
		apply("limits of pods", limits+"/p", "cortx", "", lr("p", `{"type":"Pod","max":{"cpu":"2"}}`)),
		create("limits without a kind", limits, lr("x", `{"max":{"cpu":"2"}}`)),
		create("limits of a kind twice", limits, lr("x", `{"type":"Pod","max":{"cpu":"2"}},{"type":"Pod","max":{"cpu":"3"}}`)),
		create("defaults above the most", limits, lr("x", `{"type":"Container","default":{"cpu":"3"},"max":{"cpu":"2"}}`)),
		create("requests above limits", limits, lr("x", `{"type":"Container","default":{"cpu":"1"},"defaultRequest":{"cpu":"2"}}`)),
		create("defaults of pods", limits, lr("x", `{"type":"Pod","default":{"cpu":"1"}}`)),
		create("no quantity", limits, lr("x", `{"type":"Pod","max":{"cpu":"much"}}`)),
		create("nothing", limits, of("v1", "LimitRange", "x", "", "")),
		apply("a quota", quotas+"/q", "cortx", "", of("v1", "ResourceQuota", "q", "", `"spec":{"hard":{"requests.cpu":"10","count/secrets":"1"}}`)).but("the controller counts after the reply", "status", "metadata/managedFields"),
		create("a quota of nothing known", quotas, of("v1", "ResourceQuota", "x", "", `"spec":{"hard":{"cpus":"1"}}`)),
		create("a quota below nothing", quotas, of("v1", "ResourceQuota", "x", "", `"spec":{"hard":{"pods":"-1"}}`)),
		apply("a network policy", network+"/deny", "cortx", "", policy("deny", `"podSelector":{},"policyTypes":["Ingress","Egress"]`)),
		apply("a network policy again", network+"/deny", "cortx", "", policy("deny", `"podSelector":{},"policyTypes":["Ingress","Egress"]`)),
		patch("a network policy by hand", network+"/deny", merged, `{"spec":{"policyTypes":["Ingress"]}}`),
		apply("a network policy back", network+"/deny", "cortx", "&force=true", policy("deny", `"podSelector":{},"policyTypes":["Ingress","Egress"]`)),
		create("a network policy with defaults", network, policy("d", `"podSelector":{"matchLabels":{"a":"b"}},"ingress":[{"ports":[{"port":80}]}],"egress":[{"to":[{"ipBlock":{"cidr":"10.0.0.0/8","except":["10.1.0.0/16"]}}]}]`)),
		create("a network policy of no range", network, policy("x", `"podSelector":{},"egress":[{"to":[{"ipBlock":{"cidr":"10.0.0.0/99"}}]}]`)),
		create("a network policy of no selector", network, policy("x", `"podSelector":{"matchLabels":{"a":"no way"}}`)),
		create("a network policy of two peers in one", network, policy("x", `"podSelector":{},"egress":[{"to":[{"podSelector":{},"ipBlock":{"cidr":"10.0.0.0/8"}}]}]`)),
		create("a network policy of an empty peer", network, policy("x", `"podSelector":{},"egress":[{"to":[{}]}]`)),
		create("a network policy of another type", network, policy("x", `"podSelector":{},"policyTypes":["Sideways"]`)),
		create("a network policy of a bad port", network, policy("x", `"podSelector":{},"ingress":[{"ports":[{"port":70000}]}]`)),
	}
}

func ruleSteps() []step {
	const version = "monitoring.googleapis.com/v1"
	rules := func(groups string) string {
		return of(version, "ClusterRules", "truth", "", `"spec":{"groups":[`+groups+`]}`)
	}
	// wrong and wrongPods are never made.
	wrong := func(groups string) string {
		return of(version, "ClusterRules", "x", "", `"spec":{"groups":[`+groups+`]}`)
	}
	wrongPods := func(spec string) string {
		return of(version, "ClusterPodMonitoring", "x", "", `"spec":{`+spec+`}`)
	}
	pods := func(spec string) string {
		return of(version, "ClusterPodMonitoring", "truth", "", `"spec":{`+spec+`}`)
	}
	const (
		rulesPath, podsPath = monitoring + "/clusterrules/truth", monitoring + "/clusterpodmonitorings/truth"
		allRules, allPods   = monitoring + "/clusterrules", monitoring + "/clusterpodmonitorings"
		group               = `{"name":"g","interval":"30s","rules":[{"record":"a:b","expr":"up"}]}`
		selected            = `"selector":{"matchLabels":{"a":"b"},"matchExpressions":[{"key":"c","operator":"In","values":["d"]}]},`
	)
	return []step{
		get("not yet", rulesPath),
		apply("rules", rulesPath, "cortx", "&force=true", rules(group)),
		apply("rules again", rulesPath, "cortx", "&force=true", rules(group)),
		apply("rules of another manager", rulesPath, "other", "", rules(group)).
			but("a custom kind's change of managers alone is undated in this reply", "metadata/managedFields/1/time"),
		apply("a conflict", rulesPath, "other", "", rules(`{"name":"h","rules":[{"record":"a:b","expr":"up"}]}`)),
		apply("other rules, forced", rulesPath, "other", "&force=true", rules(`{"name":"h","rules":[{"record":"a:b","expr":"up"},{"alert":"A","expr":"up","for":"5m","labels":{"a":"b"},"annotations":{"c":"d"}}]}`)),
		patch("rules by hand", rulesPath, merged, `{"metadata":{"labels":{"by":"hand"}}}`),
		patch("strategically", rulesPath, strategic, `{"metadata":{"labels":{"by":"hand"}}}`),
		apply("an unknown field", rulesPath, "cortx", "", of(version, "ClusterRules", "truth", "", `"spec":{"no":"such","groups":[`+group+`]}`)),
		apply("an unknown field, strictly", rulesPath, "cortx", "&fieldValidation=Strict", of(version, "ClusterRules", "truth", "", `"spec":{"no":"such","groups":[`+group+`]}`)),
		create("an unknown field", allRules+"?dryRun=All", of(version, "ClusterRules", "x", "", `"spec":{"no":"such","groups":[`+group+`]}`)),
		create("an unknown field, strictly", allRules+"?dryRun=All&fieldValidation=Strict", of(version, "ClusterRules", "x", "", `"spec":{"no":"such","groups":[`+group+`]}`)),
		apply("back", rulesPath, "cortx", "&force=true", rules(group)),
		put("replaced without a version", rulesPath, rules(group)),
		put("replaced", rulesPath, of(version, "ClusterRules", "truth", `"resourceVersion":"$version"`, `"spec":{"groups":[]}`)),
		create("no spec", allRules, of(version, "ClusterRules", "x", "", "")),
		create("no groups", allRules, of(version, "ClusterRules", "x", "", `"spec":{}`)),
		create("no rules", allRules, wrong(`{"name":"g","rules":[]}`)),
		create("rules that are missing", allRules, wrong(`{"name":"g"}`)),
		create("no name", allRules, wrong(`{"rules":[{"record":"a:b","expr":"up"}]}`)),
		create("no expression", allRules, wrong(`{"name":"g","rules":[{"record":"a:b"}]}`)),
		create("a record and an alert", allRules, wrong(`{"name":"g","rules":[{"record":"a:b","alert":"A","expr":"up"}]}`)),
		create("neither", allRules, wrong(`{"name":"g","rules":[{"expr":"up"}]}`)),
		create("annotations of a record", allRules, wrong(`{"name":"g","rules":[{"record":"a:b","expr":"up","annotations":{"a":"b"}}]}`)),
		create("a bad record", allRules, wrong(`{"name":"g","rules":[{"record":"a b","expr":"up"}]}`)),
		create("a record with a dash", allRules, wrong(`{"name":"g","rules":[{"record":"a-b","expr":"up"}]}`)),
		create("a bad interval", allRules, wrong(`{"name":"g","interval":"1 minute or so","rules":[{"record":"a:b","expr":"up"}]}`)).
			refused("the schema's durations are laxer than those of Prometheus, and the operator's webhook is not here"),
		create("an interval that is a number", allRules, wrong(`{"name":"g","interval":5,"rules":[{"record":"a:b","expr":"up"}]}`)).
			but("it is refused in other words", "(http)", "code", "reason", "details"),
		apply("scraping", podsPath, "cortx", "&force=true", pods(selected+`"endpoints":[{"port":"metrics","path":"/metrics","interval":"30s"}]`)),
		apply("scraping again", podsPath, "cortx", "&force=true", pods(selected+`"endpoints":[{"port":"metrics","path":"/metrics","interval":"30s"}]`)),
		apply("a selector of another", podsPath, "other", "", pods(`"selector":{"matchLabels":{"z":"z"}},"endpoints":[{"port":"metrics","path":"/metrics","interval":"30s"}]`)),
		apply("labels of another", podsPath, "other", "&force=true", of(version, "ClusterPodMonitoring", "truth", "", `"spec":{"targetLabels":{"metadata":["node","pod"]}}`)),
		patch("scraping by hand", podsPath, merged, `{"spec":{"endpoints":[{"port":8080,"interval":"1m"}],"limits":{"samples":100}}}`),
		apply("scraping back", podsPath, "cortx", "&force=true", pods(selected+`"endpoints":[{"port":"metrics","path":"/metrics","interval":"30s"}]`)),
		create("no selector", allPods, wrongPods(`"endpoints":[{"port":"m","interval":"30s"}]`)),
		create("no endpoints", allPods, wrongPods(`"selector":{}`)),
		create("empty endpoints", allPods, wrongPods(`"selector":{},"endpoints":[]`)),
		create("no port", allPods, wrongPods(`"selector":{},"endpoints":[{"interval":"30s"}]`)),
		create("port 0", allPods, wrongPods(`"selector":{},"endpoints":[{"port":0,"interval":"30s"}]`)),
		create("no interval", allPods, wrongPods(`"selector":{},"endpoints":[{"port":"m"}]`)),
		create("a timeout above the interval", allPods, wrongPods(`"selector":{},"endpoints":[{"port":"m","interval":"30s","timeout":"1m"}]`)),
		create("another scheme", allPods, wrongPods(`"selector":{},"endpoints":[{"port":"m","interval":"30s","scheme":"ftp"}]`)),
		create("a label that is protected", allPods, wrongPods(`"selector":{},"endpoints":[{"port":"m","interval":"30s","metricRelabeling":[{"action":"replace","targetLabel":"cluster"}]}]`)),
		create("an action that is none", allPods, wrongPods(`"selector":{},"endpoints":[{"port":"m","interval":"30s","metricRelabeling":[{"action":"guess"}]}]`)),
		create("labeldrop of nothing", allPods, wrongPods(`"selector":{},"endpoints":[{"port":"m","interval":"30s","metricRelabeling":[{"action":"labeldrop"}]}]`)),
		create("a label that is none", allPods, wrongPods(`"selector":{},"endpoints":[{"port":"m","interval":"30s"}],"targetLabels":{"metadata":["job"]}`)),
		create("a label twice", allPods, wrongPods(`"selector":{},"endpoints":[{"port":"m","interval":"30s"}],"targetLabels":{"metadata":["pod","pod"]}`)),
		remove("rules", rulesPath, ""), get("gone", rulesPath), remove("rules again", rulesPath, ""),
		remove("scraping in the foreground", podsPath, `{"propagationPolicy":"Foreground"}`).but("the collector may be faster", "status", "metadata", "kind", "spec", "apiVersion", "details"),
		gone(podsPath),
	}
}

func accessSteps() []step {
	const version, roles = "rbac.authorization.k8s.io/v1", rbac + "/namespaces/truth/roles"
	const bindings = rbac + "/namespaces/truth/rolebindings"
	binding := func(name, ref string) string {
		return of(version, "RoleBinding", name, "", `"roleRef":`+ref+`,"subjects":[{"kind":"ServiceAccount","name":"default","namespace":"truth"}]`)
	}
	return []step{
		apply("a role", roles+"/r", "cortx", "", of(version, "Role", "r", "", `"rules":[{"apiGroups":[""],"resources":["pods"],"verbs":["get"]}]`)),
		apply("a role again", roles+"/r", "cortx", "", of(version, "Role", "r", "", `"rules":[{"apiGroups":[""],"resources":["pods"],"verbs":["get"]}]`)),
		create("a role without verbs", roles, of(version, "Role", "x", "", `"rules":[{"apiGroups":[""],"resources":["pods"]}]`)),
		create("a role of addresses", roles, of(version, "Role", "x", "", `"rules":[{"nonResourceURLs":["/x"],"verbs":["get"]}]`)),
		apply("a binding", bindings+"/b", "cortx", "", binding("b", `{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"r"}`)),
		apply("a binding again", bindings+"/b", "cortx", "", binding("b", `{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"r"}`)),
		patch("a binding to another role", bindings+"/b", merged, `{"roleRef":{"name":"other"}}`),
		create("a binding to nothing", bindings, of(version, "RoleBinding", "x", "", "")),
		create("a binding to a pod", bindings, binding("x", `{"apiGroup":"rbac.authorization.k8s.io","kind":"Pod","name":"r"}`)),
		apply("a role of the cluster", rbac+"/clusterroles/truth", "cortx", "", of(version, "ClusterRole", "truth", "", `"rules":[{"nonResourceURLs":["/x"],"verbs":["get"]}]`)),
		apply("a binding of the cluster", rbac+"/clusterrolebindings/truth", "cortx", "", of(version, "ClusterRoleBinding", "truth", "", `"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"truth"},"subjects":[{"kind":"Group","apiGroup":"rbac.authorization.k8s.io","name":"a"}]`)),
		create("a binding of the cluster to a role", rbac+"/clusterrolebindings", of(version, "ClusterRoleBinding", "x", "", `"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"r"}`)),
		remove("a role", rbac+"/clusterroles/truth", ""), remove("a binding", rbac+"/clusterrolebindings/truth", ""),
		create("a runtime", "/apis/node.k8s.io/v1/runtimeclasses", of("node.k8s.io/v1", "RuntimeClass", "truth", "", `"handler":"runc"`)),
		create("a runtime of no handler", "/apis/node.k8s.io/v1/runtimeclasses", of("node.k8s.io/v1", "RuntimeClass", "x", "", "")),
		patch("a runtime of another handler", "/apis/node.k8s.io/v1/runtimeclasses/truth", merged, `{"handler":"other"}`),
		remove("a runtime", "/apis/node.k8s.io/v1/runtimeclasses/truth", ""),
	}
}

func deletionSteps() []step {
	const maps = inTruth + "/configmaps"
	return []step{
		remove("not there", maps+"/none", ""),
		remove("of another id", maps+"/c", `{"preconditions":{"uid":"1"}}`),
		remove("of another version", maps+"/c", `{"preconditions":{"resourceVersion":"1"}}`),
		remove("in no known way", maps+"/c", `{"propagationPolicy":"Maybe"}`),
		remove("dry run", maps+"/c", `{"dryRun":["All"]}`),
		remove("of this id", maps+"/c", `{"preconditions":{"uid":"$uid"}}`),
		get("gone", maps+"/c"),
		create("with a finalizer", maps, of("v1", "ConfigMap", "f", `"finalizers":["example.com/f"]`, "")),
		remove("with a finalizer", maps+"/f", ""),
		get("with a finalizer", maps+"/f"),
		remove("with a finalizer again", maps+"/f", ""),
		apply("onto what is on its way out", maps+"/f", "cortx", "", of("v1", "ConfigMap", "f", "", `"data":{"a":"b"}`)),
		patch("one more finalizer", maps+"/f", merged, `{"metadata":{"finalizers":["example.com/f","example.com/g"]}}`),
		patch("no finalizer", maps+"/f", merged, `{"metadata":{"finalizers":null}}`),
		get("without a finalizer", maps+"/f"),
		create("held", maps, of("v1", "ConfigMap", "held", `"finalizers":["example.com/f"]`, "")),
		remove("held in the foreground", maps+"/held", `{"propagationPolicy":"Foreground"}`),
		remove("in the foreground", maps+"/named", `{"propagationPolicy":"Foreground"}`),
		gone(maps + "/named"),
		create("to be orphaned", maps, of("v1", "ConfigMap", "orphan", "", "")),
		remove("orphaning", maps+"/orphan", `{"propagationPolicy":"Orphan"}`),
		gone(maps + "/orphan"),
		{name: "those of a label", method: "DELETE", path: maps + "?labelSelector=list%3Dyes"},
		get("none of the label", maps+"?labelSelector=list%3Dyes"),
		remove("all namespaces", core, ""),
		remove("a namespace of the system", core+"/kube-system", ""),
		remove("the namespace", inTruth, `{"propagationPolicy":"Foreground"}`),
		get("the namespace on its way out", inTruth).but("controllers are at it", "status/conditions", "metadata/finalizers", "metadata/managedFields", "metadata/resourceVersion"),
		remove("the namespace again", inTruth, "").but("controllers are at it", "status/conditions", "metadata/finalizers", "metadata/managedFields", "metadata/resourceVersion"),
		create("into it", maps, of("v1", "ConfigMap", "late", "", "")),
		apply("into it, applied", maps+"/late", "cortx", "", of("v1", "ConfigMap", "late", "", "")),
		apply("onto it", inTruth, "cortx", "&force=true", of("v1", "Namespace", "truth", `"labels":{"late":"1"}`, "")).but("controllers are at it", "status/conditions", "metadata/finalizers", "metadata/managedFields", "metadata/resourceVersion"),
		patch("without what holds it", maps+"/held", merged, `{"metadata":{"finalizers":null}}`).
			but("controllers are at it", "metadata/resourceVersion", "metadata/managedFields"),
		gone(inTruth),
		get("what it held", maps),
	}
}

func absentSteps() []step {
	return []step{
		get("a group that nobody has", "/apis/nosuch.example.com/v1/things"),
		get("a version that nobody has", "/apis/monitoring.googleapis.com/v9/rules"),
		get("a resource that nobody has", "/api/v1/nosuch"),
		get("a resource of a group that nobody has", monitoring+"/nosuch"),
		get("a page that nobody has", "/nosuch"),
		apply("onto a group that nobody has", "/apis/nosuch.example.com/v1/things/a", "cortx", "", of("nosuch.example.com/v1", "Thing", "a", "", "")),
		{name: "a method that nobody knows", method: "BREW", path: core},
		{name: "a method that collections don't have", method: "PUT", path: core, contentType: asJSON, body: "{}"},
	}
}
