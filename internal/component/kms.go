package component

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"google.golang.org/api/cloudkms/v1"

	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
)

// keys are the environment's key ring and its keys, with the grants that let
// Google's services use them. A ring bears no mark, so its name does.
type keys struct{ base }

func newKeys(e *Env) reconcile.Component {
	return &keys{base{Env: e, name: policy.ComponentKMS, needs: []string{"services"}}}
}

// purpose is one key with the service agents that use it.
type purpose struct {
	key    string // full name
	agents []string
	// keeps tells that something outlives the environment which the key has
	// encrypted, so that its versions may not be destroyed with it.
	keeps bool
}

// purposes are the keys of the environment. That of the environment itself is
// there in any case: it is what tenants are given who have none of their own.
func (k *keys) purposes() []purpose {
	level := k.spec.Settings.String(policy.EncryptionData)
	if level == policy.KeyGoogle {
		level = policy.KeySoftware
	}
	all := []purpose{{key: k.spec.Key("environment", level), agents: []string{agentStorage}}}
	if key := k.spec.ClusterKey(); key != "" {
		all = append(all, purpose{key: key, agents: []string{agentGKE, agentCompute}})
	}
	if key := k.spec.DataKey(); key != "" {
		all = append(all, purpose{
			key: key, agents: []string{agentSQL, agentStorage}, keeps: k.spec.Settings.Int(policy.DatabaseFinalBackupDays) > 0,
		})
	}
	if key := k.spec.LoggingKey(); key != "" {
		// The log bucket can be undeleted for a week, and the archive stays.
		all = append(all, purpose{key: key, agents: []string{agentLogging, agentStorage}, keeps: true})
	}
	return all
}

func (k *keys) ring() object[*cloudkms.KeyRing] {
	name := k.spec.KeyRing()
	rings := k.apis().KMS.Projects.Locations.KeyRings
	return object[*cloudkms.KeyRing]{
		Env: k.Env, component: k.name, noun: "key ring", name: name,
		get: func(ctx context.Context) (*cloudkms.KeyRing, error) {
			return rings.Get(name).Context(gcp.Reading(ctx, "GetKeyRing", name)).Do()
		},
		create: func(ctx context.Context, _ *reconcile.Step) error {
			parent, id, _ := strings.Cut(name, "/keyRings/")
			_, err := rings.Create(parent, &cloudkms.KeyRing{}).KeyRingId(id).Context(gcp.Named(ctx, "CreateKeyRing", name)).Do()
			return err
		},
	}
}

func (k *keys) key(p purpose) object[*cloudkms.CryptoKey] {
	api := k.apis().KMS.Projects.Locations.KeyRings.CryptoKeys
	return object[*cloudkms.CryptoKey]{
		Env: k.Env, component: k.name, noun: "key", name: p.key,
		get: func(ctx context.Context) (*cloudkms.CryptoKey, error) {
			return api.Get(p.key).Context(gcp.Reading(ctx, "GetCryptoKey", p.key)).Do()
		},
		create: func(ctx context.Context, s *reconcile.Step) error {
			_, err := api.Create(k.spec.KeyRing(), &cloudkms.CryptoKey{
				Purpose:                  "ENCRYPT_DECRYPT",
				VersionTemplate:          &cloudkms.CryptoKeyVersionTemplate{Algorithm: "GOOGLE_SYMMETRIC_ENCRYPTION", ProtectionLevel: levelOf(p.key)},
				DestroyScheduledDuration: seconds(time.Duration(k.spec.Settings.Int(policy.KMSDestroyDelayHours)) * time.Hour),
				RotationPeriod:           seconds(k.rotation()),
				NextRotationTime:         k.nextRotation(),
				Labels:                   k.labels(s.Owner()),
			}).CryptoKeyId(last(p.key)).Context(gcp.Named(ctx, "CreateCryptoKey", p.key)).Do()
			return err
		},
		owner: func(found *cloudkms.CryptoKey) (reconcile.Owner, bool) {
			return reconcile.OwnerOfLabels(found.Labels)
		},
		differs: func(found *cloudkms.CryptoKey) []reconcile.Difference {
			d := k.labelsDiffer(found.Labels)
			d.breaks(policy.KMSRotationDays, "rotation period", parseSeconds(found.RotationPeriod), k.rotation())
			if found.Primary == nil || found.Primary.State != "ENABLED" {
				d.say("", "it has no version to encrypt with")
			}
			return d
		},
		patch: func(ctx context.Context, s *reconcile.Step, found *cloudkms.CryptoKey) error {
			if found.Primary == nil || found.Primary.State != "ENABLED" {
				if err := k.revive(ctx, p.key); err != nil {
					return err
				}
			}
			_, err := api.Patch(p.key, &cloudkms.CryptoKey{
				RotationPeriod: seconds(k.rotation()), NextRotationTime: k.nextRotation(), Labels: k.mergedLabels(found.Labels, s.Owner()),
			}).UpdateMask("rotationPeriod,nextRotationTime,labels").Context(gcp.Reading(ctx, "UpdateCryptoKey", p.key)).Do()
			return err
		},
	}
}

