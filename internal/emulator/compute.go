package emulator

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"

	"google.golang.org/api/compute/v1"
)

const (
	computeHost = "compute.googleapis.com"
	// computeRoot begins every link that Compute Engine returns, whatever
	// endpoint was called.
	computeRoot = "https://www.googleapis.com/compute/v1/"
	// computeCaller is whom operations name: the emulator authenticates nobody.
	computeCaller = "emulator@example.com"
)

// computeService serves Compute Engine, versions v1 and beta. Names, links,
// operations and errors are those of its recorded replies. A write holds the
// lock of the server's Compute Engine, so that rules over several objects (ranges
// that overlap, addresses in use) see one state.
type computeService struct{ s *Server }

// computeState is what Compute Engine keeps apart from the store.
type computeState struct{ mu sync.Mutex }

// computeCall is a request to Compute Engine: its project, where its object
// lies, and the name of that object or of its parent.
type computeCall struct {
	*restRequest
	rpc     string
	version string
	project string
	// scope is "global", "regions/R" or "zones/Z".
	scope string
	// name is the object's full name, such as projects/p/global/networks/n.
	// It is empty in calls on a collection.
	name string
}

// parent is what the store lists the objects of the scope by.
func (c *computeCall) parent() string { return "projects/" + c.project + "/" + c.scope }

// region is the region of a regional call, or "".
func (c *computeCall) region() string {
	region, ok := strings.CutPrefix(c.scope, "regions/")
	if !ok {
		return ""
	}
	return region
}

// fullName is the name of an object in the call's scope.
func (c *computeCall) fullName(collection, id string) string {
	return c.parent() + "/" + collection + "/" + id
}

// computeHandler serves one method.
type computeHandler func(ctx context.Context, c *computeCall) (any, error)

// read is the route of a method that changes nothing. The path begins after
// the version and names the object by {name=…} or its parent by {parent=…}.
func (v computeService) read(method, path, rpc string, query []string, handle computeHandler) route {
	return route{
		method: method, path: "/compute/{version}/" + path, rpc: rpc, query: query,
		handle: func(ctx context.Context, r *restRequest) (any, error) {
			c, err := v.call(ctx, r, rpc)
			if err != nil {
				return nil, err
			}
			value, err := handle(ctx, c)
			if err != nil {
				return nil, err
			}
			return c.render(value)
		},
	}
}

// write is the route of a method that starts an operation. The same request id
// gets the same operation.
func (v computeService) write(method, path, rpc string, query []string, handle computeHandler) route {
	out := v.read(method, path, rpc, append(slices.Clone(query), "requestId"), func(ctx context.Context, c *computeCall) (any, error) {
		v.s.compute.mu.Lock()
		defer v.s.compute.mu.Unlock()
		if op, err := v.repeated(c); op != nil || err != nil {
			return op, err
		}
		return handle(ctx, c)
	})
	return out
}

// call parses what every request names.
func (v computeService) call(ctx context.Context, r *restRequest, rpc string) (*computeCall, error) {
	c := &computeCall{restRequest: r, rpc: rpc, version: r.vars["version"]}
	if c.version != "v1" && c.version != "beta" {
		return nil, notModelled("version %q of Compute Engine", c.version)
	}
	ref := r.vars["name"]
	if ref == "" {
		ref = r.vars["parent"]
	}
	parts := strings.Split(ref, "/")
	project, err := v.s.useProject(ctx, parts[1], computeHost)
	if err != nil {
		return nil, err
	}
	c.project = project
	rest := parts[2:]
	switch {
	case len(rest) == 0:
		return c, nil
	case rest[0] == "global":
		c.scope, rest = "global", rest[1:]
	default:
		c.scope = rest[0] + "/" + rest[1]
		if err := checkComputeScope(rest[0], rest[1]); err != nil {
			return nil, err
		}
		rest = rest[2:]
	}
	if len(rest) == 2 {
		c.name = c.fullName(rest[0], rest[1])
	}
	return c, nil
}

// checkComputeScope refuses regions and zones that are none.
func checkComputeScope(kindOf, id string) error {
	switch kindOf {
	case "regions":
		if _, ok := computeRegionByName(id); !ok {
			return computeInvalid("region", id, "Unknown region.")
		}
	case "zones":
		if !computeZoneExists(id) {
			return computeInvalid("zone", id, "Unknown zone.")
		}
	}
	return nil
}

// render gives a reply the links of the version that was called.
func (c *computeCall) render(value any) (any, error) {
	if c.version == "v1" {
		return value, nil
	}
	raw, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	return json.RawMessage(bytes.ReplaceAll(raw, []byte(computeRoot), []byte(strings.Replace(computeRoot, "/v1/", "/"+c.version+"/", 1)))), nil
}

