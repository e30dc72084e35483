package program

import (
	"context"
	"slices"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

// Exchange says that goods of an order are exchanged for others.
type Exchange struct {
	ID    string // the shop's id of the exchange: the same exchange is opened once
	Order commission.OrderID
	Lines []RefundLine // what comes back; needed where the plan makes an exchange a refund and a new order, else it says nothing
	Meta
}

// ExchangeClosed says that an exchange is over: the buyer has the other goods, or keeps those that he had.
type ExchangeClosed struct {
	ID    string
	Order commission.OrderID
	Meta
}

// ExchangeOutcome says what an exchange did.
type ExchangeOutcome struct {
	Order  commission.OrderID
	Held   bool          // whether the commission of the order waits for the exchange to be closed
	Refund RefundOutcome // what was taken back, where the plan makes an exchange a refund and a new order
}

// Exchange opens an exchange. By the plan's default the order keeps its commission, which is not released before [Orders.ExchangeClosed]; the order of
// the other goods is paid with the kind exchange and pays nothing. A price difference that is given back is a refund of money, one that is paid an
// ordinary order of its own. Where the plan makes an exchange a refund, Lines are taken back at once, and the order of the other goods pays as any other.
//
// It is an [*EarlyError] for an order that is not known, and a [*settlement.RefundError] where more would come back than is left.
func (o Orders) Exchange(ctx context.Context, in Exchange) (ExchangeOutcome, error) {
	refund := settlement.Refund{Order: in.Order, Lines: slices.Clone(in.Lines)}
	if err := checkExchange(in.ID, in.Order); err != nil {
		return ExchangeOutcome{}, err
	}
	if err := checkRefundLines(in.Lines); err != nil {
		return ExchangeOutcome{}, err
	}
	op := operation{name: "exchange", key: in.ID, meta: in.Meta}
	op.payload.add("order", string(in.Order))
	op.payload.add("lines", refundLines(in.Lines))
	op.payload.add("at", canonicalTime(in.At))
	return write(ctx, o.shell, op, func(c *call, out *ExchangeOutcome) (apply, error) {
		order, v, err := c.exchanged(in.Order)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(order.Exchanges, func(x settlement.Exchange) bool { return x.ID == in.ID }) {
			return nil, &store.ExistsError{Record: "exchange", Key: in.ID}
		}
		if v.plan.Commission.Exchange == commission.HoldExchange {
			after := order.OpenExchange(in.ID, c.at, true)
			*out = exchangeOutcome(after, in.ID)
			return func() error {
				if err := c.tx.SaveOrders(ctx, []settlement.Order{after}); err != nil {
					return err
				}
				return c.emit("exchange_opened", string(in.Order), map[string]any{"exchange": in.ID, "held": out.Held})
			}, nil
		}
		refund.At = c.at
		if err := refund.Check(); err != nil {
			return nil, err
		}
		order = order.OpenExchange(in.ID, c.at, false)
		order.Revision-- // the refund raises it
		back, err := c.refund(order, v, refund, exchangeKey(in.ID), c.record)
		if err != nil {
			return nil, err
		}
		return func() error {
			if err := c.takeBack(v, back); err != nil {
				return err
			}
			*out = exchangeOutcome(back.Order, in.ID)
			out.Refund, err = c.refundOutcome(back.Order, exchangeKey(in.ID))
			return err
		}, nil
	}, func(c *call, _ store.Claim, out *ExchangeOutcome) error {
		orders, err := c.tx.Orders(ctx, []commission.OrderID{in.Order})
		if err != nil {
			return err
		}
		*out = exchangeOutcome(orders[0], in.ID)
		if slices.ContainsFunc(orders[0].Refunds, func(r settlement.AppliedRefund) bool { return r.Key == exchangeKey(in.ID) }) {
			out.Refund, err = c.refundOutcome(orders[0], exchangeKey(in.ID))
		}
		return err
	})
}

// ExchangeClosed ends an exchange. Where it was the last that held the order, the commission becomes available when it would have without it, or by the next
// run of [Program.RunDue] if that is over. It is a [*NotFoundError] for an exchange that the order has not, or not any more.
func (o Orders) ExchangeClosed(ctx context.Context, in ExchangeClosed) (ExchangeOutcome, error) {
	if err := checkExchange(in.ID, in.Order); err != nil {
		return ExchangeOutcome{}, err
	}
	op := operation{name: "exchange_closed", key: in.ID, meta: in.Meta}
	op.payload.add("order", string(in.Order))
	op.payload.add("at", canonicalTime(in.At))
	return write(ctx, o.shell, op, func(c *call, out *ExchangeOutcome) (apply, error) {
		order, _, err := c.exchanged(in.Order)
		if err != nil {
			return nil, err
		}
		after, closed := order.CloseExchange(in.ID, c.at)
		if !closed {
			return nil, &NotFoundError{Record: "open exchange", ID: in.ID}
		}
		*out = ExchangeOutcome{Order: in.Order}
		return func() error {
			if err := c.tx.SaveOrders(ctx, []settlement.Order{after}); err != nil {
				return err
			}
			return c.emit("exchange_closed", string(in.Order), map[string]any{"exchange": in.ID})
		}, nil
	}, func(_ *call, _ store.Claim, out *ExchangeOutcome) error {
		*out = ExchangeOutcome{Order: in.Order}
		return nil
	})
}

func checkExchange(id string, order commission.OrderID) error {
	if err := partner.CheckID("id", id); err != nil {
		return err
	}
	return partner.CheckID("order", order)
}

// exchangeKey is the key of the refund that an exchange is.
func exchangeKey(id string) string { return "exchange " + id }

// exchanged locks the order of an exchange.
func (c *call) exchanged(order commission.OrderID) (settlement.Order, *version, error) {
	o, err := c.lock(order)
	if err != nil {
		return o, nil, err
	}
	if !o.Posted {
		return o, nil, &EarlyError{Order: order, Event: "exchange"}
	}
	v, err := c.planOf(o.Plan)
	return o, v, err
}

func exchangeOutcome(o settlement.Order, id string) ExchangeOutcome {
	out := ExchangeOutcome{Order: o.ID}
	for _, x := range o.Exchanges {
		if x.ID == id {
			out.Held = x.Held
		}
	}
	return out
}
