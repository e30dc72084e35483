package storetest

import (
	"fmt"
	"slices"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/settlement"
)

// What the model does with exchanges of goods.

func (s *modelShop) exchange(t require.TestingT, in program.Exchange) {
	x := s.oracle.order(in.Order)
	c := &modelCall{operation: "exchange", key: in.ID, facts: fmt.Sprintf("%+v", in)}
	c.refuse(!x.posted, modelRefused[*program.EarlyError]("before its order"))
	refunds := x.posted && s.oracle.plan(x.version).Commission.Exchange == commission.RefundExchange
	c.refuse(refunds && (!oracleReasonable(in.Lines) || !s.oracle.fits(x, in.Lines)), modelRefused[*settlement.RefundError]("more than is left, or nothing"))
	c.do = func(again bool) (any, error) {
		in := in
		in.At = elsewhere(in.At, again)
		return s.prog.Orders.Exchange(s.ctx, in)
	}
	c.other = func() error {
		in := in
		in.Lines = append(slices.Clone(in.Lines), program.RefundLine{Line: "1", Quantity: 1})
		_, err := s.prog.Orders.Exchange(s.ctx, in)
		return err
	}
	c.done = func(got any) {
		out := got.(program.ExchangeOutcome)
		if x.exchanges == nil {
			x.exchanges = map[string]bool{}
		}
		x.exchanges[in.ID] = !refunds && !x.released
		require.Equal(t, x.exchanges[in.ID], out.Held)
		if !refunds {
			require.Empty(t, out.Refund.Changes)
			return
		}
		before := s.oracle.shares(x)
		s.oracle.refund(x, in.Lines)
		s.sameRefund(t, out.Refund, x, before)
	}
	s.call(t, c)
}

func (s *modelShop) exchangeClosed(t require.TestingT, in program.ExchangeClosed) {
	x := s.oracle.order(in.Order)
	_, opened := x.exchanges[in.ID]
	c := &modelCall{operation: "exchange_closed", key: in.ID, facts: fmt.Sprintf("%+v", in)}
	c.refuse(!opened, modelRefused[*program.NotFoundError]("no such exchange"))
	c.do = func(again bool) (any, error) {
		in := in
		in.At = elsewhere(in.At, again)
		return s.prog.Orders.ExchangeClosed(s.ctx, in)
	}
	c.done = func(got any) {
		x.exchanges[in.ID] = false
		require.Equal(t, program.ExchangeOutcome{Order: in.Order}, got)
	}
	s.call(t, c)
}

func (s *modelShop) stepExchange(t *rapid.T) {
	id, _, l := s.someLine(t, func(_ *oracleOrder, l *oracleLine) bool { return l.quantity > l.back.units })
	s.exchange(t, program.Exchange{ID: s.name("x"), Order: id, Lines: []program.RefundLine{{Line: l.id, Quantity: 1}}, Meta: program.Meta{At: s.instant(t, "at")}})
}

func (s *modelShop) stepExchangeClosed(t *rapid.T) {
	id, x := s.someOrder(t, func(x *oracleOrder) bool { return len(x.exchanges) > 0 })
	var ids []string
	for exchange := range x.exchanges {
		ids = append(ids, exchange)
	}
	slices.Sort(ids)
	s.exchangeClosed(t, program.ExchangeClosed{ID: rapid.SampledFrom(append(ids, "x9")).Draw(t, "exchange"), Order: id})
}
