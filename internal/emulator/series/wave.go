package series

import "math"

// Lengths of time in seconds.
const (
	minute = 60.0
	hour   = 60 * minute
	day    = 24 * hour
	week   = 7 * day
)

// swing is how a rate moves: the shares of it by which days, weeks and noise
// move it. For noise, which is steepest at three times its share between two
// draws, that counts threefold. The sum stays under 1: so no rate is ever
// negative, and no counter falls.
type swing struct{ day, week, slow, fast float64 }

var (
	// ofPeople follows the hours in which people work.
	ofPeople = swing{day: 0.36, week: 0.12, slow: 0.05, fast: 0.07}
	// ofChance goes up and down for reasons of its own.
	ofChance = swing{day: 0.16, week: 0.05, slow: 0.15, fast: 0.1}
)

// Lengths of time between two draws of noise.
const (
	slowCell = 23 * minute
	fastCell = 3 * minute
)

// wave is a rate over time that can be summed up in closed form.
type wave struct {
	perSecond float64
	swing     swing
	// peak is the time of day, in seconds, at which the rate is highest.
	peak float64
	seed uint64
}

// total is the integral of the rate from the epoch to t, in seconds.
func (w wave) total(t float64) float64 {
	const dayTurn, weekTurn = 2 * math.Pi / day, 2 * math.Pi / week
	sum := t
	sum += w.swing.day / dayTurn * math.Sin(dayTurn*(t-w.peak))
	sum += w.swing.week / weekTurn * math.Sin(weekTurn*(t-midWeek))
	sum += w.swing.slow * slowCell * noise(w.seed, t/slowCell)
	sum += w.swing.fast * fastCell * noise(w.seed+1, t/fastCell)
	return w.perSecond * sum
}

// level is the rate itself without the noise, as a multiple of its mean.
func (w wave) level(t float64) float64 {
	return 1 + w.swing.day*math.Cos(2*math.Pi/day*(t-w.peak)) + w.swing.week*math.Cos(2*math.Pi/week*(t-midWeek))
}

// midWeek is a Wednesday at noon, counted from the epoch, which was a Thursday.
const midWeek = 6*day + 12*hour

// noise is a smooth random curve between -1 and 1 with one draw a unit of x.
func noise(seed uint64, x float64) float64 {
	cell := math.Floor(x)
	at := x - cell
	k := uint64(int64(cell)) //nolint:gosec // the bits of the cell's number, of either sign
	from, to := draw(seed, k), draw(seed, k+1)
	return from + (to-from)*at*at*(3-2*at)
}

func draw(seed, k uint64) float64 { return 2*unit(mix(seed^mix(k))) - 1 }

// incidents are what goes wrong now and then: one in each slot of time, at a
// place and of a length that the slot's number decides.
type incidents struct {
	slot              float64 // seconds
	shortest, longest float64 // seconds
	seed              uint64
}

// window returns the start and the length of the incident in a slot.
func (i incidents) window(slot float64) (start, length float64) {
	h := mix(i.seed ^ mix(uint64(int64(slot)))) //nolint:gosec // the bits of the slot's number, of either sign
	length = between(h, i.shortest, i.longest)
	return slot*i.slot + unit(mix(h))*(i.slot-length), length
}

// total counts the incidents up to t. It grows by 1 over each of them, smoothly,
// so that a shorter one is the harder one.
func (i incidents) total(t float64) float64 {
	slot := math.Floor(t / i.slot)
	x := i.within(t, slot)
	return slot + x*x*(3-2*x)
}

// level is how bad it is at t, from 0 to 1.
func (i incidents) level(t float64) float64 {
	x := i.within(t, math.Floor(t/i.slot))
	return 4 * x * (1 - x)
}

func (i incidents) within(t, slot float64) float64 {
	start, length := i.window(slot)
	return min(max((t-start)/length, 0), 1)
}

// curve is a gauge's course: it follows the day, wavers, and answers to
// incidents.
type curve struct {
	mean, swing, waver float64
	peak               float64
	seed               uint64
	// incident is what a full incident adds.
	incident float64
	trouble  incidents
}

func (c curve) at(t float64) float64 {
	v := c.mean + c.swing*math.Cos(2*math.Pi/day*(t-c.peak))
	v += c.waver * (0.6*noise(c.seed, t/slowCell) + 0.4*noise(c.seed+1, t/fastCell))
	if c.incident != 0 {
		v += c.incident * c.trouble.level(t)
	}
	return v
}

// lognormal is the distribution of a duration: half of them take less than the
// median, in seconds, and spread is the deviation of the logarithm.
type lognormal struct{ median, spread float64 }

// below is the share of durations up to a bound in seconds.
func (l lognormal) below(bound float64) float64 {
	if math.IsInf(bound, 1) {
		return 1
	}
	return 0.5 * (1 + math.Erf(math.Log(bound/l.median)/(l.spread*math.Sqrt2)))
}

func (l lognormal) mean() float64 { return l.median * math.Exp(l.spread*l.spread/2) }
