package program_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

const forfeiting = `{"currency": "CNY", "joining": {"leaving": {"pending": "forfeit", "rejoin": "all"}}, "commission": {"rates": ["10%", "5%"]}}`

func (s *shop) clearOut(id partner.ID) program.Departed {
	s.t.Helper()
	out, err := s.Partners.ClearOut(ctx, program.Depart{Partner: id, WithTeam: true})
	require.NoError(s.t, err)
	s.sound()
	return out
}

func TestRule_1_20_WhatIsPendingIsForfeited(t *testing.T) {
	s := family(t, forfeiting)
	s.paid(s.order("o-1", 4, "400.00"))
	s.received("o-1")
	s.due(noon.AddDate(0, 0, 7))
	s.paid(s.order("o-2", 4, "1000.00"))
	s.has("bob", "100.00", "40.00", "0.00")
	d, err := s.Partners.PreviewDeparture(ctx, program.Depart{Partner: "bob"}, partner.MoveClearOut)
	require.NoError(t, err)
	require.Contains(t, d.String(), "pending 100.00 CNY is forfeited to the shop")

	at := s.now
	out := s.clearOut("bob")
	require.True(t, out.Forfeits)
	again, err := s.Partners.ClearOut(ctx, program.Depart{Partner: "bob", WithTeam: true, Meta: program.Meta{At: at}})
	require.NoError(t, err)
	require.Equal(t, out, again)
	due := s.due(s.now)
	require.Equal(t, 1, due.Forfeited)
	require.Contains(t, due.String(), "1 rows forfeited")
	s.has("bob", "0.00", "40.00", "0.00")
	s.has("alice", "50.00", "20.00", "0.00")
	require.Zero(t, s.due(s.now).Forfeited, "it is taken once")

	o, err := s.Orders.Outcome(ctx, "o-2")
	require.NoError(t, err)
	require.Len(t, o.Entries, 1)
	require.Equal(t, partner.ID("alice"), o.Entries[0].Payee)
	require.Equal(t, "50.00 CNY", o.Commission.String(), "what bob forfeits is the shop's")
	require.Equal(t, []commission.Unpaid{{Line: "1", Rule: "slots", Slot: 1, Position: 1, Partner: "bob", Reason: commission.ForfeitedByLeaving}}, o.Unpaid)
	repeated := s.paid(program.Order{ID: "o-2", Customer: "carol", PaidAt: at, Lines: []program.Line{line("1", 4, "1000.00")}})
	require.Len(t, repeated.Entries, 2, "the first result again")
	all, err := s.Orders.ExplainAll(ctx, "o-2")
	require.NoError(t, err)
	last := all[len(all)-1]
	require.Equal(t, "bob: -100.00 CNY from order o-2: he has left, and what was pending stays with the shop; plan version 1", last.String())
	require.Equal(t, "bob：-100.00 CNY，来自订单 o-2：已退出，待结算佣金归商家；方案版本 1", last.Chinese())

	// A refund before release takes nothing from him, and one after it neither.
	refund := s.refunded("r-1", "o-2", units("1", 1))
	require.Equal(t, []program.PayeeChange{{Payee: "alice", Before: refund.Changes[0].Before, After: refund.Changes[0].After}}, refund.Changes)
	s.has("bob", "0.00", "40.00", "0.00")
	s.received("o-2")
	s.due(s.now.AddDate(0, 0, 7))
	s.has("bob", "0.00", "40.00", "0.00")
	s.has("alice", "0.00", "57.50", "0.00")
	s.refunded("r-2", "o-2", amount("1", "150.00"))
	s.refunded("r-3", "o-2", units("1", 3))
	s.has("bob", "0.00", "40.00", "0.00")
	s.has("alice", "0.00", "20.00", "0.00")
	// What was released before he left is his, and goes back as ever.
	s.refunded("r-4", "o-1", units("1", 4))
	s.has("bob", "0.00", "0.00", "0.00")
	s.has("alice", "0.00", "0.00", "0.00")
}

