package dash

import "slices"

// size is what a tile takes up when the configuration does not say: widths that
// fill a row of 48 columns by halves, thirds and quarters, and heights of the
// dashboards that Google publishes.
type size struct{ width, height int64 }

func (t Tile) defaultSize() size {
	switch kind, _ := t.Kind(); kind {
	case "scorecard", "gauge":
		return size{12, 8}
	case "table":
		return size{24, 16}
	case "text":
		return size{48, 6}
	default:
		return size{24, 16}
	}
}

// Arranged returns the dashboard with a place and a size for every tile. What
// is set stays; the dashboard itself is not changed.
//
// A width or height of 0 becomes the default of the tile's kind. A tile whose X
// and Y are both 0 flows: such tiles follow one another from left to right and
// from top to bottom in the order of the list, around those that have a place.
// So a tile lies at 0,0 when it is the first that flows, and naming that place
// is the same as not naming one. Arranging twice changes nothing.
func (d Dashboard) Arranged() Dashboard {
	d.Sections = slices.Clone(d.Sections)
	for i := range d.Sections {
		d.Sections[i].Tiles = arranged(d.Sections[i].Tiles)
	}
	return d
}

func arranged(tiles []Tile) []Tile {
	tiles = slices.Clone(tiles)
	var taken []Tile
	for i := range tiles {
		t := &tiles[i]
		standard := t.defaultSize()
		if t.Width <= 0 {
			t.Width = standard.width
			// Only a default gives way to the edge of the grid.
			if t.X > 0 && t.X < Columns {
				t.Width = min(t.Width, Columns-t.X)
			}
		}
		if t.Height <= 0 {
			t.Height = standard.height
		}
		if !t.flows() && t.onGrid() {
			taken = append(taken, *t)
		}
	}
	var line shelf
	for i := range tiles {
		if t := &tiles[i]; t.flows() {
			line.put(t, taken)
		}
	}
	return tiles
}

// flows says whether the tile has no place of its own.
func (t Tile) flows() bool { return t.X == 0 && t.Y == 0 }

// maxRows bounds a section; what lies beyond is a mistake, which Validate says.
const maxRows = 10_000

// onGrid says whether the tile lies on a grid of the size that a page can have.
func (t Tile) onGrid() bool {
	within := func(n, least, most int64) bool { return least <= n && n <= most }
	return within(t.X, 0, Columns) && within(t.Width, 1, Columns) && t.X+t.Width <= Columns &&
		within(t.Y, 0, maxRows) && within(t.Height, 1, maxRows)
}

// shelf is a row of tiles that flow.
type shelf struct {
	// x and y are where the next tile would lie.
	x, y int64
	// height is that of the highest tile in the row so far.
	height int64
}

// put gives tile the next place that none of taken covers.
func (s *shelf) put(tile *Tile, taken []Tile) {
	width, height := min(tile.Width, Columns), min(tile.Height, maxRows)
	for {
		if s.x > 0 && s.x+width > Columns {
			s.nextRow(taken)
		}
		at := Tile{X: s.x, Y: s.y, Width: width, Height: height}
		other := slices.IndexFunc(taken, func(o Tile) bool { return overlap(at, o) })
		if other < 0 {
			break
		}
		s.x = taken[other].X + taken[other].Width
	}
	tile.X, tile.Y = s.x, s.y
	s.x, s.height = s.x+width, max(s.height, height)
}

// nextRow begins a row below the last one or, where taken tiles leave no room
// in an empty row, where the first of them ends.
func (s *shelf) nextRow(taken []Tile) {
	next := s.y + s.height
	if s.height == 0 {
		next = s.y + maxRows
		for _, t := range taken {
			if end := t.Y + t.Height; end > s.y {
				next = min(next, end)
			}
		}
	}
	s.x, s.y, s.height = 0, next, 0
}

// overlap says whether two tiles share a block of the grid.
func overlap(a, b Tile) bool {
	return a.X < b.X+b.Width && b.X < a.X+a.Width && a.Y < b.Y+b.Height && b.Y < a.Y+a.Height
}

// bottom is the first row below all of tiles.
func bottom(tiles []Tile) int64 {
	var rows int64
	for _, t := range tiles {
		rows = max(rows, t.Y+t.Height)
	}
	return rows
}

// WithDefaults returns the dashboard with the values that a configuration may
// leave out: a chart's style, and the colour and direction of thresholds. It is
// the spelling that [FromProto] uses. The dashboard itself is not changed.
func (d Dashboard) WithDefaults() Dashboard {
	d.Sections = slices.Clone(d.Sections)
	for i := range d.Sections {
		tiles := slices.Clone(d.Sections[i].Tiles)
		for j := range tiles {
			tiles[j] = tiles[j].withDefaults()
		}
		d.Sections[i].Tiles = tiles
	}
	return d
}

func (t Tile) withDefaults() Tile {
	switch {
	case t.TimeSeries != nil:
		chart := *t.TimeSeries
		if chart.Style == "" {
			chart.Style = StyleLine
		}
		chart.Thresholds = defaultThresholds(chart.Thresholds)
		t.TimeSeries = &chart
	case t.Scorecard != nil:
		card := *t.Scorecard
		card.Thresholds = defaultThresholds(card.Thresholds)
		t.Scorecard = &card
	case t.Gauge != nil:
		gauge := *t.Gauge
		gauge.Thresholds = defaultThresholds(gauge.Thresholds)
		t.Gauge = &gauge
	case t.AlertChart != nil:
		chart := *t.AlertChart
		chart.Thresholds = defaultThresholds(chart.Thresholds)
		t.AlertChart = &chart
	}
	return t
}

func defaultThresholds(thresholds []Threshold) []Threshold {
	thresholds = slices.Clone(thresholds)
	for i := range thresholds {
		if thresholds[i].Color == "" {
			thresholds[i].Color = ColorRed
		}
		if thresholds[i].Direction == "" {
			thresholds[i].Direction = DirectionAbove
		}
	}
	return thresholds
}

// Carried returns tile now, as recovered from Cloud Monitoring, with what Cloud
// Monitoring has no place for taken from before, the same tile as the
// configuration or the state has it: which target shows it, what Grafana draws
// in its place, and the colours of the lines in a chart.
func Carried(before, now Tile) Tile {
	now.Only = before.Only
	switch {
	case before.TimeSeries != nil && now.TimeSeries != nil:
		chart := *now.TimeSeries
		chart.Thresholds = slices.Clone(chart.Thresholds)
		for i, line := range before.TimeSeries.Thresholds {
			if i < len(chart.Thresholds) && chart.Thresholds[i].Value == line.Value {
				chart.Thresholds[i].Color, chart.Thresholds[i].Direction = line.Color, line.Direction
			}
		}
		now.TimeSeries = &chart
	case before.AlertChart != nil && now.AlertChart != nil:
		chart := *now.AlertChart
		chart.Query, chart.Thresholds = before.AlertChart.Query, before.AlertChart.Thresholds
		now.AlertChart = &chart
	case before.Raw != nil && now.Raw != nil:
		raw := *now.Raw
		raw.PanelJSON = before.Raw.PanelJSON
		now.Raw = &raw
	}
	return now
}
