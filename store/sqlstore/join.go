package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"reflect"

	"github.com/fenrun/fenrun/store"
)

// DBTX is a transaction that is open: a *sql.Tx, a *sql.Conn on which one was begun, or what wraps one of them (sqlx, bun, gorm's ConnPool).
type DBTX interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// ErrNoTransaction is returned where something is to be joined that is no open transaction.
var ErrNoTransaction = errors.New("sqlstore: this is a pool of connections and no transaction")

// Join returns the store inside a transaction that the shop has open: what is done through it is committed or rolled back with the rest of that
// transaction, by the shop. A pool is [ErrNoTransaction]; a *sql.Conn is taken at the shop's word that a transaction is open on it. The transaction is
// used by one goroutine at a time.
func (s *Store) Join(tx DBTX) (*Joined, error) {
	if tx == nil {
		return nil, fmt.Errorf("sqlstore: Join: %w", ErrNoTransaction)
	}
	if isPool(tx) {
		return nil, fmt.Errorf("sqlstore: Join: a %T: %w", tx, ErrNoTransaction)
	}
	return s.JoinOn(standard{tx}), nil
}

// JoinOn is Join for a transaction that is not one of database/sql.
func (s *Store) JoinOn(tx Runner) *Joined { return &Joined{store: s, db: tx} }

// isPool reports whether this begins transactions and is none itself, nor a connection. What BeginTx returns is different with everyone who wraps a pool.
func isPool(tx DBTX) bool {
	_, begins := reflect.TypeOf(tx).MethodByName("BeginTx")
	_, commits := tx.(interface{ Commit() error })
	_, connection := tx.(interface{ Raw(func(any) error) error })
	return begins && !commits && !connection
}

// Joined is a store inside the shop's transaction. After an Update that wrote something has failed, and after any error of the database, every later call
// returns that error: the shop must roll back.
type Joined struct {
	store    *Store
	db       Runner
	poisoned error
}

var _ store.Store = (*Joined)(nil)

var errPanicked = errors.New("sqlstore: the transaction was left by a panic")

// Update implements [store.Store] within the transaction: fn runs once, and its writes are part of it.
func (j *Joined) Update(ctx context.Context, tenant store.Tenant, fn func(store.Tx) error) error {
	return j.run(ctx, tenant, false, fn)
}

// View implements [store.Store] within the transaction: fn sees what it has written.
func (j *Joined) View(ctx context.Context, tenant store.Tenant, fn func(store.Tx) error) error {
	return j.run(ctx, tenant, true, fn)
}

func (j *Joined) run(ctx context.Context, tenant store.Tenant, readOnly bool, fn func(store.Tx) error) (err error) {
	if j.poisoned != nil {
		return j.poisoned
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	t := &tx{store: j.store, db: j.db, tenant: string(tenant), readOnly: readOnly, piped: piping(j.db)}
	// At REPEATABLE READ, MySQL's default, the shop's first read hides from every other one what is committed afterwards, but from those that lock. Which
	// isolation the shop has chosen for this one transaction nothing says.
	t.current = !readOnly && j.store.config.Dialect == MySQL
	finished := false
	defer func() {
		t.end()
		_ = t.wait() // also where fn has failed: the connection is the shop's again
		switch {
		case t.failed != nil:
			j.poisoned = t.failed
		case t.wrote && !finished: // a panic leaves by here as well
			j.poisoned = errPanicked
		case t.wrote && err != nil:
			j.poisoned = err
		}
		if err == nil && finished {
			err = j.poisoned // fn went on after an error of the database
		}
	}()
	if err = fn(t); err == nil {
		err = ctx.Err()
	}
	if err == nil && t.failed == nil {
		_, err = t.send(ctx, nil)
	}
	finished = true
	return err
}