func TestRule_1_20_WhatIsToldOfLateIsForfeitedToo(t *testing.T) {
	s := family(t, forfeiting)
	before := s.now
	s.now = noon.AddDate(0, 0, 1)
	s.clearOut("bob")
	s.due(s.now)
	s.now = noon.AddDate(0, 0, 2)
	late := s.order("o-1", 1, "100.00")
	late.PaidAt = before
	out := s.paid(late)
	require.Len(t, out.Entries, 1, "%s", out)
	require.Equal(t, commission.ForfeitedByLeaving, out.Unpaid[0].Reason)
	require.Equal(t, out.Entries, s.paid(late).Entries, "and again")
	s.has("bob", "0.00", "0.00", "0.00")
	s.has("alice", "5.00", "0.00", "0.00")
	s.refunded("r-1", "o-1", units("1", 1))
	s.has("bob", "0.00", "0.00", "0.00")

	// One who comes back earns again, and what he forfeited stays so.
	s.now = noon.AddDate(0, 0, 3)
	s.add("bob")
	_, err := s.Team.Bind(ctx, program.Bind{Customer: "dave", Owner: "bob"})
	require.NoError(t, err)
	next := s.order("o-2", 1, "100.00")
	next.Customer = "dave"
	require.Len(t, s.paid(next).Entries, 2)
	later := s.order("o-3", 1, "100.00")
	later.PaidAt = before
	s.paid(later)
	s.received("o-2")
	s.received("o-3")
	s.due(s.now.AddDate(0, 0, 7))
	s.has("bob", "0.00", "10.00", "0.00")
}

// A plan that settles later does not give back what was forfeited, and one that forfeits does not reach who left before.
func TestRule_1_20_ThePlanOfTheDepartureDecides(t *testing.T) {
	s := family(t, twoLevels)
	s.recruit("zoe", "alice")
	s.paid(s.order("o-1", 1, "100.00"))
	s.clearOut("bob")
	s.now = noon.AddDate(0, 0, 1)
	_, err := s.Plans.Publish(ctx, program.Publish{Plan: program.MustPlan(forfeiting), From: s.now})
	require.NoError(t, err)
	_, err = s.Team.Bind(ctx, program.Bind{Customer: "dave", Owner: "zoe"})
	require.NoError(t, err)
	o := s.order("o-2", 1, "100.00")
	o.Customer = "dave"
	s.paid(o)
	s.clearOut("zoe")
	s.now = noon.AddDate(0, 0, 2)
	_, err = s.Plans.Publish(ctx, program.Publish{Plan: program.MustPlan(twoLevels), From: s.now})
	require.NoError(t, err)
	s.received("o-1")
	s.received("o-2")
	s.due(s.now.AddDate(0, 0, 7))
	s.has("bob", "0.00", "10.00", "0.00")
	s.has("zoe", "0.00", "0.00", "0.00")
}

func TestRule_1_20_ManyOrdersAreForfeitedInSteps(t *testing.T) {
	const orders, batch = 95, 2
	s := family(t, forfeiting, func(c *program.Config) { c.Batch = batch })
	for i := range orders {
		_, err := s.Orders.Paid(ctx, s.order(fmt.Sprintf("o-%03d", i), 1, "100.00"))
		require.NoError(t, err)
		s.now = s.now.Add(time.Minute)
	}
	s.clearOut("bob")
	s.has("bob", "950.00", "0.00", "0.00")
	pending, calls := int64(950), 0
	for {
		due, err := s.RunDue(ctx, s.now)
		require.NoError(t, err)
		require.LessOrEqual(t, due.Forfeited, 20*batch, "a run is bounded")
		pending -= 10 * int64(due.Forfeited)
		s.has("bob", fmt.Sprintf("%d.00", pending), "0.00", "0.00")
		s.sound()
		if calls++; !due.More {
			break
		}
	}
	require.Greater(t, calls, 2)
	s.has("bob", "0.00", "0.00", "0.00")
	s.has("alice", "475.00", "0.00", "0.00")
}