// revive gives a key whose versions were destroyed, such as those of an
// environment that was there before, a new one to encrypt with: a key's name
// can't be used twice, the key itself can.
func (k *keys) revive(ctx context.Context, key string) error {
	api := k.apis().KMS.Projects.Locations.KeyRings.CryptoKeys
	versions, err := k.keyVersions(ctx, key)
	if err != nil {
		return err
	}
	primary := ""
	for _, v := range versions {
		if v.State == "ENABLED" {
			primary = v.Name
		}
	}
	if primary == "" {
		observe := func(ctx context.Context) (bool, error) {
			versions, err := k.keyVersions(ctx, key)
			for _, v := range versions {
				if v.State == "ENABLED" || v.State == "PENDING_GENERATION" {
					primary = v.Name
				}
			}
			return primary != "", err
		}
		made, err := api.CryptoKeyVersions.Create(key, &cloudkms.CryptoKeyVersion{}).Context(gcp.Assigned(ctx, "CreateCryptoKeyVersion", key, observe)).Do()
		if err != nil {
			return err
		}
		if made.Name != "" {
			primary = made.Name
		}
	}
	_, err = api.UpdatePrimaryVersion(key, &cloudkms.UpdateCryptoKeyPrimaryVersionRequest{CryptoKeyVersionId: last(primary)}).
		Context(gcp.Named(ctx, "UpdateCryptoKeyPrimaryVersion", key)).Do()
	return err
}

// keyVersions are the versions of a key.
func (e *Env) keyVersions(ctx context.Context, key string) ([]*cloudkms.CryptoKeyVersion, error) {
	return gcp.Pages(func(token string) ([]*cloudkms.CryptoKeyVersion, string, error) {
		page, err := e.apis().KMS.Projects.Locations.KeyRings.CryptoKeys.CryptoKeyVersions.List(key).PageToken(token).Context(gcp.Reading(ctx, "ListCryptoKeyVersions", key)).Do()
		if err != nil {
			return nil, "", err
		}
		return page.CryptoKeyVersions, page.NextPageToken, nil
	})
}

func (k *keys) rotation() time.Duration {
	return time.Duration(k.spec.Settings.Int(policy.KMSRotationDays)) * 24 * time.Hour
}

func (k *keys) nextRotation() string {
	return k.client.Now().Add(k.rotation()).UTC().Format(time.RFC3339)
}

