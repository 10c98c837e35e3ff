package byhand

import (
	"net/http"

	"github.com/cortx-platform/terraform-provider-cortx/internal/component"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
)

func dataChanges(spec *component.Spec) []Change {
	bucket := func(row, what, name, component, setting string, body Doc, tiers ...policy.Tier) Change {
		return Change{
			Row: row, What: what, Tiers: tiers, Component: component, Setting: setting,
			Object: "storage.googleapis.com/storage/v1/b/" + name, Method: http.MethodPatch, Body: at(body),
		}
	}
	open := Doc{"iamConfiguration": Doc{"publicAccessPrevention": "inherited"}}
	lists := Doc{"iamConfiguration": Doc{"uniformBucketLevelAccess": Doc{"enabled": false}}}
	unversioned := Doc{"versioning": Doc{"enabled": false}}
	high := []policy.Tier{policy.Staging, policy.Prod}
	data, ledger, archive := spec.DataBucket(), spec.LedgerBucket(), spec.ArchiveBucket()
	key := func(what, setting, period string) Change {
		path := "cloudkms.googleapis.com/v1/" + spec.Key("environment", keyLevel(spec))
		return Change{
			Row: "kms", What: what, Component: policy.ComponentKMS, Setting: setting, Object: path,
			Method: http.MethodPatch, Path: path + "?updateMask=rotationPeriod", Body: at(Doc{"rotationPeriod": period}),
		}
	}
	log := "logging.googleapis.com/v2/" + spec.LogBucket()
	sink := func(what, name string, tiers []policy.Tier, mask string, body Doc) Change {
		path := "logging.googleapis.com/v2/projects/" + spec.Project + "/sinks/" + name
		return Change{
			Row: "log_retention", What: what, Tiers: tiers, Component: policy.ComponentLogging, Object: path,
			Method: http.MethodPatch, Path: path + "?uniqueWriterIdentity=true&updateMask=" + mask, Body: at(body),
		}
	}
	prod := []policy.Tier{policy.Prod}
	return []Change{
		bucket("bucket_access", "public data", data, policy.ComponentStorage, policy.StoragePublicAccessPrevention, open),
		bucket("bucket_access", "lists on data", data, policy.ComponentStorage, policy.StorageUniformAccess, lists),
		bucket("bucket_access", "a public ledger", ledger, policy.ComponentStorage, "", open),
		bucket("bucket_access", "lists on the ledger", ledger, policy.ComponentStorage, "", lists),
		bucket("bucket_access", "a public archive", archive, policy.ComponentLogging, "", open, prod...),
		bucket("bucket_access", "lists on the archive", archive, policy.ComponentLogging, "", lists, prod...),
		bucket("bucket_history", "no versions of data", data, policy.ComponentStorage, policy.StorageVersioning, unversioned, high...),
		bucket("bucket_history", "deleted is gone", data, policy.ComponentStorage, policy.StorageSoftDeleteDays, Doc{"softDeletePolicy": Doc{"retentionDurationSeconds": "0"}},
			policy.Sandbox, policy.Staging, policy.Prod),
		bucket("bucket_history", "no versions of the ledger", ledger, policy.ComponentStorage, "", unversioned),
		bucket("bucket_history", "a ledger that is gone when deleted", ledger, policy.ComponentStorage, "", Doc{"softDeletePolicy": Doc{"retentionDurationSeconds": "0"}}),
		bucket("log_retention", "a shorter archive", archive, policy.ComponentLogging, policy.LoggingArchiveDays, Doc{"retentionPolicy": Doc{"retentionPeriod": "86400"}}, prod...),
		key("a longer rotation", policy.KMSRotationDays, "31536000s"),
		key("a rotation of half a day more", policy.KMSRotationDays, "7819200s"),
		{
			Row: "log_retention", What: "logs for a day", Component: policy.ComponentLogging, Setting: policy.LoggingRetentionDays, Object: log,
			Method: http.MethodPatch, Path: log + "?updateMask=retentionDays", Body: at(Doc{"retentionDays": 1}),
		},
		sink("a sink that is off", spec.Prefix(), nil, "disabled", Doc{"disabled": true}),
		sink("a sink that leaves errors out", spec.Prefix(), nil, "filter", Doc{"filter": "severity<ERROR"}),
		sink("an archive of nothing", spec.Prefix()+"-audit-archive", prod, "filter", Doc{"filter": "severity>EMERGENCY"}),
	}
}

