package emulator

import (
	"maps"
	"slices"
	"strings"
	"time"

	"google.golang.org/api/cloudkms/v1"
)

const (
	symmetricPurpose   = "ENCRYPT_DECRYPT"
	symmetricAlgorithm = "GOOGLE_SYMMETRIC_ENCRYPTION"
	// The bounds of rotationPeriod, as the API's reference documents them.
	rotationLeast = 24 * time.Hour
	rotationMost  = 876_000 * time.Hour
	// The bounds of destroyScheduledDuration, and what it is by default
	// (https://cloud.google.com/kms/docs/key-states).
	destroyLeast   = 24 * time.Hour
	destroyMost    = 120 * 24 * time.Hour
	destroyDefault = 30 * 24 * time.Hour
)

// fill takes the settings of a new key from a request, and checks them.
func (key *cryptoKeyRecord) fill(in *cloudkms.CryptoKey, now time.Time) error {
	algorithm, err := algorithmOf(in)
	if err != nil {
		return err
	}
	if in.KeyAccessJustificationsPolicy != nil {
		return notModelled("keyAccessJustificationsPolicy")
	}
	if in.CryptoKeyBackend != "" {
		return notModelled("cryptoKeyBackend")
	}
	key.Algorithm, key.Protection = algorithm, "SOFTWARE"
	if t := in.VersionTemplate; t != nil {
		if t.ProtectionLevel != "" {
			key.Protection = t.ProtectionLevel
		}
	}
	location := keyName.FindStringSubmatch(key.Name)[2]
	switch key.Protection {
	case "SOFTWARE":
	case "HSM":
		if !hsmAvailable(location) {
			return invalid("The protection level HSM is not available in the location %s.", location)
		}
	default:
		return notModelled("keys with the protection level %s", key.Protection)
	}
	key.DestroyAfter = destroyDefault
	if text := in.DestroyScheduledDuration; text != "" {
		d, ok := parseSeconds(text)
		if !ok {
			return invalid("Invalid value at 'crypto_key.destroy_scheduled_duration' (type.googleapis.com/google.protobuf.Duration), %q", text)
		}
		if d < destroyLeast || d > destroyMost {
			return invalid("destroy_scheduled_duration must be between 24 hours and 120 days, not %s.", text)
		}
		key.DestroyAfter = d
	}
	if err := checkKeyLabels(in.Labels); err != nil {
		return err
	}
	return key.schedule(in.RotationPeriod, in.NextRotationTime, now)
}

// schedule sets when a key rotates.
func (key *cryptoKeyRecord) schedule(period, next string, now time.Time) error {
	key.Rotation, key.NextRotation = "", time.Time{}
	if period != "" {
		d, ok := parseSeconds(period)
		if !ok {
			return invalid("Invalid value at 'crypto_key.rotation_period' (type.googleapis.com/google.protobuf.Duration), %q", period)
		}
		if d < rotationLeast || d > rotationMost {
			return invalid("rotation_period must be at least 24 hours and at most 876,000 hours, not %s.", period)
		}
		if next == "" {
			return invalid("next_rotation_time must be set when rotation_period is.")
		}
		key.Rotation = secondsText(d)
	}
	if next != "" {
		at, err := time.Parse(time.RFC3339Nano, next)
		if err != nil {
			return invalid("Invalid value at 'crypto_key.next_rotation_time' (type.googleapis.com/google.protobuf.Timestamp), %q", next)
		}
		if !at.After(now) {
			return invalid("next_rotation_time must be in the future, not %s.", next)
		}
		key.NextRotation = at.UTC()
	}
	return nil
}

func checkKeyLabels(labels map[string]string) error {
	if len(labels) > 64 {
		return invalid("A CryptoKey can have at most 64 labels.")
	}
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		if !storageLabelKey.MatchString(name) || !storageLabelVal.MatchString(labels[name]) {
			return invalid("Invalid label %q: %q.", name, labels[name])
		}
	}
	return nil
}

// changeTemplate gives the versions to come another algorithm of the same purpose.
// Their protection level stays (https://cloud.google.com/kms/docs/reference/rest).
func (key *cryptoKeyRecord) changeTemplate(t *cloudkms.CryptoKeyVersionTemplate) error {
	if t == nil {
		return nil
	}
	if t.ProtectionLevel != "" && t.ProtectionLevel != key.Protection {
		return invalid("The protection level of CryptoKey %s can't become %s.", key.Name, t.ProtectionLevel)
	}
	if t.Algorithm == "" || t.Algorithm == key.Algorithm {
		return nil
	}
	algorithm, err := algorithmOf(&cloudkms.CryptoKey{Purpose: key.Purpose, VersionTemplate: t})
	if err == nil {
		key.Algorithm = algorithm
	}
	return err
}

// apply changes what a mask names.
func (key *cryptoKeyRecord) apply(in *cloudkms.CryptoKey, mask string, now time.Time) error {
	if mask == "" {
		return invalid("update_mask is required.")
	}
	period, next, schedule := key.Rotation, "", false
	if !key.NextRotation.IsZero() {
		next = kmsTime(key.NextRotation)
	}
	for _, path := range strings.Split(mask, ",") {
		switch strings.TrimSpace(path) {
		case "labels":
			if err := checkKeyLabels(in.Labels); err != nil {
				return err
			}
			key.Labels = in.Labels
		case "rotationPeriod", "rotation_period":
			period, schedule = in.RotationPeriod, true
		case "nextRotationTime", "next_rotation_time":
			next, schedule = in.NextRotationTime, true
		case "versionTemplate", "version_template", "versionTemplate.algorithm", "version_template.algorithm":
			if err := key.changeTemplate(in.VersionTemplate); err != nil {
				return err
			}
		case "keyAccessJustificationsPolicy", "key_access_justifications_policy":
			return notModelled("keyAccessJustificationsPolicy")
		case "purpose", "destroyScheduledDuration", "destroy_scheduled_duration", "importOnly", "import_only", "cryptoKeyBackend", "crypto_key_backend":
			return invalid("The field %s of a CryptoKey is immutable.", path)
		default:
			return invalid("Field update_mask had an invalid value of %q: The path does not name a field that can be changed.", path)
		}
	}
	if !schedule {
		return nil
	}
	if key.signs() && (period != "" || next != "") {
		return invalid("rotation_period and next_rotation_time can't be set for the purpose %s: automatic rotation is for symmetric keys.", key.Purpose)
	}
	return key.schedule(period, next, now)
}
