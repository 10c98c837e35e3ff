package emulator_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

// hashicorpAt is hashicorp/google with the custom endpoint of another API.
func (e *env) hashicorpAt(host string) *hashicorp {
	return &hashicorp{t: e.t, endpoint: "http://" + e.srv.Addr() + "/" + host + "/"}
}

// sqlWait sends a call of Cloud SQL and reads its operation until it is done.
func (h *hashicorp) sqlWait(method, path string, body any) {
	h.t.Helper()
	op := h.send(method, path, body)
	if op = h.send("GET", "sql/v1beta4/projects/p/operations/"+fmt.Sprint(op["name"])+"?prettyPrint=false", nil); op["status"] != "DONE" || op["error"] != nil {
		h.t.Fatalf("%s %s: %v", method, path, op)
	}
}

const (
	hashicorpInstance = `{"databaseVersion":"POSTGRES_16","name":"db-1","region":"europe-west1","rootPassword":"s3cret-root","settings":{
		"activationPolicy":"ALWAYS","availabilityType":"REGIONAL","connectorEnforcement":"REQUIRED","dataDiskSizeGb":"20","dataDiskType":"PD_SSD",
		"edition":"ENTERPRISE","tier":"db-custom-2-7680","pricingPlan":"PER_USE","deletionProtectionEnabled":true,
		"enableDataplexIntegration":false,"enableGoogleMlIntegration":false,"retainBackupsOnDelete":false,"storageAutoResize":true,
		"backupConfiguration":{"binaryLogEnabled":false,"enabled":true,"pointInTimeRecoveryEnabled":true,"startTime":"02:00","location":"eu",
			"transactionLogRetentionDays":7,"backupRetentionSettings":{"retainedBackups":14,"retentionUnit":"COUNT"}},
		"databaseFlags":[{"name":"cloudsql.iam_authentication","value":"on"},{"name":"log_lock_waits","value":"on"}],
		"insightsConfig":{"queryInsightsEnabled":true,"queryPlansPerMinute":5,"queryStringLength":1024,"recordApplicationTags":true},
		"ipConfiguration":{"enablePrivatePathForGoogleCloudServices":false,"ipv4Enabled":false,"requireSsl":null,"sslMode":"ENCRYPTED_ONLY",
			"pscConfig":{"allowedConsumerProjects":["p"],"pscEnabled":true}},
		"maintenanceWindow":{"day":7,"hour":3,"updateTrack":"stable"},"userLabels":{"env":"prod"}}}`
	hashicorpInstanceChange = `{"instanceType":"CLOUD_SQL_INSTANCE","settings":{
		"activationPolicy":"ALWAYS","availabilityType":"REGIONAL","connectorEnforcement":"REQUIRED","dataDiskSizeGb":"20","dataDiskType":"PD_SSD",
		"edition":"ENTERPRISE","tier":"db-custom-4-15360","pricingPlan":"PER_USE",
		"enableDataplexIntegration":false,"enableGoogleMlIntegration":false,"retainBackupsOnDelete":false,"storageAutoResize":true,
		"backupConfiguration":{"binaryLogEnabled":false,"enabled":true,"pointInTimeRecoveryEnabled":true,"startTime":"02:00","location":"eu",
			"transactionLogRetentionDays":5,"backupRetentionSettings":{"retainedBackups":14,"retentionUnit":"COUNT"}},
		"databaseFlags":[{"name":"cloudsql.iam_authentication","value":"on"}],
		"ipConfiguration":{"enablePrivatePathForGoogleCloudServices":false,"ipv4Enabled":false,"requireSsl":null,"sslMode":"ENCRYPTED_ONLY",
			"pscConfig":{"allowedConsumerProjects":["p","other"],"pscEnabled":true}},
		"maintenanceWindow":{"day":7,"hour":3,"updateTrack":"stable"},"userLabels":{"env":"prod","team":"data"}}}`
)

