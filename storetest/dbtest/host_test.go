package dbtest

import (
	"context"
	"database/sql"
	"errors"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/store/sqlstore"
	"github.com/fenrun/fenrun/storetest"
)

// joining opens a transaction of the shop's own, in which the shop has read something already.
func joining(db *sql.DB, as *sql.TxOptions) storetest.Option {
	return storetest.WithJoin(func(tb testing.TB, st store.Store) (store.Store, func() error, func()) {
		t, joined, err := begin(context.Background(), db, sqlOf(st), as)
		require.NoError(tb, err)
		return joined, t.Commit, func() { _ = t.Rollback() } // after a commit there is nothing to roll back
	})
}

// asked is what FENRUN_DATABASES asks for: "1" the servers, "full" every sentence on each of them and through every driver, which takes many minutes.
func asked() string { return os.Getenv("FENRUN_DATABASES") }

// sentences are options for a store that is slow to be asked a thousand times: unless everything is asked for, faults are left out, and contests but those of
// debits are held once.
func sentences(all ...storetest.Option) []storetest.Option {
	if asked() == "full" {
		return all
	}
	for _, name := range storetest.Cases() {
		if strings.HasPrefix(name, "faults/") {
			all = append(all, storetest.Skip(name, "it takes minutes here; FENRUN_DATABASES=full runs it"))
		}
	}
	return append(all, storetest.WithRounds(1))
}

// sqlOf is the store on the database, however it is reached.
func sqlOf(st store.Store) *sqlstore.Store {
	if h, ok := st.(*host); ok {
		return h.st
	}
	return st.(*sqlstore.Store)
}

func begin(ctx context.Context, db *sql.DB, st *sqlstore.Store, as *sql.TxOptions) (*sql.Tx, *sqlstore.Joined, error) {
	t, err := db.BeginTx(ctx, as)
	if err != nil {
		return nil, nil, err
	}
	var n int
	err = t.QueryRowContext(ctx, "SELECT COUNT(*) FROM "+st.Table("partners")).Scan(&n)
	if err != nil {
		return nil, nil, errors.Join(err, t.Rollback())
	}
	joined, err := st.Join(t)
	return t, joined, err
}

// isolations are those that the shop's transactions have: the default, and on MySQL, where that is REPEATABLE READ, the other one too.
func isolations(dialect sqlstore.Dialect) map[string]*sql.TxOptions {
	if dialect == sqlstore.MySQL {
		return map[string]*sql.TxOptions{"joined": nil, "joined at READ COMMITTED": {Isolation: sql.LevelReadCommitted}}
	}
	return map[string]*sql.TxOptions{"joined": nil}
}

// host is a shop that does everything in transactions of its own, and runs them again where the database gave up on them, as long as its context lasts: where
// all have read before they write, each commit may cost all others their turn.
type host struct {
	db *sql.DB
	st *sqlstore.Store
	as *sql.TxOptions
}

func (h *host) Update(ctx context.Context, tenant store.Tenant, fn func(store.Tx) error) error {
	return h.run(ctx, h.as, func(j *sqlstore.Joined) error { return j.Update(ctx, tenant, fn) })
}

// View reads one state, which is what the shop's own isolation has to give it.
func (h *host) View(ctx context.Context, tenant store.Tenant, fn func(store.Tx) error) error {
	as := &sql.TxOptions{Isolation: sql.LevelRepeatableRead}
	if h.st.Config().Dialect == sqlstore.SQLite {
		as = nil // every transaction does
	}
	return h.run(ctx, as, func(j *sqlstore.Joined) error { return j.View(ctx, tenant, fn) })
}

func (h *host) run(ctx context.Context, as *sql.TxOptions, do func(*sqlstore.Joined) error) error {
	return again(ctx, func() error { return h.once(ctx, as, do) })
}

// again does something until the database does not give up on it, or the context ends. Between two tries it waits for up to twice as long as before, at random
// and up to a second: on MySQL at REPEATABLE READ those who are back too soon lock the gap again in which the one who is left wants to insert, and 64 of them
// on a busy machine then keep each other from it for ever.
func again(ctx context.Context, do func() error) error {
	for longest := 2 * time.Millisecond; ; longest = min(2*longest, time.Second) {
		err := do()
		if err == nil || ctx.Err() != nil || !sqlstore.Retryable(err) {
			return err
		}
		time.Sleep(rand.N(longest))
	}
}

func (h *host) once(ctx context.Context, as *sql.TxOptions, do func(*sqlstore.Joined) error) error {
	t, joined, err := begin(ctx, h.db, h.st, as)
	if err != nil {
		return err
	}
	defer func() { _ = t.Rollback() }() // after a commit there is nothing to roll back
	if err := do(joined); err != nil {
		return err
	}
	return t.Commit()
}
