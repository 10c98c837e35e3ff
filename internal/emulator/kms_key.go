package emulator

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"google.golang.org/api/cloudkms/v1"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const (
	kindCryptoKey = "cryptoKeys"
	// kindRetiredKey holds the names of keys that were deleted, which nothing
	// can have again.
	kindRetiredKey = "kms-retired"
)

// cryptoKeyKind serves the keys of Cloud KMS: symmetric ones, which other services
// encrypt with, and those that sign. They encrypt nothing here, so that encrypt and decrypt are not
// modelled.
var cryptoKeyKind = kind{
	name: kindCryptoKey, host: kmsHost, collection: true, standing: cryptoKeyStands,
	permissions: map[string]string{
		"CreateCryptoKey":               "cloudkms.cryptoKeys.create",
		"GetCryptoKey":                  "cloudkms.cryptoKeys.get",
		"ListCryptoKeys":                "cloudkms.cryptoKeys.list",
		"UpdateCryptoKey":               "cloudkms.cryptoKeys.update",
		"UpdateCryptoKeyPrimaryVersion": "cloudkms.cryptoKeys.update",
		"DeleteCryptoKey":               "cloudkms.cryptoKeys.delete",
		"GetIamPolicy":                  "cloudkms.cryptoKeys.getIamPolicy",
		"SetIamPolicy":                  "cloudkms.cryptoKeys.setIamPolicy",
	},
	routes: func(s *Server) []route {
		k := cryptoKeys{s: s}
		const parent, one = "/v1/{parent=projects/*/locations/*/keyRings/*}/cryptoKeys", "projects/*/locations/*/keyRings/*/cryptoKeys/*"
		return append([]route{
			{method: "POST", path: parent, rpc: "CreateCryptoKey", query: []string{"cryptoKeyId", "skipInitialVersionCreation", "trustedWrappingEnabled"}, handle: k.create},
			{method: "GET", path: parent, rpc: "ListCryptoKeys", query: []string{"filter", "orderBy", "pageSize", "pageToken", "versionView"}, handle: k.list},
			{method: "GET", path: "/v1/{name=" + one + "}", rpc: "GetCryptoKey", handle: k.get},
			{method: "PATCH", path: "/v1/{name=" + one + "}", rpc: "UpdateCryptoKey", query: []string{"updateMask"}, handle: k.patch},
			{method: "DELETE", path: "/v1/{name=" + one + "}", rpc: "DeleteCryptoKey", handle: k.delete},
			{method: "POST", path: "/v1/{name=" + one + "}:updatePrimaryVersion", rpc: "UpdateCryptoKeyPrimaryVersion", handle: k.updatePrimary},
			{method: "GET", path: "/v1/{parent=projects/*/locations/*}/retiredResources", rpc: "ListRetiredResources", query: []string{"pageSize", "pageToken"}, handle: k.listRetired},
		}, s.policyRoutes("/v1/{resource="+one+"}", func(ctx context.Context, ref string) (string, string, error) {
			key, err := k.existing(ctx, ref)
			if err != nil {
				return "", "", err
			}
			return "projects/" + projectOf(key.Name), kmsHost + "/" + key.Name, nil
		})...)
	},
}

type cryptoKeys struct{ s *Server }

// cryptoKeyRecord is a key with its versions.
type cryptoKeyRecord struct {
	Name       string            `json:"name"`
	Purpose    string            `json:"purpose"`
	Created    time.Time         `json:"created"`
	Labels     map[string]string `json:"labels,omitempty"`
	ImportOnly bool              `json:"importOnly,omitempty"`
	Protection string            `json:"protection"`
	Algorithm  string            `json:"algorithm"`
	// Rotation is the time between two rotations, as it was written.
	Rotation     string    `json:"rotation,omitempty"`
	NextRotation time.Time `json:"nextRotation,omitzero"`
	// DestroyAfter is how long a version waits for its destruction.
	DestroyAfter time.Duration      `json:"destroyAfter"`
	Primary      int                `json:"primary,omitempty"`
	Last         int                `json:"last,omitempty"`
	Versions     []keyVersionRecord `json:"versions,omitempty"`

	version int64
}

// keyName takes the name of a key apart: project, location, ring and key.
var keyName = regexp.MustCompile(`^projects/([^/]+)/locations/([^/]+)/keyRings/([^/]+)/cryptoKeys/([^/]+)$`)

// cryptoKeyStands leaves out a key of which every version is destroyed or about
// to be: that is what destroying one is.
func cryptoKeyStands(s *Server, value json.RawMessage) bool {
	key := &cryptoKeyRecord{}
	if err := decode(value, key); err != nil {
		return false
	}
	key.advance(s.now())
	for _, v := range key.Versions {
		if v.State != versionScheduled && v.State != versionDestroyed {
			return true
		}
	}
	return len(key.Versions) == 0 && key.Last == 0
}

