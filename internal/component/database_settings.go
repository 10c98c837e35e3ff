package component

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/api/sqladmin/v1"

	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
)

// iamFlag lets users and service accounts of IAM log in.
const iamFlag = "cloudsql.iam_authentication"

// auditFlags are those that log who did what: pgaudit for statements, the
// others for sessions and lock waits.
var auditFlags = map[string]string{
	"cloudsql.enable_pgaudit": flagOn,
	"pgaudit.log":             "ddl,read,role,write",
	"log_connections":         flagOn,
	"log_disconnections":      flagOn,
	"log_lock_waits":          flagOn,
	"log_statement":           "ddl",
}

const flagOn = "on"

// settings are what the instance is to have in force, but for labels and flags,
// which it shares with others. Fields that are false or 0 are sent too: a patch
// would leave them as they are otherwise.
func (d *database) settings() *sqladmin.Settings {
	v := d.spec.Settings
	days, final := v.Int(policy.DatabasePITRLogDays), v.Int(policy.DatabaseFinalBackupDays)
	window := d.spec.Cluster.Maintenance
	ssl, connector := d.tls()
	autoResize := true
	return &sqladmin.Settings{
		AvailabilityType: v.String(policy.DatabaseAvailabilityType), ActivationPolicy: "ALWAYS",
		Edition: d.spec.Database.Edition, Tier: d.spec.Database.MachineType,
		DataDiskSizeGb: d.spec.Database.DiskSizeGB, StorageAutoResize: &autoResize,
		ConnectorEnforcement: connector, DeletionProtectionEnabled: v.Bool(policy.DatabaseDeletionProtection),
		BackupConfiguration: &sqladmin.BackupConfiguration{
			Enabled: true, PointInTimeRecoveryEnabled: days > 0, TransactionLogRetentionDays: days,
			BackupRetentionSettings: &sqladmin.BackupRetentionSettings{RetentionUnit: "COUNT", RetainedBackups: v.Int(policy.DatabaseBackupsRetained)},
			ForceSendFields:         []string{"PointInTimeRecoveryEnabled"},
		},
		FinalBackupConfig: &sqladmin.FinalBackupConfig{Enabled: final > 0, RetentionDays: final, ForceSendFields: []string{"Enabled"}},
		IpConfiguration: &sqladmin.IpConfiguration{
			SslMode: ssl, RequireSsl: ssl == policy.TLSClientCertificates, Ipv4Enabled: false,
			PscConfig:       &sqladmin.PscConfig{PscEnabled: true, AllowedConsumerProjects: d.consumers()},
			ForceSendFields: []string{"RequireSsl", "Ipv4Enabled"},
		},
		MaintenanceWindow: &sqladmin.MaintenanceWindow{Day: window.Day, Hour: window.Hour, UpdateTrack: "stable", ForceSendFields: []string{"Hour"}},
		InsightsConfig:    &sqladmin.InsightsConfig{QueryInsightsEnabled: true},
		ForceSendFields:   []string{"DeletionProtectionEnabled"},
	}
}

// consumers are the projects that may have an endpoint to the instance: the
// environment's own, and the one that a shared subnetwork lies in.
func (d *database) consumers() []string {
	host, _, _ := subnetworkParts(d.spec.Subnetwork())
	return union([]string{d.spec.Project}, []string{host})
}

// tls is what database.tls means to the service. Connectors bring certificates
// of their own, so what is not encrypted is refused for them as well.
func (d *database) tls() (sslMode, connectorEnforcement string) {
	if mode := d.spec.Settings.String(policy.DatabaseTLS); mode != policy.TLSConnector {
		return mode, "NOT_REQUIRED"
	}
	return policy.TLSEncryptedOnly, "REQUIRED"
}

// flags are the wanted flags of ours; "" means that the flag is not to be set.
func (d *database) flags() map[string]string {
	wanted := map[string]string{iamFlag: ""}
	if d.spec.Settings.Bool(policy.DatabaseIAMAuthentication) {
		wanted[iamFlag] = flagOn
	}
	for name, value := range auditFlags {
		if !d.spec.Settings.Bool(policy.DatabaseAuditLogging) {
			value = ""
		}
		wanted[name] = value
	}
	return wanted
}

// mergedFlags are the flags that stand with ours among them. Flags are one list,
// which a patch replaces, and those of somebody else stay.
func (d *database) mergedFlags(standing []*sqladmin.DatabaseFlags) []*sqladmin.DatabaseFlags {
	all := flagValues(standing)
	wanted := d.flags()
	if !audited(standing) && !d.spec.Settings.Bool(policy.DatabaseAuditLogging) {
		// Some of them alone are somebody else's wish.
		wanted = map[string]string{iamFlag: wanted[iamFlag]}
	}
	for name, value := range wanted {
		if all[name] = value; value == "" {
			delete(all, name)
		}
	}
	merged := []*sqladmin.DatabaseFlags{}
	for _, name := range sortedKeys(all) {
		merged = append(merged, &sqladmin.DatabaseFlags{Name: name, Value: all[name]})
	}
	return merged
}

