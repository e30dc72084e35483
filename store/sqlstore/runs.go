package sqlstore

import (
	"context"

	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

var noRun = []any{int64(0), int64(0), currentFormat, ""}

// scanRun reads a run; one that is only locked has nothing but its id.
func scanRun(scan func(...any) error) (settlement.Run, error) {
	var r settlement.Run
	var id, text string
	var revision, releasing, format int64
	if err := scan(&id, &revision, &releasing, &format, &text); err != nil {
		return r, err
	}
	if revision > 0 {
		if err := read(format, text, &r); err != nil {
			return r, err
		}
	}
	r.ID, r.Revision = settlement.RunID(id), revision
	return r, nil
}

func (t *tx) LockRuns(ctx context.Context, ids []settlement.RunID) ([]settlement.Run, error) {
	if err := t.writes(ctx); err != nil {
		return nil, err
	}
	found, err := t.lockedRuns(ctx, ids)
	return inOrder(ids, found), err
}

func (t *tx) lockedRuns(ctx context.Context, ids []settlement.RunID) (map[settlement.RunID]settlement.Run, error) {
	found := map[settlement.RunID]settlement.Run{}
	err := t.lock(ctx, &runsTable, singles(ids), noRun, func(scan func(...any) error) error {
		r, err := scanRun(scan)
		found[r.ID] = r
		return err
	})
	return found, err
}

func (t *tx) SaveRuns(ctx context.Context, runs []settlement.Run) error {
	if err := t.writes(ctx); err != nil || len(runs) == 0 {
		return err
	}
	ids := make([]settlement.RunID, len(runs))
	for i, r := range runs {
		ids[i] = r.ID
	}
	stored, err := t.lockedRuns(ctx, ids)
	if err != nil {
		return err
	}
	last := map[string][]any{}
	for _, r := range runs {
		if r.Revision != stored[r.ID].Revision+1 {
			return store.ErrStale
		}
		stored[r.ID] = r
		text, err := document(r)
		if err != nil {
			return err
		}
		last[keyText([]any{string(r.ID)})] = []any{string(r.ID), r.Revision, flag(r.Releasing()), currentFormat, text}
	}
	t.wrote = true
	return t.insert(ctx, &runsTable, latest(singles(ids), last), upsert)
}

func (t *tx) Runs(ctx context.Context, ids []settlement.RunID) ([]settlement.Run, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	found := map[settlement.RunID]settlement.Run{}
	err := t.selecting(ctx, &runsTable, sortedKeys(singles(ids)), false, func(scan func(...any) error) error {
		r, err := scanRun(scan)
		if r.Revision > 0 {
			found[r.ID] = r
		}
		return err
	})
	return inOrder(ids, found), err
}

func (t *tx) ScanRuns(ctx context.Context, after settlement.RunID, limit int) ([]settlement.Run, error) {
	var out []settlement.Run
	err := t.scanning(ctx, &runsTable, " AND revision > 0", []any{string(after)}, limit, func(scan func(...any) error) error {
		r, err := scanRun(scan)
		out = append(out, r)
		return err
	})
	return out, err
}

func (t *tx) ReleasingRuns(ctx context.Context, skip []settlement.RunID, limit int) ([]settlement.RunID, error) {
	if err := t.reads(ctx); err != nil || limit < 1 {
		return nil, err
	}
	q := t.query("SELECT id FROM {runs} WHERE tenant = ? AND releasing = 1", t.tenant)
	return ids[settlement.RunID](ctx, t, t.skipping(q.without(runsTable.key, singles(skip)).add(" ORDER BY id LIMIT ?", int64(limit))))
}
