package dbtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
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

// watcher is a tracer of pgx that keeps which statements ended, and how.
type watcher struct {
	mu    sync.Mutex
	begun int
	ended []watched
}

// watched is a statement that ended.
type watched struct {
	text string
	pgx.TraceQueryEndData
}

func (w *watcher) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.begun++
	return context.WithValue(ctx, w, data.SQL)
}

func (w *watcher) TraceQueryEnd(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryEndData) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if text, begun := ctx.Value(w).(string); begun { // of a batch pgx tells only how its queries end
		w.ended = append(w.ended, watched{text, data})
	}
}

// take returns what ended since it was called last, and fails where something that began did not end.
func (w *watcher) take(t *testing.T) []watched {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	require.Equal(t, w.begun, len(w.ended))
	all := w.ended
	w.begun, w.ended = 0, nil
	return all
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
	config.ConnConfig.Tracer = new(watcher)
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

// manyOrders are 500 of carol's.
func manyOrders(name string, now time.Time) []program.Order {
	orders := make([]program.Order, 500)
	for i := range orders {
		orders[i] = fourLines(fmt.Sprintf("%s-%d", name, i), "carol", now)
	}
	return orders
}

// TestAGroupOfOrdersIsFewWaysToPostgreSQLAndItsRowsAreCopied counts the ways of 500 orders, of which 1,000 rows are copied while the last are worked out.
func TestAGroupOfOrdersIsFewWaysToPostgreSQLAndItsRowsAreCopied(t *testing.T) {
	ctx := context.Background()
	prog, st, pool, now, ways, copies := waysOf(t)
	paid := func(prog *program.Program, name string) {
		t.Helper()
		out, failed := prog.Orders.PaidBatch(ctx, manyOrders(name, now))
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

// TestATracerIsToldOfWhatRunsInTheBackground posts 500 orders, some of whose statements pgx does not send itself.
func TestATracerIsToldOfWhatRunsInTheBackground(t *testing.T) {
	ctx := context.Background()
	prog, st, pool, now, _, copies := waysOf(t)
	watcher := pool.Config().ConnConfig.Tracer.(*watcher)
	background := func() (rows, copied, written int64, failed error) {
		for _, one := range watcher.take(t) {
			switch {
			case strings.HasPrefix(one.text, "COPY"):
				copied++
				rows += one.CommandTag.RowsAffected()
				failed = errors.Join(failed, one.Err)
			case strings.HasPrefix(one.text, "INSERT") && strings.Contains(one.text, "unnest"):
				written++
				failed = errors.Join(failed, one.Err)
			}
		}
		return rows, copied, written, failed
	}
	before := copies.Load()
	require.NoError(t, err(prog.Orders.PaidBatch(ctx, manyOrders("first", now))))
	rows, copied, written, failed := background()
	require.NoError(t, failed)
	require.Equal(t, copies.Load()-before, copied)
	require.Equal(t, int64(1000), rows, "two who are paid by each order")
	require.NotZero(t, written)

	_, failed = pool.Exec(ctx, `CREATE FUNCTION pg_temp.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'refused'; END $$`)
	require.NoError(t, failed)
	for write, table := range map[string]string{"INSERT": st.Table("rows"), "UPDATE": st.Table("orders")} { // the rows by COPY, the orders not
		_, failed = pool.Exec(ctx, "CREATE TRIGGER refuse BEFORE "+write+" ON "+table+" EXECUTE FUNCTION pg_temp.refuse()")
		require.NoError(t, failed)
		watcher.take(t)
		out, failed := prog.Orders.PaidBatch(ctx, manyOrders(write, now))
		require.NoError(t, failed)
		require.ErrorContains(t, out[0].Err, "refused")
		_, _, _, failed = background()
		require.ErrorContains(t, failed, "refused")
		_, failed = pool.Exec(ctx, "DROP TRIGGER refuse ON "+table)
		require.NoError(t, failed)
	}
}