// Observe implements [reconcile.Component].
func (k *keys) Observe(ctx context.Context) (reconcile.Observation, error) {
	// One list serves the ring and all keys: without the ring there is none.
	ring := reconcile.Observation{Presence: reconcile.Present}
	standing, err := k.list(ctx)
	switch {
	case gcp.IsNotFound(err):
		ring.Presence = reconcile.Absent
	case err != nil:
		return reconcile.Observation{}, err
	}
	parts := []reconcile.Observation{ring}
	shown := map[string]any{}
	for _, p := range k.purposes() {
		listed := k.key(p)
		listed.get = func(context.Context) (*cloudkms.CryptoKey, error) {
			if found := standing[p.key]; found != nil {
				return found, nil
			}
			return nil, gcp.NotFound("GetCryptoKey", p.key)
		}
		found, seen, err := listed.see(ctx)
		if err != nil {
			return reconcile.Observation{}, err
		}
		if found != nil {
			// A part of a day counts as a day: 90.5 days are more than 90.
			days := int64((parseSeconds(found.RotationPeriod) + 24*time.Hour - 1) / (24 * time.Hour))
			k.show(shown, policy.KMSRotationDays, days)
			k.show(shown, policy.KMSDestroyDelayHours, int64(parseSeconds(found.DestroyScheduledDuration)/time.Hour))
			lacks, err := k.lacksGrants(ctx, p)
			if err != nil {
				return reconcile.Observation{}, err
			}
			seen.Differs = append(seen.Differs, lacks...)
		}
		parts = append(parts, seen)
	}
	all := join(parts...)
	all.Values = shown
	return all, nil
}

// show shows a setting that all keys have: one that differs speaks for all.
func (k *keys) show(shown map[string]any, path string, value int64) {
	if _, ok := shown[path]; !ok || value != k.spec.Settings.Int(path) {
		shown[path] = value
	}
}

func (k *keys) list(ctx context.Context) (map[string]*cloudkms.CryptoKey, error) {
	found, err := gcp.Pages(func(token string) ([]*cloudkms.CryptoKey, string, error) {
		page, err := k.apis().KMS.Projects.Locations.KeyRings.CryptoKeys.List(k.spec.KeyRing()).PageToken(token).Context(gcp.Reading(ctx, "ListCryptoKeys", k.spec.KeyRing())).Do()
		if err != nil {
			return nil, "", err
		}
		return page.CryptoKeys, page.NextPageToken, nil
	})
	return byName(found, func(f *cloudkms.CryptoKey) string { return f.Name }), err
}

// Converge implements [reconcile.Component].
func (k *keys) Converge(ctx context.Context, s *reconcile.Step) error {
	if _, err := k.ring().converge(ctx, s); err != nil {
		return err
	}
	for _, p := range k.purposes() {
		if _, err := k.key(p).converge(ctx, s); err != nil {
			return err
		}
		// Finding an agent out can take a call that makes it.
		if lacks, err := k.lacksGrants(ctx, p); err != nil || len(lacks) == 0 {
			if err != nil {
				return err
			}
			continue
		}
		members := make([]string, 0, len(p.agents))
		for _, agent := range p.agents {
			member, err := k.agent(ctx, agent)
			if err != nil {
				return fmt.Errorf("find the service agent that is to use %s: %w", p.key, err)
			}
			members = append(members, "serviceAccount:"+member)
		}
		if err := k.grant(ctx, p.key, keyUser, members); err != nil {
			return err
		}
	}
	return nil
}

// lacksGrants says which service agents may not use a key. It goes by the
// agents' domains: their full addresses take calls that make them.
func (k *keys) lacksGrants(ctx context.Context, p purpose) (lacks differ, err error) {
	standing, err := k.apis().KMS.Projects.Locations.KeyRings.CryptoKeys.GetIamPolicy(p.key).OptionsRequestedPolicyVersion(3).Context(gcp.Reading(ctx, "GetIamPolicy", p.key)).Do()
	if err != nil {
		return nil, err
	}
	for _, agent := range p.agents {
		granted := slices.ContainsFunc(standing.Bindings, func(b *cloudkms.Binding) bool {
			return b.Role == keyUser && b.Condition == nil && slices.ContainsFunc(b.Members, func(m string) bool {
				return strings.HasSuffix(m, "@"+agentDomains[agent]+".iam.gserviceaccount.com")
			})
		})
		if !granted {
			lacks.say("", "the service agent of %s may not use %s", agent, last(p.key))
		}
	}
	return lacks, nil
}

// keyUser is the role that a service agent uses a key with.
const keyUser = "roles/cloudkms.cryptoKeyEncrypterDecrypter"

