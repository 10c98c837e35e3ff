package emulator

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"regexp"
	"strings"
	"time"
)

// computeDoc is an object of Compute Engine as JSON. It keeps which fields were
// set, since the API shows false and "" where they were.
type computeDoc = map[string]any

// computeRecord is an object in the store, with the change that an operation
// makes. Nothing runs when the operation ends: Until says which of the two
// stands.
type computeRecord struct {
	// Doc stands until Until; nil while the object is being made.
	Doc computeDoc `json:"doc,omitempty"`
	// Next stands from then on; nil changes nothing.
	Next computeDoc `json:"next,omitempty"`
	// Gone says that nothing stands from then on.
	Gone bool `json:"gone,omitempty"`
	// Until is when the latest operation on the object ends.
	Until time.Time `json:"until"`
	// Auto marks what the service made by itself, such as a default route.
	Auto bool `json:"auto,omitempty"`

	version int64
}

// at returns what stands at a time, nil for nothing, and whether an operation
// on it runs.
func (r *computeRecord) at(now time.Time) (doc computeDoc, busy bool) {
	switch {
	case now.Before(r.Until):
		return r.Doc, true
	case r.Gone:
		return nil, false
	case r.Next != nil:
		return r.Next, false
	}
	return r.Doc, false
}

// computeStands tells the inventory what users made and what is still there:
// an object counts from the call that makes it on, until its deletion is done.
func computeStands(s *Server, value json.RawMessage) bool {
	var r computeRecord
	if json.Unmarshal(value, &r) != nil || r.Auto {
		return false
	}
	doc, busy := r.at(s.now())
	return doc != nil || busy
}

// record returns the record of a name, or nil. The last part of the name may be
// the object's number.
func (v computeService) record(kindName, name string) (*computeRecord, string, error) {
	r := &computeRecord{}
	version, err := v.s.load(kindName, name, r)
	if err == nil {
		r.version = version
		return r, name, nil
	}
	if !absent(err) {
		return nil, "", err
	}
	at := strings.LastIndex(name, "/")
	if !computeID.MatchString(name[at+1:]) {
		return nil, name, nil
	}
	parent := name[:strings.LastIndex(name[:at], "/")]
	for _, e := range v.s.store.List(kindName, parent) {
		r := &computeRecord{version: e.Version}
		if err := json.Unmarshal(e.Value, r); err != nil {
			return nil, "", err
		}
		if doc, _ := r.at(v.s.now()); doc != nil && doc["id"] == name[at+1:] {
			return r, e.Name, nil
		}
	}
	return nil, name, nil
}

// standing returns the object of a name as a read sees it, and its name.
func (v computeService) standing(kindName, name string) (computeDoc, string, error) {
	r, name, err := v.record(kindName, name)
	if err != nil {
		return nil, "", err
	}
	if r != nil {
		if doc, _ := r.at(v.s.now()); doc != nil {
			return doc, name, nil
		}
	}
	return nil, "", computeNotFound(name)
}

// ready is standing for an object that a write needs: an operation on it that
// makes or removes it bars its use.
func (v computeService) ready(kindName, name string) (computeDoc, error) {
	r, name, err := v.record(kindName, name)
	if err != nil {
		return nil, err
	}
	if r == nil {
		return nil, computeNotFound(name)
	}
	doc, busy := r.at(v.s.now())
	switch {
	case busy && (doc == nil || r.Gone):
		return nil, computeNotReady(name)
	case doc == nil:
		return nil, computeNotFound(name)
	}
	return doc, nil
}

// editable is the record of an object that a write changes. One operation at a
// time: another one that runs refuses it.
func (v computeService) editable(kindName, name string) (*computeRecord, string, error) {
	r, name, err := v.record(kindName, name)
	if err != nil {
		return nil, "", err
	}
	if r == nil {
		return nil, "", computeNotFound(name)
	}
	doc, busy := r.at(v.s.now())
	switch {
	case busy:
		return nil, "", computeNotReady(name)
	case doc == nil:
		return nil, "", computeNotFound(name)
	}
	r.Doc, r.Next, r.Gone = doc, nil, false
	return r, name, nil
}

// computeID is an object's number. Names begin with a letter.
var computeID = regexp.MustCompile(`^[0-9]{1,20}$`)

// computeObject is an object that stands, with its name.
type computeObject struct {
	name string
	doc  computeDoc
}

// objects returns what stands of a kind, oldest first; parent "" means
// everywhere. Those that are being made come too when made is set: their ranges
// and addresses are taken already.
func (v computeService) objects(kindName, parent string, made bool) ([]computeObject, error) {
	var out []computeObject
	for _, e := range v.s.store.List(kindName, parent) {
		var r computeRecord
		if err := json.Unmarshal(e.Value, &r); err != nil {
			return nil, err
		}
		doc, busy := r.at(v.s.now())
		if made && busy && !r.Gone && r.Next != nil {
			doc = r.Next
		}
		if doc != nil {
			out = append(out, computeObject{e.Name, doc})
		}
	}
	return out, nil
}

// docInto reads a document into a Go type of the API.
func docInto(doc computeDoc, v any) error {
	raw, err := json.Marshal(doc)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, v)
}

func text(doc computeDoc, key string) string {
	s, _ := doc[key].(string)
	return s
}

// cleanDoc removes what the API never shows: null and empty lists.
func cleanDoc(doc computeDoc) {
	for key, value := range doc {
		switch value := value.(type) {
		case nil:
			delete(doc, key)
		case map[string]any:
			if cleanDoc(value); key == "labels" && len(value) == 0 {
				delete(doc, key)
			}
		case []any:
			for _, item := range value {
				if object, ok := item.(map[string]any); ok {
					cleanDoc(object)
				}
			}
			if len(value) == 0 {
				delete(doc, key)
			}
		}
	}
}

// mergeDoc applies a patch: objects field by field, null removes, anything
// else replaces.
func mergeDoc(doc, patch computeDoc) computeDoc {
	out := computeDoc{}
	for key, value := range doc {
		out[key] = value
	}
	for key, value := range patch {
		below, isObject := value.(map[string]any)
		have, hasObject := out[key].(map[string]any)
		switch {
		case value == nil:
			delete(out, key)
		case isObject && hasObject:
			out[key] = mergeDoc(have, below)
		default:
			out[key] = value
		}
	}
	return out
}

// fingerprintOf is a fingerprint of the API's form: eight bytes in base64.
func fingerprintOf(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	h := fnv.New64a()
	_, _ = h.Write(raw)
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], h.Sum64())
	return base64.StdEncoding.EncodeToString(b[:])
}

// noLabels is the fingerprint of an object without labels, as the API shows it.
const noLabels = "42WmSpB8rSM="

func labelFingerprintOf(labels any) string {
	if m, ok := labels.(map[string]any); !ok || len(m) == 0 {
		return noLabels
	}
	return fingerprintOf(labels)
}

// computeZone is a time zone of the offset that the API writes its times in.
var computeZone = time.FixedZone("", -8*60*60)

func computeTime(t time.Time) string {
	return t.In(computeZone).Format("2006-01-02T15:04:05.000-07:00")
}

// fingerprintHex is a text's fingerprint in sixteen hexadecimal digits.
func fingerprintHex(s string) string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(s))
	return fmt.Sprintf("%016x", h.Sum64())
}
