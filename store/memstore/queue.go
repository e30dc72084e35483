package memstore

import (
	"cmp"
	"context"
	"slices"

	"github.com/fenrun/fenrun/store"
)

func (t *tx) Enqueue(ctx context.Context, orders []store.QueuedOrder) error {
	if err := t.writes(ctx); err != nil {
		return err
	}
	for _, o := range orders {
		if _, there := t.queue[o.Place()]; !there {
			o.Data = slices.Clone(o.Data)
			put(t, t.queue, o.Place(), o)
		}
	}
	return nil
}

func (t *tx) Queued(ctx context.Context, refused bool, after store.QueueCursor, limit int) ([]store.QueuedOrder, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	var all []store.QueuedOrder
	for _, o := range t.queue {
		if (o.Refused != "") == refused {
			o.Data = slices.Clone(o.Data)
			all = append(all, o)
		}
	}
	return page(all, func(a, b store.QueuedOrder) int {
		return cmp.Or(a.PaidAt.Compare(b.PaidAt), cmp.Compare(a.Order, b.Order), cmp.Compare(a.Hash, b.Hash))
	}, store.QueuedOrder{PaidAt: after.PaidAt, Order: after.Order, Hash: after.Hash}, limit), nil
}

func (t *tx) RefuseQueued(ctx context.Context, orders []store.QueuedOrder) error {
	if err := t.writes(ctx); err != nil {
		return err
	}
	for _, o := range orders {
		if there, ok := t.queue[o.Place()]; ok {
			there.Refused = o.Refused
			put(t, t.queue, o.Place(), there)
		}
	}
	return nil
}

func (t *tx) Dequeue(ctx context.Context, places []store.QueueCursor) error {
	if err := t.writes(ctx); err != nil {
		return err
	}
	for _, place := range places {
		remove(t, t.queue, place)
	}
	return nil
}
