package storetest

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/settlement"
)

// What the model does with orders.

// paid sends an order.
func (s *modelShop) paid(t require.TestingT, in program.Order) {
	c := &modelCall{operation: "paid", key: string(in.ID), facts: fmt.Sprintf("%+v", in)}
	c.needsPlan(s, in.PaidAt)
	c.do = func(again bool) (any, error) {
		in := in
		in.PaidAt, in.CreatedAt = elsewhere(in.PaidAt, again), elsewhere(in.CreatedAt, again)
		if again {
			in.Actor, in.Reason = "cron", "not sure that it came"
			in.Lines = slices.Clone(in.Lines)
			for i := range in.Lines {
				in.Lines[i].Amount = longer(in.Lines[i].Amount)
			}
			in.Discount, in.Freight, in.Tenders = longer(in.Discount), longer(in.Freight), turned(in.Tenders)
		}
		return s.prog.Orders.Paid(s.ctx, in)
	}
	c.other = func() error {
		in := in
		switch in.Lines = slices.Clone(in.Lines); len(s.calls) % 7 {
		case 0:
			in.Customer += "x"
		case 1:
			in.Lines[0].Quantity++
		case 2:
			in.PaidAt = in.PaidAt.Add(time.Microsecond)
		case 3:
			in.Freight = in.Freight.Add(decimal.NewFromInt(1))
		case 4:
			in.Abnormal += "x"
		case 5:
			in.Places.Delivery += "x"
			in.Staff += "x"
		case 6:
			in.Lines[0].Gift = !in.Lines[0].Gift
		}
		_, err := s.prog.Orders.Paid(s.ctx, in)
		return err
	}
	c.done = func(got any) {
		s.name("o")
		s.oracle.paid(&in, s.now)
		s.sameOutcome(t, in.ID, got.(program.Outcome))
		x := s.oracle.orders[in.ID]
		if x.promoted {
			s.sameTree(t)
		}
		if x.payment != nil {
			s.sameOwners(t, in.Customer)
		}
	}
	s.call(t, c)
}

// quoted asks what an order would pay: what it pays when it is paid next, and nothing is written.
func (s *modelShop) quoted(t *rapid.T, in program.Order) {
	asked := in
	if s.oracle.planAt(s.now) == s.oracle.planAt(in.PaidAt) && modelOneIn(t, "of now", 3) {
		in.PaidAt, in.CreatedAt = s.now, time.Time{}
		asked.PaidAt, asked.CreatedAt, asked.ID = time.Time{}, time.Time{}, ""
	}
	s.unchanged(t, "a quote", func() {
		out, err := s.prog.Orders.Quote(s.ctx, asked)
		if s.oracle.planAt(in.PaidAt) == 0 {
			require.ErrorIs(t, err, program.ErrNoPlan)
			return
		}
		modelNoError(t, err)
		scratch := *s.oracle
		scratch.clock = s.now
		scratch.orders = maps.Clone(s.oracle.orders)
		delete(scratch.orders, in.ID)
		x := scratch.judge(&in)
		s.samePays(t, in.ID, x, out)
	})
}

// longer is the same number with zeros at its end.
func longer(d decimal.Decimal) decimal.Decimal {
	return decimal.NewFromBigInt(decimal.NewFromInt(1000).Mul(d).Shift(-d.Exponent()).BigInt(), d.Exponent()-3)
}

// impossible sends an order that makes no sense.
func (s *modelShop) impossible(t *rapid.T) {
	in := s.drawOrder(t)
	last := &in.Lines[len(in.Lines)-1]
	switch rapid.IntRange(0, 11).Draw(t, "what is wrong") {
	case 0:
		last.Quantity = 0
	case 1:
		last.Amount = decimal.NewFromInt(-1)
	case 2:
		in.Discount = decimal.NewFromInt(1_000_000)
	case 3:
		in.Lines = append(in.Lines, *last)
	case 4:
		last.Amount = decimal.New(1, -19)
	case 5:
		in.Lines = nil
	case 6:
		in.PaidAt = time.Time{}
	case 7:
		last.Cost = decimal.NewNullDecimal(decimal.New(1, 1_000_000))
	case 8:
		in.ID = "\x00"
	case 9:
		last.GiveUp = last.Amount.Add(decimal.NewFromInt(1))
	case 10:
		in.Tenders = []program.Tender{{Kind: "points"}, {Kind: "points"}}
	case 11:
		in.Awaits = "nothing"
	}
	s.unchanged(t, "an order that makes no sense", func() {
		_, err := s.prog.Orders.Paid(s.ctx, in)
		require.Error(t, err, "%+v", in)
	})
}

