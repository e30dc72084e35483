package kvstore

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/fenrun/fenrun/store"
)

// currentFormat is the number of the form in which documents are written.
const currentFormat = 1

// document is what a value is.
type document[V any] struct {
	Format int `json:"format"`
	Value  V   `json:"value"`
}

func encode[V any](v V) ([]byte, error) { return json.Marshal(document[V]{currentFormat, v}) }

// decode reads a value, the zero one of a record that does not exist.
func decode[V any](value []byte) (v V, err error) {
	if value == nil {
		return v, nil
	}
	var d document[json.RawMessage]
	if err := json.Unmarshal(value, &d); err != nil {
		return v, err
	}
	if d.Format != currentFormat {
		return v, fmt.Errorf("kvstore: a document of format %d, which this version does not know", d.Format)
	}
	return v, json.Unmarshal(d.Value, &v)
}

func decoded[V any](t *tx, values [][]byte, err error) ([]V, error) {
	if err != nil {
		return nil, err
	}
	out := make([]V, len(values))
	for i, value := range values {
		if out[i], err = decode[V](value); err != nil {
			return nil, t.fail(err)
		}
	}
	return out, nil
}

// load reads documents.
func load[V any](ctx context.Context, t *tx, keys []path) ([]V, error) {
	values, err := t.get(ctx, keys)
	return decoded[V](t, values, err)
}

// locked reads documents with a lock.
func locked[V any](ctx context.Context, t *tx, keys []path) ([]V, error) {
	values, err := t.lock(ctx, keys)
	return decoded[V](t, values, err)
}

// write writes a document.
func write[V any](t *tx, key path, v V) error {
	value, err := encode(v)
	if err == nil {
		t.put(key, value)
	}
	return err
}

// scanned reads the documents of a range; a limit below 1 gives nothing.
func scanned[V any](ctx context.Context, t *tx, r Range) ([]V, error) {
	if err := t.reads(ctx); err != nil || r.Limit < 1 {
		return nil, err
	}
	all, err := scans[V](ctx, t, []Range{r})
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// scans reads the documents of ranges.
func scans[V any](ctx context.Context, t *tx, ranges []Range) ([][]V, error) {
	values, err := t.scan(ctx, ranges)
	if err != nil {
		return nil, err
	}
	out := make([][]V, len(values))
	for i := range values {
		if out[i], err = decoded[V](t, values[i], nil); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// reindex writes the entries of a record in indexes, and removes those that it had before.
func reindex[V any](t *tx, before, after []path, entry V) error {
	value, err := encode(entry)
	if err != nil {
		return err
	}
	for _, key := range before {
		if !slices.Contains(after, key) {
			t.remove(key)
		}
	}
	for _, key := range after {
		if !slices.Contains(before, key) {
			t.put(key, value)
		}
	}
	return nil
}

// add writes documents that must not exist yet.
func add[V any](ctx context.Context, t *tx, all []V, key func(V) path, exists func(V) error) error {
	if err := t.writes(ctx); err != nil {
		return err
	}
	if _, err := t.lock(ctx, keys(all, key)); err != nil {
		return err
	}
	for _, v := range all {
		if t.now(key(v)) != nil {
			return exists(v)
		}
		if err := write(t, key(v), v); err != nil {
			return err
		}
	}
	return nil
}

// kind is a kind of record that has a revision and is found by indexes. Records of a kind are never removed, so that an entry leads to one.
type kind[V any, ID ~string] struct {
	table    string
	id       func(*V) ID
	revision func(*V) int64
	indexes  func(*tx, *V) []path // whose entries are its id; nil: none
}

func (k *kind[V, ID]) key(t *tx) func(ID) path {
	table := t.at(k.table)
	return func(id ID) path { return table.text(string(id)) }
}

// load reads records by id.
func (k *kind[V, ID]) load(ctx context.Context, t *tx, ids []ID) ([]V, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	return load[V](ctx, t, keys(ids, k.key(t)))
}

// lock reads records by id with a lock; named gives one that does not exist its id.
func (k *kind[V, ID]) lock(ctx context.Context, t *tx, ids []ID, named func(*V, ID)) ([]V, error) {
	if err := t.writes(ctx); err != nil {
		return nil, err
	}
	all, err := locked[V](ctx, t, keys(ids, k.key(t)))
	for i := range all {
		named(&all[i], ids[i])
	}
	return all, err
}

// save writes records, each of the revision after the stored one, and reports what each was before.
func (k *kind[V, ID]) save(ctx context.Context, t *tx, all []V, was func(before, after *V)) error {
	if err := t.writes(ctx); err != nil {
		return err
	}
	key := k.key(t)
	if _, err := t.lock(ctx, keys(all, func(v V) path { return key(k.id(&v)) })); err != nil {
		return err
	}
	for i := range all {
		after, id := &all[i], k.id(&all[i])
		before, err := decode[V](t.now(key(id)))
		if err != nil {
			return t.fail(err)
		}
		if k.revision(after) != k.revision(&before)+1 {
			return store.ErrStale
		}
		if k.indexes != nil {
			var had []path
			if k.revision(&before) > 0 {
				had = k.indexes(t, &before)
			}
			if err := reindex(t, had, k.indexes(t, after), id); err != nil {
				return err
			}
		}
		if was != nil {
			was(&before, after)
		}
		if err := write(t, key(id), *after); err != nil {
			return err
		}
	}
	return nil
}

// scan reads records in order of id.
func (k *kind[V, ID]) scan(ctx context.Context, t *tx, after ID, limit int) ([]V, error) {
	return scanned[V](ctx, t, t.at(k.table).page(k.key(t)(after), limit))
}

// of reads the records to whose ids the entries of an index lead; a limit below 1 gives nothing.
func (k *kind[V, ID]) of(ctx context.Context, t *tx, r Range) ([]V, error) {
	if err := t.reads(ctx); err != nil || r.Limit < 1 {
		return nil, err
	}
	all, err := k.eachOf(ctx, t, []Range{r})
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// eachOf reads the records to whose ids the entries of indexes lead.
func (k *kind[V, ID]) eachOf(ctx context.Context, t *tx, ranges []Range) ([][]V, error) {
	ids, err := scans[ID](ctx, t, ranges)
	if err != nil {
		return nil, err
	}
	all, err := k.load(ctx, t, slices.Concat(ids...))
	if err != nil {
		return nil, err
	}
	out := make([][]V, len(ids))
	for i := range ids {
		out[i], all = slices.Clip(all[:len(ids[i])]), all[len(ids[i]):]
	}
	return out, nil
}

// without reads at most limit ids of an index, passing over some.
func without[ID ~string](ctx context.Context, t *tx, r Range, skip []ID, limit int) ([]ID, error) {
	if limit < 1 {
		return nil, t.reads(ctx)
	}
	r.Limit = limited(limit, len(skip))
	ids, err := scanned[ID](ctx, t, r)
	if err != nil {
		return nil, err
	}
	skipped := make(map[ID]bool, len(skip))
	for _, id := range skip {
		skipped[id] = true
	}
	ids = slices.DeleteFunc(ids, func(id ID) bool { return skipped[id] })
	return ids[:min(len(ids), limit)], nil
}
