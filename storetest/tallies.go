package storetest

import (
	"context"
	"math"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/store"
)

var tallySentences = []sentence{
	{"a sum that is saved again is as it was saved last, and others stay", talliesSaved},
	{"TalliesOf has only the sums of its partner in its series, after its day", talliesOfOne},
	{"what was counted of an order that is saved again is as it was saved last", countedAgain},
	{"CountedBetween begins at its first instant, ends before its last, and has only its series", countedWindow},
	{"what was counted in a transaction that fails is forgotten", talliesUndone},
}

func tallyKey(series string, id partner.ID, day int64) store.TallyKey {
	return store.TallyKey{Series: series, Partner: id, Day: day}
}

func countedKey(series string, id commission.OrderID) store.CountedKey {
	return store.CountedKey{Series: series, Order: id}
}

func tally(key store.TallyKey, units int64) store.Tally {
	return store.Tally{TallyKey: key, Amount: cny.Minor(units), Number: units % 7}
}

func counted(key store.CountedKey, paid time.Time, partners ...partner.ID) store.Counted {
	return store.Counted{CountedKey: key, Seller: "p-2", PaidAt: paid, Partners: partners, Amount: cny.Minor(1999), Number: 1}
}

// tallies asserts what sums there are, read in every way.
func tallies(x *trial, want ...store.Tally) {
	x.Helper()
	same(x, want, scan(x, store.Tx.ScanTallies, store.TallyKey{}, 100))
	keys := make([]store.TallyKey, len(want))
	for i := range want {
		keys[i] = want[i].TallyKey
	}
	same(x, want, read(x, store.Tx.Tallies, keys))
}

func talliesSaved(x *trial) {
	a, b, before := tallyKey("s-1", "p-1", 3), tallyKey("s-1", "p-1", 20000), tallyKey("s-1", "p-1", -5)
	write(x, store.Tx.SaveTallies, list(tally(a, 100), tally(b, 200), tally(a, 300), tally(before, 1)))
	tallies(x, tally(before, 1), tally(a, 300), tally(b, 200))
	write(x, store.Tx.SaveTallies, list(tally(b, -50)))
	tallies(x, tally(before, 1), tally(a, 300), tally(b, -50))
	x.update(func(tx store.Tx) error {
		if err := tx.SaveTallies(x.ctx, list(tally(a, 7))); err != nil {
			return err
		}
		got, err := tx.Tallies(x.ctx, list(a))
		same(x, list(tally(a, 7)), got, "own writes too")
		return err
	})
	write(x, store.Tx.SaveTallies, list(store.Tally{TallyKey: b, Number: math.MaxInt64}))
	got := read(x, store.Tx.Tallies, list(b))
	require.True(x, got[0].Amount.IsZero())
	require.Equal(x, int64(math.MaxInt64), got[0].Number)
}

func talliesOfOne(x *trial) {
	var all []store.Tally
	for _, series := range list("S-1", "s-1", "s-10") {
		for _, id := range list[partner.ID]("P-1", "p-1", "p-10") {
			for _, day := range list[int64](-2, -1, 0, 1, 10, 20000) {
				all = append(all, tally(tallyKey(series, id, day), int64(len(all))))
			}
		}
	}
	write(x, store.Tx.SaveTallies, all)
	of := func(after int64, limit int) []store.Tally {
		var got []store.Tally
		x.view(func(tx store.Tx) (err error) {
			got, err = tx.TalliesOf(x.ctx, tallyKey("s-1", "p-1", after), limit)
			return err
		})
		return got
	}
	hers := all[24:30]
	same(x, hers, of(math.MinInt64, 100))
	same(x, hers[:2], of(math.MinInt64, 2))
	same(x, hers[2:], of(-1, 100))
	same(x, hers[5:], of(10, 1))
	require.Empty(x, of(20000, 100))
}

