package emulator_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	monitoring "cloud.google.com/go/monitoring/apiv3/v2"
	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"google.golang.org/api/iterator"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

// names runs a List to its end and returns the display names.
func names(t *testing.T, c *monitoring.AlertPolicyClient, req *monitoringpb.ListAlertPoliciesRequest) ([]string, error) {
	t.Helper()
	req.Name = "projects/p"
	var out []string
	it := c.ListAlertPolicies(t.Context(), req)
	for {
		p, err := it.Next()
		if errors.Is(err, iterator.Done) {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		out = append(out, p.GetDisplayName())
	}
}

func TestFilter(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	c := e.policies()
	a, b, d := cpuPolicy("alpha"), cpuPolicy("beta"), cpuPolicy(`de"lta`)
	a.UserLabels = map[string]string{"cortx-create-id": "id-1", "team": "x"}
	b.UserLabels = map[string]string{"cortx-create-id": "id-2", "team": "y"}
	b.Enabled = wrapperspb.Bool(false)
	d.Severity = monitoringpb.AlertPolicy_CRITICAL
	for _, p := range []*monitoringpb.AlertPolicy{a, b, d} {
		create(t.Context(), t, c, p)
	}
	for filter, want := range map[string]string{
		``:                               `alpha beta de"lta`,
		`display_name="beta"`:            `beta`,
		`displayName='beta'`:             `beta`,
		`display_name="de\"lta"`:         `de"lta`,
		`display_name=starts_with("al")`: `alpha`,
		`display_name=has_substring("ETA", true)`:                               `beta`,
		`display_name:"LT"`:                                                     `de"lta`,
		`display_name!="beta"`:                                                  `alpha de"lta`,
		`NOT display_name="beta"`:                                               `alpha de"lta`,
		`display_name=monitoring.regex.full_match("(alpha|beta)")`:              `alpha beta`,
		`user_labels.cortx-create-id="id-1"`:                                    `alpha`,
		`user_labels."cortx-create-id"="id-2"`:                                  `beta`,
		`user_label.team="y"`:                                                   `beta`,
		`user_labels="team"`:                                                    `alpha beta`,
		`user_labels.nothing="x"`:                                               ``,
		`enabled=false`:                                                         `beta`,
		`severity="CRITICAL"`:                                                   `de"lta`,
		`display_name="alpha" OR display_name="beta"`:                           `alpha beta`,
		`user_labels.team="y" AND enabled=true`:                                 ``,
		`user_labels.team="y" enabled=false`:                                    `beta`,
		`(display_name="alpha" OR display_name="beta") AND NOT enabled=false`:   `alpha`,
		`enabled=true AND display_name="beta" OR display_name="alpha"`:          `alpha`,
		`conditions.display_name="CPU" AND display_name="alpha"`:                `alpha`,
		`creation_record.mutate_time>"2020-01-01T00:00:00Z" severity!=CRITICAL`: `alpha beta`,
	} {
		got, err := names(t, c, &monitoringpb.ListAlertPoliciesRequest{Filter: filter})
		if err != nil {
			t.Errorf("filter %s: %v", filter, err)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("filter %s: got %q, want %q", filter, got, want)
		}
	}
	for _, filter := range []string{
		`color="red"`, `display_name`, `display_name=`, `display_name="a`, `(display_name="a"`, `display_name="a")`,
		`documentation="a"`, `display_name=nosuch("a")`, `AND`, `display_name="a" OR`, strings.Repeat("(", 200),
	} {
		_, err := names(t, c, &monitoringpb.ListAlertPoliciesRequest{Filter: filter})
		mustCode(t, err, codes.InvalidArgument)
	}
}

func TestPaging(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	c := e.policies()
	var all []string
	for i := range 7 {
		all = append(all, fmt.Sprintf("n%d", i))
		create(t.Context(), t, c, cpuPolicy(all[i]))
	}
	type page struct {
		AlertPolicies []struct {
			Name        string `json:"name"`
			DisplayName string `json:"displayName"`
		} `json:"alertPolicies"`
		NextPageToken string `json:"nextPageToken"`
		TotalSize     int    `json:"totalSize"`
	}
	var first, second page
	e.rest("GET", policiesPath+"?pageSize=3", "").into(t, 200, &first)
	if len(first.AlertPolicies) != 3 || first.NextPageToken == "" || first.TotalSize != 7 {
		t.Fatalf("first page %+v", first)
	}
	// An object of the first page that goes away must not hide one of the second.
	if a := e.rest("DELETE", "monitoring.googleapis.com/v3/"+first.AlertPolicies[0].Name, ""); a.status != 200 {
		t.Fatal(a)
	}
	e.rest("GET", policiesPath+"?pageSize=4&pageToken="+first.NextPageToken, "").into(t, 200, &second)
	if len(second.AlertPolicies) != 4 || second.AlertPolicies[0].DisplayName != "n3" || second.NextPageToken != "" {
		t.Errorf("second page %+v", second)
	}

	got, err := names(t, c, &monitoringpb.ListAlertPoliciesRequest{PageSize: 2, OrderBy: "-display_name"})
	if err != nil {
		t.Fatal(err)
	}
	want := slices.Clone(all[1:])
	slices.Reverse(want)
	if !slices.Equal(got, want) {
		t.Errorf("descending: %v", got)
	}

	for _, query := range []string{
		"pageSize=-1", "pageToken=nonsense", "pageToken=" + first.NextPageToken + "&orderBy=display_name",
		"pageToken=" + first.NextPageToken + `&filter=enabled%3Dtrue`, "orderBy=color",
	} {
		if g := e.rest("GET", policiesPath+"?"+query, "").err(t, 400); g.Error.Status != "INVALID_ARGUMENT" {
			t.Errorf("%s: %+v", query, g)
		}
	}
}

// TestFiveHundred is the size that the provider has to plan in five requests.
func TestFiveHundred(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{Quota: "gcp"})
	c := e.policies()
	for i := range 500 {
		create(t.Context(), t, c, cpuPolicy(fmt.Sprintf("n%d", i)))
	}
	e.srv.ResetRequests()
	got, err := names(t, c, &monitoringpb.ListAlertPoliciesRequest{PageSize: 1000})
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 500 || len(e.srv.Requests()) != 1 {
		t.Errorf("%d policies in %d requests", len(got), len(e.srv.Requests()))
	}
}
