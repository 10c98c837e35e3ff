package gcp

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"cloud.google.com/go/container/apiv1/containerpb"
	"google.golang.org/api/compute/v1"
	"google.golang.org/api/sqladmin/v1"
	"google.golang.org/grpc/codes"
)

const (
	// operationPoll is the time between the first polls of an operation, and
	// operationPollMax the longest.
	operationPoll    = time.Second
	operationPollMax = 30 * time.Second
	// operationShare bounds how late the end of an operation is seen, as a
	// part of the time that it took.
	operationShare = 0.05
	// emulatedPoll is operationPoll with the emulator, whose operations take a
	// small part of the real ones' time unless it is told otherwise.
	emulatedPoll = 20 * time.Millisecond
	// busyWait is the longest wait for the turn at a cluster or an instance:
	// Google's own upgrades can take this long.
	busyWait = 60 * time.Minute
)

// Poll asks once about an operation: whether it is done, and how it failed.
type Poll func(ctx context.Context) (done bool, err error)

// Await waits for an operation of any API. It is bounded by ctx; an error of
// poll that says the service can't be reached just now does not end it. progress
// may be nil.
func (c *Client) Await(ctx context.Context, op, resource string, progress func(ctx context.Context, p Progress), poll Poll) error {
	opts := WaitOptions{
		Op: op, Resource: resource, Clock: c.clk, Initial: operationPoll, Max: operationPollMax, Share: operationShare, Progress: progress,
	}
	if first := c.firstPoll(); first != 0 {
		opts.Initial = first
	}
	_, err := Wait(ctx, opts, func(ctx context.Context) (struct{}, bool, error) {
		done, err := poll(ctx)
		return struct{}{}, done, err
	})
	return err
}

// firstPoll is how soon an operation is polled at first, where that is not what
// suits the operations of Google Cloud.
func (c *Client) firstPoll() time.Duration {
	if c.cfg.FirstPoll == 0 && c.Emulated() {
		return emulatedPoll
	}
	return c.cfg.FirstPoll
}

// AwaitCompute waits for an operation of Compute Engine, global, regional or
// zonal, and returns the error that it ended in.
func (c *Client) AwaitCompute(ctx context.Context, project string, op *compute.Operation, progress func(ctx context.Context, p Progress)) error {
	apis, err := APIsOf(c)
	if err != nil {
		return err
	}
	get := func(ctx context.Context) (*compute.Operation, error) {
		ctx = Reading(ctx, "WaitOperation", "projects/"+project+"/operations/"+op.Name)
		switch {
		case op.Zone != "":
			return apis.Compute.ZoneOperations.Wait(project, lastSegment(op.Zone), op.Name).Context(ctx).Do()
		case op.Region != "":
			return apis.Compute.RegionOperations.Wait(project, lastSegment(op.Region), op.Name).Context(ctx).Do()
		default:
			return apis.Compute.GlobalOperations.Wait(project, op.Name).Context(ctx).Do()
		}
	}
	return c.Await(ctx, op.OperationType, op.TargetLink, progress, func(ctx context.Context) (bool, error) {
		if op.Status != "DONE" {
			found, err := get(ctx)
			if err != nil {
				return false, err
			}
			op = found
		}
		return op.Status == "DONE", computeFailure(op)
	})
}

// computeFailure is the error that an operation of Compute Engine ended in.
func computeFailure(op *compute.Operation) error {
	if op.Error == nil || len(op.Error.Errors) == 0 {
		return nil
	}
	first := op.Error.Errors[0]
	status := int(op.HttpErrorStatusCode)
	if status == 0 {
		status = http.StatusInternalServerError
	}
	return operationFailed(op.OperationType, op.TargetLink, codeOfHTTP(status), status, first.Code, first.Message)
}

// AwaitSQL waits for an operation of Cloud SQL.
func (c *Client) AwaitSQL(ctx context.Context, project string, op *sqladmin.Operation, progress func(ctx context.Context, p Progress)) error {
	apis, err := APIsOf(c)
	if err != nil {
		return err
	}
	resource := "projects/" + project + "/instances/" + op.TargetId
	return c.Await(ctx, op.OperationType, resource, progress, func(ctx context.Context) (bool, error) {
		if op.Status != "DONE" {
			found, err := apis.SQL.Operations.Get(project, op.Name).Context(Reading(ctx, "GetOperation", resource)).Do()
			if err != nil {
				return false, err
			}
			op = found
		}
		if op.Status != "DONE" || op.Error == nil || len(op.Error.Errors) == 0 {
			return op.Status == "DONE", nil
		}
		first := op.Error.Errors[0]
		return true, operationFailed(op.OperationType, resource, codes.Unknown, 0, first.Code, first.Message)
	})
}

// AwaitCluster waits for an operation of GKE. name is the operation's full
// name, projects/P/locations/L/operations/O.
func (c *Client) AwaitCluster(ctx context.Context, name string, progress func(ctx context.Context, p Progress)) error {
	apis, err := APIsOf(c)
	if err != nil {
		return err
	}
	return c.Await(ctx, "GKE operation", name, progress, func(ctx context.Context) (bool, error) {
		op, err := apis.Clusters.GetOperation(Reading(ctx, "GetOperation", name), &containerpb.GetOperationRequest{Name: name})
		if err != nil {
			return false, err
		}
		if op.GetStatus() != containerpb.Operation_DONE {
			return false, nil
		}
		if e := op.GetError(); e.GetCode() != 0 || e.GetMessage() != "" {
			code := codes.Code(uint32(e.GetCode())) //nolint:gosec // A canonical code.
			return true, operationFailed(op.GetOperationType().String(), name, code, 0, "", e.GetMessage())
		}
		return true, nil
	})
}

