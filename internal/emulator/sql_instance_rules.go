package emulator

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/api/sqladmin/v1"
)

var (
	sqlInstanceID  = regexp.MustCompile(`^[a-z]([-a-z0-9]*[a-z0-9])?$`)
	sqlCustomTier  = regexp.MustCompile(`^db-custom-([0-9]+)-([0-9]+)$`)
	sqlPlusTier    = regexp.MustCompile(`^db-perf-optimized-N-([0-9]+)$`)
	sqlOldTier     = regexp.MustCompile(`^db-n1-(standard|highmem)-[0-9]+$`)
	sqlStartTime   = regexp.MustCompile(`^([01][0-9]|2[0-3]):[0-5][0-9]$`)
	sqlNetworkName = regexp.MustCompile(`^projects/[^/]+/global/networks/[a-z]([-a-z0-9]*[a-z0-9])?$`)
	sqlKeyName     = regexp.MustCompile(`^projects/[^/]+/locations/([^/]+)/keyRings/[^/]+/cryptoKeys/[^/]+$`)
)

// checkNewInstance checks what only a creation says.
func checkNewInstance(project string, in *sqladmin.DatabaseInstance) (*sqlVersion, error) {
	const longest = 98 // of PROJECT:INSTANCE
	if !sqlInstanceID.MatchString(in.Name) || len(project)+1+len(in.Name) > longest {
		return nil, sqlInvalid("instance name (%s).", in.Name)
	}
	if in.Settings == nil || in.Settings.Tier == "" {
		return nil, sqlInvalid("Tier is required.")
	}
	if in.Region != "" && !slices.Contains(sqlRegions(), in.Region) {
		return nil, sqlInvalid("Invalid value for region: %s.", in.Region)
	}
	if in.Settings.SettingsVersion != 0 {
		return nil, sqlInvalid("The settings version can not be set when an instance is created.")
	}
	if err := checkInstanceFields(in); err != nil {
		return nil, err
	}
	if in.DatabaseVersion == "" {
		return nil, notModelled("an instance without a databaseVersion")
	}
	version, err := knownVersion(in.DatabaseVersion)
	if err != nil {
		return nil, err
	}
	if in.MaintenanceVersion != "" && in.MaintenanceVersion != version.maintenance {
		return nil, notModelled("the choice of a maintenanceVersion")
	}
	if key := in.DiskEncryptionConfiguration; key != nil {
		return version, checkKeyName(key.KmsKeyName, in.Region)
	}
	return version, nil
}

func knownVersion(name string) (*sqlVersion, error) {
	if version := sqlVersionByName(name); version != nil {
		return version, nil
	}
	if slices.Contains(sqlOtherVersions(), name) {
		return nil, notModelled("the database version %s", name)
	}
	line := fmt.Sprintf("Invalid value at 'database_version' (type.googleapis.com/google.cloud.sql.v1.SqlDatabaseVersion), \"%s\"", name)
	return nil, badRequest([]string{line}, []string{"database_version"})
}

func checkKeyName(name, region string) error {
	found := sqlKeyName.FindStringSubmatch(name)
	switch {
	case found == nil:
		return sqlInvalid("The KMS key name %q is not valid: it must be projects/PROJECT/locations/LOCATION/keyRings/RING/cryptoKeys/KEY.", name)
	case found[1] != region && found[1] != "global":
		return sqlInvalid("The location of the KMS key %q must be the region of the instance, %s.", name, region)
	}
	return nil
}

