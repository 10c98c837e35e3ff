package gcp

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/cortx-platform/terraform-provider-cortx/internal/clock"
)

// quota is a token bucket: cost units a second, and how many may be spent at
// once. It keeps this client from being the reason for a 429; the quota that
// counts is the service's, and its hints pause the bucket.
type quota struct {
	perSecond float64
	burst     int
}

// quotas by API. Resource Manager: 600 a minute. Pub/Sub administration: 6000
// a minute. Monitoring's configuration calls: the service documents no
// default, so this is Pub/Sub's, with a burst that a stack of several hundred
// policies fits into.
var quotas = map[string]quota{
	"monitoring":           {perSecond: 100, burst: 3000},
	"pubsub":               {perSecond: 100, burst: 600},
	"cloudresourcemanager": {perSecond: 10, burst: 100},
	"serviceusage":         {perSecond: 10, burst: 100},
}

var defaultQuota = quota{perSecond: 10, burst: 100}

// limiter holds one bucket for each API and project.
type limiter struct {
	clk     clock.Clock
	mu      sync.Mutex
	buckets map[[2]string]*bucket
}

type bucket struct {
	tokens *rate.Limiter
	until  time.Time // no call before this; guarded by limiter.mu
}

func newLimiter(clk clock.Clock) *limiter {
	return &limiter{clk: clk, buckets: map[[2]string]*bucket{}}
}

func (l *limiter) bucket(api, project string) *bucket {
	key := [2]string{api, project}
	b := l.buckets[key]
	if b == nil {
		q, ok := quotas[api]
		if !ok {
			q = defaultQuota
		}
		b = &bucket{tokens: rate.NewLimiter(rate.Limit(q.perSecond), q.burst)}
		l.buckets[key] = b
	}
	return b
}

// wait takes cost units from the bucket, after any pause is over.
func (l *limiter) wait(ctx context.Context, api, project string, cost int) error {
	for {
		l.mu.Lock()
		b := l.bucket(api, project)
		pause := b.until.Sub(l.clk.Now())
		l.mu.Unlock()
		if pause <= 0 {
			now := l.clk.Now()
			r := b.tokens.ReserveN(now, max(cost, 1))
			if err := l.clk.Sleep(ctx, r.DelayFrom(now)); err != nil {
				r.CancelAt(l.clk.Now())
				return err
			}
			return nil
		}
		if err := l.clk.Sleep(ctx, pause); err != nil {
			return err
		}
	}
}

// pause keeps every call of the API and project back for d, as the service
// asked of one of them.
func (l *limiter) pause(api, project string, d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.bucket(api, project)
	if until := l.clk.Now().Add(d); until.After(b.until) {
		b.until = until
	}
}
