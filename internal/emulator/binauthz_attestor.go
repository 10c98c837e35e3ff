package emulator

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"regexp"
	"slices"
	"strings"
	"time"

	"google.golang.org/api/binaryauthorization/v1"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const kindAttestor = "attestors"

// attestorKind serves the attestors of Binary Authorization. Attestations are
// not modelled.
var attestorKind = kind{
	name: kindAttestor, host: binaryAuthorizationHost, collection: true,
	permissions: map[string]string{
		"CreateAttestor": "binaryauthorization.attestors.create", "GetAttestor": "binaryauthorization.attestors.get",
		"UpdateAttestor": "binaryauthorization.attestors.update", "DeleteAttestor": "binaryauthorization.attestors.delete",
		"ListAttestors": "binaryauthorization.attestors.list",
	},
	routes: func(s *Server) []route {
		a := attestors{s: s}
		const name = "/v1/{name=projects/*/attestors/*}"
		routes := []route{
			{method: "POST", path: "/v1/{parent=projects/*}/attestors", rpc: "CreateAttestor", query: []string{"attestorId"}, handle: a.create},
			{method: "GET", path: name, rpc: "GetAttestor", handle: a.get},
			{method: "GET", path: "/v1/{parent=projects/*}/attestors", rpc: "ListAttestors", query: []string{"pageSize", "pageToken"}, handle: a.list},
			{method: "PUT", path: name, rpc: "UpdateAttestor", handle: a.update},
			{method: "DELETE", path: name, rpc: "DeleteAttestor", handle: a.delete},
		}
		return append(routes, s.policyRoutes("/v1/{resource=projects/*/attestors/*}", func(ctx context.Context, ref string) (string, string, error) {
			at, _, parent, err := a.existing(ctx, ref)
			if err != nil {
				return "", "", err
			}
			return parent, binaryAuthorizationHost + "/" + at.Name, nil
		})...)
	},
}

type attestors struct{ s *Server }

