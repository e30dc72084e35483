package memstore

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

func (t *tx) LockOrders(ctx context.Context, ids []commission.OrderID) ([]settlement.Order, error) {
	if err := t.writes(ctx); err != nil {
		return nil, err
	}
	out, err := t.Orders(ctx, ids)
	if err != nil {
		return nil, err
	}
	for i, id := range ids {
		out[i].ID = id
	}
	return out, nil
}

func (t *tx) SaveOrders(ctx context.Context, orders []settlement.Order) error {
	if err := t.writes(ctx); err != nil {
		return err
	}
	for _, o := range orders {
		if o.Revision != t.orders.values[o.ID].Revision+1 {
			return store.ErrStale
		}
		before := t.orders.values[o.ID]
		if before.Posted && !(o.Posted && o.PaidAt.Equal(before.PaidAt)) {
			t.paid.unset(t, timeKeyOf(before.PaidAt, o.ID))
		}
		if !before.Released.IsZero() && !o.Released.Equal(before.Released) {
			t.released.unset(t, timeKeyOf(before.Released, o.ID))
		}
		t.buy(&before, &o)
		t.sell(&before, &o)
		t.settle(&before, &o)
		t.orders.set(t, o.ID, o.Clone())
		if o.Posted {
			t.paid.set(t, timeKeyOf(o.PaidAt, o.ID), o.ID)
		}
		if !o.Released.IsZero() {
			t.released.set(t, timeKeyOf(o.Released, o.ID), o.ID)
		}
		if o.Posted && o.Released.IsZero() && !o.ReleaseAt.IsZero() {
			put(t, t.due, o.ID, o.ReleaseAt)
		} else {
			remove(t, t.due, o.ID)
		}
	}
	return nil
}

func (t *tx) Orders(ctx context.Context, ids []commission.OrderID) ([]settlement.Order, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	out := make([]settlement.Order, len(ids))
	for i, id := range ids {
		out[i] = t.orders.values[id].Clone()
	}
	return out, nil
}

func (t *tx) ScanOrders(ctx context.Context, after commission.OrderID, limit int) ([]settlement.Order, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	var out []settlement.Order
	for _, id := range t.orders.after(after, limit) {
		out = append(out, t.orders.values[id].Clone())
	}
	return out, nil
}

// timeKey orders orders by an instant, then id.
type timeKey string

func timeKeyOf(at time.Time, id commission.OrderID) timeKey {
	return timeKey(at.UTC().Format(timeKeyLayout) + string(id))
}

// timeKeyLayout is of one width for every instant that a store holds, so that texts sort as instants do.
const timeKeyLayout = "2006-01-02T15:04:05.000000 "

func (t *tx) PaidOrders(ctx context.Context, from, to time.Time, after store.OrderCursor, limit int) ([]settlement.Order, error) {
	return t.ordersBetween(ctx, t.paid, from, to, after, limit)
}

func (t *tx) ReleasedOrders(ctx context.Context, from, to time.Time, after store.OrderCursor, limit int) ([]settlement.Order, error) {
	return t.ordersBetween(ctx, t.released, from, to, after, limit)
}

// ordersBetween reads the orders of an index from an instant on and before another.
func (t *tx) ordersBetween(ctx context.Context, index *table[timeKey, commission.OrderID], from, to time.Time, after store.OrderCursor, limit int) ([]settlement.Order, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	start, end := max(timeKeyOf(after.At, after.ID), timeKeyOf(from, "")), timeKeyOf(to, "")
	var out []settlement.Order
	for _, key := range index.after(start, limit) {
		if key >= end {
			break
		}
		out = append(out, t.orders.values[index.values[key]].Clone())
	}
	return out, nil
}

func (t *tx) DueOrders(ctx context.Context, instant time.Time, skip []commission.OrderID, limit int) ([]commission.OrderID, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	skipped := make(map[commission.OrderID]bool, len(skip))
	for _, id := range skip {
		skipped[id] = true
	}
	var out []commission.OrderID
	for id, at := range t.due {
		if !at.After(instant) && !skipped[id] {
			out = append(out, id)
		}
	}
	slices.SortFunc(out, func(a, b commission.OrderID) int {
		if c := t.due[a].Compare(t.due[b]); c != 0 {
			return c
		}
		return cmp.Compare(a, b)
	})
	return out[:min(len(out), max(limit, 0))], nil
}
