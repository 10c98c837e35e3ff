package emulator

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"google.golang.org/api/cloudkms/v1"
	"google.golang.org/grpc/codes"
)

// States of a version of a key.
const (
	versionEnabled   = "ENABLED"
	versionDisabled  = "DISABLED"
	versionScheduled = "DESTROY_SCHEDULED"
	versionDestroyed = "DESTROYED"
)

// keyVersionKind serves the versions of keys, which are kept with their key. The
// attestation that an HSM signs for its versions is left out: nobody but an HSM
// can sign one.
var keyVersionKind = kind{
	name: "cryptoKeyVersions", host: kmsHost,
	permissions: map[string]string{
		"CreateCryptoKeyVersion":  "cloudkms.cryptoKeyVersions.create",
		"GetCryptoKeyVersion":     "cloudkms.cryptoKeyVersions.get",
		"ListCryptoKeyVersions":   "cloudkms.cryptoKeyVersions.list",
		"UpdateCryptoKeyVersion":  "cloudkms.cryptoKeyVersions.update",
		"DestroyCryptoKeyVersion": "cloudkms.cryptoKeyVersions.destroy",
		"RestoreCryptoKeyVersion": "cloudkms.cryptoKeyVersions.restore",
		"DeleteCryptoKeyVersion":  "cloudkms.cryptoKeyVersions.delete",
		"GetPublicKey":            "cloudkms.cryptoKeyVersions.viewPublicKey",
	},
	routes: func(s *Server) []route {
		v := keyVersions{s: s}
		const parent, one = "/v1/{parent=projects/*/locations/*/keyRings/*/cryptoKeys/*}/cryptoKeyVersions", "/v1/{name=projects/*/locations/*/keyRings/*/cryptoKeys/*/cryptoKeyVersions/*}"
		return []route{
			{method: "POST", path: parent, rpc: "CreateCryptoKeyVersion", handle: v.create},
			{method: "GET", path: parent, rpc: "ListCryptoKeyVersions", query: []string{"filter", "orderBy", "pageSize", "pageToken", "view"}, handle: v.list},
			{method: "GET", path: one, rpc: "GetCryptoKeyVersion", handle: v.get},
			{method: "GET", path: one + "/publicKey", rpc: "GetPublicKey", query: []string{"publicKeyFormat"}, handle: v.publicKey},
			{method: "PATCH", path: one, rpc: "UpdateCryptoKeyVersion", query: []string{"updateMask"}, handle: v.patch},
			{method: "DELETE", path: one, rpc: "DeleteCryptoKeyVersion", handle: v.delete},
			{method: "POST", path: one + ":destroy", rpc: "DestroyCryptoKeyVersion", handle: v.destroy},
			{method: "POST", path: one + ":restore", rpc: "RestoreCryptoKeyVersion", handle: v.restore},
		}
	},
}

type keyVersions struct{ s *Server }

// keyVersionRecord is one version of a key.
type keyVersionRecord struct {
	ID      int       `json:"id"`
	State   string    `json:"state"`
	Created time.Time `json:"created"`
	// ReadyAt is when a version that is being generated can be used.
	ReadyAt time.Time `json:"readyAt,omitzero"`
	// DestroyAt is when a version that is scheduled for it is destroyed.
	DestroyAt time.Time `json:"destroyAt,omitzero"`
	Destroyed time.Time `json:"destroyed,omitzero"`
}

// advance brings a key to a time: rotations that were due make versions, and
// versions whose time has come are destroyed.
func (key *cryptoKeyRecord) advance(now time.Time) {
	for !key.NextRotation.IsZero() && !key.NextRotation.After(now) {
		key.Primary = key.add(key.NextRotation, versionEnabled).ID
		period, ok := parseSeconds(key.Rotation)
		if !ok || period <= 0 {
			key.NextRotation = time.Time{}
			break
		}
		key.NextRotation = key.NextRotation.Add(period)
	}
	for i := range key.Versions {
		v := &key.Versions[i]
		if v.State == versionPending && !v.ReadyAt.After(now) {
			v.State = versionEnabled
		}
		if v.State == versionScheduled && !v.DestroyAt.After(now) {
			v.State, v.Destroyed, v.DestroyAt = versionDestroyed, v.DestroyAt, time.Time{}
		}
	}
}

