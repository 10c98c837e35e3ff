package emulator_test

import (
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

// withKey has a recording replay what was sent to Service Usage, Resource Manager
// and Cloud KMS, too.
func withKey(e *env, rec recording) recording {
	project, err := e.crm1().Projects.Get("recorded-project").Do()
	if err != nil {
		e.t.Fatal(err)
	}
	rec.values["projectNumber"] = strconv.FormatInt(project.ProjectNumber, 10)
	rec.hosts = append(rec.hosts, "serviceusage.googleapis.com", "cloudresourcemanager.googleapis.com", "cloudkms.googleapis.com")
	rec.forms = append(rec.forms,
		formOf(`\.(generateTime|destroyTime)$`, timeForm),
		// The recorder shortened this number: those of service accounts have 21 digits.
		formOf(`\.response\.uniqueId$`, `^1[0-9]{20}$`),
		// The exchange with Service Usage is one of a fake, as the recorded type
		// says. What the service returns is a google.api.serviceusage.v1beta1.ServiceIdentity.
		formOf(`\.response\.@type$`, `^type\.googleapis\.com/google\.api\.serviceusage\.v1beta1\.ServiceIdentity$`),
	)
	edit := rec.edit
	rec.edit = func(r *replayer, ex *exchange) {
		if edit != nil {
			edit(r, ex)
		}
		if strings.Contains(ex.url, "cloudresourcemanager") {
			ex.body = recordedEtag.ReplaceAllString(ex.body, `"etag": "`+r.values["etag"]+`"`)
			// The project had no name, which a project can't be without.
			if ex.method == "GET" {
				ex.reply = strings.Replace(ex.reply, `"lifecycleState"`, `"name": "recorded-project", "lifecycleState"`, 1)
			}
		}
	}
	return rec
}

// TestRecordedBucket replays what was sent to Cloud Storage.
func TestRecordedBucket(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	project, err := e.crm1().Projects.Get("recorded-project").Do()
	if err != nil {
		t.Fatal(err)
	}
	rec := recording{
		hosts:  []string{"storage.googleapis.com"},
		values: map[string]string{"uniqueId": "1a2b3c", "projectNumber": strconv.FormatInt(project.ProjectNumber, 10)},
		forms: []valueForm{
			formOf(`(Time|\.timeCreated|\.updated)$`, timeForm),
			formOf(`\.etag$`, `^[A-Za-z0-9+/]+=*$`),
			// The recorder put zeros in the place of ids; a bucket's is its name.
			formOf(`^\.id$`, `^storagebucket-acdefault-1a2b3c$`),
			formOf(`^\.generation$`, `^[0-9]{19}$`),
		},
	}
	if left := rec.replay(t, e, filepath.Join(wireDir(t), "storage-bucket-autoclass.http.log")); left != nil {
		t.Errorf("left out %v", left)
	}
	if got := e.srv.Inventory()["buckets"]; got != nil {
		t.Errorf("left behind %v", got)
	}
}
