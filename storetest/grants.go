package storetest

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

var grantSentences = []sentence{
	{"grants are saved with the revision above the stored one and any other is ErrStale", revisionedGrants.revisions},
	{"stale grants keep the others of their call from being saved", revisionedGrants.staleInBatch},
	{"LockGrants leaves nothing of grants that do not exist", revisionedGrants.lockLeavesNothing},
	{"LockGrants returns grants as they are now, own writes too", revisionedGrants.lockNow},
	{"grants are due at their Due, and not a microsecond before", dueGrants.atTheInstant},
	{"grants that are saved again are due by what they are now", dueGrants.again},
	{"DueGrants goes by Due, then id, at most limit of them, and leaves out what is to be skipped", dueGrants.inOrder},
	{"SettledOrders finds the order that was released first, of those of one instant the one with the lowest id", settledFirst},
	{"an order is settled while it is released and something is left of it", settledWhile},
	{"what was settled in a transaction that fails is not", settledUndone},
}

// sampleGrants are grants at their first revision, with everything that grants can have at once.
func sampleGrants(user partner.ID) settlement.Grants {
	return settlement.Grants{
		User: user, Revision: 1, Due: day(9), Settled: "s-1",
		All: []settlement.Grant{
			{Name: "spring", Kind: settlement.ForUpgrade, Level: "gold", At: day(3), Plan: 1, Payee: "p-1", Amount: cny.Minor(5000), Stands: true},
			{Name: "welcome", Kind: settlement.ForFirstOrder, Order: "s-1", At: day(2), Plan: 2, Payee: "p-3", Amount: cny.Minor(800), Reason: partner.EarningFrozen},
			{},
		},
		Record: recorded(9),
	}
}

func grantsAt(user partner.ID, revision int64, due time.Time) settlement.Grants {
	g := sampleGrants(user)
	g.Revision, g.Due = revision, due
	return g
}

func grantsOf(user partner.ID, mark string) settlement.Grants {
	g := sampleGrants(user)
	g.Actor = mark
	return g
}

// settledOrder is an order of which something is left, released at an instant.
func settledOrder(id commission.OrderID, customer partner.Customer, released time.Time) settlement.Order {
	o := sampleOrder(id)
	o.Customer, o.Released = customer, released
	return o
}

func fillGrants(ctx context.Context, tx store.Tx) error {
	if err := tx.SaveOrders(ctx, list(settledOrder("s-1", "g-1", day(12)), settledOrder("s-2", "g-2", day(13)), settledOrder("s-3", "g-1", day(14)))); err != nil {
		return err
	}
	if err := tx.SaveGrants(ctx, list(sampleGrants("c-1"), sampleGrants("p-2"))); err != nil {
		return err
	}
	return tx.AddRows(ctx, list(grantRow("c-1", "p-1", 1, 5000)))
}

// grantRow is a row of one-off bonuses.
func grantRow(user, payee partner.ID, revision, amount int64) settlement.Row {
	row := sampleRow("", payee, revision, amount)
	row.Source, row.Key, row.Folded, row.Released = settlement.OfGrants(user), fmt.Sprintf("%s@%d", user, revision), day(12), day(12)
	return row
}

func grantMethods() []method {
	saved := sampleGrants("c-1")
	saved.Revision = 2
	users := list[partner.ID]("c-1", "p-2")
	return []method{
		one("LockGrants", locking, store.Tx.LockGrants, users, nil),
		act("SaveGrants", store.Tx.SaveGrants, list(saved), nil),
		one("Grants", reading, store.Tx.Grants, users, nil),
		pageOf("ScanGrants", store.Tx.ScanGrants),
		one("DueGrants", reading, func(tx store.Tx, ctx context.Context, limit int) ([]partner.ID, error) {
			return tx.DueGrants(ctx, day(15), nil, limit)
		}, 10, 0),
		one("SettledOrders", reading, store.Tx.SettledOrders, list[partner.Customer]("g-1", "g-2"), nil),
	}
}