func flagValues(flags []*sqladmin.DatabaseFlags) map[string]string {
	all := map[string]string{}
	for _, f := range flags {
		all[f.Name] = f.Value
	}
	return all
}

// audited tells whether all audit flags are as they have to be.
func audited(flags []*sqladmin.DatabaseFlags) bool {
	all := flagValues(flags)
	for name, value := range auditFlags {
		if all[name] != value {
			return false
		}
	}
	return true
}

// seen is what the service shows of an instance, by setting. Parts of a reply
// that are not there are off.
func seenDatabase(inst *sqladmin.DatabaseInstance) map[string]any {
	set := completeSettings(inst.Settings)
	backups, ip := set.BackupConfiguration, set.IpConfiguration
	values := map[string]any{
		policy.DatabaseAvailabilityType:      set.AvailabilityType,
		policy.DatabaseBackupsRetained:       int64(0),
		policy.DatabasePITRLogDays:           int64(0),
		policy.DatabasePrivateServiceConnect: ip.PscConfig.PscEnabled,
		policy.DatabasePublicIP:              ip.Ipv4Enabled,
		policy.DatabaseTLS:                   ip.SslMode,
		policy.DatabaseIAMAuthentication:     flagValues(set.DatabaseFlags)[iamFlag] == flagOn,
		policy.DatabaseAuditLogging:          audited(set.DatabaseFlags),
		policy.DatabaseDeletionProtection:    set.DeletionProtectionEnabled,
		policy.DatabaseFinalBackupDays:       int64(0),
	}
	if backups.Enabled {
		values[policy.DatabaseBackupsRetained] = backups.BackupRetentionSettings.RetainedBackups
	}
	if backups.PointInTimeRecoveryEnabled {
		values[policy.DatabasePITRLogDays] = backups.TransactionLogRetentionDays
	}
	if set.ConnectorEnforcement == "REQUIRED" {
		values[policy.DatabaseTLS] = policy.TLSConnector
	}
	if set.FinalBackupConfig.Enabled {
		values[policy.DatabaseFinalBackupDays] = set.FinalBackupConfig.RetentionDays
	}
	switch key := instanceKey(inst); {
	case key == "":
		values[policy.EncryptionData] = policy.KeyGoogle
	case strings.Contains(key, "/cryptoKeys/data-"):
		values[policy.EncryptionData] = levelOf(key)
	}
	return values
}

// completeSettings makes the parts that a reply leaves out.
func completeSettings(in *sqladmin.Settings) sqladmin.Settings {
	var set sqladmin.Settings
	if in != nil {
		set = *in
	}
	set.BackupConfiguration = orEmpty(set.BackupConfiguration)
	backups := *set.BackupConfiguration
	backups.BackupRetentionSettings = orEmpty(backups.BackupRetentionSettings)
	set.BackupConfiguration = &backups
	set.IpConfiguration = orEmpty(set.IpConfiguration)
	ip := *set.IpConfiguration
	ip.PscConfig = orEmpty(ip.PscConfig)
	set.IpConfiguration = &ip
	set.FinalBackupConfig = orEmpty(set.FinalBackupConfig)
	set.MaintenanceWindow = orEmpty(set.MaintenanceWindow)
	set.InsightsConfig = orEmpty(set.InsightsConfig)
	return set
}

func orEmpty[T any](v *T) *T {
	if v == nil {
		return new(T)
	}
	return v
}

func instanceKey(inst *sqladmin.DatabaseInstance) string {
	if inst.DiskEncryptionConfiguration == nil {
		return ""
	}
	return inst.DiskEncryptionConfiguration.KmsKeyName
}

// inputVersion is the path of the input of PostgreSQL's version.
const inputVersion = "database.version"

// settingsDiffer says which settings of the catalogue are not as desired.
func (d *database) settingsDiffer(inst *sqladmin.DatabaseInstance) differ {
	var differs differ
	seen := seenDatabase(inst)
	for _, path := range sortedKeys(seen) {
		differs.breaks(path, path, seen[path], d.spec.Settings[path])
	}
	return differs
}

