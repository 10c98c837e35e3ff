package policy

// environmentV1 are the settings of the environment as a whole.
func environmentV1() []Setting {
	return []Setting{
		{
			Path: DeletionPolicy, Component: ComponentEnvironment, Row: "deletion",
			Title: "what a destroy does",
			Doc: "DELETE destroys what the environment owns, PREVENT refuses at plan, ABANDON forgets it and leaves it standing. There is no floor: " +
				"setting DELETE and applying is the way to destroy, and it shows in the plan. A sandbox lives for at most 14 days.",
			Kind: String, Options: weakestFirst(Delete, Abandon, Prevent), Floor: Floor{Rule: Anything},
			Values: perTier(Delete, Delete, Prevent, Prevent), Off: []any{Delete},
		},
		{
			Path: ProjectLien, Component: ComponentLien, Row: "deletion",
			Title: "lien on the project",
			Doc:   "Whether a lien keeps the project from being deleted while the environment stands.",
			Kind:  Bool, Floor: Floor{Rule: AtLeast}, Values: perTier(false, false, false, true), Off: []any{false},
		},
	}
}

// keysV1 are the settings of keys and of what they encrypt.
func keysV1() []Setting {
	keys := weakestFirst(KeyGoogle, KeySoftware, KeyHSM)
	return []Setting{
		{
			Path: EncryptionCluster, Component: ComponentCluster, Row: "cluster_encryption", Change: CreateOnly,
			Title: "key of etcd and of the nodes' boot disks",
			Doc:   "GOOGLE is Google's own key; SOFTWARE and HSM are the environment's key in Cloud KMS at that protection level. The key of etcd could change in place, that of disks can't.",
			Kind:  String, Options: keys, Floor: Floor{Rule: InOrder},
			Values: perTier(KeyGoogle, KeySoftware, KeySoftware, KeyHSM), Off: []any{KeyGoogle},
		},
		{
			Path: EncryptionData, Component: ComponentDatabase, Row: "data_encryption", Change: CreateOnly,
			Title: "key of Cloud SQL, Artifact Registry and Secret Manager",
			Doc:   "GOOGLE is Google's own key; SOFTWARE and HSM are the environment's key in Cloud KMS at that protection level.",
			Kind:  String, Options: keys, Floor: Floor{Rule: InOrder},
			Values: perTier(KeyGoogle, KeySoftware, KeySoftware, KeyHSM), Off: []any{KeyGoogle},
		},
		{
			Path: KMSRotationDays, Component: ComponentKMS, Row: "kms",
			Title: "days between rotations of keys",
			Doc:   "How many days pass before Cloud KMS makes the next version of each key.",
			Kind:  Int, Bounds: &Bounds{Min: 1, Max: 36500}, Floor: Floor{Rule: AtMost}, Values: everywhere(int64(90)),
		},
		{
			Path: KMSDestroyDelayHours, Component: ComponentKMS, Row: "kms", Change: CreateOnly,
			Title: "hours before a key version is destroyed",
			Doc:   "How many hours a version scheduled for destruction can still be restored: 24 hours to 120 days.",
			Kind:  Int, Bounds: &Bounds{Min: 24, Max: 120 * 24}, Floor: Floor{Rule: AtLeast},
			Values: perTier(int64(24), int64(24), int64(30*24), int64(30*24)),
		},
	}
}

