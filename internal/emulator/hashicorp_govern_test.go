package emulator_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

const (
	hashicorpKMS     = "cloudkms.googleapis.com/v1/projects/p/locations/europe-west1/keyRings"
	hashicorpBuckets = "storage.googleapis.com/storage/v1/b"
	hashicorpLogs    = "logging.googleapis.com/v2/projects/p/"
	hashicorpBudgets = "billingbudgets.googleapis.com/v1/"
	hashicorpAccess  = "accesscontextmanager.googleapis.com/v1/"
	hashicorpNotes   = "containeranalysis.googleapis.com/v1/projects/p/notes"
	hashicorpBinauth = "binaryauthorization.googleapis.com/v1/projects/p/"
	hashicorpIAM     = "iam.googleapis.com/v1/projects/p/serviceAccounts"
	hashicorpOrg     = "orgpolicy.googleapis.com/v2/projects/p/policies"
)

// governLifecycles are the types around a project, as version 7.45 of the provider
// was seen to send them.
func governLifecycles() []networkLifecycle {
	ring := wireStep{"POST", hashicorpKMS + "?keyRingId=ring", ""}
	note := wireStep{"POST", hashicorpNotes + "?noteId=note", `{"attestation":{"hint":{"humanReadableName":"Attestors"}},"longDescription":"long","name":"note","relatedUrl":[{"label":"l","url":"https://example.com/a"}],"shortDescription":"short"}`}
	policy := wireStep{"POST", hashicorpAccess + "accessPolicies", `{"parent":"organizations/123456789","title":"first"}`}
	rule := `"globalPolicyEvaluationMode":"ENABLE","clusterAdmissionRules":{"europe-west1.prod":{"enforcementMode":"ENFORCED_BLOCK_AND_AUDIT_LOG","evaluationMode":"ALWAYS_ALLOW"}}`
	const budgetMask = "displayName%2CbudgetFilter.projects%2CbudgetFilter.resourceAncestors%2CbudgetFilter.labels%2CbudgetFilter.calendarPeriod%2CbudgetFilter.customPeriod%2CbudgetFilter.services%2CbudgetFilter.creditTypesTreatment%2C" +
		"budgetFilter.creditTypes%2CbudgetFilter.subaccounts%2Camount.specifiedAmount.currencyCode%2Camount.specifiedAmount.units%2Camount.specifiedAmount.nanos%2CthresholdRules"
	return []networkLifecycle{
		{
			name: "google_kms_crypto_key", setup: []wireStep{ring},
			create: []wireStep{{"POST", hashicorpKMS + "/ring/cryptoKeys?cryptoKeyId=key&skipInitialVersionCreation=false", `{"labels":{"a":"b"},"nextRotationTime":"2027-02-24T15:10:32.3149665Z","purpose":"ENCRYPT_DECRYPT","rotationPeriod":"7776000s",
				"versionTemplate":{"algorithm":"GOOGLE_SYMMETRIC_ENCRYPTION","protectionLevel":"HSM"}}`}},
			read:     hashicorpKMS + "/ring/cryptoKeys/key",
			config:   `{"labels":{"a":"b"},"purpose":"ENCRYPT_DECRYPT","rotationPeriod":"7776000s","versionTemplate":{"algorithm":"GOOGLE_SYMMETRIC_ENCRYPTION","protectionLevel":"HSM"}}`,
			computed: []string{"name", "createTime", "nextRotationTime", "primary", "destroyScheduledDuration"},
			updates: []wireStep{{"PATCH", hashicorpKMS + "/ring/cryptoKeys/key?updateMask=rotationPeriod%2CnextRotationTime%2Clabels", `{"labels":{"a":"c"},"nextRotationTime":"2026-12-26T15:10:47.749409171Z","rotationPeriod":"2592000s",
				"versionTemplate":{"algorithm":"GOOGLE_SYMMETRIC_ENCRYPTION","protectionLevel":"HSM"}}`}},
			changed: `{"labels":{"a":"c"},"purpose":"ENCRYPT_DECRYPT","rotationPeriod":"2592000s","versionTemplate":{"algorithm":"GOOGLE_SYMMETRIC_ENCRYPTION","protectionLevel":"HSM"}}`,
			// A key stays: its versions are destroyed, and it no longer rotates.
			destroy: []wireStep{
				{"POST", hashicorpKMS + "/ring/cryptoKeys/key/cryptoKeyVersions/1:destroy?prettyPrint=false", `{}`},
				{"PATCH", hashicorpKMS + "/ring/cryptoKeys/key?prettyPrint=false&updateMask=rotationPeriod%2CnextRotationTime", `{}`},
			},
			gone: 200, gonePart: "rotationPeriod",
		},
		{
			name:  "google_storage_bucket",
			setup: []wireStep{{"POST", hashicorpBuckets + "?prettyPrint=false&project=p", `{"iamConfiguration":{"uniformBucketLevelAccess":{"enabled":true}},"lifecycle":{"rule":[]},"location":"EU","name":"logs-1a2b","storageClass":"STANDARD"}`}},
			create: []wireStep{{"POST", hashicorpBuckets + "?prettyPrint=false&project=p", `{"iamConfiguration":{"publicAccessPrevention":"enforced","uniformBucketLevelAccess":{"enabled":true}},"labels":{"a":"b"},
				"lifecycle":{"rule":[{"action":{"type":"Delete"},"condition":{"age":30}},{"action":{"storageClass":"COLDLINE","type":"SetStorageClass"},"condition":{"isLive":false,"numNewerVersions":3}}]},
				"location":"EUROPE-WEST1","logging":{"logBucket":"logs-1a2b","logObjectPrefix":"p"},"name":"data-1a2b","retentionPolicy":{"retentionPeriod":"3600"},"softDeletePolicy":{"retentionDurationSeconds":"604800"},"storageClass":"STANDARD"}`}},
			read: hashicorpBuckets + "/data-1a2b",
			config: `{"iamConfiguration":{"publicAccessPrevention":"enforced","uniformBucketLevelAccess":{"enabled":true}},"labels":{"a":"b"},
				"lifecycle":{"rule":[{"action":{"type":"Delete"},"condition":{"age":30}},{"action":{"storageClass":"COLDLINE","type":"SetStorageClass"},"condition":{"isLive":false,"numNewerVersions":3}}]},
				"location":"EUROPE-WEST1","logging":{"logBucket":"logs-1a2b","logObjectPrefix":"p"},"name":"data-1a2b","retentionPolicy":{"retentionPeriod":"3600"},"softDeletePolicy":{"retentionDurationSeconds":"604800"},"storageClass":"STANDARD"}`,
			computed: []string{
				"kind", "id", "selfLink", "projectNumber", "metageneration", "generation", "etag", "timeCreated", "updated", "locationType", "hierarchicalNamespace",
				"retentionPolicy.effectiveTime", "softDeletePolicy.effectiveTime", "iamConfiguration.bucketPolicyOnly", "iamConfiguration.uniformBucketLevelAccess.lockedTime",
			},
			updates: []wireStep{{"PATCH", hashicorpBuckets + "/data-1a2b?prettyPrint=false", `{"labels":{"a":"c"},"lifecycle":{"rule":[{"action":{"type":"Delete"},"condition":{"age":60}}]},"logging":{"logBucket":"logs-1a2b","logObjectPrefix":"p2"},
				"retentionPolicy":{"retentionPeriod":"7200"},"softDeletePolicy":{"retentionDurationSeconds":"0"},"storageClass":"NEARLINE"}`}},
			changed: `{"iamConfiguration":{"publicAccessPrevention":"enforced","uniformBucketLevelAccess":{"enabled":true}},"labels":{"a":"c"},"lifecycle":{"rule":[{"action":{"type":"Delete"},"condition":{"age":60}}]},
				"location":"EUROPE-WEST1","logging":{"logBucket":"logs-1a2b","logObjectPrefix":"p2"},"name":"data-1a2b","retentionPolicy":{"retentionPeriod":"7200"},"softDeletePolicy":{"retentionDurationSeconds":"0"},"storageClass":"NEARLINE"}`,
			destroy: []wireStep{{"GET", hashicorpBuckets + "/data-1a2b/o?prettyPrint=false&versions=true", ""}, {"DELETE", hashicorpBuckets + "/data-1a2b?prettyPrint=false", ""}},
		},
		{
			name: "google_logging_metric",
			create: []wireStep{{"POST", hashicorpLogs + "metrics", `{"bucketOptions":{"linearBuckets":{"numFiniteBuckets":3,"offset":1,"width":1}},"filter":"severity>=ERROR","labelExtractors":{"mass":"EXTRACT(jsonPayload.request)"},
				"metricDescriptor":{"displayName":"My metric","labels":[{"description":"amount of matter","key":"mass","valueType":"STRING"}],"metricKind":"DELTA","unit":"1","valueType":"DISTRIBUTION"},"name":"my/metric","valueExtractor":"EXTRACT(jsonPayload.request)"}`}},
			read: hashicorpLogs + "metrics/my%2Fmetric",
			config: `{"bucketOptions":{"linearBuckets":{"numFiniteBuckets":3,"offset":1,"width":1}},"filter":"severity>=ERROR","labelExtractors":{"mass":"EXTRACT(jsonPayload.request)"},
				"metricDescriptor":{"displayName":"My metric","labels":[{"description":"amount of matter","key":"mass"}],"metricKind":"DELTA","unit":"1","valueType":"DISTRIBUTION"},"name":"my/metric","valueExtractor":"EXTRACT(jsonPayload.request)"}`,
			computed: []string{"createTime", "updateTime", "resourceName", "metricDescriptor.name", "metricDescriptor.type", "metricDescriptor.labels.0.valueType", "metricDescriptor.description"},
			updates: []wireStep{{"PUT", hashicorpLogs + "metrics/my%2Fmetric", `{"bucketOptions":{"linearBuckets":{"numFiniteBuckets":4,"offset":1,"width":1}},"description":"changed","filter":"severity>=WARNING","labelExtractors":{"mass":"EXTRACT(jsonPayload.request)"},
				"metricDescriptor":{"displayName":"My metric","labels":[{"description":"amount of matter","key":"mass","valueType":"STRING"}],"metricKind":"DELTA","unit":"1","valueType":"DISTRIBUTION"},"name":"my/metric","valueExtractor":"EXTRACT(jsonPayload.request)"}`}},
			changed: `{"bucketOptions":{"linearBuckets":{"numFiniteBuckets":4,"offset":1,"width":1}},"description":"changed","filter":"severity>=WARNING","labelExtractors":{"mass":"EXTRACT(jsonPayload.request)"},
				"metricDescriptor":{"displayName":"My metric","labels":[{"description":"amount of matter","key":"mass"}],"metricKind":"DELTA","unit":"1","valueType":"DISTRIBUTION"},"name":"my/metric","valueExtractor":"EXTRACT(jsonPayload.request)"}`,
			destroy: []wireStep{{"DELETE", hashicorpLogs + "metrics/my%2Fmetric", ""}},
		},
		{
			name: "google_logging_log_view", setup: []wireStep{{"POST", hashicorpLogs + "locations/europe-west1/buckets:createAsync?bucketId=audit", `{"analyticsEnabled":true,"cmekSettings":null,"description":"first","indexConfigs":[{"fieldPath":"jsonPayload.request.status","type":"INDEX_TYPE_STRING"}],"locked":false,"name":"","retentionDays":40}`}},
			create:   []wireStep{{"POST", hashicorpLogs + "locations/europe-west1/buckets/audit/views?viewId=view", `{"description":"first","filter":"SOURCE(\"projects/p\")","name":"view"}`}},
			read:     hashicorpLogs + "locations/europe-west1/buckets/audit/views/view",
			config:   `{"description":"first","filter":"SOURCE(\"projects/p\")"}`,
			computed: []string{"name", "createTime", "updateTime"},
			updates:  []wireStep{{"PATCH", hashicorpLogs + "locations/europe-west1/buckets/audit/views/view?updateMask=description", `{"description":"changed","filter":"SOURCE(\"projects/p\")"}`}},
			changed:  `{"description":"changed","filter":"SOURCE(\"projects/p\")"}`,
			destroy:  []wireStep{{"DELETE", hashicorpLogs + "locations/europe-west1/buckets/audit/views/view", ""}},
		},
		{
			name:     "google_logging_project_exclusion",
			create:   []wireStep{{"POST", hashicorpLogs + "exclusions?prettyPrint=false", `{"filter":"resource.type = gce_instance","name":"excl"}`}},
			read:     hashicorpLogs + "exclusions/excl",
			config:   `{"filter":"resource.type = gce_instance","name":"excl"}`,
			computed: []string{"createTime", "updateTime"},
			updates:  []wireStep{{"PATCH", hashicorpLogs + "exclusions/excl?prettyPrint=false&updateMask=description%2Cfilter%2Cdisabled", `{"description":"changed","disabled":true,"filter":"resource.type = gce_instance AND severity <= DEBUG"}`}},
			changed:  `{"description":"changed","disabled":true,"filter":"resource.type = gce_instance AND severity <= DEBUG","name":"excl"}`,
			destroy:  []wireStep{{"DELETE", hashicorpLogs + "exclusions/excl?prettyPrint=false", ""}},
		},
		{
			name: "google_billing_budget",
			create: []wireStep{{"POST", hashicorpBudgets + "billingAccounts/01A2B3-C4D5E6-F70819/budgets", `{"amount":{"specifiedAmount":{"currencyCode":"USD","units":"100000"}},"budgetFilter":{"creditTypesTreatment":"INCLUDE_ALL_CREDITS","projects":["projects/{{number}}"]},
				"displayName":"First","thresholdRules":[{"spendBasis":"CURRENT_SPEND","thresholdPercent":0.5},{"spendBasis":"FORECASTED_SPEND","thresholdPercent":0.9}]}`}},
			read: hashicorpBudgets + "{{name}}",
			config: `{"amount":{"specifiedAmount":{"currencyCode":"USD","units":"100000"}},"budgetFilter":{"creditTypesTreatment":"INCLUDE_ALL_CREDITS","projects":["projects/{{number}}"]},
				"displayName":"First","thresholdRules":[{"spendBasis":"CURRENT_SPEND","thresholdPercent":0.5},{"spendBasis":"FORECASTED_SPEND","thresholdPercent":0.9}]}`,
			computed: []string{"name", "etag", "ownershipScope", "budgetFilter.calendarPeriod"},
			updates: []wireStep{{"PATCH", hashicorpBudgets + "{{name}}?updateMask=" + budgetMask, `{"amount":{"specifiedAmount":{"currencyCode":"USD","units":"200000"}},"budgetFilter":{"calendarPeriod":"MONTH","creditTypesTreatment":"INCLUDE_ALL_CREDITS","labels":{"env":["prod"]},"projects":["projects/{{number}}"]},
				"displayName":"Changed","thresholdRules":[{"spendBasis":"CURRENT_SPEND","thresholdPercent":0.5},{"spendBasis":"FORECASTED_SPEND","thresholdPercent":1.1}]}`}},
			changed: `{"amount":{"specifiedAmount":{"currencyCode":"USD","units":"200000"}},"budgetFilter":{"calendarPeriod":"MONTH","creditTypesTreatment":"INCLUDE_ALL_CREDITS","labels":{"env":["prod"]},"projects":["projects/{{number}}"]},
				"displayName":"Changed","thresholdRules":[{"spendBasis":"CURRENT_SPEND","thresholdPercent":0.5},{"spendBasis":"FORECASTED_SPEND","thresholdPercent":1.1}]}`,
			destroy: []wireStep{{"DELETE", hashicorpBudgets + "{{name}}", ""}},
		},
		{
			name: "google_access_context_manager_access_policy", create: []wireStep{policy},
			read: hashicorpAccess + "{{name}}", config: `{"parent":"organizations/123456789","title":"first"}`,
			computed: []string{"name", "etag", "createTime", "updateTime"},
			updates:  []wireStep{{"PATCH", hashicorpAccess + "{{name}}?updateMask=title", `{"title":"changed"}`}},
			changed:  `{"parent":"organizations/123456789","title":"changed"}`,
			destroy:  []wireStep{{"DELETE", hashicorpAccess + "{{name}}", ""}},
		},
		{
			name: "google_access_context_manager_access_level", setup: []wireStep{policy},
			create:   []wireStep{{"POST", hashicorpAccess + "{{name}}/accessLevels", `{"basic":{"combiningFunction":"AND","conditions":[{"ipSubnetworks":["192.0.2.0/24"],"members":["user:a@example.com"]}]},"name":"{{name}}/accessLevels/office","title":"office"}`}},
			read:     hashicorpAccess + "{{name}}",
			config:   `{"basic":{"combiningFunction":"AND","conditions":[{"ipSubnetworks":["192.0.2.0/24"],"members":["user:a@example.com"]}]},"title":"office"}`,
			computed: []string{"name", "createTime", "updateTime"},
			updates: []wireStep{{"PATCH", hashicorpAccess + "{{name}}?updateMask=title%2Cdescription%2Cbasic", `{"basic":{"combiningFunction":"OR","conditions":[{"ipSubnetworks":["192.0.2.0/24","198.51.100.0/24"],"members":["user:a@example.com"]},{"negate":true,"regions":["CH","IT"]}]},
				"description":"changed","title":"office 2"}`}},
			changed: `{"basic":{"combiningFunction":"OR","conditions":[{"ipSubnetworks":["192.0.2.0/24","198.51.100.0/24"],"members":["user:a@example.com"]},{"negate":true,"regions":["CH","IT"]}]},"description":"changed","title":"office 2"}`,
			destroy: []wireStep{{"DELETE", hashicorpAccess + "{{name}}", ""}},
		},
		{
			name: "google_container_analysis_note", create: []wireStep{note}, read: hashicorpNotes + "/note",
			config:   `{"attestation":{"hint":{"humanReadableName":"Attestors"}},"longDescription":"long","relatedUrl":[{"label":"l","url":"https://example.com/a"}],"shortDescription":"short"}`,
			computed: []string{"name", "kind", "createTime", "updateTime"},
			updates: []wireStep{{"PATCH", hashicorpNotes + "/note?updateMask=shortDescription%2CrelatedUrl", `{"attestation":{"hint":{"humanReadableName":"Attestors"}},"longDescription":"long","relatedNoteNames":[],
				"relatedUrl":[{"label":"l2","url":"https://example.com/a"}],"shortDescription":"changed"}`}},
			changed: `{"attestation":{"hint":{"humanReadableName":"Attestors"}},"longDescription":"long","relatedUrl":[{"label":"l2","url":"https://example.com/a"}],"shortDescription":"changed"}`,
			destroy: []wireStep{{"DELETE", hashicorpNotes + "/note", ""}},
		},
		{
			name: "google_binary_authorization_attestor", setup: []wireStep{note},
			create:   []wireStep{{"POST", hashicorpBinauth + "attestors?attestorId=a", `{"name":"projects/p/attestors/a","userOwnedGrafeasNote":{"noteReference":"projects/p/notes/note"}}`}},
			read:     hashicorpBinauth + "attestors/a",
			config:   `{"name":"projects/p/attestors/a","userOwnedGrafeasNote":{"noteReference":"projects/p/notes/note"}}`,
			computed: []string{"etag", "updateTime", "userOwnedGrafeasNote.delegationServiceAccountEmail"},
			updates: []wireStep{{"PUT", hashicorpBinauth + "attestors/a", `{"description":"d","name":"projects/p/attestors/a","userOwnedGrafeasNote":{"delegationServiceAccountEmail":"service-{{number}}@gcp-sa-binaryauthorization.iam.gserviceaccount.com",
				"noteReference":"projects/p/notes/note"}}`}},
			changed: `{"description":"d","name":"projects/p/attestors/a","userOwnedGrafeasNote":{"noteReference":"projects/p/notes/note"}}`,
			destroy: []wireStep{{"DELETE", hashicorpBinauth + "attestors/a", ""}},
		},
		{
			name: "google_binary_authorization_policy",
			create: []wireStep{{"PUT", hashicorpBinauth + "policy", `{"admissionWhitelistPatterns":[{"namePattern":"gcr.io/google_containers/*"}],
				"defaultAdmissionRule":{"enforcementMode":"ENFORCED_BLOCK_AND_AUDIT_LOG","evaluationMode":"ALWAYS_DENY"},` + rule + `}`}},
			read: hashicorpBinauth + "policy",
			config: `{"admissionWhitelistPatterns":[{"namePattern":"gcr.io/google_containers/*"}],
				"defaultAdmissionRule":{"enforcementMode":"ENFORCED_BLOCK_AND_AUDIT_LOG","evaluationMode":"ALWAYS_DENY"},` + rule + `}`,
			computed: []string{"name", "updateTime", "etag"},
			updates: []wireStep{{"PUT", hashicorpBinauth + "policy", `{"admissionWhitelistPatterns":[{"namePattern":"gcr.io/google_containers/*"},{"namePattern":"europe-docker.pkg.dev/p/*"}],
				"defaultAdmissionRule":{"enforcementMode":"DRYRUN_AUDIT_LOG_ONLY","evaluationMode":"ALWAYS_DENY"},"description":"changed",` + rule + `}`}},
			changed: `{"admissionWhitelistPatterns":[{"namePattern":"gcr.io/google_containers/*"},{"namePattern":"europe-docker.pkg.dev/p/*"}],
				"defaultAdmissionRule":{"enforcementMode":"DRYRUN_AUDIT_LOG_ONLY","evaluationMode":"ALWAYS_DENY"},"description":"changed",` + rule + `}`,
			// A project always has a policy: it becomes the default again.
			destroy: []wireStep{{"PUT", hashicorpBinauth + "policy", `{"admissionWhitelistPatterns":[{"namePattern":"gcr.io/google_containers/*"}],"defaultAdmissionRule":{"enforcementMode":"ENFORCED_BLOCK_AND_AUDIT_LOG","evaluationMode":"ALWAYS_ALLOW"},"name":"projects/p/policy"}`}},
			gone:    200, gonePart: "clusterAdmissionRules",
		},
		{
			name:     "google_service_account",
			create:   []wireStep{{"POST", hashicorpIAM + "?prettyPrint=false", `{"accountId":"runner","serviceAccount":{"displayName":"Runner"}}`}},
			read:     hashicorpIAM + "/runner@p.iam.gserviceaccount.com",
			config:   `{"displayName":"Runner"}`,
			computed: []string{"name", "projectId", "uniqueId", "email", "etag", "oauth2ClientId"},
			updates:  []wireStep{{"PATCH", hashicorpIAM + "/runner@p.iam.gserviceaccount.com?prettyPrint=false", `{"serviceAccount":{"description":"changed","displayName":"Changed","etag":"{{etag}}"},"updateMask":"description,display_name"}`}},
			changed:  `{"description":"changed","displayName":"Changed"}`,
			destroy:  []wireStep{{"DELETE", hashicorpIAM + "/runner@p.iam.gserviceaccount.com?prettyPrint=false", ""}},
		},
		{
			name:     "google_org_policy_policy",
			create:   []wireStep{{"POST", hashicorpOrg, `{"name":"projects/p/policies/storage.uniformBucketLevelAccess","spec":{"inheritFromParent":false,"reset":false,"rules":[{"allowAll":null,"denyAll":null,"enforce":true}]}}`}},
			read:     hashicorpOrg + "/storage.uniformBucketLevelAccess",
			config:   `{"spec":{"rules":[{"enforce":true}]}}`,
			computed: []string{"name", "etag", "spec.etag", "spec.updateTime"},
			updates:  []wireStep{{"PATCH", hashicorpOrg + "/storage.uniformBucketLevelAccess?updateMask=policy.spec", `{"spec":{"inheritFromParent":false,"reset":false,"rules":[{"allowAll":null,"denyAll":null,"enforce":false}]}}`}},
			changed:  `{"spec":{"rules":[{"enforce":false}]}}`,
			destroy:  []wireStep{{"DELETE", hashicorpOrg + "/storage.uniformBucketLevelAccess", ""}},
		},
	}
}

