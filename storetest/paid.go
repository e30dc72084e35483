package storetest

import (
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

var paidSentences = []sentence{
	{"PaidOrders begins at its first instant and ends before its last", paidWindow},
	{"PaidOrders goes by PaidAt, then id, at most limit of them", paidInOrder},
	{"PaidOrders goes on after its cursor, which need not be an order nor lie in the window", paidAfter},
	{"only orders that are posted are paid", paidStates},
	{"PaidOrders returns an order as it is now, where it is now", paidAgain},
	{"what was paid in a transaction that fails is not among PaidOrders", paidUndone},
	{"LockCustomerOrders returns each customer's posted orders from an instant on, in order of PaidAt, then id", boughtInOrder},
	{"LockCustomerOrders returns an order as it is now, and what fails is not among its orders", boughtAgain},
}

func paidOrder(id commission.OrderID, at time.Time) settlement.Order {
	o := sampleOrder(id)
	o.PaidAt = at
	return o
}

func paidBetween(x *trial, from, to time.Time, after store.OrderCursor, limit int) []commission.OrderID {
	x.Helper()
	var got []commission.OrderID
	x.view(func(tx store.Tx) error {
		orders, err := tx.PaidOrders(x.ctx, from, to, after, limit)
		got = nil
		for _, o := range orders {
			got = append(got, o.ID)
		}
		return err
	})
	return got
}

func paidWindow(x *trial) {
	from, to := day(1), day(3)
	write(x, store.Tx.SaveOrders, list(
		paidOrder("before", from.Add(-time.Microsecond)), paidOrder("first", from), paidOrder("last", to.Add(-time.Microsecond)), paidOrder("at the end", to)))
	require.Equal(x, list[commission.OrderID]("first", "last"), paidBetween(x, from, to, store.OrderCursor{}, 10))
	require.Equal(x, list[commission.OrderID]("first"), paidBetween(x, from, from.Add(time.Microsecond), store.OrderCursor{}, 10))
	require.Equal(x, list[commission.OrderID]("before", "first", "last", "at the end"), paidBetween(x, time.Time{}, day(99), store.OrderCursor{}, 10))
	for _, nothing := range list(from, from.Add(-time.Microsecond), time.Time{}) {
		require.Empty(x, paidBetween(x, from, nothing, store.OrderCursor{}, 10), "a window that ends where or before it begins")
	}
}

func paidInOrder(x *trial) {
	write(x, store.Tx.SaveOrders, list(paidOrder("b", day(3)), paidOrder("a", day(3)), paidOrder("z", day(1)), paidOrder("B", day(3)), paidOrder("a ", day(3)),
		paidOrder("y", day(3).Add(-time.Microsecond)), paidOrder("0", day(4))))
	want := list[commission.OrderID]("z", "y", "B", "a", "a ", "b", "0")
	for limit := range len(want) + 2 {
		require.Equal(x, append([]commission.OrderID{}, want[:min(limit, len(want))]...),
			append([]commission.OrderID{}, paidBetween(x, day(0), day(9), store.OrderCursor{}, limit)...))
	}
}

func paidAfter(x *trial) {
	write(x, store.Tx.SaveOrders, list(paidOrder("b", day(1)), paidOrder("d", day(1)), paidOrder("a", day(2)), paidOrder("c", day(3))))
	for _, c := range []struct {
		at   time.Time
		id   commission.OrderID
		want []commission.OrderID
	}{
		{day(1), "b", list[commission.OrderID]("d", "a")},
		{day(1), "c", list[commission.OrderID]("d", "a")},
		{day(1), "", list[commission.OrderID]("b", "d", "a")},
		{day(1), "d", list[commission.OrderID]("a")},
		{day(2), "Z", list[commission.OrderID]("a")},
		{day(2), "a", nil},
		{day(1).Add(-time.Microsecond), "z", list[commission.OrderID]("b", "d", "a")},
		{day(-9), "z", list[commission.OrderID]("b", "d", "a")},
		{day(9), "", nil},
	} {
		require.Equal(x, c.want, paidBetween(x, day(1), day(3), store.OrderCursor{PaidAt: c.at, ID: c.id}, 10), "after %s, %q", c.at, c.id)
	}
}

func paidStates(x *trial) {
	parked := paidOrder("not posted", day(2))
	parked.Posted = false
	released := paidOrder("released", day(2))
	released.Released = day(8)
	write(x, store.Tx.SaveOrders, list(parked, released, paidOrder("posted", day(2)), settlement.Order{ID: "parked", Revision: 1, Parked: parked.Parked}))
	require.Equal(x, list[commission.OrderID]("posted", "released"), paidBetween(x, time.Time{}, day(99), store.OrderCursor{}, 10))
}

func paidAgain(x *trial) {
	o := settlement.Order{ID: "o-1", Parked: sampleOrder("o-1").Parked}
	save := func() {
		x.Helper()
		o.Revision++
		write(x, store.Tx.SaveOrders, list(o))
	}
	save()
	require.Empty(x, paidBetween(x, time.Time{}, day(99), store.OrderCursor{}, 10))
	revision := o.Revision
	o = paidOrder("o-1", day(2))
	o.Revision = revision
	save()
	o.Returned[0].Units = 3
	save()
	x.update(func(tx store.Tx) error {
		got, err := tx.PaidOrders(x.ctx, day(2), day(3), store.OrderCursor{}, 10)
		same(x, list(o), got, "once, with what has come back since")
		return err
	})
	o.PaidAt = day(5)
	save()
	require.Empty(x, paidBetween(x, day(2), day(3), store.OrderCursor{}, 10))
	require.Equal(x, list[commission.OrderID]("o-1"), paidBetween(x, day(0), day(9), store.OrderCursor{}, 10))
}

func paidUndone(x *trial) {
	write(x, store.Tx.SaveOrders, list(paidOrder("o-1", day(1))))
	moved := paidOrder("o-1", day(3))
	moved.Revision = 2
	require.ErrorIs(x, x.st.Update(x.ctx, x.tenant, func(tx store.Tx) error {
		if err := tx.SaveOrders(x.ctx, list(moved, paidOrder("o-2", day(2)))); err != nil {
			return err
		}
		got, err := tx.PaidOrders(x.ctx, day(0), day(9), store.OrderCursor{}, 10)
		if err != nil {
			return err
		}
		require.Len(x, got, 2, "fn sees what it has paid")
		require.Equal(x, commission.OrderID("o-2"), got[0].ID)
		return errRefused
	}), errRefused)
	require.Equal(x, list[commission.OrderID]("o-1"), paidBetween(x, day(0), day(9), store.OrderCursor{}, 10))
	require.Equal(x, list[commission.OrderID]("o-1"), paidBetween(x, day(1), day(2), store.OrderCursor{}, 10))
}

func boughtBy(id commission.OrderID, customer partner.Customer, at time.Time) settlement.Order {
	o := paidOrder(id, at)
	o.Customer = customer
	return o
}

func boughtInOrder(x *trial) {
	parked := boughtBy("parked", "c-1", day(3))
	parked.Posted = false
	write(x, store.Tx.SaveOrders, list(
		boughtBy("b", "c-1", day(3)), boughtBy("a", "c-1", day(3)), boughtBy("z", "c-1", day(2)), boughtBy("early", "c-1", day(2).Add(-time.Microsecond)),
		boughtBy("other", "c-2", day(4)), boughtBy("last", "c-1", day(9)), parked))
	x.update(func(tx store.Tx) error {
		got, err := tx.LockCustomerOrders(x.ctx, list[partner.Customer]("c-2", "nobody", "c-1", "C-1"), day(2))
		same(x, [][]settlement.Order{
			list(boughtBy("other", "c-2", day(4))), nil,
			list(boughtBy("z", "c-1", day(2)), boughtBy("a", "c-1", day(3)), boughtBy("b", "c-1", day(3)), boughtBy("last", "c-1", day(9))), nil,
		}, got, "by customer")
		return err
	})
}

func boughtAgain(x *trial) {
	o := boughtBy("o-1", "c-1", day(2))
	write(x, store.Tx.SaveOrders, list(o))
	o.Revision++
	o.Returned[0].Units = 3
	require.ErrorIs(x, x.st.Update(x.ctx, x.tenant, func(tx store.Tx) error {
		if err := tx.SaveOrders(x.ctx, list(o, boughtBy("o-2", "c-1", day(3)))); err != nil {
			return err
		}
		got, err := tx.LockCustomerOrders(x.ctx, list[partner.Customer]("c-1"), day(0))
		if err != nil {
			return err
		}
		same(x, list(o, boughtBy("o-2", "c-1", day(3))), got[0], "fn sees what it has written")
		return errRefused
	}), errRefused)
	write(x, store.Tx.SaveOrders, list(o))
	x.update(func(tx store.Tx) error {
		got, err := tx.LockCustomerOrders(x.ctx, list[partner.Customer]("c-1"), day(0))
		same(x, [][]settlement.Order{list(o)}, got, "once, with what has come back since")
		return err
	})
}
