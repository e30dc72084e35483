package dbtest

import (
	"context"
	"database/sql"
	"fmt"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/store/memstore"
	"github.com/fenrun/fenrun/store/pgxstore"
	"github.com/fenrun/fenrun/store/sqlstore"
)

// cutOff is how often each way of cutting cuts at least, in a list of operations of a length of which the first are left alone.
const cutOff, cutFrom, cutTo = 50, 60, 96

// persistent is how often the programme tries a commit itself.
const persistent = 5

// cutting tells of operations through a proxy that cuts every commit once or more, and asserts that all end with the first result, and leave what they leave
// in memory.
func cutting(t *testing.T, p *proxy, behind, direct store.Store, when cut) {
	in := memstore.New()
	memory, err := openShop(in, 7, 0)
	require.NoError(t, err)
	s, err := openShop(behind, 7, 1)
	require.NoError(t, err)
	p.cuts.Store(0)
	answered, told, kinds := 0, 0, map[kind]bool{}
	for i := range cutTo {
		want, err := memory.tell(t.Context(), i)
		require.NoError(t, err)
		times := 1 + i%2
		switch {
		case i < cutFrom:
			times = 0
		case i%8 == 0:
			times = persistent // so that there is no answer
		}
		had := p.cuts.Load()
		p.arm(when, times)
		got, err := s.tell(t.Context(), i)
		p.arm(never, 0)
		switch cuts := p.cuts.Load() - had; {
		case err != nil:
			require.ErrorIs(t, err, store.ErrUnknown, "operation %d", i)
			require.Positive(t, cuts)
			require.True(t, times == persistent || s.operations.kind(i) == ran || s.operations.kind(i) == queued, "operation %d: %v", i, err)
			told++
			kinds[s.operations.kind(i)] = true
			got, err = s.tell(t.Context(), i) // as the shop does
			require.NoError(t, err)
		case cuts > 0:
			answered++
			kinds[s.operations.kind(i)] = true
		}
		require.Equal(t, withoutIDs(want), withoutIDs(got), "operation %d", i)
	}
	require.GreaterOrEqual(t, p.cuts.Load(), int64(cutOff))
	require.Greater(t, answered, cutOff/5)
	require.Greater(t, told, cutOff/20)
	require.Greater(t, len(kinds), 6, "%v", kinds)
	require.Empty(t, difference(contentOf(t, in), contentOf(t, direct)))
	s.sound(t)
	t.Logf("%d connections cut %s: %d answers in spite of it, %d operations told again", p.cuts.Load(), when, answered, told)
}

func cuttingBoth(t *testing.T, p *proxy, at *place, behind func(config sqlstore.Config) store.Store) {
	for _, when := range []cut{before, after} {
		t.Run(when.String(), func(t *testing.T) {
			direct := at.open(t)
			cutting(t, p, behind(direct.Config()), direct, when)
		})
	}
}

// through is a store behind a proxy.
func through(t *testing.T, db *sql.DB) func(sqlstore.Config) store.Store {
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return func(config sqlstore.Config) store.Store {
		st, err := sqlstore.New(db, config)
		require.NoError(t, err)
		return st
	}
}

func TestPostgreSQLAnswersInTheEndWhereCommitsAreCut(t *testing.T) {
	t.Parallel()
	at := &place{db: server(t, "pgx", postgresAt), config: sqlstore.Config{Dialect: sqlstore.PostgreSQL}}
	t.Cleanup(func() { at.drop(t, " CASCADE") })
	config, err := pgxpool.ParseConfig(postgresAt.dsn())
	require.NoError(t, err)
	to := config.ConnConfig
	network, address := pgconn.NetworkAddress(to.Host, to.Port)
	p := newProxy(t, network, address, wires[sqlstore.PostgreSQL])
	to.Host, to.Port, to.Fallbacks = "127.0.0.1", uint16(p.port()), nil
	t.Run("through pgx", func(t *testing.T) { cuttingBoth(t, p, at, through(t, stdlib.OpenDB(*to))) })
	t.Run("through pgx itself", func(t *testing.T) {
		pool, err := pgxpool.NewWithConfig(context.Background(), config)
		require.NoError(t, err)
		t.Cleanup(pool.Close)
		cuttingBoth(t, p, at, func(config sqlstore.Config) store.Store {
			st, err := pgxstore.New(pool, config)
			require.NoError(t, err)
			return st
		})
	})
	t.Run("through pq", func(t *testing.T) {
		db, err := sql.Open("postgres", fmt.Sprintf("host=127.0.0.1 port=%d user=%s password='%s' dbname=%s sslmode=disable", p.port(), to.User, to.Password, to.Database))
		require.NoError(t, err)
		cuttingBoth(t, p, at, through(t, db))
	})
}

func TestMySQLAnswersInTheEndWhereCommitsAreCut(t *testing.T) {
	t.Parallel()
	at := &place{db: server(t, "mysql", mysqlAt), config: sqlstore.Config{Dialect: sqlstore.MySQL}}
	t.Cleanup(func() { at.drop(t, "") })
	to, err := mysql.ParseDSN(mysqlAt.dsn())
	require.NoError(t, err)
	p := newProxy(t, to.Net, to.Addr, wires[sqlstore.MySQL])
	to.Net, to.Addr = "tcp", p.Addr().String()
	to.Logger = &mysql.NopLogger{} // each cut is worth a line to it
	connector, err := mysql.NewConnector(to)
	require.NoError(t, err)
	cuttingBoth(t, p, at, through(t, sql.OpenDB(connector)))
}
