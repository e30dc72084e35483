package storetest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/tree"
)

var sizeSentences = []sentence{
	{"partners, facts, edges and bindings are written and read in one call, however many", manyPeople},
	{"orders, rows and balances are written and read in one call, however many", manyOrders},
	{"runs and counters are written and read in one call, however many", manyRuns},
	{"grants and settled orders are written and read in one call, however many", manyGrants},
	{"forfeits are written and read in one call, however many", manyForfeits},
	{"claims, events and withdrawals are written and read in one call, however many", manyClaims},
	{"what a transaction begins with is undone with it, however much it is", manyUndone},
	{"a line of people is as long as it is", longLine},
	{"one record may be large", largeRecords},
}

// made makes n records.
func made[R any](n int, one func(int) R) []R {
	all := make([]R, n)
	for i := range all {
		all[i] = one(i)
	}
	return all
}

func manyPeople(x *trial) {
	n := x.size
	ids, customers := made(n, person), made(n, func(i int) partner.Customer { return partner.Customer(fmt.Sprintf("c-%d", i)) })
	write(x, store.Tx.AddPartners, made(n, func(i int) partner.Partner { return samplePartner(ids[i]) }))
	write(x, store.Tx.AddFacts, made(2*n, func(i int) partner.Fact { return fact(ids[i%n], fmt.Sprint(i), 1) }))
	write(x, store.Tx.AddEdges, made(n-1, func(i int) tree.Edge { return sampleEdge(ids[i+1], ids[i/2]) }))
	write(x, store.Tx.AddBindings, made(n, func(i int) tree.Binding { return sampleBinding(fmt.Sprintf("b-%d", i), customers[i], ids[i], day(1)) }))
	change(x, store.Tx.AddSpend, made(n, func(i int) store.Spend { return spend(customers[i], int64(i)) }))
	slices.Reverse(ids)

	partners, facts := read(x, store.Tx.Partners, ids), read(x, store.Tx.Facts, ids)
	uplines := read(x, store.Tx.Uplines, made(n, func(i int) store.UplineQuery { return store.UplineQuery{Start: ids[i], At: day(9), Depth: 2} }))
	for i, id := range ids {
		require.Equal(x, id, partners[i].ID)
		require.Len(x, facts[i], 2)
		require.Equal(x, id, uplines[i][0])
	}
	require.Len(x, read(x, store.Tx.Edges, edges(ids...)), n)
	require.Len(x, slices.Concat(read(x, store.Tx.Bindings, customers)...), n)
	require.Len(x, scan(x, store.Tx.ScanPartners, "", n), n)
	require.Len(x, scan(x, store.Tx.ScanCustomers, "", n), n)
}

func manyOrders(x *trial) {
	n := x.size
	ids := made(n, func(i int) commission.OrderID { return commission.OrderID(fmt.Sprintf("o-%d", i)) })
	people := made(n, person)
	x.update(func(tx store.Tx) error {
		_, err := tx.LockOrders(x.ctx, ids)
		if err != nil {
			return err
		}
		return tx.SaveOrders(x.ctx, made(n, func(i int) settlement.Order { return dueOrder(ids[i], day(5)) }))
	})
	write(x, store.Tx.AddRows, made(2*n, func(i int) settlement.Row { return sampleRow(ids[i/2], people[(i/2+i%2)%n], int64(1+i%2), int64(i)) }))
	write(x, store.Tx.ChangeBalances, made(n, func(i int) settlement.Change { return settlement.Change{Partner: people[i], Net: cny.Minor(int64(i))} }))
	write(x, store.Tx.ChangeBalances, made(n, func(i int) settlement.Change { return debit(people[i], int64(i)) }))

	orders, balances := read(x, store.Tx.Orders, ids), read(x, store.Tx.Balances, people)
	for i := range n {
		require.Equal(x, ids[i], orders[i].ID)
		require.Equal(x, bare(cny.Minor(int64(i))), yuan(people[i], balances[i]).Withdrawing)
	}
	sources := made(n, func(i int) settlement.Source { return settlement.OfOrder(ids[i]) })
	require.Len(x, slices.Concat(read(x, store.Tx.Rows, sources)...), 2*n)
	require.Len(x, scan(x, store.Tx.ScanOrders, "", n), n)
	require.Len(x, paidOrders.between(x, day(2), day(3), store.OrderCursor{}, n), n)
	require.Len(x, due(x, day(5), n), n)
	require.Len(x, due(x, day(5), n, ids[1:]...), 1)
	require.Len(x, fold(x, n, 6), n)
	require.Len(x, release(x, 6, ids...), 2*n)
	require.Empty(x, fold(x, n, 7))
	x.update(func(tx store.Tx) error {
		locked, err := tx.LockOrders(x.ctx, ids)
		if err != nil {
			return err
		}
		for i := range locked {
			locked[i].Released = day(6)
			locked[i].Revision++
		}
		return tx.SaveOrders(x.ctx, locked)
	})
	require.Len(x, releasedOrders.between(x, day(6), day(7), store.OrderCursor{}, n), n)
}

