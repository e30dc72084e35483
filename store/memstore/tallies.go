package memstore

import (
	"cmp"
	"context"
	"time"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/store"
)

// talliesOf is whose sums of which series.
type talliesOf struct {
	series  string
	partner partner.ID
}

func compareTallies(a, b store.Tally) int {
	return cmp.Or(cmp.Compare(a.Series, b.Series), cmp.Compare(a.Partner, b.Partner), cmp.Compare(a.Day, b.Day))
}

func (t *tx) Tallies(ctx context.Context, keys []store.TallyKey) ([]store.Tally, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	out := make([]store.Tally, len(keys))
	for i, key := range keys {
		out[i] = t.tallies[talliesOf{key.Series, key.Partner}][key.Day]
	}
	return out, nil
}

func (t *tx) TalliesOf(ctx context.Context, after store.TallyKey, limit int) ([]store.Tally, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	var all []store.Tally
	for _, tally := range t.tallies[talliesOf{after.Series, after.Partner}] {
		all = append(all, tally)
	}
	return page(all, compareTallies, store.Tally{TallyKey: after}, limit), nil
}

func (t *tx) SaveTallies(ctx context.Context, tallies []store.Tally) error {
	if err := t.writes(ctx); err != nil {
		return err
	}
	for _, tally := range tallies {
		of := talliesOf{tally.Series, tally.Partner}
		if t.tallies[of] == nil {
			put(t, t.tallies, of, map[int64]store.Tally{})
		}
		put(t, t.tallies[of], tally.Day, tally)
	}
	return nil
}

func (t *tx) ScanTallies(ctx context.Context, after store.TallyKey, limit int) ([]store.Tally, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	var all []store.Tally
	for _, days := range t.tallies {
		for _, tally := range days {
			all = append(all, tally)
		}
	}
	return page(all, compareTallies, store.Tally{TallyKey: after}, limit), nil
}

func (t *tx) Counted(ctx context.Context, keys []store.CountedKey) ([]store.Counted, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	out := make([]store.Counted, len(keys))
	for i, key := range keys {
		out[i] = t.counted[key.Series][key.Order].Clone()
	}
	return out, nil
}

func (t *tx) SaveCounted(ctx context.Context, counted []store.Counted) error {
	if err := t.writes(ctx); err != nil {
		return err
	}
	for _, c := range counted {
		if t.counted[c.Series] == nil {
			put(t, t.counted, c.Series, map[commission.OrderID]store.Counted{})
		}
		put(t, t.counted[c.Series], c.Order, c.Clone())
	}
	return nil
}

func (t *tx) CountedBetween(ctx context.Context, series string, from, to time.Time, after store.OrderCursor, limit int) ([]store.Counted, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	var all []store.Counted
	for _, c := range t.counted[series] {
		if !c.PaidAt.Before(from) && c.PaidAt.Before(to) {
			all = append(all, c.Clone())
		}
	}
	return page(all, func(a, b store.Counted) int {
		return cmp.Or(a.PaidAt.Compare(b.PaidAt), cmp.Compare(a.Order, b.Order))
	}, store.Counted{CountedKey: store.CountedKey{Order: after.ID}, PaidAt: after.At}, limit), nil
}

func (t *tx) ScanCounted(ctx context.Context, after store.CountedKey, limit int) ([]store.Counted, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	var all []store.Counted
	for _, orders := range t.counted {
		for _, c := range orders {
			all = append(all, c.Clone())
		}
	}
	return page(all, func(a, b store.Counted) int {
		return cmp.Or(cmp.Compare(a.Series, b.Series), cmp.Compare(a.Order, b.Order))
	}, store.Counted{CountedKey: after}, limit), nil
}
