package kvstore

import (
	"context"
	"time"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

var orders = kind[settlement.Order, commission.OrderID]{
	table:    "orders",
	id:       func(o *settlement.Order) commission.OrderID { return o.ID },
	revision: func(o *settlement.Order) int64 { return o.Revision },
	indexes: func(t *tx, o *settlement.Order) (all []path) {
		by := func(index path, at time.Time) { all = append(all, index.instant(at).text(string(o.ID))) }
		if o.Posted {
			by(t.at("paid orders"), o.PaidAt)
			by(t.boughtBy(o.Customer), o.PaidAt)
			if o.Attributed.Partner != "" {
				by(t.soldBy(o.Attributed.Partner), o.PaidAt)
			}
			if o.Released.IsZero() && !o.ReleaseAt.IsZero() {
				by(t.at("due orders"), o.ReleaseAt)
			}
		}
		if !o.Released.IsZero() {
			by(t.at("released orders"), o.Released)
		}
		if o.Settled() {
			by(t.settledOf(o.Customer), o.Released)
		}
		return all
	},
}

func (t *tx) boughtBy(customer partner.Customer) path {
	return t.at("bought orders").text(string(customer))
}

func (t *tx) soldBy(seller partner.ID) path { return t.at("sold orders").text(string(seller)) }

func (t *tx) settledOf(customer partner.Customer) path {
	return t.at("settled orders").text(string(customer))
}

// boughtHeadKey is of a record that changes with every posted order of a customer's that is saved.
func (t *tx) boughtHeadKey(customer partner.Customer) path {
	return t.at("bought heads").text(string(customer))
}

func (t *tx) LockOrders(ctx context.Context, ids []commission.OrderID) ([]settlement.Order, error) {
	return orders.lock(ctx, t, ids, func(o *settlement.Order, id commission.OrderID) { o.ID = id })
}

func (t *tx) SaveOrders(ctx context.Context, all []settlement.Order) error {
	heads := map[partner.Customer]bool{}
	err := orders.save(ctx, t, all, func(before, after *settlement.Order) {
		if before.Posted {
			heads[before.Customer] = true
		}
		if after.Posted {
			heads[after.Customer] = true
		}
	})
	if err != nil {
		return err
	}
	for customer := range heads {
		if err := write(t, t.boughtHeadKey(customer), customer); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) Orders(ctx context.Context, ids []commission.OrderID) ([]settlement.Order, error) {
	return orders.load(ctx, t, ids)
}

func (t *tx) ScanOrders(ctx context.Context, after commission.OrderID, limit int) ([]settlement.Order, error) {
	return orders.scan(ctx, t, after, limit)
}

// from is the part of an index by instant, then id, that begins at an instant and comes after a place.
func from(index path, at time.Time, after store.OrderCursor, limit int) Range {
	first := max(index.instant(after.At).text(string(after.ID)).next(), string(index.instant(at)))
	return Range{From: first, To: index.last(), Limit: limit}
}

func (t *tx) PaidOrders(ctx context.Context, start, end time.Time, after store.OrderCursor, limit int) ([]settlement.Order, error) {
	return t.ordersBetween(ctx, t.at("paid orders"), start, end, after, limit)
}

func (t *tx) ReleasedOrders(ctx context.Context, start, end time.Time, after store.OrderCursor, limit int) ([]settlement.Order, error) {
	return t.ordersBetween(ctx, t.at("released orders"), start, end, after, limit)
}

func (t *tx) ordersBetween(ctx context.Context, index path, start, end time.Time, after store.OrderCursor, limit int) ([]settlement.Order, error) {
	r := from(index, start, after, limit)
	if r.To = string(index.instant(end)); r.From >= r.To {
		return nil, t.reads(ctx)
	}
	return orders.of(ctx, t, r)
}

// LockCustomerOrders locks what changes with each of a customer's orders, and so all of them, be they saved or added.
func (t *tx) LockCustomerOrders(ctx context.Context, customers []partner.Customer, start time.Time) ([][]settlement.Order, error) {
	if err := t.writes(ctx); err != nil {
		return nil, err
	}
	if _, err := t.lock(ctx, keys(customers, t.boughtHeadKey)); err != nil {
		return nil, err
	}
	ranges := make([]Range, len(customers))
	for i, customer := range customers {
		ranges[i] = from(t.boughtBy(customer), start, store.OrderCursor{}, 0)
	}
	return orders.eachOf(ctx, t, ranges)
}

func (t *tx) CustomerOrders(ctx context.Context, customer partner.Customer, start time.Time, after store.OrderCursor, limit int) ([]settlement.Order, error) {
	return orders.of(ctx, t, from(t.boughtBy(customer), start, after, limit))
}

func (t *tx) SoldOrders(ctx context.Context, seller partner.ID, start time.Time, after store.OrderCursor, limit int) ([]settlement.Order, error) {
	return orders.of(ctx, t, from(t.soldBy(seller), start, after, limit))
}

func (t *tx) DueOrders(ctx context.Context, instant time.Time, skip []commission.OrderID, limit int) ([]commission.OrderID, error) {
	return without(ctx, t, due(t.at("due orders"), instant), skip, limit)
}

// due is the part of an index by instant, then id, that ends with an instant.
func due(index path, instant time.Time) Range {
	return Range{From: string(index), To: string(index.number(instant.UnixMicro() + 1))}
}

func (t *tx) SettledOrders(ctx context.Context, customers []partner.Customer) ([]settlement.Order, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	first := ranges(customers, t.settledOf)
	for i := range first {
		first[i].Limit = 1
	}
	found, err := orders.eachOf(ctx, t, first)
	if err != nil {
		return nil, err
	}
	out := make([]settlement.Order, len(customers))
	for i, all := range found {
		if len(all) > 0 {
			out[i] = all[0]
		}
	}
	return out, nil
}
