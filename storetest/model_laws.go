package storetest

import (
	"context"
	"fmt"
	"maps"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/tree"
)

// lawShop opens a shop on a plan, with a family. Who joins by spending is left out: there the order of events decides who is a partner.
func lawShop(t *rapid.T, st store.Store, plan modelPlan) *modelShop {
	m := &model{ctx: context.Background(), store: st, now: modelStart}
	m.open(t, plan, program.Config{}, false)
	m.shops[0].family(t)
	return m.shops[0]
}

func lawPlan(t *rapid.T) modelPlan {
	var plans []modelPlan
	for _, p := range modelPlans() {
		if p.Joining.Asked().IsZero() {
			plans = append(plans, p)
		}
	}
	plan := modelDrawPlan(t, plans)
	if oracleNotes(plan.Binding) { // there the order of events decides who owns whom
		plan.Binding = tree.Policy{}
	}
	return plan
}

// pays adds up the entries of an order.
func (s *modelShop) pays(t *rapid.T, id commission.OrderID) map[oracleKey]int64 {
	entries, err := s.prog.Orders.ExplainAll(s.ctx, id)
	require.NoError(t, err)
	sums := map[oracleKey]int64{}
	for _, e := range s.mirrored(t, id, entries) {
		sums[oracleKey{e.Entry.Line, e.Entry.Rule, e.Entry.Slot, e.Entry.Payee}] += modelUnits(t, e.Entry.Amount)
	}
	maps.DeleteFunc(sums, func(_ oracleKey, amount int64) bool { return amount == 0 })
	return sums
}

// lawEvent is something that a shop hears of.
type lawEvent struct {
	what    string
	deliver func(*modelShop)
}

// lawCommutes is I5: orders, receipts and refunds of which none is too much whatever has come before give the same commissions in any order, and however
// often each is delivered; once all is released, everybody has the same.
func lawCommutes(t *rapid.T, first, second store.Store) {
	plan := lawPlan(t)
	a, b := lawShop(t, first, plan), lawShop(t, second, plan)
	var events []lawEvent
	orders := rapid.IntRange(1, 3).Draw(t, "orders")
	for i := range orders {
		in := a.drawOrder(t)
		in.ID = commission.OrderID(fmt.Sprint("o", i+1))
		events = append(events, lawEvent{fmt.Sprintf("%s is paid", in.ID), func(s *modelShop) { s.paid(t, in) }})
		if !modelOneIn(t, "never received", 4) {
			at := modelStart.Add(rapid.SampledFrom([]time.Duration{0, time.Hour, 24 * time.Hour}).Draw(t, "received"))
			events = append(events, lawEvent{fmt.Sprintf("%s is received", in.ID), func(s *modelShop) { s.received(t, in.ID, "", at) }})
		}
		for _, r := range a.safeRefunds(t, &in) {
			events = append(events, lawEvent{fmt.Sprintf("refund %s", r.ID), func(s *modelShop) { s.refunded(t, r) }})
		}
	}
	for range rapid.IntRange(0, 2).Draw(t, "delivered twice") {
		events = append(events, rapid.SampledFrom(events).Draw(t, "again"))
	}
	for _, event := range events {
		event.deliver(a)
	}
	for range rapid.IntRange(0, 2).Draw(t, "runs") {
		at := modelStart.Add(rapid.SampledFrom([]time.Duration{8 * 24 * time.Hour, 0, 7 * 24 * time.Hour}).Draw(t, "run at"))
		events = append(events, lawEvent{"run at " + at.String(), func(s *modelShop) { s.due(t, at) }})
	}
	for _, event := range rapid.Permutation(events).Draw(t, "another order") {
		event.deliver(b)
	}
	end := modelStart.AddDate(1, 0, 0)
	a.due(t, end)
	b.due(t, end)
	for i := range orders {
		id := commission.OrderID(fmt.Sprint("o", i+1))
		require.Equal(t, a.pays(t, id), b.pays(t, id), "I5: what %s pays", id)
	}
	ids := a.oracle.ids()
	has, err := a.prog.Wallet.Balances(a.ctx, ids...)
	require.NoError(t, err)
	hasToo, err := b.prog.Wallet.Balances(b.ctx, ids...)
	require.NoError(t, err)
	require.Equal(t, has, hasToo, "I5: what everybody has")
}

// safeRefunds draws refunds of an order that are together not more than was sold, each line by units or by money.
func (s *modelShop) safeRefunds(t *rapid.T, in *program.Order) []program.Refund {
	plan := s.oracle.plan(1)
	var refunds []program.Refund
	add := func(line program.RefundLine) {
		refunds = append(refunds, program.Refund{
			ID: s.name("r"), Order: in.ID, Lines: []program.RefundLine{line}, Meta: program.Meta{At: modelStart.Add(time.Hour)},
		})
	}
	for i, net := range s.oracle.nets(plan, in) {
		l := &in.Lines[i]
		if modelOneIn(t, "by money", 2) {
			net.Sub(net, s.oracle.minor(l.GiveUp))
			steps := oracleInt(net.Mul(net, s.oracle.fine(plan)))
			for steps > 0 && modelOneIn(t, "money back", 2) {
				n := min(steps, rapid.SampledFrom([]int64{100, 1, 3333, 1_000_000}).Draw(t, "amount"))
				steps -= n
				add(program.RefundLine{Line: l.ID, Amount: decimal.NewNullDecimal(s.steps(n, 1))})
			}
			continue
		}
		for left := l.Quantity; left > 0 && !modelOneIn(t, "no more units", 3); {
			n := rapid.SampledFrom([]int64{1, left}).Draw(t, "units")
			left -= n
			add(program.RefundLine{Line: l.ID, Quantity: n})
		}
	}
	return refunds
}