// checkInstanceFields refuses the kinds of instance that are not modelled.
func checkInstanceFields(in *sqladmin.DatabaseInstance) error {
	switch {
	case in.InstanceType != "" && in.InstanceType != "CLOUD_SQL_INSTANCE":
		return notModelled("the instance type %s", in.InstanceType)
	case in.MasterInstanceName != "" || in.ReplicaConfiguration != nil || in.FailoverReplica != nil || len(in.ReplicaNames) > 0:
		return notModelled("replicas of a Cloud SQL instance")
	case in.OnPremisesConfiguration != nil:
		return notModelled("the onPremisesConfiguration of an instance")
	case in.ReplicationCluster != nil:
		return notModelled("the replicationCluster of an instance")
	case len(in.Tags) > 0:
		return notModelled("the tags of an instance")
	case in.NodeCount > 1:
		return notModelled("read pools")
	case in.SwitchTransactionLogsToCloudStorageEnabled:
		return notModelled("the switch of transaction logs to Cloud Storage")
	case in.IncludeReplicasForMajorVersionUpgrade:
		return notModelled("the upgrade of replicas with their instance")
	}
	return nil
}

// checkChangedInstance checks what a change says beside the settings, and
// returns the version that the instance is to have.
func checkChangedInstance(inst *sqlInstance, in *sqladmin.DatabaseInstance) (*sqlVersion, error) {
	if err := checkInstanceFields(in); err != nil {
		return nil, err
	}
	current, err := knownVersion(inst.Version)
	if err != nil {
		return nil, err
	}
	switch {
	case in.Name != "" && in.Name != inst.Name:
		return nil, sqlInvalid("The instance's name %s does not match the name in the request, %s.", inst.Name, in.Name)
	case in.Region != "" && in.Region != inst.Region:
		return nil, sqlInvalid("The region of an instance can not be changed.")
	case in.MaintenanceVersion != "" && in.MaintenanceVersion != current.maintenance:
		return nil, notModelled("the choice of a maintenanceVersion")
	case in.DiskEncryptionConfiguration != nil && in.DiskEncryptionConfiguration.KmsKeyName != inst.KmsKey:
		return nil, sqlInvalid("The customer-managed encryption key of an instance can not be changed.")
	case in.RootPassword != "":
		return nil, sqlInvalid("The root password can not be changed by an update of the instance. Update the user instead.")
	case in.DatabaseVersion == "" || in.DatabaseVersion == inst.Version:
		return current, nil
	}
	next, err := knownVersion(in.DatabaseVersion)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(current.upgrades, func(u sqlUpgrade) bool { return u.name == next.name }) {
		return nil, sqlInvalid("The database version can not be changed from %s to %s.", inst.Version, next.name)
	}
	return next, nil
}

// checkSettings checks settings whose defaults are filled in.
func checkSettings(inst *sqlInstance, version *sqlVersion, raw map[string]any) error {
	set := &sqladmin.Settings{}
	if err := typedSettings(raw, set); err != nil {
		return err
	}
	if err := checkModelledSettings(set); err != nil {
		return err
	}
	for _, check := range []func() error{
		func() error { return checkEnums(set) },
		func() error { return checkTier(set, version) },
		func() error { return checkDisk(set) },
		func() error { return checkBackups(set, version) },
		func() error { return checkIP(set.IpConfiguration) },
		func() error { return checkFlags(set, version) },
		func() error { return checkUpkeep(set) },
		func() error { return checkSQLLabels(set.UserLabels) },
	} {
		if err := check(); err != nil {
			return err
		}
	}
	for _, zone := range []string{set.LocationPreference.Zone, set.LocationPreference.SecondaryZone} {
		if zone != "" && !strings.HasPrefix(zone, inst.Region+"-") {
			return sqlInvalid("The zone %s is not in the region %s.", zone, inst.Region)
		}
	}
	return nil
}

