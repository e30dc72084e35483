package dbtest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/store/sqlstore"
)

// Eight connections post groups of orders of the same customers, each group in an order of its own, with the same two partners above all of them, while
// others run what is due. In the shop's transactions nothing is run again: a ring of locks would be an error.
func TestGroupsOnEightConnectionsNeverWaitInARingOnPostgreSQL(t *testing.T) {
	p := &place{db: server(t, "pgx", postgresAt), config: sqlstore.Config{Dialect: sqlstore.PostgreSQL}}
	t.Cleanup(func() { p.drop(t, " CASCADE") })
	const connections, each, size, buyers = 8, 6, 50, 60
	ctx, st := context.Background(), p.open(t)
	prog, now := flowing(t, st)
	require.NoError(t, err(prog.Partners.Add(ctx, program.Add{Partner: "alice"})))
	require.NoError(t, err(prog.Team.Recruit(ctx, program.Recruit{Partner: "bob", Recruiter: "alice"})))
	for i := range buyers {
		require.NoError(t, err(prog.Team.Bind(ctx, program.Bind{Customer: partner.Customer(fmt.Sprintf("c-%d", i)), Owner: "bob"})))
	}
	at := *now
	prog, failed := program.New(st, program.Config{Plan: program.MustPlan(flowPlan)}) // whose ids are its own, and its clock the machine's
	require.NoError(t, failed)

	group := func(connection, n int) error {
		perm := rand.New(rand.NewPCG(uint64(connection), uint64(n))).Perm(buyers)
		orders := make([]program.Order, size)
		for i := range orders {
			orders[i] = tea(fmt.Sprintf("o-%d-%d-%d", connection, n, i), fmt.Sprintf("c-%d", perm[i]), "100.00", at)
		}
		host, joined, err := begin(ctx, p.db, st, nil)
		if err != nil {
			return err
		}
		defer func() { _ = host.Rollback() }() // after a commit there is nothing to roll back
		out, err := prog.In(joined).Orders.PaidBatch(ctx, orders)
		if err != nil {
			return err
		}
		for _, paid := range out {
			if paid.Err != nil {
				return paid.Err
			}
		}
		return host.Commit()
	}
	var all sync.WaitGroup
	failures := make([]error, connections)
	for connection := range connections {
		all.Go(func() {
			for n := 0; n < each && failures[connection] == nil; n++ {
				if failures[connection] = group(connection, n); failures[connection] == nil && connection == 0 {
					_, failures[connection] = prog.RunDue(ctx, at)
				}
			}
		})
	}
	all.Wait()
	for _, err := range failures {
		require.NoError(t, err)
	}
	require.NoError(t, err(prog.RunDue(ctx, at)))
	report, failed := prog.Audit(ctx)
	require.NoError(t, failed)
	require.True(t, report.OK(), report)
	require.Equal(t, connections*each*size, report.Orders)
}

// Sixteen connections add to the same balances, of which some are there and some are made meanwhile: whoever waits for one that is made by somebody else has
// locked none yet that comes after it.
func TestWhatIsNewIsLockedInOrderOnPostgreSQL(t *testing.T) {
	p := &place{db: server(t, "pgx", postgresAt), config: sqlstore.Config{Dialect: sqlstore.PostgreSQL}}
	t.Cleanup(func() { p.drop(t, " CASCADE") })
	const connections, each, rounds = 16, 3, 10
	ctx, st := context.Background(), p.open(t)
	cny, failed := money.NewCurrency("CNY", 2)
	require.NoError(t, failed)
	to := func(ids ...partner.ID) (changes []settlement.Change) {
		for _, id := range ids {
			changes = append(changes, settlement.Change{Partner: id, Net: cny.Minor(1)})
		}
		return changes
	}
	add := func(st store.Store, tenant store.Tenant, changes []settlement.Change) error {
		return st.Update(ctx, tenant, func(tx store.Tx) error { return tx.ChangeBalances(ctx, changes) })
	}
	for round := range rounds {
		tenant := store.Tenant(fmt.Sprintf("round %d", round))
		require.NoError(t, add(st, tenant, to("p-2", "p-4")))
		var all sync.WaitGroup
		failures := make([]error, connections)
		for connection := range connections {
			all.Go(func() {
				for n := 0; n < each && failures[connection] == nil; n++ {
					failures[connection] = (&host{p.db, st, nil}).once(ctx, nil, func(j *sqlstore.Joined) error {
						return add(j, tenant, to("p-1", "p-2", "p-3", "p-4", "p-5"))
					})
				}
			})
		}
		all.Wait()
		for _, err := range failures {
			require.NoError(t, err)
		}
	}
}
