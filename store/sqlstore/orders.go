package sqlstore

import (
	"context"
	"slices"
	"time"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

var noOrder = []any{int64(0), "", "", micros(time.Time{}), micros(time.Time{}), micros(time.Time{}), micros(time.Time{}), currentFormat, ""}

// scanOrder reads an order; one that is only locked has nothing but its id.
func scanOrder(scan func(...any) error) (settlement.Order, error) {
	var o settlement.Order
	var id, customer, seller, text string
	var revision, paid, due, released, settled, format int64
	if err := scan(&id, &revision, &customer, &seller, &paid, &due, &released, &settled, &format, &text); err != nil {
		return o, err
	}
	if revision > 0 {
		if err := read(format, text, &o); err != nil {
			return o, err
		}
	}
	o.ID, o.Revision = commission.OrderID(id), revision
	return o, nil
}

func (t *tx) LockOrders(ctx context.Context, ids []commission.OrderID) ([]settlement.Order, error) {
	if err := t.writes(ctx); err != nil {
		return nil, err
	}
	found, err := t.lockOrders(ctx, ids)
	return clones(inOrder(ids, found)), err
}

// lockOrders locks orders and keeps in mind at which revision they are: until the end nobody else changes them.
func (t *tx) lockOrders(ctx context.Context, ids []commission.OrderID) (map[commission.OrderID]settlement.Order, error) {
	found := map[commission.OrderID]settlement.Order{}
	err := t.lock(ctx, &ordersTable, singles(ids), noOrder, func(scan func(...any) error) error {
		o, err := scanOrder(scan)
		found[o.ID] = o
		return err
	})
	if t.locked == nil {
		t.locked, t.unsaved = map[commission.OrderID]int64{}, map[commission.OrderID]bool{}
	}
	for id, o := range found {
		if _, again := t.locked[id]; !again && o.Revision == 0 {
			t.unsaved[id] = true
		}
		t.locked[id] = o.Revision
	}
	return found, err
}

// orderColumns are the columns that an order determines: customer, seller, paid, due, released, settled.
func orderColumns(o *settlement.Order) []any {
	var paid, due, settled time.Time
	if o.Posted {
		if paid = o.PaidAt; o.Released.IsZero() {
			due = o.ReleaseAt
		}
	}
	if o.Settled() {
		settled = o.Released
	}
	return []any{string(o.Customer), string(o.Attributed.Partner), micros(paid), micros(due), micros(o.Released), micros(settled)}
}

func (t *tx) SaveOrders(ctx context.Context, orders []settlement.Order) error {
	if err := t.writes(ctx); err != nil || len(orders) == 0 {
		return err
	}
	ids := make([]commission.OrderID, len(orders))
	var unlocked []commission.OrderID
	for i, o := range orders {
		ids[i] = o.ID
		if _, locked := t.locked[o.ID]; !locked {
			unlocked = append(unlocked, o.ID)
		}
	}
	if len(unlocked) > 0 {
		if _, err := t.lockOrders(ctx, unlocked); err != nil {
			return err
		}
	}
	last := map[string][]any{}
	for _, o := range orders {
		if o.Revision != t.locked[o.ID]+1 {
			return store.ErrStale
		}
		t.locked[o.ID] = o.Revision
		text, err := document(o)
		if err != nil {
			return err
		}
		last[keyText([]any{string(o.ID)})] = slices.Concat([]any{string(o.ID), o.Revision}, orderColumns(&o), []any{currentFormat, text})
	}
	t.wrote = true
	return t.insert(ctx, &ordersTable, latest(singles(ids), last), upsert)
}

// latest are the tuples of keys in order, each once.
func latest(keys [][]any, last map[string][]any) [][]any {
	keys = sortedKeys(keys)
	tuples := make([][]any, len(keys))
	for i, key := range keys {
		tuples[i] = last[keyText(key)]
	}
	return tuples
}

func (t *tx) Orders(ctx context.Context, ids []commission.OrderID) ([]settlement.Order, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	found := map[commission.OrderID]settlement.Order{}
	err := t.selecting(ctx, &ordersTable, sortedKeys(singles(ids)), false, func(scan func(...any) error) error {
		o, err := scanOrder(scan)
		if o.Revision > 0 {
			found[o.ID] = o
		}
		return err
	})
	return clones(inOrder(ids, found)), err
}

func (t *tx) ScanOrders(ctx context.Context, after commission.OrderID, limit int) ([]settlement.Order, error) {
	var out []settlement.Order
	err := t.scanning(ctx, &ordersTable, " AND revision > 0", []any{string(after)}, limit, func(scan func(...any) error) error {
		o, err := scanOrder(scan)
		out = append(out, o)
		return err
	})
	return out, err
}

func (t *tx) PaidOrders(ctx context.Context, from, to time.Time, after store.OrderCursor, limit int) ([]settlement.Order, error) {
	return t.ordersBetween(ctx, "paid", from, to, after, limit)
}

func (t *tx) ReleasedOrders(ctx context.Context, from, to time.Time, after store.OrderCursor, limit int) ([]settlement.Order, error) {
	return t.ordersBetween(ctx, "released", from, to, after, limit)
}

// ordersBetween reads the orders that a column has from an instant on and before another.
func (t *tx) ordersBetween(ctx context.Context, by string, from, to time.Time, after store.OrderCursor, limit int) ([]settlement.Order, error) {
	if err := t.reads(ctx); err != nil || limit < 1 {
		return nil, err
	}
	var out []settlement.Order
	// Written so that a database reads the index from the first of them on.
	q := t.query("SELECT "+list(ordersTable.key, ordersTable.rest)+" FROM {orders} WHERE tenant = ? AND "+by+" > "+never+" AND "+by+" >= ? AND "+by+" < ? "+
		"AND ("+by+" > ? OR id > ?) ORDER BY "+by+", id LIMIT ?",
		t.tenant, max(micros(from), micros(after.At)), micros(to), micros(after.At), string(after.ID), int64(limit))
	err := t.each(ctx, q, func(scan func(...any) error) error {
		o, err := scanOrder(scan)
		out = append(out, o)
		return err
	})
	return out, err
}

func (t *tx) LockCustomerOrders(ctx context.Context, customers []partner.Customer, from time.Time) ([][]settlement.Order, error) {
	if err := t.writes(ctx); err != nil {
		return nil, err
	}
	found := map[partner.Customer][]settlement.Order{}
	err := t.chunks(sortedKeys(singles(customers)), func(keys [][]any) error {
		// Locked in order of id, as everywhere; put in order of payment afterwards.
		q := t.query("SELECT "+list(ordersTable.key, ordersTable.rest)+" FROM {orders} WHERE tenant = ? AND paid > "+never+" AND paid >= ? AND ", t.tenant, micros(from)).
			among(ordersTable.rest[1:2], keys).add(" ORDER BY id")
		return t.each(ctx, t.locking(q), func(scan func(...any) error) error {
			o, err := scanOrder(scan)
			found[o.Customer] = append(found[o.Customer], o)
			return err
		})
	})
	for _, all := range found {
		slices.SortStableFunc(all, func(a, b settlement.Order) int { return a.PaidAt.Compare(b.PaidAt) })
	}
	out := inOrder(customers, found)
	for i := range out {
		out[i] = clones(slices.Clone(out[i]))
	}
	return out, err
}

func (t *tx) CustomerOrders(ctx context.Context, customer partner.Customer, from time.Time, after store.OrderCursor, limit int) ([]settlement.Order, error) {
	return t.ordersOf(ctx, "customer", string(customer), from, after, limit)
}

func (t *tx) SoldOrders(ctx context.Context, seller partner.ID, from time.Time, after store.OrderCursor, limit int) ([]settlement.Order, error) {
	if seller == "" { // whose it is has no index of its own
		return nil, t.reads(ctx)
	}
	return t.ordersOf(ctx, "seller", string(seller), from, after, limit)
}

// ordersOf reads the posted orders of which a column has an id, from an instant on.
func (t *tx) ordersOf(ctx context.Context, by, id string, from time.Time, after store.OrderCursor, limit int) ([]settlement.Order, error) {
	if err := t.reads(ctx); err != nil || limit < 1 {
		return nil, err
	}
	var out []settlement.Order
	q := t.query("SELECT "+list(ordersTable.key, ordersTable.rest)+" FROM {orders} WHERE tenant = ? AND "+by+" = ? AND paid > "+never+" AND paid >= ? "+
		"AND (paid > ? OR id > ?) ORDER BY paid, id LIMIT ?",
		t.tenant, id, max(micros(from), micros(after.At)), micros(after.At), string(after.ID), int64(limit))
	err := t.each(ctx, q, func(scan func(...any) error) error {
		o, err := scanOrder(scan)
		out = append(out, o)
		return err
	})
	return out, err
}

func (t *tx) DueOrders(ctx context.Context, instant time.Time, skip []commission.OrderID, limit int) ([]commission.OrderID, error) {
	if err := t.reads(ctx); err != nil || limit < 1 {
		return nil, err
	}
	q := t.query("SELECT id FROM {orders} WHERE tenant = ? AND due > "+never+" AND due <= ?", t.tenant, micros(instant))
	return ids[commission.OrderID](ctx, t, t.skipping(q.without(ordersTable.key, singles(skip)).add(" ORDER BY due, id LIMIT ?", int64(limit))))
}

// ids reads ids.
func ids[T ~string](ctx context.Context, t *tx, q *query) ([]T, error) {
	var out []T
	err := t.each(ctx, q, func(scan func(...any) error) error {
		var id string
		err := scan(&id)
		out = append(out, T(id))
		return err
	})
	return out, err
}
