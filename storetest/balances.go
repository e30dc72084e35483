package storetest

import (
	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

var balanceSentences = []sentence{
	{"Pending counts rows that are not folded, and what was folded into the balance", pendingCounts},
	{"Pending of rows may be below 0", pendingBelowZero},
	{"a change adds to each field of its own", changeFields},
	{"what goes out beyond available becomes debt and what comes in pays it first", debtFirst},
	{"a change that needs more than is available changes nothing", changeNeeds},
	{"a change may need exactly what is available", changeNeedsAll},
	{"none of a call's changes takes effect where one needs more than is available", changeAllOrNone},
	{"changes take effect in the order given", changeOrder},
	{"a change that was undone leaves the balance and its condition as they were", changeUndone},
	{"a balance keeps amounts of 38 digits and refuses more", changeLarge},
	{"a change of nothing changes nothing", changeOfNothing},
}

func balance(x *trial, id partner.ID) settlement.Balance {
	x.Helper()
	return yuan(id, read(x, store.Tx.Balances, list(id))[0])
}

// yuan is what somebody has in yuan among his balances, with bare zeros.
func yuan(id partner.ID, all []settlement.Balance) settlement.Balance {
	for _, b := range all {
		if b.Currency() == cny {
			return plainBalance(b)
		}
	}
	return settlement.Balance{Partner: id}
}

// credit gives somebody something available.
func credit(x *trial, id partner.ID, units int64) {
	x.Helper()
	write(x, store.Tx.ChangeBalances, list(settlement.Change{Partner: id, Net: cny.Minor(units)}))
}

// debit takes something from what is available, if it is there.
func debit(id partner.ID, units int64) settlement.Change {
	return settlement.Change{Partner: id, Net: cny.Minor(-units), Withdrawing: cny.Minor(units), Need: cny.Minor(units)}
}

func pendingCounts(x *trial) {
	write(x, store.Tx.AddRows, list(sampleRow("o-1", "p-1", 1, 100), sampleRow("o-2", "p-1", 1, 20), sampleRow("o-1", "p-2", 1, 3)))
	require.Equal(x, list("1.20", "0.03", "0.00"), list(pending(x, "p-1"), pending(x, "p-2"), pending(x, "p-3")))
	x.update(func(tx store.Tx) error {
		rows, err := tx.FoldRows(x.ctx, 100, day(9))
		if err != nil {
			return err
		}
		now, err := tx.Balances(x.ctx, list[partner.ID]("p-1"))
		if err != nil {
			return err
		}
		require.Empty(x, now[0], "what is folded is the caller's to add")
		var changes []settlement.Change
		for _, r := range rows {
			changes = append(changes, settlement.Change{Partner: r.Payee, Pending: r.Amount})
		}
		return tx.ChangeBalances(x.ctx, changes)
	})
	write(x, store.Tx.AddRows, list(sampleRow("o-3", "p-1", 1, 5)))
	require.Equal(x, list("1.25", "0.03"), list(pending(x, "p-1"), pending(x, "p-2")))
}

func pendingBelowZero(x *trial) {
	write(x, store.Tx.AddRows, list(sampleRow("o-1", "p-1", 1, -100), sampleRow("o-2", "p-1", 1, 20)))
	require.Equal(x, "-0.80", pending(x, "p-1"))
	write(x, store.Tx.ChangeBalances, list(settlement.Change{Partner: "p-1", Pending: cny.Minor(-20)}))
	require.Equal(x, "-1.00", pending(x, "p-1"))
	fold(x, 100, 9)
	require.Equal(x, "-0.20", pending(x, "p-1"))
}

func changeFields(x *trial) {
	all := settlement.Change{
		Partner: "p-1", Pending: cny.Minor(1), Net: cny.Minor(20), Withdrawing: cny.Minor(300), Paid: cny.Minor(4000), Taxed: cny.Minor(50000), Fees: cny.Minor(600000),
	}
	write(x, store.Tx.ChangeBalances, list(all, all))
	require.Equal(x, settlement.Balance{
		Partner: "p-1", Pending: cny.Minor(2), Available: cny.Minor(40), Withdrawing: cny.Minor(600), Paid: cny.Minor(8000), Taxed: cny.Minor(100000), Fees: cny.Minor(1200000),
	}, balance(x, "p-1"))
	require.Equal(x, settlement.Balance{Partner: "p-2"}, balance(x, "p-2"))
}

// stands asserts what somebody has available and owes.
func stands(x *trial, id partner.ID, available, debt int64) {
	x.Helper()
	b := balance(x, id)
	require.Equal(x, list(bare(cny.Minor(available)), bare(cny.Minor(debt))), list(b.Available, b.Debt), "available and debt of %s", id)
}

func debtFirst(x *trial) {
	credit(x, "p-1", 100)
	credit(x, "p-1", -130)
	stands(x, "p-1", 0, 30)
	credit(x, "p-1", -5)
	stands(x, "p-1", 0, 35)
	credit(x, "p-1", 20)
	stands(x, "p-1", 0, 15)
	credit(x, "p-1", 15)
	stands(x, "p-1", 0, 0)
	credit(x, "p-1", 7)
	stands(x, "p-1", 7, 0)
	credit(x, "p-2", -1)
	stands(x, "p-2", 0, 1)
	credit(x, "p-2", 10)
	stands(x, "p-2", 9, 0)
}

func (x *trial) insufficient(changes ...settlement.Change) {
	x.Helper()
	x.refused(settlement.ErrInsufficient, func(tx store.Tx) error { return tx.ChangeBalances(x.ctx, changes) })
}

func changeNeeds(x *trial) {
	x.insufficient(debit("p-1", 1))
	credit(x, "p-1", 100)
	x.insufficient(debit("p-1", 101))
	x.insufficient(settlement.Change{Partner: "p-1", Need: cny.Minor(101)})
	write(x, store.Tx.ChangeBalances, list(settlement.Change{Partner: "p-1", Pending: cny.Minor(500), Withdrawing: cny.Minor(500), Paid: cny.Minor(500)}))
	x.insufficient(debit("p-1", 101))
	write(x, store.Tx.AddRows, list(sampleRow("o-1", "p-1", 1, 500)))
	x.insufficient(debit("p-1", 101))
	credit(x, "p-1", -150)
	x.insufficient(debit("p-1", 1))
	stands(x, "p-1", 0, 50)
}

func changeNeedsAll(x *trial) {
	credit(x, "p-1", 100)
	write(x, store.Tx.ChangeBalances, list(debit("p-1", 100)))
	stands(x, "p-1", 0, 0)
	x.insufficient(debit("p-1", 1))
	require.Equal(x, cny.Minor(100), balance(x, "p-1").Withdrawing)
}

func changeAllOrNone(x *trial) {
	credit(x, "p-1", 100)
	credit(x, "p-3", 100)
	x.insufficient(debit("p-1", 50), debit("p-2", 1), debit("p-3", 50))
	x.insufficient(debit("p-1", 60), debit("p-1", 60))
	x.update(func(tx store.Tx) error {
		require.ErrorIs(x, tx.ChangeBalances(x.ctx, list(debit("p-1", 50), debit("p-2", 1))), settlement.ErrInsufficient)
		now, err := tx.Balances(x.ctx, list[partner.ID]("p-1"))
		require.Equal(x, cny.Minor(100), yuan("p-1", now[0]).Available, "within the transaction too")
		return err
	})
	stands(x, "p-1", 100, 0)
}

func changeOrder(x *trial) {
	in := settlement.Change{Partner: "p-1", Net: cny.Minor(70)}
	x.insufficient(debit("p-1", 70), in)
	write(x, store.Tx.ChangeBalances, list(in, debit("p-1", 70), in, debit("p-1", 30), debit("p-1", 40)))
	stands(x, "p-1", 0, 0)
	require.Equal(x, cny.Minor(140), balance(x, "p-1").Withdrawing)
}

func changeUndone(x *trial) {
	credit(x, "p-1", 100)
	x.refused(errRefused, func(tx store.Tx) error {
		if err := tx.ChangeBalances(x.ctx, list(debit("p-1", 80))); err != nil {
			return err
		}
		require.ErrorIs(x, tx.ChangeBalances(x.ctx, list(debit("p-1", 21))), settlement.ErrInsufficient)
		return errRefused
	})
	write(x, store.Tx.ChangeBalances, list(debit("p-1", 80)))
	stands(x, "p-1", 20, 0)
}

func changeLarge(x *trial) {
	most := amounts()[0]
	write(x, store.Tx.ChangeBalances, list(settlement.Change{Partner: "p-1", Net: most, Pending: most.Neg(), Paid: most}))
	require.Equal(x, settlement.Balance{Partner: "p-1", Available: most, Pending: most.Neg(), Paid: most}, balance(x, "p-1"))
	before := x.dump()
	for _, c := range []settlement.Change{{Partner: "p-1", Net: cny.Minor(1)}, {Partner: "p-1", Pending: cny.Minor(-1)}, {Partner: "p-1", Paid: cny.Minor(1)}} {
		var tooLarge *money.RangeError
		require.ErrorAs(x, x.st.Update(x.ctx, x.tenant, func(tx store.Tx) error { return tx.ChangeBalances(x.ctx, list(c)) }), &tooLarge)
	}
	sameText(x, before, x.dump())
	write(x, store.Tx.ChangeBalances, list(settlement.Change{Partner: "p-1", Net: most.Neg(), Need: most}))
	write(x, store.Tx.ChangeBalances, list(settlement.Change{Partner: "p-1", Net: most.Neg()}))
	require.Equal(x, most, balance(x, "p-1").Debt)

	odd := cny.Minor(1<<53 + 1)
	write(x, store.Tx.ChangeBalances, list(settlement.Change{Partner: "p-2", Net: odd, Fees: odd}, settlement.Change{Partner: "p-2", Net: cny.Minor(-1), Fees: cny.Minor(-2)}))
	b := balance(x, "p-2")
	require.Equal(x, list(cny.Minor(1<<53), cny.Minor(1<<53-1)), list(b.Available, b.Fees))
}

func changeOfNothing(x *trial) {
	write(x, store.Tx.ChangeBalances, list(settlement.Change{Partner: "p-1"}, settlement.Change{Partner: "p-1", Net: cny.Minor(0), Need: cny.Minor(0)}))
	require.Equal(x, settlement.Balance{Partner: "p-1"}, balance(x, "p-1"))
	require.Empty(x, x.dump())
}
