// Package memstore keeps a programme's records in memory: for tests, for trying a plan, and as the reference that every other store is held against.
//
//	prog, err := program.New(memstore.New(), program.Config{Plan: plan})
//
// It is safe for concurrent use; one Update runs at a time. Nothing survives the process.
package memstore

import (
	"context"
	"errors"
	"sync"

	"github.com/fenrun/fenrun/store"
)

// Store is a store in memory. The zero Store is empty and ready to use; it must not be copied.
type Store struct {
	mu      sync.RWMutex
	tenants map[store.Tenant]*records
}

// New returns an empty store.
func New() *Store { return &Store{} }

var _ store.Store = (*Store)(nil)

// Update implements [store.Store]. fn runs once.
func (s *Store) Update(ctx context.Context, tenant store.Tenant, fn func(store.Tx) error) error {
	t := s.Begin()
	defer t.Rollback()
	if err := t.Update(ctx, tenant, fn); err != nil {
		return err
	}
	return t.Commit()
}

// View implements [store.Store].
func (s *Store) View(ctx context.Context, tenant store.Tenant, fn func(store.Tx) error) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	r := s.tenants[tenant]
	if r == nil {
		r = newRecords()
	}
	t := &tx{records: r, readOnly: true}
	defer t.end()
	if err := ctx.Err(); err != nil {
		return err
	}
	return fn(t)
}

// Transaction is an open transaction of the whole store, as a shop has one open in its database while it records an order. It is a [store.Store] itself:
// what is done through it is done when, and only if, Commit is called.
//
//	t := st.Begin()
//	defer t.Rollback()
//	outcome, err := prog.In(t).Orders.Paid(ctx, order)
//	err = t.Commit()
//
// Until it ends every other Update and View of the store waits. After an Update that wrote something has failed, every later call returns that error
// and Commit does too: the shop must roll back.
type Transaction struct {
	store    *Store
	undo     []func()
	poisoned error
	ended    bool
}

var _ store.Store = (*Transaction)(nil)

// ErrEnded is returned where a transaction is used after its end.
var ErrEnded = errors.New("memstore: the transaction has ended")

// Begin opens a transaction.
func (s *Store) Begin() *Transaction {
	s.mu.Lock()
	return &Transaction{store: s}
}

// Update implements [store.Store] within the transaction: fn's writes are part of it.
func (t *Transaction) Update(ctx context.Context, tenant store.Tenant, fn func(store.Tx) error) error {
	return t.run(ctx, tenant, false, fn)
}

// View implements [store.Store] within the transaction: fn sees what it has written.
func (t *Transaction) View(ctx context.Context, tenant store.Tenant, fn func(store.Tx) error) error {
	return t.run(ctx, tenant, true, fn)
}

func (t *Transaction) run(ctx context.Context, tenant store.Tenant, readOnly bool, fn func(store.Tx) error) (err error) {
	switch {
	case t.ended:
		return ErrEnded
	case t.poisoned != nil:
		return t.poisoned
	}
	x := &tx{records: t.store.records(tenant), undo: &t.undo, readOnly: readOnly}
	before, finished := len(t.undo), false
	defer func() {
		x.end()
		// A panic leaves by here as well, and counts as a failure.
		if len(t.undo) > before && (err != nil || !finished) {
			t.poisoned = err
			if t.poisoned == nil {
				t.poisoned = errPanicked
			}
		}
	}()
	if err = ctx.Err(); err != nil {
		return err
	}
	if err = fn(x); err == nil {
		err = ctx.Err()
	}
	finished = true
	return err
}

var errPanicked = errors.New("memstore: the transaction was left by a panic")

// Commit keeps what was done. After a failure it keeps nothing and returns that failure.
func (t *Transaction) Commit() error {
	switch {
	case t.ended:
		return ErrEnded
	case t.poisoned != nil:
		err := t.poisoned
		t.Rollback()
		return err
	}
	t.ended, t.undo = true, nil
	t.store.mu.Unlock()
	return nil
}

// Rollback undoes what was done. After the end of the transaction it does nothing.
func (t *Transaction) Rollback() {
	if t.ended {
		return
	}
	for i := len(t.undo) - 1; i >= 0; i-- {
		t.undo[i]()
	}
	t.ended, t.undo = true, nil
	t.store.mu.Unlock()
}

func (s *Store) records(tenant store.Tenant) *records {
	r := s.tenants[tenant]
	if r == nil {
		if s.tenants == nil {
			s.tenants = map[store.Tenant]*records{}
		}
		r = newRecords()
		s.tenants[tenant] = r
	}
	return r
}
