package emulator

import (
	"fmt"
	"strings"
	"time"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"cloud.google.com/go/monitoring/dashboard/apiv1/dashboardpb"
	"github.com/prometheus/common/model"
)

// aggregation is how a filter's series are aligned and joined, by the names that
// Monitoring v3 and dashboards share, such as "ALIGN_RATE".
type aggregation struct {
	period          time.Duration
	aligner, reduce string
	by              []string
}

func monitoringAggregation(list []*monitoringpb.Aggregation) aggregation {
	if len(list) == 0 {
		return aggregation{}
	}
	a := list[0]
	return aggregation{a.GetAlignmentPeriod().AsDuration(), a.GetPerSeriesAligner().String(), a.GetCrossSeriesReducer().String(), a.GetGroupByFields()}
}

func dashboardAggregation(a *dashboardpb.Aggregation) aggregation {
	if a == nil {
		return aggregation{}
	}
	return aggregation{a.GetAlignmentPeriod().AsDuration(), a.GetPerSeriesAligner().String(), a.GetCrossSeriesReducer().String(), a.GetGroupByFields()}
}

// alignOverTime and reduceBy are the aligners and reducers that PromQL has
// functions for.
var (
	alignOverTime = map[string]string{
		"ALIGN_RATE": "rate", "ALIGN_DELTA": "increase", "ALIGN_MEAN": "avg_over_time", "ALIGN_MAX": "max_over_time",
		"ALIGN_MIN": "min_over_time", "ALIGN_SUM": "sum_over_time", "ALIGN_COUNT": "count_over_time", "ALIGN_NEXT_OLDER": "last_over_time",
	}
	reduceBy = map[string]string{
		"REDUCE_SUM": "sum", "REDUCE_MEAN": "avg", "REDUCE_MAX": "max", "REDUCE_MIN": "min", "REDUCE_COUNT": "count",
	}
	alignQuantile = map[string]string{"ALIGN_PERCENTILE_99": "0.99", "ALIGN_PERCENTILE_95": "0.95", "ALIGN_PERCENTILE_50": "0.5", "ALIGN_PERCENTILE_05": "0.05"}
)

// promQLOfFilter writes a filter with its aggregation as PromQL.
func promQLOfFilter(filter string, a aggregation) (string, error) {
	s, err := selectionOf(filter)
	if err != nil {
		return "", err
	}
	window := "[" + model.Duration(max(a.period, time.Minute)).String() + "]"
	var by []string
	for _, path := range a.by {
		label, ok := labelOfPath(path)
		if !ok {
			return "", fmt.Errorf("the query groups by %s, which is not drawn here", path)
		}
		by = append(by, label)
	}
	if quantile, ok := alignQuantile[a.aligner]; ok {
		return "histogram_quantile(" + quantile + ", sum by (" + strings.Join(append(by, "le"), ", ") + ") (rate(" + s.selector("_bucket") + window + ")))", nil
	}
	text := s.count()
	switch function, ok := alignOverTime[a.aligner]; {
	case ok:
		text = function + "(" + text + window + ")"
	case a.aligner != "" && a.aligner != "ALIGN_NONE":
		return "", fmt.Errorf("the query aligns by %s, which is not drawn here", a.aligner)
	}
	switch reduce, ok := reduceBy[a.reduce]; {
	case ok && len(by) > 0:
		text = reduce + " by (" + strings.Join(by, ", ") + ") (" + text + ")"
	case ok:
		text = reduce + "(" + text + ")"
	case a.reduce != "" && a.reduce != "REDUCE_NONE":
		return "", fmt.Errorf("the query reduces by %s, which is not drawn here", a.reduce)
	}
	return text, nil
}
