package emulator

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"

	"cloud.google.com/go/monitoring/dashboard/apiv1/dashboardpb"
)

// Limits of a dashboard: the columns of the recorded dashboards and of the
// documentation's examples (layouts.proto still says 12), and the number of
// widgets that https://cloud.google.com/monitoring/quotas names.
const (
	maxMosaicColumns = 48
	maxWidgets       = 100
)

var (
	widgetID         = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)
	templateVariable = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
)

// dashboardField is the 400 by which the service refuses a value in a dashboard.
func dashboardField(path, value, why string) error {
	return invalid("Field %s has an invalid value of %q: %s", path, value, why)
}

// dashboardMissing is the 400 for a field that is not there.
func dashboardMissing(path string) error {
	return invalid("Dashboard is missing required field %s.", path)
}

// forEachWidget calls visit for every widget with its path.
func forEachWidget(d *dashboardpb.Dashboard, visit func(path string, w *dashboardpb.Widget)) {
	switch layout := d.GetLayout().(type) {
	case *dashboardpb.Dashboard_GridLayout:
		for i, w := range layout.GridLayout.GetWidgets() {
			visit(fmt.Sprintf("gridLayout.widgets[%d]", i), w)
		}
	case *dashboardpb.Dashboard_MosaicLayout:
		for i, tile := range layout.MosaicLayout.GetTiles() {
			visit(fmt.Sprintf("mosaicLayout.tiles[%d].widget", i), tile.GetWidget())
		}
	case *dashboardpb.Dashboard_RowLayout:
		for i, row := range layout.RowLayout.GetRows() {
			for j, w := range row.GetWidgets() {
				visit(fmt.Sprintf("rowLayout.rows[%d].widgets[%d]", i, j), w)
			}
		}
	case *dashboardpb.Dashboard_ColumnLayout:
		for i, column := range layout.ColumnLayout.GetColumns() {
			for j, w := range column.GetWidgets() {
				visit(fmt.Sprintf("columnLayout.columns[%d].widgets[%d]", i, j), w)
			}
		}
	}
}

// checkDashboard refuses a dashboard that breaks a rule of the protos in
// google/monitoring/dashboard/v1. Where the service's own answer is not known,
// it is refused.
func (s *Server) checkDashboard(d *dashboardpb.Dashboard) error {
	if d.GetDisplayName() == "" {
		return dashboardMissing("displayName")
	}
	if err := checkDashboardLabels(d.GetLabels()); err != nil {
		return err
	}
	if err := checkDashboardFilters(d.GetDashboardFilters()); err != nil {
		return err
	}
	count := 0
	forEachWidget(d, func(string, *dashboardpb.Widget) { count++ })
	if count > maxWidgets {
		return invalid("A dashboard can hold at most %d widgets, this one has %d.", maxWidgets, count)
	}
	if err := checkLayout(d); err != nil {
		return err
	}
	check := widgetCheck{s: s, mosaic: d.GetMosaicLayout() != nil, ids: map[string]bool{}}
	var failed error
	forEachWidget(d, func(path string, w *dashboardpb.Widget) {
		if failed == nil {
			failed = check.widget(path, w)
		}
	})
	return failed
}

func checkDashboardLabels(labels map[string]string) error {
	const most = 64
	if len(labels) > most {
		return invalid("A dashboard can have at most %d labels, this one has %d.", most, len(labels))
	}
	for _, key := range slices.Sorted(maps.Keys(labels)) {
		value := labels[key]
		if len(key) > 63 || !userLabelKey.MatchString(key) {
			return dashboardField("labels", key, "label keys begin with a lowercase letter and have at most 63 lowercase letters, digits, underscores and dashes.")
		}
		if len(value) > 63 || !userLabelVal.MatchString(value) {
			return dashboardField("labels."+key, value, "label values have at most 63 lowercase letters, digits, underscores and dashes.")
		}
	}
	return nil
}

func checkDashboardFilters(filters []*dashboardpb.DashboardFilter) error {
	variables := map[string]bool{}
	for i, f := range filters {
		at := fmt.Sprintf("dashboardFilters[%d]", i)
		if f.GetLabelKey() == "" {
			return dashboardMissing(at + ".labelKey")
		}
		_, known := dashboardpb.DashboardFilter_FilterType_name[int32(f.GetFilterType())]
		if !known || f.GetFilterType() == dashboardpb.DashboardFilter_FILTER_TYPE_UNSPECIFIED {
			return dashboardField(at+".filterType", f.GetFilterType().String(), "a filter type must be specified.")
		}
		name := f.GetTemplateVariable()
		switch {
		case name == "":
		case !templateVariable.MatchString(name):
			return dashboardField(at+".templateVariable", name, "a template variable has letters, digits and underscores, and begins with no digit.")
		case variables[name]:
			return dashboardField(at+".templateVariable", name, "template variables must be unique in a dashboard.")
		}
		variables[name] = true
	}
	return nil
}