// longRunning is google.longrunning.Operation in JSON, which every API has a Go
// type of its own for.
type longRunning struct {
	Name  string `json:"name"`
	Done  bool   `json:"done"`
	Error *struct {
		Code    uint32 `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

// AwaitLongRunning waits for an operation of the common form, as any API's Go
// type for it, and returns the error that it ended in; get asks for it once more.
func AwaitLongRunning[O any](ctx context.Context, c *Client, begun O, progress func(ctx context.Context, p Progress), get func(ctx context.Context, name string) (O, error)) error {
	op, err := common(begun)
	if err != nil {
		return err
	}
	return c.Await(ctx, "Operation", op.Name, progress, func(ctx context.Context) (bool, error) {
		if !op.Done {
			found, err := get(Reading(ctx, "GetOperation", op.Name), op.Name)
			if err != nil {
				return false, err
			}
			if op, err = common(found); err != nil {
				return false, err
			}
		}
		if op.Done && op.Error != nil {
			return true, operationFailed("Operation", op.Name, codes.Code(op.Error.Code), 0, "", op.Error.Message)
		}
		return op.Done, nil
	})
}

func common(op any) (longRunning, error) {
	var out longRunning
	raw, err := json.Marshal(op)
	if err == nil {
		err = json.Unmarshal(raw, &out)
	}
	return out, err
}

// operationFailed is the error that an operation ended in. It is about what the
// operation did, so no retry of the poll mends it.
func operationFailed(op, resource string, code codes.Code, status int, reason, message string) error {
	if code == codes.OK {
		code = codes.Unknown
	}
	if status == 0 {
		status = httpStatus(code)
	}
	return &Error{Op: op, Resource: resource, Code: code, HTTPStatus: status, Reason: reason, Message: clean(message), ended: true}
}

// IsOperationFailed reports the error that a long-running operation ended in.
func IsOperationFailed(err error) bool {
	return match(err, func(e *Error) bool { return e.ended })
}

// WhenFree makes a call that a cluster or an instance refuses while another
// operation is under way, among them Google's own, again until it is its turn
// (hashicorp/terraform-provider-google issues 3650, 10366 and 15205).
func (c *Client) WhenFree(ctx context.Context, op, resource string, progress func(ctx context.Context, p Progress), try func(ctx context.Context) error) error {
	opts := WaitOptions{Op: op, Resource: resource, Initial: 2 * operationPoll, Timeout: busyWait, Progress: progress}
	return c.again(ctx, opts, func(ctx context.Context) (bool, error) {
		err := try(ctx)
		return IsBusy(err), err
	})
}

// again makes a call again for as long as it says that it was refused for a while
// only.
func (c *Client) again(ctx context.Context, opts WaitOptions, try func(ctx context.Context) (refused bool, err error)) error {
	opts.Clock, opts.Max = c.clk, operationPollMax
	if first := c.firstPoll(); first != 0 {
		opts.Initial, opts.Share = first, operationShare
	}
	_, err := Wait(ctx, opts, func(ctx context.Context) (struct{}, bool, error) {
		refused, err := try(ctx)
		if refused {
			return struct{}{}, false, nil
		}
		return struct{}{}, true, final(err)
	})
	return err
}

// grantWait is how long a grant may take to be in force, and then some: see
// https://cloud.google.com/iam/docs/access-change-propagation.
const grantWait = 10 * time.Minute

// WhenGranted makes a call that a service refuses while it does not know yet that
// it may use a key, again until it does: a grant shows in the key's policy long
// before it is in force. When the wait is over the service's own words are the
// error.
func (c *Client) WhenGranted(ctx context.Context, op, resource string, progress func(ctx context.Context, p Progress), try func(ctx context.Context) error) error {
	start := c.clk.Now()
	opts := WaitOptions{Op: op, Resource: resource, Initial: 5 * operationPoll, Progress: progress}
	return c.again(ctx, opts, func(ctx context.Context) (bool, error) {
		// The last try is one that begins after the wait: a call, or a machine
		// that slept, may have taken all of it.
		early := c.clk.Now().Sub(start) < grantWait
		err := try(ctx)
		return early && IsKeyDenied(err), err
	})
}

// final keeps a wait from taking the error of a write for a passing one of a
// poll: the chain has made its retries already.
func final(err error) error {
	if err == nil {
		return nil
	}
	e := *NewError("", "", err)
	e.ended = true
	return &e
}

// IsBusy reports that an operation is under way which the call has to wait for.
func IsBusy(err error) bool {
	return match(err, func(e *Error) bool {
		switch {
		case e.Reason == "operationInProgress" || e.Reason == "resourceNotReady":
			return true
		case e.Code == codes.FailedPrecondition || e.HTTPStatus == http.StatusBadRequest || e.Code == codes.Aborted || e.HTTPStatus == http.StatusConflict:
			m := strings.ToLower(e.Message)
			return strings.Contains(m, "operation") && (strings.Contains(m, "in progress") || strings.Contains(m, "currently") || strings.Contains(m, "incompatible operation") || strings.Contains(m, "is running"))
		default:
			return false
		}
	})
}

func lastSegment(link string) string { return link[strings.LastIndex(link, "/")+1:] }
