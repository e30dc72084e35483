package kvstore

import (
	"context"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/store"
)

func (t *tx) counterKey(k store.CounterKey) path {
	return t.at("counters").text(k.Campaign).text(string(k.Customer))
}

func (t *tx) LockCounters(ctx context.Context, all []store.CounterKey) ([]money.Amount, error) {
	if err := t.writes(ctx); err != nil {
		return nil, err
	}
	if _, err := t.lock(ctx, keys(all, t.counterKey)); err != nil {
		return nil, err
	}
	return t.Counters(ctx, all)
}

func (t *tx) Counters(ctx context.Context, all []store.CounterKey) ([]money.Amount, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	counters, err := load[store.Counter](ctx, t, keys(all, t.counterKey))
	if err != nil {
		return nil, err
	}
	out := make([]money.Amount, len(counters))
	for i := range counters {
		out[i] = counters[i].Amount
	}
	return out, nil
}

func (t *tx) ChangeCounters(ctx context.Context, changes []store.CounterChange) error {
	if err := t.writes(ctx); err != nil {
		return err
	}
	if _, err := t.lock(ctx, keys(changes, func(c store.CounterChange) path { return t.counterKey(c.CounterKey) })); err != nil {
		return err
	}
	after := map[store.CounterKey]money.Amount{}
	for _, c := range changes {
		now, ok := after[c.CounterKey]
		if !ok {
			counter, err := decode[store.Counter](t.now(t.counterKey(c.CounterKey)))
			if err != nil {
				return t.fail(err)
			}
			now = counter.Amount
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
	for k, amount := range after {
		if amount.IsZero() { // so that a scan meets only those that are not
			t.remove(t.counterKey(k))
			continue
		}
		if err := write(t, t.counterKey(k), store.Counter{CounterKey: k, Amount: amount}); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) ScanCounters(ctx context.Context, after store.CounterKey, limit int) ([]store.Counter, error) {
	return scanned[store.Counter](ctx, t, t.at("counters").page(t.counterKey(after), limit))
}
