package emulator_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

// TestRecordedNetworks replays the calls to Compute Engine that stand between
// those to Cloud SQL: a network, a range for peerings, their operations.
func TestRecordedNetworks(t *testing.T) {
	t.Parallel()
	for _, log := range []string{"sql-postgres", "sql-cmek"} {
		t.Run(log, func(t *testing.T) {
			t.Parallel()
			e := start(t, emulator.Options{})
			e.enable(t, "recorded-project", "compute.googleapis.com")
			left := computeRecording().replay(t, e, filepath.Join(wireDir(t), log+".http.log"))
			peerings := 0
			for _, call := range left {
				if strings.Contains(call, "/removePeering") {
					peerings++
				}
			}
			if peerings != 1 {
				t.Errorf("left out %d calls on peerings, want 1: %v", peerings, left)
			}
			if got := e.srv.Inventory(); len(got) != 0 {
				t.Errorf("left behind %v", got)
			}
		})
	}
}

func computeRecording() recording {
	const number = `^[0-9]{15,20}$`
	return recording{
		hosts: []string{"compute.googleapis.com"},
		fresh: []string{"operationID"},
		values: map[string]string{
			"uniqueId": "1a2b3c", "networkID": "computenetwork-1a2b3c",
		},
		forms: []valueForm{
			formOf(`\.(insertTime|startTime|endTime|creationTimestamp)$`, `^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{3}-08:00$`),
			formOf(`\.(id|targetId)$`, number),
			formOf(`\.selfLinkWithId$`, `^https://www\.googleapis\.com/compute/v1/projects/recorded-project/global/networks/[0-9]{15,20}$`),
			formOf(`\.user$`, `^[^@]+@[^@]+$`),
			// The recorder put this address in the place of all.
			formOf(`\.address$`, `^10\.[0-9]+\.0\.0$`),
			formOf(`\.labelFingerprint$`, `^[A-Za-z0-9+/]{11}=$`),
		},
		// Peerings are not modelled, and so are their operations, which the stand-in
		// left without a type.
		skip: func(ex exchange) bool {
			return strings.Contains(ex.url, "/removePeering") || strings.Contains(ex.url, "/operations/") && !strings.Contains(ex.reply, "operationType")
		},
		edit: func(r *replayer, ex *exchange) {
			const address = "computeaddress-${uniqueId}"
			// In these logs a stand-in of the recorder's seems to have answered for
			// Compute Engine: the replies lack what its later recordings of the service
			// show, which follows. A network has the configuration of its routes;
			ex.reply = strings.Replace(ex.reply, `"selfLink": "https://www.googleapis.com/compute/v1/projects/${projectId}/global/networks/computenetwork-${uniqueId}",
  "selfLinkWithId"`, `"routingConfig": {"routingMode": "REGIONAL", "bgpBestPathSelectionMode": "LEGACY"},
  "selfLink": "https://www.googleapis.com/compute/v1/projects/${projectId}/global/networks/computenetwork-${uniqueId}",
  "selfLinkWithId"`, 1)
			// what is not found is "The resource '…'";
			ex.reply = strings.ReplaceAll(ex.reply, `address \"projects/${projectId}/global/addresses/`+address+`\" not found`,
				`The resource 'projects/${projectId}/global/addresses/`+address+`' was not found`)
			// an address has a link to its network, a description, a tier and a status;
			ex.reply = strings.Replace(ex.reply, `"network": "projects/${projectId}`, `"description": "", "networkTier": "PREMIUM", "status": "RESERVED",
  "network": "https://www.googleapis.com/compute/v1/projects/${projectId}`, 1)
			// labels are set by setLabels alone, whose operation names its target and
			// is done in the reply.
			labels := `"labels": {
    "cnrm-test": "true",
    "managed-by-cnrm": "true"
  },`
			if r.values["labelled"] == "" && ex.method == "GET" {
				ex.reply = strings.Replace(ex.reply, labels, "", 1)
			}
			if strings.HasSuffix(strings.SplitN(ex.url, "?", 2)[0], "/setLabels") {
				r.values["labelled"] = "yes"
				ex.body = strings.Replace(ex.body, "abcdef0123A=", "42WmSpB8rSM=", 1)
				ex.reply = strings.Replace(ex.reply, `"progress": 0,`, `"endTime": "", "operationType": "setLabels", "targetId": "", "user": "",
  "targetLink": "https://www.googleapis.com/compute/v1/projects/${projectId}/global/addresses/`+address+`", "progress": 100,`, 1)
			}
		},
	}
}
