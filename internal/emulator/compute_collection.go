package emulator

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// computeCollection is a collection of Compute Engine whose methods have the
// common forms: insert, get, list and delete. What a kind has besides, it adds
// to its routes.
type computeCollection struct {
	// kind is the key in the store, noun the collection in paths, one the
	// object in the names of methods.
	kind, noun, one string
	// word is what errors call the object.
	word string
	// object is the object's kind in replies, such as "compute#network".
	object string
	// scopes are where objects lie, of "global", "regions/*" and "zones/*".
	scopes []string
	// typed makes the Go type of an object, which tells what fields there are.
	typed func() any
	// outputs are the fields that the service sets. It ignores them in a request.
	outputs []string
	// complete checks a new object and fills in what the service does. The
	// failure is what the operation ends in when a rule is only found out there.
	complete func(v computeService, c *computeCall, doc computeDoc) (*computeFailure, error)
	// show adds what depends on other objects; it may be nil.
	show func(v computeService, name string, doc computeDoc) (computeDoc, error)
	// extra lists objects that are made up when they are read; it may be nil.
	extra func(v computeService, parent string) ([]computeDoc, error)
	// users names the objects that need one, for its deletion; it may be nil.
	users func(v computeService, name string, doc computeDoc) ([]string, error)
	// lateUse says that the deletion of an object in use is only refused by its
	// operation.
	lateUse bool
	// typeOf names the operations where they are not insert and delete.
	typeOf func(scope, standard string) string
	// insertTakes and deleteTakes are the times of operations.
	insertTakes, deleteTakes time.Duration
	// bareList says that a list has no link to itself.
	bareList bool
	// inserted and deleted do what follows with other objects; they may be nil.
	inserted func(v computeService, c *computeCall, name string) error
	deleted  func(v computeService, c *computeCall, name string) error
}

// computeNameForm is the rule for the names of most objects.
const computeNameForm = `(?:[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?)`

var computeNamePattern = regexp.MustCompile("^" + computeNameForm + "$")

func checkComputeName(name string) error {
	switch {
	case name == "":
		return computeRequired("resource.name")
	case !computeNamePattern.MatchString(name):
		return computeInvalid("resource.name", name, "Must be a match of regex '"+computeNameForm+"'")
	}
	return nil
}

// routes are the common methods. rpcs of global objects carry the word Global
// where the collection has regional ones too.
func (k *computeCollection) routes(v computeService) []route {
	var out []route
	for _, scope := range k.scopes {
		one := k.one
		if scope == "global" && len(k.scopes) > 1 {
			one = "Global" + one
		}
		many := k.many(one)
		name, parent := "{name=projects/*/"+scope+"/"+k.noun+"/*}", "{parent=projects/*/"+scope+"}/"+k.noun
		out = append(out,
			v.write("POST", parent, "Insert"+one, nil, func(ctx context.Context, c *computeCall) (any, error) { return k.insert(ctx, v, c) }),
			v.read("GET", name, "Get"+one, nil, func(_ context.Context, c *computeCall) (any, error) { return k.get(v, c) }),
			v.read("GET", parent, "List"+many, computeListQuery, func(_ context.Context, c *computeCall) (any, error) { return k.list(v, c) }),
			v.write("DELETE", name, "Delete"+one, nil, func(ctx context.Context, c *computeCall) (any, error) { return k.remove(ctx, v, c) }))
		if scope != "global" {
			out = append(out, v.read("GET", "{parent=projects/*}/aggregated/"+k.noun, "ListAggregated"+many,
				append([]string{"includeAllScopes", "serviceProjectNumber"}, computeListQuery...),
				func(_ context.Context, c *computeCall) (any, error) { return k.aggregate(v, c) }))
		}
	}
	return out
}

// many is the plural of an object's name in the names of methods.
func (*computeCollection) many(one string) string {
	switch {
	case strings.HasSuffix(one, "s"):
		return one + "es"
	case strings.HasSuffix(one, "y"):
		return strings.TrimSuffix(one, "y") + "ies"
	}
	return one + "s"
}

