package component

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"google.golang.org/api/binaryauthorization/v1"
	"google.golang.org/api/cloudkms/v1"
	"google.golang.org/api/containeranalysis/v1"

	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
)

const (
	// signing is how the attestor's key signs.
	signing = "EC_SIGN_P256_SHA256"
	// attestorNote keeps that this environment has an attestor, so that one which
	// no longer needs it looks for it.
	attestorNote = "attestor"
	// occurrencesViewer lets Binary Authorization read what was signed.
	occurrencesViewer = "roles/containeranalysis.notes.occurrences.viewer"
)

// AttestorID is the name of the attestor and of its note: it says of an image
// that the platform's own pipeline has built it.
func (s *Spec) AttestorID() string { return s.Prefix() + "-built" }

// AttestorKey is the full name of the key that signs for the attestor.
func (s *Spec) AttestorKey() string {
	level := s.Settings.String(policy.EncryptionData)
	if level == policy.KeyGoogle {
		level = policy.KeySoftware
	}
	return s.Key("attestor", level)
}

func (b *binaryAuthorization) attestorName() string {
	return "projects/" + b.spec.Project + "/attestors/" + b.spec.AttestorID()
}

func (b *binaryAuthorization) noteName() string {
	return "projects/" + b.spec.Project + "/notes/" + b.spec.AttestorID()
}

// grafeas is the note that attestations of the attestor hang on.
func (b *binaryAuthorization) grafeas() object[*containeranalysis.Note] {
	api, name := b.apis().Analysis.Projects.Notes, b.noteName()
	return object[*containeranalysis.Note]{
		Env: b.Env, component: b.name, noun: "note", name: name,
		get: func(ctx context.Context) (*containeranalysis.Note, error) {
			return api.Get(name).Context(gcp.Reading(ctx, "GetNote", name)).Do()
		},
		create: func(ctx context.Context, s *reconcile.Step) error {
			_, err := api.Create("projects/"+b.spec.Project, &containeranalysis.Note{
				ShortDescription: "Built by the platform's pipeline", LongDescription: b.description(s.Owner()),
				Attestation: &containeranalysis.AttestationNote{Hint: &containeranalysis.Hint{HumanReadableName: b.spec.AttestorID()}},
			}).NoteId(b.spec.AttestorID()).Context(gcp.Named(ctx, "CreateNote", name)).Do()
			return err
		},
		owner: func(found *containeranalysis.Note) (reconcile.Owner, bool) { return b.markOf(found.LongDescription) },
		remove: func(ctx context.Context, _ *reconcile.Step, _ *containeranalysis.Note) error {
			_, err := api.Delete(name).Context(gcp.Reading(ctx, "DeleteNote", name)).Do()
			return err
		},
	}
}

// signingKey signs for the attestor. Nothing of ours uses it: who builds does.
func (b *binaryAuthorization) signingKey() object[*cloudkms.CryptoKey] {
	api, name := b.apis().KMS.Projects.Locations.KeyRings.CryptoKeys, b.spec.AttestorKey()
	return object[*cloudkms.CryptoKey]{
		Env: b.Env, component: b.name, noun: "key", name: name,
		get: func(ctx context.Context) (*cloudkms.CryptoKey, error) {
			return api.Get(name).Context(gcp.Reading(ctx, "GetCryptoKey", name)).Do()
		},
		create: func(ctx context.Context, s *reconcile.Step) error {
			_, err := api.Create(b.spec.KeyRing(), &cloudkms.CryptoKey{
				Purpose:                  "ASYMMETRIC_SIGN",
				VersionTemplate:          &cloudkms.CryptoKeyVersionTemplate{Algorithm: signing, ProtectionLevel: levelOf(name)},
				DestroyScheduledDuration: seconds(time.Duration(b.spec.Settings.Int(policy.KMSDestroyDelayHours)) * time.Hour),
				Labels:                   b.labels(s.Owner()),
			}).CryptoKeyId(last(name)).Context(gcp.Named(ctx, "CreateCryptoKey", name)).Do()
			return err
		},
		owner: func(found *cloudkms.CryptoKey) (reconcile.Owner, bool) {
			return reconcile.OwnerOfLabels(found.Labels)
		},
		differs: func(found *cloudkms.CryptoKey) []reconcile.Difference { return b.labelsDiffer(found.Labels) },
		patch: func(ctx context.Context, s *reconcile.Step, found *cloudkms.CryptoKey) error {
			_, err := api.Patch(name, &cloudkms.CryptoKey{Labels: b.mergedLabels(found.Labels, s.Owner())}).UpdateMask("labels").
				Context(gcp.Reading(ctx, "UpdateCryptoKey", name)).Do()
			return err
		},
	}
}

