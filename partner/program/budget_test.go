package program_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

// Rule 6.25 over many orders: what they use of a campaign's budget and of the cap for a customer is counted.

// budgetPlan doubles slot 1 until that has added 25.00.
const budgetPlan = `{"currency": "CNY", "commission": {"rates": ["10%", "5%"]},
	"campaigns": [{"name": "double", "factor": "2", "slots": [1], "budget": "25.00"}]}`

// counter returns what stands on a counter.
func (s *shop) counter(campaign string, customer partner.Customer) string {
	s.t.Helper()
	var amounts []money.Amount
	require.NoError(s.t, s.store.View(ctx, "", func(tx store.Tx) (err error) {
		amounts, err = tx.Counters(ctx, []store.CounterKey{{Campaign: campaign, Customer: customer}})
		return err
	}))
	return amounts[0].Decimal().StringFixed(2)
}

func reasonsOf(out program.Outcome) []partner.Reason {
	var reasons []partner.Reason
	for _, use := range out.Campaigns {
		reasons = append(reasons, use.Reason)
	}
	return reasons
}

func TestRule_6_25_ABudgetStopsAtZeroWithoutAPartialOrderAndASmallerOneFits(t *testing.T) {
	s := family(t, budgetPlan)
	require.Equal(t, "30.00 CNY", s.paid(s.order("o-1", 1, "150.00")).Entries[0].Amount.String())
	require.Equal(t, "15.00", s.counter("double", ""))
	second := s.paid(s.order("o-2", 1, "150.00"))
	require.Equal(t, "15.00 CNY", second.Entries[0].Amount.String(), "of the 10.00 that are left it gets nothing")
	require.Equal(t, []partner.Reason{commission.BudgetSpent}, reasonsOf(second))
	require.Contains(t, second.String(), "campaign double  adds 0.00 CNY")
	require.Contains(t, second.String(), commission.ReasonEnglish(commission.BudgetSpent))
	third := s.paid(s.order("o-3", 1, "100.00"))
	require.Equal(t, "20.00 CNY", third.Entries[0].Amount.String())
	require.Equal(t, "25.00", s.counter("double", ""))
	require.Equal(t, []partner.Reason{commission.BudgetSpent}, reasonsOf(s.paid(s.order("o-4", 1, "0.10"))))
	for _, again := range []program.Outcome{second, third} {
		same, err := s.Orders.Outcome(ctx, again.Order)
		require.NoError(t, err)
		require.Equal(t, again, same, "whatever is left now")
	}
}

func TestRule_6_25_WhatARefundReleasesTheNextOrderGets(t *testing.T) {
	s := family(t, budgetPlan)
	s.paid(s.order("o-1", 5, "250.00"))
	require.Equal(t, []partner.Reason{commission.BudgetSpent}, reasonsOf(s.paid(s.order("o-2", 1, "50.00"))))
	s.refunded("r-1", "o-1", units("1", 1))
	require.Equal(t, "20.00", s.counter("double", ""))
	require.Equal(t, []partner.Reason{""}, reasonsOf(s.paid(s.order("o-3", 1, "50.00"))))
	s.refunded("r-2", "o-2", units("1", 1))
	require.Equal(t, "25.00", s.counter("double", ""), "an order that got nothing of it releases nothing")
	s.refunded("r-3", "o-1", units("1", 4))
	s.refunded("r-4", "o-3", units("1", 1))
	require.Equal(t, "0.00", s.counter("double", ""))
}

func TestRule_6_25_ARefundThatCameBeforeItsOrderLeavesWhatIsLeft(t *testing.T) {
	s := family(t, budgetPlan)
	_, err := s.Orders.Refunded(ctx, program.Refund{ID: "r-1", Order: "o-1", Lines: []program.RefundLine{units("1", 4)}})
	require.NoError(t, err)
	s.paid(s.order("o-1", 5, "250.00"))
	require.Equal(t, "5.00", s.counter("double", ""))
}

