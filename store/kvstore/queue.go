package kvstore

import (
	"context"

	"github.com/fenrun/fenrun/store"
)

// queued is one of two queues: of those that wait, and of those that were refused. An order is in one of them.
func (t *tx) queued(refused bool) path {
	if refused {
		return t.at("refused orders")
	}
	return t.at("waiting orders")
}

func (t *tx) queueKey(refused bool, place store.QueueCursor) path {
	return t.queued(refused).instant(place.PaidAt).text(string(place.Order)).text(place.Hash)
}

// lockQueued reads where orders stand, in both queues.
func (t *tx) lockQueued(ctx context.Context, orders []store.QueuedOrder) error {
	var both []path
	for _, o := range orders {
		both = append(both, t.queueKey(false, o.Place()), t.queueKey(true, o.Place()))
	}
	_, err := t.lock(ctx, both)
	return err
}

func (t *tx) Enqueue(ctx context.Context, orders []store.QueuedOrder) error {
	if err := t.writes(ctx); err != nil {
		return err
	}
	if err := t.lockQueued(ctx, orders); err != nil {
		return err
	}
	for _, o := range orders {
		if t.now(t.queueKey(false, o.Place())) != nil || t.now(t.queueKey(true, o.Place())) != nil {
			continue
		}
		if err := write(t, t.queueKey(o.Refused != "", o.Place()), o); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) Queued(ctx context.Context, refused bool, after store.QueueCursor, limit int) ([]store.QueuedOrder, error) {
	return scanned[store.QueuedOrder](ctx, t, t.queued(refused).page(t.queueKey(refused, after), limit))
}

func (t *tx) RefuseQueued(ctx context.Context, orders []store.QueuedOrder) error {
	if err := t.writes(ctx); err != nil {
		return err
	}
	if err := t.lockQueued(ctx, orders); err != nil {
		return err
	}
	for _, o := range orders {
		for _, refused := range []bool{false, true} {
			key := t.queueKey(refused, o.Place())
			if t.now(key) == nil {
				continue
			}
			there, err := decode[store.QueuedOrder](t.now(key))
			if err != nil {
				return t.fail(err)
			}
			there.Refused = o.Refused
			t.remove(key)
			if err := write(t, t.queueKey(there.Refused != "", o.Place()), there); err != nil {
				return err
			}
			break
		}
	}
	return nil
}

func (t *tx) Dequeue(ctx context.Context, places []store.QueueCursor) error {
	if err := t.writes(ctx); err != nil {
		return err
	}
	for _, place := range places {
		t.remove(t.queueKey(false, place))
		t.remove(t.queueKey(true, place))
	}
	return nil
}
