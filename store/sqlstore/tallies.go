package sqlstore

import (
	"context"
	"time"

	"github.com/fenrun/fenrun/store"
)

func tallyKey(k store.TallyKey) []any { return []any{k.Series, string(k.Partner), k.Day} }

func countedKey(k store.CountedKey) []any { return []any{k.Series, string(k.Order)} }

// tuplesOf are keys as tuples.
func tuplesOf[K any](keys []K, tuple func(K) []any) [][]any {
	tuples := make([][]any, len(keys))
	for i, k := range keys {
		tuples[i] = tuple(k)
	}
	return tuples
}

func scanTally(scan func(...any) error) (store.Tally, error) {
	var tally store.Tally
	var units, code string
	var scale int64
	if err := scan(&tally.Series, &tally.Partner, &tally.Day, &units, &code, &scale, &tally.Number); err != nil {
		return tally, err
	}
	var err error
	tally.Amount, err = amountOf(units, code, scale)
	return tally, err
}

func scanCounted(scan func(...any) error) (store.Counted, error) {
	var c store.Counted
	var paid, format int64
	var text string
	if err := scan(&c.Series, &c.Order, &paid, &format, &text); err != nil {
		return c, err
	}
	key := c.CountedKey
	err := read(format, text, &c)
	c.CountedKey, c.PaidAt = key, moment(paid)
	return c, err
}

func (t *tx) Tallies(ctx context.Context, keys []store.TallyKey) ([]store.Tally, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	found := map[store.TallyKey]store.Tally{}
	err := t.selecting(ctx, &talliesTable, sortedKeys(tuplesOf(keys, tallyKey)), false, func(scan func(...any) error) error {
		tally, err := scanTally(scan)
		found[tally.TallyKey] = tally
		return err
	})
	return inOrder(keys, found), err
}

func (t *tx) TalliesOf(ctx context.Context, after store.TallyKey, limit int) ([]store.Tally, error) {
	if err := t.reads(ctx); err != nil || limit < 1 {
		return nil, err
	}
	var out []store.Tally
	q := t.query("SELECT "+list(talliesTable.key, talliesTable.rest)+" FROM {tallies} WHERE tenant = ? AND series = ? AND partner = ? AND day > ? ORDER BY day LIMIT ?",
		t.tenant, after.Series, string(after.Partner), after.Day, int64(limit))
	err := t.each(ctx, q, func(scan func(...any) error) error {
		tally, err := scanTally(scan)
		out = append(out, tally)
		return err
	})
	return out, err
}

func (t *tx) SaveTallies(ctx context.Context, tallies []store.Tally) error {
	if err := t.writes(ctx); err != nil || len(tallies) == 0 {
		return err
	}
	keys, last := make([][]any, len(tallies)), map[string][]any{}
	for i, tally := range tallies {
		code, scale := currencyOf(tally.Amount)
		keys[i] = tallyKey(tally.TallyKey)
		last[keyText(keys[i])] = append(tallyKey(tally.TallyKey), digits(tally.Amount), code, scale, tally.Number)
	}
	t.wrote = true
	return t.insert(ctx, &talliesTable, latest(keys, last), upsert)
}

func (t *tx) ScanTallies(ctx context.Context, after store.TallyKey, limit int) ([]store.Tally, error) {
	var out []store.Tally
	err := t.scanning(ctx, &talliesTable, "", tallyKey(after), limit, func(scan func(...any) error) error {
		tally, err := scanTally(scan)
		out = append(out, tally)
		return err
	})
	return out, err
}

func (t *tx) Counted(ctx context.Context, keys []store.CountedKey) ([]store.Counted, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	found := map[store.CountedKey]store.Counted{}
	err := t.selecting(ctx, &countedTable, sortedKeys(tuplesOf(keys, countedKey)), false, func(scan func(...any) error) error {
		c, err := scanCounted(scan)
		found[c.CountedKey] = c
		return err
	})
	return clones(inOrder(keys, found)), err
}

func (t *tx) SaveCounted(ctx context.Context, counted []store.Counted) error {
	if err := t.writes(ctx); err != nil || len(counted) == 0 {
		return err
	}
	keys, last := make([][]any, len(counted)), map[string][]any{}
	for i, c := range counted {
		text, err := document(c)
		if err != nil {
			return err
		}
		keys[i] = countedKey(c.CountedKey)
		last[keyText(keys[i])] = append(countedKey(c.CountedKey), micros(c.PaidAt), currentFormat, text)
	}
	t.wrote = true
	return t.insert(ctx, &countedTable, latest(keys, last), upsert)
}

func (t *tx) CountedBetween(ctx context.Context, series string, from, to time.Time, after store.OrderCursor, limit int) ([]store.Counted, error) {
	if err := t.reads(ctx); err != nil || limit < 1 {
		return nil, err
	}
	var out []store.Counted
	q := t.query("SELECT "+list(countedTable.key, countedTable.rest)+" FROM {counted} WHERE tenant = ? AND series = ? AND paid >= ? AND paid < ? "+
		"AND (paid > ? OR id > ?) ORDER BY paid, id LIMIT ?",
		t.tenant, series, max(micros(from), micros(after.At)), micros(to), micros(after.At), string(after.ID), int64(limit))
	err := t.each(ctx, q, func(scan func(...any) error) error {
		c, err := scanCounted(scan)
		out = append(out, c)
		return err
	})
	return out, err
}

func (t *tx) ScanCounted(ctx context.Context, after store.CountedKey, limit int) ([]store.Counted, error) {
	var out []store.Counted
	err := t.scanning(ctx, &countedTable, "", countedKey(after), limit, func(scan func(...any) error) error {
		c, err := scanCounted(scan)
		out = append(out, c)
		return err
	})
	return out, err
}
