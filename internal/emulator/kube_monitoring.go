package emulator

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// monitoringGroup is the API of Managed Service for Prometheus. Its kinds are
// custom resources that a cluster has while the service is on in it; fields,
// defaults and rules are those of its operator (GoogleCloudPlatform/prometheus-engine).
const monitoringGroup = "monitoring.googleapis.com"

func monitoringType(kindName, plural, singular string, namespaced bool, fresh func() kubeObject, check kubeCheck) *kubeType {
	return &kubeType{
		group: monitoringGroup, version: "v1", kind: kindName, plural: plural, singular: singular,
		namespaced: namespaced, fresh: fresh, prepare: check.prepare, admit: check.admit, custom: true, served: managedPrometheus,
	}
}

// podMonitoring is PodMonitoring and ClusterPodMonitoring: which pods are
// scraped, and how.
type podMonitoring struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec   *podMonitoringSpec `json:"spec,omitempty"`
	Status map[string]string  `json:"status,omitempty"`
}

type podMonitoringSpec struct {
	Selector      *metav1.LabelSelector `json:"selector,omitempty"`
	Endpoints     []scrapeEndpoint      `json:"endpoints,omitempty"`
	TargetLabels  *targetLabels         `json:"targetLabels,omitempty"`
	Limits        *scrapeLimits         `json:"limits,omitempty"`
	FilterRunning *bool                 `json:"filterRunning,omitempty"`
}

type scrapeEndpoint struct {
	Port             *intstr.IntOrString `json:"port,omitempty"`
	Scheme           string              `json:"scheme,omitempty"`
	Path             string              `json:"path,omitempty"`
	Params           map[string][]string `json:"params,omitempty"`
	Interval         string              `json:"interval,omitempty"`
	Timeout          string              `json:"timeout,omitempty"`
	MetricRelabeling []relabelRule       `json:"metricRelabeling,omitempty"`
	ProxyURL         string              `json:"proxyUrl,omitempty"`
	Authorization    *scrapeAuth         `json:"authorization,omitempty"`
	BasicAuth        *scrapeBasicAuth    `json:"basicAuth,omitempty"`
	TLS              *scrapeTLS          `json:"tls,omitempty"`
}

type scrapeAuth struct {
	Type        string          `json:"type,omitempty"`
	Credentials *secretSelector `json:"credentials,omitempty"`
}

type scrapeBasicAuth struct {
	Username string          `json:"username,omitempty"`
	Password *secretSelector `json:"password,omitempty"`
}

type scrapeTLS struct {
	ServerName         string          `json:"serverName,omitempty"`
	InsecureSkipVerify bool            `json:"insecureSkipVerify,omitempty"`
	MinVersion         string          `json:"minVersion,omitempty"`
	MaxVersion         string          `json:"maxVersion,omitempty"`
	CA                 *secretSelector `json:"ca,omitempty"`
	Cert               *secretSelector `json:"cert,omitempty"`
	Key                *secretSelector `json:"key,omitempty"`
}

type secretSelector struct {
	Secret *secretKey `json:"secret,omitempty"`
}

type secretKey struct {
	Name      string `json:"name,omitempty"`
	Key       string `json:"key,omitempty"`
	Namespace string `json:"namespace,omitempty"`
}

type targetLabels struct {
	Metadata *[]string      `json:"metadata,omitempty"`
	FromPod  []labelMapping `json:"fromPod,omitempty"`
}

type labelMapping struct {
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
}

type scrapeLimits struct {
	Samples          int64 `json:"samples,omitempty"`
	Labels           int64 `json:"labels,omitempty"`
	LabelNameLength  int64 `json:"labelNameLength,omitempty"`
	LabelValueLength int64 `json:"labelValueLength,omitempty"`
}

type relabelRule struct {
	SourceLabels []string `json:"sourceLabels,omitempty"`
	Separator    string   `json:"separator,omitempty"`
	TargetLabel  string   `json:"targetLabel,omitempty"`
	Regex        string   `json:"regex,omitempty"`
	Modulus      int64    `json:"modulus,omitempty"`
	Replacement  string   `json:"replacement,omitempty"`
	Action       string   `json:"action,omitempty"`
}