// TestHashicorpGovernance takes each type through create, read, a plan without
// changes, update and destroy.
func TestHashicorpGovernance(t *testing.T) {
	t.Parallel()
	for _, l := range governLifecycles() {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			e := start(t, emulator.Options{LROScale: 1})
			for _, host := range []string{"cloudkms", "logging", "binaryauthorization", "containeranalysis", "iam", "orgpolicy"} {
				e.enable(t, "p", host+".googleapis.com")
			}
			e.clock.Advance(time.Hour)
			l.run(t, e)
		})
	}
}

// number is the number of a project.
func (e *env) number(t *testing.T, project string) string {
	t.Helper()
	var p struct {
		ProjectNumber string `json:"projectNumber"`
	}
	e.rest("GET", "cloudresourcemanager.googleapis.com/v1/projects/"+project, "").into(t, http.StatusOK, &p)
	return p.ProjectNumber
}

// TestHashicorpProject makes what google_project with a billing account,
// google_project_service, google_project_iam_audit_config and
// google_resource_manager_lien make, in a project that has no API enabled at first.
func TestHashicorpProject(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{LROScale: 1})
	const (
		projects = "cloudresourcemanager.googleapis.com/v1/projects"
		liens    = "cloudresourcemanager.googleapis.com/v1/liens"
		billed   = "cloudbilling.googleapis.com/v1/projects/made-1a2b/billingInfo?prettyPrint=false"
		services = "serviceusage.googleapis.com/v1/projects/made-1a2b/services"
		account  = `{"billingAccountName":"billingAccounts/01A2B3-C4D5E6-F70819"}`
	)
	w := &wireRun{e: e, h: &hashicorp{t: t, endpoint: "http://" + e.srv.Addr() + "/"}, learned: map[string]string{}}
	w.send(wireStep{"POST", "cloudbilling.googleapis.com/v1/billingAccounts/01A2B3-C4D5E6-F70819:testIamPermissions?prettyPrint=false", `{"permissions":["billing.resourceAssociations.create"]}`})
	w.send(wireStep{"POST", projects + "?prettyPrint=false", `{"labels":{"a":"b"},"name":"First","parent":{"id":"123456789","type":"organization"},"projectId":"made-1a2b"}`})
	w.send(wireStep{"PUT", billed, account})
	if info := w.h.send("GET", billed, nil); info["billingEnabled"] != true || info["billingAccountName"] != "billingAccounts/01A2B3-C4D5E6-F70819" {
		t.Errorf("%v", info)
	}
	w.send(wireStep{"POST", services + "/pubsub.googleapis.com:enable?prettyPrint=false", `{}`})
	listed := w.h.try("GET", services+"?fields=services%2Fname%2CnextPageToken&filter=state%3AENABLED&pageSize=200&prettyPrint=false", nil)
	if name := "projects/" + e.number(t, "made-1a2b") + "/services/pubsub.googleapis.com"; !strings.HasPrefix(string(listed.body), `{"services":[{"name":"projects/`) || !strings.Contains(string(listed.body), `{"name":"`+name+`"}`) || strings.Contains(string(listed.body), "ENABLED") {
		t.Errorf("%s", listed.body)
	}
	w.send(wireStep{"POST", projects + "/made-1a2b:getIamPolicy?prettyPrint=false", `{"options":{"requestedPolicyVersion":3}}`})
	w.send(wireStep{"POST", projects + "/made-1a2b:setIamPolicy?prettyPrint=false", `{"policy":{"auditConfigs":[{"auditLogConfigs":[{"logType":"ADMIN_READ"},{"exemptedMembers":["user:a@example.com"],"logType":"DATA_READ"}],"service":"allServices"}],
		"etag":"{{etag}}"},"updateMask":"bindings,etag,auditConfigs"}`})
	set := w.h.send("POST", projects+"/made-1a2b:getIamPolicy", map[string]any{"options": map[string]any{"requestedPolicyVersion": 3}})
	if !strings.Contains(fmt.Sprint(set["auditConfigs"]), "exemptedMembers:[user:a@example.com]") {
		t.Errorf("%v", set)
	}
	w.send(wireStep{"POST", liens, `{"origin":"cortx","parent":"projects/made-1a2b","reason":"important","restrictions":["resourcemanager.projects.delete"]}`})
	if a := w.h.try("DELETE", projects+"/made-1a2b", nil); a.status != http.StatusBadRequest {
		t.Errorf("%d %s", a.status, a.body)
	}
	w.send(wireStep{"DELETE", "cloudresourcemanager.googleapis.com/v1/{{name}}", ""})
	w.send(wireStep{"POST", services + "/pubsub.googleapis.com:disable?prettyPrint=false", `{}`})
	w.send(wireStep{"DELETE", projects + "/made-1a2b?prettyPrint=false", ""})
	if a := w.h.try("GET", billed, nil); a.status != http.StatusForbidden {
		t.Errorf("%d %s", a.status, a.body)
	}
	if got := e.srv.Inventory(); len(got) != 0 {
		t.Errorf("left behind %v", got)
	}
}

