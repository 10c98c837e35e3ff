package gcp

// Pages lists one page after the other, until none is left. A service may give an
// empty page with more behind it.
func Pages[T any](list func(token string) (items []T, next string, err error)) ([]T, error) {
	var all []T
	token := ""
	for {
		items, next, err := list(token)
		if err != nil {
			return nil, err
		}
		all = append(all, items...)
		if token = next; token == "" {
			return all, nil
		}
	}
}
