package storetest

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

// modelSteps are the steps of a history. The first ones are drawn more often than the last.
var modelSteps = []struct {
	name string
	step func(*modelShop, *rapid.T)
}{
	{"an order is paid", (*modelShop).stepOrder},
	{"all is withdrawn", (*modelShop).stepWithdrawAll},
	{"the hold is over", (*modelShop).stepRelease},
	{"an order is received and its hold is over", (*modelShop).stepReceiveAndRelease},
	{"units come back", (*modelShop).stepRefundUnits},
	{"a withdrawal is paid", (*modelShop).stepPay},
	{"a withdrawal is approved", stepDecide("approve", settlement.Requested)},
	{"money goes back", (*modelShop).stepRefundMoney},
	{"all comes back", (*modelShop).stepRefundAll},
	{"an order is received", (*modelShop).stepReceive},
	{"a payout fails", stepDecide("fail", settlement.Approved)},
	{"something is withdrawn", (*modelShop).stepWithdraw},
	{"a withdrawal is rejected", stepDecide("reject", settlement.Requested, settlement.Approved)},
	{"any decision", (*modelShop).stepAnyDecision},
	{"the same call again", (*modelShop).stepAgain},
	{"the same key, other facts", (*modelShop).stepConflict},
	{"more comes back than is left", (*modelShop).stepRefundTooMuch},
	{"a level", (*modelShop).stepLevel},
	{"a freeze", (*modelShop).stepFreeze},
	{"a recruit", (*modelShop).stepRecruit},
	{"a bind", (*modelShop).stepBind},
	{"a plan", (*modelShop).stepPublish},
	{"a refund before its order", (*modelShop).stepEarlyRefund},
	{"a receipt before its order", (*modelShop).stepEarlyReceipt},
	{"an order is received again", (*modelShop).stepReceiveAgain},
	{"just before the hold is over", (*modelShop).stepBeforeRelease},
	{"what is due is run", func(s *modelShop, t *rapid.T) { s.due(t, time.Time{}) }},
	{"time passes", (*modelShop).stepTime},
	{"too much is withdrawn", (*modelShop).stepWithdrawTooMuch},
	{"a partner", (*modelShop).stepAdd},
	{"an order that makes no sense", (*modelShop).impossible},
	{"it is another tenant's turn", func(s *modelShop, _ *rapid.T) { s.visits = 3 }},
}

func (m *model) actions() map[string]func(*rapid.T) {
	all := map[string]func(*rapid.T){"": m.check}
	for i, s := range modelSteps {
		all[fmt.Sprintf("%02d %s", i, s.name)] = m.by(s.step)
	}
	return all
}

func (s *modelShop) stepAdd(t *rapid.T) {
	in := program.Add{Partner: rapid.SampledFrom([]partner.ID{"p4", "c1", "p3", "c2"}).Draw(t, "partner"), Candidate: modelOneIn(t, "candidate", 3)}
	if modelOneIn(t, "with a level", 3) {
		in.Level = s.someLevel(t)
	}
	in.At, in.Key = s.instant(t, "at"), s.someKey(t)
	s.add(t, in)
}

func (s *modelShop) stepRecruit(t *rapid.T) {
	in := program.Recruit{
		Partner:   rapid.SampledFrom([]partner.ID{"p4", "p1", "c1", "p3", "p5"}).Draw(t, "partner"),
		Recruiter: rapid.SampledFrom([]partner.ID{"p3", "p4", "p1", "nobody", "p2"}).Draw(t, "recruiter"),
	}
	in.At, in.Key = s.instant(t, "at"), s.someKey(t)
	s.recruit(t, in)
}

func (s *modelShop) stepBind(t *rapid.T) {
	in := program.Bind{
		Customer: rapid.SampledFrom([]partner.Customer{"c3", "c1", "c2", "p4", "p1"}).Draw(t, "customer"),
		Owner:    rapid.SampledFrom([]partner.ID{"p1", "p2", "p3", "p4", "nobody"}).Draw(t, "owner"),
	}
	in.At = s.instant(t, "at")
	s.bind(t, in)
}

