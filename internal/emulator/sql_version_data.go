package emulator

import "slices"

// sqlVersion is what is known of a database version.
type sqlVersion struct {
	name, title string
	// installed and maintenance are what a new instance of it gets.
	installed, maintenance string
	// upgrades are the versions that an instance can go up to.
	upgrades []sqlUpgrade
	// plus says that a new instance without an edition is Enterprise Plus.
	plus bool
}

type sqlUpgrade struct{ name, major, title string }

func (v *sqlVersion) postgres() bool { return len(v.name) > 9 && v.name[:9] == "POSTGRES_" }

// sqlVersions are the versions that are modelled. Those of PostgreSQL 9.6 and 15
// and of MySQL are as recorded; the minor versions of the others are those of
// the maintenance of October 2025.
func sqlVersions() []sqlVersion {
	sixteen := sqlUpgrade{"POSTGRES_16", "POSTGRES_16", "PostgreSQL 16"}
	seventeen := sqlUpgrade{"POSTGRES_17", "POSTGRES_17", "PostgreSQL 17"}
	mysql := func(name, title string) sqlUpgrade { return sqlUpgrade{name, "MYSQL_8_0", title} }
	return []sqlVersion{
		{name: "POSTGRES_9_6", title: "PostgreSQL 9.6", installed: "POSTGRES_9_6"},
		{
			name: "POSTGRES_15", title: "PostgreSQL 15", installed: "POSTGRES_15_7", maintenance: "POSTGRES_15_7.R20240514.00_12",
			upgrades: []sqlUpgrade{sixteen},
		},
		{
			name: "POSTGRES_16", title: "PostgreSQL 16", installed: "POSTGRES_16_10", maintenance: "POSTGRES_16_10.R20251004.01_07",
			upgrades: []sqlUpgrade{seventeen}, plus: true,
		},
		{name: "POSTGRES_17", title: "PostgreSQL 17", installed: "POSTGRES_17_6", maintenance: "POSTGRES_17_6.R20251004.01_07", plus: true},
		{
			name: "MYSQL_8_0", title: "MySQL 8.0", installed: "MYSQL_8_0_40", maintenance: "MYSQL_8_0_40.R20250304.00_03",
			upgrades: []sqlUpgrade{
				mysql("MYSQL_8_0_35", "MySQL 8.0.35"), mysql("MYSQL_8_0_36", "MySQL 8.0.36"), mysql("MYSQL_8_0_37", "MySQL 8.0.37"),
				mysql("MYSQL_8_0_39", "MySQL 8.0.39"), mysql("MYSQL_8_0_41", "MySQL 8.0.41"), mysql("MYSQL_8_0_42", "MySQL 8.0.42"),
				{"MYSQL_8_4", "MYSQL_8_4", "MySQL 8.4"},
			},
		},
	}
}

func sqlVersionByName(name string) *sqlVersion {
	all := sqlVersions()
	if i := slices.IndexFunc(all, func(v sqlVersion) bool { return v.name == name }); i >= 0 {
		return &all[i]
	}
	return nil
}

// sqlOtherVersions exist and are not modelled.
func sqlOtherVersions() []string {
	return []string{
		"MYSQL_5_6", "MYSQL_5_7", "MYSQL_8_0_18", "MYSQL_8_0_26", "MYSQL_8_0_27", "MYSQL_8_0_28", "MYSQL_8_0_29", "MYSQL_8_0_30",
		"MYSQL_8_0_31", "MYSQL_8_0_32", "MYSQL_8_0_33", "MYSQL_8_0_34", "MYSQL_8_0_35", "MYSQL_8_0_36", "MYSQL_8_0_37", "MYSQL_8_0_39",
		"MYSQL_8_0_40", "MYSQL_8_0_41", "MYSQL_8_0_42", "MYSQL_8_4",
		"POSTGRES_10", "POSTGRES_11", "POSTGRES_12", "POSTGRES_13", "POSTGRES_14", "POSTGRES_18",
		"SQLSERVER_2017_STANDARD", "SQLSERVER_2017_ENTERPRISE", "SQLSERVER_2017_EXPRESS", "SQLSERVER_2017_WEB",
		"SQLSERVER_2019_STANDARD", "SQLSERVER_2019_ENTERPRISE", "SQLSERVER_2019_EXPRESS", "SQLSERVER_2019_WEB",
		"SQLSERVER_2022_STANDARD", "SQLSERVER_2022_ENTERPRISE", "SQLSERVER_2022_EXPRESS", "SQLSERVER_2022_WEB",
	}
}

// sqlRegions are the regions of Cloud SQL.
func sqlRegions() []string {
	return []string{
		"africa-south1", "asia-east1", "asia-east2", "asia-northeast1", "asia-northeast2", "asia-northeast3", "asia-south1",
		"asia-south2", "asia-southeast1", "asia-southeast2", "australia-southeast1", "australia-southeast2", "europe-central2",
		"europe-north1", "europe-north2", "europe-southwest1", "europe-west1", "europe-west2", "europe-west3", "europe-west4",
		"europe-west6", "europe-west8", "europe-west9", "europe-west10", "europe-west12", "me-central1", "me-central2", "me-west1",
		"northamerica-northeast1", "northamerica-northeast2", "northamerica-south1", "southamerica-east1", "southamerica-west1",
		"us-central1", "us-east1", "us-east4", "us-east5", "us-south1", "us-west1", "us-west2", "us-west3", "us-west4",
	}
}
