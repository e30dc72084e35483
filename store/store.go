// Package store is the contract between the programme and whatever keeps its records: the shop's own database, or memory.
//
// A shop developer needs it only to name a store; [github.com/fenrun/fenrun/store/memstore] is the one for tests and first steps. Who writes a store
// implements [Store] and [Tx], and runs the suite of package storetest, whose subtests are the sentences of this contract:
//
//	err := st.Update(ctx, "", func(tx store.Tx) error {
//		orders, err := tx.LockOrders(ctx, []commission.OrderID{"o-1"})
//		// … decide …
//		return tx.SaveOrders(ctx, orders)
//	})
//
// # What holds for every method
//
// Transactions. Whatever fn does in Update is written together or not at all: an error, a panic, which goes on through Update, or a cancelled context
// leaves everything as it was. fn sees its own writes. fn may run more than once; only what its last run wrote counts. Where a method returns an error fn
// gives up and returns one too: nothing is promised of a transaction that goes on after it, unless the method says so.
//
// Joining. A store may offer to work inside a transaction that the shop has open: as another Store, whose calls are part of that transaction and become
// true when the shop commits it. Such a Store runs fn once. A refusal found before anything was written changes nothing and the shop may go on; after
// any later error, and a panic, every call returns that error, so that the shop must roll back.
//
// Batches. Methods take and return slices, and an empty slice is no work. Where a method returns one element for each one asked for, element i belongs to
// argument i, whatever the order and however often one is asked for, and what does not exist is the zero value, never an error. A limit below 1 gives
// nothing. nil and the empty slice are the same, in records too.
//
// Ownership. A store shares no memory with its caller: arguments may be changed after a call, and results belong to the caller.
//
// Ids are compared and ordered byte by byte: case, accents and spaces at the end count, and no character stands for others. Instants are given in UTC and
// whole microseconds, amounts with at most 38 digits, and both come back as they were. Currencies are ordered as [money.Currency.Cmp] does: by code, then
// scale, so that one code with two scales is two currencies.
//
// Tenants. A transaction belongs to one tenant and can neither read nor write what is another's.
//
// Time comes from the caller; a store reads no clock.
//
// Locks. What a write depends on is read with a lock or judged by the write itself, never taken from an earlier read. The programme takes locks in one
// order, so that its transactions cannot wait for each other in a ring: readers, bindings, trees, then applications, orders, counters, runs, customers, partners,
// grants, forfeits, rows, withdrawals, balances, events, and within one kind by id, trees by name, counters by campaign, then customer, balances by partner, then currency.
// What is counted of events ([Tallies]) needs no lock beside that of its reader.
package store

import (
	"context"
	"errors"
	"fmt"
)

// Tenant separates shops that share a store. "" is the default tenant; any other is an id.
type Tenant string

// Store keeps the records of a programme. Any number of goroutines use it at once.
type Store interface {
	// Update runs fn in a transaction that can write and commits what it wrote, all or nothing. It returns fn's error unchanged. Where the store cannot
	// tell whether a commit took effect it returns an error that is [ErrUnknown]; the caller runs the same operation again, and its key gives the
	// first result. Neither Update nor View is called within another of the same store.
	Update(ctx context.Context, tenant Tenant, fn func(Tx) error) error

	// View runs fn in a transaction that reads what was committed, all of it as of one instant where the store can. It returns fn's error unchanged.
	// Methods that write or lock return [ErrReadOnly].
	View(ctx context.Context, tenant Tenant, fn func(Tx) error) error
}

// Tx is one transaction of one tenant. It is used by one goroutine, until fn returns; after that every method returns an error.
type Tx interface {
	Partners
	Applications
	Tree
	Plans
	Ledger
	Counters
	Tallies
	Runs
	Grants
	Forfeits
	Payouts
	Queue
	Events
}

var (
	// ErrUnknown says that a commit may or may not have taken effect.
	ErrUnknown = errors.New("store: it is unknown whether the commit took effect")
	// ErrReadOnly is returned by writing methods in a View.
	ErrReadOnly = errors.New("store: a view cannot write")
	// ErrStale says that a record was changed by somebody else since it was read.
	ErrStale = errors.New("store: the record has changed meanwhile")
	// ErrConflict is what every [*ConflictError] is.
	ErrConflict = errors.New("store: the key was used for something else")
	// ErrExists is what every [*ExistsError] is.
	ErrExists = errors.New("store: the record exists already")
)

// ConflictError says that an idempotency key was used before with another payload. It is [ErrConflict].
type ConflictError struct {
	Operation string
	Key       string
	Field     string // the first field that differs
}

func (e *ConflictError) Error() string {
	return fmt.Sprintf("store: %s with key %q was done before with another %s", e.Operation, e.Key, e.Field)
}

// Is makes the error [ErrConflict].
func (e *ConflictError) Is(target error) bool { return target == ErrConflict }

// ExistsError says that a record to be added exists already. It is [ErrExists].
type ExistsError struct {
	Record string // "partner", "edge", "row", …
	Key    string
}

func (e *ExistsError) Error() string {
	return fmt.Sprintf("store: %s %q exists already", e.Record, e.Key)
}

// Is makes the error [ErrExists].
func (e *ExistsError) Is(target error) bool { return target == ErrExists }
