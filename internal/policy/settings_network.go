package policy

// auditV1 are the settings of audit logs and of where logs are kept.
func auditV1() []Setting {
	return []Setting{
		{
			Path: AuditDataAccess, Component: ComponentAudit, Row: "data_access_logs",
			Title: "Data Access audit logs",
			Doc: "ADMIN_READ_DATA_WRITE logs these two types for the services that hold data; DATA_SERVICES logs reads of data there too; " +
				"ALL_SERVICES logs all three types for every service, without exemptions.",
			Kind: String, Options: weakestFirst(DataAccessNone, DataAccessAdminWrite, DataAccessDataServices, DataAccessAllServices), Floor: Floor{Rule: InOrder},
			Values: perTier(DataAccessNone, DataAccessAdminWrite, DataAccessDataServices, DataAccessAllServices), Off: []any{DataAccessNone},
		},
		{
			Path: AuditConfigChangeAlerts, Component: ComponentAlerts, Row: "config_change_alerts",
			Title: "alerts on changes of the audit configuration",
			Doc:   "Whether an alert fires when somebody changes what is audited, or where it is kept.",
			Kind:  Bool, Floor: Floor{Rule: AtLeast}, Values: perTier(false, true, true, true), Off: []any{false},
		},
		{
			Path: LoggingRetentionDays, Component: ComponentLogging, Row: "log_retention",
			Title: "days that logs are kept",
			Doc:   "For how many days the environment's log bucket keeps entries, 1 to 3650. It can't change once the bucket is locked.",
			Kind:  Int, Bounds: &Bounds{Min: 1, Max: 3650}, Floor: Floor{Rule: AtLeast},
			Values: perTier(int64(30), int64(90), int64(90), int64(400)),
		},
		{
			Path: LoggingCMEK, Component: ComponentLogging, Row: "log_retention", Change: OneWay,
			Title: "log bucket encrypted with the environment's key",
			Doc:   "Whether the log bucket has the environment's key in Cloud KMS. A key can be exchanged, but never be taken away again.",
			Kind:  Bool, Floor: Floor{Rule: AtLeast}, Values: perTier(false, false, false, true), Off: []any{false},
		},
		{
			Path: LoggingLocked, Component: ComponentLogging, Row: "log_retention", Change: OneWay,
			Title: "locked log bucket",
			Doc:   "Whether the log bucket is locked: nobody, Google included, can then shorten its retention or delete it before its entries have expired. No tier asks for it, since it can never be undone.",
			Kind:  Bool, Floor: Floor{Rule: AtLeast}, Values: everywhere(false), Off: []any{false},
		},
		{
			Path: LoggingArchiveDays, Component: ComponentLogging, Row: "log_retention",
			Title: "days that the audit archive keeps logs",
			Doc:   "For how many days a bucket of its own keeps audit logs; 2192 are six years. 0 means no archive.",
			Kind:  Int, Bounds: &Bounds{Min: 0, Max: 36500}, Floor: Floor{Rule: AtLeast},
			Values: perTier(int64(0), int64(0), int64(0), int64(2192)), Off: []any{int64(0)},
		},
	}
}

