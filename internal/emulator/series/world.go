package series

import (
	"math"
	"strconv"
	"strings"
	"sync/atomic"
)

// What stands in every project.
const (
	Location = "us-central1"
	Cluster  = "cortx-prod"
	database = "cortx-main"
)

// platformNamespace runs what all tenants share.
const platformNamespace = "cortx-platform"

// tenants are the namespaces besides the platform's, with their share of the
// traffic and how much of the error budget of 0.1 % their incidents spend.
var tenants = []struct {
	namespace string
	load      float64
	trouble   float64
}{
	{platformNamespace, 1.6, 0.25},
	{"tenant-acme", 1.0, 0.45},
	{"tenant-globex", 0.7, 0.3},
	{"tenant-initech", 0.4, 1.1},
	{"tenant-umbrella", 0.25, 0.2},
}

// world is what runs in a project.
type world struct {
	seed      uint64
	project   string
	location  string
	cluster   string
	database  string
	check     string
	namespace []*namespace
}

// namespace is a tenant, or the platform's own.
type namespace struct {
	w    *world
	name string
	load float64
	// trouble is the share of all requests that incidents spoil.
	trouble   float64
	incidents incidents
	pods      []*pod
}

// pod is one pod of a deployment; managed collection scrapes it as one target.
type pod struct {
	ns        *namespace
	job, name string
	seed      uint64
	// share is its part of the work of its deployment.
	share float64
}

// Deployments of a namespace, which are the jobs of its PodMonitoring too.
const (
	jobAPI    = "api"
	jobRunner = "pack-runner"
	jobAI     = "ai-gateway"
)

var deployments = []struct {
	job  string
	pods int
}{{jobAPI, 2}, {jobRunner, 2}, {jobAI, 1}}

func newWorld(seed uint64, project string, n named) *world {
	w := &world{
		seed: hash(seed, project), project: project, location: Location, cluster: Cluster,
		database: project + ":" + database, check: "cortx-api-health",
	}
	if n["cluster"] != "" {
		w.cluster = n["cluster"]
	}
	if n["database_id"] != "" {
		w.database = n["database_id"]
	}
	if n["check_id"] != "" {
		w.check = n["check_id"]
	}
	known := false
	for _, t := range tenants {
		if n["namespace"] == "" || n["namespace"] == t.namespace {
			w.namespace = append(w.namespace, w.newNamespace(t.namespace, t.load, t.trouble))
			known = true
		}
	}
	if !known {
		h := hash(w.seed, "namespace", n["namespace"])
		w.namespace = append(w.namespace, w.newNamespace(n["namespace"], between(h, 0.3, 1.2), between(mix(h), 0.1, 0.6)))
	}
	return w
}

// budget is the share of requests that an objective of 99.9 % lets fail.
const budget = 0.001

func (w *world) newNamespace(name string, load, trouble float64) *namespace {
	ns := &namespace{w: w, name: name, load: load, trouble: trouble * budget}
	seed := hash(w.seed, w.cluster, name)
	ns.incidents = incidents{slot: between(seed, 2.2, 3.4) * day, shortest: 18 * minute, longest: 75 * minute, seed: mix(seed)}
	for _, d := range deployments {
		replica := hash(seed, d.job)
		for i := range d.pods {
			h := hash(replica, strconv.Itoa(i))
			ns.pods = append(ns.pods, &pod{
				ns: ns, job: d.job, seed: h, share: 1 / float64(d.pods),
				name: d.job + "-" + code(replica, 9, "0123456789abcdef") + "-" + code(h, 5, "bcdfghjklmnpqrstvwxz2456789"),
			})
		}
	}
	return ns
}

// code is a random part of a name, as Kubernetes gives them.
func code(h uint64, length int, letters string) string {
	var out strings.Builder
	for range length {
		h = mix(h)
		out.WriteByte(letters[h%uint64(len(letters))])
	}
	return out.String()
}

// each calls visit for every pod of a deployment, or of all with "".
func (w *world) each(job string, visit func(p *pod)) {
	for _, ns := range w.namespace {
		for _, p := range ns.pods {
			if job == "" || p.job == job {
				visit(p)
			}
		}
	}
}

// target returns the labels that managed collection gives to the series of a
// pod, and more.
func (p *pod) target(more ...string) []string {
	return append([]string{
		"project_id", p.ns.w.project, "location", p.ns.w.location, "cluster", p.ns.w.cluster,
		"namespace", p.ns.name, "job", p.job, "instance", p.name + ":metrics", "pod", p.name, "container", p.job,
	}, more...)
}

// restartPeriod is how long a pod runs between two restarts.
const restartPeriod = 11 * day

// started returns when the container of a pod that runs at t was started.
func (p *pod) started(t float64) float64 {
	offset := unit(mix(p.seed)) * restartPeriod
	return math.Floor((t+offset)/restartPeriod)*restartPeriod - offset
}

// tally counts events of a pod: whole, and from zero at each restart.
type tally struct {
	pod   *pod
	total func(t float64) float64
	// last is the latest start that was asked for, with the total at it.
	last atomic.Pointer[origin]
}

type origin struct{ at, total float64 }

func (p *pod) tally(total func(t float64) float64) *tally { return &tally{pod: p, total: total} }

// at returns the count at t.
func (c *tally) at(t float64) float64 {
	start := c.pod.started(t)
	from := c.last.Load()
	if from == nil || from.at != start {
		from = &origin{at: start, total: math.Floor(c.total(start))}
		c.last.Store(from)
	}
	return max(0, math.Floor(c.total(t))-from.total)
}

// wave returns a rate of a pod's work, with noise of its own a name.
func (p *pod) wave(perSecond float64, name ...string) wave {
	return wave{perSecond: perSecond, swing: ofPeople, peak: 13.5*hour + between(hash(p.ns.w.seed, p.ns.name), -2, 2)*hour, seed: hash(p.seed, name...)}
}

// chance is a wave that does not follow the work of people.
func (p *pod) chance(perSecond float64, name ...string) wave {
	w := p.wave(perSecond, name...)
	w.swing = ofChance
	return w
}
