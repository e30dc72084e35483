package program_test

import (
	"context"
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
)

// twoLevels is the smallest plan that recruits matter for.
const twoLevels = `{"currency": "CNY", "commission": {"rates": ["10%", "5%"]}}`

var (
	ctx  = context.Background()
	noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
)

// shop is a programme under test with a clock of its own.
type shop struct {
	*program.Program
	t     *testing.T
	store *memstore.Store
	now   time.Time
	ids   int
}

// open returns a programme on an empty store at noon. alice recruited bob, and carol is bound to bob.
func open(t *testing.T, plan string, change ...func(*program.Config)) *shop {
	t.Helper()
	s := &shop{t: t, store: memstore.New(), now: noon}
	config := program.Config{
		Clock: func() time.Time { return s.now },
		NewID: func() string { s.ids++; return fmt.Sprintf("%032x", s.ids) },
	}
	if plan != "" {
		parsed, err := program.ParsePlan([]byte(plan))
		require.NoError(t, err)
		config.Plan = parsed
	}
	for _, f := range change {
		f(&config)
	}
	var err error
	s.Program, err = program.New(s.store, config)
	require.NoError(t, err)
	return s
}

func family(t *testing.T, plan string, change ...func(*program.Config)) *shop {
	t.Helper()
	s := open(t, plan, change...)
	s.add("alice")
	s.recruit("bob", "alice")
	_, err := s.Team.Bind(ctx, program.Bind{Customer: "carol", Owner: "bob"})
	require.NoError(t, err)
	return s
}

func (s *shop) add(id partner.ID) {
	s.t.Helper()
	_, err := s.Partners.Add(ctx, program.Add{Partner: id})
	require.NoError(s.t, err)
}

func (s *shop) recruit(id, recruiter partner.ID) {
	s.t.Helper()
	_, err := s.Team.Recruit(ctx, program.Recruit{Partner: id, Recruiter: recruiter})
	require.NoError(s.t, err)
}

// order is an order of carol's, paid now, of one line with so many units.
func (s *shop) order(id string, quantity int64, amount string) program.Order {
	return program.Order{ID: commission.OrderID(id), Customer: "carol", PaidAt: s.now, Lines: []program.Line{line("1", quantity, amount)}}
}

func line(id string, quantity int64, amount string) program.Line {
	return program.Line{ID: commission.LineID(id), Product: "tea", Quantity: quantity, Amount: decimal.RequireFromString(amount)}
}

func (s *shop) paid(o program.Order) program.Outcome {
	s.t.Helper()
	out, err := s.Orders.Paid(ctx, o)
	require.NoError(s.t, err)
	s.sound()
	return out
}

func (s *shop) received(id commission.OrderID) program.ReceivedOutcome {
	s.t.Helper()
	out, err := s.Orders.Received(ctx, program.Received{Order: id})
	require.NoError(s.t, err)
	return out
}

func (s *shop) refunded(id string, order commission.OrderID, lines ...program.RefundLine) program.RefundOutcome {
	s.t.Helper()
	out, err := s.Orders.Refunded(ctx, program.Refund{ID: id, Order: order, Lines: lines})
	require.NoError(s.t, err)
	s.sound()
	return out
}

func units(line string, quantity int64) program.RefundLine {
	return program.RefundLine{Line: commission.LineID(line), Quantity: quantity}
}

func amount(line, amount string) program.RefundLine {
	return program.RefundLine{Line: commission.LineID(line), Amount: decimal.NewNullDecimal(decimal.RequireFromString(amount))}
}

// due moves the clock and runs what is due.
func (s *shop) due(at time.Time) program.Due {
	s.t.Helper()
	s.now = at
	out, err := s.RunDue(ctx, at)
	require.NoError(s.t, err)
	s.sound()
	return out
}

// sound asserts that the audit finds nothing.
func (s *shop) sound() {
	s.t.Helper()
	report, err := s.Audit(ctx)
	require.NoError(s.t, err)
	require.True(s.t, report.OK(), report.String())
}

func (s *shop) balance(id partner.ID) settlement.Balance {
	s.t.Helper()
	all, err := s.Wallet.Balances(ctx, id)
	require.NoError(s.t, err)
	return all[0]
}

// has asserts a partner's pending, available and debt.
func (s *shop) has(id partner.ID, pending, available, debt string) {
	s.t.Helper()
	b := s.balance(id)
	require.Equal(s.t, []string{pending, available, debt}, []string{b.Pending.Plain(), b.Available.Plain(), b.Debt.Plain()}, "pending, available, debt of %s", id)
}

// state is everything that balances, orders and events show, to see that nothing changed.
func (s *shop) state(partners ...partner.ID) string {
	s.t.Helper()
	balances, err := s.Wallet.Balances(ctx, partners...)
	require.NoError(s.t, err)
	var text string
	require.NoError(s.t, s.store.View(ctx, "", func(tx store.Tx) error {
		orders, err := tx.ScanOrders(ctx, "", 1000)
		if err != nil {
			return err
		}
		withdrawals, err := tx.ScanWithdrawals(ctx, "", 1000)
		text = fmt.Sprintf("%v\n%+v\n%+v", balances, orders, withdrawals)
		return err
	}))
	return text
}

func (s *shop) withdraw(key string, id partner.ID, gross string) (settlement.Withdrawal, error) {
	return s.Wallet.Withdraw(ctx, program.Withdraw{Partner: id, Amount: decimal.RequireFromString(gross), Meta: program.Meta{Key: key}})
}