// networkV1 are the settings of the network and of its borders.
func networkV1() []Setting {
	const includeAll, excludeAll = "INCLUDE_ALL_METADATA", "EXCLUDE_ALL_METADATA"
	const finest, coarsest = "INTERVAL_5_SEC", "INTERVAL_15_MIN"
	return []Setting{
		{
			Path: NetworkFlowSampling, Component: ComponentNetwork, Row: "flow_logs",
			Title: "share of flows that is logged",
			Doc:   "The share of the subnet's flow logs that is reported, between 0 and 1.",
			Kind:  Float, Bounds: &Bounds{Min: 0, Max: 1}, Floor: Floor{Rule: AtLeast}, Values: perTier(0.1, 0.5, 0.5, 1.0),
		},
		{
			Path: NetworkFlowInterval, Component: ComponentNetwork, Row: "flow_logs",
			Title: "interval over which flows are put together",
			Doc:   "The interval that one entry of the flow logs stands for; the finer, the stricter. Below production any will do, and the service's own default is the value.",
			Kind:  String, Options: weakestFirst(coarsest, "INTERVAL_10_MIN", "INTERVAL_5_MIN", "INTERVAL_1_MIN", "INTERVAL_30_SEC", finest),
			Floor: Floor{Rule: InOrder, Least: map[Tier]any{Dev: coarsest, Sandbox: coarsest, Staging: coarsest}}, Values: everywhere(finest),
		},
		{
			Path: NetworkFlowMetadata, Component: ComponentNetwork, Row: "flow_logs",
			Title: "metadata in flow logs",
			Doc:   "Whether entries name instances, GKE objects and locations beside addresses. Below production either will do, and the service's own default is the value.",
			Kind:  String, Options: weakestFirst(excludeAll, includeAll), Floor: Floor{Rule: InOrder},
			Values: perTier(excludeAll, excludeAll, excludeAll, includeAll),
		},
		{
			Path: NetworkFirewall, Component: ComponentFirewall, Row: "firewall",
			Title: "what is denied unless allowed",
			Doc:   "DENY_INGRESS refuses connections from outside; DENY_ALL those to the outside too.",
			Kind:  String, Options: weakestFirst(FirewallDenyIngress, FirewallDenyAll), Floor: Floor{Rule: InOrder},
			Values: perTier(FirewallDenyIngress, FirewallDenyAll, FirewallDenyAll, FirewallDenyAll),
		},
		{
			Path: NetworkFirewallLogging, Component: ComponentFirewall, Row: "firewall",
			Title: "logs of denied connections",
			Doc:   "Whether the rules that deny write logs.",
			Kind:  Bool, Floor: Floor{Rule: AtLeast}, Values: perTier(false, true, true, true),
		},
		{
			Path: NetworkGoogleAPIsVIP, Component: ComponentDNS, Row: "private_dns",
			Title: "addresses that Google's APIs resolve to",
			Doc: "PRIVATE and RESTRICTED are the two address ranges that googleapis.com, pkg.dev, gcr.io and gke.goog resolve to in the network. " +
				"RESTRICTED serves only what VPC Service Controls guard, and is what production uses under an enforced perimeter.",
			Kind: String, Options: weakestFirst(VIPPrivate, VIPRestricted), Floor: Floor{Rule: InOrder},
			Values: everywhere(VIPPrivate), Cases: []Case{{When: UnderPerimeter, Values: map[Tier]any{Prod: VIPRestricted}}},
		},
		{
			Path: NetworkNATLogging, Component: ComponentNAT, Row: "nat_logs",
			Title: "logs of Cloud NAT",
			Doc:   "ERRORS_ONLY logs connections that got no port; ALL logs those that did too.",
			Kind:  String, Options: weakestFirst(NATErrorsOnly, NATAll), Floor: Floor{Rule: InOrder},
			Values: perTier(NATErrorsOnly, NATErrorsOnly, NATAll, NATAll),
		},
		{
			Path: NetworkPerimeter, Component: ComponentPerimeter, Row: "perimeter",
			Title: "perimeter of VPC Service Controls",
			Doc: "DRY_RUN logs what a perimeter around the project would refuse, ENFORCED refuses it; both need an access policy. " +
				"Production is ENFORCED, or EXCEPTION: no perimeter, for a reason that is recorded with the environment.",
			Kind: String, Options: [][]string{{PerimeterNone}, {PerimeterDryRun}, {PerimeterEnforced, PerimeterException}},
			Reserved: map[string]Tier{PerimeterException: Prod}, Floor: Floor{Rule: InOrder},
			Values: perTier(PerimeterNone, PerimeterNone, PerimeterNone, PerimeterException),
			Cases:  []Case{{When: WithAccessPolicy, Values: map[Tier]any{Staging: PerimeterDryRun, Prod: PerimeterEnforced}}},
			Off:    []any{PerimeterNone, PerimeterException},
		},
	}
}
