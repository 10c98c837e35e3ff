package reconcile

import (
	"fmt"
	"regexp"
	"strconv"
)

const (
	// OwnerLabel is the label that holds the owner's key.
	OwnerLabel = "cortx-owner"
	// IncarnationLabel is the label that holds the incarnation that made the
	// object. An older one is ours all the same, and no drift: it lags behind
	// after an adoption.
	IncarnationLabel = "cortx-incarnation"
)

// ownerKey is what fits the labels of every service and of Kubernetes.
var ownerKey = regexp.MustCompile(`^[a-z]([a-z0-9_-]{0,61}[a-z0-9])?$`)

// ownerText finds the mark of [Owner.Text].
var ownerText = regexp.MustCompile(`\b` + OwnerLabel + `=([a-z][a-z0-9_-]*) ` + IncarnationLabel + `=([0-9]+)\b`)

// Owner says whose an object is.
type Owner struct {
	// Key comes from the configuration and is never random. It is a valid
	// label value: at most 63 lowercase letters, digits, underscores and
	// hyphens, beginning with a letter and not ending with a sign.
	Key string
	// Incarnation counts adoptions, from 1.
	Incarnation int64
}

// ValidOwnerKey reports whether key can be an owner's.
func ValidOwnerKey(key string) bool { return ownerKey.MatchString(key) }

// Labels returns the labels that every object of the owner gets.
func (o Owner) Labels() map[string]string {
	return map[string]string{OwnerLabel: o.Key, IncarnationLabel: strconv.FormatInt(o.Incarnation, 10)}
}

// Text is the same mark for the description of an object that takes no labels.
func (o Owner) Text() string {
	return fmt.Sprintf("%s=%s %s=%d", OwnerLabel, o.Key, IncarnationLabel, o.Incarnation)
}

// OwnerOfLabels returns the owner that labels name, if they name one. An
// incarnation that is missing or no number is 0.
func OwnerOfLabels(labels map[string]string) (Owner, bool) {
	key := labels[OwnerLabel]
	if key == "" {
		return Owner{}, false
	}
	incarnation, err := strconv.ParseInt(labels[IncarnationLabel], 10, 64)
	if err != nil || incarnation < 0 {
		incarnation = 0
	}
	return Owner{Key: key, Incarnation: incarnation}, true
}

// OwnerOfText returns the owner that a description names by [Owner.Text].
func OwnerOfText(text string) (Owner, bool) {
	found := ownerText.FindStringSubmatch(text)
	if found == nil {
		return Owner{}, false
	}
	return OwnerOfLabels(map[string]string{OwnerLabel: found[1], IncarnationLabel: found[2]})
}