// insert makes an object.
func (k *computeCollection) insert(ctx context.Context, v computeService, c *computeCall) (any, error) {
	doc, err := c.document(k.typed())
	if err != nil {
		return nil, err
	}
	for _, key := range append([]string{"kind", "id", "creationTimestamp", "selfLink", "selfLinkWithId", "fingerprint"}, k.outputs...) {
		delete(doc, key)
	}
	cleanDoc(doc)
	if err := checkComputeName(text(doc, "name")); err != nil {
		return nil, err
	}
	if c.region() != "" {
		if err := v.regionReference(c, text(doc, "region")); err != nil {
			return nil, err
		}
		doc["region"] = computeLink(c.parent())
	} else if len(k.scopes) > 1 && text(doc, "region") != "" {
		return nil, computeInvalid("resource.region", text(doc, "region"), "Region must not be specified for global resources.")
	}
	name := c.fullName(k.noun, text(doc, "name"))
	r, _, err := v.record(k.kind, name)
	if err != nil {
		return nil, err
	}
	if r != nil {
		if have, busy := r.at(v.s.now()); have != nil || busy {
			return nil, withReason("alreadyExists", withHTTPStatus(409, apiError(codeOfHTTP(409), "The resource '"+name+"' already exists")))
		}
	}
	doc["kind"], doc["id"], doc["creationTimestamp"], doc["selfLink"] = k.object, v.newID(), computeTime(v.s.now()), computeLink(name)
	failure, err := k.complete(v, c, doc)
	if err != nil {
		return nil, err
	}
	op, err := v.start(ctx, c, computeWrite{kind: k.kind, name: name, opType: k.opType(c, "insert"), took: k.insertTakes, next: doc, failure: failure})
	if err == nil && k.inserted != nil {
		err = k.inserted(v, c, name)
	}
	return op, err
}

// opType is the type of an operation.
func (k *computeCollection) opType(c *computeCall, standard string) string {
	if k.typeOf == nil {
		return standard
	}
	return k.typeOf(c.scope, standard)
}

// rendered is an object as the API shows it.
func (k *computeCollection) rendered(v computeService, name string, doc computeDoc) (computeDoc, error) {
	if k.show == nil {
		return doc, nil
	}
	return k.show(v, name, doc)
}

func (k *computeCollection) get(v computeService, c *computeCall) (any, error) {
	doc, name, err := v.standing(k.kind, c.name)
	if absent(err) && k.extra != nil {
		more, extraErr := k.extra(v, c.parent())
		for _, doc := range more {
			if strings.HasSuffix(c.name, "/"+text(doc, "name")) {
				return doc, extraErr
			}
		}
	}
	if err != nil {
		return nil, err
	}
	return k.rendered(v, name, doc)
}

// all are the objects of a scope, as the API shows them.
func (k *computeCollection) all(v computeService, parent string) ([]computeDoc, error) {
	objects, err := v.objects(k.kind, parent, false)
	if err != nil {
		return nil, err
	}
	var out []computeDoc
	for _, o := range objects {
		doc, err := k.rendered(v, o.name, o.doc)
		if err != nil {
			return nil, err
		}
		out = append(out, doc)
	}
	if k.extra == nil {
		return out, nil
	}
	more, err := k.extra(v, parent)
	return append(out, more...), err
}

func (k *computeCollection) list(v computeService, c *computeCall) (any, error) {
	items, err := k.all(v, c.parent())
	if err != nil {
		return nil, err
	}
	out, err := c.list(items, k.noun, k.object+"List")
	if k.bareList {
		delete(out, "selfLink")
	}
	return out, err
}

func (k *computeCollection) aggregate(v computeService, c *computeCall) (any, error) {
	items := map[string][]computeDoc{}
	var scopes []string
	for _, scope := range k.scopes {
		if scope == "global" {
			scopes = append(scopes, "global")
			continue
		}
		for _, region := range computeRegions() {
			if scope == "regions/*" {
				scopes = append(scopes, "regions/"+region.name)
				continue
			}
			for _, zone := range region.zones {
				scopes = append(scopes, "zones/"+region.name+"-"+zone)
			}
		}
	}
	for _, scope := range scopes {
		found, err := k.all(v, "projects/"+c.project+"/"+scope)
		if err != nil {
			return nil, err
		}
		items[scope] = found
	}
	return c.aggregated(items, scopes, k.noun, k.object+"AggregatedList")
}

// remove deletes an object that nothing needs.
func (k *computeCollection) remove(ctx context.Context, v computeService, c *computeCall) (any, error) {
	r, name, err := v.editable(k.kind, c.name)
	if err != nil {
		return nil, err
	}
	w := computeWrite{kind: k.kind, name: name, opType: k.opType(c, "delete"), took: k.deleteTakes, record: r, gone: true}
	if k.users != nil {
		users, err := k.users(v, name, r.Doc)
		if err != nil {
			return nil, err
		}
		switch {
		case len(users) == 0:
		case !k.lateUse:
			return nil, computeInUse(k.word, name, users[0])
		default:
			w.failure = &computeFailure{Code: "RESOURCE_IN_USE_BY_ANOTHER_RESOURCE", Message: computeInUseText(k.word, name, users[0]), Status: 400}
		}
	}
	op, err := v.start(ctx, c, w)
	if err == nil && k.deleted != nil {
		err = k.deleted(v, c, name)
	}
	return op, err
}

// computePatch is a change of an object's fields by a patch, a POST of its own
// or an update.
type computePatch struct {
	opType string
	took   time.Duration
	// mutable are the fields that may change; others must be as they are.
	mutable []string
	// ignored are fields that the method leaves as they are, whatever is sent.
	ignored []string
	// fingerprint says that the request needs the current one.
	fingerprint bool
	// check looks at the object as it would be; it may be nil.
	check func(v computeService, c *computeCall, name string, before, after computeDoc) error
}

