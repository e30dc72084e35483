package program

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

// ReceivedOutcome says what a receipt did.
type ReceivedOutcome struct {
	Order     commission.OrderID
	ReleaseAt time.Time // when the commission becomes available; zero while the order has not come
	Parked    bool      // whether it waits for its order
}

// RefundOutcome says what a refund took back.
type RefundOutcome struct {
	Order   commission.OrderID
	Entries []commission.Entry // below 0: what is taken back
	Changes []PayeeChange      // the same per payee and asset, in order of payee, then currency
	// Borne are the entries by which somebody else bears what payees had no more, where the plan says so: above 0 what a payee is spared, below 0 what the
	// seller is charged, each in the asset that was lacking. None where it stays their debt.
	Borne  []commission.Entry
	Parked bool // whether it waits for its order
}

// PayeeChange is what an order pays somebody before and after a refund, in cash or in another asset.
type PayeeChange struct {
	Payee         partner.ID
	Before, After money.Amount
	Debt          bool // whether it was taken from what had been released, so that what is not there any more is owed
}

// Received fixes when an order's commission becomes available: the plan's hold after At. Only the first receipt of an order counts. A receipt that comes
// before its order waits for it, or is an [*EarlyError], as the Config says.
func (o Orders) Received(ctx context.Context, in Received) (ReceivedOutcome, error) {
	received, err := in.received()
	if err != nil {
		return ReceivedOutcome{}, err
	}
	return received.write(ctx, o.shell)
}

// received is what Received does with a receipt.
func (in Received) received() (task[ReceivedOutcome], error) {
	if err := partner.CheckID("order", in.Order); err != nil {
		return task[ReceivedOutcome]{}, err
	}
	op := operation{name: "received", key: string(in.Order), meta: in.Meta}
	op.payload.add("order", string(in.Order))
	op.payload.add("at", canonicalTime(in.At))
	return task[ReceivedOutcome]{op, func(c *call, out *ReceivedOutcome) (apply, error) {
		order, err := c.lock(in.Order)
		if err != nil {
			return nil, err
		}
		receipt := settlement.Receipt{Order: in.Order, At: c.at}
		if !order.Posted {
			*out = ReceivedOutcome{Order: in.Order, Parked: true}
			return c.park(order, eventReceived, settlement.Parked{Key: c.key, Received: &receipt, Record: c.record})
		}
		v, err := c.planOf(order.Plan)
		if err != nil {
			return nil, err
		}
		after := order.Receive(receipt, v.plan.Settlement)
		*out = ReceivedOutcome{Order: in.Order, ReleaseAt: after.ReleaseAt}
		return func() error {
			if after.Revision == order.Revision {
				return nil
			}
			if err := c.tx.SaveOrders(c.ctx, []settlement.Order{after}); err != nil {
				return err
			}
			if err := c.emit("order_received", string(in.Order), map[string]any{"releaseAt": after.ReleaseAt}); err != nil {
				return err
			}
			_, _, err := c.cameTo(partner.Completed, &after)
			return err
		}, nil
	}, func(c *call, _ store.Claim, out *ReceivedOutcome) error {
		orders, err := c.tx.Orders(c.ctx, []commission.OrderID{in.Order})
		if err != nil {
			return err
		}
		*out = ReceivedOutcome{Order: in.Order, ReleaseAt: orders[0].ReleaseAt}
		if wasParked(orders[0], c.key) {
			*out = ReceivedOutcome{Order: in.Order, Parked: true}
		}
		return nil
	}}, nil
}

// Refunded takes back what a refund leaves no ground for. It works in every state: before release it lowers what is pending; after it what is available,
// and what is not there any more becomes debt. The shop's refund is never held up by what a partner has. A refund that comes before its order waits
// for it, or is an [*EarlyError], as the Config says.
//
// A refund of more than is left is a [*settlement.RefundError] that names the field; nothing is changed then.
func (o Orders) Refunded(ctx context.Context, in Refund) (RefundOutcome, error) {
	refunded, err := in.refunded()
	if err != nil {
		return RefundOutcome{}, err
	}
	return refunded.write(ctx, o.shell)
}

