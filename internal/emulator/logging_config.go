package emulator

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"cloud.google.com/go/logging/apiv2/loggingpb"
	"google.golang.org/api/logging/v2"
	"google.golang.org/grpc"
)

const loggingHost = "logging.googleapis.com"

// loggingConfig is the configuration of Cloud Logging: buckets, views, links,
// sinks and exclusions of projects. Those of folders, organisations and billing
// accounts are not modelled.
type loggingConfig struct {
	loggingpb.UnimplementedConfigServiceV2Server

	s *Server
}

// loggingSettingsKind serves the settings of a project's logging. REST shows the
// account that sinks write with, which the gRPC message does not have.
var loggingSettingsKind = kind{
	name: "loggingSettings", host: loggingHost,
	permissions: map[string]string{
		"CreateBucket":      "logging.buckets.create",
		"CreateBucketAsync": "logging.buckets.create",
		"UpdateBucket":      "logging.buckets.update",
		"UpdateBucketAsync": "logging.buckets.update",
		"DeleteBucket":      "logging.buckets.delete",
		"UndeleteBucket":    "logging.buckets.undelete",
		"CreateView":        "logging.views.create",
		"UpdateView":        "logging.views.update",
		"DeleteView":        "logging.views.delete",
		"CreateLink":        "logging.links.create",
		"DeleteLink":        "logging.links.delete",
		"CreateSink":        "logging.sinks.create",
		"UpdateSink":        "logging.sinks.update",
		"DeleteSink":        "logging.sinks.delete",
		"CreateExclusion":   "logging.exclusions.create",
		"UpdateExclusion":   "logging.exclusions.update",
		"DeleteExclusion":   "logging.exclusions.delete",
	},
	register: func(s *Server, r grpc.ServiceRegistrar) {
		loggingpb.RegisterConfigServiceV2Server(r, &loggingConfig{s: s})
	},
	routes: func(s *Server) []route {
		l := &loggingConfig{s: s}
		return []route{{
			method: "GET", path: "/v2/{name=projects/*}/settings", rpc: "GetSettings",
			handle: func(ctx context.Context, r *restRequest) (any, error) {
				project, err := l.project(ctx, r.vars["name"])
				if err != nil {
					return nil, err
				}
				number := projectNumber(project)
				return &logging.Settings{
					Name: fmt.Sprintf("projects/%d/settings", number), KmsServiceAccountId: loggingKeyAgent(project),
					LoggingServiceAccountId: loggingAgent(project),
				}, nil
			},
		}}
	},
}

// loggingAgent writes what sinks send out of their project.
func loggingAgent(project string) string {
	return "service-" + strconv.FormatInt(projectNumber(project), 10) + "@gcp-sa-logging.iam.gserviceaccount.com"
}

// loggingKeyAgent encrypts log buckets.
func loggingKeyAgent(project string) string {
	return "cmek-p" + strconv.FormatInt(projectNumber(project), 10) + "@gcp-sa-logging.iam.gserviceaccount.com"
}

// project resolves the project at the start of a name.
func (l *loggingConfig) project(ctx context.Context, name string) (string, error) {
	for _, other := range []string{"organizations/", "folders/", "billingAccounts/"} {
		if strings.HasPrefix(name, other) {
			return "", notModelled("the logging configuration of %s", strings.TrimSuffix(other, "/"))
		}
	}
	project := projectOf(name)
	if project == "" {
		return "", invalid("Invalid resource name %q: it must start with projects/[PROJECT_ID].", name)
	}
	return l.s.useProject(ctx, project, loggingHost)
}

// GetSettings returns the accounts of a project's logging.
func (l *loggingConfig) GetSettings(ctx context.Context, req *loggingpb.GetSettingsRequest) (*loggingpb.Settings, error) {
	project, err := l.project(ctx, req.GetName())
	if err != nil {
		return nil, err
	}
	return &loggingpb.Settings{
		Name: fmt.Sprintf("projects/%d/settings", projectNumber(project)), KmsServiceAccountId: loggingKeyAgent(project),
	}, nil
}

// GetCmekSettings returns the account that encrypts a project's log buckets.
func (l *loggingConfig) GetCmekSettings(ctx context.Context, req *loggingpb.GetCmekSettingsRequest) (*loggingpb.CmekSettings, error) {
	project, err := l.project(ctx, req.GetName())
	if err != nil {
		return nil, err
	}
	return &loggingpb.CmekSettings{
		Name: fmt.Sprintf("projects/%d/cmekSettings", projectNumber(project)), ServiceAccountId: loggingKeyAgent(project),
	}, nil
}

// UpdateSettings is for organisations and folders alone.
func (l *loggingConfig) UpdateSettings(ctx context.Context, req *loggingpb.UpdateSettingsRequest) (*loggingpb.Settings, error) {
	if _, err := l.project(ctx, req.GetName()); err != nil {
		return nil, err
	}
	return nil, invalid("Settings can only be updated for organizations and folders.")
}

// UpdateCmekSettings is for organisations alone.
func (l *loggingConfig) UpdateCmekSettings(ctx context.Context, req *loggingpb.UpdateCmekSettingsRequest) (*loggingpb.CmekSettings, error) {
	if _, err := l.project(ctx, req.GetName()); err != nil {
		return nil, err
	}
	return nil, invalid("CMEK settings can only be updated for organizations.")
}

var (
	logBucketID  = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_-]{0,99}$`)
	logSinkID    = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$`)
	logLinkID    = regexp.MustCompile(`^[A-Za-z0-9_]{1,100}$`)
	logFieldPath = regexp.MustCompile(`^[A-Za-z_@][A-Za-z0-9_@./"-]*(\.[A-Za-z_@"][A-Za-z0-9_@./"-]*)*$`)
)

// logLocations are where log buckets can lie.
func logLocations() []string {
	return slices.Concat([]string{"global", "eu", "us"}, sqlRegions())
}

// cutName splits a name at a collection, such as "/views/".
func cutName(name, collection string) (parent, id string, err error) {
	parent, id, ok := strings.Cut(name, "/"+collection+"/")
	if !ok || id == "" || strings.Contains(id, "/") {
		return "", "", invalid("Invalid resource name %q: it must end with /%s/[ID].", name, collection)
	}
	return parent, id, nil
}
