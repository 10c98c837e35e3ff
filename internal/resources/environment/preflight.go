package environment

import (
	"context"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

func (r *environment) preflight(ctx context.Context, raw tftypes.Value, planned model, p *planner) {}
