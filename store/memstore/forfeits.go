package memstore

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

// LockForfeits reads: one Update runs at a time.
func (t *tx) LockForfeits(ctx context.Context, partners []partner.ID) ([]settlement.Forfeits, error) {
	if err := t.writes(ctx); err != nil {
		return nil, err
	}
	out, err := t.Forfeits(ctx, partners)
	if err != nil {
		return nil, err
	}
	for i, id := range partners {
		out[i].Partner = id
	}
	return out, nil
}

func (t *tx) SaveForfeits(ctx context.Context, forfeits []settlement.Forfeits) error {
	if err := t.writes(ctx); err != nil {
		return err
	}
	for _, f := range forfeits {
		if f.Revision != t.forfeits.values[f.Partner].Revision+1 {
			return store.ErrStale
		}
		t.forfeits.set(t, f.Partner, f.Clone())
		if f.Due.IsZero() {
			remove(t, t.toForfeit, f.Partner)
		} else {
			put(t, t.toForfeit, f.Partner, f.Due)
		}
	}
	return nil
}

func (t *tx) Forfeits(ctx context.Context, partners []partner.ID) ([]settlement.Forfeits, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	out := make([]settlement.Forfeits, len(partners))
	for i, id := range partners {
		out[i] = t.forfeits.values[id].Clone()
	}
	return out, nil
}

func (t *tx) ScanForfeits(ctx context.Context, after partner.ID, limit int) ([]settlement.Forfeits, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	var out []settlement.Forfeits
	for _, id := range t.forfeits.after(after, limit) {
		out = append(out, t.forfeits.values[id].Clone())
	}
	return out, nil
}

func (t *tx) DueForfeits(ctx context.Context, instant time.Time, skip []partner.ID, limit int) ([]partner.ID, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	skipped := make(map[partner.ID]bool, len(skip))
	for _, id := range skip {
		skipped[id] = true
	}
	var out []partner.ID
	for id, due := range t.toForfeit {
		if !due.After(instant) && !skipped[id] {
			out = append(out, id)
		}
	}
	slices.SortFunc(out, func(a, b partner.ID) int {
		return cmp.Or(t.toForfeit[a].Compare(t.toForfeit[b]), cmp.Compare(a, b))
	})
	return out[:min(len(out), max(limit, 0))], nil
}