// versions are the versions of the signing key in these states, the newest last.
func (b *binaryAuthorization) versions(ctx context.Context, states ...string) ([]*cloudkms.CryptoKeyVersion, error) {
	all, err := b.keyVersions(ctx, b.spec.AttestorKey())
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(v *cloudkms.CryptoKeyVersion) bool { return !slices.Contains(states, v.State) })
	slices.SortStableFunc(all, func(x, y *cloudkms.CryptoKeyVersion) int {
		return len(x.Name) - len(y.Name) // Numbers: a longer one is greater.
	})
	return all, nil
}

// version returns the newest version that signs, and makes one where all are
// destroyed: a key's name can't be used twice, the key itself can.
func (b *binaryAuthorization) version(ctx context.Context, s *reconcile.Step) (string, error) {
	living, err := b.versions(ctx, "ENABLED", "PENDING_GENERATION")
	if err != nil {
		return "", err
	}
	if len(living) == 0 {
		made := func(ctx context.Context) (bool, error) {
			found, err := b.versions(ctx, "ENABLED", "PENDING_GENERATION")
			return len(found) > 0, err
		}
		_, err := b.apis().KMS.Projects.Locations.KeyRings.CryptoKeys.CryptoKeyVersions.Create(b.spec.AttestorKey(), &cloudkms.CryptoKeyVersion{}).
			Context(gcp.Assigned(ctx, "CreateCryptoKeyVersion", b.spec.AttestorKey(), made)).Do()
		if err != nil {
			return "", err
		}
	}
	name := ""
	err = b.client.Await(ctx, "GetCryptoKeyVersion", b.spec.AttestorKey(), waiting(s, "the attestor's key"), func(ctx context.Context) (bool, error) {
		enabled, err := b.versions(ctx, "ENABLED")
		if err != nil || len(enabled) == 0 {
			return false, err
		}
		name = enabled[len(enabled)-1].Name
		return true, nil
	})
	return name, err
}

// keyID is how signatures name a key of Cloud KMS.
func keyID(version string) string { return "//cloudkms.googleapis.com/v1/" + version }

func (b *binaryAuthorization) attestor(version string) object[*binaryauthorization.Attestor] {
	api, name := b.apis().BinaryAuth.Projects.Attestors, b.attestorName()
	// signed puts the version's public key beside those that stand: what was
	// signed by an older one stays valid.
	signed := func(ctx context.Context, standing []*binaryauthorization.AttestorPublicKey) ([]*binaryauthorization.AttestorPublicKey, error) {
		public, err := b.apis().KMS.Projects.Locations.KeyRings.CryptoKeys.CryptoKeyVersions.GetPublicKey(version).Context(gcp.Reading(ctx, "GetPublicKey", version)).Do()
		if err != nil {
			return nil, err
		}
		return append(standing, &binaryauthorization.AttestorPublicKey{
			Id: keyID(version), PkixPublicKey: &binaryauthorization.PkixPublicKey{PublicKeyPem: public.Pem, SignatureAlgorithm: signing},
		}), nil
	}
	return object[*binaryauthorization.Attestor]{
		Env: b.Env, component: b.name, noun: "attestor", name: name,
		get: func(ctx context.Context) (*binaryauthorization.Attestor, error) {
			return api.Get(name).Context(gcp.Reading(ctx, "GetAttestor", name)).Do()
		},
		create: func(ctx context.Context, s *reconcile.Step) error {
			keys, err := signed(ctx, nil)
			if err != nil {
				return err
			}
			_, err = api.Create("projects/"+b.spec.Project, &binaryauthorization.Attestor{
				Name: name, Description: b.description(s.Owner()),
				UserOwnedGrafeasNote: &binaryauthorization.UserOwnedGrafeasNote{NoteReference: b.noteName(), PublicKeys: keys},
			}).AttestorId(b.spec.AttestorID()).Context(gcp.Named(ctx, "CreateAttestor", name)).Do()
			return err
		},
		owner: func(found *binaryauthorization.Attestor) (reconcile.Owner, bool) { return b.markOf(found.Description) },
		fixed: func(found *binaryauthorization.Attestor) []reconcile.Difference {
			var d differ
			if note := found.UserOwnedGrafeasNote; note != nil {
				d.is("note", note.NoteReference, b.noteName())
			}
			return d
		},
		differs: func(found *binaryauthorization.Attestor) []reconcile.Difference {
			ours := func(k *binaryauthorization.AttestorPublicKey) bool {
				return version == "" && k.PkixPublicKey != nil || k.Id == keyID(version)
			}
			if note := found.UserOwnedGrafeasNote; note == nil || !slices.ContainsFunc(note.PublicKeys, ours) {
				return []reconcile.Difference{difference("", "the attestor lacks the public key of its signing key")}
			}
			return nil
		},
		patch: func(ctx context.Context, _ *reconcile.Step, found *binaryauthorization.Attestor) error {
			keys, err := signed(ctx, found.UserOwnedGrafeasNote.PublicKeys)
			if err != nil {
				return err
			}
			found.UserOwnedGrafeasNote.PublicKeys = keys
			_, err = api.Update(name, found).Context(gcp.UnderEtag(ctx, "UpdateAttestor", name)).Do()
			return err
		},
		remove: func(ctx context.Context, _ *reconcile.Step, _ *binaryauthorization.Attestor) error {
			_, err := api.Delete(name).Context(gcp.Reading(ctx, "DeleteAttestor", name)).Do()
			return err
		},
	}
}

