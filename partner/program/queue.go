package program

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/store"
)

// QueuedOrder is an order that waits to be posted, or that was refused.
type QueuedOrder = store.QueuedOrder

// Queue notes a paid order to be posted by the next RunDue, which does with it what Paid does: for a shop whose payment must neither wait for commission nor
// fail by it. It is one insertion in the shop's own transaction, reads nothing, and can be told of again. What Paid would refuse is refused there: it stays
// in the queue with the reason ([Orders.Queued]), and [Due].Unposted names it.
//
// Only what no queue can hold is an error here: an order without an id or an instant of payment.
func (o Orders) Queue(ctx context.Context, in Order) error {
	return o.QueueBatch(ctx, []Order{in})
}

// QueueBatch is Queue for several orders in one insertion. Where one cannot be held none is noted.
func (o Orders) QueueBatch(ctx context.Context, orders []Order) error {
	if o.store == nil {
		return ErrNoStore
	}
	queued, now := make([]store.QueuedOrder, len(orders)), o.now()
	for i, in := range orders {
		if err := in.keyed(); err != nil {
			return err
		}
		data, err := json.Marshal(in)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(data)
		queued[i] = store.QueuedOrder{
			Order: in.ID, Hash: hex.EncodeToString(sum[:]), PaidAt: instant(in.PaidAt), Data: data,
			Record: partner.Record{Recorded: now, Actor: in.Actor, Reason: in.Reason},
		}
	}
	return o.store.Update(ctx, o.tenant, func(tx store.Tx) error { return tx.Enqueue(ctx, queued) })
}

// keyed finds why an order could not be found again.
func (in Order) keyed() error {
	if in.PaidAt.IsZero() {
		return &MetaError{Field: "paidAt", Problem: "an order needs the instant of its payment"}
	}
	return errors.Join(partner.CheckID("id", in.ID), checkTime("paidAt", in.PaidAt),
		checkText("actor", in.Actor, maxKey), checkText("reason", in.Reason, maxText))
}

// Queued returns at most limit orders of the queue after the given place, those that wait or those that were refused, in order of payment. The zero place
// begins, and [QueuedOrder.Place] of the last one goes on; fewer than limit are the last.
func (o Orders) Queued(ctx context.Context, refused bool, after store.QueueCursor, limit int) ([]QueuedOrder, error) {
	var out []QueuedOrder
	err := o.view(ctx, func(tx store.Tx) error {
		var err error
		out, err = tx.Queued(ctx, refused, after, limit)
		return err
	})
	return out, err
}

// Unqueue takes orders out of the queue, by their places, whether they wait or were refused.
func (o Orders) Unqueue(ctx context.Context, places ...store.QueueCursor) error {
	if o.store == nil {
		return ErrNoStore
	}
	return o.store.Update(ctx, o.tenant, func(tx store.Tx) error { return tx.Dequeue(ctx, places) })
}

// queue posts one page of queued orders. One that can never be posted as it is waits no more; what only failed this time waits for the next run.
func (r *dueRun) queue(ctx context.Context) (more bool, err error) {
	var page []store.QueuedOrder
	err = r.store.View(ctx, r.tenant, func(tx store.Tx) error {
		page, err = tx.Queued(ctx, false, r.queued, r.config.Batch)
		return err
	})
	if err != nil || len(page) == 0 {
		return false, err
	}
	r.queued = page[len(page)-1].Place()
	orders := make([]Order, len(page))
	for i, q := range page {
		if err := json.Unmarshal(q.Data, &orders[i]); err != nil {
			return false, err
		}
	}
	results, err := Orders{r.shell}.PaidBatch(ctx, orders)
	if err != nil {
		return false, err
	}
	var posted []store.QueueCursor
	var refused []store.QueuedOrder
	for i, one := range results {
		switch q := page[i]; {
		case one.Err == nil:
			posted = append(posted, q.Place())
			r.due.Posted = append(r.due.Posted, q.Order)
		case final(one.Err):
			q.Refused = one.Err.Error()
			refused = append(refused, q)
			fallthrough
		default:
			r.due.Unposted = append(r.due.Unposted, FailedOrder{Order: q.Order, Err: one.Err})
		}
	}
	return len(page) == r.config.Batch, r.unqueue(ctx, posted, refused)
}

// unqueue takes what was posted out of the queue, and says of the rest why it was refused.
func (r *dueRun) unqueue(ctx context.Context, posted []store.QueueCursor, refused []store.QueuedOrder) error {
	return r.store.Update(ctx, r.tenant, func(tx store.Tx) error {
		if err := tx.RefuseQueued(ctx, refused); err != nil {
			return err
		}
		if err := tx.Dequeue(ctx, posted); err != nil {
			return err
		}
		c := r.call(ctx, tx)
		for _, q := range refused {
			if err := c.emit("order_refused", string(q.Order), map[string]any{"error": q.Refused}); err != nil {
				return err
			}
		}
		return tx.AppendEvents(ctx, c.events)
	})
}

// final reports whether an order that was refused so would be refused again, whatever comes.
func final(err error) bool {
	var order *commission.OrderError
	var meta *MetaError
	var id *partner.IDError
	return errors.As(err, &order) || errors.As(err, &meta) || errors.As(err, &id) || errors.Is(err, store.ErrConflict) || errors.Is(err, ErrNoPlan)
}
