package emulator

import (
	"context"
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/emptypb"
)

const kindUptimeCheck = "uptimeCheckConfigs"

// uptimeCheckKind serves projects.uptimeCheckConfigs and uptimeCheckIps. Nothing
// is ever checked.
var uptimeCheckKind = kind{
	name: kindUptimeCheck, host: monitoringHost, collection: true, serialWrites: true,
	permissions: map[string]string{
		"CreateUptimeCheckConfig": "monitoring.uptimeCheckConfigs.create",
		"GetUptimeCheckConfig":    "monitoring.uptimeCheckConfigs.get",
		"UpdateUptimeCheckConfig": "monitoring.uptimeCheckConfigs.update",
		"DeleteUptimeCheckConfig": "monitoring.uptimeCheckConfigs.delete",
	},
	register: func(s *Server, r grpc.ServiceRegistrar) {
		monitoringpb.RegisterUptimeCheckServiceServer(r, &uptimeChecks{s: s})
	},
}

// uptimeChecks serves google.monitoring.v3.UptimeCheckService. Recorded replies
// hide the password, and the headers when they are masked.
type uptimeChecks struct {
	monitoringpb.UnimplementedUptimeCheckServiceServer
	s *Server
}

// hiddenSecret is what the service shows in the place of a secret.
const hiddenSecret = "******"

// uptimePage is the size of a page. The API leaves it to the service.
const uptimePage = 100

// GetUptimeCheckConfig returns one check.
func (u *uptimeChecks) GetUptimeCheckConfig(ctx context.Context, req *monitoringpb.GetUptimeCheckConfigRequest) (*monitoringpb.UptimeCheckConfig, error) {
	check, _, err := u.find(ctx, req.GetName())
	return check, err
}

// ListUptimeCheckConfigs returns a page of a project's checks.
func (u *uptimeChecks) ListUptimeCheckConfigs(ctx context.Context, req *monitoringpb.ListUptimeCheckConfigsRequest) (*monitoringpb.ListUptimeCheckConfigsResponse, error) {
	parent, err := u.s.monitoringParent(ctx, req.GetParent())
	if err != nil {
		return nil, err
	}
	page, err := list(u.s, listQuery{
		kind: kindUptimeCheck, parent: parent, filter: req.GetFilter(),
		pageSize: max(req.GetPageSize(), 0), pageToken: req.GetPageToken(), defaultSize: uptimePage, maxSize: uptimePage,
	}, func() *monitoringpb.UptimeCheckConfig { return &monitoringpb.UptimeCheckConfig{} })
	if err != nil {
		return nil, err
	}
	return &monitoringpb.ListUptimeCheckConfigsResponse{
		UptimeCheckConfigs: page.items, NextPageToken: page.next,
		TotalSize: int32(min(page.total, 1<<30)), //nolint:gosec // bounded
	}, nil
}

// CreateUptimeCheckConfig adds a check under an id made of its display name.
func (u *uptimeChecks) CreateUptimeCheckConfig(ctx context.Context, req *monitoringpb.CreateUptimeCheckConfigRequest) (*monitoringpb.UptimeCheckConfig, error) {
	parent, err := u.s.monitoringParent(ctx, req.GetParent())
	if err != nil {
		return nil, err
	}
	if req.GetUptimeCheckConfig() == nil {
		return nil, errMissing("uptime_check_config")
	}
	check := proto.CloneOf(req.GetUptimeCheckConfig())
	if check.GetName() != "" {
		return nil, badField("uptime_check_config.name", check.GetName(), "Field must be empty.")
	}
	check.Name = parent + "/uptimeCheckConfigs/" + grafanaSlug(check.GetDisplayName()) + "-" + base64.RawURLEncoding.EncodeToString(u.s.randomBytes(8))
	if err := finishCheck(check, check); err != nil {
		return nil, err
	}
	if err := u.s.create(kindUptimeCheck, parent, check.GetName(), check); err != nil {
		return nil, err
	}
	return check, nil
}