// databaseV1 are the settings of Cloud SQL.
func databaseV1() []Setting {
	return []Setting{
		{
			Path: DatabaseAvailabilityType, Component: ComponentDatabase, Row: "database_availability",
			Title: "availability of the instance",
			Doc:   "REGIONAL keeps a standby in another zone.",
			Kind:  String, Options: weakestFirst(Zonal, Regional), Floor: Floor{Rule: InOrder},
			Values: perTier(Zonal, Zonal, Regional, Regional), Off: []any{Zonal},
		},
		{
			Path: DatabaseBackupsRetained, Component: ComponentDatabase, Row: "database_backups",
			Title: "automated backups kept",
			Doc:   "How many daily backups are kept, 1 to 365; at least as many as there are days of logs.",
			Kind:  Int, Bounds: &Bounds{Min: 1, Max: 365}, Floor: Floor{Rule: AtLeast},
			Values: perTier(int64(3), int64(3), int64(14), int64(35)),
		},
		{
			Path: DatabasePITRLogDays, Component: ComponentDatabase, Row: "database_backups",
			Title: "days of logs for point-in-time recovery",
			Doc:   "For how many days back the instance can be restored to any moment; 0 is off. At most 7, on Cloud SQL Enterprise Plus 35.",
			Kind:  Int, Bounds: &Bounds{Min: 0, Max: 35}, Floor: Floor{Rule: AtLeast},
			Values: perTier(int64(0), int64(0), int64(7), int64(7)),
			Cases:  []Case{{When: OnEnterprisePlus, Values: map[Tier]any{Prod: int64(35)}}},
		},
		{
			Path: DatabasePrivateServiceConnect, Component: ComponentDatabase, Row: "database_network", Change: CreateOnly,
			Title: "reached by Private Service Connect",
			Doc:   "Whether the instance is reached through an endpoint in the environment's network.",
			Kind:  Bool, Floor: Floor{Rule: AtLeast}, Values: everywhere(true), Off: []any{false},
		},
		{
			Path: DatabasePublicIP, Component: ComponentDatabase, Row: "database_network", Change: CreateOnly,
			Title: "public IP address",
			Doc:   "Whether the instance has an address on the internet.",
			Kind:  Bool, Floor: Floor{Rule: AtMost}, Values: everywhere(false), Off: []any{true},
		},
		{
			Path: DatabaseTLS, Component: ComponentDatabase, Row: "database_tls",
			Title: "what a connection has to prove",
			Doc: "ENCRYPTED_ONLY refuses connections in clear; TRUSTED_CLIENT_CERTIFICATE_REQUIRED wants a client certificate besides; " +
				"CONNECTOR_REQUIRED admits Cloud SQL's connectors and proxy only, which bring certificates of their own.",
			Kind: String, Options: [][]string{{TLSEncryptedOnly}, {TLSClientCertificates, TLSConnector}}, Floor: Floor{Rule: InOrder},
			Values: perTier(TLSEncryptedOnly, TLSEncryptedOnly, TLSEncryptedOnly, TLSConnector),
		},
		{
			Path: DatabaseIAMAuthentication, Component: ComponentDatabase, Row: "database_audit",
			Title: "IAM database authentication",
			Doc:   "Whether users and service accounts of IAM can log in without a password.",
			Kind:  Bool, Floor: Floor{Rule: AtLeast}, Values: everywhere(true), Off: []any{false},
		},
		{
			Path: DatabaseAuditLogging, Component: ComponentDatabase, Row: "database_audit",
			Title: "pgaudit and log flags",
			Doc:   "Whether pgaudit and the flags that log connections, disconnections, statements and lock waits are on.",
			Kind:  Bool, Floor: Floor{Rule: AtLeast}, Values: perTier(false, false, true, true), Off: []any{false},
		},
		{
			Path: DatabaseDeletionProtection, Component: ComponentDatabase, Row: "database_deletion",
			Title: "deletion protection of the instance",
			Doc:   "Whether Cloud SQL itself refuses to delete the instance while the environment stands.",
			Kind:  Bool, Floor: Floor{Rule: AtLeast}, Values: perTier(false, false, true, true), Off: []any{false},
		},
		{
			Path: DatabaseFinalBackupDays, Component: ComponentDatabase, Row: "database_deletion",
			Title: "days that the final backup is kept",
			Doc:   "For how many days the backup that is made at deletion is kept, 1 to 365; 0 makes none.",
			Kind:  Int, Bounds: &Bounds{Min: 0, Max: 365}, Floor: Floor{Rule: AtLeast},
			Values: perTier(int64(0), int64(0), int64(30), int64(365)), Off: []any{int64(0)},
		},
	}
}

// storageV1 are the settings of buckets.
func storageV1() []Setting {
	return []Setting{
		{
			Path: StoragePublicAccessPrevention, Component: ComponentStorage, Row: "bucket_access",
			Title: "public access prevention",
			Doc:   "Whether buckets refuse grants to everybody.",
			Kind:  Bool, Floor: Floor{Rule: AtLeast}, Values: everywhere(true), Off: []any{false},
		},
		{
			Path: StorageUniformAccess, Component: ComponentStorage, Row: "bucket_access", Change: OneWay,
			Title: "uniform bucket-level access",
			Doc:   "Whether IAM alone grants access, without lists on objects. It can't be undone after 90 days.",
			Kind:  Bool, Floor: Floor{Rule: AtLeast}, Values: everywhere(true), Off: []any{false},
		},
		{
			Path: StorageVersioning, Component: ComponentStorage, Row: "bucket_history",
			Title: "object versioning",
			Doc:   "Whether buckets keep what is overwritten or deleted as older versions.",
			Kind:  Bool, Floor: Floor{Rule: AtLeast}, Values: perTier(false, false, true, true), Off: []any{false},
		},
		{
			Path: StorageSoftDeleteDays, Component: ComponentStorage, Row: "bucket_history",
			Title: "days that deleted objects are kept",
			Doc:   "For how many days deleted objects can be restored, 7 to 90; 0 is off.",
			Kind:  Int, Bounds: &Bounds{Min: 7, Max: 90, Zero: true}, Floor: Floor{Rule: AtLeast},
			Values: perTier(int64(0), int64(7), int64(7), int64(30)), Off: []any{int64(0)},
		},
	}
}
