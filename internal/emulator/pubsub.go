package emulator

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"google.golang.org/api/pubsub/v1"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const (
	pubsubHost = "pubsub.googleapis.com"
	kindTopic  = "topics"
)

// topicKind serves the topics of Pub/Sub and their policies: what a
// notification channel needs. Messages and subscriptions are not modelled.
var topicKind = kind{
	name: kindTopic, host: pubsubHost, collection: true,
	permissions: map[string]string{
		"CreateTopic":  "pubsub.topics.create",
		"GetTopic":     "pubsub.topics.get",
		"DeleteTopic":  "pubsub.topics.delete",
		"GetIamPolicy": "pubsub.topics.getIamPolicy",
		"SetIamPolicy": "pubsub.topics.setIamPolicy",
	},
	routes: func(s *Server) []route {
		t := topics{s: s}
		return []route{
			{method: "PUT", path: "/v1/{name=projects/*/topics/*}", rpc: "CreateTopic", handle: t.create},
			{method: "GET", path: "/v1/{topic=projects/*/topics/*}", rpc: "GetTopic", handle: t.get},
			{method: "GET", path: "/v1/{project=projects/*}/topics", rpc: "ListTopics", query: []string{"pageSize", "pageToken"}, handle: t.list},
			{method: "DELETE", path: "/v1/{topic=projects/*/topics/*}", rpc: "DeleteTopic", handle: t.delete},
			{method: "GET", path: "/v1/{resource=projects/*/topics/*}:getIamPolicy", rpc: "GetIamPolicy", query: []string{"options.requestedPolicyVersion"}, handle: t.getPolicy},
			{method: "POST", path: "/v1/{resource=projects/*/topics/*}:setIamPolicy", rpc: "SetIamPolicy", handle: t.setPolicy},
			{method: "POST", path: "/v1/{resource=projects/*/topics/*}:testIamPermissions", rpc: "TestIamPermissions", handle: t.testPermissions},
		}
	},
}

type topics struct{ s *Server }

var topicID = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9._~+%-]{2,254}$`)

// name resolves a topic's name to its canonical form and its parent.
func (t topics) name(ctx context.Context, ref string) (name, parent string, err error) {
	project, id, _ := strings.Cut(strings.TrimPrefix(ref, "projects/"), "/topics/")
	project, err = t.s.useProject(ctx, project, pubsubHost)
	if err != nil {
		return "", "", err
	}
	if !topicID.MatchString(id) || strings.HasPrefix(strings.ToLower(id), "goog") {
		return "", "", invalid("Invalid resource name given (name=%s). Refer to https://cloud.google.com/pubsub/docs/pubsub-basics#resource_names for rules and resource name restrictions.", ref)
	}
	parent = "projects/" + project
	return parent + "/topics/" + id, parent, nil
}

// existing is name for a topic that has to be there.
func (t topics) existing(ctx context.Context, ref string) (*pubsub.Topic, string, error) {
	name, parent, err := t.name(ctx, ref)
	if err != nil {
		return nil, "", err
	}
	topic := &pubsub.Topic{}
	if _, err := t.s.load(kindTopic, name, topic); err != nil {
		if status.Code(err) == codes.NotFound {
			err = notFound("Resource not found (resource=%s).", name[strings.LastIndex(name, "/")+1:])
		}
		return nil, "", err
	}
	return topic, parent, nil
}

func (t topics) create(ctx context.Context, r *restRequest) (any, error) {
	name, parent, err := t.name(ctx, r.vars["name"])
	if err != nil {
		return nil, err
	}
	topic := &pubsub.Topic{}
	if err := r.decode(topic); err != nil {
		return nil, err
	}
	if err := checkTopic(topic); err != nil {
		return nil, err
	}
	topic.Name = name
	if err := t.s.create(kindTopic, parent, name, topic); err != nil {
		if status.Code(err) == codes.AlreadyExists {
			err = apiError(codes.AlreadyExists, "Resource already exists in the project (resource="+name[strings.LastIndex(name, "/")+1:]+").")
		}
		return nil, err
	}
	return topic, nil
}

// checkTopic refuses what breaks the API's rules, and what is not modelled.
func checkTopic(topic *pubsub.Topic) error {
	switch {
	case topic.SchemaSettings != nil:
		return notModelled("the schemaSettings of a topic")
	case topic.IngestionDataSourceSettings != nil:
		return notModelled("the ingestionDataSourceSettings of a topic")
	case len(topic.MessageTransforms) > 0:
		return notModelled("the messageTransforms of a topic")
	}
	if topic.State != "" {
		return invalid("Field topic.state had an invalid value of %q: Field must be empty.", topic.State)
	}
	if v := topic.MessageRetentionDuration; v != "" {
		const shortest, longest = 10 * time.Minute, 31 * 24 * time.Hour
		d, err := time.ParseDuration(v)
		if err != nil || d < shortest || d > longest {
			return invalid("Invalid message retention duration %q: it must be between 10 minutes and 31 days.", v)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(topic.Labels)) {
		if !userLabelKey.MatchString(key) || !userLabelVal.MatchString(topic.Labels[key]) || len(key) > 63 || len(topic.Labels[key]) > 63 {
			return invalid("Invalid label %q: %q.", key, topic.Labels[key])
		}
	}
	return nil
}

func (t topics) get(ctx context.Context, r *restRequest) (any, error) {
	topic, _, err := t.existing(ctx, r.vars["topic"])
	return topic, err
}

func (t topics) list(ctx context.Context, r *restRequest) (any, error) {
	project, err := t.s.useProject(ctx, projectOf(r.vars["project"]), pubsubHost)
	if err != nil {
		return nil, err
	}
	all, err := listInto(t.s, kindTopic, "projects/"+project, func() *pubsub.Topic { return &pubsub.Topic{} })
	if err != nil {
		return nil, err
	}
	page, next, err := pageOf(all, r.query, "topics/"+project, 1000, 1000)
	return &pubsub.ListTopicsResponse{Topics: page, NextPageToken: next}, err
}

func (t topics) delete(ctx context.Context, r *restRequest) (any, error) {
	topic, _, err := t.existing(ctx, r.vars["topic"])
	if err != nil {
		return nil, err
	}
	if err := t.s.store.Delete(kindIamPolicy, pubsubHost+"/"+topic.Name, 0); err != nil && status.Code(err) != codes.NotFound {
		return nil, err
	}
	return nil, t.s.store.Delete(kindTopic, topic.Name, 0)
}

func (t topics) getPolicy(ctx context.Context, r *restRequest) (any, error) {
	topic, _, err := t.existing(ctx, r.vars["resource"])
	if err != nil {
		return nil, err
	}
	p, _, err := t.s.getIamPolicy(pubsubHost + "/" + topic.Name)
	return p, err
}

func (t topics) setPolicy(ctx context.Context, r *restRequest) (any, error) {
	topic, parent, err := t.existing(ctx, r.vars["resource"])
	if err != nil {
		return nil, err
	}
	var req setIamPolicyRequest
	if err := r.decode(&req); err != nil {
		return nil, err
	}
	if req.Policy != nil && len(req.Policy.AuditConfigs) > 0 {
		return nil, invalid("Audit configurations are not supported on topics.")
	}
	return t.s.setIamPolicy(parent, pubsubHost+"/"+topic.Name, req)
}

func (t topics) testPermissions(ctx context.Context, r *restRequest) (any, error) {
	if _, _, err := t.existing(ctx, r.vars["resource"]); err != nil {
		return nil, err
	}
	return t.s.testPermissions(r)
}
