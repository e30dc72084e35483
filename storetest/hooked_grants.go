package storetest

import (
	"context"
	"time"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
)

func (h *hooked) LockGrants(ctx context.Context, users []partner.ID) ([]settlement.Grants, error) {
	return through(h, "LockGrants", func() ([]settlement.Grants, error) { return h.tx.LockGrants(ctx, users) })
}

func (h *hooked) SaveGrants(ctx context.Context, grants []settlement.Grants) error {
	return h.around("SaveGrants", func() error { return h.tx.SaveGrants(ctx, grants) })
}

func (h *hooked) Grants(ctx context.Context, users []partner.ID) ([]settlement.Grants, error) {
	return through(h, "Grants", func() ([]settlement.Grants, error) { return h.tx.Grants(ctx, users) })
}

func (h *hooked) ScanGrants(ctx context.Context, after partner.ID, limit int) ([]settlement.Grants, error) {
	return through(h, "ScanGrants", func() ([]settlement.Grants, error) { return h.tx.ScanGrants(ctx, after, limit) })
}

func (h *hooked) DueGrants(ctx context.Context, instant time.Time, skip []partner.ID, limit int) ([]partner.ID, error) {
	return through(h, "DueGrants", func() ([]partner.ID, error) { return h.tx.DueGrants(ctx, instant, skip, limit) })
}

func (h *hooked) SettledOrders(ctx context.Context, customers []partner.Customer) ([]settlement.Order, error) {
	return through(h, "SettledOrders", func() ([]settlement.Order, error) { return h.tx.SettledOrders(ctx, customers) })
}
