package dash

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"sort"
)

// NormalizeGrafanaJSON returns the one spelling of a Grafana dashboard, with
// sorted keys: without what a server sets or a browser fills in when somebody
// saves (ids, versions, defaults of panels, empty lists, cached values), and
// with panels in the order of their places. Two dashboards that Grafana shows
// alike have the same spelling; a panel that is moved, edited, added or removed
// changes it. It takes any JSON object and never changes what it doesn't know.
//
// What is filled in was read off Grafana's own code: the dashboard model of its
// front end as its server repeats it (apps/dashboard/pkg/migration in
// grafana/grafana), and the defaults of panels in its kinds.
func NormalizeGrafanaJSON(s string) (string, error) {
	page, err := grafanaTree(s)
	if err != nil {
		return "", err
	}
	return writeTree(page)
}

// EqualGrafanaJSON reports that Grafana shows both dashboards alike. JSON that
// is no dashboard equals only the same bytes.
func EqualGrafanaJSON(a, b string) bool {
	if a == b {
		return true
	}
	x, err := grafanaTree(a)
	if err != nil {
		return false
	}
	y, err := grafanaTree(b)
	return err == nil && reflect.DeepEqual(x, y)
}

// GrafanaUID returns the uid that a dashboard's JSON names, empty if none. The
// comparisons of dashboards pass over it.
func GrafanaUID(s string) string {
	page, err := readTree(s)
	if err != nil {
		return ""
	}
	uid, _ := page["uid"].(string)
	return uid
}

// grafanaTree reads a dashboard and normalises it.
func grafanaTree(s string) (map[string]any, error) {
	page, err := readTree(s)
	if err != nil {
		return nil, err
	}
	normalizePage(page)
	return page, nil
}

// readTree reads one JSON object. Numbers stay as they are spelled, but for
// spellings of the same float.
func readTree(s string) (map[string]any, error) {
	d := json.NewDecoder(bytes.NewReader([]byte(s)))
	d.UseNumber()
	var page map[string]any
	if err := d.Decode(&page); err != nil {
		return nil, fmt.Errorf("the dashboard is no JSON object: %w", err)
	}
	if _, err := d.Token(); page == nil || !errors.Is(err, io.EOF) {
		return nil, errors.New("the dashboard is no JSON object")
	}
	return page, nil
}

func writeTree(v any) (string, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return "", fmt.Errorf("the dashboard can't be written: %w", err)
	}
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n"))), nil
}

// serverFields are what the server numbers by itself, and what a browser notes
// beside a dashboard.
var serverFields = []string{"id", "uid", "version", "gnetId", "iteration", "schemaVersion", "pluginVersion", "meta", "style"}

func normalizePage(page map[string]any) {
	for _, key := range serverFields {
		delete(page, key)
	}
	if list, ok := at(page, "annotations", "list").([]any); ok {
		dropWhere(page["annotations"], "list", list, isBuiltIn)
	}
	if list, ok := at(page, "templating", "list").([]any); ok {
		for _, v := range list {
			normalizeVariable(v)
		}
	}
	if panels, ok := page["panels"].([]any); ok {
		normalizePanels(panels)
	}
	dropDefaults(page, pageDefaults)
	clean(page)
	sortPanels(page)
}

func normalizePanels(panels []any) {
	for _, p := range panels {
		if panel, ok := p.(map[string]any); ok {
			normalizePanel(panel)
		}
	}
}

// sortPanels sorts panels by their places, as the front end does, and those of
// rows.
func sortPanels(holder any) {
	panels, ok := at(holder, "panels").([]any)
	if !ok {
		return
	}
	for _, p := range panels {
		if at(p, "type") == "row" {
			sortPanels(p)
		}
	}
	sort.SliceStable(panels, func(i, j int) bool {
		a, b := corner(panels[i]), corner(panels[j])
		return a[0] < b[0] || a[0] == b[0] && a[1] < b[1]
	})
	// Panels in one place have no order of their own, so one is made.
	for from := 0; from < len(panels); {
		to := from + 1
		for to < len(panels) && corner(panels[to]) == corner(panels[from]) {
			to++
		}
		if tied := panels[from:to]; len(tied) > 1 {
			sort.SliceStable(tied, func(i, j int) bool { return panelKey(tied[i]) < panelKey(tied[j]) })
		}
		from = to
	}
}

// panelKey is the same for panels that mean the same, normalised or not.
func panelKey(v any) string {
	v = copyTree(v)
	if panel, ok := v.(map[string]any); ok {
		normalizePanel(panel)
	}
	text, err := writeTree(clean(v))
	if err != nil {
		return ""
	}
	return text
}

// corner is the row and the column of a panel.
func corner(panel any) [2]float64 {
	number := func(key string) float64 {
		n, ok := at(panel, "gridPos", key).(json.Number)
		if !ok {
			return 0
		}
		v, err := n.Float64()
		if err != nil {
			return 0
		}
		return v
	}
	return [2]float64{number("y"), number("x")}
}

func normalizePanel(panel map[string]any) {
	for _, key := range []string{"id", "pluginVersion", "cachedPluginOptions", "scopedVars", "isNew"} {
		delete(panel, key)
	}
	kind, _ := panel["type"].(string)
	if targets, ok := panel["targets"].([]any); ok {
		normalizeTargets(panel, targets)
	}
	if kind == "row" {
		if inner, ok := panel["panels"].([]any); ok {
			normalizePanels(inner)
		}
		delete(panel, "datasource") // A row queries nothing.
		dropDefaults(panel, rowDefaults)
	}
	dropDefaults(panel, panelDefaults)
	if defaults, ok := kindDefaults[kind]; ok {
		dropDefaults(panel, defaults)
	}
	if kind == "row" || kind == "text" {
		delete(panel, "fieldConfig")
	}
}

