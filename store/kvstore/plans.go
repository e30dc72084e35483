package kvstore

import (
	"context"

	"github.com/fenrun/fenrun/store"
)

func (t *tx) planKey(version int) path { return t.at("plans").number(int64(version)) }

func (t *tx) AddPlan(ctx context.Context, plan store.PlanVersion) error {
	if err := t.writes(ctx); err != nil {
		return err
	}
	last := t.at("last plan")
	versions, err := locked[int](ctx, t, []path{last})
	if err != nil {
		return err
	}
	if plan.Version != versions[0]+1 {
		return store.ErrStale
	}
	if err := write(t, last, plan.Version); err != nil {
		return err
	}
	return write(t, t.planKey(plan.Version), plan)
}

func (t *tx) Plans(ctx context.Context, first int) ([]store.PlanVersion, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	plans, err := scans[store.PlanVersion](ctx, t, []Range{{From: string(t.planKey(first)), To: t.at("plans").last()}})
	if err != nil {
		return nil, err
	}
	return plans[0], nil
}
