package dash

import (
	"cmp"
	"maps"
	"slices"

	"cloud.google.com/go/monitoring/dashboard/apiv1/dashboardpb"
)

// FromProto recovers the model from a Cloud Monitoring dashboard. Widgets that
// the model has no kind for become Raw tiles. Values that a configuration may
// leave out are filled in, as by [Dashboard.WithDefaults].
//
// exact says that [Dashboard.Proto] of the result means the same as pb, but for
// the ids of widgets, which nobody sees. It is false for what the model can't
// say: other layouts than a mosaic of 48 columns, filters that are no variables,
// and groups that don't cover their members exactly. What can be said of those
// is recovered all the same.
func FromProto(pb *dashboardpb.Dashboard) (d Dashboard, exact bool) {
	return FromProtoBeside(nil, pb)
}

// FromProtoBeside is [FromProto] for a dashboard that was wanted once: rows that
// stay blank where a tile is gone are no difference of their own, as long as the
// groups themselves lie where wanted has them.
func FromProtoBeside(wanted, pb *dashboardpb.Dashboard) (d Dashboard, exact bool) {
	r := recovery{exact: true, wanted: wanted.GetMosaicLayout()}
	d.DisplayName = pb.GetDisplayName()
	if len(pb.GetLabels()) > 0 {
		d.Labels = maps.Clone(pb.GetLabels())
	}
	var known bool
	d.Variables, known = variables(pb.GetDashboardFilters())
	r.exact = known && pb.GetMosaicLayout() != nil
	r.spelling = newSpelling(d.Variables)

	switch layout := pb.GetLayout().(type) {
	case *dashboardpb.Dashboard_MosaicLayout:
		r.mosaic(layout.MosaicLayout, &d)
	case *dashboardpb.Dashboard_GridLayout:
		r.flow(&d, layout.GridLayout.GetWidgets())
	case *dashboardpb.Dashboard_RowLayout:
		for _, row := range layout.RowLayout.GetRows() {
			r.flow(&d, row.GetWidgets())
		}
	case *dashboardpb.Dashboard_ColumnLayout:
		for _, column := range layout.ColumnLayout.GetColumns() {
			r.flow(&d, column.GetWidgets())
		}
	}
	if pb.GetMosaicLayout() == nil {
		d = d.Arranged()
	}
	return d, r.exact
}

// recovery is the state of one FromProto.
type recovery struct {
	spelling spelling
	exact    bool
	wanted   *dashboardpb.MosaicLayout
}

// flow adds widgets of a layout without places to one section.
func (r *recovery) flow(d *Dashboard, widgets []*dashboardpb.Widget) {
	if len(widgets) == 0 {
		return
	}
	if len(d.Sections) == 0 {
		d.Sections = []Section{{}}
	}
	for _, w := range widgets {
		d.Sections[0].Tiles = append(d.Sections[0].Tiles, r.tile(w))
	}
}

// band is a part of the page from top to bottom: a group, or the tiles between
// two of them.
type band struct {
	group       *dashboardpb.MosaicLayout_Tile
	top, bottom int64
	tiles       []Tile
}

// mosaic recovers links and sections. A group is a section with the tiles whose
// upper edge lies in its rows; the tiles between groups are one without a title.
func (r *recovery) mosaic(m *dashboardpb.MosaicLayout, d *Dashboard) {
	scale := r.scale(m.GetColumns())
	groups, rest := r.groups(m, scale)
	var top int64
	if links, ok := linksTile(rest, m.GetColumns()); ok {
		d.Links, rest = links, rest[1:]
		top = linksHeight
	}

	// Bands alternate: the tiles above the first group, that group, the tiles
	// above the next one.
	bands := make([]band, 2*len(groups)+1)
	for i, g := range groups {
		from := int64(g.GetYPos()) * scale
		bands[2*i+1] = band{group: g, top: from, bottom: from + int64(g.GetHeight())*scale}
	}
	for _, t := range rest {
		if t.GetWidget() == nil {
			r.exact = false
		}
		tile := r.tile(t.GetWidget())
		tile.X, tile.Y = int64(t.GetXPos())*scale, int64(t.GetYPos())*scale
		tile.Width, tile.Height = int64(t.GetWidth())*scale, int64(t.GetHeight())*scale
		at := bandOf(bands, tile.Y)
		bands[at].tiles = append(bands[at].tiles, tile)
	}
	r.sections(bands, top, d)
}