func checkLayout(d *dashboardpb.Dashboard) error {
	switch layout := d.GetLayout().(type) {
	case nil:
		return dashboardMissing("layout")
	case *dashboardpb.Dashboard_GridLayout:
		return notNegative("gridLayout.columns", layout.GridLayout.GetColumns())
	case *dashboardpb.Dashboard_RowLayout:
		for i, row := range layout.RowLayout.GetRows() {
			if err := notNegative(fmt.Sprintf("rowLayout.rows[%d].weight", i), row.GetWeight()); err != nil {
				return err
			}
		}
	case *dashboardpb.Dashboard_ColumnLayout:
		for i, column := range layout.ColumnLayout.GetColumns() {
			if err := notNegative(fmt.Sprintf("columnLayout.columns[%d].weight", i), column.GetWeight()); err != nil {
				return err
			}
		}
	case *dashboardpb.Dashboard_MosaicLayout:
		return checkMosaic(layout.MosaicLayout)
	}
	return nil
}

func notNegative(path string, n int64) error {
	if n < 0 {
		return dashboardField(path, strconv.FormatInt(n, 10), "must not be negative.")
	}
	return nil
}

// checkMosaic holds tiles to the grid, and apart from each other. A tile with a
// group covers its members, wholly.
func checkMosaic(m *dashboardpb.MosaicLayout) error {
	if n := m.GetColumns(); n < 1 || n > maxMosaicColumns {
		return dashboardField("mosaicLayout.columns", strconv.Itoa(int(n)), fmt.Sprintf("must be between 1 and %d.", maxMosaicColumns))
	}
	tiles := m.GetTiles()
	for i, t := range tiles {
		at := fmt.Sprintf("mosaicLayout.tiles[%d]", i)
		switch {
		case t.GetXPos() < 0:
			return dashboardField(at+".xPos", strconv.Itoa(int(t.GetXPos())), "must not be negative.")
		case t.GetYPos() < 0:
			return dashboardField(at+".yPos", strconv.Itoa(int(t.GetYPos())), "must not be negative.")
		case t.GetWidth() < 1:
			return dashboardField(at+".width", strconv.Itoa(int(t.GetWidth())), "must be at least 1.")
		case t.GetHeight() < 1:
			return dashboardField(at+".height", strconv.Itoa(int(t.GetHeight())), "must be at least 1.")
		case int64(t.GetXPos())+int64(t.GetWidth()) > int64(m.GetColumns()):
			return dashboardField(at+".width", strconv.Itoa(int(t.GetWidth())), fmt.Sprintf("the tile must be contained within the %d columns of the grid.", m.GetColumns()))
		}
		for j, other := range tiles[:i] {
			if overlap(t, other) && !groups(t, other) && !groups(other, t) {
				return dashboardField(at, fmt.Sprintf("x: %d, y: %d, width: %d, height: %d", t.GetXPos(), t.GetYPos(), t.GetWidth(), t.GetHeight()),
					fmt.Sprintf("the tile overlaps mosaicLayout.tiles[%d].", j))
			}
		}
	}
	return nil
}

func overlap(a, b *dashboardpb.MosaicLayout_Tile) bool {
	apart := func(start, length, otherStart, otherLength int32) bool {
		return int64(start)+int64(length) <= int64(otherStart) || int64(otherStart)+int64(otherLength) <= int64(start)
	}
	return !apart(a.GetXPos(), a.GetWidth(), b.GetXPos(), b.GetWidth()) &&
		!apart(a.GetYPos(), a.GetHeight(), b.GetYPos(), b.GetHeight())
}

// groups tells whether outer is a group that covers all of inner.
func groups(outer, inner *dashboardpb.MosaicLayout_Tile) bool {
	if outer.GetWidget().GetCollapsibleGroup() == nil && outer.GetWidget().GetSingleViewGroup() == nil {
		return false
	}
	covers := func(start, length, innerStart, innerLength int32) bool {
		return start <= innerStart && int64(innerStart)+int64(innerLength) <= int64(start)+int64(length)
	}
	return covers(outer.GetXPos(), outer.GetWidth(), inner.GetXPos(), inner.GetWidth()) &&
		covers(outer.GetYPos(), outer.GetHeight(), inner.GetYPos(), inner.GetHeight())
}
