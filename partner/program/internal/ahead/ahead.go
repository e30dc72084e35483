// Package ahead is a transaction for many operations at once: it reads for all of them together, and writes for all of them together.
//
// The operations themselves know nothing of it. First each runs for itself: where it reads what is not there yet, that is noted and the operation waits; when
// all wait, what was noted is read in as few calls as there are kinds of records, and they go on. What they write is only remembered. Then comes the turn of
// each: where nothing that it has read was changed by those before it, what it wrote is taken over as it is, and otherwise it runs again, on what is known by
// then. All that is written is kept, is seen by the operations after it, and goes to the store in the end, in the order in which the programme takes its locks.
//
//	t := ahead.New(tx)
//	err := t.Do(ctx, len(orders), func(i int) (wrote bool, err error) { return post(t, orders[i]) }, func(i int, wrote bool, err error) error { … })
//
// So many operations cost as many calls to the store as one of them does, and do what they would do one by one. What an operation calls that is not kept here
// runs in its turn: it writes first what is kept and goes straight to the store.
package ahead

import (
	"cmp"
	"context"
	"slices"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/tree"
)

// Tx is a transaction that reads and writes for many operations. It is [store.Tx].
type Tx struct {
	tx    store.Tx
	asked *asked // the operation that runs before its turn; nil: one in its turn

	claims   *records[store.ClaimKey, store.Claim]
	plans    *records[int, []store.PlanVersion]
	bindings *records[partner.Customer, []tree.Binding]
	orders   *records[commission.OrderID, settlement.Order]
	counters *records[store.CounterKey, money.Amount]
	grants   *records[partner.ID, settlement.Grants]
	forfeits *records[partner.ID, settlement.Forfeits]
	spent    *records[partner.Customer, money.Amount]
	facts    *records[partner.ID, []partner.Fact]
	partners *records[partner.ID, partner.Partner]
	edges    *records[store.EdgeQuery, []tree.Edge]
	uplines  *records[store.UplineQuery, []partner.ID]
	rows     *records[settlement.Source, []settlement.Row]

	kept kept
}

var _ store.Tx = (*Tx)(nil)

// New returns a transaction that has read nothing yet.
func New(tx store.Tx) *Tx {
	t := &Tx{
		tx:       tx,
		claims:   reading(ofClaims, tx.Claimed, same[store.Claim]),
		plans:    reading(ofPlans, eachFirst(tx), slices.Clone[[]store.PlanVersion]),
		bindings: reading(ofBindings, tx.Bindings, slices.Clone[[]tree.Binding]).locking(tx.LockBindings, cmp.Compare[partner.Customer]),
		orders:   reading(ofOrders, tx.Orders, settlement.Order.Clone).locking(tx.LockOrders, cmp.Compare[commission.OrderID]),
		counters: reading(ofCounters, tx.Counters, same[money.Amount]).locking(tx.LockCounters, compareCounters),
		grants:   reading(ofGrants, tx.Grants, settlement.Grants.Clone).locking(tx.LockGrants, cmp.Compare[partner.ID]),
		forfeits: reading(ofForfeits, tx.Forfeits, settlement.Forfeits.Clone).locking(tx.LockForfeits, cmp.Compare[partner.ID]),
		spent:    reading(ofSpent, tx.Spent, same[money.Amount]),
		facts:    reading(ofFacts, tx.Facts, slices.Clone[[]partner.Fact]).locking(tx.LockFacts, cmp.Compare[partner.ID]),
		partners: reading(ofPartners, tx.Partners, same[partner.Partner]),
		edges:    reading(ofEdges, tx.Edges, slices.Clone[[]tree.Edge]),
		uplines:  reading(ofUplines, tx.Uplines, slices.Clone[[]partner.ID]),
		rows:     reading(ofRows, tx.Rows, slices.Clone[[]settlement.Row]),
	}
	t.spent.locking(t.lockSpent, cmp.Compare[partner.Customer])
	return t
}

func same[V any](v V) V { return v }

// eachFirst reads plans from each of several versions on.
func eachFirst(tx store.Tx) func(context.Context, []int) ([][]store.PlanVersion, error) {
	return func(ctx context.Context, firsts []int) ([][]store.PlanVersion, error) {
		all := make([][]store.PlanVersion, len(firsts))
		for i, first := range firsts {
			var err error
			if all[i], err = tx.Plans(ctx, first); err != nil {
				return nil, err
			}
		}
		return all, nil
	}
}

func compareCounters(a, b store.CounterKey) int {
	return cmp.Or(cmp.Compare(a.Campaign, b.Campaign), cmp.Compare(a.Customer, b.Customer))
}

// fetch reads what was noted: first what is locked, in the order of locks.
func (t *Tx) fetch(ctx context.Context) error {
	for _, lock := range []func(context.Context) error{t.bindings.lockNoted, t.orders.lockNoted, t.counters.lockNoted, t.spent.lockNoted, t.facts.lockNoted,
		t.grants.lockNoted, t.forfeits.lockNoted} {
		if err := lock(ctx); err != nil {
			return err
		}
	}
	for _, read := range []func(context.Context) error{
		t.claims.readNoted, t.plans.readNoted, t.bindings.readNoted, t.orders.readNoted, t.counters.readNoted, t.grants.readNoted, t.forfeits.readNoted, t.spent.readNoted,
		t.facts.readNoted, t.partners.readNoted, t.edges.readNoted, t.uplines.readNoted, t.rows.readNoted,
	} {
		if err := read(ctx); err != nil {
			return err
		}
	}
	return nil
}
