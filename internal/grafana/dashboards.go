package grafana

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/grafana/grafana-openapi-client-go/client/dashboards"
	"github.com/grafana/grafana-openapi-client-go/models"
)

// Meta is what Grafana knows of a dashboard beside its JSON.
type Meta struct {
	// FolderUID is the folder's UID, "" for the general folder.
	FolderUID string
	// URL is the whole address that people open.
	URL string
	// Version counts the saves.
	Version int64
	// Provisioned is true for a dashboard that a file on the server owns: the
	// API refuses to change it.
	Provisioned bool
}

// GetDashboard returns a dashboard's JSON as Grafana keeps it.
func (c *Client) GetDashboard(ctx context.Context, uid string) (string, Meta, error) {
	var reply *models.DashboardFullWithMeta
	k := call{op: "get dashboard", resource: uid, idempotent: true}
	err := c.do(ctx, k, func(ctx context.Context) error {
		params := dashboards.NewGetDashboardByUIDParamsWithTimeout(requestTimeout).WithContext(ctx).WithUID(uid)
		ok, err := c.dashboards.GetDashboardByUIDWithParams(params)
		if err == nil {
			reply = ok.GetPayload()
		}
		return err
	})
	if err != nil {
		return "", Meta{}, err
	}
	body, isObject := reply.Dashboard.(map[string]any)
	if !isObject || reply.Meta == nil {
		return "", Meta{}, &Error{Op: k.op, Resource: uid, Message: "the answer has no dashboard in it", final: true}
	}
	text, err := encode(body)
	if err != nil {
		return "", Meta{}, err
	}
	return text, Meta{
		FolderUID: reply.Meta.FolderUID, URL: c.absolute(reply.Meta.URL),
		Version: reply.Meta.Version, Provisioned: reply.Meta.Provisioned,
	}, nil
}

// SaveDashboard creates or replaces the dashboard whose "uid" the JSON has, in
// the folder with the UID given ("" is the general one). Without overwrite the
// JSON's "version" has to be the one that stands ([WithVersion] sets it), and
// without a version none may stand: else the error is a conflict. The message
// appears in the dashboard's history. It returns the UID, the whole address and
// the new version.
func (c *Client) SaveDashboard(ctx context.Context, dashboard, folderUID string, overwrite bool, message string) (uid, url string, version int64, err error) {
	body, err := decode(dashboard)
	if err != nil {
		return "", "", 0, err
	}
	uid, _ = body["uid"].(string)
	// The id is of one database; the UID is what counts.
	delete(body, "id")
	k := call{
		op: "save dashboard", resource: uid, outlives: true,
		// Without a UID each attempt would make another dashboard. Without
		// overwrite the second of two finds what the first has left.
		idempotent: uid != "",
	}
	var (
		reply    *models.PostDashboardOKBody
		doubtful bool
	)
	err = c.do(ctx, k, func(ctx context.Context) error {
		params := dashboards.NewPostDashboardParamsWithTimeout(requestTimeout).WithContext(ctx).WithBody(&models.SaveDashboardCommand{
			Dashboard: body, FolderUID: folderUID, Overwrite: overwrite, Message: message,
		})
		ok, err := c.dashboards.PostDashboardWithParams(params)
		if err == nil {
			reply = ok.GetPayload()
			return nil
		}
		if doubtful && IsConflict(err) {
			if found, ok := c.saved(ctx, uid, body); ok {
				reply = found
				return nil
			}
		}
		doubtful = doubtful || IsUnavailable(asError(err))
		return err
	})
	if err != nil {
		return "", "", 0, err
	}
	if reply.UID == nil || reply.URL == nil || reply.Version == nil {
		return "", "", 0, &Error{Op: k.op, Resource: uid, Message: "the answer lacks the dashboard's UID, address or version", final: true}
	}
	return *reply.UID, c.absolute(*reply.URL), *reply.Version, nil
}

// saved looks whether an attempt without a reply has taken effect: what stands
// is what was sent.
func (c *Client) saved(ctx context.Context, uid string, sent map[string]any) (*models.PostDashboardOKBody, bool) {
	params := dashboards.NewGetDashboardByUIDParamsWithTimeout(requestTimeout).WithContext(ctx).WithUID(uid)
	ok, err := c.dashboards.GetDashboardByUIDWithParams(params)
	if err != nil {
		return nil, false
	}
	stands, isObject := ok.GetPayload().Dashboard.(map[string]any)
	meta := ok.GetPayload().Meta
	if !isObject || meta == nil || !same(stands, sent) {
		return nil, false
	}
	return &models.PostDashboardOKBody{UID: &uid, URL: &meta.URL, Version: &meta.Version}, true
}

// DeleteDashboard deletes a dashboard. That it is gone already is no error.
func (c *Client) DeleteDashboard(ctx context.Context, uid string) error {
	err := c.do(ctx, call{op: "delete dashboard", resource: uid, idempotent: true, outlives: true}, func(ctx context.Context) error {
		params := dashboards.NewDeleteDashboardByUIDParamsWithTimeout(requestTimeout).WithContext(ctx).WithUID(uid)
		_, err := c.dashboards.DeleteDashboardByUIDWithParams(params)
		return err
	})
	if IsNotFound(err) {
		return nil
	}
	return err
}

// WithVersion returns a dashboard's JSON with "version" set, for a save that
// must not undo somebody else's.
func WithVersion(dashboard string, version int64) (string, error) {
	body, err := decode(dashboard)
	if err != nil {
		return "", err
	}
	body["version"] = version
	return encode(body)
}

// decode reads one JSON object and keeps its numbers as they are spelled.
func decode(dashboard string) (map[string]any, error) {
	var body map[string]any
	d := json.NewDecoder(bytes.NewReader([]byte(dashboard)))
	d.UseNumber()
	if err := d.Decode(&body); err != nil {
		return nil, fmt.Errorf("the dashboard is not a JSON object: %w", err)
	}
	if body == nil || d.More() {
		return nil, errors.New("the dashboard is not a JSON object")
	}
	return body, nil
}

func encode(body map[string]any) (string, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(body); err != nil {
		return "", fmt.Errorf("the dashboard can't be written as JSON: %w", err)
	}
	return string(bytes.TrimRight(b.Bytes(), "\n")), nil
}

// same compares two dashboards but for what Grafana sets itself.
func same(a, b map[string]any) bool {
	strip := func(m map[string]any) string {
		kept := make(map[string]any, len(m))
		for key, v := range m {
			if key != "id" && key != "version" {
				kept[key] = v
			}
		}
		text, err := encode(kept)
		if err != nil {
			return ""
		}
		return text
	}
	text := strip(a)
	return text != "" && text == strip(b)
}