// scale is how many columns of 48 make one of the layout's.
func (r *recovery) scale(columns int32) int64 {
	if columns == Columns {
		return 1
	}
	r.exact = false
	if columns > 0 && Columns%columns == 0 {
		return Columns / int64(columns)
	}
	return 1
}

// groups returns the collapsible groups from top to bottom, and the other tiles.
func (r *recovery) groups(m *dashboardpb.MosaicLayout, scale int64) (groups, rest []*dashboardpb.MosaicLayout_Tile) {
	rest = make([]*dashboardpb.MosaicLayout_Tile, 0, len(m.GetTiles()))
	for _, t := range m.GetTiles() {
		switch t.GetWidget().GetContent().(type) {
		case *dashboardpb.Widget_CollapsibleGroup:
			groups = append(groups, t)
			if t.GetXPos() != 0 || int64(t.GetWidth())*scale != Columns || t.GetWidget().GetTitle() == "" {
				r.exact = false
			}
		case *dashboardpb.Widget_SingleViewGroup:
			// It groups by the area it covers, which tiles of ours may not share.
			r.exact = false
			rest = append(rest, t)
		default:
			rest = append(rest, t)
		}
	}
	slices.SortStableFunc(groups, func(a, b *dashboardpb.MosaicLayout_Tile) int { return cmp.Compare(a.GetYPos(), b.GetYPos()) })
	return groups, rest
}

// linksTile recovers the links from the first tile, if it is ours and lies where
// we put it.
func linksTile(tiles []*dashboardpb.MosaicLayout_Tile, columns int32) ([]Link, bool) {
	if len(tiles) == 0 {
		return nil, false
	}
	t := tiles[0]
	text := t.GetWidget().GetText()
	if text == nil || t.GetWidget().GetId() != linksID || t.GetWidget().GetTitle() != "" || !plainText(text) || columns != Columns ||
		t.GetXPos() != 0 || t.GetYPos() != 0 || t.GetWidth() != Columns || t.GetHeight() != linksHeight {
		return nil, false
	}
	return linksFrom(text.GetContent())
}

// bandOf finds the band of a tile by the row of its upper edge.
func bandOf(bands []band, row int64) int {
	for i := 1; i < len(bands); i += 2 {
		if row < bands[i].top {
			return i - 1
		}
		if row < bands[i].bottom {
			return i
		}
	}
	return len(bands) - 1
}

// sections makes a section of every band and checks that rendering it would
// give the same rows.
func (r *recovery) sections(bands []band, top int64, d *Dashboard) {
	for _, b := range bands {
		if b.group == nil {
			if len(b.tiles) == 0 {
				continue
			}
			b.top = top
		}
		for i := range b.tiles {
			b.tiles[i].Y -= b.top
			if t := b.tiles[i]; !t.onGrid() {
				r.exact = false
				b.tiles[i].Y = max(0, t.Y)
			}
		}
		if flowsElsewhere(b.tiles) {
			r.exact = false
		}
		rows := bottom(b.tiles)
		section := Section{Tiles: b.tiles}
		if b.group == nil {
			b.bottom = b.top + rows
		} else {
			section.Title = b.group.GetWidget().GetTitle()
			section.Collapsed = b.group.GetWidget().GetCollapsibleGroup().GetCollapsed()
			if (b.top != top || b.bottom != b.top+rows || rows == 0) && !r.asWanted(b.group) {
				r.exact = false
			}
		}
		top = max(top, b.bottom)
		if top > maxSectionTop {
			r.exact = false
		}
		d.Sections = append(d.Sections, section)
	}
}

// flowsElsewhere says whether another tile covers a tile in the corner of its
// section, which [Dashboard.Arranged] would then move.
func flowsElsewhere(tiles []Tile) bool {
	corner := slices.IndexFunc(tiles, Tile.flows)
	if corner < 0 {
		return false
	}
	for i, t := range tiles {
		if i != corner && overlap(tiles[corner], t) {
			return true
		}
	}
	return false
}

// asWanted says whether the group lies where the wanted dashboard has it.
func (r *recovery) asWanted(group *dashboardpb.MosaicLayout_Tile) bool {
	return slices.ContainsFunc(r.wanted.GetTiles(), func(t *dashboardpb.MosaicLayout_Tile) bool {
		return t.GetWidget().GetCollapsibleGroup() != nil && t.GetWidget().GetTitle() == group.GetWidget().GetTitle() &&
			t.GetXPos() == group.GetXPos() && t.GetYPos() == group.GetYPos() &&
			t.GetWidth() == group.GetWidth() && t.GetHeight() == group.GetHeight()
	})
}
