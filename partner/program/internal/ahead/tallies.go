package ahead

import (
	"context"
	"time"

	"github.com/fenrun/fenrun/store"
)

// Tallies implements [store.Tallies].
func (t *Tx) Tallies(ctx context.Context, keys []store.TallyKey) ([]store.Tally, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	return t.tx.Tallies(ctx, keys)
}

// TalliesOf implements [store.Tallies].
func (t *Tx) TalliesOf(ctx context.Context, after store.TallyKey, limit int) ([]store.Tally, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	return t.tx.TalliesOf(ctx, after, limit)
}

// SaveTallies implements [store.Tallies].
func (t *Tx) SaveTallies(ctx context.Context, tallies []store.Tally) error {
	return t.through(ctx, 0, func() error { return t.tx.SaveTallies(ctx, tallies) })
}

// ScanTallies implements [store.Tallies].
func (t *Tx) ScanTallies(ctx context.Context, after store.TallyKey, limit int) ([]store.Tally, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	return t.tx.ScanTallies(ctx, after, limit)
}

// Counted implements [store.Tallies].
func (t *Tx) Counted(ctx context.Context, keys []store.CountedKey) ([]store.Counted, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	return t.tx.Counted(ctx, keys)
}

// SaveCounted implements [store.Tallies].
func (t *Tx) SaveCounted(ctx context.Context, counted []store.Counted) error {
	return t.through(ctx, 0, func() error { return t.tx.SaveCounted(ctx, counted) })
}

// CountedBetween implements [store.Tallies].
func (t *Tx) CountedBetween(ctx context.Context, series string, from, to time.Time, after store.OrderCursor, limit int) ([]store.Counted, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	return t.tx.CountedBetween(ctx, series, from, to, after, limit)
}

// ScanCounted implements [store.Tallies].
func (t *Tx) ScanCounted(ctx context.Context, after store.CountedKey, limit int) ([]store.Counted, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	return t.tx.ScanCounted(ctx, after, limit)
}