// TestHashicorpSQL takes google_sql_database_instance, _database and _user
// through create, a read without a difference, update and destroy.
func TestHashicorpSQL(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	e.enable(t, "p", sqlHost)
	h := e.hashicorpAt(sqlHost)
	const instances = "sql/v1beta4/projects/p/instances"
	l := lifecycle{
		// What the provider's schema computes or does not have, and secrets.
		computed: []string{
			"kind", "state", "project", "selfLink", "etag", "createTime", "backendType", "connectionName", "databaseInstalledVersion", "dnsName", "dnsNames",
			"gceZone", "geminiConfig", "instanceType", "maintenanceVersion", "pscServiceAttachmentLink", "serverCaCert", "serviceAccountEmailAddress",
			"sqlNetworkArchitecture", "upgradableDatabaseVersions", "ipAddresses", "settings.kind", "settings.settingsVersion", "settings.locationPreference",
			"settings.replicationType", "settings.authorizedGaeApplications", "settings.storageAutoResizeLimit", "settings.backupConfiguration.kind",
			"settings.backupConfiguration.replicationLogArchivingEnabled", "settings.backupConfiguration.transactionalLogStorageState",
			"settings.ipConfiguration.requireSsl", "settings.ipConfiguration.authorizedNetworks", "settings.maintenanceWindow.kind", "databaseVersion", "name", "region",
			"settings.deletionProtectionEnabled",
		},
		kept: []string{"rootPassword"},
	}
	config := l.object(t, hashicorpInstance, nil)
	h.sqlWait("POST", instances+"?prettyPrint=false", config)
	h.send("GET", instances+"/db-1/users?prettyPrint=false", nil)
	read := h.send("GET", instances+"/db-1?prettyPrint=false", nil)
	l.wantEmptyPlan(t, config, read)
	if settings, ok := read["settings"].(map[string]any); !ok || settings["deletionProtectionEnabled"] != true {
		t.Errorf("settings = %v", read["settings"])
	}
	if a := h.try("DELETE", instances+"/db-1", nil); a.status != http.StatusBadRequest || !strings.Contains(string(a.body), "deletionProtectionEnabled set to false") {
		t.Errorf("%d %s", a.status, a.body)
	}
	config = l.object(t, hashicorpInstanceChange, nil)
	settings, ok := config["settings"].(map[string]any)
	if !ok {
		t.Fatal("no settings")
	}
	settings["settingsVersion"] = "99"
	if a := h.try("PUT", instances+"/db-1", config); a.status != http.StatusPreconditionFailed {
		t.Errorf("%d %s", a.status, a.body)
	}
	settings["settingsVersion"] = "1"
	h.sqlWait("PUT", instances+"/db-1?prettyPrint=false", config)
	l.wantEmptyPlan(t, config, h.send("GET", instances+"/db-1?prettyPrint=false", nil))

	user := map[string]any{"instance": "db-1", "name": "app", "password": "s3cret-user"}
	h.sqlWait("POST", instances+"/db-1/users?prettyPrint=false", user)
	user["password"] = "s3cret-other"
	h.sqlWait("PUT", instances+"/db-1/users?host=&name=app&prettyPrint=false&revokeExistingRoles=false", user)
	listed := fmt.Sprint(h.send("GET", instances+"/db-1/users?prettyPrint=false", nil))
	if !strings.Contains(listed, "name:app") || strings.Contains(listed, "s3cret") {
		t.Errorf("users = %s", listed)
	}

	db := lifecycle{computed: []string{"kind", "selfLink", "etag", "project", "charset", "collation"}}
	config = map[string]any{"name": "tenants", "instance": "db-1"}
	h.sqlWait("POST", instances+"/db-1/databases", config)
	db.wantEmptyPlan(t, config, h.send("GET", instances+"/db-1/databases/tenants", nil))
	h.sqlWait("DELETE", instances+"/db-1/databases/tenants", nil)
	if a := h.try("GET", instances+"/db-1/databases/tenants", nil); a.status != http.StatusNotFound {
		t.Errorf("%d %s", a.status, a.body)
	}
	h.sqlWait("DELETE", instances+"/db-1/users?host=&name=app&prettyPrint=false", nil)
	h.sqlWait("DELETE", instances+"/db-1?prettyPrint=false", nil)
	if a := h.try("GET", instances+"/db-1", nil); a.status != http.StatusNotFound {
		t.Errorf("%d %s", a.status, a.body)
	}
	if got := e.srv.Inventory(); len(got) != 0 {
		t.Errorf("left behind %v", got)
	}
	if log := fmt.Sprint(e.srv.Requests()); strings.Contains(log, "s3cret") {
		t.Error("a password in the request log")
	}
}

