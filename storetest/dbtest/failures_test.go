package dbtest

import (
	"context"
	"database/sql"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/store/sqlstore"
)

var cny = money.MustCurrency("CNY", 2)

// spends adds a cent to what each of these customers has spent, one call each, and calls between after the first of them.
func spends(ctx context.Context, st store.Store, between func() error, customers ...partner.Customer) error {
	return st.Update(ctx, "", func(tx store.Tx) error {
		for i, customer := range customers {
			if _, err := tx.AddSpend(ctx, []store.Spend{{Customer: customer, Amount: cny.Minor(1)}}); err != nil {
				return err
			}
			if i == 0 && between != nil {
				if err := between(); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// spent is what each of these customers has spent.
func spent(tb testing.TB, st store.Store, customers ...partner.Customer) (all []string) {
	tb.Helper()
	require.NoError(tb, st.View(context.Background(), "", func(tx store.Tx) error {
		amounts, err := tx.Spent(context.Background(), customers)
		for _, a := range amounts {
			all = append(all, a.Plain())
		}
		return err
	}))
	return all
}

// cross has two take two records in opposite order, each the second when both have the first, and returns how often they ran.
func cross(stores [2]store.Store) (failures [2]error, runs int64) {
	var met, ended sync.WaitGroup
	var count atomic.Int64
	met.Add(2)
	for i, customers := range [][]partner.Customer{{"a", "b"}, {"b", "a"}} {
		ended.Go(func() {
			meet := sync.OnceFunc(met.Done)
			defer meet()
			failures[i] = spends(context.Background(), stores[i], func() error { count.Add(1); meet(); met.Wait(); return nil }, customers...)
		})
	}
	ended.Wait()
	return failures, count.Load()
}

// poisoned asserts that an error of the database came back from the shop's transaction, and does from every later call.
func poisoned(t *testing.T, joined *sqlstore.Joined, failure error, code string) {
	t.Helper()
	require.ErrorContains(t, failure, code)
	require.True(t, sqlstore.Retryable(failure), failure)
	fn := func(store.Tx) error { t.Error("fn runs"); return nil }
	for range 2 {
		require.Equal(t, failure, joined.Update(context.Background(), "", fn))
		require.Equal(t, failure, joined.View(context.Background(), "another", fn))
	}
}

// deadlocks asserts what becomes of two who wait for each other.
func deadlocks(t *testing.T, db *sql.DB, st *sqlstore.Store, as *sql.TxOptions, code string) {
	ctx := context.Background()
	require.NoError(t, spends(ctx, st, nil, "a", "b"))
	t.Run("own", func(t *testing.T) {
		failures, runs := cross([2]store.Store{st, st})
		require.Equal(t, [2]error{}, failures)
		require.Greater(t, runs, int64(2), "one of them ran again")
		require.Less(t, runs, int64(10))
		require.Equal(t, []string{"0.03", "0.03"}, spent(t, st, "a", "b"))
	})
	t.Run("joined", func(t *testing.T) {
		var hosts [2]*sql.Tx
		var joined [2]*sqlstore.Joined
		for i := range hosts {
			var err error
			hosts[i], joined[i], err = begin(ctx, db, st, as)
			require.NoError(t, err)
			defer func() { _ = hosts[i].Rollback() }() // after a commit there is nothing to roll back
		}
		failures, runs := cross([2]store.Store{joined[0], joined[1]})
		require.Equal(t, int64(2), runs, "nothing is run again")
		victim := slices.IndexFunc(failures[:], func(err error) bool { return err != nil })
		require.GreaterOrEqual(t, victim, 0)
		require.NoError(t, failures[1-victim])
		poisoned(t, joined[victim], failures[victim], code)
		require.NoError(t, hosts[victim].Rollback())
		require.NoError(t, hosts[1-victim].Commit())
		require.Equal(t, []string{"0.04", "0.04"}, spent(t, st, "a", "b"), "of the two the one is there and the other is not")
	})
}

func TestDeadlocksOnPostgreSQL(t *testing.T) {
	p := &place{db: server(t, "pgx", postgresAt.set("deadlock_timeout", "20ms")), config: sqlstore.Config{Dialect: sqlstore.PostgreSQL}}
	t.Cleanup(func() { p.drop(t, " CASCADE") })
	deadlocks(t, p.db, p.open(t), nil, "40P01")
}

func TestDeadlocksOnMySQL(t *testing.T) {
	p := &place{db: server(t, "mysql", mysqlAt), config: sqlstore.Config{Dialect: sqlstore.MySQL}}
	t.Cleanup(func() { p.drop(t, "") })
	for name, as := range isolations(sqlstore.MySQL) {
		t.Run(name, func(t *testing.T) { deadlocks(t, p.db, p.open(t), as, "1213") })
	}
}

// beginner begins transactions of a store's own at an isolation, and says before each which one it is.
type beginner struct {
	db     *sql.DB
	as     *sql.TxOptions
	before func(n int)
	begun  int
}

func (b *beginner) Begin(ctx context.Context, readOnly bool) (sqlstore.Transaction, error) {
	if b.begun++; b.before != nil {
		b.before(b.begun)
	}
	t, err := b.db.BeginTx(ctx, b.as)
	return transaction{t}, err
}

type transaction struct{ tx *sql.Tx }

func (t transaction) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	result, err := t.tx.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func (t transaction) Query(ctx context.Context, query string, args ...any) (sqlstore.Rows, error) {
	rows, err := t.tx.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	return rows, nil
}

func (t transaction) Commit(context.Context) error { return t.tx.Commit() }

func (t transaction) Rollback() { _ = t.tx.Rollback() }

func TestSerializationFailuresOnPostgreSQL(t *testing.T) {
	p := &place{db: server(t, "pgx", postgresAt), config: sqlstore.Config{Dialect: sqlstore.PostgreSQL}}
	t.Cleanup(func() { p.drop(t, " CASCADE") })
	ctx, st := context.Background(), p.open(t)
	as := &sql.TxOptions{Isolation: sql.LevelRepeatableRead}
	require.NoError(t, spends(ctx, st, nil, "a", "b"))
	t.Run("own", func(t *testing.T) {
		b := &beginner{db: p.db, as: as}
		own, err := sqlstore.NewOn(b, st.Config())
		require.NoError(t, err)
		meanwhile := sync.OnceValue(func() error { return spends(ctx, st, nil, "b") })
		require.NoError(t, spends(ctx, own, meanwhile, "a", "b"), "somebody else changes b after the transaction's first statement")
		require.Equal(t, 2, b.begun)
		require.Equal(t, []string{"0.02", "0.03"}, spent(t, st, "a", "b"))
	})
	t.Run("joined", func(t *testing.T) {
		host, joined, err := begin(ctx, p.db, st, as)
		require.NoError(t, err)
		defer func() { require.NoError(t, host.Rollback()) }()
		require.NoError(t, spends(ctx, st, nil, "b"))
		poisoned(t, joined, spends(ctx, joined, nil, "a", "b"), "40001")
	})
}

// MariaDB can be told, and is from 11.6 on, to give up where a transaction at REPEATABLE READ locks what others have changed since its first read.
func TestSnapshotsThatAreOutOfDateOnMariaDB(t *testing.T) {
	var name, value string
	if err := server(t, "mysql", mysqlAt).QueryRow("SHOW VARIABLES LIKE 'innodb_snapshot_isolation'").Scan(&name, &value); err != nil {
		t.Skipf("it is no MariaDB that has innodb_snapshot_isolation: %v", err)
	}
	p := &place{db: server(t, "mysql", mysqlAt.set("innodb_snapshot_isolation", "ON")), config: sqlstore.Config{Dialect: sqlstore.MySQL}}
	t.Cleanup(func() { p.drop(t, "") })
	ctx, st := context.Background(), p.open(t)
	require.NoError(t, spends(ctx, st, nil, "a", "b"))
	for name, as := range isolations(sqlstore.MySQL) {
		t.Run(name, func(t *testing.T) {
			host, joined, err := begin(ctx, p.db, st, as)
			require.NoError(t, err)
			defer func() { require.NoError(t, host.Rollback()) }()
			require.NoError(t, spends(ctx, st, nil, "b"))
			failure := spends(ctx, joined, nil, "a", "b")
			if as != nil { // at READ COMMITTED there is no snapshot
				require.NoError(t, failure)
				return
			}
			poisoned(t, joined, failure, "1020")
		})
	}
}

// held is a transaction that has a customer's record until it is ended.
func held(t *testing.T, db *sql.DB, st *sqlstore.Store, customer partner.Customer) (release func()) {
	host, joined, err := begin(context.Background(), db, st, nil)
	require.NoError(t, err)
	t.Cleanup(func() { _ = host.Rollback() })
	require.NoError(t, spends(context.Background(), joined, nil, customer))
	return func() { require.NoError(t, host.Rollback()) }
}

func TestLocksThatAreNotToBeHadInTimeOnMySQL(t *testing.T) {
	p := &place{db: server(t, "mysql", mysqlAt.set("innodb_lock_wait_timeout", "1")), config: sqlstore.Config{Dialect: sqlstore.MySQL}}
	t.Cleanup(func() { p.drop(t, "") })
	ctx, st := context.Background(), p.open(t)
	require.NoError(t, spends(ctx, st, nil, "a", "b"))
	t.Run("own", func(t *testing.T) {
		release, runs := held(t, p.db, st, "b"), 0
		require.NoError(t, spends(ctx, st, func() error {
			if runs++; runs == 2 {
				release()
			}
			return nil
		}, "a", "b"))
		require.Equal(t, 2, runs)
		require.Equal(t, []string{"0.02", "0.02"}, spent(t, st, "a", "b"))
	})
	for name, as := range isolations(sqlstore.MySQL) {
		t.Run(name, func(t *testing.T) {
			held(t, p.db, st, "b")
			host, joined, err := begin(ctx, p.db, st, as)
			require.NoError(t, err)
			defer func() { require.NoError(t, host.Rollback()) }()
			poisoned(t, joined, spends(ctx, joined, nil, "a", "b"), "1205")
		})
	}
}

func TestLocksThatAreNotToBeHadInTimeOnPostgreSQL(t *testing.T) {
	p := &place{db: server(t, "pgx", postgresAt.set("lock_timeout", "1ms")), config: sqlstore.Config{Dialect: sqlstore.PostgreSQL}}
	t.Cleanup(func() { p.drop(t, " CASCADE") })
	ctx, st := context.Background(), p.open(t)
	require.NoError(t, spends(ctx, st, nil, "a", "b"))
	release, runs := held(t, p.db, st, "b"), 0
	failure := spends(ctx, st, func() error { runs++; return nil }, "a", "b")
	require.ErrorContains(t, failure, "55P03")
	require.True(t, sqlstore.Retryable(failure))
	require.Equal(t, 20, runs, "it gives up")
	release()
	require.NoError(t, spends(ctx, st, nil, "a", "b"))
	require.Equal(t, []string{"0.02", "0.02"}, spent(t, st, "a", "b"))
}

// file is a pool of connections to a SQLite file that does not wait for others.
func file(t *testing.T, settings ...string) *sql.DB {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(t.TempDir(), "shop.db")+"?_pragma=busy_timeout(0)&"+strings.Join(settings, "&"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

func TestABusyFileOnSQLite(t *testing.T) {
	ctx := context.Background()
	for _, mode := range []string{"wal", "delete"} {
		t.Run(mode, func(t *testing.T) {
			db := file(t, "_pragma=journal_mode("+mode+")")
			st := opened(t, db, sqlstore.Config{Dialect: sqlstore.SQLite})
			require.NoError(t, spends(ctx, st, nil, "a", "b"))

			release := held(t, db, st, "b")
			failure := spends(ctx, st, nil, "a")
			require.ErrorContains(t, failure, "SQLITE_BUSY")
			require.True(t, sqlstore.Retryable(failure))
			joinedHost, joined, err := begin(ctx, db, st, nil)
			require.NoError(t, err)
			poisoned(t, joined, spends(ctx, joined, nil, "a"), "SQLITE_BUSY")
			require.NoError(t, joinedHost.Rollback())

			b := &beginner{db: db, before: func(n int) {
				if n == 3 {
					release()
				}
			}}
			own, err := sqlstore.NewOn(b, st.Config())
			require.NoError(t, err)
			require.NoError(t, spends(ctx, own, nil, "a", "b"))
			require.Equal(t, 3, b.begun)
			require.Equal(t, []string{"0.02", "0.02"}, spent(t, st, "a", "b"))
		})
	}
	t.Run("what the shop has read is changed before it writes", func(t *testing.T) {
		db := file(t, "_pragma=journal_mode(wal)")
		st := opened(t, db, sqlstore.Config{Dialect: sqlstore.SQLite})
		host, joined, err := begin(ctx, db, st, nil)
		require.NoError(t, err)
		defer func() { require.NoError(t, host.Rollback()) }()
		require.NoError(t, spends(ctx, st, nil, "a"))
		poisoned(t, joined, spends(ctx, joined, nil, "b"), "517")
	})
}
