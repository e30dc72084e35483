package dbtest

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/store/sqlstore"
)

// counting is a transaction that notes the statements which are run in it, each a round trip.
type counting struct {
	sqlstore.DBTX
	statements []string
}

func (c *counting) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	c.statements = append(c.statements, query)
	return c.DBTX.ExecContext(ctx, query, args...)
}

func (c *counting) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	c.statements = append(c.statements, query)
	return c.DBTX.QueryContext(ctx, query, args...)
}

// trips is how many statements do runs in the shop's transaction, which is committed.
func trips(t *testing.T, db *sql.DB, st *sqlstore.Store, do func(store.Store) error) (statements []string) {
	t.Helper()
	tx, err := db.BeginTx(context.Background(), nil)
	require.NoError(t, err)
	c := &counting{DBTX: tx}
	joined, err := st.Join(c)
	require.NoError(t, err)
	require.NoError(t, do(joined))
	require.NoError(t, tx.Commit())
	return c.statements
}

// kinds are statements, each once, by how they begin: by what they do, and on which table.
func kinds(statements []string) map[string]bool {
	all := map[string]bool{}
	for _, s := range statements {
		before, _, _ := strings.Cut(s, " WHERE ")
		before, _, _ = strings.Cut(before, " VALUES ")
		before, _, _ = strings.Cut(before, " AS (VALUES ")
		all[before] = true
	}
	return all
}

// rowsOf are the rows of an order, by payee.
func rowsOf(t *testing.T, st store.Store, id commission.OrderID) map[partner.ID]int {
	t.Helper()
	payees := map[partner.ID]int{}
	require.NoError(t, st.View(context.Background(), "", func(tx store.Tx) error {
		rows, err := tx.Rows(context.Background(), []settlement.Source{settlement.OfOrder(id)})
		for _, row := range rows[0] {
			payees[row.Payee]++
		}
		return err
	}))
	return payees
}

// fourLines is an order of four lines.
func fourLines(id, customer string, at time.Time) program.Order {
	order := tea(id, customer, "100.00", at)
	for i := 2; i <= 4; i++ {
		line := order.Lines[0]
		line.ID = commission.LineID(fmt.Sprint(i))
		order.Lines = append(order.Lines, line)
	}
	return order
}

func TestAnOrderOfTwoLevelsCostsSoManyRoundTripsAndOneRowAPayee(t *testing.T) {
	ctx := context.Background()
	db := file(t, "_txlock=immediate")
	st := opened(t, db, sqlstore.Config{Dialect: sqlstore.SQLite})
	prog, now := flowing(t, st)
	require.NoError(t, err(prog.Partners.Add(ctx, program.Add{Partner: "alice"})))
	require.NoError(t, err(prog.Team.Recruit(ctx, program.Recruit{Partner: "bob", Recruiter: "alice"})))
	require.NoError(t, err(prog.Team.Bind(ctx, program.Bind{Customer: "carol", Owner: "bob"})))
	require.NoError(t, err(prog.Orders.Paid(ctx, tea("o-0", "carol", "100.00", *now)))) // publishes the plan

	one := trips(t, db, st, func(joined store.Store) error {
		out, failed := prog.In(joined).Orders.Paid(ctx, fourLines("o-1", "carol", *now))
		require.Len(t, out.Entries, 8)
		return failed
	})
	require.Len(t, one, 13, strings.Join(one, "\n"))
	require.Equal(t, map[partner.ID]int{"bob": 1, "alice": 1}, rowsOf(t, st, "o-1"))

	for i := range 100 {
		require.NoError(t, err(prog.Team.Bind(ctx, program.Bind{Customer: partner.Customer(fmt.Sprintf("buyer %d", i)), Owner: "bob"})))
	}
	batch := func(name string, n int) []string {
		return trips(t, db, st, func(joined store.Store) error {
			orders := make([]program.Order, n)
			for i := range orders {
				orders[i] = tea(fmt.Sprintf("%s-%d", name, i), fmt.Sprintf("buyer %d", i), "100.00", *now)
			}
			out, failed := prog.In(joined).Orders.PaidBatch(ctx, orders)
			for _, paid := range out {
				require.NoError(t, paid.Err)
				require.Len(t, paid.Outcome.Entries, 2)
			}
			return failed
		})
	}
	first, hundred := batch("one", 1), batch("many", 100)
	require.Equal(t, kinds(first), kinds(hundred), "a hundred orders run no other statements than one")
	require.Less(t, len(hundred), 4*len(first), "each of them a few times, for a statement on a file has some hundred arguments at the most")
	for i := range 100 {
		require.Equal(t, map[partner.ID]int{"bob": 1, "alice": 1}, rowsOf(t, st, commission.OrderID(fmt.Sprintf("many-%d", i))))
	}
}
