package memstore

import (
	"context"
	"slices"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
)

func (t *tx) Balances(ctx context.Context, ids []partner.ID) ([][]settlement.Balance, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	out := make([][]settlement.Balance, len(ids))
	for i, id := range ids {
		for _, a := range t.accounts[id] {
			b := t.balances[a]
			b.Partner = id
			var err error
			if b.Pending, err = b.Pending.Add(t.pending[a]); err != nil {
				return nil, err
			}
			if !b.IsZero() {
				out[i] = append(out[i], b)
			}
		}
	}
	return out, nil
}

func (t *tx) ChangeBalances(ctx context.Context, changes []settlement.Change) error {
	if err := t.writes(ctx); err != nil {
		return err
	}
	after := make(map[account]settlement.Balance, len(changes))
	for _, c := range changes {
		a := account{c.Partner, c.Currency()}
		b, ok := after[a]
		if !ok {
			b = t.balances[a]
			b.Partner = c.Partner
		}
		b, err := b.Apply(c)
		if err != nil {
			return err
		}
		after[a] = b
	}
	for a, b := range after {
		t.open(a)
		put(t, t.balances, a, b)
	}
	return nil
}

// open makes an account one of its partner's.
func (t *tx) open(a account) {
	all := t.accounts[a.partner]
	at, found := slices.BinarySearchFunc(all, a.currency, func(a account, c money.Currency) int { return a.currency.Cmp(c) })
	if !found {
		put(t, t.accounts, a.partner, slices.Insert(slices.Clone(all), at, a))
	}
}
