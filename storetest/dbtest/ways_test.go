package dbtest

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/store/pgxstore"
	"github.com/fenrun/fenrun/store/sqlstore"
)

// wayside counts how often a client has written to a connection and then waits for an answer, and how often it has begun to copy.
type wayside struct {
	net.Conn
	ways, copies *atomic.Int64
	wrote        atomic.Bool
}

func (w *wayside) Write(b []byte) (int, error) {
	if !w.wrote.Swap(true) {
		w.ways.Add(1)
	}
	w.copies.Add(int64(bytes.Count(b, []byte("FROM STDIN"))))
	return w.Conn.Write(b)
}

func (w *wayside) Read(b []byte) (int, error) {
	w.wrote.Store(false)
	return w.Conn.Read(b)
}

// waysOf returns a programme with somebody who buys below two partners, on a connection of which the ways and the copies are counted.
func waysOf(t *testing.T) (prog *program.Program, st *pgxstore.Store, pool *pgxpool.Pool, now time.Time, ways, copies *atomic.Int64) {
	ctx := context.Background()
	at := &place{db: server(t, "pgx", postgresAt), config: sqlstore.Config{Dialect: sqlstore.PostgreSQL}}
	t.Cleanup(func() { at.drop(t, " CASCADE") })
	config, failed := pgxpool.ParseConfig(postgresAt.dsn())
	require.NoError(t, failed)
	ways, copies = new(atomic.Int64), new(atomic.Int64)
	dial := config.ConnConfig.DialFunc
	config.MaxConns = 1
	config.ConnConfig.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		return &wayside{Conn: conn, ways: ways, copies: copies}, err
	}
	pool, failed = pgxpool.NewWithConfig(ctx, config)
	require.NoError(t, failed)
	t.Cleanup(pool.Close)
	st, failed = pgxstore.New(pool, at.open(t).Config())
	require.NoError(t, failed)
	prog, clock := flowing(t, st)
	require.NoError(t, err(prog.Partners.Add(ctx, program.Add{Partner: "alice"})))
	require.NoError(t, err(prog.Team.Recruit(ctx, program.Recruit{Partner: "bob", Recruiter: "alice"})))
	require.NoError(t, err(prog.Team.Bind(ctx, program.Bind{Customer: "carol", Owner: "bob"})))
	require.NoError(t, err(prog.Orders.Paid(ctx, fourLines("o-0", "carol", *clock)))) // makes the connection know the statements
	return prog, st, pool, *clock, ways, copies
}

// TestAnOrderIsSixWaysToPostgreSQL counts what a server that is far away makes slow: begin with the key, the plans, the order, its customer's relations and
// whether he is a partner; who stands above; what holds of them; the key and the customer; the order and its rows; the event with the commit.
func TestAnOrderIsSixWaysToPostgreSQL(t *testing.T) {
	ctx := context.Background()
	prog, st, pool, now, ways, copies := waysOf(t)
	before := ways.Load()
	out, failed := prog.Orders.Paid(ctx, fourLines("o-1", "carol", now))
	require.NoError(t, failed)
	require.Len(t, out.Entries, 8)
	require.Equal(t, int64(6), ways.Load()-before)

	before = ways.Load()
	tx, failed := pool.Begin(ctx)
	require.NoError(t, failed)
	out, failed = prog.In(st.Join(tx)).Orders.Paid(ctx, fourLines("o-2", "carol", now))
	require.NoError(t, failed)
	require.Len(t, out.Entries, 8)
	require.NoError(t, tx.Commit(ctx))
	require.Equal(t, int64(8), ways.Load()-before, "the shop's own begin is one more")
	require.Zero(t, copies.Load())
}

// TestAGroupOfOrdersIsFewWaysToPostgreSQLAndItsRowsAreCopied counts the ways of 500 orders, of which 1,000 rows are copied while the last are worked out.
func TestAGroupOfOrdersIsFewWaysToPostgreSQLAndItsRowsAreCopied(t *testing.T) {
	ctx := context.Background()
	prog, st, pool, now, ways, copies := waysOf(t)
	group := func(name string) []program.Order {
		orders := make([]program.Order, 500)
		for i := range orders {
			orders[i] = fourLines(fmt.Sprintf("%s-%d", name, i), "carol", now)
		}
		return orders
	}
	paid := func(prog *program.Program, name string) {
		t.Helper()
		out, failed := prog.Orders.PaidBatch(ctx, group(name))
		require.NoError(t, failed)
		for _, one := range out {
			require.NoError(t, one.Err)
			require.Len(t, one.Outcome.Entries, 8)
		}
	}
	paid(prog, "first") // makes the connection know the statements
	before, copied := ways.Load(), copies.Load()
	paid(prog, "own")
	require.LessOrEqual(t, ways.Load()-before, int64(25))
	require.GreaterOrEqual(t, copies.Load()-copied, int64(2))

	copied = copies.Load()
	tx, failed := pool.Begin(ctx)
	require.NoError(t, failed)
	paid(prog.In(st.Join(tx)), "joined")
	require.NoError(t, tx.Commit(ctx))
	require.GreaterOrEqual(t, copies.Load()-copied, int64(2))

	tx, failed = pool.Begin(ctx)
	require.NoError(t, failed)
	paid(prog.In(st.Join(tx)), "undone")
	require.NoError(t, tx.Rollback(ctx))
	report, failed := prog.Audit(ctx)
	require.NoError(t, failed)
	require.True(t, report.OK(), report)
	require.Equal(t, 1501, report.Orders)
}
