package kvstore

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/fenrun/fenrun/store"
)

// tx is one transaction of one tenant: what it depends on, and what it is going to write.
type tx struct {
	db       Reader
	tenant   path
	readOnly bool
	ended    bool
	failed   error // the first error of the database

	depends map[string]Record // what was read with a lock, as it was then
	changed map[string][]byte // what is going to be written; nil: removed
	order   []string          // the keys of changed in order
	ordered bool              // whether order is up to date

	place eventPlace // where its events stand, once it has some
}

var _ store.Tx = (*tx)(nil)

func newTx(db Reader, tenant store.Tenant) *tx {
	return &tx{db: db, tenant: path("").text(string(tenant)), depends: map[string]Record{}, changed: map[string][]byte{}}
}

func (t *tx) end() { t.ended = true }

func (t *tx) reads(ctx context.Context) error {
	switch {
	case t.ended:
		return ErrEnded
	case t.failed != nil:
		return t.failed
	}
	return ctx.Err()
}

func (t *tx) writes(ctx context.Context) error {
	if err := t.reads(ctx); err != nil {
		return err
	}
	if t.readOnly {
		return store.ErrReadOnly
	}
	return nil
}

// fail remembers an error of the database.
func (t *tx) fail(err error) error {
	if err != nil && t.failed == nil {
		t.failed = err
	}
	return err
}

// at is the beginning of all keys of a table.
func (t *tx) at(table string) path { return t.tenant.text(table) }

func (t *tx) put(key path, value []byte) {
	if _, there := t.changed[string(key)]; !there {
		t.ordered = false
	}
	t.changed[string(key)] = value
}

func (t *tx) remove(key path) { t.put(key, nil) }

// now is the value of a record that is locked or written.
func (t *tx) now(key path) []byte {
	if value, ok := t.changed[string(key)]; ok {
		return value
	}
	return t.depends[string(key)].Value
}

// load reads records of the database, each key once, into a map.
func (t *tx) load(ctx context.Context, keys []string) (map[string]Record, error) {
	slices.Sort(keys)
	keys = slices.Compact(keys)
	if len(keys) == 0 {
		return nil, nil
	}
	records, err := t.db.Load(ctx, keys)
	if err == nil && len(records) != len(keys) {
		err = fmt.Errorf("kvstore: the database gave %d records for %d keys", len(records), len(keys))
	}
	if err != nil {
		return nil, t.fail(err)
	}
	found := make(map[string]Record, len(keys))
	for i, key := range keys {
		if found[key] = records[i]; records[i].Revision == "" {
			found[key] = Record{Key: key} // whatever else it came with
		}
	}
	return found, nil
}

// get reads records without depending on them: nil for what does not exist.
func (t *tx) get(ctx context.Context, keys []path) ([][]byte, error) {
	var missing []string
	for _, key := range keys {
		_, written := t.changed[string(key)]
		if _, locked := t.depends[string(key)]; !written && !locked {
			missing = append(missing, string(key))
		}
	}
	found, err := t.load(ctx, missing)
	if err != nil {
		return nil, err
	}
	values := make([][]byte, len(keys))
	for i, key := range keys {
		if record, ok := found[string(key)]; ok {
			values[i] = record.Value
		} else {
			values[i] = t.now(key)
		}
	}
	return values, nil
}

// lock reads records so that the commit takes effect only where they still are as they were.
func (t *tx) lock(ctx context.Context, keys []path) ([][]byte, error) {
	var missing []string
	for _, key := range keys {
		if _, locked := t.depends[string(key)]; !locked {
			missing = append(missing, string(key))
		}
	}
	found, err := t.load(ctx, missing)
	if err != nil {
		return nil, err
	}
	maps.Copy(t.depends, found)
	values := make([][]byte, len(keys))
	for i, key := range keys {
		values[i] = t.now(key)
	}
	return values, nil
}

// stands reports whether everything that the transaction depends on is as it was.
func (t *tx) stands(ctx context.Context) (bool, error) {
	found, err := t.load(ctx, slices.Collect(maps.Keys(t.depends)))
	if err != nil {
		return false, err
	}
	for key, record := range t.depends {
		if found[key].Revision != record.Revision {
			return false, nil
		}
	}
	return true, nil
}

// items are what to commit, in order of key.
func (t *tx) items() []Item {
	keys := slices.Collect(maps.Keys(t.changed))
	for key := range t.depends {
		if _, written := t.changed[key]; !written {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	items := make([]Item, len(keys))
	for i, key := range keys {
		item := Item{Key: key}
		if record, ok := t.depends[key]; ok {
			item.If = &record.Revision
		}
		switch value, written := t.changed[key]; {
		case !written:
		case value == nil:
			item.Write = Remove
		default:
			item.Write, item.Value = Put, value
		}
		items[i] = item
	}
	return items
}

// scan reads ranges as the transaction sees them.
func (t *tx) scan(ctx context.Context, ranges []Range) ([][][]byte, error) {
	if len(ranges) == 0 {
		return nil, nil
	}
	asked, written := slices.Clone(ranges), make([][]string, len(ranges))
	for i, r := range ranges {
		written[i] = t.writtenIn(r)
		if r.Limit > 0 {
			asked[i].Limit = limited(r.Limit, len(written[i])) // as many may be removed
		}
	}
	records, err := t.db.Scan(ctx, asked)
	if err == nil && len(records) != len(ranges) {
		err = fmt.Errorf("kvstore: the database gave %d ranges for %d", len(records), len(ranges))
	}
	if err != nil {
		return nil, t.fail(err)
	}
	out := make([][][]byte, len(ranges))
	for i, r := range ranges {
		out[i] = t.merge(records[i], written[i], r.Limit)
	}
	return out, nil
}

// limited is a limit and some more, below what a database takes for a number of records.
func limited(limit, more int) int { return min(limit, 1<<30) + more }

// writtenIn are the keys in a range that the transaction writes, in order.
func (t *tx) writtenIn(r Range) []string {
	if !t.ordered {
		t.order, t.ordered = slices.Sorted(maps.Keys(t.changed)), true
	}
	from, _ := slices.BinarySearch(t.order, r.From)
	to, _ := slices.BinarySearch(t.order, r.To)
	return t.order[from:max(from, to)]
}

// merge lays what is written over what was read.
func (t *tx) merge(records []Record, written []string, limit int) [][]byte {
	var values [][]byte
	for len(records) > 0 || len(written) > 0 {
		if limit > 0 && len(values) == limit {
			break
		}
		if len(written) == 0 || len(records) > 0 && records[0].Key < written[0] {
			values = append(values, records[0].Value)
			records = records[1:]
			continue
		}
		if len(records) > 0 && records[0].Key == written[0] {
			records = records[1:]
		}
		if value := t.changed[written[0]]; value != nil {
			values = append(values, value)
		}
		written = written[1:]
	}
	return values
}
