package policy

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Tier is the kind of environment that a configuration asks for.
type Tier string

// The tiers of the platform's environment strategy.
const (
	// Dev is for developers' own tests: resettable, its data shared.
	Dev Tier = "dev"
	// Sandbox is for customers' demonstrations and trials: isolated, short-lived.
	Sandbox Tier = "sandbox"
	// Staging is for validation before production, configured nearly like it.
	Staging Tier = "staging"
	// Prod is production.
	Prod Tier = "prod"
)

// Level is a compliance level, as FedRAMP's baselines name them.
type Level string

// The levels, the lowest first.
const (
	Low      Level = "low"
	Moderate Level = "moderate"
	High     Level = "high"
)

// Isolation is how the data of tenants is kept apart.
type Isolation string

// The modes of isolation.
const (
	// Shared means that tenants share what the environment has; nothing is
	// claimed to keep them apart.
	Shared Isolation = "shared"
	// PerTenant means that each tenant has its own keys, buckets, database and
	// namespace.
	PerTenant Isolation = "per_tenant"
)

// tierFacts is what a tier fixes besides settings.
type tierFacts struct {
	tier      Tier
	purpose   string
	isolation Isolation
	level     Level
	maxTTL    time.Duration
}

// tierTable lists the tiers in the order of the catalogue's columns.
func tierTable() []tierFacts {
	return []tierFacts{
		{tier: Dev, purpose: "developer testing", isolation: Shared, level: Low},
		{tier: Sandbox, purpose: "customer demos and trials", isolation: PerTenant, level: Moderate, maxTTL: 14 * 24 * time.Hour},
		{tier: Staging, purpose: "pre-production validation", isolation: PerTenant, level: Moderate},
		{tier: Prod, purpose: "production", isolation: PerTenant, level: High},
	}
}

// Tiers lists all tiers in the order of the catalogue's columns.
func Tiers() []Tier { return []Tier{Dev, Sandbox, Staging, Prod} }

// ParseTier returns the tier of that name. The error lists those there are.
func ParseTier(name string) (Tier, error) {
	if slices.Contains(Tiers(), Tier(name)) {
		return Tier(name), nil
	}
	names := make([]string, 0, len(Tiers()))
	for _, tier := range Tiers() {
		names = append(names, fmt.Sprintf("%q", string(tier)))
	}
	last := len(names) - 1
	return "", fmt.Errorf("there is no tier %q: use %s or %s", name, strings.Join(names[:last], ", "), names[last])
}

func (t Tier) facts() tierFacts {
	for _, facts := range tierTable() {
		if facts.tier == t {
			return facts
		}
	}
	return tierFacts{tier: t}
}

// Level is the compliance level that the tier fixes; empty for no tier.
func (t Tier) Level() Level { return t.facts().level }

// Isolation is how the tier keeps the data of tenants apart; empty for no tier.
func (t Tier) Isolation() Isolation { return t.facts().isolation }

// Purpose says in a few words what the tier is for.
func (t Tier) Purpose() string { return t.facts().purpose }

// MaxTTL is how long an environment of this tier may live; 0 means that it has
// no end. Where there is one, it ends with the environment's destruction.
func (t Tier) MaxTTL() time.Duration { return t.facts().maxTTL }
