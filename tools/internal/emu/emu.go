// Package emu talks to a running emulator.
package emu

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Client asks the emulator at an address.
type Client struct {
	// Addr is its host and port, such as "127.0.0.1:9010".
	Addr string
}

// Console is the address of the page for people.
func (c Client) Console() string { return "http://" + c.Addr + "/" }

// Object is one thing that stands in the emulator.
type Object struct {
	// Kind is the collection, such as "alertPolicies".
	Kind string
	// Name is the full resource name.
	Name string
	// Display is the display name; empty where the kind has none.
	Display string
}

// Request is one call that the emulator answered, as far as is needed here.
type Request struct {
	Time     time.Time     `json:"time"`
	RPC      string        `json:"rpc"`
	Method   string        `json:"method"`
	Path     string        `json:"path"`
	Code     string        `json:"code"`
	Duration time.Duration `json:"duration"`
}

// Healthy reports whether an emulator answers at the address.
func (c Client) Healthy(ctx context.Context) bool {
	var health struct {
		Status string `json:"status"`
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	return c.get(ctx, "/_emulator/healthz", &health) == nil && health.Status == "ok"
}

// WaitHealthy returns when an emulator answers, when ended is closed, or after
// half a minute.
func (c Client) WaitHealthy(ctx context.Context, ended <-chan struct{}) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for {
		if c.Healthy(ctx) {
			return nil
		}
		select {
		case <-ended:
			return errors.New("it ended right after its start")
		case <-ctx.Done():
			return fmt.Errorf("it does not answer on %s: %w", c.Addr, ctx.Err())
		case <-ticker.C:
		}
	}
}

// Inventory lists what users have made, ordered by kind and display name. The
// display names are asked for over the API itself.
func (c Client) Inventory(ctx context.Context) ([]Object, error) {
	var kinds map[string][]string
	if err := c.get(ctx, "/_emulator/inventory", &kinds); err != nil {
		return nil, err
	}
	var objects []Object
	for kind, names := range kinds {
		for _, name := range names {
			objects = append(objects, Object{Kind: kind, Name: name, Display: c.displayName(ctx, kind, name)})
		}
	}
	slices.SortFunc(objects, func(a, b Object) int {
		return strings.Compare(a.Kind+"\x00"+a.Display+"\x00"+a.Name, b.Kind+"\x00"+b.Display+"\x00"+b.Name)
	})
	return objects, nil
}

// displayName is empty when the object is of a kind that has none.
func (c Client) displayName(ctx context.Context, kind, name string) string {
	var path string
	switch kind {
	case "alertPolicies", "notificationChannels", "monitoringServices", "serviceLevelObjectives":
		path = "/monitoring.googleapis.com/v3/" + name
	case "dashboards":
		path = "/monitoring.googleapis.com/v1/" + name
	case "grafanaDashboards":
		path = "/grafana/api/dashboards/uid/" + name
	default:
		return "" // Of no kind with names for people.
	}
	var object struct {
		DisplayName string `json:"displayName"`
		Dashboard   struct {
			Title string `json:"title"`
		} `json:"dashboard"`
	}
	if err := c.get(ctx, path, &object); err != nil {
		return ""
	}
	return cmp.Or(object.DisplayName, object.Dashboard.Title)
}

// TakeRequests returns the calls since the last time and forgets them.
func (c Client) TakeRequests(ctx context.Context) ([]Request, error) {
	var log struct {
		Requests []Request `json:"requests"`
	}
	err := c.get(ctx, "/_emulator/requests?reset=true", &log)
	return log.Requests, err
}

// Post sends a JSON body to a path, such as that of an API under its host, and
// discards the reply.
func (c Client) Post(ctx context.Context, path, body string) error {
	return c.do(ctx, http.MethodPost, path, strings.NewReader(body), nil)
}

// Get decodes what a path answers, such as that of an API under its host.
func (c Client) Get(ctx context.Context, path string, into any) error { return c.get(ctx, path, into) }

func (c Client) get(ctx context.Context, path string, into any) error {
	return c.do(ctx, http.MethodGet, path, http.NoBody, into)
}

func (c Client) do(ctx context.Context, method, path string, body io.Reader, into any) error {
	req, err := http.NewRequestWithContext(ctx, method, "http://"+c.Addr+path, body)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	reply, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s answers %s: %s", method, path, resp.Status, reply)
	}
	if into == nil {
		return nil
	}
	if err := json.Unmarshal(reply, into); err != nil {
		return fmt.Errorf("%s %s does not answer as an emulator does: %w", method, path, err)
	}
	return nil
}
