package kvstore

import (
	"context"
	"time"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
)

var grants = kind[settlement.Grants, partner.ID]{
	table:    "grants",
	id:       func(g *settlement.Grants) partner.ID { return g.User },
	revision: func(g *settlement.Grants) int64 { return g.Revision },
	indexes: func(t *tx, g *settlement.Grants) []path {
		return dueAt(t.at("due grants"), g.Due, g.User)
	},
}

// dueAt is where somebody stands in an index of what is due, nowhere without an instant.
func dueAt(index path, at time.Time, id partner.ID) []path {
	if at.IsZero() {
		return nil
	}
	return []path{index.instant(at).text(string(id))}
}

func (t *tx) LockGrants(ctx context.Context, users []partner.ID) ([]settlement.Grants, error) {
	return grants.lock(ctx, t, users, func(g *settlement.Grants, user partner.ID) { g.User = user })
}

func (t *tx) SaveGrants(ctx context.Context, all []settlement.Grants) error {
	return grants.save(ctx, t, all, nil)
}

func (t *tx) Grants(ctx context.Context, users []partner.ID) ([]settlement.Grants, error) {
	return grants.load(ctx, t, users)
}

func (t *tx) ScanGrants(ctx context.Context, after partner.ID, limit int) ([]settlement.Grants, error) {
	return grants.scan(ctx, t, after, limit)
}

func (t *tx) DueGrants(ctx context.Context, instant time.Time, skip []partner.ID, limit int) ([]partner.ID, error) {
	return without(ctx, t, due(t.at("due grants"), instant), skip, limit)
}
