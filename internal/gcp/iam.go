package gcp

import (
	"context"
	"strings"
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/internal/clock"
)

// Now is the time of the client's clock.
func (c *Client) Now() time.Time { return c.clk.Now() }

// EditUnderEtag runs round, which reads an object, edits it and writes it under
// its etag, and runs it again from the read when someone else was faster, or
// while IAM does not know an agent that was only just made. Rounds about one
// resource go one at a time in this process. round makes its write with
// [UnderEtag], and none when there is nothing to change.
func (c *Client) EditUnderEtag(ctx context.Context, op, resource string, round func(ctx context.Context) error) error {
	release, err := c.chain.writes.acquire(ctx, resource)
	if err != nil {
		return NewError(op, resource, err)
	}
	defer release()
	start, conflicts := c.clk.Now(), 0
	for i := 0; ; i++ {
		err := round(ctx)
		if err == nil {
			return nil
		}
		failure := NewError(op, resource, err)
		switch {
		case IsConflict(failure):
			if conflicts++; conflicts >= conflictRounds {
				return failure
			}
		case IsInvalid(failure) && strings.Contains(failure.Message, "does not exist") && c.clk.Now().Sub(start) < agentWait:
		default:
			return failure
		}
		wait := c.chain.jitter(min(backoffBase<<min(i, 6), backoffCap)) + failure.RetryDelay
		if err := c.clk.Sleep(ctx, wait); err != nil {
			return NewError(op, resource, err)
		}
	}
}

// Clock is the client's clock.
func (c *Client) Clock() clock.Clock { return c.clk }
