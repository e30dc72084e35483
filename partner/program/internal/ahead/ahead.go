// Package ahead is a transaction for many operations at once: it reads for all of them together, and writes for all of them together.
//
// The operations themselves know nothing of it. First each is asked what it reads: what is not there yet is noted, and the operation gives up with [ErrAsked];
// what was noted is read in as few calls as there are kinds of records, and the operations are asked again, until they need nothing more. Then they are run one
// after the other on what was read. What they write is kept, is seen by those after them, and is written in the end, in the order in which the programme takes
// its locks.
//
//	t := ahead.New(tx)
//	err := t.Ask(ctx, func() (more bool) { return errors.Is(operation(t), ahead.ErrAsked) }) // for all of them, as often as it has to
//	err = operation(t)                                                                       // each in turn
//	err = t.Flush(ctx)
//
// So many operations cost as many calls to the store as one of them does, and do what they would do one by one. What an operation calls that is not kept here
// writes first what is kept and goes straight to the store.
package ahead

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/tree"
)

// ErrAsked says that something an operation reads was noted and is not there yet.
var ErrAsked = errors.New("ahead: noted, to be read")

// Tx is a transaction that reads and writes for many operations. It is [store.Tx].
type Tx struct {
	tx     store.Tx
	asking bool

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
		claims:   reading(tx.Claimed, same[store.Claim]),
		plans:    reading(eachFirst(tx), slices.Clone[[]store.PlanVersion]),
		bindings: reading(tx.Bindings, slices.Clone[[]tree.Binding]).locking(tx.LockBindings, cmp.Compare[partner.Customer]),
		orders:   reading(tx.Orders, settlement.Order.Clone).locking(tx.LockOrders, cmp.Compare[commission.OrderID]),
		counters: reading(tx.Counters, same[money.Amount]).locking(tx.LockCounters, compareCounters),
		grants:   reading(tx.Grants, settlement.Grants.Clone).locking(tx.LockGrants, cmp.Compare[partner.ID]),
		forfeits: reading(tx.Forfeits, settlement.Forfeits.Clone).locking(tx.LockForfeits, cmp.Compare[partner.ID]),
		spent:    reading(tx.Spent, same[money.Amount]),
		facts:    reading(tx.Facts, slices.Clone[[]partner.Fact]).locking(tx.LockFacts, cmp.Compare[partner.ID]),
		partners: reading(tx.Partners, same[partner.Partner]),
		edges:    reading(tx.Edges, slices.Clone[[]tree.Edge]),
		uplines:  reading(tx.Uplines, slices.Clone[[]partner.ID]),
		rows:     reading(tx.Rows, slices.Clone[[]settlement.Row]),
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

// rounds bounds how often operations are asked: what depends on more than so many reads, one after the other, is read when its operation runs.
const rounds = 20

// Ask asks operations what they read, and reads it. ask runs all of them that are not known to need nothing more and reports whether one does; their errors
// but [ErrAsked] are of no matter, and what they write is not written.
func (t *Tx) Ask(ctx context.Context, ask func() (more bool)) error {
	t.asking = true
	defer func() { t.asking = false }()
	for range rounds {
		if !ask() {
			return nil
		}
		if err := t.fetch(ctx); err != nil {
			return err
		}
	}
	return nil
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