func grantKind() kind {
	users := list[partner.ID]("u-1", "u-2")
	return kindOf("grants",
		func() []settlement.Grants {
			return list(sampleGrants("u-1"), settlement.Grants{User: "u-2", Revision: 1, Record: recorded(9)})
		},
		func(ctx context.Context, tx store.Tx, all []settlement.Grants) error { return tx.SaveGrants(ctx, all) },
		reader[settlement.Grants]{"Grants", false, func(ctx context.Context, tx store.Tx) ([]settlement.Grants, error) { return tx.Grants(ctx, users) }},
		reader[settlement.Grants]{"LockGrants", true, func(ctx context.Context, tx store.Tx) ([]settlement.Grants, error) { return tx.LockGrants(ctx, users) }},
		reader[settlement.Grants]{"ScanGrants", false, func(ctx context.Context, tx store.Tx) ([]settlement.Grants, error) { return tx.ScanGrants(ctx, "", 10) }},
	)
}

func settledOf(x *trial, customer partner.Customer) commission.OrderID {
	x.Helper()
	return read(x, store.Tx.SettledOrders, list(customer))[0].ID
}

func settledFirst(x *trial) {
	for i, c := range []struct {
		id       commission.OrderID
		released time.Time
		first    commission.OrderID
	}{
		{"o-5", day(5), "o-5"}, {"o-6", day(6), "o-5"}, {"o-4", day(5), "o-4"}, {"O-4", day(5), "O-4"}, {"o-9", day(5).Add(-time.Microsecond), "o-9"}, {"o-1", day(7), "o-9"},
	} {
		o := settledOrder(c.id, "c-1", c.released)
		write(x, store.Tx.SaveOrders, list(o))
		require.Equal(x, c.first, settledOf(x, "c-1"), "after %d", i+1)
	}
	same(x, list(settledOrder("o-9", "c-1", day(5).Add(-time.Microsecond))), read(x, store.Tx.SettledOrders, list[partner.Customer]("c-1")))
	require.Empty(x, settledOf(x, "C-1"))
}

func settledWhile(x *trial) {
	o := sampleOrder("o-1")
	steps := []struct {
		name    string
		change  func(*settlement.Order)
		settled bool
	}{
		{"pending", func(*settlement.Order) {}, false},
		{"released", func(o *settlement.Order) { o.Released = day(11) }, true},
		{"released, and the rest of its units came back", func(o *settlement.Order) { o.Returned[0] = commission.Returned{Units: 3, Valued: 3} }, false},
		{"released, and a line that takes no part is left", func(o *settlement.Order) { o.Frozen.Lines[1].Net = cny.Minor(100) }, false},
		{"released, and a unit is left", func(o *settlement.Order) { o.Returned[0] = commission.Returned{Units: 2, Valued: 2} }, true},
		{"another customer's", func(o *settlement.Order) { o.Customer = "c-2" }, true},
		{"released, and all of its money went back", func(o *settlement.Order) { o.Returned[0] = commission.Returned{Money: cny.Minor(59700)} }, false},
	}
	for i, step := range steps {
		step.change(&o)
		o.Revision = int64(i + 1)
		require.Equal(x, step.settled, o.Settled(), step.name)
		want := commission.OrderID("")
		if step.settled {
			want = o.ID
		}
		x.update(func(tx store.Tx) error {
			if err := tx.SaveOrders(x.ctx, list(o)); err != nil {
				return err
			}
			got, err := tx.SettledOrders(x.ctx, list(o.Customer))
			require.Equal(x, want, got[0].ID, "%s, in the transaction that saves it", step.name)
			return err
		})
		require.Equal(x, want, settledOf(x, o.Customer), step.name)
		if o.Customer == "c-2" {
			require.Empty(x, settledOf(x, "c-1"), step.name)
		}
	}
}

