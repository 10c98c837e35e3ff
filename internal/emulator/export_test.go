package emulator

// ParseFilter lets the fuzz test reach the filter parser and the path resolver
// without a server.
func ParseFilter(text string) (terms int, err error) {
	node, err := parseFilter(text)
	return len(filterTerms(node)), err
}

// CheckLogFilter lets the fuzz test reach the check of Logging queries.
func CheckLogFilter(text string) error { return checkLogFilter(text) }

// PromMetrics lets a test reach the metric names of a query.
func PromMetrics(query string) []string { return promMetrics(query) }
