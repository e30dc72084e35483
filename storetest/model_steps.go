package storetest

import (
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/settlement"
)

// The steps of orders and of withdrawals.

func (s *modelShop) stepOrder(t *rapid.T) {
	if s.names["o"] >= 5 {
		t.Skip("enough orders")
	}
	in := s.drawOrder(t)
	if modelOneIn(t, "quoted first", 4) {
		s.quoted(t, in)
	}
	s.paid(t, in)
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
	amount := s.steps(rapid.SampledFrom([]int64{1, 100, 3333, 1_000_000}).Draw(t, "amount"), x.version)
	r := program.RefundLine{Line: l.id, Amount: decimal.NewNullDecimal(decimal.Min(amount, s.moneyLeft(x, l)))}
	if l.quantity > l.back.units && modelOneIn(t, "with a unit", 3) {
		r.Quantity = 1
	}
	s.refunded(t, program.Refund{ID: s.name("r"), Order: id, Lines: []program.RefundLine{r}})
}

// stepRefundAll gives back all units and all money that are left of an order.
func (s *modelShop) stepRefundAll(t *rapid.T) {
	id, x := s.someOrder(t, func(x *oracleOrder) bool { return x.posted })
	s.refunded(t, program.Refund{ID: s.name("r"), Order: id, Lines: s.everything(x)})
	s.explained(t, id)
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
	s.withdraw(t, id, s.amount(available), time.Time{})
}

func (s *modelShop) stepWithdraw(t *rapid.T) {
	id, available := s.rich(t)
	s.withdraw(t, id, s.amount(rapid.SampledFrom([]int64{(available + 1) / 2, 1, 50, 49, 100, 0, -1}).Draw(t, "amount")), s.instant(t, "at"))
}

func (s *modelShop) stepWithdrawTooMuch(t *rapid.T) {
	id := rapid.SampledFrom(append(s.oracle.ids(), "nobody")).Draw(t, "partner")
	s.withdraw(t, id, s.amount(s.oracle.balance(id).available+1), time.Time{})
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