// TestPartialReply asks for parts of a list, and for what is none.
func TestPartialReply(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	// The first service of a project is one that every project has.
	const path = "serviceusage.googleapis.com/v1/projects/p/services?pageSize=1&filter=state:ENABLED&prettyPrint=false"
	for fields, want := range map[string]string{
		"services(state,config/name)":           `{"services":[{"config":{"name":"bigquery.googleapis.com"},"state":"ENABLED"}]}`,
		"services/config(name),services/parent": `{"services":[{"config":{"name":"bigquery.googleapis.com"},"parent":"projects/` + e.number(t, "p") + `"}]}`,
		"services/config/name":                  `{"services":[{"config":{"name":"bigquery.googleapis.com"}}]}`,
		"services/state,services/state":         `{"services":[{"state":"ENABLED"}]}`,
		"services/config/name,services(config)": string(e.rest("GET", path+"&fields=services/config", "").body),
	} {
		if a := e.rest("GET", path+"&fields="+fields, ""); a.status != 200 || string(a.body) != want {
			t.Errorf("%s: %d %s", fields, a.status, a.body)
		}
	}
	if some, all := e.json("GET", path+"&fields=*", ""), e.json("GET", path, ""); !reflect.DeepEqual(some, all) || all["nextPageToken"] == nil {
		t.Errorf("%v, want %v", some, all)
	}
	for _, fields := range []string{"service", "services/nam", "services(name", "services)", ",", "services/", "services/(name)", "services//name", "services/name)"} {
		g := e.rest("GET", path+"&fields="+fields, "").err(t, 400)
		if !strings.Contains(g.Error.Message, "Error expanding 'fields' parameter.") {
			t.Errorf("%s: %s", fields, g.Error.Message)
		}
	}
	// Elsewhere it is not modelled.
	e.rest("GET", "serviceusage.googleapis.com/v1/projects/p/services/pubsub.googleapis.com?fields=name", "").err(t, 501)
}

