package storetest

import (
	"context"
	"time"

	"github.com/fenrun/fenrun/store"
)

func (h *hooked) Tallies(ctx context.Context, keys []store.TallyKey) ([]store.Tally, error) {
	return through(h, "Tallies", func() ([]store.Tally, error) { return h.tx.Tallies(ctx, keys) })
}

func (h *hooked) TalliesOf(ctx context.Context, after store.TallyKey, limit int) ([]store.Tally, error) {
	return through(h, "TalliesOf", func() ([]store.Tally, error) { return h.tx.TalliesOf(ctx, after, limit) })
}

func (h *hooked) SaveTallies(ctx context.Context, tallies []store.Tally) error {
	return h.around("SaveTallies", func() error { return h.tx.SaveTallies(ctx, tallies) })
}

func (h *hooked) ScanTallies(ctx context.Context, after store.TallyKey, limit int) ([]store.Tally, error) {
	return through(h, "ScanTallies", func() ([]store.Tally, error) { return h.tx.ScanTallies(ctx, after, limit) })
}

func (h *hooked) Counted(ctx context.Context, keys []store.CountedKey) ([]store.Counted, error) {
	return through(h, "Counted", func() ([]store.Counted, error) { return h.tx.Counted(ctx, keys) })
}

func (h *hooked) SaveCounted(ctx context.Context, counted []store.Counted) error {
	return h.around("SaveCounted", func() error { return h.tx.SaveCounted(ctx, counted) })
}

func (h *hooked) CountedBetween(ctx context.Context, series string, from, to time.Time, after store.OrderCursor, limit int) ([]store.Counted, error) {
	return through(h, "CountedBetween", func() ([]store.Counted, error) { return h.tx.CountedBetween(ctx, series, from, to, after, limit) })
}

func (h *hooked) ScanCounted(ctx context.Context, after store.CountedKey, limit int) ([]store.Counted, error) {
	return through(h, "ScanCounted", func() ([]store.Counted, error) { return h.tx.ScanCounted(ctx, after, limit) })
}