var (
	attestorID    = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,63}$`)
	noteReference = regexp.MustCompile(`^projects/[^/]+/notes/[^/]+$`)
)

func (a attestors) project(ctx context.Context, ref string) (string, error) {
	project, err := a.s.useProject(ctx, projectOf(ref), binaryAuthorizationHost)
	return "projects/" + project, err
}

func (a attestors) existing(ctx context.Context, ref string) (at *binaryauthorization.Attestor, version int64, parent string, err error) {
	if parent, err = a.project(ctx, ref); err != nil {
		return nil, 0, "", err
	}
	at = &binaryauthorization.Attestor{}
	name := parent + "/attestors/" + lastPart(ref)
	version, err = a.s.load(kindAttestor, name, at)
	if status.Code(err) == codes.NotFound {
		err = notFound("Requested entity was not found.")
	}
	return at, version, parent, err
}

func (a attestors) create(ctx context.Context, r *restRequest) (any, error) {
	parent, err := a.project(ctx, r.vars["parent"])
	if err != nil {
		return nil, err
	}
	at := &binaryauthorization.Attestor{}
	if err := r.decode(at); err != nil {
		return nil, err
	}
	id := r.query.Get("attestorId")
	if !attestorID.MatchString(id) {
		return nil, invalid("Invalid attestor id %q.", id)
	}
	if at.UserOwnedGrafeasNote == nil || !noteReference.MatchString(at.UserOwnedGrafeasNote.NoteReference) {
		return nil, invalid("user_owned_grafeas_note.note_reference is required, in the form projects/*/notes/*.")
	}
	if err := a.checkNote(at.UserOwnedGrafeasNote.NoteReference); err != nil {
		return nil, err
	}
	if err := checkKeys(at.UserOwnedGrafeasNote); err != nil {
		return nil, err
	}
	at.Name = parent + "/attestors/" + id
	// The agent reads the note for Binary Authorization, once it may.
	if at.UserOwnedGrafeasNote.DelegationServiceAccountEmail, err = a.s.makeServiceAgent(projectOf(parent), binaryAuthorizationHost); err != nil {
		return nil, err
	}
	at.Etag, at.UpdateTime = admissionEtag(1), a.s.now().Format(time.RFC3339Nano)
	if err := a.s.create(kindAttestor, parent, at.Name, at); err != nil {
		if status.Code(err) == codes.AlreadyExists {
			err = apiError(codes.AlreadyExists, "Requested entity already exists")
		}
		return nil, err
	}
	return at, nil
}

// checkNote refuses a note that is not there, or not for attestations.
func (a attestors) checkNote(ref string) error {
	var note struct {
		Kind string `json:"kind"`
	}
	if _, err := a.s.load(kindNote, a.s.canonicalName(ref), &note); err != nil {
		return notFound("The note %q does not exist.", ref)
	}
	if note.Kind != "ATTESTATION" {
		return invalid("The note %q is of the kind %s: an attestor needs one of the kind ATTESTATION.", ref, note.Kind)
	}
	return nil
}

// signatureAlgorithms are those of PKIX keys.
var signatureAlgorithms = []string{
	"RSA_PSS_2048_SHA256", "RSA_SIGN_PSS_2048_SHA256", "RSA_PSS_3072_SHA256", "RSA_SIGN_PSS_3072_SHA256", "RSA_PSS_4096_SHA256", "RSA_SIGN_PSS_4096_SHA256",
	"RSA_PSS_4096_SHA512", "RSA_SIGN_PSS_4096_SHA512", "RSA_SIGN_PKCS1_2048_SHA256", "RSA_SIGN_PKCS1_3072_SHA256", "RSA_SIGN_PKCS1_4096_SHA256", "RSA_SIGN_PKCS1_4096_SHA512",
	"ECDSA_P256_SHA256", "EC_SIGN_P256_SHA256", "ECDSA_P384_SHA384", "EC_SIGN_P384_SHA384", "ECDSA_P521_SHA512", "EC_SIGN_P521_SHA512",
}

// checkKeys checks an attestor's public keys and gives those without an id the
// one of RFC 6920.
func checkKeys(n *binaryauthorization.UserOwnedGrafeasNote) error {
	seen := map[string]bool{}
	for i, k := range n.PublicKeys {
		switch {
		case k.AsciiArmoredPgpPublicKey != "":
			return notModelled("PGP keys of attestors")
		case k.PkixPublicKey == nil:
			return invalid("user_owned_grafeas_note.public_keys[%d] has no key.", i)
		case !slices.Contains(signatureAlgorithms, k.PkixPublicKey.SignatureAlgorithm):
			return invalid("Invalid signature algorithm %q of user_owned_grafeas_note.public_keys[%d].", k.PkixPublicKey.SignatureAlgorithm, i)
		}
		block, _ := pem.Decode([]byte(k.PkixPublicKey.PublicKeyPem))
		if block == nil {
			return invalid("user_owned_grafeas_note.public_keys[%d] is no PEM.", i)
		}
		if _, err := x509.ParsePKIXPublicKey(block.Bytes); err != nil {
			return invalid("user_owned_grafeas_note.public_keys[%d] is no public key.", i)
		}
		if k.Id == "" {
			sum := sha256.Sum256(block.Bytes)
			k.Id = "ni:///sha-256;" + base64.RawURLEncoding.EncodeToString(sum[:])
		}
		// Keys of Cloud KMS are named without a scheme, as gcloud and
		// hashicorp/google do.
		if !strings.Contains(k.Id, ":") && !strings.HasPrefix(k.Id, "//cloudkms.googleapis.com/v1/") || seen[k.Id] {
			return invalid("The id %q of user_owned_grafeas_note.public_keys[%d] must be a unique URI.", k.Id, i)
		}
		seen[k.Id] = true
	}
	return nil
}

func (a attestors) get(ctx context.Context, r *restRequest) (any, error) {
	at, _, _, err := a.existing(ctx, r.vars["name"])
	return at, err
}

func (a attestors) list(ctx context.Context, r *restRequest) (any, error) {
	parent, err := a.project(ctx, r.vars["parent"])
	if err != nil {
		return nil, err
	}
	all, err := listInto(a.s, kindAttestor, parent, func() *binaryauthorization.Attestor { return &binaryauthorization.Attestor{} })
	if err != nil {
		return nil, err
	}
	page, next, err := pageOf(all, r.query, "attestors/"+parent, 1000, 1000)
	return &binaryauthorization.ListAttestorsResponse{Attestors: page, NextPageToken: next}, err
}

// update replaces an attestor; its note can't change.
func (a attestors) update(ctx context.Context, r *restRequest) (any, error) {
	at, version, _, err := a.existing(ctx, r.vars["name"])
	if err != nil {
		return nil, err
	}
	next := &binaryauthorization.Attestor{}
	if err := r.decode(next); err != nil {
		return nil, err
	}
	switch {
	case next.Etag != "" && next.Etag != at.Etag:
		return nil, apiError(codes.Aborted, "The attestor was changed since it was read: its etag does not match.")
	case next.Name != "" && a.s.canonicalName(next.Name) != at.Name:
		return nil, invalid("The attestor's name %q does not match the request's %q.", next.Name, r.vars["name"])
	case next.UserOwnedGrafeasNote == nil:
		return nil, invalid("user_owned_grafeas_note is required.")
	case next.UserOwnedGrafeasNote.NoteReference != at.UserOwnedGrafeasNote.NoteReference:
		return nil, invalid("user_owned_grafeas_note.note_reference may not be updated.")
	}
	if err := checkKeys(next.UserOwnedGrafeasNote); err != nil {
		return nil, err
	}
	next.Name = at.Name
	next.UserOwnedGrafeasNote.DelegationServiceAccountEmail = at.UserOwnedGrafeasNote.DelegationServiceAccountEmail
	next.Etag, next.UpdateTime = admissionEtag(version+1), a.s.now().Format(time.RFC3339Nano)
	return next, a.s.update(kindAttestor, at.Name, version, next)
}

func (a attestors) delete(ctx context.Context, r *restRequest) (any, error) {
	at, version, _, err := a.existing(ctx, r.vars["name"])
	if err != nil {
		return nil, err
	}
	if err := a.s.dropPolicy(binaryAuthorizationHost + "/" + at.Name); err != nil {
		return nil, err
	}
	return nil, a.s.store.Delete(kindAttestor, at.Name, version)
}
