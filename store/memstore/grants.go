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

// LockGrants reads: one Update runs at a time.
func (t *tx) LockGrants(ctx context.Context, users []partner.ID) ([]settlement.Grants, error) {
	if err := t.writes(ctx); err != nil {
		return nil, err
	}
	out, err := t.Grants(ctx, users)
	if err != nil {
		return nil, err
	}
	for i, user := range users {
		out[i].User = user
	}
	return out, nil
}

func (t *tx) SaveGrants(ctx context.Context, grants []settlement.Grants) error {
	if err := t.writes(ctx); err != nil {
		return err
	}
	for _, g := range grants {
		if g.Revision != t.grants.values[g.User].Revision+1 {
			return store.ErrStale
		}
		t.grants.set(t, g.User, g.Clone())
		if g.Due.IsZero() {
			remove(t, t.toJudge, g.User)
		} else {
			put(t, t.toJudge, g.User, g.Due)
		}
	}
	return nil
}

func (t *tx) Grants(ctx context.Context, users []partner.ID) ([]settlement.Grants, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	out := make([]settlement.Grants, len(users))
	for i, user := range users {
		out[i] = t.grants.values[user].Clone()
	}
	return out, nil
}

func (t *tx) ScanGrants(ctx context.Context, after partner.ID, limit int) ([]settlement.Grants, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	var out []settlement.Grants
	for _, user := range t.grants.after(after, limit) {
		out = append(out, t.grants.values[user].Clone())
	}
	return out, nil
}

func (t *tx) DueGrants(ctx context.Context, instant time.Time, skip []partner.ID, limit int) ([]partner.ID, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	skipped := make(map[partner.ID]bool, len(skip))
	for _, user := range skip {
		skipped[user] = true
	}
	var out []partner.ID
	for user, due := range t.toJudge {
		if !due.After(instant) && !skipped[user] {
			out = append(out, user)
		}
	}
	slices.SortFunc(out, func(a, b partner.ID) int {
		return cmp.Or(t.toJudge[a].Compare(t.toJudge[b]), cmp.Compare(a, b))
	})
	return out[:min(len(out), max(limit, 0))], nil
}

// settledKey is a settled order of a customer.
type settledKey struct {
	released time.Time
	id       commission.OrderID
}

func (k settledKey) compare(other settledKey) int {
	return cmp.Or(k.released.Compare(other.released), cmp.Compare(k.id, other.id))
}

// settle keeps each customer's settled orders in order where an order is saved.
func (t *tx) settle(before, after *settlement.Order) {
	was, is := before.Settled(), after.Settled()
	if was && is && before.Customer == after.Customer && before.Released.Equal(after.Released) {
		return
	}
	if was {
		all := t.settled[before.Customer]
		at, _ := slices.BinarySearchFunc(all, settledKey{before.Released, before.ID}, settledKey.compare)
		put(t, t.settled, before.Customer, slices.Delete(slices.Clone(all), at, at+1))
	}
	if is {
		all, key := t.settled[after.Customer], settledKey{after.Released, after.ID}
		at, _ := slices.BinarySearchFunc(all, key, settledKey.compare)
		put(t, t.settled, after.Customer, slices.Insert(slices.Clone(all), at, key))
	}
}

func (t *tx) SettledOrders(ctx context.Context, customers []partner.Customer) ([]settlement.Order, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	out := make([]settlement.Order, len(customers))
	for i, customer := range customers {
		if all := t.settled[customer]; len(all) > 0 {
			out[i] = t.orders.values[all[0].id].Clone()
		}
	}
	return out, nil
}