func (s *modelShop) received(t require.TestingT, id commission.OrderID, key string, at time.Time) {
	in := program.Received{Order: id, Meta: program.Meta{Key: key, At: at}}
	x := s.oracle.order(id)
	c := &modelCall{operation: "received", key: key, facts: fmt.Sprint(id, at)}
	if key == "" {
		c.key = string(id)
	}
	c.refuse(!x.posted && s.oracle.refuse, modelRefused[*program.EarlyError]("before its order"))
	c.do = func(again bool) (any, error) {
		in := in
		in.At = elsewhere(in.At, again)
		return s.prog.Orders.Received(s.ctx, in)
	}
	c.other = func() error {
		in := in
		in.At = s.at(in.At).Add(time.Microsecond)
		_, err := s.prog.Orders.Received(s.ctx, in)
		return err
	}
	c.done = func(got any) {
		if x.posted {
			x.receive(s.at(at), s.oracle.plan(x.version))
		} else {
			x.waiting = append(x.waiting, oracleEarly{receivedAt: s.at(at)})
		}
		require.Equal(t, program.ReceivedOutcome{Order: id, ReleaseAt: x.releaseAt, Parked: !x.posted}, got)
	}
	s.call(t, c)
}

func (s *modelShop) refunded(t require.TestingT, in program.Refund) {
	x := s.oracle.order(in.Order)
	c := &modelCall{operation: "refund", key: in.ID, facts: fmt.Sprintf("%+v", in)}
	wrong := modelRefused[*settlement.RefundError]
	c.refuse(!oracleReasonable(in.Lines), wrong("no refund at all"))
	c.refuse(!x.posted && s.oracle.refuse, modelRefused[*program.EarlyError]("before its order"))
	c.refuse(x.posted && !s.oracle.fits(x, in.Lines), wrong("more than is left"))
	c.do = func(again bool) (any, error) {
		in := in
		in.At = elsewhere(in.At, again)
		if in.Lines = slices.Clone(in.Lines); again {
			for i := range in.Lines {
				in.Lines[i].Amount.Decimal = longer(in.Lines[i].Amount.Decimal)
			}
		}
		return s.prog.Orders.Refunded(s.ctx, in)
	}
	c.other = func() error {
		in := in
		if in.Lines = slices.Clone(in.Lines); len(s.calls)%2 == 0 {
			in.Lines[0].Quantity++
		} else {
			in.Order += "x"
		}
		_, err := s.prog.Orders.Refunded(s.ctx, in)
		return err
	}
	c.done = func(got any) {
		out := got.(program.RefundOutcome)
		require.Equal(t, !x.posted, out.Parked)
		if !x.posted {
			x.waiting = append(x.waiting, oracleEarly{refund: in.Lines})
			return
		}
		before := s.oracle.shares(x)
		s.oracle.refund(x, in.Lines)
		s.sameRefund(t, out, x, before)
	}
	s.call(t, c)
}

// sameRefund compares what a refund took back, payee by payee.
func (s *modelShop) sameRefund(t require.TestingT, out program.RefundOutcome, x *oracleOrder, before map[partner.ID]int64) {
	changed, after := map[partner.ID]bool{}, s.oracle.shares(x)
	for _, c := range out.Changes {
		if mirrors(c.After) {
			continue
		}
		require.False(t, changed[c.Payee], "I6: %s stands twice", c.Payee)
		changed[c.Payee] = true
		require.Equal(t, before[c.Payee], modelUnits(t, c.Before), "I6: %s before the refund", c.Payee)
		require.Equal(t, after[c.Payee], modelUnits(t, c.After), "I6: %s after the refund", c.Payee)
		require.Equal(t, x.released, c.Debt)
	}
	for id := range before {
		require.True(t, changed[id] || before[id] == after[id] || x.lost[id] != "", "I6: the refund says nothing of %s", id)
	}
}

func modelByPayee(pays map[oracleKey]int64) map[partner.ID]int64 {
	sums := map[partner.ID]int64{}
	for key, amount := range pays {
		sums[key.payee] += amount
	}
	return sums
}

func modelUnits(t require.TestingT, a money.Amount) int64 {
	n, ok := a.Units().Int64()
	modelHolds(t, ok, "%s is small", a)
	return n
}

// due runs what is due at an instant, and again: nothing happens twice.
func (s *modelShop) due(t require.TestingT, at time.Time) {
	var released []commission.OrderID
	for more := true; more; {
		out, err := s.prog.RunDue(s.ctx, at)
		require.NoError(t, err)
		require.Empty(t, out.Failed)
		released, more = append(released, out.Released...), out.More
	}
	s.oracle.clock = s.now
	require.Equal(t, s.oracle.due(s.at(at)), released, "I10: what is released at %s", s.at(at))
	s.records = nil
	events, err := s.prog.Events(s.ctx, 0, modelPage)
	require.NoError(t, err)
	for i, e := range events {
		modelSame(t, int64(i)+1, e.Number, "events are numbered without a gap")
	}
	s.unchanged(t, "a run with nothing due", func() {
		out, err := s.prog.RunDue(s.ctx, at)
		require.NoError(t, err)
		var waits []commission.OrderID
		for _, veto := range out.Vetoed {
			require.Equal(t, commission.ExchangeOpen, veto.Reason)
			waits = append(waits, veto.Order)
		}
		require.ElementsMatch(t, s.oracle.orderIDs(func(x *oracleOrder) bool { return x.due(s.at(at)) }), waits, "what waits for an exchange")
		out.Vetoed = nil
		require.Equal(t, program.Due{}, out, "I10: nothing is released twice")
	})
}
