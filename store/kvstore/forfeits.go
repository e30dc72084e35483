package kvstore

import (
	"context"
	"time"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
)

var forfeits = kind[settlement.Forfeits, partner.ID]{
	table:    "forfeits",
	id:       func(f *settlement.Forfeits) partner.ID { return f.Partner },
	revision: func(f *settlement.Forfeits) int64 { return f.Revision },
	indexes: func(t *tx, f *settlement.Forfeits) []path {
		return dueAt(t.at("due forfeits"), f.Due, f.Partner)
	},
}

func (t *tx) LockForfeits(ctx context.Context, partners []partner.ID) ([]settlement.Forfeits, error) {
	return forfeits.lock(ctx, t, partners, func(f *settlement.Forfeits, id partner.ID) { f.Partner = id })
}

func (t *tx) SaveForfeits(ctx context.Context, all []settlement.Forfeits) error {
	return forfeits.save(ctx, t, all, nil)
}

func (t *tx) Forfeits(ctx context.Context, partners []partner.ID) ([]settlement.Forfeits, error) {
	return forfeits.load(ctx, t, partners)
}

func (t *tx) ScanForfeits(ctx context.Context, after partner.ID, limit int) ([]settlement.Forfeits, error) {
	return forfeits.scan(ctx, t, after, limit)
}

func (t *tx) DueForfeits(ctx context.Context, instant time.Time, skip []partner.ID, limit int) ([]partner.ID, error) {
	return without(ctx, t, due(t.at("due forfeits"), instant), skip, limit)
}