func manyRuns(x *trial) {
	n := x.size
	ids := made(n, func(i int) settlement.RunID { return settlement.RunID(fmt.Sprintf("r-%d", i)) })
	write(x, store.Tx.SaveRuns, made(n, func(i int) settlement.Run { return sampleRun(ids[i]) }))
	x.update(func(tx store.Tx) error {
		locked, err := tx.LockRuns(x.ctx, ids)
		if err != nil {
			return err
		}
		for i := range locked {
			locked[i].Revision++
		}
		return tx.SaveRuns(x.ctx, locked)
	})
	for i, r := range read(x, store.Tx.Runs, ids) {
		require.Equal(x, ids[i], r.ID)
		require.Equal(x, int64(2), r.Revision)
	}
	require.Len(x, scan(x, store.Tx.ScanRuns, "", n), n)

	keys := made(n, func(i int) store.CounterKey { return counterKey("618", partner.Customer(fmt.Sprintf("c-%d", i))) })
	change(x, store.Tx.LockCounters, keys)
	write(x, store.Tx.ChangeCounters, made(2*n, func(i int) store.CounterChange { return counting(keys[i%n], int64(i/n+1)) }))
	for i, amount := range read(x, store.Tx.Counters, keys) {
		require.Equal(x, cny.Minor(3), amount, keys[i])
	}
	require.Len(x, scan(x, store.Tx.ScanCounters, store.CounterKey{}, n), n)
	require.Len(x, releasing(x, n), n)
	require.Len(x, releasing(x, n, ids[1:]...), 1)
}

func manyClaims(x *trial) {
	n := x.size
	claims := made(n, func(i int) store.Claim { return sampleClaim("paid", fmt.Sprintf("o-%d", i), fmt.Sprint(i)) })
	same(x, claims, change(x, store.Tx.Claim, claims))
	same(x, claims, read(x, store.Tx.Claimed, made(n, func(i int) store.ClaimKey { return claims[i].ClaimKey })))
	require.Len(x, scan(x, store.Tx.ScanClaims, store.ClaimKey{}, n), n)

	write(x, store.Tx.AppendEvents, made(n, func(i int) store.Event { return sampleEvent(fmt.Sprintf("e-%d", i)) }))
	require.Len(x, scan(x, store.Tx.UnnumberedEvents, "", n), n)
	require.Equal(x, n, numbered(x, n))
	for i, e := range scan(x, store.Tx.Events, 0, n) {
		require.Equal(x, fmt.Sprintf("e-%d", i), e.ID)
	}

	ids := made(n, number)
	write(x, store.Tx.AddWithdrawals, made(n, func(i int) settlement.Withdrawal { return sampleWithdrawal(ids[i], "p-1") }))
	x.update(func(tx store.Tx) error {
		locked, err := tx.LockWithdrawals(x.ctx, ids)
		if err != nil {
			return err
		}
		for i := range locked {
			locked[i].Revision++
		}
		return tx.SaveWithdrawals(x.ctx, locked)
	})
	for i, w := range read(x, store.Tx.Withdrawals, ids) {
		require.Equal(x, ids[i], w.ID)
		require.Equal(x, int64(2), w.Revision)
	}
}

func manyUndone(x *trial) {
	n := x.size
	orders := made(n, func(i int) store.QueuedOrder { return queued(commission.OrderID(fmt.Sprintf("o-%d", i)), "a", day(1)) })
	for i := range orders {
		orders[i].Data = []byte(fmt.Sprintf("%q", strings.Repeat("long ", 200)))
	}
	x.refused(errRefused, func(tx store.Tx) error {
		if err := tx.Enqueue(x.ctx, orders); err != nil {
			return err
		}
		return errRefused
	})
	require.Empty(x, x.dump())
	write(x, store.Tx.Enqueue, orders)
	require.Len(x, scan(x, waiting, store.QueueCursor{}, n+1), n)
}

func longLine(x *trial) {
	n := max(x.size, 2000)
	chain(x, n)
	got := line(x, person(n), day(9), 0)
	require.Len(x, got, n+1)
	require.Equal(x, person(0), got[n])
}

func largeRecords(x *trial) {
	o := sampleOrder("o-1")
	for i := range commission.MaxLines {
		o.Frozen.Lines = append(o.Frozen.Lines, commission.FrozenLine{ID: commission.LineID(fmt.Sprint(i)), Quantity: 1, Net: cny.Minor(int64(i))})
		o.Returned = append(o.Returned, commission.Returned{})
	}
	for range 1000 {
		o.Parked = append(o.Parked, sampleOrder("o-1").Parked...)
	}
	row := sampleRow("o-1", "p-1", 1, 100)
	for range commission.MaxLines {
		row.Entries = append(row.Entries, row.Entries[0])
	}
	x.update(func(tx store.Tx) error {
		if err := tx.SaveOrders(x.ctx, list(o)); err != nil {
			return err
		}
		return tx.AddRows(x.ctx, list(row))
	})
	same(x, list(o), read(x, store.Tx.Orders, list[commission.OrderID]("o-1")))
	same(x, list(row), orderRows(x, "o-1"))
}
