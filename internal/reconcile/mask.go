package reconcile

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of kept lines, in bytes.
const (
	maxLastError = 500
	maxProgress  = 200
	// maxDetail bounds the words of one component in a result's error.
	maxDetail = 2000
)

const masked = "(sensitive value)"

// secretForms are what a secret looks like when nobody told us of it: keys,
// tokens and passwords in the forms in which services and libraries echo them.
var secretForms = []*regexp.Regexp{
	regexp.MustCompile(`(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)`),
	regexp.MustCompile(`\bya29\.[\w.-]+`),
	regexp.MustCompile(`\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?`),
	regexp.MustCompile(`\bAIza[\w-]{20,}`),
	regexp.MustCompile(`\bGOCSPX-[\w-]+`),
	regexp.MustCompile(`(?i)\b(?:bearer|basic)\s+[\w.~+/=-]{8,}`),
	regexp.MustCompile(`(?i)\b[\w-]*(?:password|passwd|secret|token|api_?key|private_?key)"?\s*[=:]\s*(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^\s"',;&]+)`),
	regexp.MustCompile(`://[^/\s:@]+:[^/\s@]+@`),
}

// oneLine makes one line of a text that is to be kept or shown: secrets masked,
// white space and control characters collapsed, at most limit bytes.
func (o *Options) oneLine(text string, limit int) string {
	mask := func(s string) string {
		if o.Mask != nil {
			s = o.Mask(s)
		}
		return s
	}
	text = mask(strings.ToValidUTF8(text, "�"))
	for _, form := range secretForms {
		text = form.ReplaceAllString(text, masked)
	}
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
	text = mask(text) // A secret may have been broken over lines.
	if len(text) <= limit {
		return text
	}
	const more = "…"
	cut := limit - len(more)
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut] + more
}
