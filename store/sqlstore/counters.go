package sqlstore

import (
	"context"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/store"
)

func counterKeys(keys []store.CounterKey) [][]any {
	tuples := make([][]any, len(keys))
	for i, k := range keys {
		tuples[i] = []any{k.Campaign, string(k.Customer)}
	}
	return tuples
}

var noCounter = []any{"0", "", int64(0)}

func scanCounter(scan func(...any) error) (store.Counter, error) {
	var c store.Counter
	var units, code string
	var scale int64
	if err := scan(&c.Campaign, &c.Customer, &units, &code, &scale); err != nil {
		return c, err
	}
	var err error
	c.Amount, err = amountOf(units, code, scale)
	return c, err
}

// into puts counters by key.
func into(found map[store.CounterKey]money.Amount) func(scan func(...any) error) error {
	return func(scan func(...any) error) error {
		c, err := scanCounter(scan)
		found[c.CounterKey] = c.Amount
		return err
	}
}

func (t *tx) LockCounters(ctx context.Context, keys []store.CounterKey) ([]money.Amount, error) {
	if err := t.writes(ctx); err != nil {
		return nil, err
	}
	found := map[store.CounterKey]money.Amount{}
	err := t.lock(ctx, &countersTable, counterKeys(keys), noCounter, into(found))
	return inOrder(keys, found), err
}

func (t *tx) Counters(ctx context.Context, keys []store.CounterKey) ([]money.Amount, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	found := map[store.CounterKey]money.Amount{}
	err := t.selecting(ctx, &countersTable, sortedKeys(counterKeys(keys)), false, into(found))
	return inOrder(keys, found), err
}

func (t *tx) ChangeCounters(ctx context.Context, changes []store.CounterChange) error {
	if err := t.writes(ctx); err != nil || len(changes) == 0 {
		return err
	}
	keys := make([]store.CounterKey, len(changes))
	for i, c := range changes {
		keys[i] = c.CounterKey
	}
	after := map[store.CounterKey]money.Amount{}
	err := t.lock(ctx, &countersTable, counterKeys(keys), noCounter, into(after))
	if err != nil {
		return err
	}
	last := map[string][]any{}
	for _, c := range changes {
		now, err := after[c.CounterKey].Add(c.Amount)
		if err != nil {
			return err
		}
		if c.Most != nil && now.Units().Cmp(c.Most.Units()) > 0 {
			return store.ErrStale
		}
		after[c.CounterKey] = now
		code, scale := currencyOf(now)
		key := []any{c.Campaign, string(c.Customer)}
		last[keyText(key)] = append(key, digits(now), code, scale)
	}
	t.wrote = true
	return t.insert(ctx, &countersTable, latest(counterKeys(keys), last), upsert)
}

func (t *tx) ScanCounters(ctx context.Context, after store.CounterKey, limit int) ([]store.Counter, error) {
	var out []store.Counter
	err := t.scanning(ctx, &countersTable, " AND amount <> '0'", []any{after.Campaign, string(after.Customer)}, limit, func(scan func(...any) error) error {
		c, err := scanCounter(scan)
		out = append(out, c)
		return err
	})
	return out, err
}
