package storetest

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/store/memstore"
)

func brokenRuns() []broken {
	return []broken{
		{mistake: "the window of PaidOrders has its end in it", open: with(func(tx store.Tx) store.Tx { return closedWindow{tx} }), killers: list(
			"orders/PaidOrders begins at its first instant and ends before its last")},
		{mistake: "the window of PaidOrders has its beginning not in it", open: with(func(tx store.Tx) store.Tx { return openWindow{tx} }), killers: list(
			"orders/PaidOrders begins at its first instant and ends before its last")},
		{mistake: "PaidOrders goes by id", open: with(func(tx store.Tx) store.Tx { return paidByID{tx} }), killers: list(
			"orders/PaidOrders goes by its instant, then id, at most limit of them", "scans/PaidOrders returns everything in order, page by page, nothing twice")},
		{mistake: "PaidOrders goes on after the instant of its cursor", open: with(func(tx store.Tx) store.Tx { return tiesLost{tx} }), killers: list(
			"orders/PaidOrders goes on after its cursor, which need not be an order nor lie in the window",
			"scans/PaidOrders returns everything in order, page by page, nothing twice")},
		{mistake: "PaidOrders returns orders that are not posted", open: with(func(tx store.Tx) store.Tx { return parkedToo{tx} }), killers: list(
			"orders/only orders that are posted come from PaidOrders")},
		{mistake: "PaidOrders remembers orders whose transaction failed", open: func(m *memstore.Store) store.Store {
			known := &sync.Map{}
			return with(func(tx store.Tx) store.Tx { return paidForEver{tx, known} })(m)
		}, killers: list("orders/PaidOrders has nothing of a transaction that fails")},
		{mistake: "ReleasedOrders goes by when an order was due", open: with(func(tx store.Tx) store.Tx { return releasedByDue{tx} }), killers: list(
			"orders/ReleasedOrders begins at its first instant and ends before its last", "orders/only orders that are released come from ReleasedOrders")},
		{mistake: "ReleasedOrders goes by payment", open: with(func(tx store.Tx) store.Tx { return releasedByPayment{tx} }), killers: list(
			"orders/ReleasedOrders goes by its instant, then id, at most limit of them", "scans/ReleasedOrders returns everything in order, page by page, nothing twice")},
		{mistake: "a run is saved whatever its revision", open: with(func(tx store.Tx) store.Tx { return lastRunWins{tx} }), killers: list(
			"runs/a run is saved with the revision above the stored one and any other is ErrStale", "runs/a stale run keeps the others of its call from being saved")},
		{mistake: "ScanRuns is not ordered", open: with(func(tx store.Tx) store.Tx { return unorderedRuns{tx} }), killers: list(
			"scans/ScanRuns returns everything in order, page by page, nothing twice")},
		{mistake: "a run that is locked leaves a row", open: with(func(tx store.Tx) store.Tx { return lockInserts{tx} }), killers: list(
			"runs/LockRuns leaves nothing of a run that does not exist")},
		{mistake: "runs that are reversed are not released", open: with(func(tx store.Tx) store.Tx { return committedOnly{tx} }), killers: list(
			"runs/a run waits to be released while it is committed or reversed and has parts that are not")},
		{mistake: "what is to be skipped takes a place in the limit", open: with(func(tx store.Tx) store.Tx { return skipAfterwards{tx} }), killers: list(
			"runs/ReleasingRuns goes by id, at most limit of them, and leaves out what is to be skipped")},
		{mistake: "a run forgets its period", open: with(func(tx store.Tx) store.Tx { return noPeriod{tx} }), killers: list(
			"values/runs come back as they were, field by field")},
	}
}

type closedWindow struct{ store.Tx }

func (c closedWindow) PaidOrders(ctx context.Context, from, to time.Time, after store.OrderCursor, limit int) ([]settlement.Order, error) {
	return c.Tx.PaidOrders(ctx, from, to.Add(time.Microsecond), after, limit)
}

type openWindow struct{ store.Tx }

func (o openWindow) PaidOrders(ctx context.Context, from, to time.Time, after store.OrderCursor, limit int) ([]settlement.Order, error) {
	return o.Tx.PaidOrders(ctx, from.Add(time.Microsecond), to, after, limit)
}

type paidByID struct{ store.Tx }

func (p paidByID) PaidOrders(ctx context.Context, from, to time.Time, after store.OrderCursor, limit int) ([]settlement.Order, error) {
	all, err := p.Tx.PaidOrders(ctx, from, to, store.OrderCursor{}, 1000)
	slices.SortFunc(all, func(a, b settlement.Order) int { return cmp.Compare(a.ID, b.ID) })
	all = slices.DeleteFunc(all, func(o settlement.Order) bool { return o.ID <= after.ID })
	return all[:min(len(all), max(limit, 0))], err
}

type tiesLost struct{ store.Tx }

func (l tiesLost) PaidOrders(ctx context.Context, from, to time.Time, after store.OrderCursor, limit int) ([]settlement.Order, error) {
	if !after.At.IsZero() {
		after.ID = "\U0010ffff\U0010ffff"
	}
	return l.Tx.PaidOrders(ctx, from, to, after, limit)
}

