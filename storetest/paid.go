package storetest

import (
	"context"
	"slices"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

// orderWindow is a method that reads orders by an instant of theirs.
type orderWindow struct {
	name   string
	states string // which orders have that instant
	at     func(*settlement.Order) *time.Time
	read   func(tx store.Tx, ctx context.Context, from, to time.Time, after store.OrderCursor, limit int) ([]settlement.Order, error)
}

var (
	paidOrders = orderWindow{"PaidOrders", "posted", func(o *settlement.Order) *time.Time { return &o.PaidAt }, store.Tx.PaidOrders}

	customerOrders = orderWindow{"CustomerOrders", "posted", func(o *settlement.Order) *time.Time { return &o.PaidAt }, upTo(customerOrdersOf("c-1"))}

	soldOrders = orderWindow{"SoldOrders", "posted", func(o *settlement.Order) *time.Time { return &o.PaidAt }, upTo(soldOrdersOf("p-1"))}

	releasedOrders = orderWindow{"ReleasedOrders", "released", func(o *settlement.Order) *time.Time { return &o.Released }, store.Tx.ReleasedOrders}
)

// ordersFrom is a method that reads somebody's orders by payment.
type ordersFrom func(tx store.Tx, ctx context.Context, from time.Time, after store.OrderCursor, limit int) ([]settlement.Order, error)

func customerOrdersOf(customer partner.Customer) ordersFrom {
	return func(tx store.Tx, ctx context.Context, from time.Time, after store.OrderCursor, limit int) ([]settlement.Order, error) {
		return tx.CustomerOrders(ctx, customer, from, after, limit)
	}
}

func soldOrdersOf(seller partner.ID) ordersFrom {
	return func(tx store.Tx, ctx context.Context, from time.Time, after store.OrderCursor, limit int) ([]settlement.Order, error) {
		return tx.SoldOrders(ctx, seller, from, after, limit)
	}
}

// upTo is a method without an end as one that has it.
func upTo(read ordersFrom) func(store.Tx, context.Context, time.Time, time.Time, store.OrderCursor, int) ([]settlement.Order, error) {
	return func(tx store.Tx, ctx context.Context, from, to time.Time, after store.OrderCursor, limit int) ([]settlement.Order, error) {
		orders, err := read(tx, ctx, from, after, limit)
		return slices.DeleteFunc(orders, func(o settlement.Order) bool { return !o.PaidAt.Before(to) }), err
	}
}

func (w orderWindow) sentences() []sentence {
	return []sentence{
		{w.name + " begins at its first instant and ends before its last", w.window},
		{w.name + " goes by its instant, then id, at most limit of them", w.inOrder},
		{w.name + " goes on after its cursor, which need not be an order nor lie in the window", w.after},
		{"only orders that are " + w.states + " come from " + w.name, w.only},
		{w.name + " returns an order as it is now, where it is now", w.again},
		{w.name + " has nothing of a transaction that fails", w.undone},
	}
}

// order is an order with that instant.
func (w orderWindow) order(id commission.OrderID, at time.Time) settlement.Order {
	o := sampleOrder(id)
	*w.at(&o) = at
	return o
}

func (w orderWindow) between(x *trial, from, to time.Time, after store.OrderCursor, limit int) []commission.OrderID {
	x.Helper()
	var got []commission.OrderID
	x.view(func(tx store.Tx) error {
		orders, err := w.read(tx, x.ctx, from, to, after, limit)
		got = nil
		for _, o := range orders {
			got = append(got, o.ID)
		}
		return err
	})
	return got
}

func (w orderWindow) window(x *trial) {
	from, to := day(1), day(3)
	write(x, store.Tx.SaveOrders, list(
		w.order("before", from.Add(-time.Microsecond)), w.order("first", from), w.order("last", to.Add(-time.Microsecond)), w.order("at the end", to)))
	require.Equal(x, list[commission.OrderID]("first", "last"), w.between(x, from, to, store.OrderCursor{}, 10))
	require.Equal(x, list[commission.OrderID]("first"), w.between(x, from, from.Add(time.Microsecond), store.OrderCursor{}, 10))
	require.Equal(x, list[commission.OrderID]("before", "first", "last", "at the end"), w.between(x, time.Time{}, day(99), store.OrderCursor{}, 10))
	for _, nothing := range list(from, from.Add(-time.Microsecond), time.Time{}) {
		require.Empty(x, w.between(x, from, nothing, store.OrderCursor{}, 10), "a window that ends where or before it begins")
	}
}

func (w orderWindow) inOrder(x *trial) {
	write(x, store.Tx.SaveOrders, list(w.order("b", day(3)), w.order("a", day(3)), w.order("z", day(1)), w.order("B", day(3)), w.order("a ", day(3)),
		w.order("y", day(3).Add(-time.Microsecond)), w.order("0", day(4))))
	want := list[commission.OrderID]("z", "y", "B", "a", "a ", "b", "0")
	for limit := range len(want) + 2 {
		require.Equal(x, append([]commission.OrderID{}, want[:min(limit, len(want))]...),
			append([]commission.OrderID{}, w.between(x, day(0), day(9), store.OrderCursor{}, limit)...))
	}
}

func (w orderWindow) after(x *trial) {
	write(x, store.Tx.SaveOrders, list(w.order("b", day(1)), w.order("d", day(1)), w.order("a", day(2)), w.order("c", day(3))))
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
		require.Equal(x, c.want, w.between(x, day(1), day(3), store.OrderCursor{At: c.at, ID: c.id}, 10), "after %s, %q", c.at, c.id)
	}
}