func settledUndone(x *trial) {
	o := settledOrder("o-1", "c-1", day(11))
	x.refused(errRefused, func(tx store.Tx) error {
		if err := tx.SaveOrders(x.ctx, list(o)); err != nil {
			return err
		}
		return errRefused
	})
	require.Empty(x, settledOf(x, "c-1"))
	write(x, store.Tx.SaveOrders, list(o))
	x.refused(errRefused, func(tx store.Tx) error {
		again := o.Clone()
		again.Revision, again.Released = 2, time.Time{}
		if err := tx.SaveOrders(x.ctx, list(again)); err != nil {
			return err
		}
		return errRefused
	})
	require.Equal(x, o.ID, settledOf(x, "c-1"))
}

func manyGrants(x *trial) {
	n := x.size
	users := made(n, person)
	write(x, store.Tx.SaveGrants, made(n, func(i int) settlement.Grants { return sampleGrants(users[i]) }))
	x.update(func(tx store.Tx) error {
		locked, err := tx.LockGrants(x.ctx, users)
		if err != nil {
			return err
		}
		for i := range locked {
			locked[i].Revision++
		}
		return tx.SaveGrants(x.ctx, locked)
	})
	for i, g := range read(x, store.Tx.Grants, users) {
		require.Equal(x, users[i], g.User)
		require.Equal(x, int64(2), g.Revision)
	}
	require.Len(x, scan(x, store.Tx.ScanGrants, "", n), n)
	require.Len(x, dueGrants.list(x, day(9), n), n)
	require.Len(x, dueGrants.list(x, day(9), n, users[1:]...), 1)

	customers := made(n, func(i int) partner.Customer { return partner.Customer(fmt.Sprintf("c-%d", i)) })
	write(x, store.Tx.SaveOrders, made(n, func(i int) settlement.Order {
		return settledOrder(commission.OrderID(fmt.Sprintf("o-%d", i)), customers[i], day(1))
	}))
	for i, o := range read(x, store.Tx.SettledOrders, customers) {
		require.Equal(x, customers[i], o.Customer)
	}
}

func lockedGrantsAtOnce(x *trial) {
	x.contended(func(x *trial, workers, _ int) {
		for _, stored := range list(false, true) {
			user := partner.ID(fmt.Sprintf("stored before: %v", stored))
			if stored {
				write(x, store.Tx.SaveGrants, list(settlement.Grants{User: user, Revision: 1}))
			}
			errs := together(workers, func(int) error {
				return x.st.Update(x.ctx, x.tenant, func(tx store.Tx) error {
					grants, err := tx.LockGrants(x.ctx, list(user))
					if err != nil {
						return err
					}
					g := grants[0]
					g.Revision++
					g.All = append(slices.Clone(g.All), settlement.Grant{Name: fmt.Sprint(len(g.All))})
					if err := tx.SaveGrants(x.ctx, list(g)); err != nil {
						return err
					}
					return tx.AddRows(x.ctx, list(grantRow(user, "p-1", int64(len(g.All)), 100))) // one that exists is an error
				})
			})
			require.Equal(x, workers, won(x, nil, errs))
			require.Len(x, read(x, store.Tx.Grants, list(user))[0].All, workers)
		}
	})
}

func unlockedGrantsAtOnce(x *trial) {
	x.contended(func(x *trial, workers, _ int) {
		errs := together(workers, func(int) error {
			return x.st.Update(x.ctx, x.tenant, func(tx store.Tx) error {
				grants, err := tx.Grants(x.ctx, list[partner.ID]("u-1"))
				if err != nil {
					return err
				}
				grants[0].User = "u-1"
				grants[0].Revision++
				return tx.SaveGrants(x.ctx, grants)
			})
		})
		saved := won(x, store.ErrStale, errs)
		require.Positive(x, saved)
		require.Equal(x, int64(saved), read(x, store.Tx.Grants, list[partner.ID]("u-1"))[0].Revision)
	})
}
