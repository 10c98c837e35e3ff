package emulator

import (
	"context"
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"cloud.google.com/go/logging/apiv2/loggingpb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/timestamppb"
)

const (
	kindLogSink = "logSinks"
	mostLogSink = 200
	// sharedWriter is the identity of sinks without one of their own.
	sharedWriter = "serviceAccount:cloud-logs@system.gserviceaccount.com"
)

// logSinkKind holds the sinks of projects. _Default and _Required are there from
// the start; the first is stored once it is changed.
var logSinkKind = kind{
	name: kindLogSink, host: loggingHost, collection: true,
	inventory: func(value json.RawMessage) bool {
		var sink struct {
			Name string `json:"name"`
		}
		return json.Unmarshal(value, &sink) == nil && sink.Name != "_Default"
	},
}

// What Google's own sinks select: the audit logs that every project keeps, and
// the rest.
var requiredLogs = []string{
	"cloudaudit.googleapis.com/activity", "externalaudit.googleapis.com/activity", "cloudaudit.googleapis.com/system_event",
	"externalaudit.googleapis.com/system_event", "cloudaudit.googleapis.com/access_transparency", "externalaudit.googleapis.com/access_transparency",
}

func bornSinks(project string) []*loggingpb.LogSink {
	parent := loggingHost + "/projects/" + project + "/locations/global/buckets/"
	var kept, rest []string
	for _, id := range requiredLogs {
		kept = append(kept, `LOG_ID("`+id+`")`)
		rest = append(rest, `NOT LOG_ID("`+id+`")`)
	}
	return []*loggingpb.LogSink{
		{Name: "_Required", Destination: parent + "_Required", Filter: strings.Join(kept, " OR ")},
		{Name: "_Default", Destination: parent + "_Default", Filter: strings.Join(rest, " AND ")},
	}
}

func (l *loggingConfig) sink(ctx context.Context, name string) (project string, sink *loggingpb.LogSink, version int64, err error) {
	if project, err = l.project(ctx, name); err != nil {
		return "", nil, 0, err
	}
	_, id, err := cutName(name, "sinks")
	if err != nil {
		return "", nil, 0, err
	}
	sink = &loggingpb.LogSink{}
	version, err = l.s.load(kindLogSink, "projects/"+project+"/sinks/"+id, sink)
	if status.Code(err) == codes.NotFound {
		for _, born := range bornSinks(project) {
			if born.GetName() == id {
				return project, born, 0, nil
			}
		}
		err = notFound("Sink %s does not exist", id)
	}
	return project, sink, version, err
}

// GetSink returns one sink.
func (l *loggingConfig) GetSink(ctx context.Context, req *loggingpb.GetSinkRequest) (*loggingpb.LogSink, error) {
	_, sink, _, err := l.sink(ctx, req.GetSinkName())
	return sink, err
}

// ListSinks lists the sinks of a project.
func (l *loggingConfig) ListSinks(ctx context.Context, req *loggingpb.ListSinksRequest) (*loggingpb.ListSinksResponse, error) {
	project, err := l.project(ctx, req.GetParent())
	if err != nil {
		return nil, err
	}
	all := bornSinks(project)
	made, err := listInto(l.s, kindLogSink, "projects/"+project, func() *loggingpb.LogSink { return &loggingpb.LogSink{} })
	if err != nil {
		return nil, err
	}
	for _, sink := range made {
		if i := slices.IndexFunc(all, func(have *loggingpb.LogSink) bool { return have.GetName() == sink.GetName() }); i >= 0 {
			all[i] = sink
			continue
		}
		all = append(all, sink)
	}
	page, next, err := pageOfSize(all, req.GetPageSize(), req.GetPageToken(), "sinks "+project, 100, 1000)
	return &loggingpb.ListSinksResponse{Sinks: page, NextPageToken: next}, err
}