// TestRule_6_25_ARefundNeverWaitsForTheBudget: of 0.05 half-up makes 0.01 with and without the campaign, of 0.04 only with it, so that it adds more to less.
func TestRule_6_25_ARefundNeverWaitsForTheBudget(t *testing.T) {
	s := family(t, `{"currency": "CNY", "commission": {"rates": ["10%"]}, "campaigns": [{"name": "double", "factor": "2", "budget": "0.02"}]}`)
	s.paid(s.order("o-1", 1, "0.14"))
	require.Equal(t, "0.02", s.counter("double", ""))
	s.refunded("r-1", "o-1", amount("1", "0.09"))
	require.Equal(t, "0.00", s.counter("double", ""))
	s.paid(s.order("o-2", 1, "0.14"))
	require.Equal(t, "0.02", s.counter("double", ""))
	out := s.refunded("r-2", "o-1", amount("1", "0.01"))
	require.Empty(t, out.Changes, "0.01 stays, which is the campaign's by now")
	require.Equal(t, "0.03", s.counter("double", ""))
	require.Equal(t, []partner.Reason{commission.BudgetSpent}, reasonsOf(s.paid(s.order("o-3", 1, "0.14"))))
	s.refunded("r-3", "o-2", amount("1", "0.14"))
	s.refunded("r-4", "o-1", amount("1", "0.04"))
	require.Equal(t, "0.00", s.counter("double", ""))
}

func TestRule_6_25_AQuoteReservesNothingAndSaysWhatThereWouldBe(t *testing.T) {
	s := family(t, budgetPlan)
	for range 3 {
		quote, err := s.Orders.Quote(ctx, s.order("q", 1, "200.00"))
		require.NoError(t, err)
		require.Equal(t, "40.00 CNY", quote.Entries[0].Amount.String())
		require.Equal(t, "0.00", s.counter("double", ""))
	}
	s.paid(s.order("o-1", 1, "100.00"))
	quote, err := s.Orders.Quote(ctx, s.order("q", 1, "200.00"))
	require.NoError(t, err)
	require.Equal(t, []partner.Reason{commission.BudgetSpent}, reasonsOf(quote))
	waiting := s.order("o-2", 1, "100.00")
	waiting.Awaits = program.AwaitsBalance
	s.paid(waiting)
	require.Equal(t, "10.00", s.counter("double", ""), "nothing is reserved for what is not final")
}

func TestRule_6_25_ACapForEachCustomerIsCountedForEach(t *testing.T) {
	s := family(t, `{"currency": "CNY", "commission": {"rates": ["10%", "5%"]}, "campaigns": [{"name": "double", "factor": "2", "perCustomer": "20.00"}]}`)
	_, err := s.Team.Bind(ctx, program.Bind{Customer: "dave", Owner: "bob"})
	require.NoError(t, err)
	s.paid(s.order("o-1", 1, "100.00"))
	second := s.paid(s.order("o-2", 1, "100.00"))
	require.Equal(t, "20.00 CNY", second.Commission.String(), "15.00 and 5.00 of another 15.00")
	require.Equal(t, []partner.Reason{commission.CutByCustomerCap}, reasonsOf(second))
	dave := s.order("o-3", 1, "100.00")
	dave.Customer = "dave"
	require.Equal(t, "30.00 CNY", s.paid(dave).Commission.String())
	require.Equal(t, []string{"0.00", "20.00", "15.00"}, []string{s.counter("double", ""), s.counter("double", "carol"), s.counter("double", "dave")})

	s.refunded("r-1", "o-1", units("1", 1))
	require.Equal(t, "5.00", s.counter("double", "carol"))
	s.refunded("r-2", "o-2", amount("1", "50.00"))
	require.Equal(t, "5.00", s.counter("double", "carol"), "what is left of it would have 7.50, and it reserved 5.00")
	s.refunded("r-3", "o-2", amount("1", "50.00"))
	require.Equal(t, "0.00", s.counter("double", "carol"))
}

