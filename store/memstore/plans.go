package memstore

import (
	"context"
	"slices"

	"github.com/fenrun/fenrun/store"
)

func (t *tx) AddPlan(ctx context.Context, plan store.PlanVersion) error {
	if err := t.writes(ctx); err != nil {
		return err
	}
	if plan.Version != len(t.plans)+1 {
		return store.ErrStale
	}
	push(t, &t.plans, clonePlan(plan))
	return nil
}

func (t *tx) Plans(ctx context.Context, first int) ([]store.PlanVersion, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	var out []store.PlanVersion
	for i := max(first, 1) - 1; i < len(t.plans); i++ {
		out = append(out, clonePlan(t.plans[i]))
	}
	return out, nil
}

func clonePlan(p store.PlanVersion) store.PlanVersion {
	p.Text = slices.Clone(p.Text)
	return p
}
