package storetest

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/store/memstore"
)

// runs is a store whose Update and View are given.
type runs struct {
	update, view func(ctx context.Context, tenant store.Tenant, fn func(store.Tx) error) error
}

func (r runs) Update(ctx context.Context, tenant store.Tenant, fn func(store.Tx) error) error {
	return r.update(ctx, tenant, fn)
}

func (r runs) View(ctx context.Context, tenant store.Tenant, fn func(store.Tx) error) error {
	return r.view(ctx, tenant, fn)
}

func brokenTransactions() []broken {
	return []broken{
		{mistake: "what a failed Update wrote stays", open: func(m *memstore.Store) store.Store {
			return runs{view: m.View, update: func(ctx context.Context, tenant store.Tenant, fn func(store.Tx) error) error {
				var failure error
				err := m.Update(ctx, tenant, func(tx store.Tx) error { failure = fn(tx); return nil })
				return errors.Join(failure, err)
			}}
		}, killers: list("transactions/an Update whose fn fails leaves everything as it was", "transactions/Update and View return the error of fn unchanged",
			"faults/Orders.Paid: an error at any call changes nothing, and the same again succeeds")},
		{mistake: "a panic commits", open: func(m *memstore.Store) store.Store {
			return runs{view: m.View, update: func(ctx context.Context, tenant store.Tenant, fn func(store.Tx) error) error {
				var panicked any
				err := m.Update(ctx, tenant, func(tx store.Tx) error {
					defer func() { panicked = recover() }()
					return fn(tx)
				})
				if panicked != nil {
					panic(panicked)
				}
				return err
			}}
		}, killers: list("transactions/an Update whose fn panics leaves everything as it was")},
		{mistake: "the context is not heard", open: func(m *memstore.Store) store.Store {
			return runs{view: m.View, update: func(ctx context.Context, tenant store.Tenant, fn func(store.Tx) error) error {
				return m.Update(context.WithoutCancel(ctx), tenant, fn)
			}}
		}, killers: list("transactions/an Update whose context is cancelled leaves everything as it was", "transactions/with a cancelled context Update and View are errors")},
		{mistake: "a View can write", open: func(m *memstore.Store) store.Store { return runs{update: m.Update, view: m.Update} },
			killers: list("transactions/a View cannot write or lock")},
		{mistake: "a View sees what is not committed", open: dirty, killers: list("transactions/nobody sees what is not committed")},
		{mistake: "balances are read, changed and written", open: lostUpdate, killers: list(
			"concurrency/debits at once take exactly as often as what is available lasts", "concurrency/credits and debits at once are all counted",
			"programme/withdrawals at once never take more than is available")},
		{mistake: "a transaction reads a snapshot that is older than its lock", open: oldSnapshot, killers: list(
			"concurrency/edges that together would close a ring are not all added under LockTrees", "programme/people who recruit each other at once make no ring")},
		{mistake: "an order is locked, and read as it was before", open: oldOrders, killers: list(
			"concurrency/an order that is locked is changed by one at a time, and nothing is lost")},
		{mistake: "tenants are forgotten", open: func(m *memstore.Store) store.Store {
			return runs{
				update: func(ctx context.Context, _ store.Tenant, fn func(store.Tx) error) error { return m.Update(ctx, "", fn) },
				view:   func(ctx context.Context, _ store.Tenant, fn func(store.Tx) error) error { return m.View(ctx, "", fn) },
			}
		}, killers: list("tenants/two tenants with the same ids have nothing to do with each other", "tenants/FoldRows sees and changes nothing of another tenant's",
			"programme/two tenants run the same programme and neither sees the other")},
		{mistake: "tenants are compared without case", open: func(m *memstore.Store) store.Store {
			lower := func(t store.Tenant) store.Tenant { return store.Tenant(strings.ToLower(string(t))) }
			return runs{
				update: func(ctx context.Context, t store.Tenant, fn func(store.Tx) error) error {
					return m.Update(ctx, lower(t), fn)
				},
				view: func(ctx context.Context, t store.Tenant, fn func(store.Tx) error) error {
					return m.View(ctx, lower(t), fn)
				},
			}
		}, killers: list("tenants/tenants are compared byte by byte")},
		{mistake: "joining takes the store itself", open: func(m *memstore.Store) store.Store { return m },
			join: func(_ testing.TB, st store.Store) (store.Store, func() error, func()) {
				return st, func() error { return nil }, func() {}
			}, killers: list("joining/what is done is gone after the shop rolls back",
				"joining/an order that is paid inside the shop's transaction is there if and only if the shop commits")},
		{mistake: "a joined transaction forgets that it failed", open: func(m *memstore.Store) store.Store { return m }, join: unpoisoned,
			killers: list("joining/after an error that came after a write every call returns that error and nothing stays")},
	}
}

