package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/fenrun/fenrun/store"
)

// ErrFault is what every fault of a [Faulty] store is, but for [Stale] and [Cancel].
var ErrFault = errors.New("storetest: injected fault")

// Mode is how a call fails.
type Mode int

const (
	// Before makes the call return ErrFault and do nothing. A commit keeps nothing.
	Before Mode = iota
	// After makes the call take effect and return ErrFault all the same. A commit that takes effect so is [store.ErrUnknown] too: its answer is lost.
	After
	// Stale makes the call return [store.ErrStale] and do nothing, as where somebody else was faster.
	Stale
	// Cancel cancels the context that [Faulty.Context] has made, and goes on with the call.
	Cancel
)

// Commit is the name under which [Faulty.Calls] has the commit of an Update.
const Commit = "Commit"

// Faulty is a store that fails once, at a call of one's choice. Every call of a transaction's method counts, and so does the commit of an Update whose
// fn returned nil; a View has no commit.
//
//	faulty := storetest.NewFaulty(st)
//	faulty.FailAt(3, storetest.Before)
//	_, err := prog.Orders.Paid(ctx, order) // fails at its third call: errors.Is(err, storetest.ErrFault)
//	_, err = prog.Orders.Paid(ctx, order)  // does not
//
// It is safe for concurrent use.
type Faulty struct {
	inner store.Store

	mu     sync.Mutex
	at     int
	mode   Mode
	calls  []string
	cancel context.CancelFunc
}

var _ store.Store = (*Faulty)(nil)

// NewFaulty returns a store that does what inner does, and fails when it is told to.
func NewFaulty(inner store.Store) *Faulty { return &Faulty{inner: inner} }

// FailAt makes the k-th call from now on fail, 1 being the next. 0 makes none fail. It counts from the beginning again.
func (f *Faulty) FailAt(k int, mode Mode) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.at, f.mode, f.calls = k, mode, nil
}

// Calls returns the names of the calls since the last FailAt, in order: the methods of [store.Tx], and [Commit].
func (f *Faulty) Calls() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.calls)
}

// Context returns a context that a fault of mode [Cancel] cancels.
func (f *Faulty) Context(parent context.Context) context.Context {
	ctx, cancel := context.WithCancel(parent)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.cancel = cancel
	return ctx
}

// count counts a call and reports whether it fails.
func (f *Faulty) count(method string) (mode Mode, fails bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, method)
	fails = len(f.calls) == f.at
	if fails && f.mode == Cancel && f.cancel != nil {
		f.cancel()
	}
	return f.mode, fails
}

func (f *Faulty) around(method string, call func() error) error {
	mode, fails := f.count(method)
	switch {
	case !fails || mode == Cancel:
		return call()
	case mode == After:
		if err := call(); err != nil {
			return err
		}
	}
	return mode.failure(method)
}

// failure is what a call that does nothing returns.
func (m Mode) failure(method string) error {
	if m == Stale {
		return fmt.Errorf("storetest: injected at %s: %w", method, store.ErrStale)
	}
	return fmt.Errorf("%w at %s", ErrFault, method)
}

// Update implements [store.Store].
func (f *Faulty) Update(ctx context.Context, tenant store.Tenant, fn func(store.Tx) error) error {
	lost := false
	err := f.inner.Update(ctx, tenant, func(tx store.Tx) error {
		lost = false
		if err := fn(&hooked{tx: tx, around: f.around}); err != nil {
			return err
		}
		mode, fails := f.count(Commit)
		lost = fails && mode == After
		if fails && (mode == Before || mode == Stale) {
			return mode.failure(Commit)
		}
		return nil
	})
	if err == nil && lost {
		return fmt.Errorf("%w: %w", store.ErrUnknown, ErrFault)
	}
	return err
}

// View implements [store.Store].
func (f *Faulty) View(ctx context.Context, tenant store.Tenant, fn func(store.Tx) error) error {
	return f.inner.View(ctx, tenant, func(tx store.Tx) error { return fn(&hooked{tx: tx, around: f.around}) })
}
