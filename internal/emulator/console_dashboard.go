package emulator

import (
	"cmp"
	"slices"
	"strconv"

	"cloud.google.com/go/monitoring/dashboard/apiv1/dashboardpb"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
)

// consoleDashboard is a dashboard as the page lays it out: groups of tiles on a
// grid of 48 columns.
type consoleDashboard struct {
	Name      string            `json:"name"`
	Title     string            `json:"title"`
	Variables []consoleVariable `json:"variables"`
	Groups    []*consoleGroup   `json:"groups"`

	project string
	widgets []*dashboardpb.Widget
}

// consoleGroup is a collapsible group, or the tiles between two of them.
type consoleGroup struct {
	Title     string         `json:"title"`
	Group     bool           `json:"group"`
	Collapsed bool           `json:"collapsed"`
	Tiles     []*consoleTile `json:"tiles"`

	top, bottom, left, right int
}

// consoleTile is one widget: ID numbers it within its dashboard.
type consoleTile struct {
	ID     int    `json:"id"`
	Kind   string `json:"kind"`
	Title  string `json:"title"`
	Text   string `json:"text,omitempty"`
	Raw    bool   `json:"raw,omitempty"`
	X      int    `json:"x"`
	Y      int    `json:"y"`
	Width  int    `json:"width"`
	Height int    `json:"height"`
}

// consoleColumns are the columns of the page's grid.
const consoleColumns = 48

// newConsoleDashboard lays a dashboard out.
func (s *Server) newConsoleDashboard(d *dashboardpb.Dashboard) *consoleDashboard {
	c := &consoleDashboard{Name: d.GetName(), Title: d.GetDisplayName(), project: projectOf(d.GetName())}
	switch layout := d.GetLayout().(type) {
	case *dashboardpb.Dashboard_MosaicLayout:
		c.mosaic(layout.MosaicLayout)
	case *dashboardpb.Dashboard_GridLayout:
		columns := int(min(layout.GridLayout.GetColumns(), consoleColumns))
		if columns < 1 {
			columns = 3 // The service chooses then; what it does is not documented.
		}
		group, width := c.plain(), share(columns)
		for i, w := range layout.GridLayout.GetWidgets() {
			c.add(group, w, i%columns*width, i/columns*defaultHeight, width, defaultHeight)
		}
	case *dashboardpb.Dashboard_RowLayout:
		group := c.plain()
		for i, row := range layout.RowLayout.GetRows() {
			width := share(len(row.GetWidgets()))
			for j, w := range row.GetWidgets() {
				c.add(group, w, j*width, i*defaultHeight, width, defaultHeight)
			}
		}
	case *dashboardpb.Dashboard_ColumnLayout:
		group := c.plain()
		width := share(len(layout.ColumnLayout.GetColumns()))
		for i, column := range layout.ColumnLayout.GetColumns() {
			for j, w := range column.GetWidgets() {
				c.add(group, w, i*width, j*defaultHeight, width, defaultHeight)
			}
		}
	}
	c.Variables = s.consoleVariables(d, c)
	return c
}

// defaultHeight is that of a tile in a layout without heights, in rows.
const defaultHeight = 14

func (c *consoleDashboard) plain() *consoleGroup {
	group := &consoleGroup{}
	c.Groups = append(c.Groups, group)
	return group
}

// share is the width of each of n tiles in a row.
func share(n int) int { return consoleColumns / max(n, 1) }

// mosaic splits the tiles into groups, from top to bottom. A tile with a
// collapsible group covers its members.
func (c *consoleDashboard) mosaic(m *dashboardpb.MosaicLayout) {
	scale := consoleColumns / int(min(max(m.GetColumns(), 1), consoleColumns))
	tiles := slices.Clone(m.GetTiles())
	slices.SortStableFunc(tiles, func(a, b *dashboardpb.MosaicLayout_Tile) int {
		return cmp.Or(cmp.Compare(a.GetYPos(), b.GetYPos()), cmp.Compare(a.GetXPos(), b.GetXPos()))
	})
	var groups []*consoleGroup
	for _, t := range tiles {
		if g := t.GetWidget().GetCollapsibleGroup(); g != nil {
			groups = append(groups, &consoleGroup{
				Title: t.GetWidget().GetTitle(), Group: true, Collapsed: g.GetCollapsed(),
				top: int(t.GetYPos()), bottom: int(t.GetYPos() + t.GetHeight()), left: int(t.GetXPos()), right: int(t.GetXPos() + t.GetWidth()),
			})
		}
	}
	for _, t := range tiles {
		if t.GetWidget().GetCollapsibleGroup() != nil || t.GetWidget().GetSingleViewGroup() != nil {
			continue
		}
		group := c.groupAt(groups, t)
		c.add(group, t.GetWidget(), int(t.GetXPos())*scale, int(t.GetYPos())*scale, int(t.GetWidth())*scale, int(t.GetHeight())*scale)
	}
	for _, g := range groups {
		if !slices.Contains(c.Groups, g) {
			c.Groups = append(c.Groups, g)
		}
	}
	for _, g := range c.Groups {
		g.rebase()
	}
}

