package storetest

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

func brokenCurrencies() []broken {
	return []broken{
		{mistake: "a partner has one balance whatever the currency", open: with(func(tx store.Tx) store.Tx { return oneBalance{tx} }), killers: list(
			"currencies/two currencies of one partner are two balances", "currencies/a change of one currency leaves the other")},
		{mistake: "currencies are told by their code alone", open: with(func(tx store.Tx) store.Tx { return byCode{tx} }), killers: list(
			"currencies/two currencies of one partner are two balances")},
		{mistake: "a row is known by its source, payee and revision", open: with(func(tx store.Tx) store.Tx { return rowOnce{tx} }), killers: list(
			"currencies/two currencies of one payee and revision are two rows", "currencies/rows of a source come in order of currency within a payee")},
		{mistake: "a place among rows has no currency", open: with(func(tx store.Tx) store.Tx { return placeless{tx} }), killers: list(
			"scans/PartnerRows returns everything in order, page by page, nothing twice")},
		{mistake: "balances of nothing are shown", open: with(func(tx store.Tx) store.Tx { return zeros{tx} }), killers: list(
			"currencies/a balance of which every amount is 0 is left out")},
		{mistake: "rows are released by source, not by currency", open: with(func(tx store.Tx) store.Tx { return bySource{tx} }), killers: list(
			"currencies/FoldRows and ReleaseRows return rows in order of payee, currency, source, revision")},
	}
}

// converted is an amount of another currency.
func converted(a money.Amount, currency money.Currency) money.Amount {
	if a.Currency().IsZero() {
		return a
	}
	return currency.Of(a.Units())
}

func convert(c settlement.Change, currency money.Currency) settlement.Change {
	for _, a := range []*money.Amount{&c.Pending, &c.Net, &c.Withdrawing, &c.Paid, &c.Taxed, &c.Fees, &c.Need} {
		*a = converted(*a, currency)
	}
	return c
}

type oneBalance struct{ store.Tx }

func (o oneBalance) ChangeBalances(ctx context.Context, changes []settlement.Change) error {
	return o.Tx.ChangeBalances(ctx, made(len(changes), func(i int) settlement.Change { return convert(changes[i], cny) }))
}

type byCode struct{ store.Tx }

func (b byCode) ChangeBalances(ctx context.Context, changes []settlement.Change) error {
	return b.Tx.ChangeBalances(ctx, made(len(changes), func(i int) settlement.Change {
		if c := changes[i]; c.Currency().Code() != cny.Code() {
			return c
		}
		return convert(changes[i], cny)
	}))
}

type rowOnce struct{ store.Tx }

func (o rowOnce) AddRows(ctx context.Context, rows []settlement.Row) error {
	for _, r := range rows {
		known, err := o.Tx.Rows(ctx, list(r.Source))
		if err != nil {
			return err
		}
		if slices.ContainsFunc(known[0], func(k settlement.Row) bool { return k.Payee == r.Payee && k.Revision == r.Revision }) {
			return &store.ExistsError{Record: "row"}
		}
		if err := o.Tx.AddRows(ctx, list(r)); err != nil {
			return err
		}
	}
	return nil
}

type placeless struct{ store.Tx }

func (p placeless) PartnerRows(ctx context.Context, payee partner.ID, after store.RowCursor, limit int) ([]settlement.Row, error) {
	after.Currency = money.Currency{}
	return p.Tx.PartnerRows(ctx, payee, after, limit)
}

type zeros struct{ store.Tx }

func (z zeros) Balances(ctx context.Context, ids []partner.ID) ([][]settlement.Balance, error) {
	all, err := z.Tx.Balances(ctx, ids)
	for i := range all {
		all[i] = append(all[i], settlement.Balance{Partner: ids[i]})
	}
	return all, err
}

type bySource struct{ store.Tx }

func (b bySource) ReleaseRows(ctx context.Context, sources []settlement.Source, instant time.Time) ([]settlement.Row, error) {
	rows, err := b.Tx.ReleaseRows(ctx, sources, instant)
	slices.SortStableFunc(rows, func(a, b settlement.Row) int {
		return cmp.Or(cmp.Compare(a.Payee, b.Payee), cmp.Compare(a.Source.ID, b.Source.ID))
	})
	return rows, err
}
