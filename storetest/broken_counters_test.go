package storetest

import (
	"context"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/store/memstore"
)

func brokenCounters() []broken {
	return []broken{
		{mistake: "a counter has no most", open: with(func(tx store.Tx) store.Tx { return boundless{tx} }), killers: list(
			"counters/a counter may reach the most of a change and not exceed it", "concurrency/reservations at once take exactly as often as what is left lasts")},
		{mistake: "a counter stays below the most", open: with(func(tx store.Tx) store.Tx { return shortOne{tx} }), killers: list(
			"counters/a counter may reach the most of a change and not exceed it")},
		{mistake: "counters are changed one by one", open: with(func(tx store.Tx) store.Tx { return countsOneByOne{tx} }), killers: list(
			"counters/none of a call's changes takes effect where one exceeds its most")},
		{mistake: "customers share a counter", open: with(func(tx store.Tx) store.Tx { return sharedCounter{tx} }), killers: list(
			"counters/a counter is the sum of its changes, and those of a campaign, its customers and others are counted apart",
			"ids/customers of counters are compared byte by byte")},
		{mistake: "what a counter stood at before is taken for what it stands at", open: lostCount, killers: list(
			"counters/a change is judged on the counter as it is now, own changes too")},
		{mistake: "LockCounters returns what was committed", open: func(m *memstore.Store) store.Store {
			return with(func(tx store.Tx) store.Tx { return &committedCounters{Tx: tx} })(m)
		}, killers: list("counters/a change is judged on the counter as it is now, own changes too")},
	}
}

type boundless struct{ store.Tx }

func (b boundless) ChangeCounters(ctx context.Context, changes []store.CounterChange) error {
	free := append([]store.CounterChange{}, changes...)
	for i := range free {
		free[i].Most = nil
	}
	return b.Tx.ChangeCounters(ctx, free)
}

type shortOne struct{ store.Tx }

func (b shortOne) ChangeCounters(ctx context.Context, changes []store.CounterChange) error {
	less := append([]store.CounterChange{}, changes...)
	for i := range less {
		if less[i].Most != nil {
			most, _ := less[i].Most.Sub(cny.Minor(1))
			less[i].Most = &most
		}
	}
	return b.Tx.ChangeCounters(ctx, less)
}

type countsOneByOne struct{ store.Tx }

func (c countsOneByOne) ChangeCounters(ctx context.Context, changes []store.CounterChange) error {
	for _, change := range changes {
		if err := c.Tx.ChangeCounters(ctx, list(change)); err != nil {
			return err
		}
	}
	return nil
}

// sharedCounter has one counter for all customers of a campaign, which is that of its budget too.
type sharedCounter struct{ store.Tx }

func (s sharedCounter) ChangeCounters(ctx context.Context, changes []store.CounterChange) error {
	shared := append([]store.CounterChange{}, changes...)
	for i := range shared {
		shared[i].Customer = ""
	}
	return s.Tx.ChangeCounters(ctx, shared)
}

func (s sharedCounter) Counters(ctx context.Context, keys []store.CounterKey) ([]money.Amount, error) {
	shared := append([]store.CounterKey{}, keys...)
	for i := range shared {
		shared[i].Customer = ""
	}
	return s.Tx.Counters(ctx, shared)
}

// firstCount judges every change of a transaction on what the counter stood at when it began.
type firstCount struct {
	store.Tx
	seen map[store.CounterKey]money.Amount
}

func lostCount(m *memstore.Store) store.Store {
	return with(func(tx store.Tx) store.Tx { return firstCount{tx, map[store.CounterKey]money.Amount{}} })(m)
}

func (f firstCount) ChangeCounters(ctx context.Context, changes []store.CounterChange) error {
	for _, c := range changes {
		before, ok := f.seen[c.CounterKey]
		if !ok {
			now, err := f.Counters(ctx, list(c.CounterKey))
			if err != nil {
				return err
			}
			before = now[0]
			f.seen[c.CounterKey] = before
		}
		after, err := before.Add(c.Amount)
		if err != nil {
			return err
		}
		if c.Most != nil && after.Cmp(*c.Most) > 0 {
			return store.ErrStale
		}
		c.Most = nil
		if err := f.Tx.ChangeCounters(ctx, list(c)); err != nil {
			return err
		}
	}
	return nil
}

// committedCounters is a transaction that does not see what it has counted itself.
type committedCounters struct {
	store.Tx
	own map[store.CounterKey]money.Amount
}

func (c *committedCounters) ChangeCounters(ctx context.Context, changes []store.CounterChange) error {
	if c.own == nil {
		c.own = map[store.CounterKey]money.Amount{}
	}
	for _, change := range changes {
		c.own[change.CounterKey], _ = c.own[change.CounterKey].Add(change.Amount)
	}
	return c.Tx.ChangeCounters(ctx, changes)
}

func (c *committedCounters) LockCounters(ctx context.Context, keys []store.CounterKey) ([]money.Amount, error) {
	now, err := c.Tx.LockCounters(ctx, keys)
	for i := range now {
		now[i], _ = now[i].Sub(c.own[keys[i]])
	}
	return now, err
}