// lawTimes makes a line one of so many units, of which each costs what unit does.
func lawTimes(line, unit *program.Line, quantity int64) {
	units := decimal.NewFromInt(quantity)
	line.Quantity, line.Amount, line.GiveUp = quantity, unit.Amount.Mul(units), unit.GiveUp.Mul(units)
	line.Cost.Decimal, line.List.Decimal = unit.Cost.Decimal.Mul(units), unit.List.Decimal.Mul(units)
}

// lawPortion is what comes back of one line.
type lawPortion struct {
	line  int
	units int64
	money int64 // in steps of the prices
}

func (s *modelShop) refundLine(in *program.Order, p lawPortion) program.RefundLine {
	r := program.RefundLine{Line: in.Lines[p.line].ID, Quantity: p.units}
	if p.money > 0 {
		r.Amount = decimal.NewNullDecimal(s.steps(p.money, 1))
	}
	return r
}

// lawPortions is I6: an order of which something comes back in portions, one of which it comes back at once, and one that never had it pay the same; and
// when the rest comes back too, nothing is left.
func lawPortions(t *rapid.T, st store.Store) {
	s := lawShop(t, st, lawPlan(t))
	whole := s.drawOrder(t)
	whole.Discount, whole.Tenders = decimal.Zero, nil // they would be spread over other lines
	whole.PaidAt, whole.CreatedAt = s.now, time.Time{}
	never := whole
	never.Lines = nil
	var portions []lawPortion
	var atOnce []program.RefundLine
	for i := range whole.Lines {
		l := &whole.Lines[i]
		unit := *l // its amounts are those of one unit
		lawTimes(l, &unit, l.Quantity)
		back := rapid.Int64Range(0, l.Quantity).Draw(t, "units")
		kept := decimal.NewFromInt(l.Quantity - back)
		steps := int64(0)
		if most := unit.Amount.Sub(unit.GiveUp).Mul(kept).Shift(int32(max(s.oracle.scale, s.oracle.plan(1).Commission.PriceScale))).IntPart(); most > 0 && modelOneIn(t, "money too", 2) {
			steps = min(most, rapid.SampledFrom([]int64{1, 100, 3333, 1_000_000}).Draw(t, "money"))
		}
		if line := *l; back < l.Quantity {
			lawTimes(&line, &unit, line.Quantity-back)
			line.Amount = line.Amount.Sub(s.steps(steps, 1))
			never.Lines = append(never.Lines, line)
		}
		if back > 0 {
			atOnce = append(atOnce, s.refundLine(&whole, lawPortion{line: i, units: back}))
		}
		if steps > 0 {
			atOnce = append(atOnce, s.refundLine(&whole, lawPortion{line: i, money: steps}))
		}
		for back > 0 {
			n := rapid.SampledFrom([]int64{1, back}).Draw(t, "portion")
			portions, back = append(portions, lawPortion{line: i, units: n}), back-n
		}
		for steps > 0 {
			n := min(steps, rapid.SampledFrom([]int64{1_000_000, 34, 1700}).Draw(t, "portion"))
			portions, steps = append(portions, lawPortion{line: i, money: n}), steps-n
		}
	}
	one, two, three := whole, whole, never
	one.ID, two.ID, three.ID = "o1", "o2", "o3"
	s.paid(t, one)
	s.paid(t, two)
	for _, p := range rapid.Permutation(portions).Draw(t, "portions") {
		s.refunded(t, program.Refund{ID: s.name("r"), Order: one.ID, Lines: []program.RefundLine{s.refundLine(&whole, p)}})
	}
	if len(atOnce) > 0 {
		s.refunded(t, program.Refund{ID: s.name("r"), Order: two.ID, Lines: atOnce})
	}
	want := map[oracleKey]int64{}
	if len(three.Lines) > 0 {
		s.paid(t, three)
		want = s.pays(t, three.ID)
	}
	require.Equal(t, want, s.pays(t, one.ID), "I6: in portions")
	require.Equal(t, want, s.pays(t, two.ID), "I6: at once")
	for _, id := range []commission.OrderID{one.ID, two.ID} {
		if rest := s.everything(s.oracle.orders[id]); len(rest) > 0 {
			s.refunded(t, program.Refund{ID: s.name("r"), Order: id, Lines: rest})
		}
		require.Empty(t, s.pays(t, id), "I6: a full refund leaves nothing")
	}
	balances, err := s.prog.Wallet.Balances(s.ctx, s.oracle.ids()...)
	require.NoError(t, err)
	for _, b := range balances {
		owed := int64(0)
		for key, amount := range want {
			if key.payee == b.Partner {
				owed += amount
			}
		}
		require.Equal(t, owed, modelUnits(t, b.Pending), "I6: pending of %s", b.Partner)
		require.Equal(t, []money.Amount{{}, {}}, []money.Amount{bare(b.Available), bare(b.Debt)})
	}
}
