package dash

import (
	"encoding/json"
	"fmt"
	"slices"
	"sort"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// The data sources of Grafana that queries go to, by plugin.
const (
	// DataSourcePrometheus is Prometheus, or what speaks its API.
	DataSourcePrometheus = "prometheus"
	// DataSourceBigQuery is Grafana's plugin for BigQuery.
	DataSourceBigQuery = "grafana-bigquery-datasource"
)

// grafanaColumns is the width of Grafana's grid.
const grafanaColumns = 24

// defaultTimeFrom is the time that Grafana shows where a dashboard says nothing.
const defaultTimeFrom = "now-6h"

// GrafanaOptions is what a Grafana dashboard has besides its description.
type GrafanaOptions struct {
	// UID is the dashboard's unique id in its organisation: letters, digits,
	// hyphens and underscores, at most 40.
	UID string
	// FolderUID is the folder that the dashboard is saved in. It is no part of
	// the JSON.
	FolderUID string
	// DataSourceUID is the Prometheus data source; empty lets people choose one
	// at the top of the page.
	DataSourceUID string
	// BigQueryDataSourceUID is the data source of BigQuery tiles; empty lets
	// people choose one, where there are such tiles.
	BigQueryDataSourceUID string
	// Project is the Google Cloud project that BigQuery jobs run in; empty
	// leaves it to the data source.
	Project string
	// Refresh is how often the page reloads, such as "1m"; empty for never.
	Refresh string
	// TimeFrom is the start of the time shown, such as "now-24h"; the default
	// is "now-6h". It ends now.
	TimeFrom string
}

// GrafanaJSON renders the dashboard for Grafana, as one line of JSON whose
// bytes are the same each time. It is what Grafana's classic dashboard API
// takes and what Grafana's own strict decoder accepts. What Grafana can't
// express is in [GrafanaProblems]; in the place of such a tile stands a text
// that says so, since the JSON of a dashboard that is for Cloud Monitoring alone
// is shown too.
func (d Dashboard) GrafanaJSON(opts GrafanaOptions) (string, error) {
	g := grafanaPage{opts: opts, page: d.Arranged()}
	b := dashboard.NewDashboardBuilder(d.DisplayName).
		Tags(grafanaTags(d.Labels)).
		Timezone(common.TimeZoneBrowser).
		Tooltip(dashboard.DashboardCursorSyncCrosshair).
		Time(orDefault(opts.TimeFrom, defaultTimeFrom), "now")
	if opts.UID != "" {
		b.Uid(opts.UID)
	}
	if opts.Refresh != "" {
		b.Refresh(opts.Refresh)
	}
	g.chooseDataSources()
	for _, v := range g.variables() {
		b.WithVariable(v)
	}
	for _, link := range d.Links {
		b.Link(dashboard.NewDashboardLinkBuilder(link.Title).
			Type(dashboard.DashboardLinkTypeLink).Icon("external link").Url(link.URL).TargetBlank(true))
	}
	if err := g.sections(b); err != nil {
		return "", err
	}
	built, err := b.Build()
	if err != nil {
		return "", fmt.Errorf("the dashboard can't be built for Grafana: %w", err)
	}
	text, err := json.Marshal(built)
	if err != nil {
		return "", fmt.Errorf("the dashboard can't be written for Grafana: %w", err)
	}
	return string(text), nil
}

// grafanaPage is a dashboard on its way to Grafana.
type grafanaPage struct {
	opts       GrafanaOptions
	page       Dashboard
	prometheus common.DataSourceRef
	bigQuery   common.DataSourceRef
	nextID     uint32
}

// sections adds the tiles, section by section, from top to bottom.
func (g *grafanaPage) sections(b *dashboard.DashboardBuilder) error {
	var top int64
	for i, s := range g.page.Sections {
		tiles := shownTiles(s, TargetGrafana)
		if len(tiles) == 0 {
			continue
		}
		var row *dashboard.RowBuilder
		if s.Title != "" || s.Collapsed || len(g.page.Sections) > 1 {
			row = dashboard.NewRowBuilder(s.Title).Collapsed(s.Collapsed).Id(g.id()).
				GridPos(dashboard.GridPos{X: 0, Y: cells(top), W: grafanaColumns, H: 1})
			top++
			if !s.Collapsed {
				b.WithRow(row)
			}
		}
		bottom := top
		for _, t := range tiles {
			panel, err := g.panel(s.Tiles[t], top)
			if err != nil {
				return fmt.Errorf("sections[%d].tiles[%d] can't be built for Grafana: %w", i, t, err)
			}
			if s.Collapsed {
				row.WithPanel(built{panel})
				continue
			}
			b.WithPanel(built{panel})
			bottom = max(bottom, int64(panel.GridPos.Y+panel.GridPos.H))
		}
		if s.Collapsed {
			b.WithRow(row)
		}
		top = bottom
	}
	return nil
}

// shownTiles returns the indexes of the tiles that a target shows, by rows and
// then by columns: the order that Grafana keeps panels in.
func shownTiles(s Section, target string) []int {
	var shown []int
	for i, t := range s.Tiles {
		if t.Shows(target) {
			shown = append(shown, i)
		}
	}
	sort.SliceStable(shown, func(a, b int) bool {
		x, y := s.Tiles[shown[a]], s.Tiles[shown[b]]
		return y.Y > x.Y || y.Y == x.Y && y.X > x.X
	})
	return shown
}

func (g *grafanaPage) id() uint32 {
	g.nextID++
	return g.nextID
}

// place halves the grid of 48 columns. Both edges round down, so that tiles
// side by side stay so.
func place(t Tile, top int64) dashboard.GridPos {
	left, upper := t.X/2, t.Y/2
	return dashboard.GridPos{
		X: cells(left), Y: cells(top + upper),
		W: cells(max(1, (t.X+t.Width)/2-left)), H: cells(max(1, (t.Y+t.Height)/2-upper)),
	}
}

// cells clamps a number of grid cells to what can be a place.
func cells(n int64) uint32 {
	return uint32(min(max(n, 0), 1<<20))
}

// built is a panel that its own builder has checked already.
type built struct{ panel dashboard.Panel }

// Build implements [cog.Builder].
func (b built) Build() (dashboard.Panel, error) { return b.panel, nil }

var _ cog.Builder[dashboard.Panel] = built{}

// grafanaTags turns labels into tags, sorted.
func grafanaTags(labels map[string]string) []string {
	tags := make([]string, 0, len(labels))
	for key, value := range labels {
		if value != "" {
			key += ":" + value
		}
		tags = append(tags, key)
	}
	slices.Sort(tags)
	return tags
}

func orDefault(text, fallback string) string {
	if text == "" {
		return fallback
	}
	return text
}
