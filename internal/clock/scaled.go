package clock

import (
	"context"
	"time"
)

// NewScaled returns a clock that shows start now and runs factor times as fast
// as the machine's. Both sides of a simulation that share it see waits side by
// side as long as they are, which a [Virtual] clock adds up.
func NewScaled(start time.Time, factor float64) Clock {
	return scaled{start: start, real: time.Now(), factor: factor}
}

type scaled struct {
	start, real time.Time
	factor      float64
}

func (s scaled) Now() time.Time {
	return s.start.Add(time.Duration(float64(time.Since(s.real)) * s.factor))
}

func (s scaled) Sleep(ctx context.Context, d time.Duration) error {
	return System().Sleep(ctx, time.Duration(float64(d)/s.factor))
}
