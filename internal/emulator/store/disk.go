package store

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"go.etcd.io/bbolt"
)

// disk writes every change through to a bbolt file: one bucket a kind, the
// entry as JSON under its name. Every write is a transaction that is synced
// before it returns.
type disk struct {
	db *bbolt.DB
}

// metaBucket holds what belongs to no kind. A kind is never named like it.
var (
	metaBucket  = []byte("_store")
	sequenceKey = []byte("sequence")
)

func openDisk(file string) (*disk, error) {
	db, err := bbolt.Open(file, 0o600, &bbolt.Options{Timeout: time.Second})
	if err != nil {
		return nil, fmt.Errorf("open state file %s (is another emulator using it?): %w", file, err)
	}
	return &disk{db: db}, nil
}

func (d *disk) close() error { return d.db.Close() }

func (d *disk) load(s *Store) error {
	return d.db.View(func(tx *bbolt.Tx) error {
		if meta := tx.Bucket(metaBucket); meta != nil {
			if raw := meta.Get(sequenceKey); len(raw) == 8 {
				s.sequence = binary.BigEndian.Uint64(raw)
			}
		}
		return tx.ForEach(func(name []byte, b *bbolt.Bucket) error {
			kind := string(name)
			if kind == string(metaBucket) {
				return nil
			}
			s.kinds[kind] = map[string]Entry{}
			return b.ForEach(func(key, raw []byte) error {
				var e Entry
				if err := json.Unmarshal(raw, &e); err != nil {
					return fmt.Errorf("state file: %s %s: %w", kind, key, err)
				}
				s.kinds[kind][e.Name] = e
				s.sequence = max(s.sequence, e.Sequence)
				return nil
			})
		})
	})
}

func (d *disk) write(kind string, e Entry) error {
	raw, err := json.Marshal(e)
	if err != nil {
		return err
	}
	return d.db.Update(func(tx *bbolt.Tx) error {
		b, err := tx.CreateBucketIfNotExists([]byte(kind))
		if err != nil {
			return err
		}
		if err := b.Put([]byte(e.Name), raw); err != nil {
			return err
		}
		// The number of the latest creation outlives the object, or a page
		// token could name a sequence that is used again.
		meta, err := tx.CreateBucketIfNotExists(metaBucket)
		if err != nil {
			return err
		}
		if old := meta.Get(sequenceKey); len(old) == 8 && binary.BigEndian.Uint64(old) >= e.Sequence {
			return nil
		}
		return meta.Put(sequenceKey, binary.BigEndian.AppendUint64(nil, e.Sequence))
	})
}

func (d *disk) remove(kind, name string) error {
	return d.db.Update(func(tx *bbolt.Tx) error {
		b := tx.Bucket([]byte(kind))
		if b == nil {
			return nil
		}
		return b.Delete([]byte(name))
	})
}

func (d *disk) clear() error {
	return d.db.Update(func(tx *bbolt.Tx) error {
		var kinds [][]byte
		err := tx.ForEach(func(name []byte, _ *bbolt.Bucket) error {
			if string(name) != string(metaBucket) {
				kinds = append(kinds, append([]byte(nil), name...))
			}
			return nil
		})
		for _, kind := range kinds {
			err = errors.Join(err, tx.DeleteBucket(kind))
		}
		return err
	})
}