// What is due is released only without what was forfeited, also where the steps that take it have not come so far, or fail.
func TestRule_1_20_NothingForfeitedIsReleased(t *testing.T) {
	s := family(t, `{"currency": "CNY", "joining": {"leaving": {"pending": "forfeit"}}, "settlement": {"holdDays": 0, "anchor": "paid"}, "commission": {"rates": ["10%", "5%"]}}`,
		func(c *program.Config) { c.Batch = 2 })
	for i := range 60 {
		_, err := s.Orders.Paid(ctx, s.order(fmt.Sprintf("o-%03d", i), 1, "100.00"))
		require.NoError(t, err)
	}
	s.clearOut("bob")
	due := s.due(s.now)
	require.True(t, due.More)
	require.NotEmpty(t, due.Released)
	for due.More {
		due = s.due(s.now)
		require.True(t, s.balance("bob").Available.IsZero())
	}
	s.has("bob", "0.00", "0.00", "0.00")
	s.has("alice", "0.00", "300.00", "0.00")
}

func TestRule_1_20_APeriodRunIsForfeited(t *testing.T) {
	plan := strings.Replace(teamLadder, `"currency": "CNY",`, `"currency": "CNY", "joining": {"leaving": {"pending": "forfeit"}},`, 1)
	posted := func(t *testing.T) *shop {
		s := family(t, plan)
		s.paid(s.order("o-1", 2, "600.00"))
		_, err := s.Team.Bind(ctx, program.Bind{Customer: "dora", Owner: "alice"})
		require.NoError(t, err)
		other := s.order("o-2", 1, "500.00")
		other.Customer = "dora"
		s.paid(other)
		s.received("o-1")
		s.july(2)
		s.has("bob", "0.00", "60.00", "0.00")
		return s
	}
	shopKeeps := func(s *shop) { // what a bob who has left gets of the run, however it goes on
		s.t.Helper()
		s.due(s.now)
		s.has("bob", "0.00", "60.00", "0.00")
		s.refunded("r-1", "o-1", units("1", 1))
		require.NoError(s.t, s.post("team"))
		s.due(s.now)
		s.has("bob", "0.00", "30.00", "0.00")
		_, err := s.Bonuses.Reverse(ctx, s.run("team"))
		require.NoError(s.t, err)
		s.due(s.now)
		s.has("bob", "0.00", "30.00", "0.00")
	}
	t.Run("posted and not released", func(t *testing.T) {
		s := posted(t)
		require.NoError(t, s.post("team"))
		s.has("bob", "12.00", "60.00", "0.00")
		s.clearOut("bob")
		due := s.due(s.now)
		require.Equal(t, 1, due.Forfeited)
		explained, err := s.Bonuses.Explain(ctx, "team/2026-06", "bob")
		require.NoError(t, err)
		require.Len(t, explained, 2)
		require.Contains(t, explained[1].String(), "bob: -12.00 CNY by forfeit, he has left, and what was pending stays with the shop; run team/2026-06")
		require.Zero(t, explained[1].Round)
		shopKeeps(s)
	})
	t.Run("before it was locked", func(t *testing.T) {
		s := posted(t)
		s.clearOut("bob")
		s.due(s.now)
		require.NoError(t, s.post("team"))
		s.has("bob", "0.00", "60.00", "0.00")
		shopKeeps(s)
	})
	t.Run("posted again before it was taken", func(t *testing.T) {
		s := posted(t)
		require.NoError(t, s.post("team"))
		s.clearOut("bob")
		s.refunded("r-0", "o-2", units("1", 1))
		require.NoError(t, s.post("team"))
		s.has("bob", "0.00", "60.00", "0.00")
		shopKeeps(s)
	})
	t.Run("released before he left", func(t *testing.T) {
		s := posted(t)
		require.NoError(t, s.post("team"))
		s.due(s.now)
		s.has("bob", "0.00", "72.00", "0.00")
		s.clearOut("bob")
		s.due(s.now)
		s.has("bob", "0.00", "72.00", "0.00")
		s.refunded("r-1", "o-1", units("1", 1))
		require.NoError(t, s.post("team"))
		s.due(s.now)
		s.has("bob", "0.00", "36.00", "0.00")
	})
}

