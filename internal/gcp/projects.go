package gcp

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"google.golang.org/api/cloudresourcemanager/v3"
)

// numbers remembers project numbers, which never change.
type numbers struct {
	group group[int64]
	mu    sync.Mutex
	known map[string]int64
}

// ProjectNumber returns the number of the project with this id. It asks once a
// project; a number given as the id is returned as is.
func (c *Client) ProjectNumber(ctx context.Context, project string) (int64, error) {
	if n, err := strconv.ParseInt(project, 10, 64); err == nil && n > 0 {
		return n, nil
	}
	c.numbers.mu.Lock()
	n, ok := c.numbers.known[project]
	c.numbers.mu.Unlock()
	if ok {
		return n, nil
	}
	return c.numbers.group.do(ctx, project, func(ctx context.Context) (int64, error) {
		return c.fetchNumber(ctx, project)
	})
}

func (c *Client) fetchNumber(ctx context.Context, project string) (int64, error) {
	name := "projects/" + project
	cl := &call{op: "GetProject", resource: name, api: "cloudresourcemanager", project: project, class: idempotent, cost: 1}
	service, err := cloudresourcemanager.NewService(ctx, c.restOptions("cloudresourcemanager")...)
	if err != nil {
		return 0, NewError(cl.op, name, err)
	}
	p, err := service.Projects.Get(name).Context(withCall(ctx, cl)).Do()
	if err != nil {
		return 0, NewError(cl.op, name, err)
	}
	// The name holds the number, whatever the request named.
	n, err := strconv.ParseInt(strings.TrimPrefix(p.Name, "projects/"), 10, 64)
	if err != nil {
		return 0, NewError(cl.op, name, fmt.Errorf("the reply names the project %q, which is no number", p.Name))
	}
	c.numbers.mu.Lock()
	defer c.numbers.mu.Unlock()
	if c.numbers.known == nil {
		c.numbers.known = map[string]int64{}
	}
	c.numbers.known[project] = n
	return n, nil
}