// TestRule_6_25_ACampaignOfTheSameNameGoesOnCounting in a later plan, with the budget of that; and is counted by no plan that gives it none.
func TestRule_6_25_ACampaignOfTheSameNameGoesOnCounting(t *testing.T) {
	s := family(t, budgetPlan)
	publish := func(budget string) {
		s.now = s.now.Add(time.Hour)
		plan := `{"currency": "CNY", "commission": {"rates": ["10%", "5%"]}, "campaigns": [{"name": "double", "factor": "2", "slots": [1]` + budget + `}]}`
		_, err := s.Plans.Publish(ctx, program.Publish{Plan: program.MustPlan(plan)})
		require.NoError(t, err)
	}
	s.paid(s.order("o-1", 2, "200.00"))
	publish(`, "budget": "50.00"`)
	require.Equal(t, []partner.Reason{""}, reasonsOf(s.paid(s.order("o-2", 1, "300.00"))))
	require.Equal(t, "50.00", s.counter("double", ""))
	publish(``)
	require.Empty(t, s.paid(s.order("o-3", 1, "100.00")).Campaigns)
	require.Equal(t, "50.00", s.counter("double", ""))
	publish(`, "budget": "10.00"`)
	s.refunded("r-1", "o-2", units("1", 1))
	require.Equal(t, "20.00", s.counter("double", ""))
	require.Equal(t, []partner.Reason{commission.BudgetSpent}, reasonsOf(s.paid(s.order("o-4", 1, "1.00"))), "it is more than the budget of now")
	s.refunded("r-2", "o-1", units("1", 1))
	require.Equal(t, "10.00", s.counter("double", ""))
	s.refunded("r-3", "o-1", units("1", 1))
	require.Equal(t, []partner.Reason{""}, reasonsOf(s.paid(s.order("o-5", 1, "100.00"))))
	s.refunded("r-4", "o-3", units("1", 1))
	require.Equal(t, "10.00", s.counter("double", ""), "an order is counted by the plan that judged it")
}

func TestRule_6_25_WhatTheShopRollsBackIsNotReserved(t *testing.T) {
	s := family(t, budgetPlan)
	tx := s.store.Begin()
	_, err := s.In(tx).Orders.Paid(ctx, s.order("o-1", 1, "250.00"))
	require.NoError(t, err)
	tx.Rollback()
	require.Equal(t, "0.00", s.counter("double", ""))
	require.Equal(t, []partner.Reason{""}, reasonsOf(s.paid(s.order("o-1", 1, "250.00"))))
	s.sound()
}

func TestRule_6_25_OnlyOrdersThatACampaignWithABudgetCanRaiseTouchItsCounter(t *testing.T) {
	s := family(t, `{"currency": "CNY", "commission": {"rates": ["10%"]}, "campaigns": [{"name": "coffee", "factor": "2", "budget": "9", "products": ["coffee"]}, {"name": "all", "factor": "2"}]}`)
	watched := &watching{Store: s.store}
	prog := s.In(watched)
	_, err := prog.Orders.Paid(ctx, s.order("o-1", 1, "10.00"))
	require.NoError(t, err)
	nobody := s.order("o-2", 1, "10.00")
	nobody.Customer, nobody.Lines[0].Product = "nobody", "coffee"
	_, err = prog.Orders.Paid(ctx, nobody)
	require.NoError(t, err)
	require.Zero(t, watched.touched)
	coffee := s.order("o-3", 1, "10.00")
	coffee.Lines[0].Product = "coffee"
	_, err = prog.Orders.Paid(ctx, coffee)
	require.NoError(t, err)
	require.Equal(t, 2, watched.touched, "locked, and changed")
}

// watching counts how often counters are locked or changed.
type watching struct {
	store.Store
	touched int
}

type watchedTx struct {
	store.Tx
	of *watching
}

func (w *watching) Update(c context.Context, tenant store.Tenant, fn func(store.Tx) error) error {
	return w.Store.Update(c, tenant, func(tx store.Tx) error { return fn(watchedTx{tx, w}) })
}

