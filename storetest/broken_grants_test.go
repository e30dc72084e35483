package storetest

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/store/memstore"
)

func brokenGrants() []broken {
	return []broken{
		{mistake: "grants are saved whatever their revision", open: with(func(tx store.Tx) store.Tx { return lastGrantsWin{tx} }), killers: list(
			"grants/grants are saved with the revision above the stored one and any other is ErrStale", "grants/stale grants keep the others of their call from being saved")},
		{mistake: "grants are due a microsecond early", open: with(func(tx store.Tx) store.Tx { return earlyGrants{tx} }), killers: list(
			"grants/grants are due at their Due, and not a microsecond before")},
		{mistake: "grants that are not due are", open: with(func(tx store.Tx) store.Tx { return allGrantsDue{tx} }), killers: list(
			"grants/grants are due at their Due, and not a microsecond before", "grants/grants that are saved again are due by what they are now")},
		{mistake: "DueGrants goes by id", open: with(func(tx store.Tx) store.Tx { return grantsByID{tx} }), killers: list(
			"grants/DueGrants goes by Due, then id, at most limit of them, and leaves out what is to be skipped")},
		{mistake: "an order is settled while it is released, whatever is left of it", open: func(m *memstore.Store) store.Store {
			known := &sync.Map{}
			return with(func(tx store.Tx) store.Tx { return releasedOnly{tx, known} })(m)
		}, killers: list("grants/an order is settled while it is released and something is left of it")},
		{mistake: "an order that is settled stays so", open: func(m *memstore.Store) store.Store {
			known := &sync.Map{}
			return with(func(tx store.Tx) store.Tx { return settledForEver{tx, known} })(m)
		}, killers: list("grants/an order is settled while it is released and something is left of it", "grants/what was settled in a transaction that fails is not")},
		{mistake: "grants forget why nobody gets them", open: with(func(tx store.Tx) store.Tx { return unreasoned{tx} }), killers: list(
			"values/grants come back as they were, field by field")},
	}
}

type lastGrantsWin struct{ store.Tx }

func (l lastGrantsWin) SaveGrants(ctx context.Context, grants []settlement.Grants) error {
	for _, g := range grants {
		stored, err := l.Tx.Grants(ctx, list(g.User))
		if err != nil {
			return err
		}
		g.Revision = stored[0].Revision + 1
		if err := l.Tx.SaveGrants(ctx, list(g)); err != nil {
			return err
		}
	}
	return nil
}

type earlyGrants struct{ store.Tx }

func (e earlyGrants) DueGrants(ctx context.Context, instant time.Time, skip []partner.ID, limit int) ([]partner.ID, error) {
	return e.Tx.DueGrants(ctx, instant.Add(time.Microsecond), skip, limit)
}

type allGrantsDue struct{ store.Tx }

func (a allGrantsDue) DueGrants(ctx context.Context, instant time.Time, skip []partner.ID, limit int) ([]partner.ID, error) {
	all, err := a.Tx.ScanGrants(ctx, "", 1000)
	var users []partner.ID
	for _, g := range all {
		if !g.Due.After(instant) && !slices.Contains(skip, g.User) && len(users) < limit {
			users = append(users, g.User)
		}
	}
	return users, err
}

type grantsByID struct{ store.Tx }

func (g grantsByID) DueGrants(ctx context.Context, instant time.Time, skip []partner.ID, limit int) ([]partner.ID, error) {
	users, err := g.Tx.DueGrants(ctx, instant, skip, 1000)
	slices.Sort(users)
	return users[:min(len(users), max(limit, 0))], err
}

// releasedOnly knows released orders, by customer.
type releasedOnly struct {
	store.Tx
	known *sync.Map
}

func (r releasedOnly) SaveOrders(ctx context.Context, orders []settlement.Order) error {
	for _, o := range orders {
		if !o.Released.IsZero() {
			r.known.Store(o.Customer, o.ID)
		}
	}
	return r.Tx.SaveOrders(ctx, orders)
}

func (r releasedOnly) SettledOrders(ctx context.Context, customers []partner.Customer) ([]settlement.Order, error) {
	return knownOrders(ctx, r.Tx, r.known, customers)
}

// settledForEver knows orders that were settled at some time.
type settledForEver struct {
	store.Tx
	known *sync.Map
}

func (s settledForEver) SaveOrders(ctx context.Context, orders []settlement.Order) error {
	for i := range orders {
		if orders[i].Settled() {
			s.known.Store(orders[i].Customer, orders[i].ID)
		}
	}
	return s.Tx.SaveOrders(ctx, orders)
}

func (s settledForEver) SettledOrders(ctx context.Context, customers []partner.Customer) ([]settlement.Order, error) {
	return knownOrders(ctx, s.Tx, s.known, customers)
}

func knownOrders(ctx context.Context, tx store.Tx, known *sync.Map, customers []partner.Customer) ([]settlement.Order, error) {
	out := make([]settlement.Order, len(customers))
	for i, c := range customers {
		id, ok := known.Load(c)
		if !ok {
			continue
		}
		found, err := tx.Orders(ctx, list(id.(commission.OrderID)))
		if err != nil {
			return nil, err
		}
		out[i] = found[0]
		out[i].ID = id.(commission.OrderID)
	}
	return out, nil
}

type unreasoned struct{ store.Tx }

func (u unreasoned) SaveGrants(ctx context.Context, grants []settlement.Grants) error {
	bare := slices.Clone(grants)
	for i := range bare {
		bare[i] = bare[i].Clone()
		for j := range bare[i].All {
			bare[i].All[j].Reason = ""
		}
	}
	return u.Tx.SaveGrants(ctx, bare)
}