// body decodes the request strictly into typed, a pointer to a Go type of the
// API, and returns it as a document, which keeps what is set to false or "".
func (c *computeCall) document(typed any) (computeDoc, error) {
	if len(bytes.TrimSpace(c.body)) == 0 {
		return computeDoc{}, nil
	}
	if err := c.withoutNulls(typed); err != nil {
		return nil, err
	}
	if err := c.withoutIgnored(typed); err != nil {
		return nil, err
	}
	if err := c.decode(typed); err != nil {
		if c.version == "beta" && strings.Contains(err.Error(), "Unknown name") {
			return nil, notModelled("what the beta version alone has: %s", err.Error())
		}
		return nil, err
	}
	doc := computeDoc{}
	if err := json.Unmarshal(c.body, &doc); err != nil {
		return nil, invalid("Invalid JSON payload received. The body is no object.")
	}
	if at := nullItem("", doc); at != "" {
		return nil, badRequest([]string{"Invalid value at '" + at + "': a list has no null"}, []string{at})
	}
	if unknown := unknownKeys(doc, typed); unknown != "" {
		return nil, badRequest([]string{"Invalid JSON payload received. Unknown name \"" + unknown + "\": Cannot find field."}, nil)
	}
	return doc, nil
}

// ignoredNames are names that no type of the API has and that hashicorp/google
// sends all the same, each time: what is written there is about its own state.
// Compute Engine lets them pass. Here no other unknown name does, for that would
// hide a misspelt one.
func ignoredNames(typed any) (part, name string) {
	switch typed.(type) {
	case *compute.Network:
		return "routingConfig", "deleteBgpAlwaysCompareMed"
	case *compute.Router:
		return "nats", "initialNatIps"
	}
	return "", ""
}

// withoutIgnored takes the ignored names out of the request.
func (c *computeCall) withoutIgnored(typed any) error {
	part, name := ignoredNames(typed)
	if name == "" || !bytes.Contains(c.body, []byte(name)) {
		return nil
	}
	value, err := parseJSON(c.body)
	doc, ok := value.(map[string]any)
	if err != nil || !ok {
		return err
	}
	if one, ok := doc[part].(map[string]any); ok {
		delete(one, name)
	}
	for _, one := range asDocs(doc[part]) {
		delete(one, name)
	}
	return c.replaceBody(doc)
}

// withoutNulls takes a null fingerprint out of the request when the type has
// none: hashicorp/google sends that to networks, and the API takes it.
func (c *computeCall) withoutNulls(typed any) error {
	const key = "fingerprint"
	if !bytes.Contains(c.body, []byte(key)) || jsonField(reflect.TypeOf(typed).Elem(), key) != nil {
		return nil
	}
	doc := map[string]json.RawMessage{}
	if json.Unmarshal(c.body, &doc) != nil || string(doc[key]) != "null" {
		return nil //nolint:nilerr // decode says what is wrong
	}
	delete(doc, key)
	return c.replaceBody(doc)
}

// replaceBody gives the call another body.
func (c *computeCall) replaceBody(body any) error {
	raw, err := json.Marshal(body)
	if err != nil {
		return err
	}
	r := *c.restRequest
	r.body, c.restRequest = raw, &r
	return nil
}

// computeInvalid is Compute Engine's 400 of a value that breaks a rule.
func computeInvalid(field, value, rule string) error {
	return withReason("invalid", invalid("Invalid value for field '%s': '%s'. %s", field, value, rule))
}

// computeRequired is the 400 of a field that has to be set.
func computeRequired(field string) error {
	return withReason("required", invalid("Required field '%s' not specified", field))
}

// computeNotFound is the 404 of an object by its full name.
func computeNotFound(name string) error {
	return withReason("notFound", notFound("The resource '%s' was not found", name))
}

// computeNotReady is the 400 of an object with an operation that runs.
func computeNotReady(name string) error {
	return withReason("resourceNotReady", invalid("The resource '%s' is not ready", name))
}

// computeInUse is the 400 of an object that another one needs; word is what the
// API calls the object.
func computeInUse(word, name, user string) error {
	return withReason("resourceInUseByAnotherResource", invalid("%s", computeInUseText(word, name, user)))
}

func computeInUseText(word, name, user string) string {
	return fmt.Sprintf("The %s resource '%s' is already being used by '%s'", word, name, user)
}

// computeStale is the 412 of a fingerprint that is not the current one.
func computeStale(message string) error {
	return withReason("conditionNotMet", withHTTPStatus(http.StatusPreconditionFailed, apiError(codeOfHTTP(http.StatusPreconditionFailed), message)))
}

// computeLink is the link of a name, and the link of a link.
func computeLink(name string) string { return computeRoot + strings.TrimPrefix(name, computeRoot) }

// computeName is the name within a link, "" when it is none.
func computeName(link string) string {
	at := strings.Index(link, "projects/")
	if at < 0 {
		return ""
	}
	return link[at:]
}
