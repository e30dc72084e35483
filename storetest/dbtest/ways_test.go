package dbtest

import (
	"context"
	"net"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/store/pgxstore"
	"github.com/fenrun/fenrun/store/sqlstore"
)

// wayside counts how often a client has written to a connection and then waits for an answer.
type wayside struct {
	net.Conn
	ways  *atomic.Int64
	wrote atomic.Bool
}

func (w *wayside) Write(b []byte) (int, error) {
	if !w.wrote.Swap(true) {
		w.ways.Add(1)
	}
	return w.Conn.Write(b)
}

func (w *wayside) Read(b []byte) (int, error) {
	w.wrote.Store(false)
	return w.Conn.Read(b)
}

// TestAnOrderIsSixWaysToPostgreSQL counts what a server that is far away makes slow: begin with the key, the plans, the order, its customer's relations and
// whether he is a partner; who stands above; what holds of them; the key and the customer; the order and its rows; the event with the commit.
func TestAnOrderIsSixWaysToPostgreSQL(t *testing.T) {
	ctx := context.Background()
	at := &place{db: server(t, "pgx", postgresAt), config: sqlstore.Config{Dialect: sqlstore.PostgreSQL}}
	t.Cleanup(func() { at.drop(t, " CASCADE") })
	config, err := pgxpool.ParseConfig(postgresAt.dsn())
	require.NoError(t, err)
	ways, dial := new(atomic.Int64), config.ConnConfig.DialFunc
	config.MaxConns = 1
	config.ConnConfig.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		return &wayside{Conn: conn, ways: ways}, err
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	st, err := pgxstore.New(pool, at.open(t).Config())
	require.NoError(t, err)
	prog, now := flowing(t, st)
	run := func(err error) { t.Helper(); require.NoError(t, err) }
	_, err = prog.Partners.Add(ctx, program.Add{Partner: "alice"})
	run(err)
	_, err = prog.Team.Recruit(ctx, program.Recruit{Partner: "bob", Recruiter: "alice"})
	run(err)
	_, err = prog.Team.Bind(ctx, program.Bind{Customer: "carol", Owner: "bob"})
	run(err)
	_, err = prog.Orders.Paid(ctx, fourLines("o-0", "carol", *now)) // makes the connection know the statements
	run(err)

	before := ways.Load()
	out, err := prog.Orders.Paid(ctx, fourLines("o-1", "carol", *now))
	run(err)
	require.Len(t, out.Entries, 8)
	require.Equal(t, int64(6), ways.Load()-before)

	before = ways.Load()
	tx, err := pool.Begin(ctx)
	run(err)
	out, err = prog.In(st.Join(tx)).Orders.Paid(ctx, fourLines("o-2", "carol", *now))
	run(err)
	require.Len(t, out.Entries, 8)
	run(tx.Commit(ctx))
	require.Equal(t, int64(8), ways.Load()-before, "the shop's own begin is one more")
}
