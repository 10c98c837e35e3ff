package slo

import "github.com/cortx-platform/terraform-provider-cortx/internal/problem"

// Validate returns everything about s that the service would refuse, and what
// can't work. All values have to be known: of an unknown one, drop the problems
// under its path.
func (s SLO) Validate() []problem.Problem { return nil }
