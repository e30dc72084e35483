package storetest

import (
	"context"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/store"
)

var queueSentences = []sentence{
	{"an order that is in the queue stays as it is when it is put there again", queuedTwice},
	{"an order that is told of in two ways is in the queue twice", queuedTwoWays},
	{"an order that is refused waits no more, and says why", queuedRefused},
	{"refusing an order that is not in the queue puts nothing there", queuedRefusedAbsent},
	{"an order that is removed is gone, and can be put there again", queuedRemoved},
}

func queued(order commission.OrderID, hash string, paid time.Time) store.QueuedOrder {
	return store.QueuedOrder{Order: order, Hash: strings.Repeat(hash, 64), PaidAt: paid, Data: []byte(`{"id":"` + string(order) + `"}`), Record: recorded(3)}
}

func waiting(tx store.Tx, ctx context.Context, after store.QueueCursor, limit int) ([]store.QueuedOrder, error) {
	return tx.Queued(ctx, false, after, limit)
}

func refusedOrders(tx store.Tx, ctx context.Context, after store.QueueCursor, limit int) ([]store.QueuedOrder, error) {
	return tx.Queued(ctx, true, after, limit)
}

func because(o store.QueuedOrder, why string) store.QueuedOrder {
	o.Refused = why
	return o
}

// queueHolds asserts what waits and what was refused.
func queueHolds(x *trial, wait, refused []store.QueuedOrder) {
	x.Helper()
	same(x, wait, scan(x, waiting, store.QueueCursor{}, 100))
	same(x, refused, scan(x, refusedOrders, store.QueueCursor{}, 100))
}

func queuedTwice(x *trial) {
	first, again := queued("o-1", "a", day(1)), queued("o-1", "a", day(1))
	again.Data, again.Actor = []byte("{}"), "somebody else"
	write(x, store.Tx.Enqueue, list(first, again))
	write(x, store.Tx.Enqueue, list(again, queued("o-2", "a", day(1))))
	queueHolds(x, list(first, queued("o-2", "a", day(1))), nil)
	write(x, store.Tx.RefuseQueued, list(because(first, "no plan")))
	write(x, store.Tx.Enqueue, list(again))
	queueHolds(x, list(queued("o-2", "a", day(1))), list(because(first, "no plan")))
}

func queuedTwoWays(x *trial) {
	write(x, store.Tx.Enqueue, list(queued("o-1", "b", day(1)), queued("o-1", "a", day(1)), queued("o-1", "a", day(2))))
	queueHolds(x, list(queued("o-1", "a", day(1)), queued("o-1", "b", day(1)), queued("o-1", "a", day(2))), nil)
}

func queuedRefused(x *trial) {
	a, b := queued("o-1", "a", day(1)), queued("o-1", "b", day(1))
	write(x, store.Tx.Enqueue, list(a, b))
	write(x, store.Tx.RefuseQueued, list(because(b, "another amount")))
	queueHolds(x, list(a), list(because(b, "another amount")))
	write(x, store.Tx.RefuseQueued, list(because(b, "")))
	queueHolds(x, list(a, b), nil)
	x.update(func(tx store.Tx) error {
		if err := tx.RefuseQueued(x.ctx, list(because(a, "within"))); err != nil {
			return err
		}
		got, err := refusedOrders(tx, x.ctx, store.QueueCursor{}, 10)
		same(x, list(because(a, "within")), got)
		return err
	})
	x.refused(errRefused, func(tx store.Tx) error {
		if err := tx.RefuseQueued(x.ctx, list(because(b, "undone"))); err != nil {
			return err
		}
		return errRefused
	})
	queueHolds(x, list(b), list(because(a, "within")))
}

func queuedRefusedAbsent(x *trial) {
	write(x, store.Tx.RefuseQueued, list(because(queued("o-1", "a", day(1)), "unknown")))
	require.Empty(x, x.dump())
}

