package kvstore

import (
	"context"

	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

var withdrawals = kind[settlement.Withdrawal, settlement.WithdrawalID]{
	table:    "withdrawals",
	id:       func(w *settlement.Withdrawal) settlement.WithdrawalID { return w.ID },
	revision: func(w *settlement.Withdrawal) int64 { return w.Revision },
}

func (t *tx) AddWithdrawals(ctx context.Context, all []settlement.Withdrawal) error {
	key := withdrawals.key(t)
	return add(ctx, t, all, func(w settlement.Withdrawal) path { return key(w.ID) },
		func(w settlement.Withdrawal) error {
			return &store.ExistsError{Record: "withdrawal", Key: string(w.ID)}
		})
}

func (t *tx) LockWithdrawals(ctx context.Context, ids []settlement.WithdrawalID) ([]settlement.Withdrawal, error) {
	return withdrawals.lock(ctx, t, ids, func(*settlement.Withdrawal, settlement.WithdrawalID) {})
}

func (t *tx) SaveWithdrawals(ctx context.Context, all []settlement.Withdrawal) error {
	return withdrawals.save(ctx, t, all, nil)
}

func (t *tx) Withdrawals(ctx context.Context, ids []settlement.WithdrawalID) ([]settlement.Withdrawal, error) {
	return withdrawals.load(ctx, t, ids)
}

func (t *tx) ScanWithdrawals(ctx context.Context, after settlement.WithdrawalID, limit int) ([]settlement.Withdrawal, error) {
	return withdrawals.scan(ctx, t, after, limit)
}
