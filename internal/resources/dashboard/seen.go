package dashboard

import (
	"reflect"
	"slices"

	"github.com/cortx-platform/terraform-provider-cortx/internal/dash"
)

// What was read is laid beside what the state had, place by place: a tile that
// is gone leaves its place empty, one that was added comes last. A list would
// otherwise close up, and one removed tile would show as a change of every tile
// after it.

// seenSection is a section as it stands in the place of one of the state. Its
// tiles are nil where one is gone.
type seenSection struct {
	section dash.Section
	tiles   []*dash.Tile
}

// lay returns the sections that stand, in the places of those before. A nil
// section is gone.
func lay(before, now []dash.Section) []*seenSection {
	pairs := pair(before, now,
		func(a, b dash.Section) bool { return a.Title == b.Title && sharesTile(a, b) },
		func(a, b dash.Section) bool { return a.Title == b.Title },
		sharesTile,
	)
	laid := make([]*seenSection, 0, len(before))
	used := make([]bool, len(now))
	for i, section := range before {
		j := pairs[i]
		switch {
		case j >= 0:
			used[j] = true
			laid = append(laid, &seenSection{section: now[j], tiles: layTiles(section.Tiles, now[j].Tiles)})
		case onlyInGrafana(section):
			laid = append(laid, &seenSection{section: section, tiles: layTiles(section.Tiles, nil)})
		default:
			laid = append(laid, nil)
		}
	}
	for j, section := range now {
		if !used[j] {
			laid = append(laid, &seenSection{section: section, tiles: layTiles(nil, section.Tiles)})
		}
	}
	return laid
}

func sharesTile(a, b dash.Section) bool {
	return slices.ContainsFunc(a.Tiles, func(x dash.Tile) bool {
		return slices.ContainsFunc(b.Tiles, func(y dash.Tile) bool { return sameContent(x, y) })
	})
}

// onlyInGrafana reports a section that Cloud Monitoring never had.
func onlyInGrafana(s dash.Section) bool {
	return len(s.Tiles) > 0 && !slices.ContainsFunc(s.Tiles, func(t dash.Tile) bool { return t.Only != dash.TargetGrafana })
}

func layTiles(before, now []dash.Tile) []*dash.Tile {
	visible := make([]dash.Tile, len(before))
	for i, tile := range before {
		visible[i] = tile
		if tile.Only == dash.TargetGrafana {
			visible[i] = dash.Tile{} // Pairs with nothing that stands.
		}
	}
	named := func(a, b dash.Tile) bool { return a.Title == b.Title && kindOf(a) == kindOf(b) && kindOf(a) != "" }
	placed := func(a, b dash.Tile) bool { return a.X == b.X && a.Y == b.Y && kindOf(a) != "" }
	pairs := pair(visible, now,
		func(a, b dash.Tile) bool { return placed(a, b) && sameContent(a, b) },
		sameContent,
		func(a, b dash.Tile) bool { return placed(a, b) && named(a, b) },
		named,
		func(a, b dash.Tile) bool { return placed(a, b) && kindOf(a) == kindOf(b) },
		placed,
	)
	laid := make([]*dash.Tile, 0, len(before))
	used := make([]bool, len(now))
	for i, tile := range before {
		j := pairs[i]
		switch {
		case j >= 0:
			used[j] = true
			found := dash.Carried(tile, now[j])
			laid = append(laid, &found)
		case tile.Only == dash.TargetGrafana:
			laid = append(laid, &tile)
		default:
			laid = append(laid, nil)
		}
	}
	for j, tile := range now {
		if !used[j] {
			laid = append(laid, &tile)
		}
	}
	return laid
}

// pair returns for each of before the index of its partner in now, or -1. The
// rules are tried one after the other, the surest first.
func pair[T any](before, now []T, rules ...func(a, b T) bool) []int {
	partner := make([]int, len(before))
	for i := range partner {
		partner[i] = -1
	}
	used := make([]bool, len(now))
	for _, same := range rules {
		for i := range before {
			if partner[i] >= 0 {
				continue
			}
			for j := range now {
				if !used[j] && same(before[i], now[j]) {
					partner[i], used[j] = j, true
					break
				}
			}
		}
	}
	return partner
}

// kindOf returns the attribute of the tile's content, or "".
func kindOf(t dash.Tile) string {
	kind, _ := t.Kind()
	return kind
}

// sameContent reports whether two tiles show the same, wherever they lie.
func sameContent(a, b dash.Tile) bool {
	if kindOf(a) == "" || a.Title != b.Title || kindOf(a) != kindOf(b) {
		return false
	}
	b = dash.Carried(a, b)
	a.X, a.Y, a.Width, a.Height, a.Only = b.X, b.Y, b.Width, b.Height, b.Only
	return reflect.DeepEqual(a, b)
}

// layVariables carries what Cloud Monitoring's filters have no place for.
func layVariables(before, now []dash.Variable) []dash.Variable {
	laid := slices.Clone(now)
	for i := range laid {
		j := slices.IndexFunc(before, func(v dash.Variable) bool { return v.Name == laid[i].Name })
		if j >= 0 {
			laid[i].Label, laid[i].Metric = before[j].Label, before[j].Metric
		}
	}
	return laid
}
