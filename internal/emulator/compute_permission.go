package emulator

import (
	"fmt"
	"maps"
	"net/http"
)

// permissions names the permissions of the common methods of a collection.
// verbs are those of its other methods, by rpc: the last part of the permission.
func (k *computeCollection) permissions(verbs map[string]string) map[string]string {
	out := map[string]string{}
	for _, scope := range k.scopes {
		noun, prefix := k.noun, ""
		if scope == "global" && len(k.scopes) > 1 {
			prefix = "Global"
			noun = "global" + string(k.noun[0]-'a'+'A') + k.noun[1:]
		}
		for rpc, verb := range map[string]string{"Insert": "create", "Get": "get", "Delete": "delete", "Patch": "update", "Update": "update", "SetLabels": "setLabels"} {
			out[rpc+prefix+k.one] = "compute." + noun + "." + verb
		}
		out["List"+k.many(prefix+k.one)] = "compute." + noun + ".list"
	}
	more := map[string]string{}
	for rpc, verb := range verbs {
		more[rpc] = "compute." + k.noun + "." + verb
	}
	maps.Copy(out, more)
	return out
}

// computeDenied is the 403 of a caller that lacks a permission.
func computeDenied(permission, resource string) error {
	return withReason("forbidden", withHTTPStatus(http.StatusForbidden,
		apiError(codeOfHTTP(http.StatusForbidden), fmt.Sprintf("Required '%s' permission for '%s'", permission, resource))))
}

// dnsPermissions are those of the methods of Cloud DNS.
var dnsPermissions = map[string]string{
	"CreateManagedZone": "dns.managedZones.create", "GetManagedZone": "dns.managedZones.get", "ListManagedZones": "dns.managedZones.list",
	"PatchManagedZone": "dns.managedZones.update", "UpdateManagedZone": "dns.managedZones.update", "DeleteManagedZone": "dns.managedZones.delete",
	"CreateChange": "dns.changes.create", "GetChange": "dns.changes.get", "ListChanges": "dns.changes.list",
	"CreateResourceRecordSet": "dns.resourceRecordSets.create", "GetResourceRecordSet": "dns.resourceRecordSets.get",
	"ListResourceRecordSets": "dns.resourceRecordSets.list", "PatchResourceRecordSet": "dns.resourceRecordSets.update",
	"DeleteResourceRecordSet": "dns.resourceRecordSets.delete",
}
