package sqlstore

import (
	"context"
	"slices"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
)

// account is what has a balance of its own.
type account struct {
	partner  partner.ID
	currency money.Currency
}

// key is the account's key in the table.
func (a account) key() []any {
	return []any{string(a.partner), a.currency.Code(), int64(a.currency.Scale())}
}

var noBalance = []any{"0", "0", "0", "0", "0", "0"}

func scanBalance(scan func(...any) error) (account, settlement.Balance, error) {
	var a account
	var b settlement.Balance
	var units [6]string
	var code string
	var scale int64
	if err := scan(&b.Partner, &code, &scale, &units[0], &units[1], &units[2], &units[3], &units[4], &units[5]); err != nil {
		return a, b, err
	}
	var net money.Amount
	for i, into := range []*money.Amount{&b.Pending, &net, &b.Withdrawing, &b.Paid, &b.Taxed, &b.Fees} {
		var err error
		if *into, err = amountOf(units[i], code, scale); err != nil {
			return a, b, err
		}
	}
	b.Available, b.Debt = settlement.SplitNet(net)
	return account{b.Partner, net.Currency()}, b, nil
}

func balanceTuple(a account, b settlement.Balance) ([]any, error) {
	net, err := b.Net()
	if err != nil {
		return nil, err
	}
	tuple := a.key()
	for _, amount := range []money.Amount{b.Pending, net, b.Withdrawing, b.Paid, b.Taxed, b.Fees} {
		tuple = append(tuple, digits(amount))
	}
	return tuple, nil
}

func (t *tx) Balances(ctx context.Context, ids []partner.ID) ([][]settlement.Balance, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	found := map[account]settlement.Balance{}
	keys := singles(ids)
	err := t.owned(ctx, &balancesTable, balancesTable.key[:1], keys, "partner", false, func(scan func(...any) error) error {
		a, b, err := scanBalance(scan)
		found[a] = b
		return err
	})
	if err != nil {
		return nil, err
	}
	// What is not folded yet is added up here: not every database adds as many digits.
	err = t.chunks(sortedKeys(keys), func(keys [][]any) error {
		q := t.query("SELECT payee, amount, currency, scale FROM {rows} WHERE tenant = ? AND folded = "+never+" AND ", t.tenant).
			among(rowsTable.key[2:3], keys)
		return t.each(ctx, q, func(scan func(...any) error) error {
			var payee partner.ID
			var units, code string
			var scale int64
			if err := scan(&payee, &units, &code, &scale); err != nil {
				return err
			}
			unfolded, err := amountOf(units, code, scale)
			if err != nil {
				return err
			}
			a := account{payee, unfolded.Currency()}
			b := found[a]
			b.Partner = payee
			b.Pending, err = b.Pending.Add(unfolded)
			found[a] = b
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	of := map[partner.ID][]settlement.Balance{}
	for a, b := range found {
		if !b.IsZero() {
			of[a.partner] = append(of[a.partner], b)
		}
	}
	for _, all := range of {
		slices.SortFunc(all, func(a, b settlement.Balance) int { return a.Currency().Cmp(b.Currency()) })
	}
	out := inOrder(ids, of)
	for i := range out {
		out[i] = slices.Clone(out[i])
	}
	return out, nil
}

func (t *tx) ChangeBalances(ctx context.Context, changes []settlement.Change) error {
	if err := t.writes(ctx); err != nil || len(changes) == 0 {
		return err
	}
	keys := make([][]any, len(changes))
	for i, c := range changes {
		keys[i] = account{c.Partner, c.Currency()}.key()
	}
	after := map[account]settlement.Balance{}
	err := t.lock(ctx, &balancesTable, keys, noBalance, func(scan func(...any) error) error {
		a, b, err := scanBalance(scan)
		after[a] = b
		return err
	})
	if err != nil {
		return err
	}
	var order []account
	for _, c := range changes {
		a := account{c.Partner, c.Currency()}
		order = append(order, a)
		if after[a], err = after[a].Apply(c); err != nil {
			return err
		}
	}
	last := map[string][]any{}
	for _, a := range order {
		if last[keyText(a.key())], err = balanceTuple(a, after[a]); err != nil {
			return err
		}
	}
	t.wrote = true
	return t.insert(ctx, &balancesTable, latest(keys, last), upsert)
}
