package memstore

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

// LockCustomerOrders reads: one Update runs at a time.
func (t *tx) LockCustomerOrders(ctx context.Context, customers []partner.Customer, from time.Time) ([][]settlement.Order, error) {
	if err := t.writes(ctx); err != nil {
		return nil, err
	}
	out := make([][]settlement.Order, len(customers))
	for i, customer := range customers {
		for id := range t.bought[customer] {
			if o := t.orders.values[id]; !o.PaidAt.Before(from) {
				out[i] = append(out[i], o.Clone())
			}
		}
		slices.SortFunc(out[i], func(a, b settlement.Order) int {
			if c := a.PaidAt.Compare(b.PaidAt); c != 0 {
				return c
			}
			return cmp.Compare(a.ID, b.ID)
		})
	}
	return out, nil
}

// CustomerOrders reads the orders that somebody bought.
func (t *tx) CustomerOrders(ctx context.Context, customer partner.Customer, from time.Time, after store.OrderCursor, limit int) ([]settlement.Order, error) {
	return t.ordersAmong(ctx, t.bought[customer], from, after, limit)
}

// SoldOrders reads the orders that are somebody's.
func (t *tx) SoldOrders(ctx context.Context, seller partner.ID, from time.Time, after store.OrderCursor, limit int) ([]settlement.Order, error) {
	return t.ordersAmong(ctx, t.sold[seller], from, after, limit)
}

// ordersAmong returns a page of some orders from an instant on.
func (t *tx) ordersAmong(ctx context.Context, ids map[commission.OrderID]bool, from time.Time, after store.OrderCursor, limit int) ([]settlement.Order, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	var keys []timeKey
	start := max(timeKeyOf(after.At, after.ID), timeKeyOf(from, ""))
	for id := range ids {
		if key := timeKeyOf(t.orders.values[id].PaidAt, id); key > start {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	var out []settlement.Order
	for _, key := range keys[:min(len(keys), max(limit, 0))] {
		out = append(out, t.orders.values[t.paid.values[key]].Clone())
	}
	return out, nil
}

// buy moves an order to the customer who bought it.
func (t *tx) buy(before, after *settlement.Order) {
	moveOrder(t, t.bought, before.Posted, before.Customer, after.Posted, after.Customer, after.ID)
}

// sell moves an order to the partner whose it is.
func (t *tx) sell(before, after *settlement.Order) {
	was, is := before.Attributed.Partner, after.Attributed.Partner
	moveOrder(t, t.sold, before.Posted && was != "", was, after.Posted && is != "", is, after.ID)
}

// moveOrder moves an order from whom it belonged to, if to anybody, to whom it belongs.
func moveOrder[K comparable](t *tx, by map[K]map[commission.OrderID]bool, belonged bool, was K, belongs bool, is K, id commission.OrderID) {
	if belonged && (!belongs || was != is) {
		remove(t, by[was], id)
	}
	if belongs && (!belonged || was != is) {
		if by[is] == nil {
			put(t, by, is, map[commission.OrderID]bool{})
		}
		put(t, by[is], id, true)
	}
}
