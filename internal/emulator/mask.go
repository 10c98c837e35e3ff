package emulator

import (
	"bytes"
	"encoding/json"
	"net/url"
	"regexp"
	"strings"
)

// masked stands in the request log for a value that nobody may read there.
const masked = "********"

// sensitiveNames are the names of fields, labels and query parameters whose
// values never reach the request log, compared without case, "_" and "-". The
// first three are the labels that hashicorp/google treats as sensitive too; the
// rest are credentials that a client may send to any of the modelled services.
var sensitiveNames = []string{
	"service_key", "auth_token", "password",
	"token", "access_token", "refresh_token", "id_token", "key", "api_key",
	"secret", "client_secret", "private_key", "code", "authorization",
	"credentials", "root_password", "signature",
}

// flatSensitiveNames are sensitiveNames as they are compared; every field of
// every write is.
var flatSensitiveNames = func() map[string]bool {
	flat := make(map[string]bool, len(sensitiveNames))
	for _, name := range sensitiveNames {
		flat[flatName(name)] = true
	}
	return flat
}()

func isSensitiveName(name string) bool { return flatSensitiveNames[flatName(name)] }

func flatName(name string) string {
	return strings.ToLower(strings.ReplaceAll(strings.ReplaceAll(name, "_", ""), "-", ""))
}

// maskJSON returns body with every sensitive value replaced, however deep it
// lies, and with the tokens taken out of the URLs in it. What is no JSON is
// replaced as a whole: it cannot be told apart from a secret.
func maskJSON(body []byte) json.RawMessage {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil || dec.More() {
		return json.RawMessage(`"` + masked + `"`)
	}
	out, err := json.Marshal(maskValue(v, ""))
	if err != nil {
		return json.RawMessage(`"` + masked + `"`)
	}
	return out
}

func maskValue(v any, path string) any {
	switch v := v.(type) {
	case map[string]any:
		for k, e := range v {
			if sensitiveAt(path, k) {
				v[k] = masked
				continue
			}
			if (k == "headers" || k == "body") && isHTTPCheck(path) {
				v[k] = masked
				continue
			}
			if labels, ok := e.(map[string]any); ok && k == "labels" && holdsChannel(path) {
				maskChannelLabels(labels)
				continue
			}
			v[k] = maskValue(e, path+"."+k)
		}
		return v
	case []any:
		for i, e := range v {
			v[i] = maskValue(e, path)
		}
		return v
	case string:
		return maskText(v)
	default:
		return v
	}
}

// holdsChannel tells whether the object at path can be a notification channel:
// the whole body in REST, a field of that name in a gRPC message.
func holdsChannel(path string) bool {
	return path == "" || strings.HasSuffix(path, ".notificationChannel") || strings.HasSuffix(path, ".notification_channel")
}

// isHTTPCheck tells whether path leads to the request of an uptime check, whose
// headers and body may hold credentials.
func isHTTPCheck(path string) bool {
	return strings.HasSuffix(path, ".httpCheck") || strings.HasSuffix(path, ".http_check")
}

// maskChannelLabels shows only labels that a channel type defines and that are
// not sensitive: a misspelt name must not bring the secret into the log.
func maskChannelLabels(labels map[string]any) {
	for key, value := range labels {
		text, isText := value.(string)
		if !isText || !openChannelLabel(key) {
			labels[key] = masked
			continue
		}
		labels[key] = maskText(text)
	}
}

func openChannelLabel(key string) bool {
	open := false
	for _, t := range channelTypes() {
		if l, ok := t.label(key); ok {
			if l.sensitive {
				return false
			}
			open = true
		}
	}
	return open
}

// sensitiveAt tells whether the value of key below path is hidden. A label
// descriptor's "key" and an error's "code" are the two innocent uses of names
// that mean a secret anywhere else.
func sensitiveAt(path, key string) bool {
	switch flatName(key) {
	case "key":
		return !strings.HasSuffix(path, ".labels")
	case "code":
		return !strings.HasSuffix(path, ".error") && !strings.HasSuffix(path, ".status")
	default:
		return isSensitiveName(key)
	}
}

var embeddedURL = regexp.MustCompile(`[A-Za-z][A-Za-z0-9+.-]*://[^\s"'<>]+`)

// maskText takes passwords and sensitive query parameters out of each URL that
// stands in a text.
func maskText(s string) string {
	if !strings.Contains(s, "://") {
		return s
	}
	return embeddedURL.ReplaceAllStringFunc(s, maskURL)
}

// maskURL hides the user's password and every sensitive query parameter of a
// URL. Both the address of a request and a webhook's label pass through it.
func maskURL(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return masked
	}
	changed := false
	if u.User != nil {
		u.User = url.User(masked)
		changed = true
	}
	parts := strings.Split(u.RawQuery, "&")
	for i, part := range parts {
		name, value, _ := strings.Cut(part, "=")
		if plain, err := url.QueryUnescape(name); err == nil {
			name = plain
		}
		if value != "" && isSensitiveName(name) {
			parts[i] = url.QueryEscape(name) + "=" + masked
			changed = true
		}
	}
	if u.Fragment != "" && strings.Contains(u.Fragment, "=") {
		u.Fragment, u.RawFragment = masked, ""
		changed = true
	}
	if !changed {
		return raw
	}
	u.RawQuery = strings.Join(parts, "&")
	return strings.ReplaceAll(u.String(), url.QueryEscape(masked), masked)
}
