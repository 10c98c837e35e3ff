package emulator_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

const cpuJSON = `{"displayName":"x","combiner":"OR","conditions":[{"displayName":"c","conditionThreshold":{` +
	`"filter":"metric.type=\"compute.googleapis.com/instance/cpu/utilization\" AND resource.type=\"gce_instance\"",` +
	`"comparison":"COMPARISON_GT","thresholdValue":0.9,"duration":"60s"}}]}`

func TestBadPayloads(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	for _, c := range []struct{ query, body, want string }{
		{"", `{"foo":1}`, `Invalid JSON payload received. Unknown name "foo" at 'alert_policy': Cannot find field.`},
		{
			"", `{"conditions":[{"conditionThreshold":{"colour":1}}]}`,
			`Invalid JSON payload received. Unknown name "colour" at 'alert_policy.conditions[0].condition_threshold': Cannot find field.`,
		},
		{
			"", `{"combiner":"MAYBE"}`,
			`Invalid value at 'alert_policy.combiner' (type.googleapis.com/google.monitoring.v3.AlertPolicy.ConditionCombinerType), "MAYBE"`,
		},
		{"", `{"displayName":5}`, `Invalid value at 'alert_policy.display_name' (TYPE_STRING), 5`},
		{"", `{"conditions":{}}`, `has to be a list`},
		{"", `{"displayName":["a"]}`, `cannot start list`},
		{"", `{"displayName":`, `Invalid JSON payload received.`},
		{"", `{} {}`, `Invalid JSON payload received.`},
		{"", `{"alertStrategy":{"autoClose":"soon"}}`, `Invalid JSON payload received.`},
		{"", `null`, `alert_policy`},
		{"?foo=1", cpuJSON, `Invalid JSON payload received. Unknown name "foo": Cannot bind query parameter.`},
		{"?alertPolicy.displayName=x", cpuJSON, `Cannot bind query parameter.`},
	} {
		g := e.rest("POST", policiesPath+c.query, c.body).err(t, 400)
		if g.Error.Status != "INVALID_ARGUMENT" || !strings.Contains(g.Error.Message, c.want) {
			t.Errorf("%s %s: got %q, want %q", c.query, c.body, g.Error.Message, c.want)
		}
	}
	g := e.rest("POST", policiesPath, `{"foo":1}`).err(t, 400)
	if len(g.Error.Details) != 1 || g.Error.Details[0]["@type"] != "type.googleapis.com/google.rpc.BadRequest" {
		t.Errorf("details %v", g.Error.Details)
	}
	if g := e.rest("GET", policiesPath+"?pageSize=many", "").err(t, 400); !strings.Contains(g.Error.Message, "Invalid value at 'page_size' (TYPE_INT32)") {
		t.Errorf("message %q", g.Error.Message)
	}
}

func TestBothSpellings(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	snake := strings.NewReplacer("displayName", "display_name", "conditionThreshold", "condition_threshold", "thresholdValue", "threshold_value").Replace(cpuJSON)
	for _, body := range []string{cpuJSON, snake} {
		var p struct {
			Name        string `json:"name"`
			DisplayName string `json:"displayName"`
		}
		e.rest("POST", policiesPath, body).into(t, 200, &p)
		for _, mask := range []string{"displayName", "display_name"} {
			for _, param := range []string{"updateMask", "update_mask"} {
				e.rest("PATCH", "monitoring.googleapis.com/v3/"+p.Name+"?"+param+"="+mask, `{"display_name":"`+mask+param+`"}`).into(t, 200, &p)
				if p.DisplayName != mask+param {
					t.Errorf("%s=%s gave %q", param, mask, p.DisplayName)
				}
			}
		}
	}
	for _, query := range []string{"pageSize=1", "page_size=1", "pageSize=1&alt=json&$alt=json&prettyPrint=false&key=k&quotaUser=u"} {
		var l struct {
			AlertPolicies []any `json:"alertPolicies"`
		}
		e.rest("GET", policiesPath+"?"+query, "").into(t, 200, &l)
		if len(l.AlertPolicies) != 1 {
			t.Errorf("%s: %d policies", query, len(l.AlertPolicies))
		}
	}
}

func TestPrettyPrint(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	pretty, plain := e.rest("POST", policiesPath, cpuJSON), e.rest("POST", policiesPath+"?prettyPrint=false", cpuJSON)
	if !strings.Contains(string(pretty.body), "\n  \"displayName\": \"x\"") {
		t.Errorf("not indented: %s", pretty.body)
	}
	if strings.ContainsAny(string(plain.body), "\n") || !strings.Contains(string(plain.body), `"displayName":"x"`) {
		t.Errorf("not compact: %s", plain.body)
	}
}

func TestNotModelled(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	for _, c := range []struct{ method, path, want string }{
		{"GET", "monitoring.googleapis.com/v3/projects/p/groups", "google.monitoring.v3.GroupService.ListGroups"},
		{"GET", "monitoring.googleapis.com/v3/projects/p/nothing", "/v3/projects/p/nothing"},
		{"PUT", policiesPath, "PUT"},
		{"GET", "translate.googleapis.com/v3/projects/p", "translate.googleapis.com"},
		{"GET", "v3/projects/p/alertPolicies", "v3"},
		{"GET", policiesPath + "?fields=name", "fields"},
		{"GET", policiesPath + "?alt=media", "alt=media"},
	} {
		g := e.rest(c.method, c.path, "").err(t, 501)
		if g.Error.Status != "UNIMPLEMENTED" || !strings.Contains(g.Error.Message, c.want) {
			t.Errorf("%s %s: %+v", c.method, c.path, g.Error)
		}
	}
	conn := e.conn()
	_, err := monitoringpb.NewGroupServiceClient(conn).ListGroups(t.Context(), &monitoringpb.ListGroupsRequest{Name: "projects/p"})
	if status.Code(err) != codes.Unimplemented || !strings.Contains(err.Error(), "google.monitoring.v3.GroupService/ListGroups") {
		t.Errorf("gRPC: %v", err)
	}
}