// TestSignedIDs checks that the ids of networks and zones are numbers that
// hashicorp/google can read.
func TestSignedIDs(t *testing.T) {
	t.Parallel()
	e := cloud(t, emulator.Options{})
	for i := range 20 {
		zone := e.json("POST", "dns.googleapis.com/dns/v1/projects/p/managedZones", fmt.Sprintf(`{"name":"z%d","dnsName":"z%d.example.com.","description":"d"}`, i, i))
		if id, err := strconv.ParseInt(fmt.Sprint(zone["id"]), 10, 64); err != nil || id < 1e18 {
			t.Errorf("%v: %v", zone["id"], err)
		}
		op := e.json("POST", "compute.googleapis.com/compute/v1/projects/p/regions/europe-west1/addresses", fmt.Sprintf(`{"name":"a%d"}`, i))
		for _, key := range []string{"id", "targetId"} {
			if id, err := strconv.ParseInt(fmt.Sprint(op[key]), 10, 64); err != nil || id < 1e18 {
				t.Errorf("%s %v: %v", key, op[key], err)
			}
		}
	}
}

// TestNumberForms sends integers of 64 bits as numbers, as Google's parser takes
// them, and what it doesn't take.
func TestNumberForms(t *testing.T) {
	t.Parallel()
	e := cloud(t, emulator.Options{})
	zone := e.json("POST", "dns.googleapis.com/dns/v1/projects/p/managedZones", `{"name":"z","dnsName":"z.example.com.","description":"d"}`)
	id, zoned := fmt.Sprint(zone["id"]), "dns.googleapis.com/dns/v1/projects/p/managedZones/z"
	servers, err := json.Marshal(zone["nameServers"])
	if err != nil {
		t.Fatal(err)
	}
	change := func(fixed string) answer {
		return e.rest("PUT", zoned, `{"name":"z","dnsName":"z.example.com.","description":"e"`+fixed+`}`)
	}
	assigned := fmt.Sprintf(`,"creationTime":"%s","nameServers":%s`, zone["creationTime"], servers)
	for text, want := range map[string]int{id: 200, `"` + id + `"`: 200, id[:15] + "0000": 400, "1.5": 400, "true": 400, `"x"`: 400, "[" + id + "]": 400, "null": 400} {
		if a := change(assigned + `,"id":` + text); a.status != want {
			t.Errorf("%s: %d %s", text, a.status, a.body)
		}
	}
	// An update is of the whole zone; a patch may name what it leaves.
	e.refuse("PUT", zoned, `{"description":"e","id":`+id+`}`, 400, "immutableField", "The field 'entity.managedZone.creationTime' cannot be modified.")
	e.refuse("PUT", zoned, `{"description":"e"`+assigned+`}`, 400, "immutableField", "The field 'entity.managedZone.id' cannot be modified.")
	e.refuse("PATCH", zoned, `{"dnsName":"y.example.com."}`, 400, "immutableField", "entity.managedZone.dnsName")
	e.refuse("PATCH", zoned, `{"nameServers":["ns.example.com."]}`, 400, "immutableField", "entity.managedZone.nameServers")
	e.json("PATCH", zoned, `{"description":"f","id":`+id+`}`)
	if got := e.json("GET", "dns.googleapis.com/dns/v1/projects/p/managedZones/z", "")["id"]; got != id {
		t.Errorf("%v, want %s", got, id)
	}
	// In maps and lists it is the same.
	e.json("POST", hashicorpBuckets+"?project=p", `{"name":"data-1a2b","location":"EU","softDeletePolicy":{"retentionDurationSeconds":604800},"retentionPolicy":{"retentionPeriod":3600}}`)
	if got := e.json("GET", hashicorpBuckets+"/data-1a2b", ""); !strings.Contains(fmt.Sprint(got["retentionPolicy"]), "retentionPeriod:3600") {
		t.Errorf("%v", got)
	}
}

