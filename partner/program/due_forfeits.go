package program

import (
	"context"
	"slices"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

// FailedForfeit is a partner who has left, of whom what is pending could not be taken, and why.
type FailedForfeit struct {
	Partner partner.ID
	Err     error
}

// forfeit looks through one batch of the rows of somebody who has forfeited what was pending, the newest first, and takes it. They are found in a transaction
// before the one that takes it, so that this one begins with its locks. What is posted meanwhile is taken where it is posted, or else where it is released. A run
// that is ahead of the clock takes only what is forfeited by the clock: until then orders are still paid that are forfeited, too.
func (r *dueRun) forfeit(ctx context.Context) (more bool, err error) {
	now := r.now
	if clock := r.shell.now(); clock.Before(now) {
		now = clock
	}
	var who settlement.Forfeits
	var rows []settlement.Row
	err = r.view(ctx, func(tx store.Tx) error {
		ids, err := tx.DueForfeits(ctx, now, r.leavers, 1)
		if err != nil || len(ids) == 0 {
			return err
		}
		found, err := tx.Forfeits(ctx, ids)
		if err != nil {
			return err
		}
		who = found[0]
		rows, err = tx.PartnerRows(ctx, who.Partner, cursorAt(who.Seen), r.config.Batch)
		return err
	})
	if err != nil || who.Partner == "" {
		return false, err
	}
	taken := 0
	err = r.store.Update(ctx, r.tenant, func(tx store.Tx) (err error) {
		c := r.call(ctx, tx)
		c.at = now
		taken, err = c.takeForfeits(who, rows, len(rows) < r.config.Batch)
		return err
	})
	switch {
	case err == nil:
		r.due.Forfeited += taken
	case r.joined || ctx.Err() != nil:
		return false, err
	default:
		r.config.Log.WarnContext(ctx, "what a partner has forfeited cannot be taken", "partner", who.Partner, "error", err)
		r.due.FailedForfeits = append(r.due.FailedForfeits, FailedForfeit{Partner: who.Partner, Err: err})
		r.leavers = append(r.leavers, who.Partner)
	}
	return true, nil
}

func cursorAt(p settlement.Place) store.RowCursor {
	return store.RowCursor{At: p.At, Source: p.Source, Revision: p.Revision, Currency: p.Zero.Currency()}
}

// takeForfeits takes what is pending of the sources of rows, and notes up to where the rows were looked through; last says that no others come after them.
func (c *call) takeForfeits(who settlement.Forfeits, rows []settlement.Row, last bool) (taken int, err error) {
	var ids []commission.OrderID
	parts := map[settlement.RunID][]settlement.Source{}
	for i := range rows {
		row := &rows[i]
		switch id := settlement.RunOf(row.Source); {
		case !row.Released.IsZero():
		case row.Source.Kind == settlement.OrderSource:
			ids = append(ids, commission.OrderID(row.Source.ID))
		case id != "" && !slices.Contains(parts[id], row.Source):
			parts[id] = append(parts[id], row.Source)
		}
	}
	slices.Sort(ids)
	orders, err := c.tx.LockOrders(c.ctx, slices.Compact(ids))
	if err != nil {
		return 0, err
	}
	runs, err := c.tx.LockRuns(c.ctx, sortedKeys(parts))
	if err != nil {
		return 0, err
	}
	var all []paying
	for i := range orders {
		orders[i].Revision++
		if orders[i].Released.IsZero() {
			all = append(all, payingOrder(&orders[i], nil))
		}
	}
	for i := range runs {
		runs[i].Revision++
		for _, part := range parts[runs[i].ID] {
			all = append(all, payingPart(&runs[i], part, nil))
		}
	}
	kept, err := c.forfeits(c.at, all...)
	if err != nil {
		return 0, err
	}
	changed := func(of settlement.Source) bool {
		return slices.ContainsFunc(kept, func(row settlement.Row) bool { return row.Source == settlement.OfForfeits(of) })
	}
	orders = slices.DeleteFunc(orders, func(o settlement.Order) bool { return !changed(settlement.OfOrder(o.ID)) })
	runs = slices.DeleteFunc(runs, func(run settlement.Run) bool { return !slices.ContainsFunc(parts[run.ID], changed) })
	return len(kept), inTurn(
		func() error { return c.tx.SaveOrders(c.ctx, orders) },
		func() error { return c.tx.SaveRuns(c.ctx, runs) },
		func() error { return c.seen(who, rows, last) },
		func() error { return c.addRows(kept) },
		func() error { return c.tellForfeits(kept) },
		func() error {
			if len(c.events) == 0 {
				return nil
			}
			return c.tx.AppendEvents(c.ctx, c.events)
		})
}

// seen notes up to where rows were looked through, unless somebody else has noted something since.
func (c *call) seen(who settlement.Forfeits, rows []settlement.Row, last bool) error {
	now, err := c.tx.LockForfeits(c.ctx, []partner.ID{who.Partner})
	if err != nil || now[0].Revision != who.Revision {
		return err
	}
	upTo := settlement.Place{}
	if n := len(rows); n > 0 {
		row := &rows[n-1]
		upTo = settlement.Place{At: row.At, Source: row.Source, Revision: row.Revision, Zero: row.Amount.Currency().Minor(0)}
	}
	return c.tx.SaveForfeits(c.ctx, []settlement.Forfeits{now[0].Look(upTo, last, c.at)})
}

// payingPart is a part of a period run with rows that come to it.
func payingPart(run *settlement.Run, part settlement.Source, added []settlement.Row) paying {
	return paying{of: part, revision: run.Revision, at: run.To, added: added}
}
