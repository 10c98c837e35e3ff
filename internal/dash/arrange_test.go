package dash_test

import (
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/internal/dash"
)

func text(x, y, width, height int64) dash.Tile {
	return dash.Tile{X: x, Y: y, Width: width, Height: height, Text: &dash.Text{Content: "text"}}
}

func places(tiles []dash.Tile) [][4]int64 {
	found := make([][4]int64, len(tiles))
	for i, t := range tiles {
		found[i] = [4]int64{t.X, t.Y, t.Width, t.Height}
	}
	return found
}

func TestArranged(t *testing.T) {
	chart, card := dash.Tile{TimeSeries: &dash.TimeSeries{}}, dash.Tile{Scorecard: &dash.Scorecard{}}
	for name, test := range map[string]struct {
		tiles []dash.Tile
		want  [][4]int64
	}{
		"rows fill from the left": {
			[]dash.Tile{chart, chart, card, card},
			[][4]int64{{0, 0, 24, 16}, {24, 0, 24, 16}, {0, 16, 12, 8}, {12, 16, 12, 8}},
		},
		"a row is as high as its highest tile": {
			[]dash.Tile{card, chart, chart},
			[][4]int64{{0, 0, 12, 8}, {12, 0, 24, 16}, {0, 16, 24, 16}},
		},
		"a tile with a place is flowed around": {
			[]dash.Tile{text(24, 0, 24, 16), chart, chart},
			[][4]int64{{24, 0, 24, 16}, {0, 0, 24, 16}, {0, 16, 24, 16}},
		},
		"a full row in the way is skipped": {
			[]dash.Tile{text(2, 0, 46, 10), chart},
			[][4]int64{{2, 0, 46, 10}, {0, 10, 24, 16}},
		},
		"a default width gives way to the edge": {
			[]dash.Tile{{X: 40, TimeSeries: &dash.TimeSeries{}}},
			[][4]int64{{40, 0, 8, 16}},
		},
		"what is set stays": {
			[]dash.Tile{text(47, 1, 9, 3)},
			[][4]int64{{47, 1, 9, 3}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := dash.Dashboard{Sections: []dash.Section{{Tiles: test.tiles}}}
			before := places(test.tiles)
			if got := places(d.Arranged().Sections[0].Tiles); !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
			if !reflect.DeepEqual(places(test.tiles), before) {
				t.Error("the dashboard itself was changed")
			}
		})
	}
}

// TestArrangedTwice: arranging is idempotent, keeps what is set, and lays no tile
// that flows over another, whatever the places are.
func TestArrangedTwice(t *testing.T) {
	odd := []int64{-3, 0, 0, 0, 1, 2, 8, 12, 24, 46, 48, 60, 1 << 40, -1 << 62, 1<<63 - 1}
	for seed := range uint64(3000) {
		r := rand.New(rand.NewPCG(seed, 7)) //nolint:gosec // Test data, not a secret.
		var tiles []dash.Tile
		sane := seed%2 == 0
		number := func() int64 {
			if sane {
				return int64(r.IntN(4)) * 4
			}
			return odd[r.IntN(len(odd))]
		}
		for range r.IntN(9) {
			tile := text(0, 0, 0, number())
			if r.IntN(3) > 0 {
				tile.Width = number()
			}
			if r.IntN(3) == 0 {
				tile.X, tile.Y = number(), number()
			}
			tiles = append(tiles, tile)
		}
		d := dash.Dashboard{Sections: []dash.Section{{Tiles: tiles}}}
		once := d.Arranged()
		if twice := once.Arranged(); !reflect.DeepEqual(once, twice) {
			t.Fatalf("seed %d: once %v, twice %v", seed, places(once.Sections[0].Tiles), places(twice.Sections[0].Tiles))
		}
		if !sane {
			continue
		}
		for i, a := range once.Sections[0].Tiles {
			if tiles[i].X != 0 || tiles[i].Y != 0 {
				continue
			}
			for j, b := range once.Sections[0].Tiles {
				if i != j && a.X < b.X+b.Width && b.X < a.X+a.Width && a.Y < b.Y+b.Height && b.Y < a.Y+a.Height {
					t.Fatalf("seed %d: tile %d at %v overlaps tile %d at %v", seed, i, places([]dash.Tile{a}), j, places([]dash.Tile{b}))
				}
			}
		}
	}
}
