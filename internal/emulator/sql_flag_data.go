package emulator

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// sqlFlag is a database flag that an instance can set.
type sqlFlag struct {
	name, kind string
	min, max   int64
	values     []string
	// restart says that a change restarts the instance.
	restart bool
}

// Kinds of a flag, by the API's names.
const (
	flagBoolean = "BOOLEAN"
	flagInteger = "INTEGER"
	flagFloat   = "FLOAT"
	flagString  = "STRING"
)

const maxInt32 = 1<<31 - 1

// postgresFlags are PostgreSQL's flags in
// https://cloud.google.com/sql/docs/postgres/flags. Another one is refused like
// one that the database does not have. What autovacuum or a planner does is of
// no interest here: the ranges matter.
func postgresFlags() []sqlFlag {
	whole := func(restart bool, low, high int64, names ...string) []sqlFlag {
		var out []sqlFlag
		for _, name := range names {
			out = append(out, sqlFlag{name: name, kind: flagInteger, min: low, max: high, restart: restart})
		}
		return out
	}
	onOff := func(restart bool, names ...string) []sqlFlag {
		var out []sqlFlag
		for _, name := range names {
			out = append(out, sqlFlag{name: name, kind: flagBoolean, restart: restart})
		}
		return out
	}
	fraction := func(low, high int64, names ...string) []sqlFlag {
		var out []sqlFlag
		for _, name := range names {
			out = append(out, sqlFlag{name: name, kind: flagFloat, min: low, max: high})
		}
		return out
	}
	text := func(name string, values ...string) []sqlFlag {
		return []sqlFlag{{name: name, kind: flagString, values: values}}
	}
	severities := []string{"debug5", "debug4", "debug3", "debug2", "debug1", "info", "notice", "warning", "error", "log", "fatal", "panic"}
	all := slices.Concat(
		onOff(
			true, "cloudsql.enable_anon", "cloudsql.enable_auto_explain", "cloudsql.enable_index_advisor", "cloudsql.enable_pg_bigm",
			"cloudsql.enable_pg_cron", "cloudsql.enable_pg_hint_plan", "cloudsql.enable_pgaudit", "cloudsql.iam_authentication",
			"cloudsql.logical_decoding", "track_commit_timestamp",
		),
		onOff(
			false, "auto_explain.log_analyze", "auto_explain.log_buffers", "auto_explain.log_nested_statements", "auto_explain.log_timing",
			"auto_explain.log_triggers", "auto_explain.log_verbose", "autovacuum", "cloudsql.allow_passwordless_local_connections",
			"default_transaction_deferrable", "default_transaction_read_only", "enable_bitmapscan", "enable_gathermerge", "enable_hashagg", "enable_hashjoin",
			"enable_incremental_sort", "enable_indexonlyscan", "enable_indexscan", "enable_material", "enable_memoize", "enable_mergejoin",
			"enable_nestloop", "enable_parallel_append", "enable_parallel_hash", "enable_partition_pruning", "enable_partitionwise_aggregate",
			"enable_partitionwise_join", "enable_seqscan", "enable_sort", "enable_tidscan", "geqo", "log_checkpoints", "log_connections",
			"log_disconnections", "log_duration", "log_executor_stats", "log_hostname", "log_lock_waits", "log_parser_stats", "log_planner_stats",
			"log_recovery_conflict_waits", "log_replication_commands", "log_statement_stats", "parallel_leader_participation",
			"pg_stat_statements.save", "pg_stat_statements.track_utility", "pgaudit.log_catalog", "pgaudit.log_client", "pgaudit.log_parameter",
			"pgaudit.log_relation", "pgaudit.log_rows", "pgaudit.log_statement", "pgaudit.log_statement_once", "standard_conforming_strings",
			"synchronize_seqscans", "trace_notify", "trace_sort", "track_activities", "track_counts", "track_io_timing", "wal_compression",
		),
		whole(true, 14, 262143, "max_connections"),
		whole(true, 8, 262143, "max_worker_processes"),
		whole(true, 0, 262143, "max_prepared_transactions", "max_logical_replication_workers"),
		whole(true, 10, 262143, "max_replication_slots", "max_wal_senders"),
		whole(true, 10, maxInt32, "max_locks_per_transaction", "max_pred_locks_per_transaction"),
		whole(true, 16, 1073741823, "shared_buffers"),
		whole(true, 1, 262143, "autovacuum_max_workers"),
		whole(true, 100000, 2000000000, "autovacuum_freeze_max_age"),
		whole(true, 10000, 2000000000, "autovacuum_multixact_freeze_max_age"),
		whole(true, 100, 1048576, "track_activity_query_size"),
		whole(true, 100, maxInt32, "pg_stat_statements.max"),
		whole(true, 0, 10000, "cloudsql.max_failed_attempts_user"),
		whole(false, -1, maxInt32, "auto_explain.log_min_duration", "autovacuum_vacuum_insert_threshold", "autovacuum_work_mem",
			"log_autovacuum_min_duration", "log_min_duration_sample", "log_min_duration_statement", "log_parameter_max_length", "log_temp_files",
			"max_standby_archive_delay", "max_standby_streaming_delay"),
		whole(false, 0, maxInt32, "autovacuum_analyze_threshold", "autovacuum_vacuum_threshold", "checkpoint_warning", "client_connection_check_interval",
			"gin_fuzzy_search_limit", "idle_in_transaction_session_timeout", "idle_session_timeout", "lock_timeout", "statement_timeout",
			"wal_receiver_timeout", "wal_sender_timeout", "tcp_keepalives_count", "tcp_keepalives_idle", "tcp_keepalives_interval", "tcp_user_timeout"),
		whole(false, 1, maxInt32, "deadlock_timeout", "effective_cache_size", "from_collapse_limit", "join_collapse_limit"),
		whole(false, 1, 2147483, "autovacuum_naptime"),
		whole(false, -1, 10000, "autovacuum_vacuum_cost_limit"),
		whole(false, 10, 10000, "bgwriter_delay"),
		whole(false, 0, 1073741823, "bgwriter_lru_maxpages"),
		whole(false, 30, 86400, "checkpoint_timeout"),
		whole(false, 0, 100000, "commit_delay"),
		whole(false, 0, 1000, "commit_siblings", "effective_io_concurrency", "maintenance_io_concurrency"),
		whole(false, 1, 10000, "default_statistics_target", "vacuum_cost_limit"),
		whole(false, 0, 10000, "vacuum_cost_page_hit", "vacuum_cost_page_miss", "vacuum_cost_page_dirty"),
		whole(false, 64, maxInt32, "gin_pending_list_limit", "logical_decoding_work_mem", "work_mem"),
		whole(false, 1024, maxInt32, "maintenance_work_mem"),
		whole(false, 0, 1024, "max_parallel_maintenance_workers", "max_parallel_workers", "max_parallel_workers_per_gather"),
		whole(false, 2, maxInt32, "max_wal_size"),
		whole(false, 32, maxInt32, "min_wal_size"),
		whole(false, 0, 262143, "max_sync_workers_per_subscription"),
		whole(false, 100, 1073741823, "temp_buffers"),
		whole(false, 1048576, maxInt32, "temp_file_limit"),
		whole(false, 0, 1000000000, "vacuum_freeze_min_age", "vacuum_multixact_freeze_min_age"),
		whole(false, 0, 2000000000, "vacuum_freeze_table_age", "vacuum_multixact_freeze_table_age", "vacuum_failsafe_age", "vacuum_multixact_failsafe_age"),
		fraction(0, 1, "auto_explain.sample_rate", "checkpoint_completion_target", "cursor_tuple_fraction", "log_statement_sample_rate", "log_transaction_sample_rate"),
		fraction(0, 100, "autovacuum_analyze_scale_factor", "autovacuum_vacuum_insert_scale_factor", "autovacuum_vacuum_scale_factor", "vacuum_cost_delay"),
		fraction(-1, 100, "autovacuum_vacuum_cost_delay"),
		fraction(0, 10, "bgwriter_lru_multiplier"),
		fraction(1, 1000, "hash_mem_multiplier"),
		fraction(0, maxInt32, "cpu_index_tuple_cost", "cpu_operator_cost", "cpu_tuple_cost", "parallel_setup_cost", "parallel_tuple_cost", "random_page_cost", "seq_page_cost"),
		text("auto_explain.log_format", "text", "xml", "json", "yaml"),
		text("constraint_exclusion", "partition", "on", "off"),
		text("default_transaction_isolation", "serializable", "repeatable read", "read committed", "read uncommitted"),
		text("huge_pages", "try", "off"),
		text("log_error_verbosity", "terse", "default", "verbose"),
		text("log_min_error_statement", severities...),
		text("log_min_messages", severities...),
		text("log_statement", "none", "ddl", "mod", "all"),
		text("password_encryption", "md5", "scram-sha-256"),
		text("pg_stat_statements.track", "none", "top", "all"),
		text("pgaudit.log_level", "debug5", "debug4", "debug3", "debug2", "debug1", "info", "notice", "warning", "log"),
		text("plan_cache_mode", "auto", "force_generic_plan", "force_custom_plan"),
		text("session_replication_role", "origin", "replica", "local"),
		text("ssl_max_protocol_version", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"),
		text("ssl_min_protocol_version", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"),
		text("synchronous_commit", "local", "on", "off"),
		text("track_functions", "none", "pl", "all"),
		text("cloudsql.pg_authid_select_role"), text("cloudsql.pg_shadow_select_role"), text("default_tablespace"),
		text("log_line_prefix"), text("log_timezone"), text("pgaudit.log"), text("pgaudit.role"), text("TimeZone"),
	)
	slices.SortFunc(all, func(a, b sqlFlag) int { return strings.Compare(a.name, b.name) })
	return all
}

// flagsByName is postgresFlags for looking up, made once.
var flagsByName = sync.OnceValue(func() map[string]*sqlFlag {
	all := postgresFlags()
	byName := make(map[string]*sqlFlag, len(all))
	for i := range all {
		byName[all[i].name] = &all[i]
	}
	return byName
})

func postgresFlag(name string) *sqlFlag { return flagsByName()[name] }

// pgauditClass is one class of statements in pgaudit.log.
var pgauditClass = regexp.MustCompile(`(?i)^-?(read|write|function|role|ddl|misc|misc_set|all|none)$`)

// accepts tells whether a flag can have a value.
func (f *sqlFlag) accepts(value string) bool {
	switch {
	case f.name == "pgaudit.log":
		for _, class := range strings.Split(value, ",") {
			if !pgauditClass.MatchString(strings.TrimSpace(class)) {
				return false
			}
		}
		return true
	case f.kind == flagBoolean:
		return value == "on" || value == "off"
	case f.kind == flagInteger:
		n, err := strconv.ParseInt(value, 10, 64)
		return err == nil && n >= f.min && n <= f.max
	case f.kind == flagFloat:
		n, err := strconv.ParseFloat(value, 64)
		return err == nil && n >= float64(f.min) && n <= float64(f.max)
	case len(f.values) > 0:
		return slices.Contains(f.values, value)
	}
	return value != ""
}