// grant adds members to a role on a key; all else in the policy stays.
func (k *keys) grant(ctx context.Context, key, role string, members []string) error {
	api := k.apis().KMS.Projects.Locations.KeyRings.CryptoKeys
	return k.client.EditUnderEtag(ctx, "SetIamPolicy", key, func(ctx context.Context) error {
		standing, err := api.GetIamPolicy(key).OptionsRequestedPolicyVersion(3).Context(gcp.Reading(ctx, "GetIamPolicy", key)).Do()
		if err != nil {
			return err
		}
		var binding *cloudkms.Binding
		for _, b := range standing.Bindings {
			if b.Role == role && b.Condition == nil {
				binding = b
			}
		}
		if binding == nil {
			binding = &cloudkms.Binding{Role: role}
			standing.Bindings = append(standing.Bindings, binding)
		}
		missing := lacking(binding.Members, members)
		if len(missing) == 0 {
			return nil
		}
		binding.Members = append(binding.Members, missing...)
		_, err = api.SetIamPolicy(key, &cloudkms.SetIamPolicyRequest{Policy: standing}).Context(gcp.UnderEtag(ctx, "SetIamPolicy", key)).Do()
		return err
	})
}

// Remove implements [reconcile.Component]. Key rings and keys stay, as their
// names are never free again; what they can decrypt is gone once their versions
// are, after the delay in which they can be restored. Versions that a backup or
// an archive needs are left alone.
func (k *keys) Remove(ctx context.Context, s *reconcile.Step) error {
	for _, p := range k.purposes() {
		found, seen, err := k.key(p).sure(ctx)
		if err != nil {
			return err
		}
		if found == nil || seen.Foreign != "" || p.keeps {
			continue
		}
		if err := k.stopRotation(ctx, p.key, found); err != nil {
			return err
		}
		if err := k.destroyVersions(ctx, s, p.key); err != nil {
			return err
		}
	}
	return nil
}

// stopRotation ends the rotation of a key whose versions are to be destroyed: it
// would go on to make new ones, each of which is charged for. The next life of the
// environment sets it again.
func (k *keys) stopRotation(ctx context.Context, key string, found *cloudkms.CryptoKey) error {
	if found.RotationPeriod == "" && found.NextRotationTime == "" {
		return nil
	}
	_, err := k.apis().KMS.Projects.Locations.KeyRings.CryptoKeys.Patch(key, &cloudkms.CryptoKey{NullFields: []string{"RotationPeriod", "NextRotationTime"}}).
		UpdateMask("rotationPeriod,nextRotationTime").Context(gcp.Reading(ctx, "UpdateCryptoKey", key)).Do()
	return err
}

// destroyVersions has all versions of a key destroyed, after the key's delay.
func (e *Env) destroyVersions(ctx context.Context, s *reconcile.Step, key string) error {
	api := e.apis().KMS.Projects.Locations.KeyRings.CryptoKeys.CryptoKeyVersions
	versions, err := e.keyVersions(ctx, key)
	if err != nil {
		return err
	}
	lives := func(v *cloudkms.CryptoKeyVersion) bool { return v.State == "ENABLED" || v.State == "DISABLED" }
	for _, v := range versions {
		if !lives(v) {
			continue
		}
		s.Progress(ctx, "scheduling the destruction of %s", v.Name)
		_, err := api.Destroy(v.Name, &cloudkms.DestroyCryptoKeyVersionRequest{}).Context(gcp.Named(ctx, "DestroyCryptoKeyVersion", v.Name)).Do()
		if gcp.IsPreconditionFailed(err) {
			// An attempt whose reply was lost may have scheduled it.
			if now, getErr := api.Get(v.Name).Context(gcp.Reading(ctx, "GetCryptoKeyVersion", v.Name)).Do(); getErr == nil && !lives(now) {
				continue
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// levelOf reads the protection level off a key's name.
func levelOf(key string) string {
	if strings.Contains(last(key), "-hsm-") {
		return policy.KeyHSM
	}
	return policy.KeySoftware
}

func seconds(d time.Duration) string { return strconv.FormatInt(int64(d/time.Second), 10) + "s" }

func parseSeconds(text string) time.Duration {
	d, err := time.ParseDuration(text)
	if err != nil {
		return 0
	}
	return d
}