// UpdateUptimeCheckConfig changes a check: the fields of the mask, or all of it.
func (u *uptimeChecks) UpdateUptimeCheckConfig(ctx context.Context, req *monitoringpb.UpdateUptimeCheckConfigRequest) (*monitoringpb.UptimeCheckConfig, error) {
	if req.GetUptimeCheckConfig() == nil {
		return nil, errMissing("uptime_check_config")
	}
	before, version, err := u.find(ctx, req.GetUptimeCheckConfig().GetName())
	if err != nil {
		return nil, err
	}
	after, err := applyMask(before, req.GetUptimeCheckConfig(), req.GetUpdateMask().GetPaths())
	if err != nil {
		return nil, err
	}
	after.Name = before.GetName()
	if err := finishCheck(after, req.GetUptimeCheckConfig()); err != nil {
		return nil, err
	}
	if err := unchangedTarget(before, after); err != nil {
		return nil, err
	}
	if err := u.s.update(kindUptimeCheck, after.GetName(), version, after); err != nil {
		return nil, err
	}
	return after, nil
}

// finishCheck checks a configuration, fills the defaults in and hides the
// secrets, of which nothing is kept. sent is what the caller wrote.
func finishCheck(check, sent *monitoringpb.UptimeCheckConfig) error {
	if sent.GetHttpCheck().GetAuthInfo().GetPassword() == hiddenSecret {
		return badField("uptime_check_config.http_check.auth_info.password", hiddenSecret, "Value is obfuscated; provide the original one or leave it out of the update mask.")
	}
	completeCheck(check)
	if err := checkUptime(check); err != nil {
		return err
	}
	hideCheck(check)
	return nil
}

// completeCheck fills in what uptime.proto documents as defaults, and the label
// with the project that hashicorp/google reports the service to add.
func completeCheck(check *monitoringpb.UptimeCheckConfig) {
	if check.GetCheckerType() == monitoringpb.UptimeCheckConfig_CHECKER_TYPE_UNSPECIFIED {
		check.CheckerType = monitoringpb.UptimeCheckConfig_STATIC_IP_CHECKERS
	}
	if check.GetPeriod() == nil {
		check.Period = durationpb.New(time.Minute)
	}
	if r := check.GetMonitoredResource(); r != nil && r.GetLabels()["project_id"] == "" {
		if r.Labels == nil {
			r.Labels = map[string]string{}
		}
		r.Labels["project_id"] = projectOf(check.GetName())
	}
	h := check.GetHttpCheck()
	if h == nil {
		return
	}
	if h.GetRequestMethod() == monitoringpb.UptimeCheckConfig_HttpCheck_METHOD_UNSPECIFIED {
		h.RequestMethod = monitoringpb.UptimeCheckConfig_HttpCheck_GET
	}
	if !strings.HasPrefix(h.GetPath(), "/") {
		h.Path = "/" + h.GetPath()
	}
	if h.GetPort() == 0 {
		h.Port = 80
		if h.GetUseSsl() {
			h.Port = 443
		}
	}
	if len(h.GetBody()) == 0 {
		return
	}
	for key := range h.GetHeaders() {
		if strings.EqualFold(key, "Content-Length") {
			return
		}
	}
	if h.Headers == nil {
		h.Headers = map[string]string{}
	}
	h.Headers["Content-Length"] = strconv.Itoa(len(h.GetBody()))
}

// hideCheck replaces the password, and the values of masked headers.
func hideCheck(check *monitoringpb.UptimeCheckConfig) {
	h := check.GetHttpCheck()
	if h.GetAuthInfo().GetPassword() != "" {
		h.AuthInfo.Password = hiddenSecret
	}
	if h.GetMaskHeaders() {
		for key := range h.GetHeaders() {
			h.Headers[key] = hiddenSecret
		}
	}
}

// unchangedTarget refuses another target: uptime_service.proto does not list it
// among what can be updated.
func unchangedTarget(before, after *monitoringpb.UptimeCheckConfig) error {
	if !proto.Equal(before.GetMonitoredResource(), after.GetMonitoredResource()) {
		return badField("uptime_check_config.monitored_resource", after.GetMonitoredResource().GetType(), "The monitored resource cannot be changed.")
	}
	if (before.GetHttpCheck() == nil) != (after.GetHttpCheck() == nil) {
		return badField("uptime_check_config.check_request_type", "", "The type of the check cannot be changed.")
	}
	return nil
}

