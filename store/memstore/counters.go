package memstore

import (
	"cmp"
	"context"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/store"
)

// LockCounters reads: one Update runs at a time.
func (t *tx) LockCounters(ctx context.Context, keys []store.CounterKey) ([]money.Amount, error) {
	if err := t.writes(ctx); err != nil {
		return nil, err
	}
	return t.Counters(ctx, keys)
}

func (t *tx) Counters(ctx context.Context, keys []store.CounterKey) ([]money.Amount, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	out := make([]money.Amount, len(keys))
	for i, key := range keys {
		out[i] = t.counters[key]
	}
	return out, nil
}

func (t *tx) ChangeCounters(ctx context.Context, changes []store.CounterChange) error {
	if err := t.writes(ctx); err != nil {
		return err
	}
	after := make(map[store.CounterKey]money.Amount, len(changes))
	for _, c := range changes {
		now, ok := after[c.CounterKey]
		if !ok {
			now = t.counters[c.CounterKey]
		}
		now, err := now.Add(c.Amount)
		if err != nil {
			return err
		}
		if c.Most != nil && now.Units().Cmp(c.Most.Units()) > 0 {
			return store.ErrStale
		}
		after[c.CounterKey] = now
	}
	for key, amount := range after {
		put(t, t.counters, key, amount)
	}
	return nil
}

func (t *tx) ScanCounters(ctx context.Context, after store.CounterKey, limit int) ([]store.Counter, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	var all []store.Counter
	for key, amount := range t.counters {
		if !amount.IsZero() {
			all = append(all, store.Counter{CounterKey: key, Amount: amount})
		}
	}
	return page(all, func(a, b store.Counter) int {
		return cmp.Or(cmp.Compare(a.Campaign, b.Campaign), cmp.Compare(a.Customer, b.Customer))
	}, store.Counter{CounterKey: after}, limit), nil
}