type parkedToo struct{ store.Tx }

func (p parkedToo) PaidOrders(ctx context.Context, from, to time.Time, after store.OrderCursor, limit int) ([]settlement.Order, error) {
	paid, err := p.Tx.PaidOrders(ctx, from, to, after, limit)
	if err != nil {
		return nil, err
	}
	all, err := p.Tx.ScanOrders(ctx, "", 1000)
	for _, o := range all {
		if !o.Posted && !o.PaidAt.IsZero() {
			paid = append(paid, o)
		}
	}
	return paid, err
}

type paidForEver struct {
	store.Tx
	known *sync.Map
}

func (p paidForEver) SaveOrders(ctx context.Context, orders []settlement.Order) error {
	for _, o := range orders {
		p.known.Store(o.ID, o)
	}
	return p.Tx.SaveOrders(ctx, orders)
}

func (p paidForEver) PaidOrders(ctx context.Context, from, to time.Time, after store.OrderCursor, limit int) ([]settlement.Order, error) {
	var all []settlement.Order
	p.known.Range(func(_, o any) bool {
		all = append(all, o.(settlement.Order))
		return true
	})
	slices.SortFunc(all, func(a, b settlement.Order) int { return a.PaidAt.Compare(b.PaidAt) })
	return all, nil
}

type releasedByDue struct{ store.Tx }

func (r releasedByDue) ReleasedOrders(ctx context.Context, from, to time.Time, after store.OrderCursor, limit int) ([]settlement.Order, error) {
	all, err := r.Tx.ScanOrders(ctx, "", 1000)
	all = slices.DeleteFunc(all, func(o settlement.Order) bool {
		return o.ReleaseAt.Before(from) || !o.ReleaseAt.Before(to) || o.ID <= after.ID
	})
	return all[:min(len(all), max(limit, 0))], err
}

type releasedByPayment struct{ store.Tx }

func (r releasedByPayment) ReleasedOrders(ctx context.Context, from, to time.Time, after store.OrderCursor, limit int) ([]settlement.Order, error) {
	some, err := r.Tx.ReleasedOrders(ctx, from, to, after, limit)
	slices.SortStableFunc(some, func(a, b settlement.Order) int { return cmp.Or(a.PaidAt.Compare(b.PaidAt), cmp.Compare(a.ID, b.ID)) })
	return some, err
}

type lastRunWins struct{ store.Tx }

func (l lastRunWins) SaveRuns(ctx context.Context, runs []settlement.Run) error {
	for _, r := range runs {
		stored, err := l.Tx.Runs(ctx, list(r.ID))
		if err != nil {
			return err
		}
		r.Revision = stored[0].Revision + 1
		if err := l.Tx.SaveRuns(ctx, list(r)); err != nil {
			return err
		}
	}
	return nil
}

type unorderedRuns struct{ store.Tx }

func (u unorderedRuns) ScanRuns(ctx context.Context, after settlement.RunID, limit int) ([]settlement.Run, error) {
	page, err := u.Tx.ScanRuns(ctx, after, limit)
	if len(page) > 2 {
		page[0], page[1] = page[1], page[0]
	}
	return page, err
}

type lockInserts struct{ store.Tx }

func (l lockInserts) LockRuns(ctx context.Context, ids []settlement.RunID) ([]settlement.Run, error) {
	runs, err := l.Tx.LockRuns(ctx, ids)
	if err != nil {
		return nil, err
	}
	for _, r := range runs {
		if r.Revision == 0 {
			r.Revision = 1
			if err := l.Tx.SaveRuns(ctx, list(r)); err != nil {
				return nil, err
			}
		}
	}
	return runs, nil
}

type committedOnly struct{ store.Tx }

func (c committedOnly) ReleasingRuns(ctx context.Context, skip []settlement.RunID, limit int) ([]settlement.RunID, error) {
	ids, err := c.Tx.ReleasingRuns(ctx, skip, limit)
	if err != nil {
		return nil, err
	}
	runs, err := c.Tx.Runs(ctx, ids)
	var some []settlement.RunID
	for _, r := range runs {
		if r.State == settlement.RunCommitted {
			some = append(some, r.ID)
		}
	}
	return some, err
}

type skipAfterwards struct{ store.Tx }

func (s skipAfterwards) ReleasingRuns(ctx context.Context, skip []settlement.RunID, limit int) ([]settlement.RunID, error) {
	ids, err := s.Tx.ReleasingRuns(ctx, nil, limit)
	return slices.DeleteFunc(ids, func(id settlement.RunID) bool { return slices.Contains(skip, id) }), err
}

type noPeriod struct{ store.Tx }

func (n noPeriod) SaveRuns(ctx context.Context, runs []settlement.Run) error {
	bare := slices.Clone(runs)
	for i := range bare {
		bare[i].Period = commission.Period{}
	}
	return n.Tx.SaveRuns(ctx, bare)
}
