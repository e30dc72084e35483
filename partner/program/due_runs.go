package program

import (
	"context"
	"slices"
	"time"

	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

// FailedRun is a period run of which a part could not be released, and why.
type FailedRun struct {
	Run settlement.RunID
	Err error
}

// releaseRuns releases the next part of a committed run.
func (r *dueRun) releaseRuns(ctx context.Context) (more bool, err error) {
	var ids []settlement.RunID
	released := false
	err = r.store.Update(ctx, r.tenant, func(tx store.Tx) error {
		released = false
		if ids, err = tx.ReleasingRuns(ctx, r.runs, 1); err != nil || len(ids) == 0 {
			return err
		}
		c := r.call(ctx, tx)
		runs, err := tx.LockRuns(ctx, ids)
		if err != nil || !runs[0].Releasing() {
			return err
		}
		run, source, err := runs[0].Release()
		if err != nil {
			return err
		}
		if err := tx.SaveRuns(ctx, []settlement.Run{run}); err != nil {
			return err
		}
		released = true
		kept, err := c.forfeits(r.now, payingPart(&run, source, nil))
		if err != nil {
			return err
		}
		if err := c.addRows(kept); err != nil {
			return err
		}
		if err := c.tellForfeits(kept); err != nil {
			return err
		}
		if err := c.releaseRows([]settlement.Source{source}, r.now); err != nil || len(c.events) == 0 {
			return err
		}
		return tx.AppendEvents(ctx, c.events)
	})
	switch {
	case err == nil && released:
		r.due.Parts++
	case err != nil && (r.joined || len(ids) == 0 || ctx.Err() != nil):
		return false, err
	case err != nil:
		r.config.Log.WarnContext(ctx, "a run cannot be released", "run", ids[0], "error", err)
		r.due.FailedRuns = append(r.due.FailedRuns, FailedRun{Run: ids[0], Err: err})
		r.runs = append(r.runs, ids[0])
	}
	return len(ids) > 0, nil
}

// releaseRows makes the rows of sources available, less what the shop keeps of them.
func (c *call) releaseRows(sources []settlement.Source, now time.Time) error {
	any, err := c.anyForfeit()
	if err != nil {
		return err
	}
	if any {
		for _, of := range slices.Clone(sources) {
			sources = append(sources, settlement.OfForfeits(of))
		}
	}
	rows, err := c.tx.ReleaseRows(c.ctx, sources, now)
	if err != nil {
		return err
	}
	changes, err := changesByPayee(rows, func(row *settlement.Row) settlement.Change {
		change := settlement.Change{Net: row.Amount}
		if !row.Folded.IsZero() {
			change.Pending = row.Amount.Neg()
		}
		return change
	})
	if err != nil {
		return err
	}
	return c.tx.ChangeBalances(c.ctx, changes)
}
