package storetest

import (
	"context"
	"sync"
	"time"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/store/memstore"
)

func brokenLedgers() []broken {
	return []broken{
		{mistake: "amounts go through float64", open: with(func(tx store.Tx) store.Tx { return floats{tx} }), killers: list("balances/a balance keeps amounts of 38 digits and refuses more")},
		{mistake: "a change is made whatever it needs", open: with(func(tx store.Tx) store.Tx { return needless{tx} }), killers: list(
			"balances/a change that needs more than is available changes nothing", "concurrency/debits at once take exactly as often as what is available lasts")},
		{mistake: "changes before the one that fails stay", open: with(func(tx store.Tx) store.Tx { return oneByOne{tx} }), killers: list(
			"balances/none of a call's changes takes effect where one needs more than is available")},
		{mistake: "rows that are not folded are not pending", open: with(func(tx store.Tx) store.Tx { return foldedOnly{tx} }), killers: list(
			"balances/Pending counts rows that are not folded, and what was folded into the balance")},
		{mistake: "rows are folded twice", open: func(m *memstore.Store) store.Store {
			last := &foldedRows{}
			return with(func(tx store.Tx) store.Tx { return forgetful{tx, last} })(m)
		}, killers: list("ledger/FoldRows takes each row once")},
		{mistake: "rows are released twice", open: func(m *memstore.Store) store.Store {
			last := &foldedRows{}
			return with(func(tx store.Tx) store.Tx { return rereleasing{tx, last} })(m)
		}, killers: list("ledger/ReleaseRows takes each row once")},
		{mistake: "ReleaseRows returns rows as they are after it", open: with(func(tx store.Tx) store.Tx { return afterwards{tx} }), killers: list(
			"ledger/a row that is released before it was folded is folded by it")},
		{mistake: "orders are due a microsecond early", open: with(func(tx store.Tx) store.Tx { return dueOff{tx, time.Microsecond} }), killers: list(
			"orders/an order is due at its ReleaseAt, and not a microsecond before")},
		{mistake: "orders are due a microsecond late", open: with(func(tx store.Tx) store.Tx { return dueOff{tx, -time.Microsecond} }), killers: list(
			"orders/an order is due at its ReleaseAt, and not a microsecond before")},
		{mistake: "numbers of events have gaps", open: with(func(tx store.Tx) store.Tx { return gapped{tx} }), killers: list(
			"events/NumberEvents goes on from the last number without a gap, at most limit at a time",
			"concurrency/numbers have no gap and a reader misses none while events are written")},
	}
}

type floats struct{ store.Tx }

func (f floats) ChangeBalances(ctx context.Context, changes []settlement.Change) error {
	for _, c := range changes {
		for _, a := range []*money.Amount{&c.Pending, &c.Net, &c.Paid, &c.Fees} {
			number, _ := a.Units().Big(nil).Float64()
			if rounded := int64(number); number < 1<<62 && number > -1<<62 {
				*a = a.Currency().Minor(rounded)
			}
		}
		if err := f.Tx.ChangeBalances(ctx, list(c)); err != nil {
			return err
		}
	}
	return nil
}

type needless struct{ store.Tx }

func (n needless) ChangeBalances(ctx context.Context, changes []settlement.Change) error {
	free := append([]settlement.Change{}, changes...)
	for i := range free {
		free[i].Need = money.Amount{}
	}
	return n.Tx.ChangeBalances(ctx, free)
}

type oneByOne struct{ store.Tx }

func (o oneByOne) ChangeBalances(ctx context.Context, changes []settlement.Change) error {
	for _, c := range changes {
		if err := o.Tx.ChangeBalances(ctx, list(c)); err != nil {
			return err
		}
	}
	return nil
}

type foldedOnly struct{ store.Tx }

func (f foldedOnly) Balances(ctx context.Context, ids []partner.ID) ([][]settlement.Balance, error) {
	all, err := f.Tx.Balances(ctx, ids)
	for i := range all {
		rows, err := f.Tx.PartnerRows(ctx, ids[i], store.RowCursor{}, 1000)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			for j := range all[i] {
				if b := &all[i][j]; r.Folded.IsZero() && b.Currency() == r.Amount.Currency() {
					b.Pending, _ = b.Pending.Sub(r.Amount)
				}
			}
		}
	}
	return all, err
}

type foldedRows struct {
	mu   sync.Mutex
	rows []settlement.Row
}

// again returns rows, or once more the last ones where there are none.
func (f *foldedRows) again(rows []settlement.Row) []settlement.Row {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(rows) == 0 {
		rows, f.rows = f.rows, nil
		return rows
	}
	f.rows = rows
	return rows
}

type forgetful struct {
	store.Tx
	last *foldedRows
}

func (f forgetful) FoldRows(ctx context.Context, limit int, instant time.Time) ([]settlement.Row, error) {
	rows, err := f.Tx.FoldRows(ctx, limit, instant)
	return f.last.again(rows), err
}

type rereleasing struct {
	store.Tx
	last *foldedRows
}

func (r rereleasing) ReleaseRows(ctx context.Context, sources []settlement.Source, instant time.Time) ([]settlement.Row, error) {
	rows, err := r.Tx.ReleaseRows(ctx, sources, instant)
	return r.last.again(rows), err
}

type afterwards struct{ store.Tx }

func (a afterwards) ReleaseRows(ctx context.Context, sources []settlement.Source, instant time.Time) ([]settlement.Row, error) {
	rows, err := a.Tx.ReleaseRows(ctx, sources, instant)
	for i := range rows {
		rows[i].Released = instant
		if rows[i].Folded.IsZero() {
			rows[i].Folded = instant
		}
	}
	return rows, err
}

type dueOff struct {
	store.Tx
	by time.Duration
}

func (d dueOff) DueOrders(ctx context.Context, instant time.Time, skip []commission.OrderID, limit int) ([]commission.OrderID, error) {
	return d.Tx.DueOrders(ctx, instant.Add(d.by), skip, limit)
}

type gapped struct{ store.Tx }

func (g gapped) Events(ctx context.Context, after int64, limit int) ([]store.Event, error) {
	events, err := g.Tx.Events(ctx, after/2, limit)
	for i := range events {
		events[i].Number *= 2
	}
	return events, err
}
