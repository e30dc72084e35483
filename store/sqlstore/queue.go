package sqlstore

import (
	"context"
	"slices"

	"github.com/fenrun/fenrun/store"
)

func scanQueued(scan func(...any) error) (store.QueuedOrder, error) {
	var o store.QueuedOrder
	var paid, refused int64
	var r scanned
	err := scan(append([]any{&paid, &o.Order, &o.Hash, &refused, &o.Refused, &o.Data}, r.into()...)...)
	o.PaidAt, o.Record = moment(paid), r.record()
	return o, err
}

// Enqueue is one insertion for any number of orders.
func (t *tx) Enqueue(ctx context.Context, orders []store.QueuedOrder) error {
	if err := t.writes(ctx); err != nil || len(orders) == 0 {
		return err
	}
	first := map[string][]any{}
	places := make([][]any, len(orders))
	for i, o := range orders {
		places[i] = []any{micros(o.PaidAt), string(o.Order), o.Hash}
		if key := keyText(places[i]); first[key] == nil {
			first[key] = slices.Concat(places[i], []any{flag(o.Refused != ""), o.Refused, string(o.Data)}, recordOf(o.Record))
		}
	}
	t.wrote = true
	return t.insert(ctx, &queueTable, latest(places, first), ignore)
}

func (t *tx) Queued(ctx context.Context, refused bool, after store.QueueCursor, limit int) ([]store.QueuedOrder, error) {
	where := " AND refused = 0"
	if refused {
		where = " AND refused = 1"
	}
	var out []store.QueuedOrder
	err := t.scanning(ctx, &queueTable, where, []any{micros(after.PaidAt), string(after.Order), after.Hash}, limit, func(scan func(...any) error) error {
		o, err := scanQueued(scan)
		out = append(out, o)
		return err
	})
	return out, err
}

func (t *tx) RefuseQueued(ctx context.Context, orders []store.QueuedOrder) error {
	if err := t.writes(ctx); err != nil {
		return err
	}
	for _, o := range orders {
		t.wrote = true
		q := t.query("UPDATE {queue} SET refused = ?, why = ? WHERE tenant = ? AND paid = ? AND id = ? AND hash = ?",
			flag(o.Refused != ""), o.Refused, t.tenant, micros(o.PaidAt), string(o.Order), o.Hash)
		if _, err := t.exec(ctx, q); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) Dequeue(ctx context.Context, places []store.QueueCursor) error {
	if err := t.writes(ctx); err != nil || len(places) == 0 {
		return err
	}
	keys := make([][]any, len(places))
	for i, p := range places {
		keys[i] = []any{micros(p.PaidAt), string(p.Order), p.Hash}
	}
	t.wrote = true
	return t.chunks(sortedKeys(keys), func(keys [][]any) error {
		_, err := t.exec(ctx, t.query("DELETE FROM {queue} WHERE tenant = ? AND ", t.tenant).among(queueTable.key, keys))
		return err
	})
}
