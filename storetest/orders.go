package storetest

import (
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

var orderSentences = []sentence{
	{"an order is saved with the revision above the stored one and any other is ErrStale", revisionedOrders.revisions},
	{"a stale order keeps the others of its call from being saved", revisionedOrders.staleInBatch},
	{"LockOrders leaves nothing of an order that does not exist", revisionedOrders.lockLeavesNothing},
	{"LockOrders returns an order as it is now, own writes too", revisionedOrders.lockNow},
	{"an order is due at its ReleaseAt, and not a microsecond before", dueBoundary},
	{"only orders that are posted, not released and have a ReleaseAt are due", dueStates},
	{"an order that is saved again is due by what it is now", dueAgain},
	{"due orders come in order of ReleaseAt, then id, at most limit of them", dueInOrder},
	{"due orders leave out what is to be skipped", dueSkip},
}

func orderAt(id commission.OrderID, n int64) settlement.Order {
	o := sampleOrder(id)
	o.Revision = n
	return o
}

func due(x *trial, at time.Time, limit int, skip ...commission.OrderID) []commission.OrderID {
	x.Helper()
	var got []commission.OrderID
	x.view(func(tx store.Tx) (err error) {
		got, err = tx.DueOrders(x.ctx, at, skip, limit)
		return err
	})
	return got
}

func dueBoundary(x *trial) {
	at := day(5)
	write(x, store.Tx.SaveOrders, list(dueOrder("o-1", at)))
	require.Empty(x, due(x, at.Add(-time.Microsecond), 10))
	require.Equal(x, list[commission.OrderID]("o-1"), due(x, at, 10))
	require.Equal(x, list[commission.OrderID]("o-1"), due(x, at.Add(time.Microsecond), 10))
}

func dueStates(x *trial) {
	at := day(5)
	posted, notPosted, released, notReceived := dueOrder("posted", at), dueOrder("not posted", at), dueOrder("released", at), dueOrder("not received", time.Time{})
	notPosted.Posted = false
	released.Released = at
	write(x, store.Tx.SaveOrders, list(posted, notPosted, released, notReceived))
	require.Equal(x, list[commission.OrderID]("posted"), due(x, day(99), 10))
}

func dueAgain(x *trial) {
	o := dueOrder("o-1", time.Time{})
	save := func() {
		x.Helper()
		write(x, store.Tx.SaveOrders, list(o))
		o.Revision++
	}
	save()
	require.Empty(x, due(x, day(99), 10))
	o.ReleaseAt = day(5)
	save()
	require.Len(x, due(x, day(5), 10), 1)
	o.ReleaseAt = day(7)
	save()
	require.Empty(x, due(x, day(6), 10))
	require.Len(x, due(x, day(7), 10), 1)
	o.Released = day(8)
	x.update(func(tx store.Tx) error {
		if err := tx.SaveOrders(x.ctx, list(o)); err != nil {
			return err
		}
		got, err := tx.DueOrders(x.ctx, day(99), nil, 10)
		require.Empty(x, got, "what this transaction has released")
		return err
	})
	require.Empty(x, due(x, day(99), 10))
}

func dueInOrder(x *trial) {
	write(x, store.Tx.SaveOrders, list(
		dueOrder("b", day(3)), dueOrder("a", day(3)), dueOrder("z", day(1)), dueOrder("B", day(3)), dueOrder("later", day(9)), dueOrder("y", day(3).Add(-time.Microsecond))))
	want := list[commission.OrderID]("z", "y", "B", "a", "b")
	for limit := range 8 {
		require.Equal(x, append([]commission.OrderID{}, want[:min(limit, len(want))]...), append([]commission.OrderID{}, due(x, day(3), limit)...))
	}
}

func dueSkip(x *trial) {
	write(x, store.Tx.SaveOrders, list(dueOrder("a", day(1)), dueOrder("b", day(2)), dueOrder("c", day(3)), dueOrder("d", day(4))))
	require.Equal(x, list[commission.OrderID]("b", "d"), due(x, day(9), 10, "a", "c", "nothing"))
	require.Equal(x, list[commission.OrderID]("c"), due(x, day(9), 1, "b", "a"))
	require.Equal(x, list[commission.OrderID]("a", "b"), due(x, day(9), 2, "A"))
	require.Empty(x, due(x, day(9), 10, "a", "b", "c", "d"))
}
