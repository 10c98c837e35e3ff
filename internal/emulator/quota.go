package emulator

import (
	"cmp"
	"fmt"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"
	"google.golang.org/grpc/codes"
)

// rateQuota is one quota of calls a minute for each project.
type rateQuota struct {
	host      string
	writes    bool
	metric    string
	perMinute int
	// burst is how many may come at once; 0 means all of a minute.
	burst int
}

// rateQuotas lists the quotas that are enforced with Options.Quota "gcp". Only
// Resource Manager's 600 writes a minute are documented. The others stand in a
// project's console alone: these are stand-ins of the size that new projects
// have.
func rateQuotas() []rateQuota {
	return []rateQuota{
		{host: monitoringHost, metric: "monitoring.googleapis.com/default_requests", perMinute: 6000},
		{host: monitoringHost, writes: true, metric: "monitoring.googleapis.com/config_write_requests", perMinute: 600},
		{host: "cloudresourcemanager.googleapis.com", metric: "cloudresourcemanager.googleapis.com/read_requests", perMinute: 1800},
		{host: "cloudresourcemanager.googleapis.com", writes: true, metric: "cloudresourcemanager.googleapis.com/write_requests", perMinute: 600},
		{host: "serviceusage.googleapis.com", metric: "serviceusage.googleapis.com/default_requests", perMinute: 1200},
		{host: "serviceusage.googleapis.com", writes: true, metric: "serviceusage.googleapis.com/mutate_requests", perMinute: 120},
		{host: containerHost, metric: "container.googleapis.com/quota/api_requests", perMinute: 3000},
		{host: containerHost, writes: true, metric: "container.googleapis.com/quota/api_requests", perMinute: 3000},
		{host: "pubsub.googleapis.com", metric: "pubsub.googleapis.com/administrator", perMinute: 6000},
		{host: "pubsub.googleapis.com", writes: true, metric: "pubsub.googleapis.com/administrator", perMinute: 6000},
		{host: computeHost, metric: "compute.googleapis.com/read_requests_per_minute", perMinute: 1500},
		{host: computeHost, writes: true, metric: "compute.googleapis.com/mutation_requests_per_minute", perMinute: 1500},
		{host: dnsHost, metric: "dns.googleapis.com/default_requests", perMinute: 1200},
		{host: dnsHost, writes: true, metric: "dns.googleapis.com/write_requests", perMinute: 600},
		{host: sqlHost, metric: "sqladmin.googleapis.com/default_get_requests", perMinute: 500},
		{host: sqlHost, writes: true, metric: "sqladmin.googleapis.com/default_mutate_requests", perMinute: 180},
		{host: iamHost, metric: "iam.googleapis.com/quota/read-requests", perMinute: 6000},
		{host: iamHost, writes: true, metric: "iam.googleapis.com/quota/write-requests", perMinute: 600},
		{host: kmsHost, metric: "cloudkms.googleapis.com/read_requests", perMinute: 300},
		{host: kmsHost, writes: true, metric: "cloudkms.googleapis.com/write_requests", perMinute: 60},
		{host: loggingHost, metric: "logging.googleapis.com/read_requests", perMinute: 600},
		{host: loggingHost, writes: true, metric: "logging.googleapis.com/control_requests", perMinute: 600},
	}
}

// quotas holds a token bucket a quota and project.
type quotas struct {
	enabled bool
	mu      sync.Mutex
	buckets map[string]*rate.Limiter
}

func newQuotas(enabled bool) *quotas { return &quotas{enabled: enabled} }

func (q *quotas) reset() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.buckets = nil
}

// take charges a call to its quota, or returns the 429 with the time until the
// next token.
func (q *quotas) take(now time.Time, c *call, project string) error {
	if !q.enabled || project == "" {
		return nil
	}
	for _, quota := range rateQuotas() {
		if quota.host == c.host && quota.writes == isWrite(c.rpc) {
			return q.charge(now, quota, project)
		}
	}
	return nil
}

func (q *quotas) charge(now time.Time, quota rateQuota, project string) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	key := quota.metric + " " + strconv.FormatBool(quota.writes) + " " + project
	bucket := q.buckets[key]
	if bucket == nil {
		bucket = rate.NewLimiter(rate.Limit(float64(quota.perMinute)/60), cmp.Or(quota.burst, quota.perMinute))
		if q.buckets == nil {
			q.buckets = map[string]*rate.Limiter{}
		}
		q.buckets[key] = bucket
	}
	if bucket.AllowN(now, 1) {
		return nil
	}
	reservation := bucket.ReserveN(now, 1)
	wait := reservation.DelayFrom(now)
	reservation.CancelAt(now)
	consumer := fmt.Sprintf("project_number:%d", projectNumber(project))
	limit := "RequestsPerMinutePerProject"
	return apiError(codes.ResourceExhausted,
		fmt.Sprintf("Quota exceeded for quota metric '%s' and limit '%s' of service '%s' for consumer '%s'.", quota.metric, limit, quota.host, consumer),
		errorInfo("RATE_LIMIT_EXCEEDED", "googleapis.com", map[string]string{
			"service":           quota.host,
			"consumer":          fmt.Sprintf("projects/%d", projectNumber(project)),
			"quota_metric":      quota.metric,
			"quota_limit":       limit,
			"quota_limit_value": strconv.Itoa(quota.perMinute),
			"quota_location":    "global",
		}),
		retryInfo(wait))
}

// checkPolicyCount refuses a policy above the project's limit. Its reason
// differs from that of a rate quota, and it has no RetryInfo: waiting does not
// help.
func (s *Server) checkPolicyCount(project string) error {
	limit := s.opts.AlertPolicyLimit
	if limit == 0 && s.quotas.enabled {
		limit = defaultPolicyLimit
	}
	if limit == 0 || len(s.store.List(kindAlertPolicy, "projects/"+project)) < limit {
		return nil
	}
	return apiError(codes.ResourceExhausted,
		fmt.Sprintf("The project has reached the maximum number of alerting policies: %d.", limit),
		errorInfo("RESOURCE_QUOTA_EXCEEDED", "googleapis.com", map[string]string{
			"service":           monitoringHost,
			"consumer":          fmt.Sprintf("projects/%d", projectNumber(project)),
			"quota_metric":      "monitoring.googleapis.com/alert_policies",
			"quota_limit":       "AlertPoliciesPerProject",
			"quota_limit_value": strconv.Itoa(limit),
		}))
}

// defaultPolicyLimit is the number of alerting policies a project that
// https://cloud.google.com/monitoring/quotas names.
const defaultPolicyLimit = 2000
