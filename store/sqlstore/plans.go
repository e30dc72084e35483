package sqlstore

import (
	"context"
	"slices"

	"github.com/fenrun/fenrun/store"
)

func (t *tx) AddPlan(ctx context.Context, plan store.PlanVersion) error {
	if err := t.writes(ctx); err != nil {
		return err
	}
	counts, err := t.head(ctx, "plans", []string{""})
	if err != nil {
		return err
	}
	if int64(plan.Version) != counts[""]+1 {
		return store.ErrStale
	}
	t.wrote = true
	tuple := slices.Concat([]any{int64(plan.Version), micros(plan.From), plan.Hash, string(plan.Text)}, recordOf(plan.Record))
	if err := t.insert(ctx, &plansTable, [][]any{tuple}, fresh); err != nil {
		return err
	}
	return t.setHead(ctx, "plans", map[string]int64{"": int64(plan.Version)})
}

func (t *tx) Plans(ctx context.Context, first int) ([]store.PlanVersion, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	var out []store.PlanVersion
	q := t.query("SELECT "+list(plansTable.key, plansTable.rest)+" FROM {plans} WHERE tenant = ? AND version >= ? ORDER BY version", t.tenant, int64(first))
	err := t.each(ctx, q, func(scan func(...any) error) error {
		var p store.PlanVersion
		var from int64
		var r scanned
		err := scan(append([]any{&p.Version, &from, &p.Hash, &p.Text}, r.into()...)...)
		p.From, p.Record = moment(from), r.record()
		out = append(out, p)
		return err
	})
	return out, err
}
