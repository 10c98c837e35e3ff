package emulator

import (
	"context"
	"net/http"
	"time"

	"cloud.google.com/go/monitoring/dashboard/apiv1/dashboardpb"
	"github.com/prometheus/prometheus/model/labels"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// consoleTimeout bounds what one part of the page may ask of the engine.
const consoleTimeout = 30 * time.Second

// serveConsoleData answers what the script of the page asks for, as JSON. These
// calls are not of any API: they are not logged, delayed or faulted.
func (s *Server) serveConsoleData(w http.ResponseWriter, r *http.Request, what string) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if r.Method != http.MethodGet {
		writeJSON(w, http.StatusMethodNotAllowed, map[string]string{"error": "The page's data is read by GET only."})
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), consoleTimeout)
	defer cancel()
	var (
		out any
		err error
	)
	query := r.URL.Query()
	switch what {
	case "dashboard":
		out, err = s.consoleDashboard(query.Get("name"))
	case "tile":
		out, err = s.consoleTileData(ctx, query.Get("name"), query.Get("tile"), query.Get("range"), query.Get)
	case "objective":
		out, err = s.consoleObjectiveData(ctx, query.Get("name"))
	case "policy":
		out, err = s.consolePolicyData(ctx, query.Get("name"))
	default:
		err = notFound("The page has no data named %q.", what)
	}
	if err != nil {
		writeJSON(w, httpStatusOf(err), map[string]string{"error": messageOf(err)})
		return
	}
	writeJSON(w, http.StatusOK, out)
}

// messageOf returns the words of an error, without the name of its code.
func messageOf(err error) string {
	if st, ok := status.FromError(err); ok && st.Code() != codes.Unknown {
		return st.Message()
	}
	return err.Error()
}

func (s *Server) consoleDashboard(name string) (*consoleDashboard, error) {
	d := &dashboardpb.Dashboard{}
	if _, err := s.load(kindDashboard, name, d); err != nil {
		return nil, err
	}
	return s.newConsoleDashboard(d), nil
}

// consoleRanges are the spans of time that the page offers, each with the step
// of its charts.
var consoleRanges = map[string]struct{ span, step time.Duration }{
	"1h":  {time.Hour, 30 * time.Second},
	"6h":  {6 * time.Hour, 3 * time.Minute},
	"24h": {day, 10 * time.Minute},
	"7d":  {7 * day, time.Hour},
	"30d": {30 * day, 4 * time.Hour},
}

// consolePoints are the values of a series at the steps of its tile; nil where
// it has none.
type consolePoints []*float64

// consoleSeries is a series of a chart.
type consoleSeries struct {
	Name   string        `json:"name"`
	Style  string        `json:"style"`
	Second bool          `json:"second,omitempty"`
	Unit   string        `json:"unit"`
	Points consolePoints `json:"points"`

	labels labels.Labels
}

// consoleThreshold is a value that a chart marks.
type consoleThreshold struct {
	Value  float64 `json:"value"`
	Label  string  `json:"label,omitempty"`
	Color  string  `json:"color"`
	Below  bool    `json:"below,omitempty"`
	Second bool    `json:"second,omitempty"`
}

// consoleData is what the page draws a tile from. Times are in seconds.
type consoleData struct {
	Start      float64            `json:"start"`
	Step       float64            `json:"step"`
	Steps      int                `json:"steps"`
	Series     []consoleSeries    `json:"series"`
	Left       int                `json:"left,omitempty"`
	Thresholds []consoleThreshold `json:"thresholds,omitempty"`
	Queries    []string           `json:"queries"`
	Label      string             `json:"label,omitempty"`
	Label2     string             `json:"label2,omitempty"`
	Log        bool               `json:"log,omitempty"`
	Log2       bool               `json:"log2,omitempty"`
	Unit       string             `json:"unit"`
	Value      *float64           `json:"value,omitempty"`
	Level      string             `json:"level,omitempty"`
	Spark      string             `json:"spark,omitempty"`
	Lower      float64            `json:"lower,omitempty"`
	Upper      float64            `json:"upper,omitempty"`
	Bars       bool               `json:"bars,omitempty"`
	Columns    []string           `json:"columns,omitempty"`
	Heading    string             `json:"heading,omitempty"`
	Rows       []consoleRow       `json:"rows,omitempty"`
	Bounds     []string           `json:"bounds,omitempty"`
}

// consoleRow is a row of a table: label values, and the number.
type consoleRow struct {
	Cells []string `json:"cells"`
	Value *float64 `json:"value"`
	Unit  string   `json:"unit"`

	name string
}

// most series that a chart draws, and rows that a table shows.
const (
	mostSeries = 40
	mostRows   = 100
)