func TestRule_1_20_AOneOffThatWaitsIsForfeited(t *testing.T) {
	s := open(t, `{
		"currency": "CNY", "joining": {"leaving": {"pending": "forfeit"}}, "commission": {"rates": ["10%"], "selfPurchase": "nobody"},
		"levels": [{"id": "agent", "weight": 1, "default": true}, {"id": "gold", "weight": 2}],
		"oneOffs": [{"name": "spring", "from": "2026-06-01T00:00:00Z", "upgrade": {"levels": {"gold": "50.00"}}}]
	}`)
	s.add("alice")
	for _, id := range []partner.ID{"bob", "ben"} {
		s.recruit(id, "alice")
		_, err := s.Partners.SetLevel(ctx, program.SetLevel{Partner: id, Level: "gold"})
		require.NoError(t, err)
	}
	buy := func(id string, who partner.Customer) {
		o := s.order(id, 1, "100.00")
		o.Customer = who
		s.paid(o)
		s.received(commission.OrderID(id))
	}
	buy("o-1", "ben")
	s.due(noon.AddDate(0, 0, 7))
	s.has("alice", "0.00", "50.00", "0.00")
	s.clearOut("alice")
	buy("o-2", "bob")
	due := s.due(s.now.AddDate(0, 0, 7))
	require.Empty(t, due.Granted)
	s.has("alice", "0.00", "50.00", "0.00")
	all, err := s.Bonuses.Grants(ctx, "bob")
	require.NoError(t, err)
	require.Contains(t, all[0].Explain()[0].String(), "not paid: he has left, and what was pending stays with the shop")
	// What was paid before goes back as ever, and does not come again.
	s.refunded("r-1", "o-1", units("1", 1))
	s.due(s.now)
	s.has("alice", "0.00", "0.00", "0.00")
	buy("o-3", "ben")
	s.due(s.now.AddDate(0, 0, 7))
	s.has("alice", "0.00", "0.00", "0.00")
}

// failing fails to save forfeits as often as said.
type failing struct {
	store.Store
	left int
}

type failingTx struct {
	store.Tx
	of *failing
}

func (f *failing) Update(c context.Context, tenant store.Tenant, fn func(store.Tx) error) error {
	return f.Store.Update(c, tenant, func(tx store.Tx) error { return fn(failingTx{tx, f}) })
}

var errForfeits = errors.New("forfeits cannot be saved")

func (f failingTx) SaveForfeits(c context.Context, all []settlement.Forfeits) error {
	if f.of.left > 0 && all[0].Revision > 1 {
		f.of.left--
		return errForfeits
	}
	return f.Tx.SaveForfeits(c, all)
}

func TestRule_1_20_AStepThatFailsIsReportedAndDoneAgain(t *testing.T) {
	s := family(t, forfeiting)
	s.paid(s.order("o-1", 1, "100.00"))
	broken := &failing{Store: s.store, left: 1}
	p, err := program.New(broken, program.Config{
		Plan: program.MustPlan(forfeiting), Clock: func() time.Time { return s.now }, NewID: func() string { s.ids++; return fmt.Sprintf("%032x", s.ids) },
	})
	require.NoError(t, err)
	s.clearOut("bob")
	due, err := p.RunDue(ctx, s.now)
	require.NoError(t, err)
	require.Len(t, due.FailedForfeits, 1)
	require.ErrorIs(t, due.FailedForfeits[0].Err, errForfeits)
	s.has("bob", "10.00", "0.00", "0.00")
	due, err = p.RunDue(ctx, s.now)
	require.NoError(t, err)
	require.Equal(t, 1, due.Forfeited)
	s.has("bob", "0.00", "0.00", "0.00")
	s.sound()
}