// add makes the next version of a key.
func (key *cryptoKeyRecord) add(now time.Time, state string) *keyVersionRecord {
	key.Last++
	key.Versions = append(key.Versions, keyVersionRecord{ID: key.Last, State: state, Created: now})
	return &key.Versions[len(key.Versions)-1]
}

func (key *cryptoKeyRecord) find(id int) *keyVersionRecord {
	for i := range key.Versions {
		if key.Versions[i].ID == id {
			return &key.Versions[i]
		}
	}
	return nil
}

func (v *keyVersionRecord) name(key *cryptoKeyRecord) string {
	return fmt.Sprintf("%s/cryptoKeyVersions/%d", key.Name, v.ID)
}

func (v *keyVersionRecord) render(key *cryptoKeyRecord) *cloudkms.CryptoKeyVersion {
	out := &cloudkms.CryptoKeyVersion{
		Name: v.name(key), State: v.State, Algorithm: key.Algorithm, ProtectionLevel: key.Protection,
		CreateTime: kmsTime(v.Created), GenerateTime: kmsTime(v.Created),
	}
	switch {
	case v.State == versionPending:
		out.GenerateTime = ""
	case !v.ReadyAt.IsZero():
		out.GenerateTime = kmsTime(v.ReadyAt)
	}
	if !v.DestroyAt.IsZero() {
		out.DestroyTime = kmsTime(v.DestroyAt)
	}
	if !v.Destroyed.IsZero() {
		out.DestroyEventTime = kmsTime(v.Destroyed)
	}
	return out
}

// wrongState is the 400 of what a version can't do in its state.
func (v *keyVersionRecord) wrongState(key *cryptoKeyRecord) error {
	return apiError(codes.FailedPrecondition, fmt.Sprintf("The request cannot be fulfilled. Resource %s has value %s in field crypto_key_version.state.", v.name(key), v.State))
}

// existing resolves the name of a version that has to be there.
func (k keyVersions) existing(ctx context.Context, r *restRequest) (*cryptoKeyRecord, *keyVersionRecord, error) {
	ref, id, _ := strings.Cut(r.vars["name"], "/cryptoKeyVersions/")
	key, err := cryptoKeys(k).existing(ctx, ref)
	if err != nil {
		return nil, nil, err
	}
	if n, err := strconv.Atoi(id); err == nil {
		if v := key.find(n); v != nil {
			return key, v, nil
		}
	}
	return nil, nil, notFound("CryptoKeyVersion %s/cryptoKeyVersions/%s not found.", key.Name, id)
}

func (k keyVersions) create(ctx context.Context, r *restRequest) (any, error) {
	key, err := cryptoKeys(k).existing(ctx, r.vars["parent"])
	if err != nil {
		return nil, err
	}
	in := &cloudkms.CryptoKeyVersion{}
	if err := r.decode(in); err != nil {
		return nil, err
	}
	state := versionEnabled
	switch in.State {
	case "", "CRYPTO_KEY_VERSION_STATE_UNSPECIFIED", versionEnabled:
	case versionDisabled:
		state = versionDisabled
	default:
		return nil, invalid("A CryptoKeyVersion can't be created in the state %s.", in.State)
	}
	if key.ImportOnly {
		return nil, apiError(codes.FailedPrecondition, "CryptoKey "+key.Name+" may contain imported versions only.")
	}
	v := k.s.generate(key, state)
	return v.render(key), k.s.saveCryptoKey(key)
}

func (k keyVersions) get(ctx context.Context, r *restRequest) (any, error) {
	key, v, err := k.existing(ctx, r)
	if err != nil {
		return nil, err
	}
	return v.render(key), nil
}

