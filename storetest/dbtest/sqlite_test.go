package dbtest

import (
	"context"
	"database/sql"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/store/sqlstore"
	"github.com/fenrun/fenrun/storetest"
)

func TestSQLite(t *testing.T) {
	var db *sql.DB // of the store that was opened last: each sentence has one
	open := func(tb testing.TB) *sqlstore.Store {
		var err error
		db, err = sql.Open("sqlite", "file:"+filepath.Join(tb.TempDir(), "shop.db")+"?_pragma=busy_timeout(5000)&_pragma=journal_mode(wal)&_pragma=synchronous(off)")
		require.NoError(tb, err)
		own := db
		tb.Cleanup(func() { require.NoError(tb, own.Close()) })
		return opened(tb, db, sqlstore.Config{Dialect: sqlstore.SQLite})
	}
	join := storetest.WithJoin(func(tb testing.TB, st store.Store) (store.Store, func() error, func()) {
		t, joined, err := begin(context.Background(), db, sqlOf(st), nil)
		require.NoError(tb, err)
		return joined, t.Commit, func() { _ = t.Rollback() }
	})
	t.Run("own", func(t *testing.T) {
		storetest.Run(t, func(tb testing.TB) store.Store { return open(tb) }, sentences(join)...)
	})
	t.Run("joined", func(t *testing.T) {
		storetest.Run(t, func(tb testing.TB) store.Store { st := open(tb); return &host{db, st, nil} }, sentences(join)...)
	})
}

// opened is a store on fresh tables.
func opened(tb testing.TB, db *sql.DB, config sqlstore.Config) *sqlstore.Store {
	tb.Helper()
	require.NoError(tb, sqlstore.Migrate(context.Background(), db, config))
	require.NoError(tb, sqlstore.Validate(context.Background(), db, config))
	st, err := sqlstore.New(db, config)
	require.NoError(tb, err)
	return st
}