func countedAgain(x *trial) {
	key := countedKey("s-1", "o-1")
	write(x, store.Tx.SaveCounted, list(counted(key, day(1), "p-1"), counted(key, day(1), "p-2", "p-1"), counted(countedKey("s-2", "o-1"), day(1))))
	same(x, list(counted(key, day(1), "p-2", "p-1"), store.Counted{}), read(x, store.Tx.Counted, list(key, countedKey("s-1", "o-2"))))
	again := counted(key, day(2), "p-3")
	again.Amount, again.Number, again.Seller = cny.Minor(-1), -2, "p-9"
	write(x, store.Tx.SaveCounted, list(again))
	same(x, list(again, counted(countedKey("s-2", "o-1"), day(1))), scan(x, store.Tx.ScanCounted, store.CountedKey{}, 100))
}

func countedWindow(x *trial) {
	tick := time.Microsecond
	var all []store.Counted
	for i, paid := range list(day(1).Add(-tick), day(1), day(1), day(2).Add(-tick), day(2)) {
		all = append(all, counted(countedKey("s-1", commission.OrderID(list("b", "c", "a", "e", "d")[i])), paid, "p-1"))
	}
	write(x, store.Tx.SaveCounted, append(all, counted(countedKey("S-1", "b"), day(1)), counted(countedKey("s-10", "b"), day(1))))
	between := func(from, to time.Time, after store.OrderCursor, limit int) []store.Counted {
		var got []store.Counted
		x.view(func(tx store.Tx) (err error) {
			got, err = tx.CountedBetween(x.ctx, "s-1", from, to, after, limit)
			return err
		})
		return got
	}
	same(x, list(all[2], all[1], all[3]), between(day(1), day(2), store.OrderCursor{}, 100))
	same(x, list(all[2]), between(day(1), day(2), store.OrderCursor{}, 1))
	same(x, list(all[1], all[3]), between(day(1), day(2), store.OrderCursor{At: day(1), ID: "a"}, 100))
	require.Empty(x, between(day(2), day(2), store.OrderCursor{}, 100))
}

func talliesUndone(x *trial) {
	key := tallyKey("s-1", "p-1", 3)
	write(x, store.Tx.SaveTallies, list(tally(key, 100)))
	before := x.dump()
	x.refused(errRefused, func(tx store.Tx) error {
		if err := tx.SaveTallies(x.ctx, list(tally(key, 900), tally(tallyKey("s-2", "p-1", 3), 1))); err != nil {
			return err
		}
		if err := tx.SaveCounted(x.ctx, list(counted(countedKey("s-1", "o-1"), day(1), "p-1"))); err != nil {
			return err
		}
		return errRefused
	})
	sameText(x, before, x.dump())
}

func fillTallies(ctx context.Context, tx store.Tx) error {
	if err := tx.SaveTallies(ctx, list(tally(tallyKey("s-1", "p-1", 1), 100), tally(tallyKey("s-1", "p-2", 1), 200))); err != nil {
		return err
	}
	return tx.SaveCounted(ctx, list(counted(countedKey("s-1", "o-1"), day(2), "p-1"), counted(countedKey("s-1", "o-3"), day(2), "p-1", "p-2")))
}

func tallyMethods() []method {
	return []method{
		one("Tallies", reading, store.Tx.Tallies, list(tallyKey("s-1", "p-1", 1), tallyKey("s-1", "p-2", 1)), nil),
		one("TalliesOf", reading, func(tx store.Tx, ctx context.Context, limit int) ([]store.Tally, error) {
			return tx.TalliesOf(ctx, tallyKey("s-1", "p-1", 0), limit)
		}, 10, 0),
		act("SaveTallies", store.Tx.SaveTallies, list(tally(tallyKey("s-1", "p-1", 2), 5)), nil),
		pageOf("ScanTallies", store.Tx.ScanTallies),
		one("Counted", reading, store.Tx.Counted, list(countedKey("s-1", "o-1"), countedKey("s-1", "o-3")), nil),
		act("SaveCounted", store.Tx.SaveCounted, list(counted(countedKey("s-1", "o-4"), day(2), "p-1")), nil),
		one("CountedBetween", reading, func(tx store.Tx, ctx context.Context, limit int) ([]store.Counted, error) {
			return tx.CountedBetween(ctx, "s-1", day(2), day(3), store.OrderCursor{}, limit)
		}, 10, 0),
		pageOf("ScanCounted", store.Tx.ScanCounted),
	}
}

