package kvstore

import (
	"context"
	"slices"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
)

func (t *tx) balancesOf(id partner.ID) path { return t.at("balances").text(string(id)) }

// Balances reads the balances and the rows that are not folded in one call, so that a database that reads it at one instant gives what belongs together.
func (t *tx) Balances(ctx context.Context, ids []partner.ID) ([][]settlement.Balance, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	values, err := t.scan(ctx, slices.Concat(ranges(ids, t.balancesOf), ranges(ids, t.unfoldedOf)))
	if err != nil {
		return nil, err
	}
	out := make([][]settlement.Balance, len(ids))
	for i, id := range ids {
		stored, err := decoded[settlement.Balance](t, values[i], nil)
		if err != nil {
			return nil, err
		}
		unfolded, err := decoded[rowName](t, values[len(ids)+i], nil)
		if err != nil {
			return nil, err
		}
		of := map[money.Currency]settlement.Balance{}
		for _, b := range stored {
			of[b.Currency()] = b
		}
		for _, row := range unfolded {
			b := of[row.Amount.Currency()]
			b.Partner = id
			if b.Pending, err = b.Pending.Add(row.Amount); err != nil {
				return nil, err
			}
			of[row.Amount.Currency()] = b
		}
		for _, b := range of {
			if !b.IsZero() {
				out[i] = append(out[i], b)
			}
		}
		slices.SortFunc(out[i], func(a, b settlement.Balance) int { return a.Currency().Cmp(b.Currency()) })
	}
	return out, nil
}

func (t *tx) ChangeBalances(ctx context.Context, changes []settlement.Change) error {
	if err := t.writes(ctx); err != nil {
		return err
	}
	key := func(c settlement.Change) path { return t.balancesOf(c.Partner).currency(c.Currency()) }
	if _, err := t.lock(ctx, keys(changes, key)); err != nil {
		return err
	}
	after := map[path]settlement.Balance{}
	for _, c := range changes {
		b, ok := after[key(c)]
		if !ok {
			var err error
			if b, err = decode[settlement.Balance](t.now(key(c))); err != nil {
				return t.fail(err)
			}
			b.Partner = c.Partner
		}
		b, err := b.Apply(c)
		if err != nil {
			return err
		}
		after[key(c)] = b
	}
	for key, b := range after {
		if err := write(t, key, b); err != nil {
			return err
		}
	}
	return nil
}
