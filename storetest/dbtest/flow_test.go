package dbtest

import (
	"context"
	"database/sql"
	"fmt"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/store/memstore"
	"github.com/fenrun/fenrun/store/sqlstore"
	"github.com/fenrun/fenrun/storetest"
)

// flowPlan pays two levels after a week.
const flowPlan = `{"currency": "CNY", "commission": {"rates": ["10%", "5%"]}, "settlement": {"anchor": "paid", "holdDays": 7}}`

// flowBegins lies in another zone than the database's, and is no whole second.
var flowBegins = time.Date(2026, 6, 1, 0, 30, 0, 123456000, time.FixedZone("UTC+8", 8*60*60))

// odd is a text on which quotes, escapes and character sets show.
const odd = `o'neil "\` + "`退货😀"

// flowing is a programme whose clock and ids are the same in every store.
func flowing(tb testing.TB, st store.Store) (*program.Program, *time.Time) {
	now, ids := flowBegins, 0
	prog, err := program.New(st, program.Config{
		Plan: program.MustPlan(flowPlan), Clock: func() time.Time { return now }, NewID: func() string { ids++; return fmt.Sprintf("%032x", ids) },
	})
	require.NoError(tb, err)
	return prog, &now
}

// tea is an order of two units.
func tea(id, customer, amount string, at time.Time) program.Order {
	return program.Order{ID: commission.OrderID(id), Customer: partner.Customer(customer), PaidAt: at, Reason: odd,
		Lines: []program.Line{{ID: "1", Product: "tea", Quantity: 2, Amount: decimal.RequireFromString(amount)}}}
}

// flow recruits, binds, sells, takes back, releases and pays out, and returns all that is in the store then.
func flow(tb testing.TB, st store.Store) string {
	tb.Helper()
	ctx := context.Background()
	prog, now := flowing(tb, st)
	meta := func(key string) program.Meta { return program.Meta{Key: key, Actor: odd, Reason: odd} }
	steps := []func() error{
		func() error { return err(prog.Partners.Add(ctx, program.Add{Partner: "alice"})) },
		func() error {
			return err(prog.Team.Recruit(ctx, program.Recruit{Partner: "bob", Recruiter: "alice", Meta: meta("")}))
		},
		func() error { return err(prog.Team.Bind(ctx, program.Bind{Customer: odd, Owner: "bob"})) },
		func() error { return err(prog.Orders.Paid(ctx, tea("o-1", odd, "199.99", *now))) },
		func() error { return err(prog.Orders.Paid(ctx, tea("o-2", odd, "0.05", now.Add(-time.Microsecond)))) },
		func() error {
			return err(prog.Orders.Refunded(ctx, program.Refund{ID: odd, Order: "o-1", Lines: []program.RefundLine{{Line: "1", Quantity: 1}}, Meta: meta("")}))
		},
		func() error { *now = now.Add(7 * 24 * time.Hour); return err(prog.RunDue(ctx, *now)) },
		func() error {
			w, failed := prog.Wallet.Withdraw(ctx, program.Withdraw{Partner: "bob", Amount: decimal.RequireFromString("9.00"), Meta: meta("w-1")})
			if failed != nil {
				return failed
			}
			if w.State == settlement.Requested {
				if failed = err(prog.Wallet.Approve(ctx, program.Decide{Withdrawal: w.ID, Meta: meta("")})); failed != nil {
					return failed
				}
			}
			return err(prog.Wallet.Paid(ctx, program.Payout{Withdrawal: w.ID, Tax: decimal.RequireFromString("0.09"), Meta: meta("")}))
		},
		func() error {
			return err(prog.Orders.Refunded(ctx, program.Refund{ID: "r-2", Order: "o-1", Lines: []program.RefundLine{{Line: "1", Quantity: 1}}}))
		},
		func() error { return err(prog.RunDue(ctx, *now)) },
	}
	for i, step := range steps {
		require.NoError(tb, step(), "step %d", i)
	}
	report, failed := prog.Audit(ctx)
	require.NoError(tb, failed)
	require.Empty(tb, report.Broken)
	return dumped(tb, st)
}

func err[T any](_ T, err error) error { return err }

func dumped(tb testing.TB, st store.Store) string {
	tb.Helper()
	text, err := storetest.Dump(context.Background(), st)
	require.NoError(tb, err)
	return string(text)
}

// flows asserts that the flow leaves the same as in memory, in transactions of the store's own and in the shop's.
func flows(t *testing.T, open func(testing.TB) (*sql.DB, *sqlstore.Store)) {
	t.Helper()
	want := flow(t, memstore.New())
	t.Run("own", func(t *testing.T) {
		_, st := open(t)
		require.Equal(t, want, flow(t, st))
	})
	t.Run("joined", func(t *testing.T) {
		db, st := open(t)
		require.Equal(t, want, flow(t, &host{db, st, nil}))
	})
}