// dirty lets a View look into the transaction that is open.
func dirty(m *memstore.Store) store.Store {
	var mu sync.Mutex // held by whoever makes a call
	var open *memstore.Transaction
	guarded := func(_ string, call func() error) error {
		mu.Lock()
		defer mu.Unlock()
		return call()
	}
	set := func(t *memstore.Transaction) {
		mu.Lock()
		defer mu.Unlock()
		open = t
	}
	return runs{
		update: func(ctx context.Context, tenant store.Tenant, fn func(store.Tx) error) error {
			t := m.Begin()
			defer t.Rollback()
			err := t.Update(ctx, tenant, func(tx store.Tx) error {
				set(t)
				defer set(nil)
				return fn(&hooked{tx: tx, around: guarded})
			})
			if err != nil {
				return err
			}
			return t.Commit()
		},
		view: func(ctx context.Context, tenant store.Tenant, fn func(store.Tx) error) error {
			mu.Lock()
			if open == nil {
				mu.Unlock()
				return m.View(ctx, tenant, fn)
			}
			defer mu.Unlock()
			return open.View(ctx, tenant, fn)
		},
	}
}

var errSecond = errors.New("broken: the first run is only to look")

// looks counts those who have begun an Update of a store, and those of them who have looked.
type looks struct{ begun, done atomic.Int64 }

// meet waits until all who are ready to run have looked too, however busy the machine is, so that each writes on what others have looked at as well.
func (l *looks) meet() {
	for range 20 {
		runtime.Gosched() // whoever is ready begins
	}
	for l.done.Load() < l.begun.Load() {
		runtime.Gosched()
	}
	time.Sleep(2 * time.Millisecond)
}

// twice runs fn first to look and then to write, with others in between, as a store does that decides on what it has read before it locks.
func (l *looks) twice(m *memstore.Store, look, act func(store.Tx) store.Tx) func(context.Context, store.Tenant, func(store.Tx) error) error {
	return func(ctx context.Context, tenant store.Tenant, fn func(store.Tx) error) error {
		l.begun.Add(1)
		err := func() error {
			defer l.done.Add(1)
			return m.Update(ctx, tenant, func(tx store.Tx) error { return errors.Join(fn(look(tx)), errSecond) })
		}()
		if !errors.Is(err, errSecond) {
			return err
		}
		l.meet()
		return m.Update(ctx, tenant, func(tx store.Tx) error { return fn(act(tx)) })
	}
}

// seenBalances notes balances before they are changed, and later takes what it noted for what is there.
type seenBalances struct {
	store.Tx
	seen map[partner.ID]settlement.Balance
	look bool
}