func (s *modelShop) stepFreeze(t *rapid.T) {
	operation, value := "freeze", partner.Frozen
	if modelOneIn(t, "unfreeze", 2) {
		operation, value = "unfreeze", partner.Open
	}
	s.set(t, operation, s.person(t), value, s.at(s.instant(t, "at")))
}

func (s *modelShop) stepLevel(t *rapid.T) {
	s.set(t, "level", s.person(t), string(s.someLevel(t)), s.at(s.instant(t, "at")))
}

func (s *modelShop) stepPublish(t *rapid.T) {
	if len(s.oracle.plans) >= 4 {
		t.Skip("enough plans")
	}
	from := rapid.SampledFrom([]time.Duration{0, 0, time.Hour, 24 * time.Hour, -time.Hour}).Draw(t, "from")
	plan := modelDrawPlan(t, s.plans)
	if from == 0 {
		s.publish(t, plan, time.Time{})
	} else {
		s.publish(t, plan, s.now.Add(from))
	}
}

func (s *modelShop) stepOrder(t *rapid.T) {
	if s.names["o"] >= 5 {
		t.Skip("enough orders")
	}
	s.paid(t, s.drawOrder(t))
}

func (s *modelShop) stepReceive(t *rapid.T) {
	id, _ := s.someOrder(t, func(x *oracleOrder) bool { return x.posted && !x.received })
	s.received(t, id, "", s.instant(t, "at"))
}

func (s *modelShop) stepReceiveAgain(t *rapid.T) {
	id, _ := s.someOrder(t, func(x *oracleOrder) bool { return x.received })
	s.received(t, id, rapid.SampledFrom([]string{"another-", ""}).Draw(t, "key")+string(id), s.instant(t, "at"))
}

func (s *modelShop) stepEarlyReceipt(t *rapid.T) {
	s.received(t, commission.OrderID(s.next("o", 1)), "", s.instant(t, "at"))
}

func (s *modelShop) stepEarlyRefund(t *rapid.T) {
	line := program.RefundLine{Line: rapid.SampledFrom([]commission.LineID{"1", "2"}).Draw(t, "line")}
	line.Quantity = rapid.SampledFrom([]int64{1, 2, 0}).Draw(t, "quantity")
	if line.Quantity == 0 {
		line.Amount = decimal.NewNullDecimal(s.amount(rapid.SampledFrom([]int64{1, 100, 3333}).Draw(t, "amount")))
	}
	s.refunded(t, program.Refund{ID: s.name("r"), Order: commission.OrderID(s.next("o", 1)), Lines: []program.RefundLine{line}})
}

// someLine draws a line of an order for which keep says so; without one the step is another.
func (s *modelShop) someLine(t *rapid.T, keep func(*oracleOrder, *oracleLine) bool) (commission.OrderID, *oracleOrder, *oracleLine) {
	kept := func(x *oracleOrder) (lines []*oracleLine) {
		for i := range x.lines {
			if keep(x, &x.lines[i]) {
				lines = append(lines, &x.lines[i])
			}
		}
		return lines
	}
	id, x := s.someOrder(t, func(x *oracleOrder) bool { return len(kept(x)) > 0 })
	lines := kept(x)
	return id, x, lines[rapid.IntRange(0, len(lines)-1).Draw(t, "line")]
}

func (s *modelShop) stepRefundUnits(t *rapid.T) {
	id, _, l := s.someLine(t, func(_ *oracleOrder, l *oracleLine) bool { return l.quantity > l.back.units })
	left := l.quantity - l.back.units
	n := rapid.SampledFrom([]int64{1, left}).Draw(t, "units")
	s.refunded(t, program.Refund{ID: s.name("r"), Order: id, Lines: []program.RefundLine{{Line: l.id, Quantity: n}}, Meta: program.Meta{At: s.instant(t, "at")}})
}