// promRules is Rules, ClusterRules and GlobalRules.
type promRules struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec   *rulesSpec        `json:"spec,omitempty"`
	Status map[string]string `json:"status,omitempty"`
}

type rulesSpec struct {
	Groups []ruleGroup `json:"groups"`
}

type ruleGroup struct {
	Name     string     `json:"name,omitempty"`
	Interval string     `json:"interval,omitempty"`
	Rules    []promRule `json:"rules,omitempty"`
}

type promRule struct {
	Record      string            `json:"record,omitempty"`
	Alert       string            `json:"alert,omitempty"`
	Expr        string            `json:"expr,omitempty"`
	For         string            `json:"for,omitempty"`
	Labels      map[string]string `json:"labels,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"`
}

// operatorConfig is OperatorConfig, whose fields lie next to its metadata.
type operatorConfig struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Rules               *ruleEvaluator       `json:"rules,omitempty"`
	Collection          *collectionSpec      `json:"collection,omitempty"`
	Exports             []exportSpec         `json:"exports,omitempty"`
	ManagedAlertmanager *managedAlertmanager `json:"managedAlertmanager,omitempty"`
	Features            *operatorFeatures    `json:"features,omitempty"`
	Scaling             *operatorScaling     `json:"scaling,omitempty"`
	Status              map[string]string    `json:"status,omitempty"`
}

type keySelector struct {
	Name     string `json:"name,omitempty"`
	Key      string `json:"key,omitempty"`
	Optional *bool  `json:"optional,omitempty"`
}

type ruleEvaluator struct {
	ExternalLabels map[string]string `json:"externalLabels,omitempty"`
	QueryProjectID string            `json:"queryProjectID,omitempty"`
	GeneratorURL   string            `json:"generatorUrl,omitempty"`
	Alerting       *alertingSpec     `json:"alerting,omitempty"`
	Credentials    *keySelector      `json:"credentials,omitempty"`
}

type alertingSpec struct {
	Alertmanagers []alertmanager `json:"alertmanagers,omitempty"`
}

type alertmanager struct {
	Namespace  string              `json:"namespace,omitempty"`
	Name       string              `json:"name,omitempty"`
	Port       *intstr.IntOrString `json:"port,omitempty"`
	Scheme     string              `json:"scheme,omitempty"`
	PathPrefix string              `json:"pathPrefix,omitempty"`
	APIVersion string              `json:"apiVersion,omitempty"`
	Timeout    string              `json:"timeout,omitempty"`
}

type collectionSpec struct {
	ExternalLabels  map[string]string `json:"externalLabels,omitempty"`
	Filter          *exportFilters    `json:"filter,omitempty"`
	Credentials     *keySelector      `json:"credentials,omitempty"`
	KubeletScraping *kubeletScraping  `json:"kubeletScraping,omitempty"`
	Compression     string            `json:"compression,omitempty"`
}

type exportFilters struct {
	EnableMatchOneOf *bool    `json:"enableMatchOneOf,omitempty"`
	MatchOneOf       []string `json:"matchOneOf,omitempty"`
}

type kubeletScraping struct {
	Interval              string `json:"interval,omitempty"`
	TLSInsecureSkipVerify bool   `json:"tlsInsecureSkipVerify,omitempty"`
}

type exportSpec struct {
	URL string `json:"url,omitempty"`
}

type managedAlertmanager struct {
	ConfigSecret *keySelector `json:"configSecret,omitempty"`
	ExternalURL  string       `json:"externalURL,omitempty"`
}

type operatorFeatures struct {
	TargetStatus *struct {
		Enabled bool `json:"enabled,omitempty"`
	} `json:"targetStatus,omitempty"`
	Config *struct {
		Compression string `json:"compression,omitempty"`
	} `json:"config,omitempty"`
}

type operatorScaling struct {
	VPA *struct {
		Enabled bool `json:"enabled,omitempty"`
	} `json:"vpa,omitempty"`
}
