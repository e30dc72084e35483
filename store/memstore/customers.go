package memstore

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
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

// buy moves an order to the customer who bought it.
func (t *tx) buy(before, after *settlement.Order) {
	if before.Posted && (!after.Posted || before.Customer != after.Customer) {
		remove(t, t.bought[before.Customer], before.ID)
	}
	if after.Posted && (!before.Posted || before.Customer != after.Customer) {
		if t.bought[after.Customer] == nil {
			put(t, t.bought, after.Customer, map[commission.OrderID]bool{})
		}
		put(t, t.bought[after.Customer], after.ID, true)
	}
}
