package grafana

import (
	"context"

	"github.com/grafana/grafana-openapi-client-go/client/datasources"
	"github.com/grafana/grafana-openapi-client-go/client/folders"
	"github.com/grafana/grafana-openapi-client-go/models"
)

// Folder is a folder of dashboards.
type Folder struct {
	UID, Title string
	// URL is the whole address that people open.
	URL string
}

// GetFolder returns a folder.
func (c *Client) GetFolder(ctx context.Context, uid string) (Folder, error) {
	var reply *models.Folder
	err := c.do(ctx, call{op: "get folder", resource: uid, idempotent: true}, func(ctx context.Context) error {
		params := folders.NewGetFolderByUIDParamsWithTimeout(requestTimeout).WithContext(ctx).WithFolderUID(uid)
		ok, err := c.folders.GetFolderByUIDWithParams(params)
		if err == nil {
			reply = ok.GetPayload()
		}
		return err
	})
	if err != nil {
		return Folder{}, err
	}
	return Folder{UID: reply.UID, Title: reply.Title, URL: c.absolute(reply.URL)}, nil
}

// DataSource is a data source of dashboards.
type DataSource struct {
	UID, Name string
	// Type is the plugin's id, such as "prometheus".
	Type string
	// Default is true for the organisation's default data source.
	Default bool
}

// GetDataSource returns a data source, without its settings.
func (c *Client) GetDataSource(ctx context.Context, uid string) (DataSource, error) {
	var reply *models.DataSource
	err := c.do(ctx, call{op: "get data source", resource: uid, idempotent: true}, func(ctx context.Context) error {
		params := datasources.NewGetDataSourceByUIDParamsWithTimeout(requestTimeout).WithContext(ctx).WithUID(uid)
		ok, err := c.datasources.GetDataSourceByUIDWithParams(params)
		if err == nil {
			reply = ok.GetPayload()
		}
		return err
	})
	if err != nil {
		return DataSource{}, err
	}
	return DataSource{UID: reply.UID, Name: reply.Name, Type: reply.Type, Default: reply.IsDefault}, nil
}