// moneyLeft is all that is left of a line.
func (s *modelShop) moneyLeft(x *oracleOrder, l *oracleLine) decimal.Decimal {
	steps := s.oracle.refundable(x, l)
	steps.Mul(steps, s.oracle.fine(s.oracle.plan(x.version)))
	return s.steps(oracleInt(steps), x.version)
}

func (s *modelShop) stepRefundMoney(t *rapid.T) {
	id, x, l := s.someLine(t, func(x *oracleOrder, l *oracleLine) bool { return s.oracle.refundable(x, l).Sign() > 0 })
	all := s.moneyLeft(x, l)
	r := program.RefundLine{Line: l.id, Amount: decimal.NewNullDecimal(decimal.Min(all, s.steps(rapid.SampledFrom([]int64{1, 100, 3333, 1_000_000}).Draw(t, "amount"), x.version)))}
	if l.quantity > l.back.units && modelOneIn(t, "with a unit", 3) {
		r.Quantity = 1
	}
	s.refunded(t, program.Refund{ID: s.name("r"), Order: id, Lines: []program.RefundLine{r}})
}

// stepRefundAll gives back all units and all money that are left of an order.
func (s *modelShop) stepRefundAll(t *rapid.T) {
	id, x := s.someOrder(t, func(x *oracleOrder) bool { return x.posted })
	s.refunded(t, program.Refund{ID: s.name("r"), Order: id, Lines: s.everything(x)})
}

// everything is all that is left of an order.
func (s *modelShop) everything(x *oracleOrder) (lines []program.RefundLine) {
	for i := range x.lines {
		l := &x.lines[i]
		r := program.RefundLine{Line: l.id, Quantity: l.quantity - l.back.units}
		if money := s.moneyLeft(x, l); money.Sign() > 0 {
			r.Amount = decimal.NewNullDecimal(money)
		}
		if r.Quantity > 0 || r.Amount.Valid {
			lines = append(lines, r)
		}
	}
	return lines
}

// stepRefundTooMuch asks for one unit, or the smallest amount, more than is left, beside something that is fine.
func (s *modelShop) stepRefundTooMuch(t *rapid.T) {
	id, x, l := s.someLine(t, func(*oracleOrder, *oracleLine) bool { return true })
	lines := []program.RefundLine{{Line: l.id}}
	switch r := &lines[0]; rapid.IntRange(0, 5).Draw(t, "too much") {
	case 0:
		r.Quantity = l.quantity - l.back.units + 1
	case 1:
		r.Amount = decimal.NewNullDecimal(s.moneyLeft(x, l).Add(s.steps(1, x.version)))
	case 2:
		r.Amount = decimal.NewNullDecimal(decimal.New(1, -19))
	case 3:
		r.Line, r.Quantity = "9", 1
	case 4:
		r.Quantity = l.quantity - l.back.units
		lines = append(lines, program.RefundLine{Line: l.id, Quantity: 1})
	case 5:
		r.Quantity = -1
	}
	s.refunded(t, program.Refund{ID: s.name("r"), Order: id, Lines: lines})
}

func (s *modelShop) stepTime(t *rapid.T) {
	s.now = s.now.Add(rapid.SampledFrom([]time.Duration{time.Hour, 24 * time.Hour, 8 * 24 * time.Hour, time.Microsecond}).Draw(t, "by"))
}

// waits draws an order whose release is fixed and has not been.
func (s *modelShop) waits(t *rapid.T) *oracleOrder {
	_, x := s.someOrder(t, func(x *oracleOrder) bool { return x.posted && !x.released && !x.releaseAt.IsZero() })
	return x
}

// stepRelease runs what is due at the very instant at which an order's hold is over.
func (s *modelShop) stepRelease(t *rapid.T) {
	s.dueAt(t, s.waits(t).releaseAt)
}

func (s *modelShop) dueAt(t *rapid.T, at time.Time) {
	if at.After(s.now) {
		s.now = at
	}
	s.due(t, at)
}