// The same history, in one programme that forfeits what is pending and in one that lets it settle: everybody else has the same at every step, and the
// leaver has what was released of orders before he left, less what came back of these. Whatever comes back nobody owes what he never got.
func TestRule_1_20_TheLawOfForfeits(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		base := rapid.SampledFrom([]string{
			`"rates": ["10%", "5%"]`, `"rates": ["33.33%", "7%"], "rounding": {"scope": "order"}`, `"rates": ["60%", "50%"], "cap": "70%"`,
			`"rates": ["10%", "5%"], "base": "profit", "loss": "signed"`,
		}).Draw(rt, "commission")
		text := `{"currency": "CNY", "joining": {"leaving": {"pending": "PENDING"}}, "settlement": {"holdDays": 1, "anchor": "paid", "shortfall": "SHORTFALL"}, "commission": {` + base + `}}`
		plan := func(pending, shortfall string) string {
			return strings.NewReplacer("PENDING", pending, "SHORTFALL", shortfall).Replace(text)
		}
		shortfall := rapid.SampledFrom([]string{"debt", "shop", "seller"}).Draw(rt, "shortfall")
		batch := rapid.IntRange(1, 3).Draw(rt, "batch")
		small := func(c *program.Config) { c.Batch = batch }
		lost := family(t, plan("forfeit", shortfall), small)
		kept := family(t, plan("settle", shortfall), small)
		both := []*shop{lost, kept}
		left, orders, backs := time.Time{}, []program.Order{}, map[commission.OrderID]int64{}
		mine := map[commission.OrderID]bool{} // orders that were released before he left
		for i := range rapid.IntRange(3, 14).Draw(rt, "steps") {
			kind := rapid.SampledFrom([]string{"paid", "paid", "late", "refund", "refund", "run", "leave"}).Draw(rt, "step")
			switch {
			case kind == "leave" && left.IsZero():
				for _, s := range both {
					_, err := s.Partners.ClearOut(ctx, program.Depart{Partner: "bob", WithTeam: true})
					require.NoError(t, err)
				}
				left = lost.now
			case kind == "paid", kind == "late":
				o := lost.order(fmt.Sprintf("o-%d", i), int64(rapid.IntRange(1, 3).Draw(rt, "units")), fmt.Sprintf("%d.%02d", rapid.IntRange(0, 30).Draw(rt, "yuan"), rapid.IntRange(1, 99).Draw(rt, "fen")))
				o.Lines[0].Cost = decimal.NewNullDecimal(decimal.New(rapid.Int64Range(0, 3100).Draw(rt, "cost"), -2))
				if kind == "late" && !left.IsZero() {
					o.PaidAt = left.Add(-time.Minute)
				}
				for _, s := range both {
					_, err := s.Orders.Paid(ctx, o)
					require.NoError(t, err)
				}
				orders = append(orders, o)
			case kind == "refund" && len(orders) > 0:
				o := rapid.SampledFrom(orders).Draw(rt, "order")
				if rest := o.Lines[0].Quantity - backs[o.ID]; rest > 0 {
					n := int64(rapid.IntRange(1, int(rest)).Draw(rt, "back"))
					backs[o.ID] += n
					for _, s := range both {
						_, err := s.Orders.Refunded(ctx, program.Refund{ID: fmt.Sprintf("r-%d", i), Order: o.ID, Lines: []program.RefundLine{units("1", n)}})
						require.NoError(t, err)
					}
				}
			case kind == "run":
				at := lost.now.Add(time.Duration(rapid.IntRange(0, 30).Draw(rt, "hours")) * time.Hour)
				for _, s := range both {
					s.now = at
					due, err := s.RunDue(ctx, at)
					require.NoError(t, err)
					if left.IsZero() {
						for _, id := range due.Released {
							mine[id] = true
						}
					}
				}
			}
			for _, s := range both {
				s.now = s.now.Add(time.Minute)
				s.sound()
			}
			require.Equal(t, kept.balance("alice"), lost.balance("alice"), "who has not left has the same")
		}
		for _, s := range both {
			s.now = s.now.AddDate(0, 0, 3)
			for more := true; more; {
				due, err := s.RunDue(ctx, s.now)
				require.NoError(t, err)
				more = due.More
			}
			s.sound()
		}
		if left.IsZero() {
			require.Equal(t, kept.balance("bob"), lost.balance("bob"))
			return
		}
		for _, o := range orders {
			require.True(t, mine[o.ID] || lost.ofOrder(o.ID, "bob").IsZero(), "of %s, which was not released when he left, he has %s", o.ID, lost.ofOrder(o.ID, "bob"))
		}
		for _, o := range orders {
			for _, s := range both {
				if rest := o.Lines[0].Quantity - backs[o.ID]; rest > 0 {
					_, err := s.Orders.Refunded(ctx, program.Refund{ID: "rest-" + string(o.ID), Order: o.ID, Lines: []program.RefundLine{units("1", rest)}})
					require.NoError(t, err)
				}
			}
		}
		for _, s := range both {
			s.sound()
		}
		for _, o := range orders {
			for _, id := range []partner.ID{"alice", "bob"} {
				require.True(t, lost.ofOrder(o.ID, id).IsZero(), "of %s, which came back, %s has %s", o.ID, id, lost.ofOrder(o.ID, id))
			}
		}
	})
}

