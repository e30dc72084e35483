package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/fenrun/fenrun/store"
)

// Store is a store in a database. It is safe for concurrent use.
type Store struct {
	db     Beginner // nil: none of its own
	config Config
	names  *strings.Replacer
}

var _ store.Store = (*Store)(nil)

// ErrNoDatabase is returned by a store that was made without a database, except through [Store.Join].
var ErrNoDatabase = errors.New("sqlstore: the store has no database of its own; use Join")

// New returns the store in a database whose tables [Migrate] has made. A nil database gives one that works only through [Store.Join]. A config that
// makes no sense is an error that names the field.
func New(db *sql.DB, config Config) (*Store, error) {
	if db == nil {
		return NewOn(nil, config)
	}
	return NewOn(pool{db, config.Dialect}, config)
}

// Config returns the config with its defaults.
func (s *Store) Config() Config { return s.config }

// Table returns the quoted and qualified name of one of the store's tables, such as "orders": for what the shop reads from them itself.
func (s *Store) Table(name string) string { return s.names.Replace("{" + name + "}") }

// attempts is how often a transaction of the store's own is run where the database gives up on it.
const attempts = 20

// Update implements [store.Store]. fn is run again, at most 20 times, where the database gave up on the transaction.
func (s *Store) Update(ctx context.Context, tenant store.Tenant, fn func(store.Tx) error) error {
	return s.repeat(ctx, tenant, false, fn)
}

// View implements [store.Store]. It reads one snapshot.
func (s *Store) View(ctx context.Context, tenant store.Tenant, fn func(store.Tx) error) error {
	return s.repeat(ctx, tenant, true, fn)
}

func (s *Store) repeat(ctx context.Context, tenant store.Tenant, readOnly bool, fn func(store.Tx) error) error {
	for n := 1; ; n++ {
		again, err := s.once(ctx, tenant, readOnly, fn)
		if err == nil || !again || n == attempts {
			return err
		}
		if err := pause(ctx, n); err != nil {
			return err
		}
	}
}

// pause waits before the n-th repetition, longer each time and by chance, so that those who met do not meet again.
func pause(ctx context.Context, n int) error {
	most := min(time.Millisecond<<min(n, 7), 100*time.Millisecond)
	timer := time.NewTimer(rand.N(most) + time.Millisecond)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// once runs fn in one transaction and reports whether an error may be gone next time.
func (s *Store) once(ctx context.Context, tenant store.Tenant, readOnly bool, fn func(store.Tx) error) (again bool, err error) {
	if s.db == nil {
		return false, ErrNoDatabase
	}
	if err := ctx.Err(); err != nil {
		return false, err
	}
	open, err := s.db.Begin(ctx, readOnly)
	if err != nil {
		return Retryable(err), err
	}
	finished := false
	defer func() {
		if !finished { // by an error or a panic
			open.Rollback()
		}
	}()
	t := &tx{store: s, db: open, tenant: string(tenant), readOnly: readOnly, piped: piping(open)}
	defer t.end()
	if err = fn(t); err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return ctx.Err() == nil && t.failed != nil && Retryable(t.failed), err
	}
	if t.failed != nil { // fn went on after an error of the database
		return Retryable(t.failed), t.failed
	}
	if readOnly {
		return false, nil
	}
	refused, err := t.commit(ctx, open)
	finished = !refused
	switch {
	case refused:
		return ctx.Err() == nil && Retryable(err), err
	case err != nil:
		return false, fmt.Errorf("%w: %w", store.ErrUnknown, err)
	}
	return false, nil
}

// commit sends what is to be run, and commits. refused reports of an error that nothing is committed.
func (t *tx) commit(ctx context.Context, open Transaction) (refused bool, err error) {
	if pipe, ok := open.(Committer); ok {
		return pipe.SendAndCommit(ctx, t.later)
	}
	if _, err := t.send(ctx, nil); err != nil {
		return true, err
	}
	return false, open.Commit(ctx)
}
