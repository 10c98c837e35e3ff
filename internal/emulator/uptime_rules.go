package emulator

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
)

// Limits of a check, as uptime.proto documents them.
const (
	minUptimeTimeout = time.Second
	maxUptimeTimeout = time.Minute
	minLocations     = 3
	maxMatcherBytes  = 1024
	maxUptimeHeaders = 100
	maxUptimeBody    = 1 << 20
	maxPings         = 3
	maxPort          = 65535
)

// uptimeResources are the types of monitored resources that can be checked.
var uptimeResources = []string{
	"uptime_url", "gce_instance", "gae_app", "aws_ec2_instance", "aws_elb_load_balancer",
	"k8s_service", "servicedirectory_service", "cloud_run_revision",
}

func badCheck(field, value, why string) error {
	return badField("uptime_check_config."+field, value, why)
}

// checkUptime refuses a check that breaks a rule of uptime.proto.
func checkUptime(c *monitoringpb.UptimeCheckConfig) error {
	if err := checkDisplayName("uptime_check_config.display_name", c.GetDisplayName()); err != nil {
		return err
	}
	if err := checkUptimeTarget(c); err != nil {
		return err
	}
	switch p := c.GetPeriod().AsDuration(); p {
	case time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute:
	default:
		return badCheck("period", showDuration(c.GetPeriod()), "The supported values are 60s, 300s, 600s and 900s.")
	}
	if c.GetTimeout() == nil {
		return errMissing("uptime_check_config.timeout")
	}
	if !within(c.GetTimeout(), minUptimeTimeout, maxUptimeTimeout) {
		return badCheck("timeout", showDuration(c.GetTimeout()), "The timeout must be between 1 and 60 seconds.")
	}
	switch {
	case c.GetHttpCheck() != nil:
		if err := checkHTTP(c.GetHttpCheck()); err != nil {
			return err
		}
	case c.GetTcpCheck() != nil:
		if err := checkPort("tcp_check.port", c.GetTcpCheck().GetPort()); err != nil {
			return err
		}
		if err := checkPings("tcp_check", c.GetTcpCheck().GetPingConfig()); err != nil {
			return err
		}
	default:
		return badCheck("check_request_type", "", "An HTTP check or a TCP check must be specified.")
	}
	for i, m := range c.GetContentMatchers() {
		if err := checkMatcher(fmt.Sprintf("content_matchers[%d]", i), m, c.GetHttpCheck() != nil); err != nil {
			return err
		}
	}
	if err := checkRegions(c.GetSelectedRegions()); err != nil {
		return err
	}
	return checkUserLabels("uptime_check_config", c.GetUserLabels())
}

func checkUptimeTarget(c *monitoringpb.UptimeCheckConfig) error {
	switch {
	case c.GetResourceGroup() != nil:
		return notModelled("the groups of resources that a check can be of")
	case c.GetSyntheticMonitor() != nil:
		return notModelled("synthetic monitors")
	case c.GetIsInternal() || len(c.GetInternalCheckers()) > 0: //nolint:staticcheck // what is deprecated is refused by name
		return notModelled("internal checkers")
	case c.GetMonitoredResource() == nil:
		return badCheck("resource", "", "A monitored resource must be specified.")
	}
	r := c.GetMonitoredResource()
	if !slices.Contains(uptimeResources, r.GetType()) {
		return badCheck("monitored_resource.type", r.GetType(), "It must be one of "+strings.Join(uptimeResources, ", ")+".")
	}
	if r.GetType() == "uptime_url" && r.GetLabels()["host"] == "" {
		return badCheck("monitored_resource.labels", "host", "An uptime_url needs the label host.")
	}
	private := c.GetCheckerType() == monitoringpb.UptimeCheckConfig_VPC_CHECKERS
	if private != (r.GetType() == "servicedirectory_service") {
		return badCheck("checker_type", c.GetCheckerType().String(), "VPC_CHECKERS go with the monitored resource servicedirectory_service, and the other way round.")
	}
	return nil
}

// checkHTTP applies the rules on the request, its body and its content type.
func checkHTTP(h *monitoringpb.UptimeCheckConfig_HttpCheck) error {
	if err := checkPort("http_check.port", h.GetPort()); err != nil {
		return err
	}
	if err := checkPings("http_check", h.GetPingConfig()); err != nil {
		return err
	}
	if n := len(h.GetHeaders()); n > maxUptimeHeaders {
		return badCheck("http_check.headers", strconv.Itoa(n), fmt.Sprintf("There can be no more than %d headers.", maxUptimeHeaders))
	}
	if n := len(h.GetBody()); n > maxUptimeBody {
		return badCheck("http_check.body", strconv.Itoa(n)+" bytes", "The body must not exceed 1 megabyte.")
	}
	if h.GetAuthInfo() != nil && h.GetServiceAgentAuthentication() != nil {
		return badCheck("http_check.auth_method", "service_agent_authentication", "It cannot be set together with auth_info.")
	}
	post := h.GetRequestMethod() == monitoringpb.UptimeCheckConfig_HttpCheck_POST
	typed := h.GetContentType() != monitoringpb.UptimeCheckConfig_HttpCheck_TYPE_UNSPECIFIED
	own := h.GetContentType() == monitoringpb.UptimeCheckConfig_HttpCheck_USER_PROVIDED
	for key := range h.GetHeaders() {
		if strings.EqualFold(key, "Content-Type") && (typed || post) {
			return badCheck("http_check.headers", key, "The content type must be given by content_type.")
		}
	}
	switch {
	case !post && typed:
		return badCheck("http_check.content_type", h.GetContentType().String(), "A content type goes with a POST request only.")
	case !post && len(h.GetBody()) > 0:
		return badCheck("http_check.body", strconv.Itoa(len(h.GetBody()))+" bytes", "A body goes with a POST request only.")
	case post && !typed:
		return badCheck("http_check.content_type", h.GetContentType().String(), "A POST request needs a content type.")
	case own != (h.GetCustomContentType() != ""):
		return badCheck("http_check.custom_content_type", h.GetCustomContentType(), "It goes with the content type USER_PROVIDED, which needs it.")
	}
	for i, code := range h.GetAcceptedResponseStatusCodes() {
		at := fmt.Sprintf("http_check.accepted_response_status_codes[%d]", i)
		_, known := monitoringpb.UptimeCheckConfig_HttpCheck_ResponseStatusCode_StatusClass_name[int32(code.GetStatusClass())]
		if code.GetStatusCode() == nil || !known {
			return badCheck(at, "", "A status value or a status class must be specified.")
		}
		if v := code.GetStatusValue(); code.GetStatusClass() == 0 && (v < 100 || v > 599) {
			return badCheck(at+".status_value", strconv.Itoa(int(v)), "It must be an HTTP status, 100 to 599.")
		}
	}
	return nil
}

