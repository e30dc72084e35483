package sqlstore

import (
	"context"
	"time"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

var noForfeits = []any{int64(0), micros(time.Time{}), currentFormat, ""}

// scanForfeits reads somebody's forfeits; those that are only locked have nothing but their partner.
func scanForfeits(scan func(...any) error) (settlement.Forfeits, error) {
	var f settlement.Forfeits
	var id, text string
	var revision, due, format int64
	if err := scan(&id, &revision, &due, &format, &text); err != nil {
		return f, err
	}
	if revision > 0 {
		if err := read(format, text, &f); err != nil {
			return f, err
		}
	}
	f.Partner, f.Revision = partner.ID(id), revision
	return f, nil
}

func (t *tx) lockedForfeits(ctx context.Context, partners []partner.ID) (map[partner.ID]settlement.Forfeits, error) {
	found := map[partner.ID]settlement.Forfeits{}
	err := t.lock(ctx, &forfeitsTable, singles(partners), noForfeits, func(scan func(...any) error) error {
		f, err := scanForfeits(scan)
		found[f.Partner] = f
		return err
	})
	return found, err
}

func (t *tx) LockForfeits(ctx context.Context, partners []partner.ID) ([]settlement.Forfeits, error) {
	if err := t.writes(ctx); err != nil {
		return nil, err
	}
	found, err := t.lockedForfeits(ctx, partners)
	return clones(inOrder(partners, found)), err
}

func (t *tx) SaveForfeits(ctx context.Context, forfeits []settlement.Forfeits) error {
	if err := t.writes(ctx); err != nil || len(forfeits) == 0 {
		return err
	}
	partners := make([]partner.ID, len(forfeits))
	for i, f := range forfeits {
		partners[i] = f.Partner
	}
	stored, err := t.lockedForfeits(ctx, partners)
	if err != nil {
		return err
	}
	last := map[string][]any{}
	for _, f := range forfeits {
		if f.Revision != stored[f.Partner].Revision+1 {
			return store.ErrStale
		}
		stored[f.Partner] = f
		text, err := document(f)
		if err != nil {
			return err
		}
		key := []any{string(f.Partner)}
		last[keyText(key)] = append(key, f.Revision, micros(f.Due), currentFormat, text)
	}
	t.wrote = true
	return t.insert(ctx, &forfeitsTable, latest(singles(partners), last), upsert)
}

func (t *tx) Forfeits(ctx context.Context, partners []partner.ID) ([]settlement.Forfeits, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	found := map[partner.ID]settlement.Forfeits{}
	err := t.selecting(ctx, &forfeitsTable, sortedKeys(singles(partners)), false, func(scan func(...any) error) error {
		f, err := scanForfeits(scan)
		if f.Revision > 0 {
			found[f.Partner] = f
		}
		return err
	})
	return clones(inOrder(partners, found)), err
}

func (t *tx) ScanForfeits(ctx context.Context, after partner.ID, limit int) ([]settlement.Forfeits, error) {
	var out []settlement.Forfeits
	err := t.scanning(ctx, &forfeitsTable, " AND revision > 0", []any{string(after)}, limit, func(scan func(...any) error) error {
		f, err := scanForfeits(scan)
		out = append(out, f)
		return err
	})
	return out, err
}

func (t *tx) DueForfeits(ctx context.Context, instant time.Time, skip []partner.ID, limit int) ([]partner.ID, error) {
	if err := t.reads(ctx); err != nil || limit < 1 {
		return nil, err
	}
	q := t.query("SELECT id FROM {forfeits} WHERE tenant = ? AND due > "+never+" AND due <= ?", t.tenant, micros(instant))
	return ids[partner.ID](ctx, t, t.skipping(q.without(forfeitsTable.key, singles(skip)).add(" ORDER BY due, id LIMIT ?", int64(limit))))
}
