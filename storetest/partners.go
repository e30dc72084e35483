package storetest

import (
	"fmt"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/store"
)

var partnerSentences = []sentence{
	{"a partner whose id exists is an ExistsError and nothing is added", partnerExists},
	{"facts are numbered for each partner from 1 on, in the order given", factsNumbered},
	{"facts of one partner come in order of Seq, whatever their instants", factsInOrder},
	{"LockFacts returns facts as they are now, own writes too, also of one who has none", lockFactsNow},
	{"AddSpend returns each customer's total after it, in the order given", spendTotals},
	{"Spent returns the totals of AddSpend", spentTotals},
	{"AddSpend takes back what is below 0, down to below 0", spendBack},
	{"AddSpend of nothing changes nothing and keeps nothing", spendNothing},
	{"AddSpend of nothing keeps others from adding, also of who has spent nothing", spendAtOnce},
	{"ScanCustomers has who spent and whom somebody attempted to bind", customersKnown},
}

// exists asserts that an Update in which fn adds what exists is an ExistsError and changes nothing.
func (x *trial) exists(fn func(tx store.Tx) error) {
	x.Helper()
	before := x.dump()
	err := x.st.Update(x.ctx, x.tenant, fn)
	var exists *store.ExistsError
	require.ErrorAs(x, err, &exists)
	require.ErrorIs(x, err, store.ErrExists)
	require.NotEmpty(x, exists.Record)
	sameText(x, before, x.dump())
}

func partnerExists(x *trial) {
	write(x, store.Tx.AddPartners, list(samplePartner("p-1")))
	for _, again := range [][]partner.Partner{{samplePartner("p-1")}, {samplePartner("p-2"), samplePartner("p-1")}, {samplePartner("p-3"), samplePartner("p-3")}} {
		x.exists(func(tx store.Tx) error { return tx.AddPartners(x.ctx, again) })
	}
	x.exists(func(tx store.Tx) error {
		if err := tx.AddPartners(x.ctx, list(samplePartner("p-4"))); err != nil {
			return err
		}
		return tx.AddPartners(x.ctx, list(samplePartner("p-4")))
	})
	write(x, store.Tx.AddPartners, list(samplePartner("p-4")))
}

// seqs returns the numbers of somebody's facts and asserts that their values are those given.
func seqs(x *trial, id partner.ID, values ...string) []int64 {
	x.Helper()
	var numbers []int64
	var got []string
	for _, f := range read(x, store.Tx.Facts, list(id))[0] {
		numbers, got = append(numbers, f.Seq), append(got, f.Value)
	}
	require.Equal(x, values, got)
	return numbers
}

func fact(id partner.ID, value string, at int) partner.Fact {
	return partner.Fact{Partner: id, Kind: partner.FactLevel, Value: value, At: day(at), Seq: 77, Record: recorded(at)}
}

func factsNumbered(x *trial) {
	write(x, store.Tx.AddFacts, list(fact("p-1", "a", 1), fact("p-2", "b", 1), fact("p-1", "c", 1), fact("p-1", "d", 1), fact("p-2", "e", 1)))
	require.Equal(x, list[int64](1, 2, 3), seqs(x, "p-1", "a", "c", "d"))
	require.Equal(x, list[int64](1, 2), seqs(x, "p-2", "b", "e"))
	require.ErrorIs(x, x.st.Update(x.ctx, x.tenant, func(tx store.Tx) error {
		if err := tx.AddFacts(x.ctx, list(fact("p-1", "undone", 1))); err != nil {
			return err
		}
		return errRefused
	}), errRefused)
	x.update(func(tx store.Tx) error {
		if err := tx.AddFacts(x.ctx, list(fact("p-1", "f", 1))); err != nil {
			return err
		}
		return tx.AddFacts(x.ctx, list(fact("p-1", "g", 1)))
	})
	require.Equal(x, list[int64](1, 2, 3, 4, 5), seqs(x, "p-1", "a", "c", "d", "f", "g"))
}

func factsInOrder(x *trial) {
	for n, value := range list("j", "i", "h", "g", "f", "e", "d", "c", "b", "a", "late") {
		write(x, store.Tx.AddFacts, list(fact("p-1", value, 20-n)))
	}
	require.Len(x, seqs(x, "p-1", "j", "i", "h", "g", "f", "e", "d", "c", "b", "a", "late"), 11)
}

func lockFactsNow(x *trial) {
	x.update(func(tx store.Tx) error {
		for n := range 3 {
			locked, err := tx.LockFacts(x.ctx, list[partner.ID]("p-1", "p-2"))
			if err != nil {
				return err
			}
			require.Len(x, locked[0], n)
			require.Empty(x, locked[1])
			if err := tx.AddFacts(x.ctx, list(fact("p-1", fmt.Sprint("level ", n), n+1))); err != nil {
				return err
			}
		}
		return nil
	})
	require.Len(x, change(x, store.Tx.LockFacts, list[partner.ID]("p-1"))[0], 3)
}