// cryptoKey returns a key as it is now: with the rotations that were due, and
// the destructions.
func (s *Server) cryptoKey(name string) (*cryptoKeyRecord, error) {
	key := &cryptoKeyRecord{}
	version, err := s.load(kindCryptoKey, name, key)
	if status.Code(err) == codes.NotFound {
		return nil, notFound("CryptoKey %s not found.", name)
	}
	if err != nil {
		return nil, err
	}
	key.version = version
	key.advance(s.now())
	return key, nil
}

func (s *Server) saveCryptoKey(key *cryptoKeyRecord) error {
	err := s.update(kindCryptoKey, key.Name, key.version, key)
	if status.Code(err) == codes.Aborted {
		return apiError(codes.Aborted, "CryptoKey "+key.Name+" was changed at the same time. Please retry.")
	}
	return err
}

func (k cryptoKeys) existing(ctx context.Context, ref string) (*cryptoKeyRecord, error) {
	name, err := k.s.kmsChild(ctx, ref)
	if err != nil {
		return nil, err
	}
	return k.s.cryptoKey(name)
}

func (key *cryptoKeyRecord) render() *cloudkms.CryptoKey {
	out := &cloudkms.CryptoKey{
		Name: key.Name, Purpose: key.Purpose, CreateTime: kmsTime(key.Created), Labels: key.Labels, ImportOnly: key.ImportOnly,
		DestroyScheduledDuration: secondsText(key.DestroyAfter), RotationPeriod: key.Rotation,
		VersionTemplate: &cloudkms.CryptoKeyVersionTemplate{Algorithm: key.Algorithm, ProtectionLevel: key.Protection},
	}
	if !key.NextRotation.IsZero() {
		out.NextRotationTime = kmsTime(key.NextRotation)
	}
	if v := key.find(key.Primary); v != nil {
		out.Primary = v.render(key)
	}
	return out
}

// secondsText is a duration as protojson writes it.
func secondsText(d time.Duration) string {
	return strconv.FormatFloat(d.Seconds(), 'f', -1, 64) + "s"
}

// parseSeconds reads what protojson writes for a duration.
func parseSeconds(text string) (time.Duration, bool) {
	number, ok := strings.CutSuffix(text, "s")
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseFloat(number, 64)
	return time.Duration(n * float64(time.Second)), err == nil
}

func (k cryptoKeys) create(ctx context.Context, r *restRequest) (any, error) {
	ring, err := keyRings(k).existing(ctx, r.vars["parent"])
	if err != nil {
		return nil, err
	}
	in := &cloudkms.CryptoKey{}
	if err := r.decode(in); err != nil {
		return nil, err
	}
	id := r.query.Get("cryptoKeyId")
	if !keyID.MatchString(id) {
		return nil, badField("crypto_key_id", id, "It must match [a-zA-Z0-9_-]{1,63}.")
	}
	if r.query.Get("trustedWrappingEnabled") == "true" {
		return nil, notModelled("trustedWrappingEnabled")
	}
	now := k.s.now()
	key := &cryptoKeyRecord{Name: ring + "/cryptoKeys/" + id, Created: now, Purpose: in.Purpose, Labels: in.Labels, ImportOnly: in.ImportOnly}
	if err := key.fill(in, now); err != nil {
		return nil, err
	}
	skip, err := strconv.ParseBool(orFalse(r.query.Get("skipInitialVersionCreation")))
	if err != nil {
		return nil, invalid("Invalid value at 'skip_initial_version_creation' (TYPE_BOOL), %q", r.query.Get("skipInitialVersionCreation"))
	}
	if in.ImportOnly && !skip {
		return nil, invalid("skip_initial_version_creation must be true when import_only is.")
	}
	if !skip {
		if first := k.s.generate(key, versionEnabled); !key.signs() {
			key.Primary = first.ID
		}
	}
	if _, err := k.s.store.Get(kindRetiredKey, key.Name); err == nil {
		return nil, apiError(codes.AlreadyExists, "CryptoKey "+key.Name+" was deleted, and its name cannot be used again.")
	}
	if err := k.s.create(kindCryptoKey, ring, key.Name, key); err != nil {
		if status.Code(err) == codes.AlreadyExists {
			err = apiError(codes.AlreadyExists, "CryptoKey "+key.Name+" already exists.")
		}
		return nil, err
	}
	return key.render(), nil
}

func orFalse(text string) string {
	if text == "" {
		return "false"
	}
	return text
}

func (k cryptoKeys) get(ctx context.Context, r *restRequest) (any, error) {
	key, err := k.existing(ctx, r.vars["name"])
	if err != nil {
		return nil, err
	}
	return key.render(), nil
}