// inputsDiffer says what differs that no setting of the catalogue shows.
func (d *database) inputsDiffer(inst *sqladmin.DatabaseInstance) differ {
	set, wanted := completeSettings(inst.Settings), d.settings()
	differs := d.labelsDiffer(set.UserLabels)
	differs.is("the version", inst.DatabaseVersion, d.spec.Database.Version)
	differs.is("the edition", set.Edition, wanted.Edition)
	differs.is("the machine type", set.Tier, wanted.Tier)
	if set.DataDiskSizeGb < wanted.DataDiskSizeGb {
		differs.is("the disk's size", set.DataDiskSizeGb, wanted.DataDiskSizeGb)
	}
	differs.is("growth of the disk", set.StorageAutoResize != nil && *set.StorageAutoResize, true)
	differs.is("the activation policy", set.ActivationPolicy, wanted.ActivationPolicy)
	if set.ConnectorEnforcement == "REQUIRED" {
		differs.is("the TLS mode", set.IpConfiguration.SslMode, wanted.IpConfiguration.SslMode)
	}
	if !sameSet(set.IpConfiguration.PscConfig.AllowedConsumerProjects, d.consumers()) {
		differs.is("projects that may connect", set.IpConfiguration.PscConfig.AllowedConsumerProjects, d.consumers())
	}
	differs.is("the day of maintenance", set.MaintenanceWindow.Day, wanted.MaintenanceWindow.Day)
	differs.is("the hour of maintenance", set.MaintenanceWindow.Hour, wanted.MaintenanceWindow.Hour)
	differs.is("query insights", set.InsightsConfig.QueryInsightsEnabled, true)
	return differs
}

// fixed says what differs and can't be changed while the instance stands.
func (d *database) fixed(inst *sqladmin.DatabaseInstance) differ {
	var differs differ
	differs.is("region", inst.Region, d.spec.Region)
	differs.breaks(policy.EncryptionData, "key", instanceKey(inst), d.spec.DataKey())
	differs.breaks(policy.DatabasePrivateServiceConnect, "Private Service Connect", completeSettings(inst.Settings).IpConfiguration.PscConfig.PscEnabled, true)
	if number := func(v string) int { n, _ := strconv.Atoi(strings.TrimPrefix(v, "POSTGRES_")); return n }; number(inst.DatabaseVersion) > number(d.spec.Database.Version) {
		differs.breaks(inputVersion, "version", inst.DatabaseVersion, d.spec.Database.Version)
	}
	return differs
}

// change is the patch that makes a standing instance as desired, or nil. A new
// major version and another edition are operations of their own, which the
// service takes nothing else with.
func (d *database) change(inst *sqladmin.DatabaseInstance, o reconcile.Owner) *sqladmin.DatabaseInstance {
	set, wanted := completeSettings(inst.Settings), d.settings()
	switch {
	case inst.DatabaseVersion != d.spec.Database.Version:
		return &sqladmin.DatabaseInstance{DatabaseVersion: d.spec.Database.Version}
	case set.Edition != wanted.Edition && wanted.Edition != "ENTERPRISE_PLUS" && set.BackupConfiguration.TransactionLogRetentionDays > policy.EnterpriseLogDays:
		// The edition doesn't keep logs for as long, and is refused until fewer are kept.
		return &sqladmin.DatabaseInstance{Settings: &sqladmin.Settings{BackupConfiguration: wanted.BackupConfiguration, SettingsVersion: set.SettingsVersion}}
	case set.Edition != wanted.Edition:
		return &sqladmin.DatabaseInstance{Settings: &sqladmin.Settings{
			Edition: wanted.Edition, Tier: wanted.Tier, SettingsVersion: set.SettingsVersion,
		}}
	case len(d.settingsDiffer(inst)) == 0 && len(d.inputsDiffer(inst)) == 0:
		return nil
	}
	wanted.SettingsVersion = set.SettingsVersion
	wanted.DataDiskSizeGb = max(wanted.DataDiskSizeGb, set.DataDiskSizeGb)
	wanted.UserLabels = d.mergedLabels(set.UserLabels, o)
	wanted.NullFields = d.formerFields("UserLabels", set.UserLabels)
	wanted.DatabaseFlags = d.mergedFlags(set.DatabaseFlags)
	wanted.ForceSendFields = append(slices.Clone(wanted.ForceSendFields), "DatabaseFlags")
	return &sqladmin.DatabaseInstance{Settings: wanted}
}

// made is the instance of a name as it is created. Its protection comes last,
// when it runs: one whose creation fails can be deleted then.
func (d *database) made(name string, o reconcile.Owner) *sqladmin.DatabaseInstance {
	set := d.settings()
	set.DataDiskType, set.DeletionProtectionEnabled = "PD_SSD", false
	set.UserLabels, set.DatabaseFlags = maps.Clone(d.labels(o)), d.mergedFlags(nil)
	inst := &sqladmin.DatabaseInstance{Name: name, Region: d.spec.Region, DatabaseVersion: d.spec.Database.Version, Settings: set}
	if key := d.spec.DataKey(); key != "" {
		inst.DiskEncryptionConfiguration = &sqladmin.DiskEncryptionConfiguration{KmsKeyName: key}
	}
	return inst
}