// patch merges a request into an object.
func (k *computeCollection) patch(ctx context.Context, v computeService, c *computeCall, p computePatch) (any, error) {
	patch, err := c.document(k.typed())
	if err != nil {
		return nil, err
	}
	r, name, err := v.editable(k.kind, c.name)
	if err != nil {
		return nil, err
	}
	if p.fingerprint {
		if err := checkFingerprint(text(patch, "fingerprint"), r.Doc); err != nil {
			return nil, err
		}
	}
	for _, keys := range [][]string{{"kind", "id", "creationTimestamp", "selfLink", "selfLinkWithId", "fingerprint", "region"}, k.outputs, p.ignored} {
		for _, key := range keys {
			delete(patch, key)
		}
	}
	for _, key := range docKeys(patch) {
		if err := mayChange(p.mutable, key, r.Doc[key], patch[key]); err != nil {
			return nil, err
		}
	}
	after := mergeDoc(r.Doc, patch)
	cleanDoc(after)
	if p.check != nil {
		if err := p.check(v, c, name, r.Doc, after); err != nil {
			return nil, err
		}
	}
	return v.start(ctx, c, computeWrite{kind: k.kind, name: name, opType: p.opType, took: p.took, record: r, next: refreshed(after)})
}

// mayChange refuses a change of a field that is fixed at creation. The value
// that stands, in any of the forms of a link, is no change.
func mayChange(mutable []string, key string, have, want any) error {
	for _, name := range mutable {
		if name == key {
			return nil
		}
	}
	if fingerprintOf(have) == fingerprintOf(want) {
		return nil
	}
	haveText, ok := have.(string)
	wantText, also := want.(string)
	if ok && also && strings.Contains(haveText, "projects/") && computeName(haveText) == computeName(wantText) || have == nil && want == "" {
		return nil
	}
	shown, err := json.Marshal(want)
	if err != nil {
		shown = []byte("?")
	}
	return computeInvalid("resource."+key, strings.Trim(string(shown), `"`), "The field cannot be changed after creation.")
}

// refreshed gives a changed object its new fingerprint, where it has one.
func refreshed(doc computeDoc) computeDoc {
	if _, ok := doc["fingerprint"]; ok {
		delete(doc, "fingerprint")
		doc["fingerprint"] = fingerprintOf(doc)
	}
	return doc
}

// checkFingerprint refuses a change that was made from another state.
func checkFingerprint(given string, doc computeDoc) error {
	switch given {
	case "":
		return computeRequired("resource.fingerprint")
	case text(doc, "fingerprint"):
		return nil
	}
	return computeStale("Invalid fingerprint.")
}

// setLabels serves the setLabels method of the collection's objects. Labels can
// only be set so: the API ignores those of an insert.
func (k *computeCollection) setLabels(ctx context.Context, v computeService, c *computeCall, took time.Duration) (any, error) {
	var req struct {
		LabelFingerprint string            `json:"labelFingerprint"`
		Labels           map[string]string `json:"labels"`
	}
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	r, name, err := v.editable(k.kind, c.name)
	if err != nil {
		return nil, err
	}
	if req.LabelFingerprint != text(r.Doc, "labelFingerprint") {
		return nil, computeStale("Labels fingerprint either invalid or resource labels have changed")
	}
	labels, err := computeLabels(req.Labels)
	if err != nil {
		return nil, err
	}
	next := mergeDoc(r.Doc, computeDoc{"labels": nil, "labelFingerprint": labelFingerprintOf(labels)})
	if len(labels) > 0 {
		next["labels"] = labels
	}
	return v.start(ctx, c, computeWrite{kind: k.kind, name: name, opType: "setLabels", took: took, record: r, next: next, instant: true})
}

func computeLabels(in map[string]string) (map[string]any, error) {
	const most = 64
	if len(in) > most {
		return nil, computeInvalid("labels", fmt.Sprint(len(in)), "A resource can have at most 64 labels.")
	}
	out := map[string]any{}
	for _, key := range docKeys(in) {
		if !userLabelKey.MatchString(key) || !userLabelVal.MatchString(in[key]) || len([]rune(key)) > 63 || len([]rune(in[key])) > 63 {
			return nil, computeInvalid("resource.labels", "", fmt.Sprintf("Label key '%s' or value '%s' violates format constraints. The key must start with a lowercase character, can only contain lowercase letters, numeric characters, underscores and dashes. The key can be at most 63 characters long. The value can only contain lowercase letters, numeric characters, underscores and dashes. The value can be at most 63 characters long. International characters are allowed.", key, in[key]))
		}
		out[key] = in[key]
	}
	return out, nil
}