func TestHostHeader(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	req, err := http.NewRequestWithContext(t.Context(), "POST", "http://"+e.srv.Addr()+"/v3/projects/p/alertPolicies", strings.NewReader(cpuJSON))
	if err != nil {
		t.Fatal(err)
	}
	req.Host = "monitoring.googleapis.com"
	a, err := send(req)
	if err != nil || a.status != 200 {
		t.Fatalf("%v %d %s", err, a.status, a.body)
	}
	if got := e.srv.Requests()[0]; got.Host != "monitoring.googleapis.com" || got.RPC != "CreateAlertPolicy" {
		t.Errorf("logged as %+v", got)
	}
}

func TestRequestLog(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	made := create(t.Context(), t, e.policies(), cpuPolicy("logged"))
	e.rest("GET", "monitoring.googleapis.com/v3/"+made.GetName(), "")
	e.rest("GET", "monitoring.googleapis.com/v3/projects/p/alertPolicies/9", "")
	log := e.srv.Requests()
	if len(log) != 3 {
		t.Fatalf("%d requests", len(log))
	}
	want := []emulator.Request{
		{Seq: 1, Transport: "grpc", Method: "POST", RPC: "CreateAlertPolicy", Resource: "projects/p", Status: 200, Code: "OK"},
		{Seq: 2, Transport: "rest", Method: "GET", RPC: "GetAlertPolicy", Resource: made.GetName(), Status: 200, Code: "OK"},
		{Seq: 3, Transport: "rest", Method: "GET", RPC: "GetAlertPolicy", Resource: "projects/p/alertPolicies/9", Status: 404, Code: "NOT_FOUND"},
	}
	for i, w := range want {
		g := log[i]
		same := g.Seq == w.Seq && g.Transport == w.Transport && g.Method == w.Method && g.RPC == w.RPC &&
			g.Resource == w.Resource && g.Status == w.Status && g.Code == w.Code && g.Host == "monitoring.googleapis.com"
		if !same {
			t.Errorf("entry %d: %+v, want %+v", i, g, w)
		}
	}
	if !strings.Contains(string(log[0].Body), "logged") || log[1].Body != nil {
		t.Errorf("bodies %s and %s", log[0].Body, log[1].Body)
	}
	e.srv.ResetRequests()
	if len(e.srv.Requests()) != 0 {
		t.Error("the log is not empty after its reset")
	}
}

func TestAdmin(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	made := create(t.Context(), t, e.policies(), cpuPolicy("admin"))
	var inventory map[string][]string
	e.rest("GET", "_emulator/inventory", "").into(t, 200, &inventory)
	if !slices.Equal(inventory["alertPolicies"], []string{made.GetName()}) {
		t.Errorf("inventory %v", inventory)
	}
	var log struct {
		Requests []emulator.Request `json:"requests"`
	}
	e.rest("GET", "_emulator/requests?reset=true", "").into(t, 200, &log)
	if len(log.Requests) != 1 || log.Requests[0].RPC != "CreateAlertPolicy" || len(e.srv.Requests()) != 0 {
		t.Errorf("log %+v, left %d", log, len(e.srv.Requests()))
	}
	if a := e.rest("GET", "_emulator/healthz", ""); a.status != 200 {
		t.Errorf("healthz %d", a.status)
	}
	if a := e.rest("GET", "_emulator/nothing", ""); a.status != 404 {
		t.Errorf("unknown admin call %d", a.status)
	}
	if a := e.rest("POST", "_emulator/faults", `{"faults":[{"stauts":503}]}`); a.status != 400 {
		t.Errorf("misspelt fault %d", a.status)
	}
	if a := e.rest("POST", "_emulator/reset", ""); a.status != 200 || len(e.srv.Inventory()) != 0 {
		t.Errorf("reset %d, inventory %v", a.status, e.srv.Inventory())
	}
}

func TestOtherOriginsAreRefused(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	req, err := http.NewRequestWithContext(t.Context(), "POST", "http://"+e.srv.Addr()+"/_emulator/reset", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	if a, err := send(req); err != nil || a.status != 403 {
		t.Errorf("%v %d", err, a.status)
	}
}

func TestListenIsForLoopback(t *testing.T) {
	t.Parallel()
	srv, err := emulator.New(emulator.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = srv.Close() })
	for _, addr := range []string{"0.0.0.0:0", ":0", "10.0.0.1:0", "example.com:80", "nonsense"} {
		if err := srv.Listen(addr); err == nil {
			t.Errorf("listens on %s", addr)
		}
	}
	if srv.Addr() != "" {
		t.Errorf("address %s", srv.Addr())
	}
}

func TestOptionsAreChecked(t *testing.T) {
	t.Parallel()
	for _, opts := range []emulator.Options{
		{Quota: "lots"},
		{Latency: -1},
		{LROScale: -1},
		{AlertPolicyLimit: -1},
		{StateFile: "no/such/folder/file"},
		{Faults: []emulator.Fault{{}}},
		{Faults: []emulator.Fault{{Status: 200}}},
		{Faults: []emulator.Fault{{Drop: true, Path: "("}}},
		{Faults: []emulator.Fault{{Drop: true, Truncate: true}}},
		{Faults: []emulator.Fault{{Drop: true, Probability: 2}}},
	} {
		if srv, err := emulator.New(opts); err == nil {
			_ = srv.Close()
			t.Errorf("accepted %+v", opts)
		}
	}
}