func normalizeTargets(panel map[string]any, targets []any) {
	for i, v := range targets {
		target, ok := v.(map[string]any)
		if !ok {
			continue
		}
		if target["refId"] == nil {
			target["refId"] = refID(i)
		}
		// The panel's own data source is that of targets that name none.
		if target["datasource"] == nil {
			if source := at(panel, "datasource"); source != nil {
				target["datasource"] = copyTree(source)
			}
		}
		dropDefaults(target, targetDefaults)
	}
	if len(targets) == 1 {
		// What the front end gives to a panel without queries.
		if only, ok := targets[0].(map[string]any); ok && len(only) == 1 && only["refId"] == "A" {
			delete(panel, "targets")
		}
	}
}

func normalizeVariable(v any) {
	variable, ok := v.(map[string]any)
	if !ok {
		return
	}
	delete(variable, "index")
	kind, _ := variable["type"].(string)
	switch kind {
	case "query":
		if n, isNumber := variable["refresh"].(json.Number); isNumber && n != "0" {
			delete(variable, "options") // Asked for again on each load.
		}
	case "datasource":
		delete(variable, "options")
		delete(variable, "current") // What whoever saved had chosen.
		delete(variable, "refresh")
	}
	if current, ok := variable["current"].(map[string]any); ok {
		delete(current, "selected")
		for _, key := range []string{"text", "value"} {
			if list, ok := current[key].([]any); ok && len(list) == 1 {
				current[key] = list[0]
			}
		}
	}
	dropDefaults(variable, variableDefaults)
}

func isBuiltIn(v any) bool {
	n, ok := at(v, "builtIn").(json.Number)
	return ok && n == "1" && at(v, "datasource", "uid") == "-- Grafana --"
}

// at walks down objects; nil where there is nothing.
func at(v any, keys ...string) any {
	for _, key := range keys {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[key]
	}
	return v
}

// dropWhere takes elements out of a list that holder has under key.
func dropWhere(holder any, key string, list []any, out func(any) bool) {
	kept := make([]any, 0, len(list))
	for _, v := range list {
		if !out(v) {
			kept = append(kept, v)
		}
	}
	if m, ok := holder.(map[string]any); ok {
		m[key] = kept
	}
}

// dropDefaults removes the values that are in the tree of defaults as well. An
// object is compared field by field, anything else as a whole.
func dropDefaults(value, defaults map[string]any) {
	for key, standard := range defaults {
		have, ok := value[key]
		if !ok {
			continue
		}
		inner, isObject := have.(map[string]any)
		below, alsoObject := standard.(map[string]any)
		switch {
		case isObject && alsoObject:
			dropDefaults(inner, below)
		case sameValue(have, standard):
			delete(value, key)
		}
	}
}

// sameValue compares decoded JSON, numbers by their value.
func sameValue(a, b any) bool {
	switch x := a.(type) {
	case json.Number:
		y, ok := b.(json.Number)
		if !ok {
			return false
		}
		return canonicalNumber(x) == canonicalNumber(y)
	case []any:
		y, ok := b.([]any)
		if !ok || len(x) != len(y) {
			return false
		}
		for i := range x {
			if !sameValue(x[i], y[i]) {
				return false
			}
		}
		return true
	case map[string]any:
		y, ok := b.(map[string]any)
		if !ok || len(x) != len(y) {
			return false
		}
		for key := range x {
			other, there := y[key]
			if !there || !sameValue(x[key], other) {
				return false
			}
		}
		return true
	}
	return a == b
}

// canonicalNumber spells a number as Go spells the float nearest to it, so that
// 1, 1.0 and 1e0 are one. One that no float holds stays as it is.
func canonicalNumber(n json.Number) json.Number {
	v, err := n.Float64()
	if err != nil {
		return n
	}
	if v == 0 {
		return "0"
	}
	text, err := json.Marshal(v)
	if err != nil {
		return n
	}
	// An integer beyond what a float holds exactly stays as it is.
	if i, err := n.Int64(); err == nil && (i > 1<<53 || i < -1<<53) {
		return n
	}
	return json.Number(text)
}

// clean removes nulls, empty objects and empty lists, at every depth but in
// lists, where the number of elements matters; and it spells numbers alike.
func clean(v any) any {
	switch x := v.(type) {
	case map[string]any:
		for key, inner := range x {
			inner = clean(inner)
			if isEmpty(inner) {
				delete(x, key)
			} else {
				x[key] = inner
			}
		}
	case []any:
		for i := range x {
			x[i] = clean(x[i])
		}
	case json.Number:
		return canonicalNumber(x)
	}
	return v
}

func isEmpty(v any) bool {
	switch x := v.(type) {
	case nil:
		return true
	case map[string]any:
		return len(x) == 0
	case []any:
		return len(x) == 0
	}
	return false
}

func copyTree(v any) any {
	switch x := v.(type) {
	case map[string]any:
		c := make(map[string]any, len(x))
		for key, inner := range x {
			c[key] = copyTree(inner)
		}
		return c
	case []any:
		c := make([]any, len(x))
		for i, inner := range x {
			c[i] = copyTree(inner)
		}
		return c
	}
	return v
}