// keyLevel is that of the environment's own key, which every tier has.
func keyLevel(spec *component.Spec) string {
	if level := spec.Settings.String(policy.EncryptionData); level != policy.KeyGoogle {
		return level
	}
	return policy.KeySoftware
}

func projectChanges(spec *component.Spec) []Change {
	project := "cloudresourcemanager.googleapis.com/v3/projects/" + spec.Project
	above := []policy.Tier{policy.Sandbox, policy.Staging, policy.Prod}
	admission := "binaryauthorization.googleapis.com/v1/projects/" + spec.Project + "/policy"
	rule := spec.Location() + "." + spec.Cluster.Name
	// first is the name of the first of a list.
	first := func(standing Doc, list string) string {
		items, _ := standing[list].([]any)
		if len(items) == 0 {
			return ""
		}
		item, _ := items[0].(map[string]any)
		name, _ := item["name"].(string)
		return name
	}
	return []Change{
		{
			Row: "deletion", What: "no lien", Tiers: []policy.Tier{policy.Prod}, Component: policy.ComponentLien, Setting: policy.ProjectLien, Anew: true,
			Object: "cloudresourcemanager.googleapis.com/v3/liens?parent=projects/" + spec.Project, Method: http.MethodDelete,
			PathOf: func(standing Doc) string { return "cloudresourcemanager.googleapis.com/v3/" + first(standing, "liens") },
		},
		{
			Row: "config_change_alerts", What: "a silent alert", Tiers: above, Component: policy.ComponentAlerts, Setting: policy.AuditConfigChangeAlerts,
			Object: "monitoring.googleapis.com/v3/projects/" + spec.Project + "/alertPolicies", Method: http.MethodPatch,
			PathOf: func(standing Doc) string {
				return "monitoring.googleapis.com/v3/" + first(standing, "alertPolicies") + "?updateMask=enabled"
			},
			Body: at(Doc{"enabled": false}),
		},
		{
			Row: "data_access_logs", What: "no Data Access logs", Tiers: above, Component: policy.ComponentAudit, Setting: policy.AuditDataAccess,
			Object: project + ":getIamPolicy", Read: http.MethodPost, Method: http.MethodPost, Path: project + ":setIamPolicy",
			Body: func(standing Doc) any {
				delete(standing, "auditConfigs")
				return Doc{"policy": standing, "updateMask": "auditConfigs,etag"}
			},
		},
		{
			Row: "data_access_logs", What: "somebody is exempted", Tiers: above, Component: policy.ComponentAudit, Setting: policy.AuditDataAccess,
			Object: project + ":getIamPolicy", Read: http.MethodPost, Method: http.MethodPost, Path: project + ":setIamPolicy",
			Body: func(standing Doc) any {
				configs, _ := standing["auditConfigs"].([]any)
				for _, config := range configs {
					logs, _ := docOf(config)["auditLogConfigs"].([]any)
					for _, log := range logs {
						docOf(log)["exemptedMembers"] = []string{"user:boss@example.com"}
					}
				}
				return Doc{"policy": standing, "updateMask": "auditConfigs,etag"}
			},
		},
		{
			Row: "binary_authorization", What: "every image is admitted", Component: policy.ComponentBinaryAuthorization, Setting: policy.BinaryAuthorizationMode,
			Object: admission, Method: http.MethodPut,
			Body: func(standing Doc) any {
				standing["clusterAdmissionRules"] = Doc{rule: Doc{"evaluationMode": "ALWAYS_ALLOW", "enforcementMode": "ENFORCED_BLOCK_AND_AUDIT_LOG"}}
				return standing
			},
		},
		{
			Row: "binary_authorization", What: "nothing is enforced", Tiers: []policy.Tier{policy.Staging, policy.Prod},
			Component: policy.ComponentBinaryAuthorization, Setting: policy.BinaryAuthorizationMode, Object: admission, Method: http.MethodPut,
			Body: func(standing Doc) any {
				rules, _ := standing["clusterAdmissionRules"].(map[string]any)
				ours, _ := rules[rule].(map[string]any)
				ours["enforcementMode"] = "DRYRUN_AUDIT_LOG_ONLY"
				return standing
			},
		},
	}
}