func (k cryptoKeys) list(ctx context.Context, r *restRequest) (any, error) {
	ring, err := keyRings(k).existing(ctx, r.vars["parent"])
	if err != nil {
		return nil, err
	}
	if err := refuseFilters(r); err != nil {
		return nil, err
	}
	if v := r.query.Get("versionView"); v != "" && v != "CRYPTO_KEY_VERSION_VIEW_UNSPECIFIED" && v != "FULL" {
		return nil, invalid("Invalid value at 'version_view', %q", v)
	}
	var all []*cloudkms.CryptoKey
	for _, e := range k.s.store.List(kindCryptoKey, ring) {
		key, err := k.s.cryptoKey(e.Name)
		if err != nil {
			return nil, err
		}
		all = append(all, key.render())
	}
	page, next, err := pageOf(all, r.query, "cryptoKeys "+ring, 100, 1000)
	return &cloudkms.ListCryptoKeysResponse{CryptoKeys: page, NextPageToken: next, TotalSize: int64(len(all))}, err
}

func (k cryptoKeys) patch(ctx context.Context, r *restRequest) (any, error) {
	key, err := k.existing(ctx, r.vars["name"])
	if err != nil {
		return nil, err
	}
	in := &cloudkms.CryptoKey{}
	if err := r.decode(in); err != nil {
		return nil, err
	}
	if err := key.apply(in, r.query.Get("updateMask"), k.s.now()); err != nil {
		return nil, err
	}
	return key.render(), k.s.saveCryptoKey(key)
}

func (k cryptoKeys) updatePrimary(ctx context.Context, r *restRequest) (any, error) {
	key, err := k.existing(ctx, r.vars["name"])
	if err != nil {
		return nil, err
	}
	req := &cloudkms.UpdateCryptoKeyPrimaryVersionRequest{}
	if err := r.decode(req); err != nil {
		return nil, err
	}
	if key.signs() {
		return nil, apiError(codes.FailedPrecondition, fmt.Sprintf("The request cannot be fulfilled. Resource %s has value %s in field crypto_key.purpose.", key.Name, key.Purpose))
	}
	id, err := strconv.Atoi(req.CryptoKeyVersionId)
	if err != nil {
		return nil, badField("crypto_key_version_id", req.CryptoKeyVersionId, "It must be a number.")
	}
	v := key.find(id)
	if v == nil {
		return nil, notFound("CryptoKeyVersion %s/cryptoKeyVersions/%d not found.", key.Name, id)
	}
	if v.State != versionEnabled {
		return nil, v.wrongState(key)
	}
	key.Primary = id
	return key.render(), k.s.saveCryptoKey(key)
}

// delete removes a key whose versions are all deleted. A record stays that keeps
// its name from being used again.
func (k cryptoKeys) delete(ctx context.Context, r *restRequest) (any, error) {
	key, err := k.existing(ctx, r.vars["name"])
	if err != nil {
		return nil, err
	}
	if len(key.Versions) > 0 {
		return nil, apiError(codes.FailedPrecondition, "The request cannot be fulfilled. CryptoKey "+key.Name+" still has CryptoKeyVersions, which must be deleted first.")
	}
	location := strings.Join(strings.SplitN(key.Name, "/", 5)[:4], "/")
	id := k.s.newNumericID(kindRetiredKey, location+"/retiredResources/")
	retired := &cloudkms.RetiredResource{
		Name: id, OriginalResource: key.Name, ResourceType: "cloudkms.googleapis.com/CryptoKey", DeleteTime: kmsTime(k.s.now()),
	}
	if err := k.s.create(kindRetiredKey, location, key.Name, retired); err != nil {
		return nil, err
	}
	if err := k.s.dropPolicy(kmsHost + "/" + key.Name); err != nil {
		return nil, err
	}
	if err := k.s.store.Delete(kindCryptoKey, key.Name, key.version); err != nil {
		return nil, err
	}
	return k.s.kmsDeletion(ctx, key.Name, "DeleteCryptoKeyMetadata")
}

func (k cryptoKeys) listRetired(ctx context.Context, r *restRequest) (any, error) {
	location, err := k.s.kmsLocation(ctx, r.vars["parent"])
	if err != nil {
		return nil, err
	}
	all, err := listInto(k.s, kindRetiredKey, location, func() *cloudkms.RetiredResource { return &cloudkms.RetiredResource{} })
	if err != nil {
		return nil, err
	}
	page, next, err := pageOf(all, r.query, "retired "+location, 100, 1000)
	return &cloudkms.ListRetiredResourcesResponse{RetiredResources: page, NextPageToken: next, TotalSize: int64(len(all))}, err
}
