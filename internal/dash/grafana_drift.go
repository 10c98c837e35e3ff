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
	return writeTree(respell(spelled, want, have))
}

// respell spells have as spelled wherever have equals want, of which spelled is
// the full spelling.
func respell(spelled, want, have any) any {
	if sameValue(want, have) {
		return spelled
	}
	switch full := spelled.(type) {
	case map[string]any:
		w, planned := want.(map[string]any)
		h, stands := have.(map[string]any)
		if planned && stands {
			return respellObject(full, w, h)
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

func respellObject(spelled, want, have map[string]any) map[string]any {
	found := make(map[string]any, len(spelled))
	for key, full := range spelled {
		planned, inNormal := want[key]
		standing, stands := have[key]
		switch {
		case stands && inNormal:
			found[key] = respell(full, planned, standing)
		case stands:
			found[key] = standing
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

// respellList pairs elements of have with elements of want, the most alike
// first.
func respellList(spelled, want, have []any) []any {
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
	pair(sameValue)
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
	pair(by("type", "title"))
	pair(by("gridPos"))
	pair(by("name"))
	pair(by("refId"))
	found := make([]any, len(have))
	for i, j := range pairs {
		if j < 0 {
			found[i] = have[i]
			continue
		}
		found[i] = respell(spelled[j], want[j], have[i])
	}
	return found
}