// CreateSink makes a sink.
func (l *loggingConfig) CreateSink(ctx context.Context, req *loggingpb.CreateSinkRequest) (*loggingpb.LogSink, error) {
	project, err := l.project(ctx, req.GetParent())
	if err != nil {
		return nil, err
	}
	in := req.GetSink()
	if !logSinkID.MatchString(in.GetName()) {
		return nil, invalid("Sink name %q is not valid: it must have 1 to 100 letters, digits, underscores, hyphens and periods, and start with a letter or a digit.", in.GetName())
	}
	now := timestamppb.New(l.s.now())
	sink := &loggingpb.LogSink{
		Name: in.GetName(), Destination: in.GetDestination(), Filter: in.GetFilter(), Description: in.GetDescription(), Disabled: in.GetDisabled(),
		Exclusions: in.GetExclusions(), IncludeChildren: in.GetIncludeChildren(), Options: in.GetOptions(), CreateTime: now, UpdateTime: now,
	}
	if err := l.checkSink(ctx, project, sink); err != nil {
		return nil, err
	}
	if sink.WriterIdentity, err = l.writer(project, sink.GetDestination(), req.GetUniqueWriterIdentity()); err != nil {
		return nil, err
	}
	if len(l.s.store.List(kindLogSink, "projects/"+project)) >= mostLogSink {
		return nil, apiError(codes.ResourceExhausted, "The project has reached the maximum number of sinks.")
	}
	err = l.s.create(kindLogSink, "projects/"+project, "projects/"+project+"/sinks/"+sink.GetName(), sink)
	if status.Code(err) == codes.AlreadyExists {
		err = apiError(codes.AlreadyExists, "Sink "+sink.GetName()+" already exists")
	}
	return sink, err
}

// writer returns the identity that a sink writes with: none where it stays in
// its project's buckets.
func (l *loggingConfig) writer(project, destination string, unique bool) (string, error) {
	d := parseDestination(destination)
	target := l.s.canonicalProject(d.project)
	switch {
	case d.service == "logging" && target == project && d.object != "":
		return "", nil
	case unique:
		// The agent is there from the first sink on that writes as it.
		email, err := l.s.makeServiceAgent(project, loggingHost)
		return "serviceAccount:" + email, err
	case target != "" && target != project:
		return "", invalid("The destination project must be the same as the sink's project. Use uniqueWriterIdentity=true to allow cross project exports.")
	}
	return sharedWriter, nil
}

// UpdateSink changes a sink. Without a mask it is that of the API's first days.
func (l *loggingConfig) UpdateSink(ctx context.Context, req *loggingpb.UpdateSinkRequest) (*loggingpb.LogSink, error) {
	project, before, version, err := l.sink(ctx, req.GetSinkName())
	if err != nil {
		return nil, err
	}
	if before.GetName() == "_Required" {
		return nil, invalid("The sink _Required can not be modified")
	}
	paths := req.GetUpdateMask().GetPaths()
	if len(paths) == 0 {
		paths = []string{"destination", "filter", "include_children"}
	}
	for _, path := range paths {
		switch root, _, _ := strings.Cut(path, "."); root {
		case "destination", "filter", "include_children", "description", "disabled", "exclusions", "bigquery_options":
		default:
			return nil, invalid("Field update_mask had an invalid value of %q: the path names no field of a sink that can be changed.", path)
		}
	}
	sink, err := applyMask(before, req.GetSink(), paths)
	if err != nil {
		return nil, err
	}
	if err := l.checkSink(ctx, project, sink); err != nil {
		return nil, err
	}
	own := before.GetWriterIdentity() != "" && before.GetWriterIdentity() != sharedWriter
	if sink.WriterIdentity, err = l.writer(project, sink.GetDestination(), own || req.GetUniqueWriterIdentity()); err != nil {
		return nil, err
	}
	sink.UpdateTime = timestamppb.New(l.s.now())
	full := "projects/" + project + "/sinks/" + sink.GetName()
	if version == 0 {
		return sink, l.s.create(kindLogSink, "projects/"+project, full, sink)
	}
	return sink, l.s.update(kindLogSink, full, version, sink)
}

