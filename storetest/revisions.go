package storetest

import (
	"context"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

// revisioned is a kind of record that has a revision and a lock.
type revisioned[K ~string, V any] struct {
	name     string
	save     func(store.Tx, context.Context, []V) error
	lock     func(store.Tx, context.Context, []K) ([]V, error)
	read     func(store.Tx, context.Context, []K) ([]V, error)
	scan     func(tx store.Tx, ctx context.Context, after K, limit int) ([]V, error)
	at       func(id K, revision int64) V // a record
	empty    func(id K) V                 // what there is of a record that does not exist
	revision func(V) int64
	waiting  func(x *trial) []K // those that wait for something
}

var (
	revisionedOrders = revisioned[commission.OrderID, settlement.Order]{
		"order", store.Tx.SaveOrders, store.Tx.LockOrders, store.Tx.Orders, store.Tx.ScanOrders, orderAt,
		func(id commission.OrderID) settlement.Order { return settlement.Order{ID: id} }, func(o settlement.Order) int64 { return o.Revision },
		func(x *trial) []commission.OrderID { return due(x, day(99), 10) },
	}
	revisionedRuns = revisioned[settlement.RunID, settlement.Run]{
		"run", store.Tx.SaveRuns, store.Tx.LockRuns, store.Tx.Runs, store.Tx.ScanRuns, runAt,
		func(id settlement.RunID) settlement.Run { return settlement.Run{ID: id} }, func(r settlement.Run) int64 { return r.Revision },
		func(x *trial) []settlement.RunID { return releasing(x, 10) },
	}
	revisionedGrants = revisioned[partner.ID, settlement.Grants]{
		"grants", store.Tx.SaveGrants, store.Tx.LockGrants, store.Tx.Grants, store.Tx.ScanGrants,
		func(id partner.ID, revision int64) settlement.Grants { return grantsAt(id, revision, day(1)) },
		func(id partner.ID) settlement.Grants { return settlement.Grants{User: id} }, func(g settlement.Grants) int64 { return g.Revision },
		func(x *trial) []partner.ID { return dueGrants.list(x, day(99), 10) },
	}
	revisionedForfeits = revisioned[partner.ID, settlement.Forfeits]{
		"forfeits", store.Tx.SaveForfeits, store.Tx.LockForfeits, store.Tx.Forfeits, store.Tx.ScanForfeits,
		func(id partner.ID, revision int64) settlement.Forfeits { return forfeitsAt(id, revision, day(1)) },
		func(id partner.ID) settlement.Forfeits { return settlement.Forfeits{Partner: id} }, func(f settlement.Forfeits) int64 { return f.Revision },
		func(x *trial) []partner.ID { return dueForfeits.list(x, day(99), 10) },
	}
)

func (r revisioned[K, V]) saves(x *trial, id K, revision int64) func(store.Tx) error {
	return func(tx store.Tx) error { return r.save(tx, x.ctx, list(r.at(id, revision))) }
}

// revisions saves them with the next revision, also twice in a transaction, and with others.
func (r revisioned[K, V]) revisions(x *trial) {
	for stored := range int64(4) {
		for _, wrong := range list(stored-1, stored, stored+2, stored+10, 0) {
			x.refused(store.ErrStale, r.saves(x, "r-1", wrong))
		}
		x.update(r.saves(x, "r-1", stored+1))
		require.Equal(x, stored+1, r.revision(read(x, r.read, list[K]("r-1"))[0]), r.name)
	}
	both := func(first, second int64) func(store.Tx) error {
		return func(tx store.Tx) error {
			if err := r.saves(x, "r-1", first)(tx); err != nil {
				return err
			}
			return r.saves(x, "r-1", second)(tx)
		}
	}
	x.update(both(5, 6))
	x.refused(store.ErrStale, both(7, 7))
}

func (r revisioned[K, V]) staleInBatch(x *trial) {
	x.update(r.saves(x, "r-2", 1))
	x.refused(store.ErrStale, func(tx store.Tx) error {
		return r.save(tx, x.ctx, list(r.at("r-1", 1), r.at("r-2", 1), r.at("r-3", 1)))
	})
}

func (r revisioned[K, V]) lockLeavesNothing(x *trial) {
	x.update(func(tx store.Tx) error {
		got, err := r.lock(tx, x.ctx, list[K]("r-1", "r-2"))
		same(x, list(r.empty("r-1"), r.empty("r-2")), got)
		return err
	})
	same(x, make([]V, 2), read(x, r.read, list[K]("r-1", "r-2")))
	require.Empty(x, scan(x, r.scan, "", 10))
	require.Empty(x, r.waiting(x))
	require.Empty(x, x.dump())
	x.update(r.saves(x, "r-1", 1))
}

func (r revisioned[K, V]) lockNow(x *trial) {
	x.update(func(tx store.Tx) error {
		for n := range int64(3) {
			locked, err := r.lock(tx, x.ctx, list[K]("r-1"))
			if err != nil {
				return err
			}
			require.Equal(x, n, r.revision(locked[0]), r.name)
			if err := r.saves(x, "r-1", n+1)(tx); err != nil {
				return err
			}
		}
		return nil
	})
	require.Equal(x, int64(3), r.revision(change(x, r.lock, list[K]("r-1"))[0]), r.name)
}

// dueRecords are records of people that are due at an instant which they have themselves.
type dueRecords[V any] struct {
	save func(store.Tx, context.Context, []V) error
	due  func(tx store.Tx, ctx context.Context, instant time.Time, skip []partner.ID, limit int) ([]partner.ID, error)
	at   func(id partner.ID, revision int64, due time.Time) V
}

var (
	dueGrants   = dueRecords[settlement.Grants]{store.Tx.SaveGrants, store.Tx.DueGrants, grantsAt}
	dueForfeits = dueRecords[settlement.Forfeits]{store.Tx.SaveForfeits, store.Tx.DueForfeits, forfeitsAt}
)

func (d dueRecords[V]) list(x *trial, at time.Time, limit int, skip ...partner.ID) []partner.ID {
	x.Helper()
	var got []partner.ID
	x.view(func(tx store.Tx) (err error) {
		got, err = d.due(tx, x.ctx, at, skip, limit)
		return err
	})
	return got
}

func (d dueRecords[V]) atTheInstant(x *trial) {
	write(x, d.save, list(d.at("u-1", 1, day(5)), d.at("u-2", 1, time.Time{})))
	require.Empty(x, d.list(x, day(5).Add(-time.Microsecond), 10))
	require.Equal(x, list[partner.ID]("u-1"), d.list(x, day(5), 10))
	require.Equal(x, list[partner.ID]("u-1"), d.list(x, day(99), 10))
}

func (d dueRecords[V]) again(x *trial) {
	for i, c := range []struct {
		due   time.Time
		waits bool
	}{{day(3), true}, {time.Time{}, false}, {day(7), false}, {day(2), true}, {time.Time{}, false}} {
		x.update(func(tx store.Tx) error {
			if err := d.save(tx, x.ctx, list(d.at("u-1", int64(i+1), c.due))); err != nil {
				return err
			}
			got, err := d.due(tx, x.ctx, day(5), nil, 10)
			require.Equal(x, c.waits, len(got) == 1, "in the transaction that saves them as due at %s", c.due)
			return err
		})
		require.Equal(x, c.waits, len(d.list(x, day(5), 10)) == 1, "due at %s", c.due)
	}
}

func (d dueRecords[V]) inOrder(x *trial) {
	write(x, d.save, list(d.at("b", 1, day(2)), d.at("a", 1, day(2)), d.at("B", 1, day(2)), d.at("c", 1, day(1)), d.at("A", 1, day(3)), d.at("z", 1, day(9)),
		d.at("y", 1, time.Time{})))
	want := list[partner.ID]("c", "B", "a", "b", "A")
	for limit := range len(want) + 2 {
		require.Equal(x, append([]partner.ID{}, want[:min(limit, len(want))]...), append([]partner.ID{}, d.list(x, day(3), limit)...))
	}
	require.Equal(x, list[partner.ID]("c", "b", "A"), d.list(x, day(3), 10, "a", "B", "nobody"))
	require.Equal(x, list[partner.ID]("a"), d.list(x, day(3), 1, "c", "B"))
	require.Empty(x, d.list(x, day(3), 10, want...))
}
