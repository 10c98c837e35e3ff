package dash

// The values that Grafana takes where a dashboard says nothing. Each is left
// out of the normal spelling, so that filling it in is no change.
var (
	pageDefaults = tree(`{
		"title": "No Title", "description": "", "editable": true, "graphTooltip": 0, "timezone": "", "weekStart": "", "refresh": "", "fiscalYearStartMonth": 0,
		"liveNow": false, "preload": false, "revision": 0, "time": {"from": "now-6h", "to": "now"},
		"timepicker": {"hidden": false, "refresh_intervals": ["5s","10s","30s","1m","5m","15m","30m","1h","2h","1d"]}
	}`)

	variableDefaults = tree(`{
		"allowCustomValue": true, "auto": false, "auto_count": 30, "auto_min": "10s", "description": "", "hide": 0, "includeAll": false,
		"multi": false, "regex": "", "regexApplyTo": "value", "skipUrlSync": false, "sort": 0, "useTags": false,
		"tagValuesQuery": "", "tagsQuery": "", "allValue": ""
	}`)

	rowDefaults = tree(`{"collapsed": false, "repeat": ""}`)

	panelDefaults = tree(`{
		"title": "", "description": "", "transparent": false, "repeatDirection": "h", "hideTimeOverride": false, "gridPos": {"static": false},
		"fieldConfig": {"defaults": {
			"unit": "", "noValue": "", "thresholds": {"mode": "absolute"}, "custom": {"hideFrom": {"legend": false, "tooltip": false, "viz": false}}
		}}
	}`)

	targetDefaults = tree(`{
		"hide": false, "exemplar": false, "intervalFactor": 1, "interval": "", "legendFormat": "__auto", "format": "time_series",
		"instant": false, "range": true, "editorMode": "code", "queryType": "", "useBackend": false, "fullMetaSearch": false,
		"includeNullMetadata": true, "disableTextWrap": false
	}`)

	stepsDefault = `"thresholds": {"steps": [{"color": "green", "value": null}, {"color": "red", "value": 80}]}`

	reduceDefault = `"reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": false}`

	kindDefaults = map[string]map[string]any{
		"timeseries": tree(`{
			"fieldConfig": {"defaults": {
				"color": {"mode": "palette-classic"}, ` + stepsDefault + `,
				"custom": {
					"axisBorderShow": false, "axisCenteredZero": false, "axisColorMode": "text", "axisLabel": "", "axisPlacement": "auto",
					"axisGridShow": true, "barAlignment": 0, "barWidthFactor": 0.6, "drawStyle": "line", "fillOpacity": 0, "gradientMode": "none",
					"insertNulls": false, "lineInterpolation": "linear", "lineWidth": 1, "pointSize": 5, "scaleDistribution": {"type": "linear"},
					"showPoints": "auto", "showValues": false, "spanNulls": false, "stacking": {"group": "A", "mode": "none"},
					"lineStyle": {"fill": "solid"}, "thresholdsStyle": {"mode": "off"}
				}
			}},
			"options": {
				"legend": {"displayMode": "list", "placement": "bottom", "showLegend": true},
				"tooltip": {"mode": "single", "sort": "none", "hideZeros": false}
			}
		}`),
		"stat": tree(`{
			"fieldConfig": {"defaults": {"color": {"mode": "thresholds"}, ` + stepsDefault + `}},
			"options": {
				"colorMode": "value", "graphMode": "area", "justifyMode": "auto", "orientation": "auto", "percentChangeColorMode": "standard",
				` + reduceDefault + `, "showPercentChange": false, "textMode": "auto", "wideLayout": true
			}
		}`),
		"gauge": tree(`{
			"fieldConfig": {"defaults": {"color": {"mode": "thresholds"}, ` + stepsDefault + `}},
			"options": {
				"minVizHeight": 75, "minVizWidth": 75, "orientation": "auto", ` + reduceDefault + `, "showThresholdLabels": false,
				"showThresholdMarkers": true, "sizing": "auto"
			}
		}`),
		"table": tree(`{
			"fieldConfig": {"defaults": {
				"color": {"mode": "thresholds"}, ` + stepsDefault + `,
				"custom": {"align": "auto", "cellOptions": {"type": "auto"}, "inspect": false, "filterable": false, "footer": {"reducers": []}}
			}},
			"options": {
				"cellHeight": "sm", "enablePagination": false, "frameIndex": 0, "showHeader": true, "showTypeIcons": false,
				"footer": {"countRows": false, "enablePagination": false, "fields": "", "reducer": ["sum"], "show": false}
			}
		}`),
		"heatmap": tree(`{
			"fieldConfig": {"defaults": {"color": {"mode": "thresholds"}, ` + stepsDefault + `, "custom": {"scaleDistribution": {"type": "linear"}}}},
			"options": {
				"calculate": false, "cellGap": 1, "cellRadius": 0, "cellValues": {"unit": "", "decimals": null},
				"color": {"exponent": 0.5, "fill": "dark-orange", "mode": "scheme", "reverse": false, "scale": "exponential", "scheme": "Oranges", "steps": 64},
				"exemplars": {"color": "rgba(255,0,255,0.7)"}, "filterValues": {"le": 1e-9}, "legend": {"show": true},
				"rowsFrame": {"layout": "auto"}, "selectionMode": "x", "showValue": "auto", "tooltip": {"mode": "single", "showColorScale": false, "yHistogram": false},
				"yAxis": {"axisPlacement": "left", "reverse": false, "unit": "", "axisLabel": "", "axisBorderShow": false, "axisColorMode": "text", "axisCenteredZero": false, "axisGridShow": true}
			}
		}`),
		"text": tree(`{"options": {"mode": "markdown", "code": {"language": "plaintext", "showLineNumbers": false, "showMiniMap": false}}}`),
	}
)

// tree reads a literal of defaults, with numbers as a dashboard's are read.
func tree(literal string) map[string]any {
	found, err := readTree(literal)
	if err != nil {
		panic("a literal of defaults is no JSON: " + err.Error())
	}
	return found
}