// ofOrder is what somebody has of an order, less what he forfeited of it.
func (s *shop) ofOrder(order commission.OrderID, id partner.ID) money.Amount {
	s.t.Helper()
	var sum money.Amount
	require.NoError(s.t, s.store.View(ctx, "", func(tx store.Tx) error {
		rows, err := tx.Rows(ctx, []settlement.Source{settlement.OfOrder(order), settlement.OfForfeits(settlement.OfOrder(order))})
		for _, row := range slices.Concat(rows...) {
			if row.Payee == id && err == nil {
				sum, err = sum.Add(row.Amount)
			}
		}
		return err
	}))
	return sum
}

// A run can be ahead of the clock, at which orders are still paid: what a departure between the two takes of them it takes once it is there.
func TestRule_1_20_ARunAheadOfTheClockLeavesWhatIsForfeitedLaterToALaterOne(t *testing.T) {
	s := family(t, forfeiting)
	_, err := s.Partners.ClearOut(ctx, program.Depart{Partner: "bob", WithTeam: true, Meta: s.at(time.Hour)})
	require.NoError(t, err)
	_, err = s.RunDue(ctx, s.now.Add(2*time.Hour))
	require.NoError(t, err)
	s.paid(s.order("o-1", 1, "100.00"))
	s.has("bob", "10.00", "0.00", "0.00")
	require.Equal(t, 1, s.due(s.now.Add(3*time.Hour)).Forfeited)
	s.has("bob", "0.00", "0.00", "0.00")
}

// An order can become somebody's by what is told of late, after he has lost the customer with all that was pending: it is void as the others are.
func TestRule_3_13_AnOrderThatABindingToldLateReachesIsVoidWithTheOthers(t *testing.T) {
	s := open(t, `{"currency": "CNY", "binding": {"unbind": "void"}, "commission": {"rates": ["10%"], "graceMinutes": 40}}`)
	s.add("bob")
	s.paid(s.order("o-1", 1, "100.00")) // nobody's
	bind := func(after time.Duration) {
		out, err := s.Team.Bind(ctx, program.Bind{Customer: "carol", Owner: "bob", Meta: program.Meta{At: noon.Add(after)}})
		require.NoError(t, err)
		require.True(t, out.Bound, "%s", out.Reason)
	}
	s.now = noon.Add(time.Hour)
	bind(50 * time.Minute)
	_, err := s.Team.Unbind(ctx, program.Unbind{Customers: []partner.Customer{"carol"}, Meta: program.Meta{At: noon.Add(55 * time.Minute), Actor: "ann", Reason: "asked"}})
	require.NoError(t, err)
	s.has("bob", "0.00", "0.00", "0.00")
	bind(30 * time.Minute)
	o, err := s.Orders.Outcome(ctx, "o-1")
	require.NoError(t, err)
	require.Equal(t, partner.ID("bob"), o.Attributed.Partner, "by grace")
	s.due(s.now)
	s.has("bob", "0.00", "0.00", "0.00")
}
