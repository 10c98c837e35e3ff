package store_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator/store"
)

// each runs a test on both kinds of store.
func each(t *testing.T, test func(t *testing.T, s *store.Store)) {
	t.Helper()
	for name, file := range map[string]string{"memory": "", "file": filepath.Join(t.TempDir(), "s.db")} {
		t.Run(name, func(t *testing.T) { test(t, open(t, file)) })
	}
}

func open(t *testing.T, file string) *store.Store {
	t.Helper()
	s, err := store.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func code(t *testing.T, err error, want codes.Code) {
	t.Helper()
	if status.Code(err) != want {
		t.Errorf("got %v, want %v", err, want)
	}
}

func TestOneObject(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *store.Store) {
		t.Helper()
		_, err := s.Get("k", "a/1")
		code(t, err, codes.NotFound)
		made, err := s.Create("k", "a", "a/1", []byte(`{"n":1}`))
		code(t, err, codes.OK)
		_, err = s.Create("k", "a", "a/1", []byte(`{}`))
		code(t, err, codes.AlreadyExists)
		_, err = s.Create("other", "a", "a/1", []byte(`{}`))
		code(t, err, codes.OK)

		changed, err := s.Update("k", "a/1", made.Version, []byte(`{"n":2}`))
		code(t, err, codes.OK)
		_, err = s.Update("k", "a/1", made.Version, []byte(`{"n":3}`))
		code(t, err, codes.Aborted)
		code(t, s.Delete("k", "a/1", made.Version), codes.Aborted)
		got, err := s.Get("k", "a/1")
		code(t, err, codes.OK)
		if string(got.Value) != `{"n":2}` || got.Version != changed.Version || got.Sequence != made.Sequence {
			t.Errorf("got %+v", got)
		}
		_, err = s.Update("k", "a/1", 0, []byte(`{"n":4}`))
		code(t, err, codes.OK)
		_, err = s.Update("k", "a/2", 0, nil)
		code(t, err, codes.NotFound)
		code(t, s.Delete("k", "a/1", 0), codes.OK)
		code(t, s.Delete("k", "a/1", 0), codes.NotFound)
	})
}

func TestListIsInOrderOfCreation(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *store.Store) {
		t.Helper()
		var want []string
		for i := range 20 {
			name := fmt.Sprintf("a/%d", (i*7)%20)
			parent := "a"
			if i%5 == 0 {
				parent = "b"
			} else {
				want = append(want, name)
			}
			if _, err := s.Create("k", parent, name, []byte(`{}`)); err != nil {
				t.Fatal(err)
			}
		}
		var got []string
		for _, e := range s.List("k", "a") {
			got = append(got, e.Name)
		}
		if !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		if n := len(s.List("k", "")); n != 20 {
			t.Errorf("%d under all parents", n)
		}
		if err := s.Reset(); err != nil || len(s.List("k", "")) != 0 || len(s.Kinds()) != 0 {
			t.Errorf("after Reset: %v, %v", err, s.Kinds())
		}
	})
}

func TestFileIsReadBack(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "s.db")
	s := open(t, file)
	for _, name := range []string{"a/1", "a/2", "a/3"} {
		if _, err := s.Create("k", "a", name, []byte(`{"n":"`+name+`"}`)); err != nil {
			t.Fatal(err)
		}
	}
	_, err := s.Update("k", "a/2", 1, []byte(`{"n":"new"}`))
	code(t, err, codes.OK)
	code(t, s.Delete("k", "a/3", 0), codes.OK)
	want := s.List("k", "")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	again := open(t, file)
	got := again.List("k", "")
	if len(got) != 2 || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("read back %v, want %v", got, want)
	}
	// The sequence of the deleted object is not used again.
	e, err := again.Create("k", "a", "a/4", []byte(`{}`))
	code(t, err, codes.OK)
	if e.Sequence != 4 {
		t.Errorf("sequence %d, want 4", e.Sequence)
	}
}

func TestEntriesAreCopies(t *testing.T) {
	t.Parallel()
	s := open(t, "")
	value := []byte(`{"n":1}`)
	if _, err := s.Create("k", "a", "a/1", value); err != nil {
		t.Fatal(err)
	}
	value[1] = 'X'
	s.List("k", "")[0].Value[1] = 'Y'
	if e, err := s.Get("k", "a/1"); err != nil || string(e.Value) != `{"n":1}` {
		t.Errorf("stored value changed under the store: %s, %v", e.Value, err)
	}
}
