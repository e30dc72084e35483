package memstore

import (
	"context"
	"slices"

	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

// LockRuns reads: one Update runs at a time.
func (t *tx) LockRuns(ctx context.Context, ids []settlement.RunID) ([]settlement.Run, error) {
	if err := t.writes(ctx); err != nil {
		return nil, err
	}
	out, err := t.Runs(ctx, ids)
	if err != nil {
		return nil, err
	}
	for i, id := range ids {
		out[i].ID = id
	}
	return out, nil
}

func (t *tx) SaveRuns(ctx context.Context, runs []settlement.Run) error {
	if err := t.writes(ctx); err != nil {
		return err
	}
	for _, r := range runs {
		if r.Revision != t.runs.values[r.ID].Revision+1 {
			return store.ErrStale
		}
		t.runs.set(t, r.ID, r)
	}
	return nil
}

func (t *tx) Runs(ctx context.Context, ids []settlement.RunID) ([]settlement.Run, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	out := make([]settlement.Run, len(ids))
	for i, id := range ids {
		out[i] = t.runs.values[id]
	}
	return out, nil
}

func (t *tx) ScanRuns(ctx context.Context, after settlement.RunID, limit int) ([]settlement.Run, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	var out []settlement.Run
	for _, id := range t.runs.after(after, limit) {
		out = append(out, t.runs.values[id])
	}
	return out, nil
}

func (t *tx) ReleasingRuns(ctx context.Context, skip []settlement.RunID, limit int) ([]settlement.RunID, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	var out []settlement.RunID
	for id, r := range t.runs.values {
		if r.Releasing() && !slices.Contains(skip, id) {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return out[:min(len(out), max(limit, 0))], nil
}