// groupAt returns the group that covers a tile, or the plain one in which the
// page is at its place.
func (c *consoleDashboard) groupAt(groups []*consoleGroup, t *dashboardpb.MosaicLayout_Tile) *consoleGroup {
	x, y := int(t.GetXPos()), int(t.GetYPos())
	for _, g := range groups {
		if y >= g.top && y < g.bottom && x >= g.left && x < g.right {
			if !slices.Contains(c.Groups, g) {
				c.Groups = append(c.Groups, g)
			}
			return g
		}
	}
	if n := len(c.Groups); n > 0 && !c.Groups[n-1].Group {
		return c.Groups[n-1]
	}
	return c.plain()
}

// rebase moves the tiles of a group to its top.
func (g *consoleGroup) rebase() {
	if len(g.Tiles) == 0 {
		return
	}
	top := slices.MinFunc(g.Tiles, func(a, b *consoleTile) int { return cmp.Compare(a.Y, b.Y) }).Y
	for _, t := range g.Tiles {
		t.Y -= top
	}
}

func (c *consoleDashboard) add(group *consoleGroup, w *dashboardpb.Widget, x, y, width, height int) {
	tile := &consoleTile{ID: len(c.widgets), Kind: widgetKind(w), Title: w.GetTitle(), X: x, Y: y, Width: width, Height: height}
	switch content := w.GetContent().(type) {
	case *dashboardpb.Widget_Text:
		tile.Text, tile.Raw = content.Text.GetContent(), content.Text.GetFormat() == dashboardpb.Text_RAW
	case *dashboardpb.Widget_SectionHeader:
		tile.Text = content.SectionHeader.GetSubtitle()
	}
	c.widgets = append(c.widgets, w)
	group.Tiles = append(group.Tiles, tile)
}

// widgetKind is what the page draws for a widget; "other" is what it can't.
func widgetKind(w *dashboardpb.Widget) string {
	switch content := w.GetContent().(type) {
	case *dashboardpb.Widget_XyChart:
		for _, set := range content.XyChart.GetDataSets() {
			if set.GetPlotType() == dashboardpb.XyChart_DataSet_HEATMAP {
				return "heatmap"
			}
		}
		return "chart"
	case *dashboardpb.Widget_Scorecard:
		if content.Scorecard.GetGaugeView() != nil {
			return "gauge"
		}
		return "scorecard"
	case *dashboardpb.Widget_TimeSeriesTable:
		return "table"
	case *dashboardpb.Widget_PieChart:
		return "table"
	case *dashboardpb.Widget_AlertChart:
		return "alert"
	case *dashboardpb.Widget_Text:
		return "text"
	case *dashboardpb.Widget_SectionHeader:
		return "header"
	case *dashboardpb.Widget_Blank:
		return "blank"
	}
	return "other"
}

// consoleVariables returns the filters of a dashboard, with the values that the
// series of its charts have.
func (s *Server) consoleVariables(d *dashboardpb.Dashboard, c *consoleDashboard) []consoleVariable {
	if len(d.GetDashboardFilters()) == 0 {
		return nil
	}
	metrics := map[string]bool{}
	for _, w := range c.widgets {
		for _, q := range widgetQueries(w) {
			for _, name := range promMetrics(sampleVariables(q.GetPrometheusQuery())) {
				metrics[name] = true
			}
		}
	}
	var out []consoleVariable
	for i, f := range d.GetDashboardFilters() {
		v := consoleVariable{
			Param: "v" + strconv.Itoa(i), Label: cmp.Or(f.GetTemplateVariable(), f.GetLabelKey()),
			Value: cmp.Or(f.GetStringValue(), allValues), name: f.GetTemplateVariable(), key: f.GetLabelKey(),
		}
		for name := range metrics {
			v.Values = append(v.Values, s.labelValues(c.project, name, v.key)...)
		}
		if v.Value != allValues {
			v.Values = append(v.Values, v.Value)
		}
		slices.Sort(v.Values)
		v.Values = slices.Compact(v.Values)
		out = append(out, v)
	}
	return out
}

// labelValues returns the values that a label has on the series of a metric.
func (s *Server) labelValues(project, metric, label string) []string {
	m, err := labels.NewMatcher(labels.MatchEqual, model.MetricNameLabel, metric)
	if err != nil {
		return nil
	}
	var values []string
	for _, set := range s.series.Labels(project, []*labels.Matcher{m}) {
		if value := set.Get(label); value != "" {
			values = append(values, value)
		}
	}
	return values
}

// widgetQueries returns the queries of a widget.
func widgetQueries(w *dashboardpb.Widget) []*dashboardpb.TimeSeriesQuery {
	var out []*dashboardpb.TimeSeriesQuery
	switch content := w.GetContent().(type) {
	case *dashboardpb.Widget_XyChart:
		for _, set := range content.XyChart.GetDataSets() {
			out = append(out, set.GetTimeSeriesQuery())
		}
	case *dashboardpb.Widget_Scorecard:
		out = append(out, content.Scorecard.GetTimeSeriesQuery())
	case *dashboardpb.Widget_TimeSeriesTable:
		for _, set := range content.TimeSeriesTable.GetDataSets() {
			out = append(out, set.GetTimeSeriesQuery())
		}
	case *dashboardpb.Widget_PieChart:
		for _, set := range content.PieChart.GetDataSets() {
			out = append(out, set.GetTimeSeriesQuery())
		}
	}
	return out
}