// DeleteUptimeCheckConfig removes a check that no alerting policy uses.
func (u *uptimeChecks) DeleteUptimeCheckConfig(ctx context.Context, req *monitoringpb.DeleteUptimeCheckConfigRequest) (*emptypb.Empty, error) {
	check, version, err := u.find(ctx, req.GetName())
	if err != nil {
		return nil, err
	}
	parent, id, _ := strings.Cut(check.GetName(), "/uptimeCheckConfigs/")
	policies, err := listInto(u.s, kindAlertPolicy, parent, func() *monitoringpb.AlertPolicy { return &monitoringpb.AlertPolicy{} })
	if err != nil {
		return nil, err
	}
	for _, p := range policies {
		for _, c := range p.GetConditions() {
			if usesCheck(c, id) {
				return nil, invalid("Cannot delete check %s. One or more alerting policies is using it. Delete the alerting policy and then delete the check.", id)
			}
		}
	}
	return &emptypb.Empty{}, u.s.store.Delete(kindUptimeCheck, check.GetName(), version)
}

// usesCheck tells whether a condition selects the metrics of a check.
func usesCheck(c *monitoringpb.AlertPolicy_Condition, id string) bool {
	for _, text := range []string{
		c.GetConditionThreshold().GetFilter(), c.GetConditionThreshold().GetDenominatorFilter(),
		c.GetConditionAbsent().GetFilter(), c.GetConditionPrometheusQueryLanguage().GetQuery(),
	} {
		if strings.Contains(text, `"`+id+`"`) {
			return true
		}
	}
	return false
}

// find returns a stored check and its version.
func (u *uptimeChecks) find(ctx context.Context, ref string) (*monitoringpb.UptimeCheckConfig, int64, error) {
	parent, id, err := u.s.monitoringName(ctx, ref, kindUptimeCheck)
	if err != nil {
		return nil, 0, err
	}
	check := &monitoringpb.UptimeCheckConfig{}
	version, err := u.s.load(kindUptimeCheck, parent+"/uptimeCheckConfigs/"+id, check)
	if status.Code(err) == codes.NotFound {
		return nil, 0, notFound("Config not found for check %s in project %s", id, projectOf(parent))
	}
	return check, version, err
}

// ListUptimeCheckIps returns one address for each location of the service. They
// are of the ranges kept for documentation: nobody is checked from here.
func (u *uptimeChecks) ListUptimeCheckIps(_ context.Context, req *monitoringpb.ListUptimeCheckIpsRequest) (*monitoringpb.ListUptimeCheckIpsResponse, error) {
	all := []*monitoringpb.UptimeCheckIp{
		{Region: monitoringpb.UptimeCheckRegion_ASIA_PACIFIC, Location: "apac-singapore", IpAddress: "198.51.100.1"},
		{Region: monitoringpb.UptimeCheckRegion_EUROPE, Location: "eur-belgium", IpAddress: "198.51.100.2"},
		{Region: monitoringpb.UptimeCheckRegion_SOUTH_AMERICA, Location: "sa-brazil-sao_paulo", IpAddress: "198.51.100.3"},
		{Region: monitoringpb.UptimeCheckRegion_USA, Location: "usa-iowa", IpAddress: "198.51.100.4"},
		{Region: monitoringpb.UptimeCheckRegion_USA, Location: "usa-oregon", IpAddress: "198.51.100.5"},
		{Region: monitoringpb.UptimeCheckRegion_USA, Location: "usa-virginia", IpAddress: "198.51.100.6"},
	}
	page, next, err := pageOfSize(all, max(req.GetPageSize(), 0), req.GetPageToken(), "uptimeCheckIps", len(all), len(all))
	return &monitoringpb.ListUptimeCheckIpsResponse{UptimeCheckIps: page, NextPageToken: next}, err
}
