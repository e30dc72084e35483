package memstore

import (
	"context"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
)

func (t *tx) Balances(ctx context.Context, ids []partner.ID) ([]settlement.Balance, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	out := make([]settlement.Balance, len(ids))
	for i, id := range ids {
		b := t.balances[id]
		b.Partner = id
		var err error
		if b.Pending, err = b.Pending.Add(t.pending[id]); err != nil {
			return nil, err
		}
		out[i] = b
	}
	return out, nil
}

func (t *tx) ChangeBalances(ctx context.Context, changes []settlement.Change) error {
	if err := t.writes(ctx); err != nil {
		return err
	}
	after := make(map[partner.ID]settlement.Balance, len(changes))
	for _, c := range changes {
		b, ok := after[c.Partner]
		if !ok {
			b = t.balances[c.Partner]
			b.Partner = c.Partner
		}
		b, err := b.Apply(c)
		if err != nil {
			return err
		}
		after[c.Partner] = b
	}
	for id, b := range after {
		put(t, t.balances, id, b)
	}
	return nil
}
