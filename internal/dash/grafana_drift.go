package dash

// GrafanaDrift returns the dashboard that stands, spelled as the planned one
// wherever both mean the same: what remains different between the planned text
// and the result is what somebody changed. When nothing was changed it is the
// planned text itself, byte for byte. Panels are matched by their content, then
// by kind and title, then by place.
func GrafanaDrift(planned, stands string) (string, error) {
	spelled, err := readTree(planned)
	if err != nil {
		return "", err
	}
	want, err := grafanaTree(planned)
	if err != nil {
		return "", err
	}
	have, err := grafanaTree(stands)
	if err != nil {
		return "", err
	}
	if sameValue(want, have) {
		return planned, nil
	}
	// In the order of the normal spelling, so that both have the same indexes.
	sortPanels(spelled)
	return writeTree(respellObject(spelled, want, have, true))
}

// respell spells have as spelled wherever have equals want, of which spelled is
// the full spelling.
func respell(spelled, want, have any) any {
	if sameValue(want, have) {
		return spelled
	}
	switch full := spelled.(type) {
	case map[string]any:
		// What is all default is not in the normal spelling.
		w, planned := want.(map[string]any)
		if h, stands := have.(map[string]any); stands && (planned || want == nil) {
			return respellObject(full, w, h, false)
		}
	case []any:
		w, planned := want.([]any)
		h, stands := have.([]any)
		if planned && stands && len(w) == len(full) {
			return respellList(full, w, h)
		}
	}
	return have
}

// respellObject goes through an object; holdsPanels says that it is a page or a
// row, whose panels have places instead of an order.
func respellObject(spelled, want, have map[string]any, holdsPanels bool) map[string]any {
	found := make(map[string]any, len(spelled))
	for key, full := range spelled {
		planned, inNormal := want[key]
		standing, stands := have[key]
		list, isList := standing.([]any)
		before, wasList := planned.([]any)
		all, spelledOut := full.([]any)
		switch {
		case holdsPanels && key == "panels" && isList && wasList && spelledOut && len(before) == len(all):
			found[key] = respellPanels(all, before, list)
		case stands:
			found[key] = respell(full, planned, standing)
		case !inNormal:
			found[key] = full // A default on both sides.
		}
	}
	for key, standing := range have {
		if _, known := spelled[key]; !known {
			found[key] = standing
		}
	}
	return found
}

// respellList goes through a list whose order matters.
func respellList(spelled, want, have []any) []any {
	found := make([]any, len(have))
	for i, j := range paired(want, have) {
		if j < 0 {
			found[i] = have[i]
			continue
		}
		found[i] = respell(spelled[j], want[j], have[i])
	}
	return found
}

// respellPanels goes through panels: those that were planned come in the order
// of the plan, and the others behind them.
func respellPanels(spelled, want, have []any) []any {
	slots := make([]any, len(want))
	kept := make([]bool, len(want))
	var more []any
	for i, j := range paired(want, have) {
		if j < 0 {
			more = append(more, have[i])
			continue
		}
		full, isPanel := spelled[j].(map[string]any)
		planned, wasPanel := want[j].(map[string]any)
		standing, stands := have[i].(map[string]any)
		kept[j] = true
		if isPanel && wasPanel && stands && !sameValue(planned, standing) {
			slots[j] = respellObject(full, planned, standing, full["type"] == "row")
			continue
		}
		slots[j] = respell(spelled[j], want[j], have[i])
	}
	found := make([]any, 0, len(have))
	for j, slot := range slots {
		if kept[j] {
			found = append(found, slot)
		}
	}
	return append(found, more...)
}

// paired finds for each element of have the element of want that it most likely
// is, the most alike first; -1 where there is none.
func paired(want, have []any) []int {
	pairs := make([]int, len(have))
	used := make([]bool, len(want))
	for i := range pairs {
		pairs[i] = -1
	}
	pair := func(alike func(a, b any) bool) {
		for i := range have {
			for j := 0; pairs[i] < 0 && j < len(want); j++ {
				if !used[j] && alike(want[j], have[i]) {
					pairs[i], used[j] = j, true
				}
			}
		}
	}
	by := func(keys ...string) func(a, b any) bool {
		return func(a, b any) bool {
			for _, key := range keys {
				if v := at(a, key); v == nil || !sameValue(v, at(b, key)) {
					return false
				}
			}
			return true
		}
	}
	pair(sameValue)
	pair(by("type", "title"))
	pair(by("gridPos"))
	pair(by("name"))
	pair(by("refId"))
	return pairs
}
