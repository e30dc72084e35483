package kvstore

import (
	"context"

	"github.com/fenrun/fenrun/settlement"
)

var runs = kind[settlement.Run, settlement.RunID]{
	table:    "runs",
	id:       func(r *settlement.Run) settlement.RunID { return r.ID },
	revision: func(r *settlement.Run) int64 { return r.Revision },
	indexes: func(t *tx, r *settlement.Run) []path {
		if !r.Releasing() {
			return nil
		}
		return []path{t.at("releasing runs").text(string(r.ID))}
	},
}

func (t *tx) LockRuns(ctx context.Context, ids []settlement.RunID) ([]settlement.Run, error) {
	return runs.lock(ctx, t, ids, func(r *settlement.Run, id settlement.RunID) { r.ID = id })
}

func (t *tx) SaveRuns(ctx context.Context, all []settlement.Run) error {
	return runs.save(ctx, t, all, nil)
}

func (t *tx) Runs(ctx context.Context, ids []settlement.RunID) ([]settlement.Run, error) {
	return runs.load(ctx, t, ids)
}

func (t *tx) ScanRuns(ctx context.Context, after settlement.RunID, limit int) ([]settlement.Run, error) {
	return runs.scan(ctx, t, after, limit)
}

func (t *tx) ReleasingRuns(ctx context.Context, skip []settlement.RunID, limit int) ([]settlement.RunID, error) {
	return without(ctx, t, t.at("releasing runs").under(), skip, limit)
}
