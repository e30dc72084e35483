// Package ahead is a transaction for many operations at once: it reads for all of them together, and writes for all of them together.
//
// The operations themselves know nothing of it. First each runs for itself: where it reads what is not there yet, that is noted and the operation waits; when
// all wait, what was noted is read in as few calls as there are kinds of records, and they go on. What they write is only remembered. Then comes the turn of
// each: where nothing that it has read was changed by those before it, what it wrote is taken over as it is, and otherwise it runs again, on what is known by
// then. All that is written is kept, is seen by the operations after it, and goes to the store in the end, in the order in which the programme takes its locks; to a
// store that writes while its caller goes on, what takes no lock goes before.
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

	overlaps bool // whether the store writes while operations have their turn

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
	if tx, ok := tx.(store.Overlapping); ok {
		t.overlaps = tx.Overlaps()
	}
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

// noting are all kinds of records.
type noting interface {
	notes() int
	lockWaiting() bool
	sift()
	lockNoted(ctx context.Context) error
	readNoted(ctx context.Context) error
}

// kinds are all kinds of records, and how many of them have a lock: these come first, in the order of locks.
func (t *Tx) kinds() (all []noting, locked int) {
	return []noting{t.bindings, t.orders, t.counters, t.spent, t.facts, t.grants, t.forfeits, t.claims, t.plans, t.partners, t.edges, t.uplines, t.rows}, 7
}

// fetch reads what was noted: first what is locked, in the order of locks. While somebody only reads, who may then lock anything, what waits to be locked goes
// on waiting; then of that what comes first.
func (t *Tx) fetch(ctx context.Context) error {
	all, locked := t.kinds()
	notes := 0
	for _, kind := range all {
		notes += kind.notes()
	}
	if notes == 0 {
		for _, kind := range all[:locked] {
			if kind.lockWaiting() {
				break
			}
		}
	}
	for _, kind := range all {
		kind.sift()
	}
	if err := t.foresee(ctx); err != nil {
		return err
	}
	for _, kind := range all[:locked] {
		if err := kind.lockNoted(ctx); err != nil {
			return err
		}
	}
	for _, kind := range all {
		if err := kind.readNoted(ctx); err != nil {
			return err
		}
	}
	return nil
}

// foresee tells the store what is read next, where it likes to know and no lock of another kind comes first.
func (t *Tx) foresee(ctx context.Context) error {
	tx, likes := t.tx.(store.Foreseeing)
	if !likes || len(t.bindings.notedLocked)+len(t.counters.notedLocked) > 0 {
		return nil
	}
	next := store.Reads{
		LockOrders: t.orders.notedLocked, LockSpent: t.spent.notedLocked, Claimed: t.claims.noted, Bindings: t.bindings.noted, Partners: t.partners.noted,
	}
	if len(t.plans.noted) == 1 {
		next.Plans = t.plans.noted[0]
	}
	return tx.Foresee(ctx, next)
}
