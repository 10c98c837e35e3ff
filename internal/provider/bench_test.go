package provider_test

import (
	"math/big"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest"
	cortx "github.com/cortx-platform/terraform-provider-cortx/internal/provider"
)

// BenchmarkDashboardPlan measures what one dashboard of eight tiles costs the
// provider in a plan without changes: validate, read, plan.
func BenchmarkDashboardPlan(b *testing.B) {
	env := acctest.New(b)
	server := providerserver.NewProtocol6(cortx.NewWith("test", cortx.Options{Clock: env.Clock, Getenv: func(name string) string {
		return map[string]string{"CORTX_EMULATOR_HOST": env.Server.Addr(), "GOOGLE_PROJECT": acctest.Project}[name]
	}})())()
	described, err := server.GetProviderSchema(b.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		b.Fatal(err)
	}
	none := dynamic(b, described.Provider.ValueType(), emptyObject(described.Provider.ValueType()))
	if _, err := server.ConfigureProvider(b.Context(), &tfprotov6.ConfigureProviderRequest{Config: none}); err != nil {
		b.Fatal(err)
	}
	const name = "cortx_dashboard"
	t := described.ResourceSchemas[name].ValueType()
	config := dynamic(b, t, dashboardConfig(b, t))
	null := dynamic(b, t, tftypes.NewValue(t, nil))
	planned, err := server.PlanResourceChange(b.Context(), &tfprotov6.PlanResourceChangeRequest{TypeName: name, PriorState: null, ProposedNewState: config, Config: config})
	if err != nil || len(planned.Diagnostics) > 0 {
		b.Fatal(err, planned.Diagnostics)
	}
	applied, err := server.ApplyResourceChange(b.Context(), &tfprotov6.ApplyResourceChangeRequest{TypeName: name, PriorState: null, PlannedState: planned.PlannedState, Config: config})
	if err != nil || len(applied.Diagnostics) > 0 {
		b.Fatal(err, applied.Diagnostics)
	}
	for b.Loop() {
		if _, err := server.ValidateResourceConfig(b.Context(), &tfprotov6.ValidateResourceConfigRequest{TypeName: name, Config: config}); err != nil {
			b.Fatal(err)
		}
		read, err := server.ReadResource(b.Context(), &tfprotov6.ReadResourceRequest{TypeName: name, CurrentState: applied.NewState})
		if err != nil || len(read.Diagnostics) > 0 {
			b.Fatal(err, read.Diagnostics)
		}
		again, err := server.PlanResourceChange(b.Context(), &tfprotov6.PlanResourceChangeRequest{TypeName: name, PriorState: read.NewState, ProposedNewState: read.NewState, Config: config})
		if err != nil || len(again.Diagnostics) > 0 {
			b.Fatal(err, again.Diagnostics)
		}
	}
}

func dynamic(tb testing.TB, t tftypes.Type, value tftypes.Value) *tfprotov6.DynamicValue {
	tb.Helper()
	made, err := tfprotov6.NewDynamicValue(t, value)
	if err != nil {
		tb.Fatal(err)
	}
	return &made
}

// dashboardConfig is a configuration of eight charts.
func dashboardConfig(tb testing.TB, t tftypes.Type) tftypes.Value {
	tb.Helper()
	object := func(t tftypes.Type, set map[string]tftypes.Value) tftypes.Value {
		members := map[string]tftypes.Value{}
		typed, ok := t.(tftypes.Object)
		if !ok {
			tb.Fatalf("%s is no object", t)
		}
		for name, member := range typed.AttributeTypes {
			members[name] = tftypes.NewValue(member, nil)
			if value, ok := set[name]; ok {
				members[name] = value
			}
		}
		return tftypes.NewValue(t, members)
	}
	at := func(t tftypes.Type, names ...string) tftypes.Type {
		for _, name := range names {
			if list, ok := t.(tftypes.List); ok {
				t = list.ElementType
			}
			t = t.(tftypes.Object).AttributeTypes[name]
		}
		return t
	}
	item := func(t tftypes.Type) tftypes.Type {
		return t.(tftypes.List).ElementType
	}
	text := func(s string) tftypes.Value { return tftypes.NewValue(tftypes.String, s) }
	tile, chart := at(t, "sections", "tiles"), at(t, "sections", "tiles", "time_series")
	queries, thresholds := at(chart, "queries"), at(chart, "thresholds")
	var tiles []tftypes.Value
	for range 8 {
		tiles = append(tiles, object(item(tile), map[string]tftypes.Value{
			"title": text("Requests"),
			"time_series": object(chart, map[string]tftypes.Value{
				"unit": text("reqps"),
				"queries": tftypes.NewValue(queries, []tftypes.Value{object(item(queries), map[string]tftypes.Value{
					"promql": text(`sum by (namespace) (rate(http_requests_total{cluster="prod"}[5m]))`), "legend": text("{{namespace}}"),
				})}),
				"thresholds": tftypes.NewValue(thresholds, []tftypes.Value{object(item(thresholds), map[string]tftypes.Value{"value": tftypes.NewValue(tftypes.Number, big.NewFloat(100))})}),
			}),
		}))
	}
	section := item(at(t, "sections"))
	return object(t, map[string]tftypes.Value{
		"display_name": text("Bench"), "dashboard_id": text("bench"),
		"sections": tftypes.NewValue(at(t, "sections"), []tftypes.Value{object(section, map[string]tftypes.Value{"title": text("All"), "tiles": tftypes.NewValue(tile, tiles)})}),
	})
}
