package emulator

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"strconv"
)

// mergeJSON puts a patch into an object, as JSON merge patch says: objects are
// merged, null removes, and everything else replaces.
func mergeJSON(into, patch map[string]any) map[string]any {
	for key, value := range patch {
		switch value := value.(type) {
		case nil:
			delete(into, key)
		case map[string]any:
			have, _ := into[key].(map[string]any)
			if have == nil {
				have = map[string]any{}
			}
			into[key] = mergeJSON(have, value)
		default:
			into[key] = value
		}
	}
	return into
}

// cloneJSON copies an object deeply.
func cloneJSON(v map[string]any) map[string]any {
	out := make(map[string]any, len(v))
	for key, value := range v {
		if sub, ok := value.(map[string]any); ok {
			value = cloneJSON(sub)
		}
		out[key] = value
	}
	return out
}

// child returns the object under a key, making it when there is none.
func child(v map[string]any, key string) map[string]any {
	sub, ok := v[key].(map[string]any)
	if !ok {
		sub = map[string]any{}
		v[key] = sub
	}
	return sub
}

// preset gives a key a value unless it has one.
func preset(v map[string]any, key string, value any) {
	if have, ok := v[key]; !ok || have == nil || have == "" {
		v[key] = value
	}
}

// fillSettings adds what Cloud SQL fills in, as recorded. Instances of MySQL
// were recorded a year later than those of PostgreSQL, and show more.
func (q sqlService) fillSettings(inst *sqlInstance, version *sqlVersion, settings map[string]any) {
	if settings == nil {
		return
	}
	delete(settings, "settingsVersion")
	settings["kind"] = "sql#settings"
	if version.plus {
		preset(settings, "edition", "ENTERPRISE_PLUS")
	}
	preset(settings, "edition", "ENTERPRISE")
	for key, value := range map[string]any{
		"activationPolicy": "ALWAYS", "availabilityType": "ZONAL", "connectorEnforcement": "NOT_REQUIRED", "dataDiskSizeGb": "10",
		"dataDiskType": "PD_SSD", "deletionProtectionEnabled": false, "pricingPlan": "PER_USE", "replicationType": "SYNCHRONOUS",
		"storageAutoResize": true, "storageAutoResizeLimit": "0", "authorizedGaeApplications": []any{},
	} {
		preset(settings, key, value)
	}
	if !version.postgres() {
		preset(settings, "replicationLagMaxSeconds", 31536000)
	}
	for _, key := range []string{"userLabels", "databaseFlags"} {
		if isEmptyJSON(settings[key]) {
			delete(settings, key)
		}
	}
	if window, ok := settings["maintenanceWindow"].(map[string]any); ok {
		window["kind"] = "sql#maintenanceWindow"
	}
	location := child(settings, "locationPreference")
	location["kind"] = "sql#locationPreference"
	preset(location, "zone", inst.Region+"-"+string("abc"[q.draw(3)]))
	fillIPConfiguration(settings)
	fillBackups(settings, version, q.draw)
}

func fillIPConfiguration(settings map[string]any) {
	ip := child(settings, "ipConfiguration")
	preset(ip, "ipv4Enabled", true)
	preset(ip, "authorizedNetworks", []any{})
	if networks, ok := ip["authorizedNetworks"].([]any); ok {
		for _, n := range networks {
			if entry, ok := n.(map[string]any); ok {
				entry["kind"] = "sql#aclEntry"
			}
		}
	}
	if ip["sslMode"] == nil && ip["requireSsl"] == true {
		ip["sslMode"] = "TRUSTED_CLIENT_CERTIFICATE_REQUIRED"
	}
	preset(ip, "sslMode", "ALLOW_UNENCRYPTED_AND_ENCRYPTED")
	preset(ip, "requireSsl", ip["sslMode"] == "TRUSTED_CLIENT_CERTIFICATE_REQUIRED")
}

func fillBackups(settings map[string]any, version *sqlVersion, draw func(n uint64) uint64) {
	plus := settings["edition"] == "ENTERPRISE_PLUS"
	backups := child(settings, "backupConfiguration")
	backups["kind"] = "sql#backupConfiguration"
	preset(backups, "enabled", false)
	preset(backups, "startTime", fmt.Sprintf("%02d:00", draw(24)))
	preset(backups, "transactionalLogStorageState", "TRANSACTIONAL_LOG_STORAGE_STATE_UNSPECIFIED")
	retention := child(backups, "backupRetentionSettings")
	preset(retention, "retentionUnit", "COUNT")
	if plus {
		preset(retention, "retainedBackups", 15)
		preset(backups, "transactionLogRetentionDays", 14)
	}
	preset(retention, "retainedBackups", 7)
	preset(backups, "transactionLogRetentionDays", 7)
	if backups["binaryLogEnabled"] == false && version.postgres() {
		delete(backups, "binaryLogEnabled")
	}
	if _, ok := backups["pointInTimeRecoveryEnabled"]; ok && version.postgres() {
		preset(backups, "replicationLogArchivingEnabled", false)
	}
	if !version.postgres() {
		preset(backups, "backupTier", "STANDARD")
	}
}

// isEmptyJSON tells whether a value says no more than its absence would.
func isEmptyJSON(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case map[string]any:
		return len(v) == 0
	case []any:
		return len(v) == 0
	}
	return false
}

// draw returns a random number below n, from the server's seed.
func (q sqlService) draw(n uint64) uint64 {
	s := q.s
	s.randMu.Lock()
	defer s.randMu.Unlock()
	return s.rand.Uint64N(n)
}

// sqlNeedsRestart tells whether a change of settings restarts the instance: its
// machine, its availability or a flag that says so.
func sqlNeedsRestart(old, next map[string]any) bool {
	for _, key := range []string{"tier", "edition", "availabilityType", "activationPolicy"} {
		if !reflect.DeepEqual(old[key], next[key]) {
			return true
		}
	}
	before, after := flagsOf(old), flagsOf(next)
	for name := range maps.Keys(before) {
		if _, ok := after[name]; !ok {
			after[name] = ""
		}
	}
	for name, value := range after {
		if have, ok := before[name]; ok && have == value {
			continue
		}
		if f := postgresFlag(name); f != nil && f.restart {
			return true
		}
	}
	return false
}

// flagsOf returns the database flags of settings, by name.
func flagsOf(settings map[string]any) map[string]string {
	out := map[string]string{}
	list, _ := settings["databaseFlags"].([]any)
	for _, item := range list {
		if flag, ok := item.(map[string]any); ok {
			name, _ := flag["name"].(string)
			out[name], _ = flag["value"].(string)
		}
	}
	return out
}

// typedSettings reads settings into the API's Go type.
func typedSettings(settings map[string]any, v any) error {
	raw, err := json.Marshal(settings)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, v)
}

// renderSettings shows settings with their version.
func renderSettings(inst *sqlInstance) map[string]any {
	out := cloneJSON(inst.Settings)
	out["settingsVersion"] = strconv.FormatInt(inst.Revision, 10)
	return out
}
