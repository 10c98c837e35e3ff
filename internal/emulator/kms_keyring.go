package emulator

import (
	"context"
	"encoding/json"
	"regexp"
	"strings"
	"time"

	"google.golang.org/api/cloudkms/v1"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const kindKeyRing = "keyRings"

// keyRingKind serves the key rings of Cloud KMS.
var keyRingKind = kind{
	name: kindKeyRing, host: kmsHost, collection: true, standing: keyRingStands,
	permissions: map[string]string{
		"CreateKeyRing": "cloudkms.keyRings.create",
		"GetKeyRing":    "cloudkms.keyRings.get",
		"ListKeyRings":  "cloudkms.keyRings.list",
		"DeleteKeyRing": "cloudkms.keyRings.delete",
		"GetIamPolicy":  "cloudkms.keyRings.getIamPolicy",
		"SetIamPolicy":  "cloudkms.keyRings.setIamPolicy",
	},
	routes: func(s *Server) []route {
		k := keyRings{s: s}
		const parent, one = "/v1/{parent=projects/*/locations/*}/keyRings", "projects/*/locations/*/keyRings/*"
		return append([]route{
			{method: "POST", path: parent, rpc: "CreateKeyRing", query: []string{"keyRingId"}, handle: k.create},
			{method: "GET", path: parent, rpc: "ListKeyRings", query: []string{"filter", "orderBy", "pageSize", "pageToken"}, handle: k.list},
			{method: "GET", path: "/v1/{name=" + one + "}", rpc: "GetKeyRing", handle: k.get},
			{method: "DELETE", path: "/v1/{name=" + one + "}", rpc: "DeleteKeyRing", handle: k.delete},
			{method: "GET", path: "/v1/{name=projects/*/locations/*/operations/*}", rpc: "GetOperation", handle: func(_ context.Context, r *restRequest) (any, error) {
				return s.getOperation(kmsHost, s.canonicalName(r.vars["name"]))
			}},
		}, s.policyRoutes("/v1/{resource="+one+"}", func(ctx context.Context, ref string) (string, string, error) {
			ring, err := k.existing(ctx, ref)
			return "projects/" + projectOf(ring), kmsHost + "/" + ring, err
		})...)
	},
}

type keyRings struct{ s *Server }

// keyRingRecord is a key ring.
type keyRingRecord struct {
	Name    string    `json:"name"`
	Created time.Time `json:"created"`
}

var keyID = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,63}$`)

// keyRingStands leaves out a ring that only keys still hold whose versions are
// all destroyed or about to be: nobody can delete it before they are gone.
func keyRingStands(s *Server, value json.RawMessage) bool {
	var ring keyRingRecord
	if err := decode(value, &ring); err != nil {
		return false
	}
	keys := s.store.List(kindCryptoKey, ring.Name)
	for _, e := range keys {
		if cryptoKeyStands(s, e.Value) {
			return true
		}
	}
	return len(keys) == 0
}

// kmsChild resolves PARENT/COLLECTION/ID within a location to its canonical name.
func (s *Server) kmsChild(ctx context.Context, ref string) (string, error) {
	parts := strings.SplitN(ref, "/", 5)
	if len(parts) < 5 {
		return "", invalid("Invalid resource name %q.", ref)
	}
	location, err := s.kmsLocation(ctx, strings.Join(parts[:4], "/"))
	return location + "/" + parts[4], err
}

// kmsTime is how Cloud KMS writes a time.
func kmsTime(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

func (k keyRings) render(ring keyRingRecord) *cloudkms.KeyRing {
	return &cloudkms.KeyRing{Name: ring.Name, CreateTime: kmsTime(ring.Created)}
}

// existing resolves the name of a ring that has to be there.
func (k keyRings) existing(ctx context.Context, ref string) (string, error) {
	name, err := k.s.kmsChild(ctx, ref)
	if err != nil {
		return "", err
	}
	if _, err := k.s.store.Get(kindKeyRing, name); err != nil {
		return "", notFound("KeyRing %s not found.", name)
	}
	return name, nil
}

func (k keyRings) create(ctx context.Context, r *restRequest) (any, error) {
	location, err := k.s.kmsLocation(ctx, r.vars["parent"])
	if err != nil {
		return nil, err
	}
	if err := r.decode(&cloudkms.KeyRing{}); err != nil {
		return nil, err
	}
	id := r.query.Get("keyRingId")
	if !keyID.MatchString(id) {
		return nil, badField("key_ring_id", id, "It must match [a-zA-Z0-9_-]{1,63}.")
	}
	if err := k.s.checkLocation(projectOf(location), location[strings.LastIndex(location, "/")+1:]); err != nil {
		return nil, err
	}
	name := location + "/keyRings/" + id
	ring := keyRingRecord{Name: name, Created: k.s.now()}
	if err := k.s.create(kindKeyRing, location, name, ring); err != nil {
		if status.Code(err) == codes.AlreadyExists {
			err = apiError(codes.AlreadyExists, "KeyRing "+name+" already exists.")
		}
		return nil, err
	}
	return k.render(ring), nil
}

func (k keyRings) get(ctx context.Context, r *restRequest) (any, error) {
	name, err := k.existing(ctx, r.vars["name"])
	if err != nil {
		return nil, err
	}
	var ring keyRingRecord
	if _, err := k.s.load(kindKeyRing, name, &ring); err != nil {
		return nil, err
	}
	return k.render(ring), nil
}

// refuseFilters answers what narrows or orders a list of Cloud KMS.
func refuseFilters(r *restRequest) error {
	for _, name := range []string{"filter", "orderBy"} {
		if r.query.Get(name) != "" {
			return notModelled("%s of a list of %s", name, kmsHost)
		}
	}
	return nil
}

func (k keyRings) list(ctx context.Context, r *restRequest) (any, error) {
	location, err := k.s.kmsLocation(ctx, r.vars["parent"])
	if err != nil {
		return nil, err
	}
	if err := refuseFilters(r); err != nil {
		return nil, err
	}
	var all []*cloudkms.KeyRing
	for _, e := range k.s.store.List(kindKeyRing, location) {
		var ring keyRingRecord
		if err := decode(e.Value, &ring); err != nil {
			return nil, err
		}
		all = append(all, k.render(ring))
	}
	page, next, err := pageOf(all, r.query, "keyRings "+location, 100, 1000)
	return &cloudkms.ListKeyRingsResponse{KeyRings: page, NextPageToken: next, TotalSize: int64(len(all))}, err
}

// delete removes a ring that holds no keys. What its keys were called stays
// taken.
func (k keyRings) delete(ctx context.Context, r *restRequest) (any, error) {
	name, err := k.existing(ctx, r.vars["name"])
	if err != nil {
		return nil, err
	}
	if len(k.s.store.List(kindCryptoKey, name)) > 0 {
		return nil, apiError(codes.FailedPrecondition, "The request cannot be fulfilled. KeyRing "+name+" still has CryptoKeys, which must be deleted first.")
	}
	if err := k.s.dropPolicy(kmsHost + "/" + name); err != nil {
		return nil, err
	}
	if err := k.s.store.Delete(kindKeyRing, name, 0); err != nil {
		return nil, err
	}
	return k.s.kmsDeletion(ctx, name, "DeleteKeyRingMetadata")
}

// kmsDeletion is the operation that a deletion answers with; the object is gone
// at once, as the API documents.
func (s *Server) kmsDeletion(ctx context.Context, name, metadata string) (any, error) {
	location := strings.Join(strings.SplitN(name, "/", 5)[:4], "/")
	started, err := s.beginOperation(ctx, operationPlan{
		host: kmsHost, prefix: location + "/operations/",
		metadata: map[string]any{"@type": "type.googleapis.com/google.cloud.kms.v1." + metadata},
		response: map[string]any{"@type": "type.googleapis.com/google.protobuf.Empty"},
	})
	return started.operation, err
}
