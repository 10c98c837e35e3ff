package emulator

import (
	"encoding/json"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// encode renders an object for the store or a reply: protojson for messages,
// encoding/json for anything else.
func encode(v any) (json.RawMessage, error) {
	if m, ok := v.(proto.Message); ok {
		return protojson.Marshal(m)
	}
	return json.Marshal(v)
}

// decode reads what encode wrote.
func decode(raw []byte, v any) error {
	if m, ok := v.(proto.Message); ok {
		return protojson.Unmarshal(raw, m)
	}
	return json.Unmarshal(raw, v)
}

// load reads an object into v and returns its version in the store.
func (s *Server) load(kindName, name string, v any) (int64, error) {
	e, err := s.store.Get(kindName, name)
	if err != nil {
		return 0, err
	}
	return e.Version, decode(e.Value, v)
}

// create stores a new object.
func (s *Server) create(kindName, parent, name string, v any) error {
	raw, err := encode(v)
	if err != nil {
		return err
	}
	_, err = s.store.Create(kindName, parent, name, raw)
	return err
}

// update replaces an object; version is what load returned, or 0 to replace
// whatever is there.
func (s *Server) update(kindName, name string, version int64, v any) error {
	raw, err := encode(v)
	if err != nil {
		return err
	}
	_, err = s.store.Update(kindName, name, version, raw)
	return err
}

// listInto decodes all objects of a kind under a parent, oldest first; fresh
// makes an empty one.
func listInto[T any](s *Server, kindName, parent string, fresh func() T) ([]T, error) {
	entries := s.store.List(kindName, parent)
	items := make([]T, 0, len(entries))
	for _, e := range entries {
		item := fresh()
		if err := decode(e.Value, item); err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	return items, nil
}