func (s seenBalances) ChangeBalances(ctx context.Context, changes []settlement.Change) error {
	for _, c := range changes {
		now, err := s.Tx.Balances(ctx, list(c.Partner))
		if err != nil {
			return err
		}
		if s.look {
			s.seen[c.Partner] = yuan(c.Partner, now[0])
			continue
		}
		before, ok := s.seen[c.Partner]
		if !ok {
			before = yuan(c.Partner, now[0])
		}
		after, err := before.Apply(c)
		if err != nil {
			return err
		}
		s.seen[c.Partner] = after
		isNow, _ := yuan(c.Partner, now[0]).Net()
		becomes, _ := after.Net()
		c.Net, _ = becomes.Sub(isNow)
		c.Need = cny.Minor(0)
		if err := s.Tx.ChangeBalances(ctx, list(c)); err != nil {
			return err
		}
	}
	return nil
}

func lostUpdate(m *memstore.Store) store.Store {
	l := &looks{}
	return runs{view: m.View, update: func(ctx context.Context, tenant store.Tenant, fn func(store.Tx) error) error {
		seen := map[partner.ID]settlement.Balance{}
		return l.twice(m,
			func(tx store.Tx) store.Tx { return seenBalances{tx, seen, true} },
			func(tx store.Tx) store.Tx { return seenBalances{tx, seen, false} },
		)(ctx, tenant, fn)
	}}
}

// seenUplines notes lines of people, and later takes what it noted for what is there.
type seenUplines struct {
	store.Tx
	seen *[][][]partner.ID
	look bool
}

func (s seenUplines) Uplines(ctx context.Context, queries []store.UplineQuery) ([][]partner.ID, error) {
	if !s.look && len(*s.seen) > 0 {
		first := (*s.seen)[0]
		*s.seen = (*s.seen)[1:]
		return first, nil
	}
	lines, err := s.Tx.Uplines(ctx, queries)
	*s.seen = append(*s.seen, lines)
	return lines, err
}

func oldSnapshot(m *memstore.Store) store.Store {
	l := &looks{}
	return runs{view: m.View, update: func(ctx context.Context, tenant store.Tenant, fn func(store.Tx) error) error {
		var seen [][][]partner.ID
		return l.twice(m,
			func(tx store.Tx) store.Tx { return seenUplines{tx, &seen, true} },
			func(tx store.Tx) store.Tx { return seenUplines{tx, &seen, false} },
		)(ctx, tenant, fn)
	}}
}

// seenOrders notes locked orders, and later takes what it noted for what is there.
type seenOrders struct {
	store.Tx
	seen map[commission.OrderID]settlement.Order
	look bool
}

func (s seenOrders) LockOrders(ctx context.Context, ids []commission.OrderID) ([]settlement.Order, error) {
	orders, err := s.Tx.LockOrders(ctx, ids)
	for i, o := range orders {
		if s.look {
			s.seen[o.ID] = o.Clone()
		} else if before, ok := s.seen[o.ID]; ok {
			orders[i] = before
		}
	}
	return orders, err
}

func oldOrders(m *memstore.Store) store.Store {
	l := &looks{}
	return runs{view: m.View, update: func(ctx context.Context, tenant store.Tenant, fn func(store.Tx) error) error {
		seen := map[commission.OrderID]settlement.Order{}
		return l.twice(m,
			func(tx store.Tx) store.Tx { return seenOrders{tx, seen, true} },
			func(tx store.Tx) store.Tx { return seenOrders{tx, seen, false} },
		)(ctx, tenant, fn)
	}}
}

// unpoisoned is a transaction that takes every Update as a transaction of its own where it fails, and goes on after it.
func unpoisoned(_ testing.TB, st store.Store) (store.Store, func() error, func()) {
	t := st.(*memstore.Store).Begin()
	hidden := errors.New("hidden")
	run := func(do func(context.Context, store.Tenant, func(store.Tx) error) error) func(context.Context, store.Tenant, func(store.Tx) error) error {
		return func(ctx context.Context, tenant store.Tenant, fn func(store.Tx) error) error {
			failure := hidden
			err := do(ctx, tenant, func(tx store.Tx) error { failure = fn(tx); return nil })
			if failure != hidden && failure != nil {
				return failure
			}
			return err
		}
	}
	return runs{update: run(t.Update), view: run(t.View)}, t.Commit, t.Rollback
}