func checkModelledSettings(set *sqladmin.Settings) error {
	for name, used := range map[string]bool{
		"activeDirectoryConfig": set.ActiveDirectoryConfig != nil, "advancedMachineFeatures": set.AdvancedMachineFeatures != nil,
		"collation": set.Collation != "", "connectionPoolConfig": set.ConnectionPoolConfig != nil && set.ConnectionPoolConfig.ConnectionPoolingEnabled,
		"dataApiAccess": set.DataApiAccess != "", "enableDataplexIntegration": set.EnableDataplexIntegration,
		"enableGoogleMlIntegration": set.EnableGoogleMlIntegration, "entraidConfig": set.EntraidConfig != nil,
		"performanceCaptureConfig": set.PerformanceCaptureConfig != nil, "readPoolAutoScaleConfig": set.ReadPoolAutoScaleConfig != nil,
		"sqlServerAuditConfig": set.SqlServerAuditConfig != nil, "timeZone": set.TimeZone != "", "autoUpgradeEnabled": set.AutoUpgradeEnabled,
		"acceleratedReplicaMode": set.AcceleratedReplicaMode, "dataDiskProvisionedIops": set.DataDiskProvisionedIops != 0,
		"dataDiskProvisionedThroughput": set.DataDiskProvisionedThroughput != 0,
	} {
		if used {
			return notModelled("the setting %s of an instance", name)
		}
	}
	if len(set.AuthorizedGaeApplications) > 0 || set.LocationPreference.FollowGaeApplication != "" {
		return notModelled("App Engine applications of an instance")
	}
	return nil
}

// checkEnums refuses values that the API's enums do not have.
func checkEnums(set *sqladmin.Settings) error {
	for _, e := range []struct {
		field, value string
		allowed      []string
	}{
		{"activation_policy", set.ActivationPolicy, []string{"ALWAYS", "NEVER"}},
		{"availability_type", set.AvailabilityType, []string{"ZONAL", "REGIONAL"}},
		{"connector_enforcement", set.ConnectorEnforcement, []string{"NOT_REQUIRED", "REQUIRED"}},
		{"data_disk_type", set.DataDiskType, []string{"PD_SSD", "PD_HDD"}},
		{"edition", set.Edition, []string{"ENTERPRISE", "ENTERPRISE_PLUS"}},
		{"pricing_plan", set.PricingPlan, []string{"PER_USE"}},
		{"replication_type", set.ReplicationType, []string{"SYNCHRONOUS", "ASYNCHRONOUS"}},
		{"ip_configuration.ssl_mode", set.IpConfiguration.SslMode, []string{"ALLOW_UNENCRYPTED_AND_ENCRYPTED", "ENCRYPTED_ONLY", "TRUSTED_CLIENT_CERTIFICATE_REQUIRED"}},
		{"backup_configuration.backup_retention_settings.retention_unit", set.BackupConfiguration.BackupRetentionSettings.RetentionUnit, []string{"COUNT"}},
	} {
		if !slices.Contains(e.allowed, e.value) {
			line := fmt.Sprintf("Invalid value at 'settings.%s', %q", e.field, e.value)
			return badRequest([]string{line}, []string{"settings." + e.field})
		}
	}
	return nil
}

// checkTier checks the machine type, which the edition restricts.
func checkTier(set *sqladmin.Settings, version *sqlVersion) error {
	plus := sqlPlusTier.FindStringSubmatch(set.Tier)
	custom := sqlCustomTier.FindStringSubmatch(set.Tier)
	shared := set.Tier == "db-f1-micro" || set.Tier == "db-g1-small"
	isPlus := set.Edition == "ENTERPRISE_PLUS"
	if isPlus && (version.name == "POSTGRES_9_6") {
		return sqlInvalid("ENTERPRISE_PLUS edition is not supported for %s.", version.name)
	}
	switch {
	case isPlus && plus == nil:
		return sqlInvalid("Invalid Tier (%s) for (ENTERPRISE_PLUS) Edition. Use a predefined Tier like db-perf-optimized-N-* instead. Learn more at https://cloud.google.com/sql/docs/postgres/create-instance#machine-types.", set.Tier)
	case !isPlus && plus != nil:
		return sqlInvalid("Invalid Tier (%s) for (ENTERPRISE) Edition. Use a custom Tier like db-custom-* instead. Learn more at https://cloud.google.com/sql/docs/postgres/create-instance#machine-types.", set.Tier)
	case plus != nil:
		if !slices.Contains([]string{"2", "4", "8", "16", "32", "48", "64", "80", "96", "128"}, plus[1]) {
			return sqlInvalid("Invalid Tier (%s) for (ENTERPRISE_PLUS) Edition.", set.Tier)
		}
	case custom != nil:
		return checkCustomTier(set.Tier, custom[1], custom[2])
	case !shared && sqlOldTier.MatchString(set.Tier):
		if version.postgres() {
			return sqlInvalid("Only custom or shared-core instance Billing Tier type allowed for PostgreSQL database.")
		}
	case !shared:
		return sqlInvalid("Invalid Tier (%s).", set.Tier)
	}
	return nil
}

