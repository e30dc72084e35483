package sqlstore

import (
	"context"
	"time"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

var noGrants = []any{int64(0), micros(time.Time{}), currentFormat, ""}

// scanGrants reads somebody's grants; those that are only locked have nothing but their user.
func scanGrants(scan func(...any) error) (settlement.Grants, error) {
	var g settlement.Grants
	var id, text string
	var revision, due, format int64
	if err := scan(&id, &revision, &due, &format, &text); err != nil {
		return g, err
	}
	if revision > 0 {
		if err := read(format, text, &g); err != nil {
			return g, err
		}
	}
	g.User, g.Revision = partner.ID(id), revision
	return g, nil
}

func (t *tx) lockedGrants(ctx context.Context, users []partner.ID) (map[partner.ID]settlement.Grants, error) {
	found := map[partner.ID]settlement.Grants{}
	err := t.lock(ctx, &grantsTable, singles(users), noGrants, func(scan func(...any) error) error {
		g, err := scanGrants(scan)
		found[g.User] = g
		return err
	})
	return found, err
}

func (t *tx) LockGrants(ctx context.Context, users []partner.ID) ([]settlement.Grants, error) {
	if err := t.writes(ctx); err != nil {
		return nil, err
	}
	found, err := t.lockedGrants(ctx, users)
	return clones(inOrder(users, found)), err
}

// clones are copies that share no memory: one record that is asked for twice comes twice.
func clones[T interface{ Clone() T }](all []T) []T {
	for i := range all {
		all[i] = all[i].Clone()
	}
	return all
}

func (t *tx) SaveGrants(ctx context.Context, grants []settlement.Grants) error {
	if err := t.writes(ctx); err != nil || len(grants) == 0 {
		return err
	}
	users := make([]partner.ID, len(grants))
	for i, g := range grants {
		users[i] = g.User
	}
	stored, err := t.lockedGrants(ctx, users)
	if err != nil {
		return err
	}
	last := map[string][]any{}
	for _, g := range grants {
		if g.Revision != stored[g.User].Revision+1 {
			return store.ErrStale
		}
		stored[g.User] = g
		text, err := document(g)
		if err != nil {
			return err
		}
		key := []any{string(g.User)}
		last[keyText(key)] = append(key, g.Revision, micros(g.Due), currentFormat, text)
	}
	t.wrote = true
	return t.insert(ctx, &grantsTable, latest(singles(users), last), upsert)
}

func (t *tx) Grants(ctx context.Context, users []partner.ID) ([]settlement.Grants, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	found := map[partner.ID]settlement.Grants{}
	err := t.selecting(ctx, &grantsTable, sortedKeys(singles(users)), false, func(scan func(...any) error) error {
		g, err := scanGrants(scan)
		if g.Revision > 0 {
			found[g.User] = g
		}
		return err
	})
	return clones(inOrder(users, found)), err
}

func (t *tx) ScanGrants(ctx context.Context, after partner.ID, limit int) ([]settlement.Grants, error) {
	var out []settlement.Grants
	err := t.scanning(ctx, &grantsTable, " AND revision > 0", []any{string(after)}, limit, func(scan func(...any) error) error {
		g, err := scanGrants(scan)
		out = append(out, g)
		return err
	})
	return out, err
}

func (t *tx) DueGrants(ctx context.Context, instant time.Time, skip []partner.ID, limit int) ([]partner.ID, error) {
	if err := t.reads(ctx); err != nil || limit < 1 {
		return nil, err
	}
	q := t.query("SELECT id FROM {grants} WHERE tenant = ? AND due > "+never+" AND due <= ?", t.tenant, micros(instant))
	return ids[partner.ID](ctx, t, t.skipping(q.without(grantsTable.key, singles(skip)).add(" ORDER BY due, id LIMIT ?", int64(limit))))
}

func (t *tx) SettledOrders(ctx context.Context, customers []partner.Customer) ([]settlement.Order, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	found := map[partner.Customer]settlement.Order{}
	columns := list(ordersTable.key, ordersTable.rest)
	err := t.chunks(sortedKeys(singles(customers)), func(keys [][]any) error {
		q := t.query("SELECT "+columns+" FROM (SELECT "+columns+", ROW_NUMBER() OVER (PARTITION BY customer ORDER BY settled, id) AS place FROM {orders} "+
			"WHERE tenant = ? AND settled > "+never+" AND ", t.tenant).among(ordersTable.rest[1:2], keys)
		return t.each(ctx, q.add(t.sharing()+") x WHERE place = 1"), func(scan func(...any) error) error {
			o, err := scanOrder(scan)
			found[o.Customer] = o
			return err
		})
	})
	return clones(inOrder(customers, found)), err
}