// DeleteSink removes a sink.
func (l *loggingConfig) DeleteSink(ctx context.Context, req *loggingpb.DeleteSinkRequest) (*emptypb.Empty, error) {
	project, sink, version, err := l.sink(ctx, req.GetSinkName())
	if err != nil {
		return nil, err
	}
	if strings.HasPrefix(sink.GetName(), "_") {
		return nil, invalid("The sinks _Default and _Required can not be deleted")
	}
	return &emptypb.Empty{}, l.s.store.Delete(kindLogSink, "projects/"+project+"/sinks/"+sink.GetName(), version)
}

// destination is where a sink writes.
type destination struct{ service, project, object string }

// The forms of destinations
// (https://cloud.google.com/logging/docs/export/configure_export_v2).
var destinationForms = map[string]*regexp.Regexp{
	"storage":  regexp.MustCompile(`^storage\.googleapis\.com/()([a-z0-9][a-z0-9._-]{1,220}[a-z0-9])$`),
	"bigquery": regexp.MustCompile(`^bigquery\.googleapis\.com/projects/([^/]+)/datasets/([A-Za-z0-9_]+)$`),
	"pubsub":   regexp.MustCompile(`^pubsub\.googleapis\.com/projects/([^/]+)/topics/([^/]+)$`),
	"logging":  regexp.MustCompile(`^logging\.googleapis\.com/projects/([^/]+)(?:/locations/([a-z0-9-]+/buckets/[A-Za-z0-9_-]+))?$`),
}

func parseDestination(text string) destination {
	for service, form := range destinationForms {
		if found := form.FindStringSubmatch(text); found != nil {
			return destination{service: service, project: found[1], object: found[2]}
		}
	}
	return destination{}
}

// checkSink checks a sink as it is to be. Whether the destination takes what is
// written is not looked at, as the service does not; a bucket of the same
// project has to be there.
func (l *loggingConfig) checkSink(ctx context.Context, project string, sink *loggingpb.LogSink) error {
	const mostExclusions = 50
	d := parseDestination(sink.GetDestination())
	switch {
	case d.service == "":
		return invalid("Invalid sink destination %q.", sink.GetDestination())
	case len(sink.GetDescription()) > 8000:
		return invalid("The description must have at most 8000 characters.")
	case len(sink.GetExclusions()) > mostExclusions:
		return invalid("A sink can have at most %d exclusions.", mostExclusions)
	case sink.GetBigqueryOptions() != nil && d.service != "bigquery":
		return invalid("BigQuery options can only be set on a sink to BigQuery.")
	case sink.GetIncludeChildren():
		return invalid("include_children can only be set on the sinks of organizations, folders and billing accounts.")
	}
	if err := checkSinkFilter(sink.GetFilter()); err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, e := range sink.GetExclusions() {
		if err := checkExclusion(e); err != nil {
			return err
		}
		if seen[e.GetName()] {
			return invalid("The sink has two exclusions of the name %q.", e.GetName())
		}
		seen[e.GetName()] = true
		e.CreateTime, e.UpdateTime = nil, nil
	}
	if d.service == "logging" && d.object != "" && l.s.canonicalProject(d.project) == project {
		if _, err := l.active(ctx, "projects/"+project+"/locations/"+d.object, "written to"); err != nil {
			return err
		}
	}
	return nil
}

func checkSinkFilter(filter string) error {
	const longest = 20000
	if len(filter) > longest {
		return invalid("The filter must have at most %d characters.", longest)
	}
	if strings.TrimSpace(filter) == "" {
		return nil
	}
	if err := checkLogFilter(filter); err != nil {
		return invalid("Unparseable filter: %v", err)
	}
	return nil
}