// TestHashicorpLogging does the same to google_logging_project_bucket_config and
// google_logging_project_sink.
func TestHashicorpLogging(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	h := e.hashicorpAt(loggingHost)
	const bucket = "v2/projects/p/locations/europe-west1/buckets/app"
	if a := h.try("GET", bucket, nil); a.status != http.StatusNotFound {
		t.Fatalf("%d %s", a.status, a.body)
	}
	l := lifecycle{computed: []string{"name", "lifecycleState", "createTime", "updateTime", "indexConfigs"}}
	config := map[string]any{"name": "", "description": "ours", "locked": false, "retentionDays": 90, "analyticsEnabled": true, "cmekSettings": nil, "indexConfigs": []any{}}
	h.send("POST", "v2/projects/p/locations/europe-west1/buckets?bucketId=app", config)
	config = l.object(t, `{"description":"ours","locked":false,"retentionDays":90,"analyticsEnabled":true}`, nil)
	l.wantEmptyPlan(t, config, h.send("GET", bucket, nil))
	config = l.object(t, `{"description":"theirs","locked":false,"retentionDays":400,"analyticsEnabled":true}`, nil)
	h.send("PATCH", bucket+"?updateMask=retentionDays%2Cdescription", map[string]any{"description": "theirs", "retentionDays": 400, "cmekSettings": nil, "indexConfigs": []any{}})
	l.wantEmptyPlan(t, config, h.send("GET", bucket, nil))

	const destination = "logging.googleapis.com/projects/p/locations/europe-west1/buckets/app"
	sink := lifecycle{computed: []string{"writerIdentity", "createTime", "updateTime"}}
	config = l.object(t, `{"name":"app","destination":"`+destination+`","filter":"severity>=INFO","exclusions":[{"name":"noise","filter":"severity<INFO"}]}`, nil)
	h.send("POST", "v2/projects/p/sinks?prettyPrint=false&uniqueWriterIdentity=true", config)
	sink.wantEmptyPlan(t, config, h.send("GET", "v2/projects/p/sinks/app?prettyPrint=false", nil))
	change := l.object(t, `{"destination":"`+destination+`","disabled":false,"exclusions":[],"filter":"severity>=ERROR"}`, nil)
	h.send("PATCH", "v2/projects/p/sinks/app?prettyPrint=false&uniqueWriterIdentity=true&updateMask=exclusions%2Cfilter", change)
	config = l.object(t, `{"name":"app","destination":"`+destination+`","filter":"severity>=ERROR"}`, nil)
	sink.wantEmptyPlan(t, config, h.send("GET", "v2/projects/p/sinks/app?prettyPrint=false", nil))

	h.send("DELETE", "v2/projects/p/sinks/app?prettyPrint=false", nil)
	h.send("DELETE", bucket, nil)
	if a := h.try("GET", "v2/projects/p/sinks/app", nil); a.status != http.StatusNotFound {
		t.Errorf("%d %s", a.status, a.body)
	}
	if got := e.srv.Inventory(); len(got) != 0 {
		t.Errorf("left behind %v", got)
	}
}

// TestHashicorpPerimeter does the same to
// google_access_context_manager_service_perimeter.
func TestHashicorpPerimeter(t *testing.T) {
	t.Parallel()
	p := startPerimeters(t, emulator.Options{})
	h := p.hashicorpAt(accessHost)
	h.t = t
	wait := func(method, path string, body any) {
		t.Helper()
		op := h.send(method, path, body)
		if op = h.send("GET", "v1/"+fmt.Sprint(op["name"]), nil); op["done"] != true || op["error"] != nil {
			t.Fatalf("%s %s: %v", method, path, op)
		}
	}
	name := p.policy + "/servicePerimeters/prod"
	values := map[string]string{"name": name, "member": p.member("one")}
	l := lifecycle{computed: []string{"etag", "createTime", "updateTime", "perimeterType", "name"}}
	config := l.object(t, `{"name":"{{name}}","title":"prod","description":"the data","perimeterType":"PERIMETER_TYPE_REGULAR","useExplicitDryRunSpec":false,
		"status":{"resources":["{{member}}"],"restrictedServices":["storage.googleapis.com"],"accessLevels":[],
		"vpcAccessibleServices":{"enableRestriction":true,"allowedServices":["storage.googleapis.com"]},
		"ingressPolicies":[{"ingressFrom":{"identities":["serviceAccount:ci@p.iam.gserviceaccount.com"],"sources":[{"accessLevel":"*"}]},
			"ingressTo":{"resources":["*"],"operations":[{"serviceName":"storage.googleapis.com","methodSelectors":[{"method":"*"}]}]}}],
		"egressPolicies":[{"egressFrom":{"identityType":"ANY_IDENTITY"},"egressTo":{"resources":["*"],"operations":[{"serviceName":"*"}]}}]}}`, values)
	wait("POST", "v1/"+p.policy+"/servicePerimeters", config)
	l.wantEmptyPlan(t, config, h.send("GET", "v1/"+name, nil))
	config = l.object(t, `{"title":"prod 2","status":{"resources":["{{member}}"],"restrictedServices":["storage.googleapis.com","secretmanager.googleapis.com"]},
		"spec":{"resources":["{{member}}"],"restrictedServices":["sqladmin.googleapis.com"]},"useExplicitDryRunSpec":true}`, values)
	wait("PATCH", "v1/"+name+"?updateMask=title%2Cdescription%2Cstatus%2Cspec%2CuseExplicitDryRunSpec", config)
	l.wantEmptyPlan(t, config, h.send("GET", "v1/"+name, nil))
	wait("DELETE", "v1/"+name, nil)
	if a := h.try("GET", "v1/"+name, nil); a.status != http.StatusNotFound {
		t.Errorf("%d %s", a.status, a.body)
	}
	if got := p.srv.Inventory()["servicePerimeters"]; got != nil {
		t.Errorf("left behind %v", got)
	}
}