func checkPort(field string, port int32) error {
	if port < 1 || port > maxPort {
		return badCheck(field, strconv.Itoa(int(port)), fmt.Sprintf("The port must be between 1 and %d.", maxPort))
	}
	return nil
}

func checkPings(field string, p *monitoringpb.UptimeCheckConfig_PingConfig) error {
	if n := p.GetPingsCount(); n < 0 || n > maxPings {
		return badCheck(field+".ping_config.pings_count", strconv.Itoa(int(n)), fmt.Sprintf("At most %d pings are supported.", maxPings))
	}
	return nil
}

func checkMatcher(field string, m *monitoringpb.UptimeCheckConfig_ContentMatcher, http bool) error {
	if len(m.GetContent()) > maxMatcherBytes {
		return badCheck(field+".content", strconv.Itoa(len(m.GetContent()))+" bytes", fmt.Sprintf("The content must not exceed %d bytes.", maxMatcherBytes))
	}
	switch m.GetMatcher() {
	case monitoringpb.UptimeCheckConfig_ContentMatcher_CONTENT_MATCHER_OPTION_UNSPECIFIED,
		monitoringpb.UptimeCheckConfig_ContentMatcher_CONTAINS_STRING,
		monitoringpb.UptimeCheckConfig_ContentMatcher_NOT_CONTAINS_STRING:
		return nil
	case monitoringpb.UptimeCheckConfig_ContentMatcher_MATCHES_REGEX,
		monitoringpb.UptimeCheckConfig_ContentMatcher_NOT_MATCHES_REGEX:
		if _, err := regexp.Compile(m.GetContent()); err != nil {
			return badCheck(field+".content", m.GetContent(), "It is not a valid regular expression.")
		}
	case monitoringpb.UptimeCheckConfig_ContentMatcher_MATCHES_JSON_PATH,
		monitoringpb.UptimeCheckConfig_ContentMatcher_NOT_MATCHES_JSON_PATH:
		j := m.GetJsonPathMatcher()
		if j.GetJsonPath() == "" || j.GetJsonMatcher() == monitoringpb.UptimeCheckConfig_ContentMatcher_JsonPathMatcher_JSON_PATH_MATCHER_OPTION_UNSPECIFIED {
			return badCheck(field+".json_path_matcher", j.GetJsonPath(), "A JSONPath and the way to match it must be specified.")
		}
	default:
		return badCheck(field+".matcher", m.GetMatcher().String(), "There is no such matcher.")
	}
	if !http {
		return badCheck(field+".matcher", m.GetMatcher().String(), "It is supported for HTTP checks only.")
	}
	return nil
}

// checkRegions wants three locations: the USA has three, the others one each.
func checkRegions(regions []monitoringpb.UptimeCheckRegion) error {
	if len(regions) == 0 {
		return nil
	}
	locations := map[monitoringpb.UptimeCheckRegion]bool{}
	for i, r := range regions {
		switch r {
		case monitoringpb.UptimeCheckRegion_USA:
			locations[monitoringpb.UptimeCheckRegion_USA_OREGON] = true
			locations[monitoringpb.UptimeCheckRegion_USA_IOWA] = true
			locations[monitoringpb.UptimeCheckRegion_USA_VIRGINIA] = true
		case monitoringpb.UptimeCheckRegion_EUROPE, monitoringpb.UptimeCheckRegion_SOUTH_AMERICA, monitoringpb.UptimeCheckRegion_ASIA_PACIFIC,
			monitoringpb.UptimeCheckRegion_USA_OREGON, monitoringpb.UptimeCheckRegion_USA_IOWA, monitoringpb.UptimeCheckRegion_USA_VIRGINIA:
			locations[r] = true
		case monitoringpb.UptimeCheckRegion_REGION_UNSPECIFIED:
			return badCheck(fmt.Sprintf("selected_regions[%d]", i), r.String(), "There is no such region.")
		default:
			return badCheck(fmt.Sprintf("selected_regions[%d]", i), r.String(), "There is no such region.")
		}
	}
	if len(locations) < minLocations {
		names := make([]string, 0, len(regions))
		for _, r := range regions {
			names = append(names, r.String())
		}
		return badCheck("selected_regions", strings.Join(names, ", "), fmt.Sprintf("Enough regions must be provided to include a minimum of %d locations.", minLocations))
	}
	return nil
}