func queuedRemoved(x *trial) {
	a, b, other := queued("o-1", "a", day(1)), queued("o-1", "b", day(2)), queued("o-2", "a", day(3))
	write(x, store.Tx.Enqueue, list(a, b, other))
	write(x, store.Tx.RefuseQueued, list(because(b, "another amount")))
	x.refused(errRefused, func(tx store.Tx) error {
		if err := tx.Dequeue(x.ctx, list(a.Place())); err != nil {
			return err
		}
		return errRefused
	})
	queueHolds(x, list(a, other), list(because(b, "another amount")))
	write(x, store.Tx.Dequeue, list(b.Place(), queued("o-9", "a", day(1)).Place()))
	queueHolds(x, list(a, other), nil)
	write(x, store.Tx.Enqueue, list(b))
	queueHolds(x, list(a, b, other), nil)
	write(x, store.Tx.Dequeue, list(a.Place(), b.Place(), other.Place()))
	require.Empty(x, x.dump())
}

func fillQueue(ctx context.Context, tx store.Tx) error {
	if err := tx.Enqueue(ctx, list(queued("q-1", "a", day(1)), queued("q-2", "a", day(1)))); err != nil {
		return err
	}
	return tx.RefuseQueued(ctx, list(because(queued("q-2", "a", day(1)), "no plan")))
}

func queueMethods() []method {
	queuePage := func(refused bool) func(store.Tx, context.Context, int) ([]store.QueuedOrder, error) {
		return func(tx store.Tx, ctx context.Context, limit int) ([]store.QueuedOrder, error) {
			return tx.Queued(ctx, refused, store.QueueCursor{}, limit)
		}
	}
	return []method{
		act("Enqueue", store.Tx.Enqueue, list(queued("q-9", "a", day(9))), nil),
		one("Queued", reading, queuePage(false), 10, 0),
		act("RefuseQueued", store.Tx.RefuseQueued, list(because(queued("q-1", "a", day(1)), "no plan")), nil),
		act("Dequeue", store.Tx.Dequeue, list(queued("q-1", "a", day(1)).Place(), queued("q-2", "a", day(1)).Place()), nil),
	}
}

func queueKind() kind {
	return kindOf("queued orders",
		func() []store.QueuedOrder { return list(queued("o-1", "a", day(1)), queued("o-2", "b", day(2))) },
		func(ctx context.Context, tx store.Tx, all []store.QueuedOrder) error { return tx.Enqueue(ctx, all) },
		reader[store.QueuedOrder]{"Queued", false, func(ctx context.Context, tx store.Tx) ([]store.QueuedOrder, error) {
			return tx.Queued(ctx, false, store.QueueCursor{}, 10)
		}},
	)
}

// queuePlaces are places in the queue, in order: several at one instant, and several ways of one order.
func queuePlaces() []store.QueueCursor {
	var places []store.QueueCursor
	for _, paid := range list(day(1), day(1).Add(time.Microsecond), day(2)) {
		for _, order := range list[commission.OrderID]("O-1", "o-1", "o-10", "o-2") {
			for _, hash := range list("a", "b") {
				places = append(places, queued(order, hash, paid).Place())
			}
		}
	}
	return places
}

func queueScans() []scanning {
	enqueue := func(ctx context.Context, tx store.Tx, at store.QueueCursor) error {
		return tx.Enqueue(ctx, list(queued(at.Order, at.Hash[:1], at.PaidAt)))
	}
	refuse := func(ctx context.Context, tx store.Tx, at store.QueueCursor) error {
		if err := enqueue(ctx, tx, at); err != nil {
			return err
		}
		return tx.RefuseQueued(ctx, list(because(queued(at.Order, at.Hash[:1], at.PaidAt), "no plan")))
	}
	return []scanning{
		scanOf("Queued", queuePlaces(), enqueue, waiting, store.QueuedOrder.Place),
		scanOf("Queued, of refused orders,", queuePlaces(), refuse, refusedOrders, store.QueuedOrder.Place),
	}
}

// queued writes the queue.
func (d *dumper) queued() error {
	for _, refused := range list(false, true) {
		read := func(ctx context.Context, after store.QueueCursor, limit int) ([]store.QueuedOrder, error) {
			return d.tx.Queued(ctx, refused, after, limit)
		}
		if err := each(d, read, store.QueuedOrder.Place, func(page []store.QueuedOrder) error { return lines(d, "queued", page) }); err != nil {
			return err
		}
	}
	return nil
}
