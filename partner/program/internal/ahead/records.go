package ahead

import (
	"context"
	"slices"
)

// records are the records of one kind that are known, by key. What is handed out is a copy.
type records[K comparable, V any] struct {
	have   map[K]V
	locked map[K]bool

	noted, notedLocked []K // to be read; to be read and locked

	read    batch[K, V]
	lock    batch[K, V] // nil: the kind has no lock of its own
	compare func(a, b K) int
	clone   func(V) V
}

// batch reads records by key.
type batch[K, V any] func(context.Context, []K) ([]V, error)

func reading[K comparable, V any](read batch[K, V], clone func(V) V) *records[K, V] {
	return &records[K, V]{have: map[K]V{}, locked: map[K]bool{}, read: read, clone: clone}
}

// locking gives the kind a lock; several are locked in the order of compare.
func (r *records[K, V]) locking(lock batch[K, V], compare func(a, b K) int) *records[K, V] {
	r.lock, r.compare = lock, compare
	return r
}

// get returns records without locking them.
func (r *records[K, V]) get(ctx context.Context, t *Tx, keys []K) ([]V, error) {
	return r.take(ctx, t, keys, &r.noted, r.read, func(k K) bool { _, ok := r.have[k]; return ok })
}

// getLocked returns records, locked.
func (r *records[K, V]) getLocked(ctx context.Context, t *Tx, keys []K) ([]V, error) {
	return r.take(ctx, t, keys, &r.notedLocked, r.lockAll, func(k K) bool { return r.locked[k] })
}

// take returns records. Those that are not known are noted while operations are asked, else they are read now, after what is kept is written.
func (r *records[K, V]) take(ctx context.Context, t *Tx, keys []K, noted *[]K, read batch[K, V], known func(K) bool) ([]V, error) {
	var missing []K
	for _, k := range keys {
		if !known(k) && !slices.Contains(missing, k) {
			missing = append(missing, k)
		}
	}
	if len(missing) > 0 {
		if t.asking {
			*noted = append(*noted, missing...)
			return nil, ErrAsked
		}
		if err := t.Flush(ctx); err != nil {
			return nil, err
		}
		if err := r.learn(ctx, missing, read); err != nil {
			return nil, err
		}
	}
	out := make([]V, len(keys))
	for i, k := range keys {
		out[i] = r.clone(r.have[k])
	}
	return out, nil
}

// note notes what is going to be asked for.
func (r *records[K, V]) note(keys []K) { r.noted = append(r.noted, keys...) }

// noteLocked notes what is going to be locked.
func (r *records[K, V]) noteLocked(keys []K) { r.notedLocked = append(r.notedLocked, keys...) }

func (r *records[K, V]) lockAll(ctx context.Context, keys []K) ([]V, error) {
	values, err := r.lock(ctx, keys)
	if err == nil {
		for _, k := range keys {
			r.locked[k] = true
		}
	}
	return values, err
}

func (r *records[K, V]) learn(ctx context.Context, keys []K, read batch[K, V]) error {
	values, err := read(ctx, keys)
	if err != nil {
		return err
	}
	for i, k := range keys {
		r.have[k] = values[i]
	}
	return nil
}

// readNoted reads what was noted and is not known by now.
func (r *records[K, V]) readNoted(ctx context.Context) error {
	keys := r.distinct(r.noted, func(k K) bool { _, ok := r.have[k]; return ok })
	r.noted = nil
	if len(keys) == 0 {
		return nil
	}
	return r.learn(ctx, keys, r.read)
}

// lockNoted locks what was noted to be locked, in order.
func (r *records[K, V]) lockNoted(ctx context.Context) error {
	keys := r.distinct(r.notedLocked, func(k K) bool { return r.locked[k] })
	r.notedLocked = nil
	if len(keys) == 0 {
		return nil
	}
	slices.SortFunc(keys, r.compare)
	return r.learn(ctx, keys, r.lockAll)
}

// distinct returns each key once that is not known.
func (r *records[K, V]) distinct(keys []K, known func(K) bool) []K {
	seen := make(map[K]bool, len(keys))
	var out []K
	for _, k := range keys {
		if !seen[k] && !known(k) {
			seen[k] = true
			out = append(out, k)
		}
	}
	return out
}

// set makes a record known as an operation has written it.
func (r *records[K, V]) set(k K, v V) { r.have[k] = r.clone(v) }

// forget makes records unknown of which the store knows something that is not known here.
func (r *records[K, V]) forget(keys ...K) {
	for _, k := range keys {
		delete(r.have, k)
		delete(r.locked, k)
	}
}

// forgetIf is forget for all that match.
func (r *records[K, V]) forgetIf(match func(K, V) bool) {
	for k, v := range r.have {
		if match(k, v) {
			r.forget(k)
		}
	}
}
