package dash_test

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/internal/dash"
)

func decoded(t *testing.T, text string) map[string]any {
	t.Helper()
	var page map[string]any
	if err := json.Unmarshal([]byte(text), &page); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return page
}

func encoded(t *testing.T, page any) string {
	t.Helper()
	text, err := json.Marshal(page)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// fill sets what is not there yet, at every depth, as a browser does when it
// loads a dashboard.
func fill(into map[string]any, text string) {
	var defaults map[string]any
	if err := json.Unmarshal([]byte(text), &defaults); err != nil {
		panic(err)
	}
	merge(into, defaults)
}

func merge(into, defaults map[string]any) {
	for key, v := range defaults {
		have, there := into[key]
		inner, isObject := have.(map[string]any)
		below, alsoObject := v.(map[string]any)
		switch {
		case !there:
			into[key] = v
		case isObject && alsoObject:
			merge(inner, below)
		}
	}
}

// saved is a dashboard after Grafana stored it and somebody pressed save in a
// browser without changing anything: with the fields of dashboards exported
// from Grafana 11 and 12.
func saved(t *testing.T, text string) string {
	t.Helper()
	page := decoded(t, text)
	page["id"], page["version"], page["uid"], page["schemaVersion"] = 41, 7, "made-by-server", 41
	fill(page, `{
		"gnetId": null, "description": "", "links": [], "liveNow": false, "preload": false, "refresh": "", "weekStart": "", "tags": [],
		"timepicker": {}, "time": {"from": "now-6h", "to": "now"}, "templating": {"list": []}, "annotations": {"list": []}, "panels": []
	}`)
	notes := page["annotations"].(map[string]any)
	list, _ := notes["list"].([]any)
	notes["list"] = append([]any{map[string]any{
		"builtIn": 1, "datasource": map[string]any{"type": "grafana", "uid": "-- Grafana --"}, "enable": true, "hide": true,
		"iconColor": "rgba(0, 211, 255, 1)", "name": "Annotations & Alerts", "type": "dashboard",
	}}, list...)
	for _, v := range in(page, "templating", "list").([]any) {
		variable := v.(map[string]any)
		if variable["type"] == "datasource" {
			fill(variable, `{"current": {"text": "Prometheus", "value": "P1809F7CD0C75ACF3"}, "hide": 0, "options": [], "refresh": 1, "regex": "", "skipUrlSync": false}`)
			continue
		}
		current := variable["current"].(map[string]any)
		variable["current"] = map[string]any{"selected": true, "text": []any{current["text"]}, "value": []any{current["value"]}}
		fill(variable, `{"hide": 0, "options": [{"selected": true, "text": "All", "value": "$__all"}, {"selected": false, "text": "tenant-a", "value": "tenant-a"}], "regex": "", "skipUrlSync": false}`)
	}
	savedPanels(page["panels"].([]any))
	// In the order in which they were drawn, which is any.
	slices.Reverse(page["panels"].([]any))
	return encoded(t, page)
}

func savedPanels(panels []any) {
	for i, v := range panels {
		panel := v.(map[string]any)
		panel["id"] = 100 + i
		kind := panel["type"]
		if kind == "row" {
			inner, _ := panel["panels"].([]any)
			savedPanels(inner)
			continue
		}
		panel["pluginVersion"] = "12.1.0"
		fill(panel, `{"fieldConfig": {"defaults": {}, "overrides": []}, "options": {}, "links": [], "transparent": false, "description": ""}`)
		if targets, ok := panel["targets"].([]any); ok {
			for _, target := range targets {
				fill(target.(map[string]any), `{"hide": false, "exemplar": false, "legendFormat": "__auto", "interval": ""}`)
			}
		}
		switch kind {
		case "timeseries":
			fill(panel, `{
				"fieldConfig": {"defaults": {"color": {"mode": "palette-classic"}, "mappings": [], "custom": {
					"axisBorderShow": false, "axisCenteredZero": false, "axisColorMode": "text", "axisLabel": "", "axisPlacement": "auto",
					"barAlignment": 0, "barWidthFactor": 0.6, "gradientMode": "none", "hideFrom": {"legend": false, "tooltip": false, "viz": false},
					"insertNulls": false, "lineInterpolation": "linear", "pointSize": 5, "scaleDistribution": {"type": "linear"}, "spanNulls": false,
					"stacking": {"group": "A", "mode": "none"}, "thresholdsStyle": {"mode": "off"}
				}}},
				"options": {"tooltip": {"hideZeros": false}}
			}`)
		case "stat", "gauge":
			fill(panel, `{"fieldConfig": {"defaults": {"color": {"mode": "thresholds"}, "mappings": []}}}`)
		case "table":
			fill(panel, `{"fieldConfig": {"defaults": {"color": {"mode": "thresholds"}, "mappings": [], "custom": {"align": "auto", "cellOptions": {"type": "auto"}, "inspect": false}}}}`)
		case "heatmap":
			fill(panel, `{
				"fieldConfig": {"defaults": {"custom": {"hideFrom": {"legend": false, "tooltip": false, "viz": false}, "scaleDistribution": {"type": "linear"}}}},
				"options": {"rowsFrame": {"layout": "auto"}, "tooltip": {"showColorScale": false, "yHistogram": false}, "yAxis": {"reverse": false}}
			}`)
		case "text":
			fill(panel, `{"options": {"code": {"language": "plaintext", "showLineNumbers": false, "showMiniMap": false}}}`)
		}
	}
}

// TestSavingIsNoChange: what Grafana adds to any dashboard is no difference,
// and the drift of it is the planned text itself.
func TestSavingIsNoChange(t *testing.T) {
	t.Parallel()
	check := func(name, text string) {
		other := saved(t, text)
		if !dash.EqualGrafanaJSON(text, other) {
			a, _ := dash.NormalizeGrafanaJSON(text)
			b, _ := dash.NormalizeGrafanaJSON(other)
			t.Fatalf("%s: saved alike, it is different:\n%s\n%s", name, a, b)
		}
		drift, err := dash.GrafanaDrift(text, other)
		if err != nil || drift != text {
			t.Fatalf("%s: %v: the drift of nothing is\n%s", name, err, drift)
		}
	}
	for _, name := range dash.PresetNames() {
		for how, in := range presetInputs() {
			check(name+" with "+how, render(t, preset(t, name, in), dash.GrafanaOptions{UID: "u"}))
		}
	}
	for seed := range uint64(200) {
		d := randomForGrafana(seeded(seed))
		for i := range d.Sections {
			d.Sections[i].Tiles = slices.DeleteFunc(d.Sections[i].Tiles, func(tile dash.Tile) bool { return tile.X != 0 || tile.Y != 0 })
		}
		check("a random dashboard", render(t, d, dash.GrafanaOptions{}))
	}
}

// panelNamed finds a panel by its title, and the list that holds it.
func panelNamed(t *testing.T, page map[string]any, title string) (panel map[string]any, at int) {
	t.Helper()
	for i, v := range page["panels"].([]any) {
		if p := v.(map[string]any); p["title"] == title {
			return p, i
		}
	}
	t.Fatalf("there is no panel %q", title)
	return nil, 0
}

// TestEditsShow: each thing that somebody can do to a dashboard by hand makes
// it different, and the drift differs from the plan in that place alone.
func TestEditsShow(t *testing.T) {
	t.Parallel()
	planned := render(t, preset(t, dash.PresetPlatformHealth, presetInputs()["everything"]), dash.GrafanaOptions{UID: "u"})
	custom := func(p map[string]any) map[string]any {
		return in(p, "fieldConfig", "defaults", "custom").(map[string]any)
	}
	step := func(p map[string]any, i int) map[string]any {
		return in(p, "fieldConfig", "defaults", "thresholds", "steps", i).(map[string]any)
	}
	const card, graph = "Latency p99", "Latency p50, p95 and p99"
	for name, c := range map[string]struct {
		edit func(page map[string]any)
		// where lists the places that differ, as key.index.key; a panel is
		// named by its title.
		where []string
	}{
		"moved":   {func(p map[string]any) { at, _ := panelNamed(t, p, card); at["gridPos"].(map[string]any)["x"] = 3 }, []string{card + ".gridPos.x"}},
		"resized": {func(p map[string]any) { at, _ := panelNamed(t, p, card); at["gridPos"].(map[string]any)["h"] = 6 }, []string{card + ".gridPos.h"}},
		"renamed": {func(p map[string]any) { at, _ := panelNamed(t, p, card); at["title"] = "p99" }, []string{"p99.title"}},
		"query": {func(p map[string]any) {
			at, _ := panelNamed(t, p, graph)
			in(at, "targets", 1).(map[string]any)["expr"] = "up"
		}, []string{graph + ".targets.1.expr"}},
		"hidden query": {func(p map[string]any) {
			at, _ := panelNamed(t, p, graph)
			in(at, "targets", 1).(map[string]any)["hide"] = true
		}, []string{graph + ".targets.1.hide"}},
		"legend": {func(p map[string]any) {
			at, _ := panelNamed(t, p, graph)
			in(at, "targets", 0).(map[string]any)["legendFormat"] = "median"
		}, []string{graph + ".targets.0.legendFormat"}},
		"query taken out": {func(p map[string]any) { at, _ := panelNamed(t, p, graph); at["targets"] = at["targets"].([]any)[1:] }, []string{graph + ".targets"}},
		"unit": {func(p map[string]any) {
			at, _ := panelNamed(t, p, card)
			in(at, "fieldConfig", "defaults").(map[string]any)["unit"] = "ms"
		}, []string{card + ".fieldConfig.defaults.unit"}},
		"threshold":      {func(p map[string]any) { at, _ := panelNamed(t, p, card); step(at, 1)["value"] = 0.75 }, []string{card + ".fieldConfig.defaults.thresholds.steps.1.value"}},
		"threshold to 0": {func(p map[string]any) { at, _ := panelNamed(t, p, card); step(at, 1)["value"] = 0 }, []string{card + ".fieldConfig.defaults.thresholds.steps.1.value"}},
		"colour":         {func(p map[string]any) { at, _ := panelNamed(t, p, card); step(at, 1)["color"] = "blue" }, []string{card + ".fieldConfig.defaults.thresholds.steps.1.color"}},
		"colours off": {func(p map[string]any) {
			at, _ := panelNamed(t, p, card)
			at["options"].(map[string]any)["colorMode"] = "none"
		}, []string{card + ".options.colorMode"}},
		"another kind": {func(p map[string]any) { at, _ := panelNamed(t, p, card); at["type"] = "gauge" }, []string{card + ".type"}},
		"smooth lines": {func(p map[string]any) { at, _ := panelNamed(t, p, graph); custom(at)["lineInterpolation"] = "smooth" }, []string{graph + ".fieldConfig.defaults.custom.lineInterpolation"}},
		"legend off": {func(p map[string]any) {
			at, _ := panelNamed(t, p, graph)
			in(at, "options", "legend").(map[string]any)["showLegend"] = false
		}, []string{graph + ".options.legend.showLegend"}},
		"another source": {func(p map[string]any) {
			at, _ := panelNamed(t, p, card)
			in(at, "targets", 0, "datasource").(map[string]any)["uid"] = "other"
		}, []string{card + ".targets.0.datasource.uid"}},
		"taken out": {func(p map[string]any) {
			_, i := panelNamed(t, p, card)
			p["panels"] = slices.Delete(p["panels"].([]any), i, i+1)
		}, []string{"panels"}},
		"added": {func(p map[string]any) {
			p["panels"] = append(p["panels"].([]any), decoded(t, `{"type":"stat","title":"new","gridPos":{"x":0,"y":900,"w":3,"h":3},"targets":[{"expr":"up"}]}`))
		}, []string{"panels"}},
		"two the same": {func(p map[string]any) { at, _ := panelNamed(t, p, card); p["panels"] = append(p["panels"].([]any), at) }, []string{"panels"}},
		"folded":       {func(p map[string]any) { at, _ := panelNamed(t, p, "Latency"); at["collapsed"] = true }, []string{"Latency.collapsed"}},
		"time":         {func(p map[string]any) { p["time"] = map[string]any{"from": "now-1h", "to": "now"} }, []string{"time.from"}},
		"refresh":      {func(p map[string]any) { p["refresh"] = "5s" }, []string{"refresh"}},
		"title":        {func(p map[string]any) { p["title"] = "Mine" }, []string{"title"}},
		"a tag":        {func(p map[string]any) { p["tags"] = []any{"mine"} }, []string{"tags"}},
		"a link":       {func(p map[string]any) { p["links"] = []any{map[string]any{"title": "x", "url": "https://example.com"}} }, []string{"links"}},
		"read-only":    {func(p map[string]any) { p["editable"] = false }, []string{"editable"}},
		"annotation": {func(p map[string]any) {
			at := p["annotations"].(map[string]any)
			at["list"] = append(at["list"].([]any), map[string]any{"name": "Deploys", "enable": true})
		}, []string{"annotations.list"}},
		"variable": {func(p map[string]any) {
			in(p, "templating", "list", 1, "current").(map[string]any)["value"] = []any{"tenant-a"}
		}, []string{"templating.list.1.current.value"}},
		"values": {func(p map[string]any) {
			in(p, "templating", "list", 1).(map[string]any)["query"] = "label_values(up, job)"
		}, []string{"templating.list.1.query"}},
		"variable removed": {func(p map[string]any) { at := p["templating"].(map[string]any); at["list"] = at["list"].([]any)[:1] }, []string{"templating.list"}},
		"unknown field":    {func(p map[string]any) { p["scopes"] = map[string]any{"a": 1} }, []string{"scopes"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			page := decoded(t, saved(t, planned))
			c.edit(page)
			stands := encoded(t, page)
			if dash.EqualGrafanaJSON(planned, stands) {
				t.Fatal("the edit does not show")
			}
			drift, err := dash.GrafanaDrift(planned, stands)
			if err != nil {
				t.Fatal(err)
			}
			if !dash.EqualGrafanaJSON(drift, stands) {
				t.Error("the drift does not mean what stands")
			}
			if got := differences("", decoded(t, planned), decoded(t, drift)); !slices.Equal(got, c.where) {
				t.Errorf("it shows at %v, want %v", got, c.where)
			}
		})
	}
}

// differences lists the places at which two decoded texts differ. Lists of
// another length differ as a whole; panels are named by their titles.
func differences(at string, a, b any) []string {
	if reflect.DeepEqual(a, b) {
		return nil
	}
	below := func(key string) string { return strings.TrimPrefix(at+"."+key, ".") }
	var found []string
	switch x := a.(type) {
	case map[string]any:
		y, ok := b.(map[string]any)
		if !ok {
			return []string{at}
		}
		keys := maps.Clone(x)
		maps.Copy(keys, y)
		for _, key := range slices.Sorted(maps.Keys(keys)) {
			found = append(found, differences(below(key), x[key], y[key])...)
		}
		return found
	case []any:
		y, ok := b.([]any)
		if !ok || len(x) != len(y) {
			return []string{at}
		}
		for i := range x {
			step := below(string(rune('0' + i)))
			if title, ok := in(y[i], "title").(string); ok && at == "panels" {
				step = title
			}
			found = append(found, differences(step, x[i], y[i])...)
		}
		return found
	}
	return []string{at}
}

// TestRemovedPanelsShowAlone: without one panel, the drift is the plan without
// that panel, and all others as they were planned.
func TestRemovedPanelsShowAlone(t *testing.T) {
	t.Parallel()
	planned := render(t, preset(t, dash.PresetTenantUsage, dash.PresetInputs{}), dash.GrafanaOptions{})
	count := len(decoded(t, planned)["panels"].([]any))
	for i := range count {
		page := decoded(t, saved(t, planned))
		panels := page["panels"].([]any)
		slices.Reverse(panels)
		page["panels"] = slices.Delete(panels, i, i+1)
		drift, err := dash.GrafanaDrift(planned, encoded(t, page))
		if err != nil {
			t.Fatal(err)
		}
		want := decoded(t, planned)
		want["panels"] = slices.Delete(want["panels"].([]any), i, i+1)
		if got := differences("", want, decoded(t, drift)); len(got) > 0 {
			t.Errorf("without panel %d, these differ too: %v", i, got)
		}
	}
}

// TestNumbersCompareByValue: spellings of one number are one, and neighbours
// that no float tells apart are two.
func TestNumbersCompareByValue(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"1", "1.0", true},
		{"1e2", "100", true},
		{"-0", "0", true},
		{"0.1", "0.10", true},
		{"9007199254740993", "9007199254740992", false},
		{"1e999", "1e998", false},
		{"1e999", "1e999", true},
		{"1", `"1"`, false},
	} {
		if got := dash.EqualGrafanaJSON(`{"x":`+c.a+`}`, `{"x": `+c.b+`}`); got != c.same {
			t.Errorf("%s and %s: %t", c.a, c.b, got)
		}
	}
}