func (k keyVersions) list(ctx context.Context, r *restRequest) (any, error) {
	key, err := cryptoKeys(k).existing(ctx, r.vars["parent"])
	if err != nil {
		return nil, err
	}
	// This one filter is what hashicorp/google finds the latest version by.
	filter := r.query.Get("filter")
	state := strings.TrimPrefix(strings.TrimPrefix(filter, "state="), "state:")
	if filter != "" && (state == filter || !slices.Contains([]string{versionEnabled, versionDisabled, versionScheduled, versionDestroyed}, state)) {
		return nil, notModelled("the filter %q of a list of versions", filter)
	}
	if r.query.Get("orderBy") != "" {
		return nil, notModelled("orderBy of a list of versions")
	}
	var all []*cloudkms.CryptoKeyVersion
	for i := range key.Versions {
		if filter == "" || key.Versions[i].State == state {
			all = append(all, key.Versions[i].render(key))
		}
	}
	page, next, err := pageOf(all, r.query, "versions "+key.Name+filter, 100, 1000)
	return &cloudkms.ListCryptoKeyVersionsResponse{CryptoKeyVersions: page, NextPageToken: next, TotalSize: int64(len(all))}, err
}

func (k keyVersions) patch(ctx context.Context, r *restRequest) (any, error) {
	key, v, err := k.existing(ctx, r)
	if err != nil {
		return nil, err
	}
	in := &cloudkms.CryptoKeyVersion{}
	if err := r.decode(in); err != nil {
		return nil, err
	}
	if mask := r.query.Get("updateMask"); mask != "state" {
		return nil, invalid("Field update_mask had an invalid value of %q: only the state can be changed.", mask)
	}
	if in.State != versionEnabled && in.State != versionDisabled {
		return nil, invalid("The state of a CryptoKeyVersion can be changed to ENABLED and DISABLED, not to %q.", in.State)
	}
	if v.State != versionEnabled && v.State != versionDisabled {
		return nil, v.wrongState(key)
	}
	v.State = in.State
	return v.render(key), k.s.saveCryptoKey(key)
}

func (k keyVersions) destroy(ctx context.Context, r *restRequest) (any, error) {
	key, v, err := k.existing(ctx, r)
	if err != nil {
		return nil, err
	}
	if err := r.decode(&cloudkms.DestroyCryptoKeyVersionRequest{}); err != nil {
		return nil, err
	}
	if v.State != versionEnabled && v.State != versionDisabled {
		return nil, v.wrongState(key)
	}
	// A day is a day here: the delay is the user's setting, and no operation.
	v.State, v.DestroyAt = versionScheduled, k.s.now().Add(key.DestroyAfter)
	return v.render(key), k.s.saveCryptoKey(key)
}

func (k keyVersions) restore(ctx context.Context, r *restRequest) (any, error) {
	key, v, err := k.existing(ctx, r)
	if err != nil {
		return nil, err
	}
	if err := r.decode(&cloudkms.RestoreCryptoKeyVersionRequest{}); err != nil {
		return nil, err
	}
	if v.State != versionScheduled {
		return nil, v.wrongState(key)
	}
	v.State, v.DestroyAt = versionDisabled, time.Time{}
	return v.render(key), k.s.saveCryptoKey(key)
}

func (k keyVersions) delete(ctx context.Context, r *restRequest) (any, error) {
	key, v, err := k.existing(ctx, r)
	if err != nil {
		return nil, err
	}
	if v.State != versionDestroyed {
		return nil, withHTTPStatus(http.StatusBadRequest, v.wrongState(key))
	}
	name := v.name(key)
	key.Versions = slices.DeleteFunc(key.Versions, func(other keyVersionRecord) bool { return other.ID == v.ID })
	if err := k.s.saveCryptoKey(key); err != nil {
		return nil, err
	}
	return k.s.kmsDeletion(ctx, name, "DeleteCryptoKeyVersionMetadata")
}