// refunded is what Refunded does with a refund.
func (in Refund) refunded() (task[RefundOutcome], error) {
	var none task[RefundOutcome]
	refund := settlement.Refund{Order: in.Order, Lines: slices.Clone(in.Lines), At: instant(in.At)}
	if err := partner.CheckID("order", in.Order); err != nil {
		return none, err
	}
	if err := partner.CheckID("id", in.ID); err != nil {
		return none, err
	}
	if err := checkRefundLines(in.Lines); err != nil {
		return none, err
	}
	if err := refund.Check(); err != nil {
		return none, err
	}
	return task[RefundOutcome]{in.operation(), func(c *call, out *RefundOutcome) (apply, error) {
		refund.At = c.at
		order, err := c.lock(in.Order)
		if err != nil {
			return nil, err
		}
		if !order.Posted {
			*out = RefundOutcome{Order: in.Order, Parked: true}
			return c.park(order, eventRefund, settlement.Parked{Key: c.key, Refund: &refund, Record: c.record})
		}
		v, err := c.planOf(order.Plan)
		if err != nil {
			return nil, err
		}
		back, err := c.refund(order, v, refund, c.key, c.record)
		if err != nil {
			return nil, err
		}
		return func() error {
			if err := c.takeBack(v, back); err != nil {
				return err
			}
			*out, err = c.refundOutcome(back.Order, c.key)
			return err
		}, nil
	}, func(c *call, _ store.Claim, out *RefundOutcome) error {
		orders, err := c.tx.Orders(c.ctx, []commission.OrderID{in.Order})
		if err != nil {
			return err
		}
		if wasParked(orders[0], c.key) {
			*out = RefundOutcome{Order: in.Order, Parked: true}
			return nil
		}
		*out, err = c.refundOutcome(orders[0], c.key)
		return err
	}}, nil
}

// lock returns an order, locked; one that does not exist has revision 0.
func (c *call) lock(id commission.OrderID) (settlement.Order, error) {
	orders, err := c.tx.LockOrders(c.ctx, []commission.OrderID{id})
	if err != nil {
		return settlement.Order{}, err
	}
	return orders[0], nil
}

// maxParked bounds what can wait for an order that never comes.
const maxParked = 1000

// checkRefundLines looks at the ids of the lines that come back.
func checkRefundLines(lines []RefundLine) error {
	for i, l := range lines {
		if err := partner.CheckID(fmt.Sprintf("lines[%d].line", i), l.Line); err != nil {
			return err
		}
	}
	return nil
}

// park keeps an event on the order's record until the order comes.
func (c *call) park(order settlement.Order, event string, p settlement.Parked) (apply, error) {
	if c.config.EarlyEvents == Refuse || len(order.Parked) >= maxParked {
		return nil, &EarlyError{Order: order.ID, Event: event}
	}
	order.Parked = append(order.Parked, p)
	order.Revision++
	return func() error {
		if err := c.tx.SaveOrders(c.ctx, []settlement.Order{order}); err != nil {
			return err
		}
		return c.emit("event_parked", string(order.ID), map[string]any{"event": event, "key": p.Key})
	}, nil
}

// takenBack is a refund of a posted order that is to be written.
type takenBack struct {
	settlement.Posting
	net  money.Amount // by how much the goods paid for become less
	sold []sold       // by how much what people sold changes
}

// refund works out a refund of a posted order.
func (c *call) refund(order settlement.Order, v *version, r settlement.Refund, key string, record partner.Record) (takenBack, error) {
	standing, err := c.tx.Rows(c.ctx, []settlement.Source{settlement.OfOrder(order.ID)})
	if err != nil {
		return takenBack{}, err
	}
	posting, err := order.Refund(v.calc, r, standing[0], key, record, v.assets...)
	if err != nil {
		return takenBack{}, err
	}
	if posting.Forfeits, err = c.forfeits(c.record.Recorded, payingOrder(&posting.Order, posting.Rows)); err != nil {
		return takenBack{}, err
	}
	before, err := spentOn(v, &order)
	if err != nil {
		return takenBack{}, err
	}
	after, err := spentOn(v, &posting.Order)
	if err != nil {
		return takenBack{}, err
	}
	back := takenBack{Posting: posting}
	if back.net, err = before.Sub(after); err != nil {
		return takenBack{}, err
	}
	back.sold, err = soldChange(v, &order, &posting.Order)
	return back, err
}

// takeBack writes a refund, and what somebody else bears of it.
func (c *call) takeBack(v *version, p takenBack) error {
	if err := c.saveOrder(v, p.Posting); err != nil {
		return err
	}
	if _, err := c.tx.AddSpend(c.ctx, []store.Spend{{Customer: p.Order.Customer, Amount: p.net.Neg()}}); err != nil {
		return err
	}
	if err := c.markUnsettled(&p.Order); err != nil {
		return err
	}
	if err := c.addRows(slices.Concat(p.Rows, p.Forfeits), untouched(p.Posting, v.plan.Settlement)...); err != nil {
		return err
	}
	data := withAssets(p.Order, map[string]any{"revision": p.Order.Revision, "commission": p.Order.Total})
	if err := c.emit("order_refunded", string(p.Order.ID), withSold(p.sold, data)); err != nil {
		return err
	}
	return c.bear(p.Posting, v.plan.Settlement)
}

// The events that can come before their order.
const (
	eventReceived = "received"
	eventRefund   = "refund"
)