// TestNoDashboard: what is no JSON object is refused, and equals itself alone.
func TestNoDashboard(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "null", "[]", "1", "{", "{} {}", `{"a":1}x`} {
		if got, err := dash.NormalizeGrafanaJSON(s); err == nil {
			t.Errorf("%q is normalised to %q", s, got)
		}
		if dash.EqualGrafanaJSON(s, "{}") || !dash.EqualGrafanaJSON(s, s) {
			t.Errorf("%q compares wrongly", s)
		}
		if _, err := dash.GrafanaDrift("{}", s); err == nil {
			t.Errorf("%q drifts", s)
		}
		if dash.ValidateGrafanaJSON(s) == nil && s != "null" {
			t.Errorf("%q is a dashboard", s)
		}
	}
}

// FuzzGrafanaJSON: on any JSON nothing panics, the normal spelling is that of
// itself, and a drift means what stands.
func FuzzGrafanaJSON(f *testing.F) {
	for seed := range uint64(20) {
		text, err := randomForGrafana(seeded(seed)).GrafanaJSON(dash.GrafanaOptions{})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text, text)
	}
	f.Add(`{"panels":[{"title":[],"type":{}},{"gridPos":null},7,null,[{}]],"templating":{"list":[1,{"current":{"text":[[]]}}]}}`, `{"panels":[{"title":[],"type":{}}]}`)
	f.Add(`{"panels":{"a":1},"annotations":[],"templating":7}`, `{"annotations":{"list":[{"builtIn":1,"datasource":"x"},null]}}`)
	f.Add(`{"panels":[{"type":"row","panels":[{"type":"row","panels":[{"gridPos":{"x":1e999,"y":"a"}}]}]}]}`, `{}`)
	f.Fuzz(func(t *testing.T, a, b string) {
		_ = dash.ValidateGrafanaJSON(a)
		_ = dash.GrafanaUID(a)
		dash.GrafanaProblems(dash.Dashboard{Sections: []dash.Section{{Tiles: []dash.Tile{{Raw: &dash.Raw{PanelJSON: a}}}}}}, dash.GrafanaOptions{})
		normal, err := dash.NormalizeGrafanaJSON(a)
		equal := dash.EqualGrafanaJSON(a, b)
		if equal != dash.EqualGrafanaJSON(b, a) {
			t.Errorf("%s and %s are equal one way only", a, b)
		}
		if err != nil {
			return
		}
		again, err := dash.NormalizeGrafanaJSON(normal)
		if err != nil || again != normal {
			t.Errorf("%v: %s is normalised to %s and that to %s", err, a, normal, again)
		}
		if !dash.EqualGrafanaJSON(a, normal) {
			t.Errorf("%s does not equal its normal spelling %s", a, normal)
		}
		drift, err := dash.GrafanaDrift(a, b)
		if err != nil {
			return
		}
		if !dash.EqualGrafanaJSON(drift, b) {
			t.Errorf("the drift from %s to %s is %s", a, b, drift)
		}
		if equal && drift != a {
			t.Errorf("%s and %s are equal and drift to %s", a, b, drift)
		}
	})
}