// checkCustomTier checks db-custom-CPUS-MEMORY: 1 or an even number of vCPUs up
// to 96, 0.9 to 6.5 GiB for each, at least 3.75 GiB, in steps of 256 MiB
// (https://cloud.google.com/sql/docs/postgres/create-instance#machine-types).
func checkCustomTier(tier, cpuText, memoryText string) error {
	cpus, err := strconv.Atoi(cpuText)
	if err != nil || cpus < 1 || cpus > 96 || cpus > 1 && cpus%2 != 0 {
		return sqlInvalid("Invalid Tier (%s): the number of vCPUs must be 1 or an even number up to 96.", tier)
	}
	memory, err := strconv.Atoi(memoryText)
	if err != nil || memory%256 != 0 || memory < 3840 || memory*10 < cpus*9*1024 || memory*10 > cpus*65*1024 {
		return sqlInvalid("Invalid Tier (%s): the memory must be a multiple of 256 MB, at least 3840 MB, and 0.9 to 6.5 GB per vCPU.", tier)
	}
	return nil
}

func checkDisk(set *sqladmin.Settings) error {
	const smallest, largest = 10, 65536 // GB
	if set.DataDiskSizeGb < smallest || set.DataDiskSizeGb > largest {
		return sqlInvalid("The disk size must be between %d and %d GB, not %d.", smallest, largest, set.DataDiskSizeGb)
	}
	if limit := set.StorageAutoResizeLimit; limit != 0 && limit < set.DataDiskSizeGb {
		return sqlInvalid("The storage auto resize limit %d must not be below the disk size %d.", limit, set.DataDiskSizeGb)
	}
	if set.DataDiskType == "PD_HDD" && set.Edition == "ENTERPRISE_PLUS" {
		return sqlInvalid("PD_HDD disk type is not supported for Enterprise Plus Edition: PD_HDD.")
	}
	return nil
}

// checkBackups checks backups, the log for point-in-time recovery, and that a
// standby has both.
func checkBackups(set *sqladmin.Settings, version *sqlVersion) error {
	b := set.BackupConfiguration
	days := int64(7)
	if set.Edition == "ENTERPRISE_PLUS" {
		days = 35
	}
	pitr := b.PointInTimeRecoveryEnabled
	if !version.postgres() {
		pitr = b.BinaryLogEnabled
	}
	switch {
	case b.BackupTier != "" && b.BackupTier != "STANDARD":
		return notModelled("the backup tier %s", b.BackupTier)
	case !sqlStartTime.MatchString(b.StartTime):
		return sqlInvalid("The start time of backups %q must be of the form HH:MM.", b.StartTime)
	case b.BinaryLogEnabled && version.postgres():
		return sqlInvalid("Binary log can only be enabled for MySQL instances")
	case b.PointInTimeRecoveryEnabled && !version.postgres():
		return sqlInvalid("Point-in-time recovery can only be enabled for Postgres instances")
	case b.TransactionLogRetentionDays < 1 || b.TransactionLogRetentionDays > days:
		return sqlInvalid("The number of transaction log retention days must be between 1 and %d.", days)
	case b.BackupRetentionSettings.RetainedBackups < 1 || b.BackupRetentionSettings.RetainedBackups > 365:
		return sqlInvalid("The number of retained backups must be between 1 and 365.")
	case pitr && !b.Enabled:
		return sqlInvalid("Point in time recovery must be disabled when backup is disabled.")
	case set.AvailabilityType == "REGIONAL" && (!b.Enabled || !pitr):
		return sqlInvalidData()
	}
	if f := set.FinalBackupConfig; f != nil && f.Enabled && (f.RetentionDays < 1 || f.RetentionDays > 365) {
		return sqlInvalid("The retention days of the final backup must be between 1 and 365.")
	}
	return nil
}

