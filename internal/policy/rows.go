package policy

// Row is one line of the catalogue: settings that serve the same controls.
type Row struct {
	// Key names the row, as in an environment's control_ids.
	Key string
	// Title says in a few words what the row is about.
	Title string
	// Controls are those that its settings are mapped to.
	Controls []Control
}

// rowsV1 are the rows of version 1, in the order in which they are shown.
func rowsV1() []Row {
	const (
		hardened  = SourceHardened
		steampipe = SourceSteampipe
		prowler   = SourceProwler
		baseline  = SourceBaseline
		derived   = SourceDerived
	)
	const sixYears = 2192 // days
	encryption := join(cite("SC-28(1), SC-12, SC-13", baseline), cite("164.312(a)(2)(iv)", hardened))
	return []Row{
		{"deletion", "deletion policy and project lien", cite("CM-3, CP-9", derived)},
		{"cluster_location", "location of the cluster", cite("CP-10, A1.2", derived)},
		{"release_channel", "release channel", join(cite("CIS-GKE 5.5.4", hardened), cite("SI-2", derived))},
		{"private_nodes", "private nodes", join(cite("CIS-GKE 5.6.5", hardened), cite("SC-7, CC6.6", derived))},
		{"control_plane_access", "control plane access", cite("SC-7(3), SC-7(4), AC-17", derived, baseline)},
		{"dataplane", "Dataplane V2", cite("AC-4, SC-7(21)[Hi]", derived, baseline)},
		{"node_integrity", "shielded nodes, secure boot, integrity monitoring", cite("SI-7", derived)},
		{"workload_identity", "Workload Identity", join(cite("CIS-GKE 5.2.2", hardened), cite("AC-6, IA-5", derived))},
		{"binary_authorization", "Binary Authorization", join(cite("CIS-GKE 5.10", hardened), cite("CM-14[Hi], SI-7(15)[Hi], CC8.1", derived, baseline))},
		{"cluster_encryption", "key of etcd and boot disks", encryption},
		{"data_encryption", "key of Cloud SQL, Artifact Registry and Secret Manager", encryption},
		{"cluster_logs", "logs of GKE", cite("AU-2, AU-12", derived)},
		{"cluster_metrics", "managed Prometheus and cost allocation", cite("SI-4, AU-6", derived)},
		{"pod_security", "pod security", cite("CM-7", derived)},
		{"gke_sandbox", "GKE Sandbox for tenants' pods", cite("SC-39", derived)},
		{"kms", "rotation and destruction of keys", cite("SC-12, SC-28, CC6.1, 164.312(a)(2)(iv)", hardened, steampipe)},
		{"database_availability", "availability of Cloud SQL", cite("CP-7, CP-10, A1.2", derived)},
		{"database_backups", "backups and point-in-time recovery", cite("CP-9, CP-10, 164.308(a)(7)(ii)", hardened)},
		{"database_network", "Private Service Connect only", cite("AC-3, AC-6, 164.312(a)(1), CC6.1", hardened, steampipe)},
		{"database_tls", "TLS of Cloud SQL", join(cite("CC6.7", prowler), cite("SC-8(1), 164.312(e)(1)", derived))},
		{"database_audit", "IAM authentication and audit logs of Cloud SQL", join(
			needing(DatabaseAuditLogging, true, cite("AU-3, AU-7, AU-12, CC7.2", hardened, steampipe)),
			needing(DatabaseIAMAuthentication, true, cite("IA-2", derived)),
		)},
		{"database_deletion", "deletion protection and final backup", cite("CP-9", derived)},
		{"bucket_access", "access to buckets", cite("AC-3, AC-6, MP-2, 164.312(a)(1), CC6.1", hardened)},
		{"bucket_history", "versioning and soft delete", cite("AU-11", hardened)},
		{"data_access_logs", "Data Access audit logs", join(cite("AU-6, AU-7, 164.312(b)", steampipe), cite("CC7.2", prowler))},
		{"log_retention", "retention of logs", join(
			cite("AU-11, AU-9(2)[Hi], AU-9(3)[Hi]", baseline),
			needing(LoggingArchiveDays, int64(sixYears), cite("164.316(b)(2)(i)", derived)),
		)},
		{"flow_logs", "VPC flow logs", cite("SI-4, CC7.2", steampipe, hardened, prowler)},
		{"firewall", "firewall", join(cite("SC-7(5)", baseline, derived), cite("CC6.6", steampipe))},
		{"private_dns", "private DNS zones for Google's APIs", cite("SC-7", derived)},
		{"nat_logs", "NAT logs", cite("SI-4(4)", derived, baseline)},
		{"perimeter", "VPC Service Controls", cite("AC-4, SC-7", derived)},
		{"config_change_alerts", "alerts on changes of the audit configuration", cite("AU-12, AU-7, 164.312(b)", steampipe)},
	}
}
