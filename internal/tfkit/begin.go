package tfkit

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cortx-platform/terraform-provider-cortx/internal/clock"
	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
)

// Timeout is one of the methods of a resource's timeouts.
type Timeout func(ctx context.Context, standard time.Duration) (time.Duration, diag.Diagnostics)

// Begin opens a method that writes: it returns the client, and a context that
// ends with the configured timeout. emulated is where the state was made, null
// for a create. When it adds an error to diags, it returns no client.
func (b *Base) Begin(ctx context.Context, timeout Timeout, standard time.Duration, emulated types.Bool, diags *diag.Diagnostics) (*gcp.Client, context.Context, context.CancelFunc) {
	client := b.Client(diags)
	limit, d := timeout(ctx, standard)
	diags.Append(d...)
	if diags.HasError() || !b.CheckEmulated(emulated, diags) {
		return nil, ctx, func() {}
	}
	ctx, cancel := clock.WithTimeout(ctx, client.Clock(), limit)
	return client, ctx, cancel
}

// BeginRead is Begin for Read. Without a client, while the provider's own
// configuration is unknown, it warns that the state is what it was; noun is what
// messages call the object, such as "alert policy".
func (b *Base) BeginRead(ctx context.Context, noun string, timeout Timeout, standard time.Duration, emulated types.Bool, diags *diag.Diagnostics) (*gcp.Client, context.Context, context.CancelFunc) {
	if diags.HasError() || !b.CheckEmulated(emulated, diags) {
		return nil, ctx, func() {}
	}
	if b.Data == nil || b.Data.Client == nil {
		diags.AddWarning("The "+noun+" was not refreshed.", "A value of the provider block is known only after apply. The plan is made from the last known state.")
		return nil, ctx, func() {}
	}
	return b.Begin(ctx, timeout, standard, emulated, diags)
}