// TestIgnoredNames sends the names that Compute Engine lets pass, and the same
// where they stand for nothing.
func TestIgnoredNames(t *testing.T) {
	t.Parallel()
	e := cloud(t, emulator.Options{})
	network := func(routing string) answer {
		return e.rest("POST", hashicorpCompute+"global/networks", `{"name":"n","autoCreateSubnetworks":false,"routingConfig":`+routing+`}`)
	}
	for _, routing := range []string{`{"deleteBgpAlwaysCompareMeds":false}`, `[{"deleteBgpAlwaysCompareMed":false}]`, `{"deleteBgpAlwaysCompareMed":false,"initialNatIps":[]}`, `"deleteBgpAlwaysCompareMed"`} {
		if a := network(routing); a.status != 400 {
			t.Errorf("%s: %d %s", routing, a.status, a.body)
		}
	}
	e.refuse("POST", hashicorpCompute+"global/networks", `{"name":"n","autoCreateSubnetworks":false,"deleteBgpAlwaysCompareMed":false}`, 400, "invalid", "deleteBgpAlwaysCompareMed")
	if a := network(`{"deleteBgpAlwaysCompareMed":true,"routingMode":"GLOBAL"}`); a.status != 200 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	e.clock.Advance(time.Hour)
	read := e.json("GET", hashicorpCompute+"global/networks/n", "")
	if fmt.Sprint(read["routingConfig"]) != "map[bgpBestPathSelectionMode:LEGACY routingMode:GLOBAL]" {
		t.Errorf("%v", read)
	}
	e.refuse("POST", hashicorpRegion+"routers", `{"name":"r","network":"projects/p/global/networks/n","initialNatIps":[]}`, 400, "invalid", "initialNatIps")
}