func (w watchedTx) LockCounters(c context.Context, keys []store.CounterKey) ([]money.Amount, error) {
	w.of.touched++
	return w.Tx.LockCounters(c, keys)
}

func (w watchedTx) ChangeCounters(c context.Context, changes []store.CounterChange) error {
	w.of.touched++
	return w.Tx.ChangeCounters(c, changes)
}

// TestRule_6_25_OrdersAtOnceNeverExceedTheBudget: 16 at once, some of which are refunded.
func TestRule_6_25_OrdersAtOnceNeverExceedTheBudget(t *testing.T) {
	for round := range 20 {
		s := family(t, `{"currency": "CNY", "commission": {"rates": ["10%", "5%"]},
			"campaigns": [{"name": "double", "factor": "2", "slots": [1], "budget": "25.00"}, {"name": "half", "factor": "1.5", "slots": [2], "perCustomer": "3.00"}]}`, counted)
		var all []func() error
		for i := range 16 {
			id := fmt.Sprintf("o-%d-%d", round, i)
			all = append(all, func() error {
				_, err := s.Orders.Paid(ctx, s.order(id, 2, "60.00"))
				if err == nil && i%4 == 3 {
					_, err = s.Orders.Refunded(ctx, program.Refund{ID: id, Order: commission.OrderID(id), Lines: []program.RefundLine{units("1", 1)}})
				}
				return err
			})
		}
		require.NoError(t, errors.Join(atOnce(all...)...))
		double, half := decimal.RequireFromString(s.counter("double", "")), decimal.RequireFromString(s.counter("half", "carol"))
		require.False(t, double.GreaterThan(decimal.RequireFromString("25.00")), double)
		require.False(t, half.GreaterThan(decimal.RequireFromString("3.00")), half)
		require.True(t, double.GreaterThan(decimal.RequireFromString("25.00").Sub(decimal.RequireFromString("18.00"))), "all but what refunds released and too little for one: %s", double)
		s.sound()
	}
}

// TestTheAuditFindsACounterThatIsNotWhatTheOrdersUse, and an order that uses something else than what is left of it.
func TestTheAuditFindsACounterThatIsNotWhatTheOrdersUse(t *testing.T) {
	s := family(t, budgetPlan)
	s.paid(s.order("o-1", 1, "100.00"))
	change := func(key store.CounterKey, units int64) {
		require.NoError(t, s.store.Update(ctx, "", func(tx store.Tx) error {
			return tx.ChangeCounters(ctx, []store.CounterChange{{CounterKey: key, Amount: money.MustCurrency("CNY", 2).Minor(units)}})
		}))
	}
	broken := func() []string {
		report, err := s.Audit(ctx)
		require.NoError(t, err)
		var texts []string
		for _, f := range report.Broken {
			texts = append(texts, f.String())
		}
		return texts
	}
	change(store.CounterKey{Campaign: "double"}, 1)
	change(store.CounterKey{Campaign: "double", Customer: "carol"}, 5)
	require.Equal(t, []string{"I12 double: counted 10.01 CNY, the orders use 10.00 CNY", "I12 double for carol: counted 0.05 CNY, the orders use 0"}, broken())
	change(store.CounterKey{Campaign: "double"}, -1001)
	change(store.CounterKey{Campaign: "double", Customer: "carol"}, -5)
	require.Equal(t, []string{"I12 double: counted 0, the orders use 10.00 CNY"}, broken())
	change(store.CounterKey{Campaign: "double"}, 1100)
	require.NoError(t, s.store.Update(ctx, "", func(tx store.Tx) error {
		orders, err := tx.LockOrders(ctx, []commission.OrderID{"o-1"})
		if err != nil {
			return err
		}
		orders[0].Campaigns[0].Added = money.MustCurrency("CNY", 2).Minor(1100)
		orders[0].Revision++
		return tx.SaveOrders(ctx, []settlement.Order{orders[0]})
	}))
	require.Len(t, broken(), 1)
	require.Contains(t, broken()[0], "I6 o-1: it uses")
}