// wasParked reports whether the event of that key came before its order.
func wasParked(o settlement.Order, key string) bool {
	return !o.Posted || slices.ContainsFunc(o.Unparked, func(u settlement.Unparked) bool { return u.Key == key })
}

// unpark applies the events that came before their order, in order of arrival, and returns the order after them. One that cannot be applied (a refund of
// a line that there is not) is dropped with the reason: it must not keep the order from being posted.
func (c *call) unpark(order settlement.Order, v *version) (settlement.Order, error) {
	waiting := order.Parked
	if len(waiting) == 0 {
		return order, nil
	}
	order.Parked = nil
	for _, w := range waiting {
		done := settlement.Unparked{Key: w.Key, Event: eventReceived}
		if w.Refund != nil {
			done.Event = eventRefund
		}
		var err error
		if order, done.Refused, err = c.unparkOne(order, v, w); err != nil {
			return order, err
		}
		order.Unparked = append(order.Unparked, done)
		if done.Refused != "" {
			if err := c.emit("event_dropped", string(order.ID), map[string]any{"event": done.Event, "key": w.Key, "error": done.Refused}); err != nil {
				return order, err
			}
		}
	}
	order.Revision++
	return order, c.tx.SaveOrders(c.ctx, []settlement.Order{order})
}

// unparkOne applies one event; refused says why it could not be.
func (c *call) unparkOne(order settlement.Order, v *version, w settlement.Parked) (after settlement.Order, refused string, err error) {
	if w.Received != nil {
		after = order.Receive(*w.Received, v.plan.Settlement)
		if after.Revision == order.Revision {
			return after, "", nil
		}
		if err := c.tx.SaveOrders(c.ctx, []settlement.Order{after}); err != nil {
			return after, "", err
		}
		promoted, risen, err := c.cameTo(partner.Completed, &after)
		after.Promoted, after.Risen = after.Promoted || promoted, cmp.Or(risen, after.Risen)
		return after, "", err
	}
	record := partner.Record{Recorded: c.record.Recorded, Actor: w.Actor, Reason: w.Record.Reason}
	back, err := c.refund(order, v, *w.Refund, w.Key, record)
	var problem *settlement.RefundError
	if errors.As(err, &problem) {
		return order, problem.Error(), nil
	}
	if err != nil {
		return order, "", err
	}
	return back.Order, "", c.takeBack(v, back)
}

// refundOutcome says what a refund took back, from the rows of its revision.
func (c *call) refundOutcome(order settlement.Order, key string) (RefundOutcome, error) {
	out := RefundOutcome{Order: order.ID}
	at := slices.IndexFunc(order.Refunds, func(r settlement.AppliedRefund) bool { return r.Key == key })
	if at < 0 {
		return out, nil
	}
	revision := order.Refunds[at].Revision
	if order.Refunds[at].Released {
		var err error
		if out.Borne, err = c.borne(order.ID, revision); err != nil {
			return out, err
		}
	}
	all, err := c.tx.Rows(c.ctx, []settlement.Source{settlement.OfOrder(order.ID), settlement.OfForfeits(settlement.OfOrder(order.ID))})
	if err != nil {
		return out, err
	}
	before, after := map[account]money.Amount{}, map[account]money.Amount{}
	for _, row := range slices.Concat(all...) {
		for _, sum := range []struct {
			of   map[account]money.Amount
			upTo int64
		}{{before, revision - 1}, {after, revision}} {
			if row.Revision > sum.upTo {
				continue
			}
			if sum.of[accountOf(&row)], err = sum.of[accountOf(&row)].Add(row.Amount); err != nil {
				return out, err
			}
		}
	}
	lost := map[account]bool{} // who has forfeited what the order pays him: a refund takes nothing from him
	for i := range all[1] {
		of := accountOf(&all[1][i])
		lost[of] = lost[of] || all[1][i].Revision < revision && before[of].IsZero() && after[of].IsZero()
	}
	for i := range all[0] {
		row := &all[0][i]
		if row.Revision != revision || lost[accountOf(row)] {
			continue
		}
		out.Entries = append(out.Entries, row.Entries...)
		out.Changes = append(out.Changes, PayeeChange{
			Payee: row.Payee, Before: before[accountOf(row)], After: after[accountOf(row)], Debt: order.Refunds[at].Released,
		})
	}
	return out, nil
}

// String says it as a line a payee: what the order paid him before and after.
func (o RefundOutcome) String() string {
	if o.Parked {
		return fmt.Sprintf("the refund waits for order %s\n", o.Order)
	}
	var text strings.Builder
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	for _, c := range o.Changes {
		fmt.Fprintf(w, "%s\t%s → %s\n", c.Payee, c.Before, c.After)
	}
	w.Flush()
	return text.String()
}
