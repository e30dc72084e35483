package kvstore

import (
	"context"
	"time"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/store"
)

func (t *tx) tallyKey(k store.TallyKey) path {
	return t.at("tallies").text(k.Series).text(string(k.Partner)).number(k.Day)
}

func (t *tx) Tallies(ctx context.Context, all []store.TallyKey) ([]store.Tally, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	return load[store.Tally](ctx, t, keys(all, t.tallyKey))
}

func (t *tx) TalliesOf(ctx context.Context, after store.TallyKey, limit int) ([]store.Tally, error) {
	his := t.at("tallies").text(after.Series).text(string(after.Partner))
	return scanned[store.Tally](ctx, t, his.page(t.tallyKey(after), limit))
}

func (t *tx) SaveTallies(ctx context.Context, tallies []store.Tally) error {
	if err := t.writes(ctx); err != nil {
		return err
	}
	for _, tally := range tallies {
		if err := write(t, t.tallyKey(tally.TallyKey), tally); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) ScanTallies(ctx context.Context, after store.TallyKey, limit int) ([]store.Tally, error) {
	return scanned[store.Tally](ctx, t, t.at("tallies").page(t.tallyKey(after), limit))
}

func (t *tx) countedKey(k store.CountedKey) path {
	return t.at("counted").text(k.Series).text(string(k.Order))
}

// countedIn is the index of a series by payment.
func (t *tx) countedIn(series string) path { return t.at("counted by payment").text(series) }

func (t *tx) Counted(ctx context.Context, all []store.CountedKey) ([]store.Counted, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	return load[store.Counted](ctx, t, keys(all, t.countedKey))
}

func (t *tx) SaveCounted(ctx context.Context, counted []store.Counted) error {
	if err := t.writes(ctx); err != nil {
		return err
	}
	if _, err := t.lock(ctx, keys(counted, func(c store.Counted) path { return t.countedKey(c.CountedKey) })); err != nil {
		return err
	}
	place := func(c store.Counted) path { return t.countedIn(c.Series).instant(c.PaidAt).text(string(c.Order)) }
	for _, c := range counted {
		key := t.countedKey(c.CountedKey)
		var had []path
		if t.now(key) != nil {
			before, err := decode[store.Counted](t.now(key))
			if err != nil {
				return t.fail(err)
			}
			had = []path{place(before)}
		}
		if err := reindex(t, had, []path{place(c)}, c.Order); err != nil {
			return err
		}
		if err := write(t, key, c); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) CountedBetween(ctx context.Context, series string, start, end time.Time, after store.OrderCursor, limit int) ([]store.Counted, error) {
	r := from(t.countedIn(series), start, after, limit)
	if r.To = string(t.countedIn(series).instant(end)); r.From >= r.To {
		return nil, t.reads(ctx)
	}
	ids, err := scanned[commission.OrderID](ctx, t, r)
	if err != nil {
		return nil, err
	}
	return load[store.Counted](ctx, t, keys(ids, func(id commission.OrderID) path { return t.countedKey(store.CountedKey{Series: series, Order: id}) }))
}

func (t *tx) ScanCounted(ctx context.Context, after store.CountedKey, limit int) ([]store.Counted, error) {
	return scanned[store.Counted](ctx, t, t.at("counted").page(t.countedKey(after), limit))
}
