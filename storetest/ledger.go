package storetest

import (
	"fmt"
	"slices"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

var rowSentences = []sentence{
	{"a row whose source, payee, currency and revision exist is an ExistsError and nothing is added", rowExists},
	{"many rows of orders that are new are added as few are", manyRowsOfNewOrders},
	{"rows of a source come in order of revision, payee, currency", rowsInOrder},
	{"FoldRows marks at most limit rows and returns them as they are after it, in order of payee, currency, source, revision", foldOrder},
	{"FoldRows takes each row once", foldOnce},
	{"FoldRows passes over rows that were added as folded", foldedBefore},
	{"ReleaseRows marks the rows of the sources alone and returns them as they were before it, in order of payee, currency, source, revision", releaseOrder},
	{"ReleaseRows takes each row once", releaseOnce},
	{"a row that is released before it was folded is folded by it", releasedBeforeFolded},
	{"a row that was folded before it is released keeps when", foldedBeforeReleased},
	{"rows added after a release wait for the next", addedAfterRelease},
}

func rowExists(x *trial) {
	write(x, store.Tx.AddRows, list(sampleRow("o-1", "p-1", 1, 100)))
	for _, again := range [][]settlement.Row{
		{sampleRow("o-1", "p-1", 1, 100)}, {sampleRow("o-1", "p-1", 1, 200)}, {sampleRow("o-2", "p-1", 1, 1), sampleRow("o-1", "p-1", 1, 1)},
		{sampleRow("o-3", "p-1", 1, 1), sampleRow("o-3", "p-1", 1, 1)},
	} {
		x.exists(func(tx store.Tx) error { return tx.AddRows(x.ctx, again) })
	}
	other := sampleRow("o-1", "p-1", 1, 100)
	other.Source.Kind = "period"
	write(x, store.Tx.AddRows, list(other, sampleRow("o-1", "p-2", 1, 100), sampleRow("o-1", "p-1", 2, 100), sampleRow("o-2", "p-1", 1, 100)))
}

// manyRowsOfNewOrders adds rows in the transaction that first saves their orders, which a store may do in another way: with all that a value can be.
func manyRowsOfNewOrders(x *trial) {
	n := min(60, x.size)
	ids := make([]commission.OrderID, n)
	sums := append(amounts(), cny.Minor(1), cny.Minor(-9999), cny.Minor(10000), cny.Minor(-100010000))
	sources, orders := make([]settlement.Source, n), make([]settlement.Order, n)
	var rows []settlement.Row
	for i := range ids {
		ids[i] = commission.OrderID(fmt.Sprintf("o-%02d", i))
		sources[i], orders[i] = settlement.OfOrder(ids[i]), sampleOrder(ids[i])
		for k := 3 * i; k < 3*i+3; k++ {
			row := sampleRow(ids[i], partner.ID(fmt.Sprintf("p-%03d", k)), 1, 0)
			row.Amount, row.Folded = sums[k%len(sums)], instants()[k%len(instants())]
			row.Reason = texts()[k%len(texts())]
			row.Entries[0].Level = partner.Level(row.Reason)
			rows = append(rows, row)
		}
	}
	want := make([][]settlement.Row, n)
	for i := range want {
		want[i] = rows[3*i : 3*i+3]
	}
	adding := func(again ...settlement.Row) func(tx store.Tx) error {
		return func(tx store.Tx) error {
			if _, err := tx.LockOrders(x.ctx, ids); err != nil {
				return err
			}
			if err := tx.SaveOrders(x.ctx, orders); err != nil {
				return err
			}
			if err := tx.AddRows(x.ctx, rows[:n]); err != nil {
				return err
			}
			if err := tx.AddRows(x.ctx, append(slices.Clone(rows[n:]), again...)); err != nil {
				return err
			}
			own, err := tx.Rows(x.ctx, sources)
			same(x, want, own, "what it has added itself")
			return err
		}
	}
	x.exists(adding(rows[2*n]))
	x.exists(func(tx store.Tx) error {
		if err := adding()(tx); err != nil {
			return err
		}
		return tx.AddRows(x.ctx, rows[n:])
	})
	x.refused(errRefused, func(tx store.Tx) error {
		if err := adding()(tx); err != nil {
			return err
		}
		return errRefused
	})
	x.update(adding())
	same(x, want, read(x, store.Tx.Rows, sources))
	x.exists(func(tx store.Tx) error {
		if _, err := tx.LockOrders(x.ctx, ids); err != nil {
			return err
		}
		return tx.AddRows(x.ctx, rows)
	})
}

// name says which row it is.
func name(r settlement.Row) string {
	return string(r.Payee) + " " + r.Source.ID + " " + string(rune('0'+r.Revision))
}

func names(rows []settlement.Row) []string {
	out := make([]string, 0, len(rows))
	for _, r := range rows {
		out = append(out, name(r))
	}
	return out
}

func orderRows(x *trial, id commission.OrderID) []settlement.Row {
	x.Helper()
	return read(x, store.Tx.Rows, list(settlement.OfOrder(id)))[0]
}

func rowsInOrder(x *trial) {
	write(x, store.Tx.AddRows, list(sampleRow("o-1", "c", 2, 1), sampleRow("o-1", "b", 1, 1), sampleRow("o-2", "a", 1, 1)))
	write(x, store.Tx.AddRows, list(sampleRow("o-1", "a", 2, 1), sampleRow("o-1", "C", 1, 1), sampleRow("o-1", "a", 1, 1)))
	require.Equal(x, list("C o-1 1", "a o-1 1", "b o-1 1", "a o-1 2", "c o-1 2"), names(orderRows(x, "o-1")))
}

func fold(x *trial, limit, at int) []settlement.Row {
	x.Helper()
	var rows []settlement.Row
	x.update(func(tx store.Tx) (err error) {
		rows, err = tx.FoldRows(x.ctx, limit, day(at))
		return err
	})
	return rows
}

func release(x *trial, at int, ids ...commission.OrderID) []settlement.Row {
	x.Helper()
	sources := make([]settlement.Source, len(ids))
	for i, id := range ids {
		sources[i] = settlement.OfOrder(id)
	}
	var rows []settlement.Row
	x.update(func(tx store.Tx) (err error) {
		rows, err = tx.ReleaseRows(x.ctx, sources, day(at))
		return err
	})
	return rows
}

func foldOrder(x *trial) {
	write(x, store.Tx.AddRows, list(
		sampleRow("o-2", "b", 2, 1), sampleRow("o-1", "b", 2, 2), sampleRow("o-2", "b", 1, 3), sampleRow("o-10", "b", 1, 4), sampleRow("o-1", "a", 1, 5), sampleRow("o-1", "B", 1, 6)))
	rows := fold(x, 100, 9)
	require.Equal(x, list("B o-1 1", "a o-1 1", "b o-1 2", "b o-10 1", "b o-2 1", "b o-2 2"), names(rows))
	for _, r := range rows {
		require.Equal(x, day(9), r.Folded)
		require.True(x, r.Released.IsZero())
	}
	same(x, rows[1:2], orderRows(x, "o-1")[1:2], "what FoldRows returns is what is stored")
}

func foldOnce(x *trial) {
	var all []settlement.Row
	for n := range 9 {
		all = append(all, sampleRow("o-1", person(n), 1, int64(n)))
	}
	write(x, store.Tx.AddRows, all)
	seen := map[string]bool{}
	for n := range 20 {
		rows := fold(x, 2, 9+n)
		require.LessOrEqual(x, len(rows), 2)
		for _, r := range rows {
			require.False(x, seen[name(r)], name(r))
			seen[name(r)] = true
		}
	}
	require.Len(x, seen, len(all))
	require.Empty(x, fold(x, 100, 40))
	for _, r := range orderRows(x, "o-1") {
		require.True(x, r.Folded.Before(day(30)), "the first fold stays")
	}
	write(x, store.Tx.AddRows, list(sampleRow("o-2", "p-1", 1, 1)))
	require.Equal(x, list("p-1 o-2 1"), names(fold(x, 100, 41)))
}

func foldedBefore(x *trial) {
	folded := sampleRow("o-1", "p-1", 1, 100)
	folded.Folded, folded.Released = day(3), day(3)
	write(x, store.Tx.AddRows, list(folded, sampleRow("o-1", "p-1", 2, 100)))
	require.Equal(x, list("p-1 o-1 2"), names(fold(x, 100, 9)))
	require.Equal(x, day(3), orderRows(x, "o-1")[0].Folded)
}

func releaseOrder(x *trial) {
	write(x, store.Tx.AddRows, list(
		sampleRow("o-2", "b", 1, 1), sampleRow("o-1", "b", 2, 2), sampleRow("o-1", "b", 1, 3), sampleRow("o-1", "a", 1, 4), sampleRow("O-1", "b", 1, 5), sampleRow("o-10", "b", 1, 6)))
	before := orderRows(x, "o-1")
	rows := release(x, 9, "o-2", "nothing", "o-1")
	require.Equal(x, list("a o-1 1", "b o-1 1", "b o-1 2", "b o-2 1"), names(rows))
	same(x, before, rows[:3])
	for _, r := range append(orderRows(x, "o-1"), orderRows(x, "o-2")...) {
		require.Equal(x, day(9), r.Released, name(r))
	}
	for _, r := range append(orderRows(x, "O-1"), orderRows(x, "o-10")...) {
		require.True(x, r.Released.IsZero(), name(r))
	}
}

func releaseOnce(x *trial) {
	write(x, store.Tx.AddRows, list(sampleRow("o-1", "a", 1, 1), sampleRow("o-1", "b", 1, 2), sampleRow("o-2", "a", 1, 3)))
	require.Len(x, release(x, 9, "o-1", "o-1"), 2)
	require.Empty(x, release(x, 10, "o-1"))
	require.Equal(x, list("a o-2 1"), names(release(x, 11, "o-1", "o-2")))
	for _, r := range orderRows(x, "o-1") {
		require.Equal(x, day(9), r.Released)
	}
}

// pending is what somebody has pending.
func pending(x *trial, id partner.ID) string {
	x.Helper()
	return cny.Of(balance(x, id).Pending.Units()).Plain()
}

func releasedBeforeFolded(x *trial) {
	write(x, store.Tx.AddRows, list(sampleRow("o-1", "p-1", 1, 100), sampleRow("o-2", "p-1", 1, 20)))
	require.Equal(x, "1.20", pending(x, "p-1"))
	rows := release(x, 9, "o-1")
	require.True(x, rows[0].Folded.IsZero(), "it was not folded before")
	require.Equal(x, day(9), orderRows(x, "o-1")[0].Folded)
	require.Equal(x, "0.20", pending(x, "p-1"))
	require.Equal(x, list("p-1 o-2 1"), names(fold(x, 100, 10)))
}

func foldedBeforeReleased(x *trial) {
	write(x, store.Tx.AddRows, list(sampleRow("o-1", "p-1", 1, 100)))
	fold(x, 100, 5)
	rows := release(x, 9, "o-1")
	require.Equal(x, day(5), rows[0].Folded)
	require.Equal(x, day(5), orderRows(x, "o-1")[0].Folded)
}

func addedAfterRelease(x *trial) {
	write(x, store.Tx.AddRows, list(sampleRow("o-1", "p-1", 1, 100)))
	release(x, 9, "o-1")
	write(x, store.Tx.AddRows, list(sampleRow("o-1", "p-1", 2, 50)))
	require.Equal(x, "0.50", pending(x, "p-1"))
	require.Equal(x, list("p-1 o-1 2"), names(release(x, 10, "o-1")))
}