func tallyKind() kind {
	keys := list(tallyKey("s-1", "p-1", 1), tallyKey("s-1", "p-1", 2))
	return kindOf("tallies",
		func() []store.Tally { return list(tally(keys[0], 100), tally(keys[1], 200)) },
		func(ctx context.Context, tx store.Tx, all []store.Tally) error { return tx.SaveTallies(ctx, all) },
		reader[store.Tally]{"Tallies", false, func(ctx context.Context, tx store.Tx) ([]store.Tally, error) { return tx.Tallies(ctx, keys) }},
		reader[store.Tally]{"TalliesOf", false, func(ctx context.Context, tx store.Tx) ([]store.Tally, error) {
			return tx.TalliesOf(ctx, tallyKey("s-1", "p-1", 0), 10)
		}},
		reader[store.Tally]{"ScanTallies", false, func(ctx context.Context, tx store.Tx) ([]store.Tally, error) {
			return tx.ScanTallies(ctx, store.TallyKey{}, 10)
		}},
	)
}

func countedKind() kind {
	keys := list(countedKey("s-1", "o-1"), countedKey("s-1", "o-2"))
	return kindOf("counted orders",
		func() []store.Counted {
			return list(counted(keys[0], day(1), "p-1", "p-2"), counted(keys[1], day(2), "p-2"))
		},
		func(ctx context.Context, tx store.Tx, all []store.Counted) error { return tx.SaveCounted(ctx, all) },
		reader[store.Counted]{"Counted", false, func(ctx context.Context, tx store.Tx) ([]store.Counted, error) { return tx.Counted(ctx, keys) }},
		reader[store.Counted]{"CountedBetween", false, func(ctx context.Context, tx store.Tx) ([]store.Counted, error) {
			return tx.CountedBetween(ctx, "s-1", time.Time{}, time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), store.OrderCursor{}, 10)
		}},
		reader[store.Counted]{"ScanCounted", false, func(ctx context.Context, tx store.Tx) ([]store.Counted, error) {
			return tx.ScanCounted(ctx, store.CountedKey{}, 10)
		}},
	)
}

func tallyScans() []scanning {
	var sums []store.TallyKey
	var orders []store.CountedKey
	for _, series := range list("A", "a", "a1", "é") {
		for _, id := range list("1", "12", "A", "a") {
			orders = append(orders, countedKey(series, commission.OrderID(id)))
			for _, day := range list[int64](-1, 0, 2, 10) {
				sums = append(sums, tallyKey(series, partner.ID(id), day))
			}
		}
	}
	return []scanning{
		scanOf("ScanTallies", sums, func(ctx context.Context, tx store.Tx, key store.TallyKey) error {
			return tx.SaveTallies(ctx, list(tally(key, 100)))
		}, store.Tx.ScanTallies, func(t store.Tally) store.TallyKey { return t.TallyKey }),
		scanOf("ScanCounted", orders, func(ctx context.Context, tx store.Tx, key store.CountedKey) error {
			return tx.SaveCounted(ctx, list(counted(key, day(1), "p-1")))
		}, store.Tx.ScanCounted, func(c store.Counted) store.CountedKey { return c.CountedKey }),
	}
}

// tallies writes what teams have sold, and what was counted of each order.
func (d *dumper) tallies() error {
	sums := func(page []store.Tally) error {
		for i := range page {
			d.series[page[i].Series] = true
			page[i].Amount = bare(page[i].Amount)
		}
		return lines(d, "tally", page)
	}
	if err := each(d, d.tx.ScanTallies, func(t store.Tally) store.TallyKey { return t.TallyKey }, sums); err != nil {
		return err
	}
	return each(d, d.tx.ScanCounted, func(c store.Counted) store.CountedKey { return c.CountedKey }, func(page []store.Counted) error {
		for _, c := range page {
			d.series[c.Series] = true
		}
		return lines(d, "counted", page)
	})
}
