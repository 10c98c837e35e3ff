package emulator

import (
	"context"
	"crypto/ecdh"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"hash/crc32"
	"strings"
	"time"

	"google.golang.org/api/cloudkms/v1"
	"google.golang.org/grpc/codes"
)

const (
	signingPurpose   = "ASYMMETRIC_SIGN"
	signingAlgorithm = "EC_SIGN_P256_SHA256"
	// versionPending is what a version of an asymmetric key is at first
	// (https://cloud.google.com/kms/docs/key-states).
	versionPending = "PENDING_GENERATION"
	// keyGeneration is about what making one takes, a guess.
	keyGeneration = 3 * time.Second
)

// signs tells whether a key is one that signs. Such a key has no primary version
// and doesn't rotate; signing itself is not modelled.
func (key *cryptoKeyRecord) signs() bool { return key.Purpose == signingPurpose }

// algorithmOf is the algorithm of a new key, by its purpose.
func algorithmOf(in *cloudkms.CryptoKey) (string, error) {
	asked := ""
	if in.VersionTemplate != nil {
		asked = in.VersionTemplate.Algorithm
	}
	switch in.Purpose {
	case "", "CRYPTO_KEY_PURPOSE_UNSPECIFIED":
		return "", invalid("The purpose of a CryptoKey is required.")
	case symmetricPurpose:
		if asked != "" && asked != symmetricAlgorithm {
			return "", invalid("The algorithm %s can't be used with the purpose %s.", asked, in.Purpose)
		}
		return symmetricAlgorithm, nil
	case signingPurpose:
		switch {
		case asked == "":
			return "", invalid("version_template.algorithm is required for the purpose %s.", in.Purpose)
		case asked == symmetricAlgorithm || strings.HasPrefix(asked, "HMAC") || strings.HasPrefix(asked, "RSA_DECRYPT") || strings.HasPrefix(asked, "AES"):
			return "", invalid("The algorithm %s can't be used with the purpose %s.", asked, in.Purpose)
		case asked != signingAlgorithm:
			return "", notModelled("keys that sign by %s", asked)
		case in.RotationPeriod != "" || in.NextRotationTime != "":
			return "", invalid("rotation_period and next_rotation_time can't be set for the purpose %s: automatic rotation is for symmetric keys.", in.Purpose)
		}
		return asked, nil
	default:
		return "", notModelled("keys with the purpose %s", in.Purpose)
	}
}

// generate makes the next version of a key; one that signs is being generated at
// first.
func (s *Server) generate(key *cryptoKeyRecord, state string) *keyVersionRecord {
	v := key.add(s.now(), state)
	if key.signs() && state == versionEnabled && s.opts.LROScale > 0 {
		v.State, v.ReadyAt = versionPending, s.now().Add(s.scaled(keyGeneration))
	}
	return v
}

// publicKey serves the public half of a version.
func (k keyVersions) publicKey(ctx context.Context, r *restRequest) (any, error) {
	key, v, err := k.existing(ctx, r)
	if err != nil {
		return nil, err
	}
	if f := r.query.Get("publicKeyFormat"); f != "" && f != "PUBLIC_KEY_FORMAT_UNSPECIFIED" && f != "PEM" {
		return nil, notModelled("the format %s of public keys", f)
	}
	if !key.signs() {
		return nil, apiError(codes.FailedPrecondition, fmt.Sprintf("The request cannot be fulfilled. Resource %s has value %s in field crypto_key.purpose.", v.name(key), key.Purpose))
	}
	if v.State != versionEnabled {
		return nil, v.wrongState(key)
	}
	text, err := publicPEM(v.name(key))
	if err != nil {
		return nil, err
	}
	return &cloudkms.PublicKey{
		Name: v.name(key), Algorithm: key.Algorithm, ProtectionLevel: key.Protection, PublicKeyFormat: "PEM", Pem: text,
		PemCrc32c: int64(crc32.Checksum([]byte(text), crc32.MakeTable(crc32.Castagnoli))),
	}, nil
}

// publicPEM is a key on the curve P-256 that follows from a version's name: a
// real one, so that who parses it can, and of no use, since its private half is
// no secret.
func publicPEM(version string) (string, error) {
	seed := sha256.Sum256([]byte(version))
	private, err := ecdh.P256().NewPrivateKey(seed[:])
	if err != nil {
		return "", err
	}
	der, err := x509.MarshalPKIXPublicKey(private.PublicKey())
	if err != nil {
		return "", err
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})), nil
}
