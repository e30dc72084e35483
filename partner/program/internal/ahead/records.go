package ahead

import (
	"context"
	"slices"
)

// records are the records of one kind that are known, by key. What is handed out is a copy.
type records[K comparable, V any] struct {
	have map[K]*cell[V]
	kind kind

	noted       []K // to be read
	notedLocked []K // to be read and locked
	waiting     []K // to be read and locked once nobody has to lock something that comes before

	read    batch[K, V]
	lock    batch[K, V] // nil: the kind has no lock of its own
	compare func(a, b K) int
	clone   func(V) V
}

// cell is a record as it was read or written. One that is read again gets another.
type cell[V any] struct {
	mark
	value  V
	locked bool
}

// mark says of a record that somebody has read whether it is still what he has read.
type mark struct{ changed bool }

// batch reads records by key.
type batch[K, V any] func(context.Context, []K) ([]V, error)

func reading[K comparable, V any](kind kind, read batch[K, V], clone func(V) V) *records[K, V] {
	return &records[K, V]{have: map[K]*cell[V]{}, kind: kind, read: read, clone: clone}
}

// locking gives the kind a lock; several are locked in the order of compare.
func (r *records[K, V]) locking(lock batch[K, V], compare func(a, b K) int) *records[K, V] {
	r.lock, r.compare = lock, compare
	return r
}

// get returns records without locking them.
func (r *records[K, V]) get(ctx context.Context, t *Tx, keys []K) ([]V, error) {
	return r.take(ctx, t, keys, false)
}

// getLocked returns records, locked.
func (r *records[K, V]) getLocked(ctx context.Context, t *Tx, keys []K) ([]V, error) {
	return r.take(ctx, t, keys, true)
}

// take returns records. For those that are not known an operation waits that runs before its turn; else they are read now, after what is kept is written.
func (r *records[K, V]) take(ctx context.Context, t *Tx, keys []K, locked bool) ([]V, error) {
	if missing := r.missing(keys, locked); len(missing) > 0 {
		if err := r.obtain(ctx, t, missing, locked); err != nil {
			return nil, err
		}
	}
	out := make([]V, len(keys))
	for i, k := range keys {
		c := r.have[k]
		if t.asked != nil {
			t.asked.saw(r.kind, &c.mark)
		}
		out[i] = r.clone(c.value)
	}
	return out, nil
}

func (r *records[K, V]) obtain(ctx context.Context, t *Tx, missing []K, locked bool) error {
	if t.asked != nil {
		if locked {
			r.noteWaiting(missing)
		} else {
			r.note(missing)
		}
		for len(missing) > 0 {
			if err := t.asked.await(); err != nil {
				return err
			}
			missing = r.missing(missing, locked)
		}
		return nil
	}
	if err := t.Flush(ctx); err != nil {
		return err
	}
	return r.learn(ctx, missing, locked)
}

// missing returns each of the keys once that is not known, or not locked where it is to be.
func (r *records[K, V]) missing(keys []K, locked bool) []K {
	var missing []K
	for _, k := range keys {
		if c := r.have[k]; (c == nil || locked && !c.locked) && !slices.Contains(missing, k) {
			missing = append(missing, k)
		}
	}
	return missing
}

// note notes what is going to be asked for.
func (r *records[K, V]) note(keys []K) { r.noted = append(r.noted, keys...) }

// noteLocked notes what is going to be locked.
func (r *records[K, V]) noteLocked(keys []K) { r.notedLocked = append(r.notedLocked, keys...) }

// noteWaiting notes what is going to be locked when its time comes.
func (r *records[K, V]) noteWaiting(keys []K) { r.waiting = append(r.waiting, keys...) }

// learn reads records, and locks them or not.
func (r *records[K, V]) learn(ctx context.Context, keys []K, locked bool) error {
	read := r.read
	if locked {
		read = r.lock
	}
	values, err := read(ctx, keys)
	if err != nil {
		return err
	}
	for i, k := range keys {
		r.know(k, values[i], locked)
	}
	return nil
}

// know makes a record known. It is nobody else's from now on.
func (r *records[K, V]) know(k K, v V, locked bool) {
	r.forget(k)
	r.have[k] = &cell[V]{value: v, locked: locked}
}

// notes returns how much is noted to be read or locked now.
func (r *records[K, V]) notes() int { return len(r.noted) + len(r.notedLocked) }

// lockWaiting makes the time come, and reports whether something waits.
func (r *records[K, V]) lockWaiting() bool {
	waits := len(r.waiting) > 0
	r.notedLocked, r.waiting = append(r.notedLocked, r.waiting...), nil
	return waits
}

// sift leaves of what was noted what is not known, each once and in order of locks.
func (r *records[K, V]) sift() {
	locked := make(map[K]bool, len(r.notedLocked))
	r.notedLocked = slices.DeleteFunc(r.notedLocked, func(k K) bool {
		c := r.have[k]
		twice := locked[k]
		locked[k] = true
		return twice || c != nil && c.locked
	})
	slices.SortFunc(r.notedLocked, r.compare)
	seen := make(map[K]bool, len(r.noted))
	r.noted = slices.DeleteFunc(r.noted, func(k K) bool {
		twice := seen[k] || locked[k]
		seen[k] = true
		return twice || r.have[k] != nil
	})
}

// readNoted reads what was noted.
func (r *records[K, V]) readNoted(ctx context.Context) error {
	return r.learnNoted(ctx, &r.noted, false)
}

// lockNoted locks what was noted to be locked.
func (r *records[K, V]) lockNoted(ctx context.Context) error {
	return r.learnNoted(ctx, &r.notedLocked, true)
}

func (r *records[K, V]) learnNoted(ctx context.Context, noted *[]K, locked bool) error {
	keys := *noted
	*noted = nil
	if len(keys) == 0 {
		return nil
	}
	return r.learn(ctx, keys, locked)
}

// set is know for a record that an operation has written, which is locked if it was.
func (r *records[K, V]) set(k K, v V) {
	was := r.have[k]
	r.know(k, v, was != nil && was.locked)
}

// forget makes records unknown of which the store knows something that is not known here.
func (r *records[K, V]) forget(keys ...K) {
	for _, k := range keys {
		if c := r.have[k]; c != nil {
			c.changed = true
			delete(r.have, k)
		}
	}
}

// forgetIf is forget for all that match.
func (r *records[K, V]) forgetIf(match func(K, V) bool) {
	for k, c := range r.have {
		if match(k, c.value) {
			r.forget(k)
		}
	}
}