// checkFlags checks the database flags: those that the database has, with the
// values they take.
func checkFlags(set *sqladmin.Settings, version *sqlVersion) error {
	if len(set.DatabaseFlags) > 0 && !version.postgres() {
		return notModelled("database flags of MySQL")
	}
	seen := map[string]bool{}
	for _, flag := range set.DatabaseFlags {
		known := postgresFlag(flag.Name)
		if known == nil || seen[flag.Name] {
			return sqlError(400, 3, "invalidFlagName", "Flag requested cannot be set.")
		}
		seen[flag.Name] = true
		if !known.accepts(flag.Value) {
			return sqlError(400, 3, "invalidFlagValue", "Value requested is not valid.")
		}
	}
	return nil
}

func checkUpkeep(set *sqladmin.Settings) error {
	if w := set.MaintenanceWindow; w != nil {
		switch {
		case w.Day < 0 || w.Day > 7:
			return sqlInvalid("The day of the maintenance window must be between 1 and 7.")
		case w.Hour < 0 || w.Hour > 23:
			return sqlInvalid("The hour of the maintenance window must be between 0 and 23.")
		case w.UpdateTrack != "" && !slices.Contains([]string{"canary", "stable", "week5"}, w.UpdateTrack):
			return sqlInvalid("Invalid update track %q.", w.UpdateTrack)
		}
	}
	for _, p := range set.DenyMaintenancePeriods {
		if p.StartDate == "" || p.EndDate == "" || p.Time == "" {
			return sqlInvalid("A deny maintenance period needs a start date, an end date and a time.")
		}
	}
	if len(set.DenyMaintenancePeriods) > 1 {
		return sqlInvalid("At most one deny maintenance period can be set.")
	}
	if i := set.InsightsConfig; i != nil {
		switch {
		case i.EnhancedQueryInsightsEnabled && set.Edition != "ENTERPRISE_PLUS":
			return sqlInvalid("Enhanced query insights is only supported for Enterprise Plus edition.")
		case i.QueryStringLength != 0 && (i.QueryStringLength < 256 || i.QueryStringLength > 4500):
			return sqlInvalid("The query string length must be between 256 and 4500.")
		case i.QueryPlansPerMinute < 0 || i.QueryPlansPerMinute > 20:
			return sqlInvalid("The number of query plans per minute must be between 0 and 20.")
		}
	}
	if p := set.PasswordValidationPolicy; p != nil {
		if p.Complexity != "" && !slices.Contains([]string{"COMPLEXITY_UNSPECIFIED", "COMPLEXITY_DEFAULT"}, p.Complexity) {
			return sqlInvalid("Invalid password complexity %q.", p.Complexity)
		}
		if p.MinLength < 0 || p.MinLength > 256 || p.ReuseInterval < 0 || p.ReuseInterval > 100 {
			return sqlInvalid("The password policy's minimum length must be between 0 and 256, and its reuse interval between 0 and 100.")
		}
	}
	return nil
}

func checkSQLLabels(labels map[string]string) error {
	if len(labels) > 64 {
		return sqlInvalid("At most 64 user labels can be set.")
	}
	for key, value := range labels {
		if !userLabelKey.MatchString(key) || !userLabelVal.MatchString(value) || len(key) > 63 || len(value) > 63 {
			return sqlInvalid("The user label %q: %q is not valid.", key, value)
		}
	}
	return nil
}
