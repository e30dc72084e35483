package storetest

import (
	"context"
	"time"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
)

func (h *hooked) LockForfeits(ctx context.Context, partners []partner.ID) ([]settlement.Forfeits, error) {
	return through(h, "LockForfeits", func() ([]settlement.Forfeits, error) { return h.tx.LockForfeits(ctx, partners) })
}

func (h *hooked) SaveForfeits(ctx context.Context, forfeits []settlement.Forfeits) error {
	return h.around("SaveForfeits", func() error { return h.tx.SaveForfeits(ctx, forfeits) })
}

func (h *hooked) Forfeits(ctx context.Context, partners []partner.ID) ([]settlement.Forfeits, error) {
	return through(h, "Forfeits", func() ([]settlement.Forfeits, error) { return h.tx.Forfeits(ctx, partners) })
}

func (h *hooked) ScanForfeits(ctx context.Context, after partner.ID, limit int) ([]settlement.Forfeits, error) {
	return through(h, "ScanForfeits", func() ([]settlement.Forfeits, error) { return h.tx.ScanForfeits(ctx, after, limit) })
}

func (h *hooked) DueForfeits(ctx context.Context, instant time.Time, skip []partner.ID, limit int) ([]partner.ID, error) {
	return through(h, "DueForfeits", func() ([]partner.ID, error) { return h.tx.DueForfeits(ctx, instant, skip, limit) })
}