func spend(customer partner.Customer, units int64) store.Spend {
	return store.Spend{Customer: customer, Amount: cny.Minor(units)}
}

func spendTotals(x *trial) {
	got := change(x, store.Tx.AddSpend, list(spend("c-1", 100), spend("c-2", 7), spend("c-1", 23), spend("c-1", 0)))
	same(x, list(cny.Minor(100), cny.Minor(7), cny.Minor(123), cny.Minor(123)), got)
	got = change(x, store.Tx.AddSpend, list(spend("c-1", 1), spend("c-3", 5)))
	same(x, list(cny.Minor(124), cny.Minor(5)), got)
}

func spentTotals(x *trial) {
	change(x, store.Tx.AddSpend, list(spend("c-1", 100), spend("c-2", 7), spend("c-1", 23)))
	same(x, list(cny.Minor(123), money.Amount{}, cny.Minor(7)), read(x, store.Tx.Spent, list[partner.Customer]("c-1", "c-9", "c-2")))
	x.update(func(tx store.Tx) error {
		if _, err := tx.AddSpend(x.ctx, list(spend("c-2", -10))); err != nil {
			return err
		}
		own, err := tx.Spent(x.ctx, list[partner.Customer]("c-2"))
		same(x, list(cny.Minor(-3)), own)
		return err
	})
}

func spendBack(x *trial) {
	got := change(x, store.Tx.AddSpend, list(spend("c-1", 100), spend("c-1", -30), spend("c-1", -100)))
	same(x, list(cny.Minor(100), cny.Minor(70), cny.Minor(-30)), got)
	most := amounts()[0]
	got = change(x, store.Tx.AddSpend, list(store.Spend{Customer: "c-2", Amount: most}, store.Spend{Customer: "c-2", Amount: most.Neg()}, store.Spend{Customer: "c-2", Amount: most.Neg()}))
	got[1] = bare(got[1])
	same(x, list(most, money.Amount{}, most.Neg()), got)
	var tooLarge *money.RangeError
	err := x.st.Update(x.ctx, x.tenant, func(tx store.Tx) error {
		_, err := tx.AddSpend(x.ctx, list(spend("c-2", -1)))
		return err
	})
	require.ErrorAs(x, err, &tooLarge, "a total beyond 38 digits")
}

func spendNothing(x *trial) {
	change(x, store.Tx.AddSpend, list(spend("c-1", 100), spend("c-2", 0)))
	got := change(x, store.Tx.AddSpend, list(store.Spend{Customer: "c-1"}, store.Spend{Customer: "c-9"}, store.Spend{Customer: "c-1"}))
	same(x, list(cny.Minor(100), money.Amount{}, cny.Minor(100)), got)
	same(x, list(cny.Minor(100), money.Amount{}), read(x, store.Tx.Spent, list[partner.Customer]("c-1", "c-9")))
	known := list(spend("c-1", 100), spend("c-2", 0))
	same(x, known, scan(x, store.Tx.ScanCustomers, "", 10), "who has spent nothing, and nobody bound, is no customer")
}

func spendAtOnce(x *trial) {
	x.contended(func(x *trial, workers, _ int) {
		for _, err := range together(workers, func(int) error {
			return x.st.Update(x.ctx, x.tenant, func(tx store.Tx) error {
				before, err := tx.AddSpend(x.ctx, list(store.Spend{Customer: "c-1"}))
				if err != nil {
					return err
				}
				after, err := tx.AddSpend(x.ctx, list(spend("c-1", 1)))
				if err != nil {
					return err
				}
				total, err := before[0].Add(cny.Minor(1))
				if err == nil && total != after[0] {
					err = fmt.Errorf("%s and then %s: somebody has added meanwhile", before[0], after[0])
				}
				return err
			})
		}) {
			require.NoError(x, err)
		}
		same(x, list(cny.Minor(int64(workers))), read(x, store.Tx.Spent, list[partner.Customer]("c-1")))
	})
}

func customersKnown(x *trial) {
	change(x, store.Tx.AddSpend, list(spend("c-1", 100), spend("c-3", -5)))
	write(x, store.Tx.AddBindings, list(sampleBinding("b-1", "c-2", "p-1", day(1)), sampleBinding("b-2", "c-3", "p-1", day(1)), sampleBinding("b-3", "c-3", "p-2", day(2))))
	got := scan(x, store.Tx.ScanCustomers, "", 10)
	require.Len(x, got, 3)
	got[1].Amount = bare(got[1].Amount)
	same(x, list(spend("c-1", 100), store.Spend{Customer: "c-2"}, spend("c-3", -5)), got)
}
