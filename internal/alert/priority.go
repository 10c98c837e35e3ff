package alert

import "time"

// Priority is how urgent a policy is; the zero value is no priority at all.
type Priority string

// The priorities of the platform's incident process.
const (
	// P0 means that the platform is down.
	P0 Priority = "P0"
	// P1 means that a suite is degraded.
	P1 Priority = "P1"
	// P2 means that a feature is affected.
	P2 Priority = "P2"
)

// Priorities returns all priorities, the most urgent first.
func Priorities() []Priority { return []Priority{P0, P1, P2} }

// SLA is how soon somebody must respond to an incident and have it resolved.
type SLA struct{ Response, Resolution time.Duration }

// level is everything that follows from a priority.
type level struct {
	meaning   string
	sla       SLA
	severity  string
	renotify  time.Duration
	autoClose time.Duration
}

func (p Priority) level() (level, bool) {
	switch p {
	case P0:
		return level{
			meaning: "platform down", severity: "CRITICAL",
			sla:      SLA{Response: 15 * time.Minute, Resolution: time.Hour},
			renotify: 30 * time.Minute, autoClose: 168 * time.Hour,
		}, true
	case P1:
		return level{
			meaning: "suite degraded", severity: "ERROR",
			sla:      SLA{Response: time.Hour, Resolution: 4 * time.Hour},
			renotify: time.Hour, autoClose: 72 * time.Hour,
		}, true
	case P2:
		return level{
			meaning: "feature affected", severity: "WARNING",
			sla:      SLA{Response: 4 * time.Hour, Resolution: 24 * time.Hour},
			renotify: 4 * time.Hour, autoClose: 24 * time.Hour,
		}, true
	default:
		return level{}, false
	}
}

// Valid says whether p is one of [Priorities].
func (p Priority) Valid() bool {
	_, ok := p.level()
	return ok
}

// SLA returns the times of p; false when p is no priority.
func (p Priority) SLA() (SLA, bool) {
	l, ok := p.level()
	return l.sla, ok
}

// Meaning returns what p stands for, such as "platform down"; empty for none.
func (p Priority) Meaning() string {
	l, _ := p.level()
	return l.meaning
}

// Severity returns the severity of Cloud Monitoring that p implies: CRITICAL,
// ERROR or WARNING; empty for none.
func (p Priority) Severity() string {
	l, _ := p.level()
	return l.severity
}

// Renotify returns how often an open incident of p is told again; 0 for none.
func (p Priority) Renotify() time.Duration {
	l, _ := p.level()
	return l.renotify
}

// AutoClose returns after how long without data an incident of p closes by
// itself; 0 for none. The more urgent the priority, the longer: data also stop
// when the platform is down for good, and a P0 incident that closes unseen over
// a weekend is worse than a P2 one that lingers for a day.
func (p Priority) AutoClose() time.Duration {
	l, _ := p.level()
	return l.autoClose
}
