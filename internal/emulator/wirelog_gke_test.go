package emulator_test

import (
	"encoding/json"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

// gkeForms are the values that the service chooses: ours have the same form,
// not the same value.
var gkeForms = []struct{ path, form string }{
	{`(Time|Timestamp)$`, `^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$`},
	// The recordings have zeros or letters in the place of these.
	{`\.(id|labelFingerprint|fingerprint|resourceVersion)$`, `^[0-9A-Za-z+/=]+$`},
	{`\.clusterCaCertificate$`, `^LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t`},
	{`\.(nodePools\[\d+\]\.)?etag$`, `^[0-9a-f-]{36}$`},
	// A free range; the recordings have 10.112.0.0/14 in the place of the
	// cluster's, whatever its size was.
	{`\.(clusterIpv4Cidr|clusterIpv4CidrBlock|podIpv4CidrBlock)$`, `^10\.\d+\.\d+\.0/\d+$`},
	// The build of the image is of its day.
	{`\.nodeImageConfig\.image$`, `^gke-135\d-gke\d+-cos-125-19216-395-\d+-c-pre$`},
	{`\.metrics\[\d+\]\.intValue$`, `^\d+$`},
}

// gkeLater are fields that come from the nodes' metrics, some minutes late, and
// from the extra node that an upgrade takes: there are no nodes here.
var gkeLater = regexp.MustCompile(`\.(defaultPodIpv4RangeUtilization|podIpv4RangeUtilization)$|^\.currentNodeCount$`)

// sameForm puts one text in the place of both values where both have the form
// that is wanted, and takes out of want what gkeLater names.
func sameForm(path string, want, got any) (any, any) {
	switch want := want.(type) {
	case map[string]any:
		have, ok := got.(map[string]any)
		if !ok {
			return want, got
		}
		for key := range want {
			at := path + "." + key
			if gkeLater.MatchString(at) {
				delete(want, key)
				delete(have, key)
				continue
			}
			if _, ok := have[key]; ok {
				want[key], have[key] = sameForm(at, want[key], have[key])
			}
		}
		return want, have
	case []any:
		have, ok := got.([]any)
		if !ok || len(have) != len(want) {
			return want, got
		}
		for i := range want {
			want[i], have[i] = sameForm(path+"[]", want[i], have[i])
		}
		return want, have
	case string:
		have, ok := got.(string)
		if !ok {
			return want, got
		}
		for _, f := range gkeForms {
			if regexp.MustCompile(strings.ReplaceAll(f.path, `\[\d+\]`, `\[\]`)).MatchString(path) && regexp.MustCompile(f.form).MatchString(have) {
				return "same form", "same form"
			}
		}
	}
	return want, got
}

// gkePlaceholders puts placeholders in the place of what the recordings have as
// it was: parts of names that come from random ids.
func gkePlaceholders(text string) string {
	for _, p := range []struct{ pattern, with string }{
		{`gke-[0-9a-f]{36}-`, "gke-$${endpointHash}-"},
		{`-pods-[0-9a-f]{8}`, "-pods-$${podsId}"},
		{`-default-pool-(76327978|dac7c9d6)`, "-default-pool-$${defaultGroup}"},
		{`-46bcc89e`, "-$${sampleGroup}"},
		{`-7e93b0e6`, "-$${upgradedTemplate}"},
	} {
		text = regexp.MustCompile(p.pattern).ReplaceAllString(text, p.with)
	}
	return text
}

// TestRecordedClusters sends what was sent to Kubernetes Engine, waits for its
// operations, and wants the recorded replies.
func TestRecordedClusters(t *testing.T) {
	t.Parallel()
	for log, values := range map[string]map[string]string{
		"gke-cluster-intransit": {"uniqueId": "da4f00ba4"},
		"gke-nodepool-kubelet":  {"uniqueId": "fydeyf00ba4"},
	} {
		t.Run(log, func(t *testing.T) {
			t.Parallel()
			e := start(t, emulator.Options{LROScale: 1})
			values["projectId"] = "recorded-project"
			e.enable(t, "recorded-project", "container.googleapis.com")
			e.enable(t, "recorded-project", "compute.googleapis.com")
			e.clock.Advance(time.Hour)
			e.subnet("recorded-project", "default", "us-central1", "10.128.0.0/20")
			r := &replayer{e: e, values: values}
			for i, ex := range readExchanges(t, filepath.Join(wireDir(t), log+".http.log")) {
				path := strings.TrimPrefix(r.fill(gkePlaceholders(ex.url)), "https://")
				body := r.fill(ex.body)
				if log == "gke-nodepool-kubelet" {
					// The channel's default on that day.
					body = strings.Replace(body, `"initialNodeCount": 1,
    "ipAllocationPolicy"`, `"initialClusterVersion": "1.35.5-gke.1241004",
    "initialNodeCount": 1,
    "ipAllocationPolicy"`, 1)
				}
				if strings.Contains(ex.url, "/operations/") {
					e.clock.Advance(10 * time.Minute)
				}
				a := e.rest(ex.method, path, body)
				if a.status != ex.status {
					t.Fatalf("%d: %s %s: status %d, recorded %d: %s", i, ex.method, path, a.status, ex.status, a.body)
				}
				var want, got any
				if err := json.Unmarshal([]byte(gkePlaceholders(ex.reply)), &want); err != nil {
					t.Fatalf("%d: %v", i, err)
				}
				a.into(t, ex.status, &got)
				want, got = sameForm("", want, got)
				if ex.method != "GET" {
					delete(r.values, "operationID")
				}
				for _, diff := range r.learn("", want, got) {
					t.Errorf("%d: %s %s: %s", i, ex.method, path, diff)
				}
			}
			for kind, left := range e.srv.Inventory() {
				if strings.HasPrefix(kind, "container") {
					t.Errorf("left behind %v", left)
				}
			}
		})
	}
}

// subnet makes a network and a subnetwork of one name.
func (e *env) subnet(project, name, region, cidr string, secondary ...string) {
	e.t.Helper()
	base := "compute.googleapis.com/compute/v1/projects/" + project
	e.rest("POST", base+"/global/networks", `{"name":"`+name+`","autoCreateSubnetworks":false}`).into(e.t, 200, &struct{}{})
	e.clock.Advance(time.Minute)
	var ranges []string
	for i := 0; i+1 < len(secondary); i += 2 {
		ranges = append(ranges, `{"rangeName":"`+secondary[i]+`","ipCidrRange":"`+secondary[i+1]+`"}`)
	}
	e.rest("POST", base+"/regions/"+region+"/subnetworks", `{"name":"`+name+`","network":"projects/`+project+`/global/networks/`+name+
		`","ipCidrRange":"`+cidr+`","privateIpGoogleAccess":true,"secondaryIpRanges":[`+strings.Join(ranges, ",")+`]}`).into(e.t, 200, &struct{}{})
	e.clock.Advance(time.Minute)
}