// seeAttestor looks at the attestor with its note and its key.
func (b *binaryAuthorization) seeAttestor(ctx context.Context) (reconcile.Observation, error) {
	_, key, err := b.signingKey().see(ctx)
	if err != nil {
		return reconcile.Observation{}, err
	}
	_, note, err := b.grafeas().see(ctx)
	if err != nil {
		return reconcile.Observation{}, err
	}
	_, attestor, err := b.attestor("").see(ctx)
	return join(key, note, attestor), err
}

func (b *binaryAuthorization) convergeAttestor(ctx context.Context, s *reconcile.Step) error {
	// All three are looked at before any is made.
	if seen, err := b.seeAttestor(ctx); err != nil || seen.Foreign != "" {
		return errors.Join(err, foreignError(seen.Foreign))
	}
	if err := s.Record(ctx, attestorNote, b.attestorName()); err != nil {
		return err
	}
	if _, err := b.signingKey().converge(ctx, s); err != nil {
		return err
	}
	version, err := b.version(ctx, s)
	if err != nil {
		return err
	}
	if _, err := b.grafeas().converge(ctx, s); err != nil {
		return err
	}
	made, err := b.attestor(version).converge(ctx, s)
	if err != nil {
		return err
	}
	return b.letRead(ctx, made.UserOwnedGrafeasNote.DelegationServiceAccountEmail)
}

func foreignError(what string) error {
	if what == "" {
		return nil
	}
	return fmt.Errorf("%w: %s", reconcile.ErrForeign, what)
}

// letRead lets Binary Authorization read the attestations of the note, without
// which it finds none.
func (b *binaryAuthorization) letRead(ctx context.Context, email string) error {
	api, name := b.apis().Analysis.Projects.Notes, b.noteName()
	member := "serviceAccount:" + email
	return b.client.EditUnderEtag(ctx, "SetIamPolicy", name, func(ctx context.Context) error {
		standing, err := api.GetIamPolicy(name, &containeranalysis.GetIamPolicyRequest{
			Options: &containeranalysis.GetPolicyOptions{RequestedPolicyVersion: 3},
		}).Context(gcp.Reading(ctx, "GetIamPolicy", name)).Do()
		if err != nil {
			return err
		}
		at := slices.IndexFunc(standing.Bindings, func(x *containeranalysis.Binding) bool {
			return x.Role == occurrencesViewer && x.Condition == nil
		})
		if at < 0 {
			standing.Bindings = append(standing.Bindings, &containeranalysis.Binding{Role: occurrencesViewer})
			at = len(standing.Bindings) - 1
		}
		if slices.Contains(standing.Bindings[at].Members, member) {
			return nil
		}
		standing.Bindings[at].Members = append(standing.Bindings[at].Members, member)
		_, err = api.SetIamPolicy(name, &containeranalysis.SetIamPolicyRequest{Policy: standing}).Context(gcp.UnderEtag(ctx, "SetIamPolicy", name)).Do()
		return err
	})
}

// removeAttestor deletes the attestor that the ledger tells of, its note, and
// has the versions of its key destroyed.
func (b *binaryAuthorization) removeAttestor(ctx context.Context, s *reconcile.Step) error {
	if _, made := s.Note(ctx, attestorNote); !made {
		return nil
	}
	if err := b.attestor("").delete(ctx, s); err != nil {
		return err
	}
	if err := b.grafeas().delete(ctx, s); err != nil {
		return err
	}
	if found, seen, err := b.signingKey().sure(ctx); err != nil {
		return err
	} else if found != nil && seen.Foreign == "" {
		if err := b.destroyVersions(ctx, s, b.spec.AttestorKey()); err != nil {
			return err
		}
	}
	return s.Forget(ctx, attestorNote)
}
