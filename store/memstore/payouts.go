package memstore

import (
	"context"

	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

func (t *tx) AddWithdrawals(ctx context.Context, withdrawals []settlement.Withdrawal) error {
	if err := t.writes(ctx); err != nil {
		return err
	}
	for _, w := range withdrawals {
		if _, ok := t.withdrawals.values[w.ID]; ok {
			return &store.ExistsError{Record: "withdrawal", Key: string(w.ID)}
		}
		t.withdrawals.set(t, w.ID, w.Clone())
	}
	return nil
}

// LockWithdrawals reads: one Update runs at a time.
func (t *tx) LockWithdrawals(ctx context.Context, ids []settlement.WithdrawalID) ([]settlement.Withdrawal, error) {
	if err := t.writes(ctx); err != nil {
		return nil, err
	}
	return t.Withdrawals(ctx, ids)
}

func (t *tx) SaveWithdrawals(ctx context.Context, withdrawals []settlement.Withdrawal) error {
	if err := t.writes(ctx); err != nil {
		return err
	}
	for _, w := range withdrawals {
		if w.Revision != t.withdrawals.values[w.ID].Revision+1 {
			return store.ErrStale
		}
		t.withdrawals.set(t, w.ID, w.Clone())
	}
	return nil
}

func (t *tx) Withdrawals(ctx context.Context, ids []settlement.WithdrawalID) ([]settlement.Withdrawal, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	out := make([]settlement.Withdrawal, len(ids))
	for i, id := range ids {
		out[i] = t.withdrawals.values[id].Clone()
	}
	return out, nil
}

func (t *tx) ScanWithdrawals(ctx context.Context, after settlement.WithdrawalID, limit int) ([]settlement.Withdrawal, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	var out []settlement.Withdrawal
	for _, id := range t.withdrawals.after(after, limit) {
		out = append(out, t.withdrawals.values[id].Clone())
	}
	return out, nil
}
