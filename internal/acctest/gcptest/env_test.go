package gcptest_test

import (
	"slices"
	"testing"
	"time"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/cortx-platform/terraform-provider-cortx/internal/clock"
	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
)

const project = "gcp-test"

// env is an emulator and a client of it that share a virtual clock.
type env struct {
	*gcp.Client
	server *emulator.Server
	clk    *clock.Virtual
}

func newEnv(t *testing.T, opts emulator.Options) *env {
	t.Helper()
	clk := clock.NewVirtual(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	opts.Clock = clk
	opts.Seed = 1
	server, err := emulator.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Listen("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	client, err := gcp.New(gcp.Config{EmulatorHost: server.Addr(), Clock: clk, Seed: 1, RequestTimeout: 30 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := client.Close(); err != nil {
			t.Error(err)
		}
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	return &env{Client: client, server: server, clk: clk}
}

// requests counts the calls of an RPC that the emulator saw.
func (e *env) requests(rpc string) int {
	n := 0
	for _, r := range e.server.Requests() {
		if rpc == "" || r.RPC == rpc {
			n++
		}
	}
	return n
}

func (e *env) standing(suffix string) []string {
	var out []string
	for _, names := range e.server.Inventory() {
		for _, name := range names {
			if slices.Contains(split(name), suffix) {
				out = append(out, name)
			}
		}
	}
	return out
}

func split(name string) []string {
	var out []string
	start := 0
	for i := range len(name) {
		if name[i] == '/' {
			out = append(out, name[start:i])
			start = i + 1
		}
	}
	return append(out, name[start:])
}

func (e *env) longestWait() time.Duration {
	var longest time.Duration
	for _, w := range e.clk.Slept() {
		longest = max(longest, w)
	}
	return longest
}

// policy is one that the emulator takes: its query names no metric that would
// have to exist.
func policy(channels ...string) *monitoringpb.AlertPolicy {
	return &monitoringpb.AlertPolicy{
		DisplayName:          "errors",
		Combiner:             monitoringpb.AlertPolicy_OR,
		NotificationChannels: channels,
		Conditions: []*monitoringpb.AlertPolicy_Condition{{
			DisplayName: "errors",
			Condition: &monitoringpb.AlertPolicy_Condition_ConditionPrometheusQueryLanguage{
				ConditionPrometheusQueryLanguage: &monitoringpb.AlertPolicy_Condition_PrometheusQueryLanguageCondition{
					Query: "vector(1) > 0", EvaluationInterval: durationpb.New(30 * time.Second), DisableMetricValidation: true,
				},
			},
		}},
	}
}

// thresholdPolicy needs its metric to exist.
func thresholdPolicy(metric string) *monitoringpb.AlertPolicy {
	p := policy()
	p.Conditions[0].Condition = &monitoringpb.AlertPolicy_Condition_ConditionThreshold{
		ConditionThreshold: &monitoringpb.AlertPolicy_Condition_MetricThreshold{
			Filter:     `resource.type = "global" AND metric.type = "` + metric + `"`,
			Comparison: monitoringpb.ComparisonType_COMPARISON_GT, ThresholdValue: 1,
			Duration: durationpb.New(time.Minute),
			Aggregations: []*monitoringpb.Aggregation{{
				AlignmentPeriod: durationpb.New(time.Minute), PerSeriesAligner: monitoringpb.Aggregation_ALIGN_MEAN,
			}},
		},
	}
	return p
}

func email() *monitoringpb.NotificationChannel {
	return &monitoringpb.NotificationChannel{Type: "email", DisplayName: "on call", Labels: map[string]string{"email_address": "a@example.com"}}
}
