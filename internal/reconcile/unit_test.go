package reconcile_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/cortx-platform/terraform-provider-cortx/internal/clock"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile/reconciletest"
)

// TestBeyond leaves out what a value shows, and nothing that none does.
func TestBeyond(t *testing.T) {
	t.Parallel()
	seen := reconcile.Observation{
		Values: map[string]any{"shown": false, "as desired": true, "set": []string{"a"}, "input": int64(3)},
		Differs: []reconcile.Difference{
			{Setting: "shown", Words: "shown"},
			{Setting: "shown", Apart: true, Words: "another object's"},
			{Setting: "as desired", Words: "the other of two"},
			{Setting: "set", Words: "shown as a set"},
			{Setting: "input", Words: "an input"},
			{Setting: "unseen", Words: "unseen"},
			{Words: "of no setting"},
		},
	}
	desired := map[string]any{"shown": true, "as desired": true, "set": []string{"a", "b"}, "unseen": true}
	if got, want := reconcile.Words(seen.Beyond(desired)), "another object's; the other of two; unseen; of no setting"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestNew(t *testing.T) {
	t.Parallel()
	part := func(name string, needs ...string) reconcile.Component { return &fake{name: name, needs: needs} }
	good := reconcile.Options{Store: &reconciletest.Store{}, Name: record, Owner: "toy-dev", Holder: "me"}
	with := func(edit func(*reconcile.Options)) reconcile.Options {
		o := good
		edit(&o)
		return o
	}
	for name, c := range map[string]struct {
		opts  reconcile.Options
		parts []reconcile.Component
		want  string
	}{
		"good":        {good, []reconcile.Component{part("b", "a", "a"), part("a"), part("c_2", "a", "b")}, ""},
		"none":        {good, nil, "at least one"},
		"twice":       {good, []reconcile.Component{part("a"), part("a")}, `two components are called "a"`},
		"name":        {good, []reconcile.Component{part("A-b")}, "lowercase words"},
		"no name":     {good, []reconcile.Component{part("")}, "lowercase words"},
		"unknown":     {good, []reconcile.Component{part("a", "b")}, `needs "b", which is no component`},
		"itself":      {good, []reconcile.Component{part("a", "a")}, "in a circle: a needs a"},
		"circle":      {good, []reconcile.Component{part("z"), part("a", "z", "b"), part("b", "c"), part("c", "a")}, "in a circle: a needs b needs c needs a"},
		"no store":    {with(func(o *reconcile.Options) { o.Store = nil }), []reconcile.Component{part("a")}, "store"},
		"no record":   {with(func(o *reconcile.Options) { o.Name = "" }), []reconcile.Component{part("a")}, "record"},
		"no owner":    {with(func(o *reconcile.Options) { o.Owner = "" }), []reconcile.Component{part("a")}, "owner"},
		"no holder":   {with(func(o *reconcile.Options) { o.Holder = "" }), []reconcile.Component{part("a")}, "leases"},
		"bad owner":   {with(func(o *reconcile.Options) { o.Owner = "Toy/dev" }), []reconcile.Component{part("a")}, "label"},
		"restless":    {with(func(o *reconcile.Options) { o.Heartbeat = clock.NewVirtual(time.Time{}) }), []reconcile.Component{part("a")}, "virtual"},
		"long owner":  {with(func(o *reconcile.Options) { o.Owner = "a" + strings.Repeat("b", 63) }), []reconcile.Component{part("a")}, "label"},
		"owner fits":  {with(func(o *reconcile.Options) { o.Owner = "a" + strings.Repeat("b", 62) }), []reconcile.Component{part("a")}, ""},
		"owner's end": {with(func(o *reconcile.Options) { o.Owner = "ab-" }), []reconcile.Component{part("a")}, "label"},
	} {
		_, err := reconcile.New(c.opts, c.parts)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}

func TestOwner(t *testing.T) {
	t.Parallel()
	o := reconcile.Owner{Key: "proj_dev-1", Incarnation: 12}
	if got, ok := reconcile.OwnerOfLabels(o.Labels()); !ok || got != o {
		t.Errorf("labels: %+v", got)
	}
	if got, ok := reconcile.OwnerOfText("The network of dev. " + o.Text() + "."); !ok || got != o {
		t.Errorf("text: %+v", got)
	}
	for _, labels := range []map[string]string{nil, {}, {reconcile.OwnerLabel: ""}, {reconcile.IncarnationLabel: "1"}} {
		if got, ok := reconcile.OwnerOfLabels(labels); ok {
			t.Errorf("%v: %+v", labels, got)
		}
	}
	for _, incarnation := range []string{"", "x", "-1"} {
		got, ok := reconcile.OwnerOfLabels(map[string]string{reconcile.OwnerLabel: "a", reconcile.IncarnationLabel: incarnation})
		if !ok || got != (reconcile.Owner{Key: "a"}) {
			t.Errorf("%q: %+v", incarnation, got)
		}
	}
	for _, text := range []string{"", "cortx-owner=a", "cortx-owner=A cortx-incarnation=1", "xcortx-owner=a cortx-incarnation=1"} {
		if got, ok := reconcile.OwnerOfText(text); ok {
			t.Errorf("%q: %+v", text, got)
		}
	}
}

// TestMask keeps secrets out of everything that is kept or shown of an error.
func TestMask(t *testing.T) {
	t.Parallel()
	const token = "s3cr3t-of-the-caller"
	for name, c := range map[string]struct{ text, want string }{
		"plain":     {"a\n\tb\x00c  d", "a b c d"},
		"caller's":  {"said " + token + "!", "said (masked)!"},
		"token":     {"got ya29.a0AfH6SMBx-y_z now", "got (sensitive value) now"},
		"bearer":    {"Authorization: Bearer abcdefghijk.lmn", "Authorization: (sensitive value)"},
		"password":  {`{"password": "a \"b\" c", "user": "u"}`, `{"(sensitive value), "user": "u"}`},
		"query":     {"https://x/y?access_token=abc&z=1", "https://x/y?(sensitive value)&z=1"},
		"url":       {"postgres://me:pw@host/db", "postgres(sensitive value)host/db"},
		"jwt":       {"jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIx.abc end", "jwt (sensitive value) end"},
		"key":       {"x -----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY----- y", "x (sensitive value) y"},
		"half key":  {"x -----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc", "x (sensitive value)"},
		"api key":   {"key AIzaSyA-1234567890abcdefghijkl", "key (sensitive value)"},
		"not utf-8": {"a\xffb", "a\ufffdb"},
		"unharmed":  {"projects/p/secrets/s: tokens were refused; basic tier", "projects/p/secrets/s: tokens were refused; basic tier"},
	} {
		store := &reconciletest.Store{}
		mask := func(o *reconcile.Options) {
			o.Mask = func(s string) string { return strings.ReplaceAll(s, token, "(masked)") }
		}
		r := engineOf(t, store, mask, failing(c.text)).Converge(t.Context(), reconcile.Spec{})
		rec := stored(t, store)
		if got := rec.Steps["part"].LastError; got != c.want {
			t.Errorf("%s: the ledger keeps %q, want %q", name, got, c.want)
		}
		if got := r.Errors["part"].Error(); got != "part: "+c.want {
			t.Errorf("%s: the error is %q", name, got)
		}
		if strings.Contains(r.Err.Error(), token) || strings.Contains(rec.LastError, token) {
			t.Errorf("%s: the secret is out", name)
		}
	}
	for _, unit := range []string{"x", "é", "漢"} {
		store := &reconciletest.Store{}
		engineOf(t, store, nil, failing(strings.Repeat(unit, 3000))).Converge(t.Context(), reconcile.Spec{})
		rec := stored(t, store)
		for _, line := range []string{rec.LastError, rec.Steps["part"].LastError} {
			if len(line) > 500 || len(line) < 495 || !utf8.ValidString(line) || !strings.HasSuffix(line, "…") {
				t.Errorf("%d bytes: %q", len(line), line)
			}
		}
	}
}

func failing(text string) *fake {
	f := &fake{name: "part"}
	f.converge = func(_ context.Context, _ *reconcile.Step) error { return errors.New(text) }
	return f
}

// TestDecodeRecord takes what was written, and nothing that was not.
func TestDecodeRecord(t *testing.T) {
	t.Parallel()
	w := newToy()
	tf := newTerraform(w, five)
	must(t, tf.apply(t.Context(), t))
	good, _ := w.ledger.Get(record)
	for name, c := range map[string]struct {
		from, to string
		want     error
	}{
		"as written":        {"", "", nil},
		"newer":             {`"version": 1`, `"version": 2`, reconcile.ErrNewer},
		"newer, other form": {`"version": 1`, `"version": 2, "steps2": []`, reconcile.ErrNewer},
		"no version":        {`"version": 1`, `"version": 0`, reconcile.ErrLost},
		"unknown field":     {`"version": 1`, `"version": 1, "extra": 1`, reconcile.ErrLost},
		"unknown in a step": {`"status"`, `"state": "x", "status"`, reconcile.ErrLost},
		"phase":             {`"phase": "ready"`, `"phase": "steady"`, reconcile.ErrLost},
		"status":            {`"status": "converged"`, `"status": "done"`, reconcile.ErrLost},
		"owner":             {`"owner": "toy-dev"`, `"owner": "Toy"`, reconcile.ErrLost},
		"incarnation":       {`"incarnation": 1`, `"incarnation": 0`, reconcile.ErrLost},
		"lease":             {`"version": 1`, `"version": 1, "lease": {}`, reconcile.ErrLost},
		"null step":         {`"steps": {`, `"steps": {"x": null,`, reconcile.ErrLost},
		"step's name":       {`"budget"`, `"Budget"`, reconcile.ErrLost},
	} {
		data := strings.Replace(string(good), c.from, c.to, 1)
		if _, err := reconcile.DecodeRecord([]byte(data)); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
	for _, more := range []string{"{}", "x", "\x00"} {
		if _, err := reconcile.DecodeRecord(append(good[:len(good):len(good)], more...)); !errors.Is(err, reconcile.ErrLost) {
			t.Errorf("with %q after it: %v", more, err)
		}
	}
}

// FuzzDecodeRecord must never panic, and what it takes is well-formed.
func FuzzDecodeRecord(f *testing.F) {
	f.Add([]byte(`{"version":1,"owner":"a","incarnation":1,"phase":"ready","steps":{"b":{"status":"failed"}},"created":"2026-01-01T00:00:00Z","updated":"2026-01-01T00:00:00Z"}`))
	f.Add([]byte(`{"version":1,"owner":"a","incarnation":1,"phase":"ready","lease":{"holder":"h","nonce":"n","beat":1,"acquired":"2026-01-01T00:00:00Z","expires":"2026-01-01T00:01:00Z"},"steps":null}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := reconcile.DecodeRecord(data)
		if err == nil && (r.Incarnation < 1 || !reconcile.ValidOwnerKey(r.Owner)) {
			t.Errorf("took %+v", r)
		}
	})
}

// TestRecordFields keeps what the caller gave, and replaces it each time.
func TestRecordFields(t *testing.T) {
	t.Parallel()
	store := &reconciletest.Store{}
	e := engineOf(t, store, nil, &fake{name: "part"})
	fields := map[string]string{"ttl": "24h"}
	must(t, e.Converge(t.Context(), reconcile.Spec{Fields: fields, Hash: "h1"}))
	must(t, e.Converge(t.Context(), reconcile.Spec{Fields: map[string]string{"deletion_policy": "PREVENT"}, Hash: "h2", Incarnation: 1}))
	rec := stored(t, store)
	if !maps.Equal(rec.Fields, map[string]string{"deletion_policy": "PREVENT"}) || rec.SpecHash != "h2" || len(fields) != 1 {
		t.Errorf("%+v", rec)
	}
	if got := fmt.Sprint(reconcile.Absent, reconcile.Partial, reconcile.Present, reconcile.Presence(9)); got != "absent partial present unknown" {
		t.Error(got)
	}
}
