package storetest

import (
	"context"
	"slices"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

var currencySentences = []sentence{
	{"two currencies of one partner are two balances", currenciesApart},
	{"balances of a partner come in order of currency", currenciesInOrder},
	{"a balance of which every amount is 0 is left out", zerosLeftOut},
	{"a change of one currency leaves the other", changeLeavesOther},
	{"a change needs what is available in its own currency", needInOwnCurrency},
	{"debt of one currency is not paid by another", debtInOwnCurrency},
	{"changes of several currencies take effect together or not at all", currenciesAllOrNone},
	{"Pending counts the rows of its own currency", pendingInOwnCurrency},
	{"two currencies of one payee and revision are two rows", rowsOfTwoCurrencies},
	{"rows of a source come in order of currency within a payee", rowsInOrderOfCurrency},
	{"FoldRows and ReleaseRows return rows in order of payee, currency, source, revision", marksInOrderOfCurrency},
	{"a row whose currency exists already changes nothing of the other", rowOfCurrencyExists},
}

// currencies are in order: a code that another begins with, one code with two scales, and letters compared byte by byte.
func currencies() []money.Currency {
	return []money.Currency{money.MustCurrency("CN", 2), cny, money.MustCurrency("CNY", 3), points, money.MustCurrency("cny", 2)}
}

// pointsRow is a row of points.
func pointsRow(id commission.OrderID, payee partner.ID, revision, amount int64) settlement.Row {
	return rowIn(points, sampleRow(id, payee, revision, amount))
}

// rowIn is a row of another currency.
func rowIn(currency money.Currency, row settlement.Row) settlement.Row {
	row.Amount = currency.Of(row.Amount.Units())
	for i := range row.Entries {
		row.Entries[i].Amount = currency.Of(row.Entries[i].Amount.Units())
	}
	return row
}

// balances are all that somebody has, with bare zeros.
func balances(x *trial, id partner.ID) []settlement.Balance {
	x.Helper()
	all := read(x, store.Tx.Balances, list(id))[0]
	for i := range all {
		all[i] = plainBalance(all[i])
	}
	return all
}

// creditIn gives somebody something available in a currency.
func creditIn(x *trial, currency money.Currency, id partner.ID, units int64) {
	x.Helper()
	write(x, store.Tx.ChangeBalances, list(settlement.Change{Partner: id, Net: currency.Minor(units)}))
}

// debitIn takes something from what is available in a currency, if it is there.
func debitIn(currency money.Currency, id partner.ID, units int64) settlement.Change {
	return settlement.Change{Partner: id, Net: currency.Minor(-units), Withdrawing: currency.Minor(units), Need: currency.Minor(units)}
}

func currenciesApart(x *trial) {
	for i, currency := range currencies() {
		creditIn(x, currency, "p-1", int64(i)+1)
	}
	for i, b := range balances(x, "p-1") {
		require.Equal(x, settlement.Balance{Partner: "p-1", Available: currencies()[i].Minor(int64(i) + 1)}, b)
	}
	require.Len(x, balances(x, "p-1"), len(currencies()))
	require.Empty(x, balances(x, "p-2"))
}

func currenciesInOrder(x *trial) {
	for i, currency := range slices.Backward(currencies()) {
		if i%2 == 0 {
			creditIn(x, currency, "p-1", 1)
		} else {
			write(x, store.Tx.AddRows, list(rowIn(currency, sampleRow("o-1", "p-1", 1, 1))))
		}
	}
	var got []money.Currency
	for _, b := range balances(x, "p-1") {
		got = append(got, b.Currency())
	}
	require.Equal(x, currencies(), got)
}

func zerosLeftOut(x *trial) {
	creditIn(x, points, "p-1", 5)
	creditIn(x, cny, "p-1", 7)
	creditIn(x, points, "p-1", -5)
	write(x, store.Tx.AddRows, list(pointsRow("o-1", "p-1", 1, 5), pointsRow("o-1", "p-1", 2, -5)))
	require.Equal(x, list(settlement.Balance{Partner: "p-1", Available: cny.Minor(7)}), balances(x, "p-1"))
	creditIn(x, points, "p-1", 1)
	require.Len(x, balances(x, "p-1"), 2)
}

func changeLeavesOther(x *trial) {
	creditIn(x, cny, "p-1", 100)
	creditIn(x, points, "p-1", 40)
	write(x, store.Tx.ChangeBalances, list(debitIn(points, "p-1", 30), settlement.Change{Partner: "p-1", Pending: cny.Minor(3), Paid: cny.Minor(2)}))
	require.Equal(x, list(
		settlement.Balance{Partner: "p-1", Pending: cny.Minor(3), Available: cny.Minor(100), Paid: cny.Minor(2)},
		settlement.Balance{Partner: "p-1", Available: points.Minor(10), Withdrawing: points.Minor(30)},
	), balances(x, "p-1"))
}

func needInOwnCurrency(x *trial) {
	creditIn(x, cny, "p-1", 100)
	x.insufficient(debitIn(points, "p-1", 1))
	creditIn(x, points, "p-1", 40)
	x.insufficient(debitIn(points, "p-1", 41))
	x.insufficient(debitIn(cny, "p-1", 101))
	write(x, store.Tx.ChangeBalances, list(debitIn(points, "p-1", 40), debitIn(cny, "p-1", 100)))
}

func debtInOwnCurrency(x *trial) {
	creditIn(x, points, "p-1", -40)
	creditIn(x, cny, "p-1", 100)
	require.Equal(x, list(
		settlement.Balance{Partner: "p-1", Available: cny.Minor(100)}, settlement.Balance{Partner: "p-1", Debt: points.Minor(40)},
	), balances(x, "p-1"))
	creditIn(x, points, "p-1", 50)
	require.Equal(x, settlement.Balance{Partner: "p-1", Available: points.Minor(10)}, balances(x, "p-1")[1])
}

func currenciesAllOrNone(x *trial) {
	creditIn(x, cny, "p-1", 100)
	creditIn(x, points, "p-1", 40)
	x.insufficient(debitIn(cny, "p-1", 60), debitIn(points, "p-1", 41))
	x.insufficient(debitIn(points, "p-1", 40), debitIn(cny, "p-1", 60), debitIn(cny, "p-1", 60))
	require.Equal(x, list(
		settlement.Balance{Partner: "p-1", Available: cny.Minor(100)}, settlement.Balance{Partner: "p-1", Available: points.Minor(40)},
	), balances(x, "p-1"))
}

func pendingInOwnCurrency(x *trial) {
	write(x, store.Tx.AddRows, list(sampleRow("o-1", "p-1", 1, 100), pointsRow("o-1", "p-1", 1, 7), pointsRow("o-2", "p-1", 1, 3)))
	stand := func(yuan, ofPoints int64) {
		x.Helper()
		all := balances(x, "p-1")
		require.Equal(x, list(cny.Minor(yuan), points.Minor(ofPoints)), list(all[0].Pending, all[1].Pending))
	}
	stand(100, 10)
	x.update(func(tx store.Tx) error {
		rows, err := tx.FoldRows(x.ctx, 100, day(9))
		if err != nil {
			return err
		}
		return tx.ChangeBalances(x.ctx, made(len(rows), func(i int) settlement.Change {
			return settlement.Change{Partner: rows[i].Payee, Pending: rows[i].Amount}
		}))
	})
	stand(100, 10)
	write(x, store.Tx.AddRows, list(pointsRow("o-3", "p-1", 1, 5)))
	stand(100, 15)
}

func rowsOfTwoCurrencies(x *trial) {
	all := list(sampleRow("o-1", "p-1", 1, 100), pointsRow("o-1", "p-1", 1, 100))
	write(x, store.Tx.AddRows, all)
	same(x, all, orderRows(x, "o-1"))
	same(x, list(all[1], all[0]), scan(x, func(tx store.Tx, ctx context.Context, after store.RowCursor, limit int) ([]settlement.Row, error) {
		return tx.PartnerRows(ctx, "p-1", after, limit)
	}, store.RowCursor{}, 10))
	require.Len(x, fold(x, 100, 9), 2)
	require.Len(x, release(x, 10, "o-1"), 2)
}

// places names rows by payee, currency, source and revision.
func places(rows []settlement.Row) []string {
	out := names(rows)
	for i := range rows {
		out[i] += " " + rows[i].Amount.Currency().Code()
	}
	return out
}

func rowsInOrderOfCurrency(x *trial) {
	write(x, store.Tx.AddRows, list(pointsRow("o-1", "b", 1, 1), sampleRow("o-1", "b", 1, 1), pointsRow("o-1", "a", 2, 1)))
	write(x, store.Tx.AddRows, list(pointsRow("o-1", "a", 1, 1), sampleRow("o-1", "c", 1, 1), sampleRow("o-1", "a", 2, 1)))
	require.Equal(x, list("a o-1 1 POINTS", "b o-1 1 CNY", "b o-1 1 POINTS", "c o-1 1 CNY", "a o-1 2 CNY", "a o-1 2 POINTS"), places(orderRows(x, "o-1")))
}

func marksInOrderOfCurrency(x *trial) {
	write(x, store.Tx.AddRows, list(
		pointsRow("o-1", "b", 1, 1), sampleRow("o-2", "b", 1, 1), sampleRow("o-1", "b", 2, 1), sampleRow("o-1", "b", 1, 1), pointsRow("o-2", "a", 1, 1), pointsRow("o-1", "a", 2, 1)))
	want := list("a o-1 2 POINTS", "a o-2 1 POINTS", "b o-1 1 CNY", "b o-1 2 CNY", "b o-2 1 CNY", "b o-1 1 POINTS")
	require.Equal(x, want, places(fold(x, 100, 9)))
	require.Equal(x, want, places(release(x, 10, "o-2", "o-1")))
}

func rowOfCurrencyExists(x *trial) {
	write(x, store.Tx.AddRows, list(sampleRow("o-1", "p-1", 1, 100)))
	for _, again := range [][]settlement.Row{
		{sampleRow("o-1", "p-1", 1, 7)}, {pointsRow("o-1", "p-1", 1, 7), sampleRow("o-1", "p-1", 1, 7)}, {pointsRow("o-1", "p-1", 1, 7), pointsRow("o-1", "p-1", 1, 7)},
	} {
		x.exists(func(tx store.Tx) error { return tx.AddRows(x.ctx, again) })
	}
	write(x, store.Tx.AddRows, list(pointsRow("o-1", "p-1", 1, 7), rowIn(money.MustCurrency("CNY", 3), sampleRow("o-1", "p-1", 1, 7))))
	require.Len(x, orderRows(x, "o-1"), 3)
}