// stepReceiveAndRelease is what becomes of most orders.
func (s *modelShop) stepReceiveAndRelease(t *rapid.T) {
	id, x := s.someOrder(t, func(x *oracleOrder) bool { return x.posted && !x.received && !x.released })
	s.received(t, id, "", time.Time{})
	s.dueAt(t, x.releaseAt)
}

func (s *modelShop) stepBeforeRelease(t *rapid.T) {
	x := s.waits(t)
	s.due(t, x.releaseAt.Add(-time.Microsecond))
	require.False(t, x.released, "I10: the oracle itself")
}

func (s *modelShop) stepWithdrawAll(t *rapid.T) {
	id, available := s.rich(t)
	s.withdraw(t, id, s.amount(available))
}

func (s *modelShop) stepWithdraw(t *rapid.T) {
	id, available := s.rich(t)
	s.withdraw(t, id, s.amount(rapid.SampledFrom([]int64{(available + 1) / 2, 1, 50, 49, 100, 0, -1}).Draw(t, "amount")))
}

func (s *modelShop) stepWithdrawTooMuch(t *rapid.T) {
	id := rapid.SampledFrom(append(s.oracle.ids(), "nobody")).Draw(t, "partner")
	s.withdraw(t, id, s.amount(s.oracle.balance(id).available+1))
}

// withdrawal draws a withdrawal that stands in one of the states.
func (s *modelShop) withdrawal(t *rapid.T, in ...settlement.State) settlement.WithdrawalID {
	ids := s.oracle.withdrawalIDs(func(w *oracleWithdrawal) bool {
		for _, state := range in {
			if w.state == state {
				return true
			}
		}
		return len(in) == 0
	})
	if len(ids) == 0 {
		t.Skip("no such withdrawal")
	}
	return rapid.SampledFrom(ids).Draw(t, "withdrawal")
}

func stepDecide(move string, from ...settlement.State) func(*modelShop, *rapid.T) {
	return func(s *modelShop, t *rapid.T) {
		s.decide(t, move, s.withdrawal(t, from...), "", decimal.Zero, decimal.Zero)
	}
}

func (s *modelShop) stepPay(t *rapid.T) {
	id := s.withdrawal(t, settlement.Approved)
	gross := s.oracle.withdrawn[id].gross
	tax := rapid.SampledFrom([]int64{gross / 5, 0, gross, gross + 1, -1}).Draw(t, "tax")
	fee := rapid.SampledFrom([]int64{0, gross / 7, 1, gross - tax, -1}).Draw(t, "fee")
	s.decide(t, "pay", id, "", s.amount(tax), s.amount(fee))
}

// stepAnyDecision makes any move of any withdrawal, under a key of its own: mostly one that cannot be made.
func (s *modelShop) stepAnyDecision(t *rapid.T) {
	move := rapid.SampledFrom([]string{"fail", "pay", "reject", "approve"}).Draw(t, "move")
	s.decide(t, move, s.withdrawal(t), s.name("d"), decimal.Zero, decimal.Zero)
}

// someCall draws a call that was done.
func (s *modelShop) someCall(t *rapid.T) *modelCall {
	names := make([]string, len(s.calls)) // short, for the log
	for i, c := range s.calls {
		names[i] = c.operation + " " + c.key
	}
	return s.claims[rapid.SampledFrom(names).Draw(t, "call")]
}

func (s *modelShop) stepAgain(t *rapid.T) {
	c := s.someCall(t)
	s.again(t, c, c.at, func() (any, error) { return c.do(true) })
}

func (s *modelShop) stepConflict(t *rapid.T) {
	c := s.someCall(t)
	if c.other == nil {
		t.Skip("its key is all its facts")
	}
	s.unchanged(t, "a conflict", func() {
		require.ErrorIs(t, c.other(), store.ErrConflict, "I4: %s %s with other facts", c.operation, c.facts)
	})
}
