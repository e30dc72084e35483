package sqlstore

import (
	"context"

	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

func scanWithdrawal(scan func(...any) error) (settlement.Withdrawal, error) {
	var w settlement.Withdrawal
	var id, payee, state, text string
	var revision, format int64
	if err := scan(&id, &payee, &revision, &state, &format, &text); err != nil {
		return w, err
	}
	return w, read(format, text, &w)
}

func withdrawalTuple(w settlement.Withdrawal) ([]any, error) {
	text, err := document(w)
	return []any{string(w.ID), string(w.Partner), w.Revision, string(w.State), currentFormat, text}, err
}

func (t *tx) AddWithdrawals(ctx context.Context, withdrawals []settlement.Withdrawal) error {
	tuples := make([][]any, len(withdrawals))
	for i, w := range withdrawals {
		var err error
		if tuples[i], err = withdrawalTuple(w); err != nil {
			return err
		}
	}
	return t.add(ctx, &withdrawalsTable, tuples, exists("withdrawal"))
}

// findWithdrawals reads withdrawals by id.
func (t *tx) findWithdrawals(ctx context.Context, ids []settlement.WithdrawalID, lock bool) (map[settlement.WithdrawalID]settlement.Withdrawal, error) {
	found := map[settlement.WithdrawalID]settlement.Withdrawal{}
	err := t.selecting(ctx, &withdrawalsTable, sortedKeys(singles(ids)), lock, func(scan func(...any) error) error {
		w, err := scanWithdrawal(scan)
		found[w.ID] = w
		return err
	})
	return found, err
}

func (t *tx) LockWithdrawals(ctx context.Context, ids []settlement.WithdrawalID) ([]settlement.Withdrawal, error) {
	if err := t.writes(ctx); err != nil {
		return nil, err
	}
	return t.withdrawals(ctx, ids, true)
}

func (t *tx) withdrawals(ctx context.Context, ids []settlement.WithdrawalID, lock bool) ([]settlement.Withdrawal, error) {
	found, err := t.findWithdrawals(ctx, ids, lock)
	return clones(inOrder(ids, found)), err
}

func (t *tx) SaveWithdrawals(ctx context.Context, withdrawals []settlement.Withdrawal) error {
	if err := t.writes(ctx); err != nil || len(withdrawals) == 0 {
		return err
	}
	ids := make([]settlement.WithdrawalID, len(withdrawals))
	for i, w := range withdrawals {
		ids[i] = w.ID
	}
	stored, err := t.findWithdrawals(ctx, ids, true)
	if err != nil {
		return err
	}
	last := map[string][]any{}
	for _, w := range withdrawals {
		if w.Revision != stored[w.ID].Revision+1 {
			return store.ErrStale
		}
		stored[w.ID] = w
		if last[keyText([]any{string(w.ID)})], err = withdrawalTuple(w); err != nil {
			return err
		}
	}
	t.wrote = true
	return t.insert(ctx, &withdrawalsTable, latest(singles(ids), last), upsert)
}

func (t *tx) Withdrawals(ctx context.Context, ids []settlement.WithdrawalID) ([]settlement.Withdrawal, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	return t.withdrawals(ctx, ids, false)
}

func (t *tx) ScanWithdrawals(ctx context.Context, after settlement.WithdrawalID, limit int) ([]settlement.Withdrawal, error) {
	var out []settlement.Withdrawal
	err := t.scanning(ctx, &withdrawalsTable, "", []any{string(after)}, limit, func(scan func(...any) error) error {
		w, err := scanWithdrawal(scan)
		out = append(out, w)
		return err
	})
	return out, err
}