func (w orderWindow) only(x *trial) {
	parked := w.order("not posted", day(2))
	parked.Posted, parked.Released = false, time.Time{}
	released, waits := sampleOrder("released"), sampleOrder("posted")
	released.Released = day(8)
	write(x, store.Tx.SaveOrders, list(parked, released, waits, settlement.Order{ID: "parked", Revision: 1, Parked: parked.Parked}))
	want := list[commission.OrderID]("posted", "released")
	if w.states == "released" {
		want = want[1:]
	}
	require.Equal(x, want, w.between(x, time.Time{}, day(99), store.OrderCursor{}, 10))
}

func (w orderWindow) again(x *trial) {
	o := settlement.Order{ID: "o-1", Parked: sampleOrder("o-1").Parked}
	save := func() {
		x.Helper()
		o.Revision++
		write(x, store.Tx.SaveOrders, list(o))
	}
	save()
	require.Empty(x, w.between(x, time.Time{}, day(99), store.OrderCursor{}, 10))
	revision := o.Revision
	o = w.order("o-1", day(2))
	o.Revision = revision
	save()
	o.Returned[0].Units = 3
	save()
	x.update(func(tx store.Tx) error {
		got, err := w.read(tx, x.ctx, day(2), day(3), store.OrderCursor{}, 10)
		same(x, list(o), got, "once, with what has come back since")
		return err
	})
	*w.at(&o) = day(5)
	save()
	require.Empty(x, w.between(x, day(2), day(3), store.OrderCursor{}, 10))
	require.Equal(x, list[commission.OrderID]("o-1"), w.between(x, day(0), day(9), store.OrderCursor{}, 10))
}

func (w orderWindow) undone(x *trial) {
	write(x, store.Tx.SaveOrders, list(w.order("o-1", day(1))))
	moved := w.order("o-1", day(3))
	moved.Revision = 2
	require.ErrorIs(x, x.st.Update(x.ctx, x.tenant, func(tx store.Tx) error {
		if err := tx.SaveOrders(x.ctx, list(moved, w.order("o-2", day(2)))); err != nil {
			return err
		}
		got, err := w.read(tx, x.ctx, day(0), day(9), store.OrderCursor{}, 10)
		if err != nil {
			return err
		}
		require.Len(x, got, 2, "fn sees what it has written")
		require.Equal(x, commission.OrderID("o-2"), got[0].ID)
		return errRefused
	}), errRefused)
	require.Equal(x, list[commission.OrderID]("o-1"), w.between(x, day(0), day(9), store.OrderCursor{}, 10))
	require.Equal(x, list[commission.OrderID]("o-1"), w.between(x, day(1), day(2), store.OrderCursor{}, 10))
}
