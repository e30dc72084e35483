package kvstore

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/fenrun/fenrun/store"
)

// Store is a store in a database of keys and values. It is safe for concurrent use.
type Store struct {
	db   Database
	lane chan struct{} // has room for one: who runs again
}

var _ store.Store = (*Store)(nil)

// New returns the store in a database. An empty database is ready to use.
func New(db Database) *Store { return &Store{db: db, lane: make(chan struct{}, 1)} }

// attempts is how often a transaction is run where somebody else was faster.
const attempts = 20

// Update implements [store.Store]. fn is run again, at most 20 times, where what it depends on has changed.
func (s *Store) Update(ctx context.Context, tenant store.Tenant, fn func(store.Tx) error) error {
	changed, err := s.once(ctx, tenant, fn)
	for n := 2; changed && n <= attempts; n++ {
		if err := pause(ctx, n); err != nil {
			return err
		}
		changed, err = s.again(ctx, tenant, fn)
	}
	if changed {
		return fmt.Errorf("%w: somebody else was faster %d times", store.ErrStale, attempts)
	}
	return err
}

// pause waits before the n-th attempt, longer each time and by chance, so that those who met do not meet again.
func pause(ctx context.Context, n int) error {
	timer := time.NewTimer(rand.N(time.Millisecond << min(n, 6)))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// again runs fn once more, while no other of this process does.
func (s *Store) again(ctx context.Context, tenant store.Tenant, fn func(store.Tx) error) (changed bool, err error) {
	select {
	case <-ctx.Done():
		return false, ctx.Err()
	case s.lane <- struct{}{}:
	}
	defer func() { <-s.lane }()
	return s.once(ctx, tenant, fn)
}

// once runs fn and commits what it wrote. changed is whether something that it depends on has changed meanwhile, so that nothing was written.
func (s *Store) once(ctx context.Context, tenant store.Tenant, fn func(store.Tx) error) (changed bool, err error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	t := newTx(s.db, tenant)
	defer t.end()
	if err := fn(t); err != nil {
		if t.failed != nil || ctx.Err() != nil {
			return false, err
		}
		// What fn found may never have been true at once.
		stands, failed := t.stands(ctx)
		return failed == nil && !stands, err
	}
	if err := ctx.Err(); err != nil {
		return false, err
	}
	if t.failed != nil { // fn went on after an error of the database
		return false, t.failed
	}
	if len(t.changed) == 0 {
		stands, err := t.stands(ctx)
		return !stands, err
	}
	items := t.items()
	if limit := s.db.Limit(); limit > 0 && len(items) > limit {
		return false, &TooLargeError{Items: len(items), Limit: limit}
	}
	switch err := s.db.Commit(ctx, items); {
	case err == nil:
		return false, nil
	case errors.Is(err, ErrChanged):
		return true, nil
	default:
		return false, fmt.Errorf("%w: %w", store.ErrUnknown, err)
	}
}

// View implements [store.Store]. It reads one state where the database is a [Snapshots]; otherwise each read is of what was committed when it was read.
func (s *Store) View(ctx context.Context, tenant store.Tenant, fn func(store.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	var reader Reader = s.db
	if db, ok := s.db.(Snapshots); ok {
		snapshot, end, err := db.Snapshot(ctx)
		if err != nil {
			return err
		}
		defer end()
		reader = snapshot
	}
	t := newTx(reader, tenant)
	t.readOnly = true
	defer t.end()
	if err := fn(t); err != nil {
		return err
	}
	if t.failed != nil {
		return t.failed
	}
	return ctx.Err()
}
