package ahead

import (
	"context"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/tree"
)

var _ store.Foreseeing = (*Tx)(nil)

// Foresee implements [store.Foreseeing]: before its turn an operation so says at once what it would say one after the other. What it says first, before it has
// read anything, all operations say, and it is locked with it; what it says later waits for those who still have to lock something that comes before.
func (t *Tx) Foresee(_ context.Context, next store.Reads) error {
	if t.asked == nil {
		return nil
	}
	lockOrders, lockSpent := t.orders.noteLocked, t.spent.noteLocked
	if len(t.asked.reads) > 0 {
		lockOrders, lockSpent = t.orders.noteWaiting, t.spent.noteWaiting
	}
	t.claims.note(next.Claimed)
	if next.Plans > 0 {
		t.plans.note([]int{next.Plans})
	}
	lockOrders(next.LockOrders)
	t.bindings.note(next.Bindings)
	t.partners.note(next.Partners)
	lockSpent(next.LockSpent)
	return nil
}

// Plans implements [store.Plans].
func (t *Tx) Plans(ctx context.Context, first int) ([]store.PlanVersion, error) {
	plans, err := t.plans.get(ctx, t, []int{first})
	if err != nil {
		return nil, err
	}
	return plans[0], nil
}

// Partners implements [store.Partners].
func (t *Tx) Partners(ctx context.Context, ids []partner.ID) ([]partner.Partner, error) {
	return t.partners.get(ctx, t, ids)
}

// LockFacts implements [store.Partners].
func (t *Tx) LockFacts(ctx context.Context, ids []partner.ID) ([][]partner.Fact, error) {
	return t.facts.getLocked(ctx, t, ids)
}

// Facts implements [store.Partners].
func (t *Tx) Facts(ctx context.Context, ids []partner.ID) ([][]partner.Fact, error) {
	return t.facts.get(ctx, t, ids)
}

// Spent implements [store.Partners].
func (t *Tx) Spent(ctx context.Context, customers []partner.Customer) ([]money.Amount, error) {
	return t.spent.get(ctx, t, customers)
}

// Edges implements [store.Tree].
func (t *Tx) Edges(ctx context.Context, queries []store.EdgeQuery) ([][]tree.Edge, error) {
	return t.edges.get(ctx, t, queries)
}

// Uplines implements [store.Tree].
func (t *Tx) Uplines(ctx context.Context, queries []store.UplineQuery) ([][]partner.ID, error) {
	return t.uplines.get(ctx, t, queries)
}

// LockBindings implements [store.Tree].
func (t *Tx) LockBindings(ctx context.Context, customers []partner.Customer) ([][]tree.Binding, error) {
	return t.bindings.getLocked(ctx, t, customers)
}

// Bindings implements [store.Tree].
func (t *Tx) Bindings(ctx context.Context, customers []partner.Customer) ([][]tree.Binding, error) {
	return t.bindings.get(ctx, t, customers)
}

// LockOrders implements [store.Ledger].
func (t *Tx) LockOrders(ctx context.Context, ids []commission.OrderID) ([]settlement.Order, error) {
	return t.orders.getLocked(ctx, t, ids)
}

// Orders implements [store.Ledger].
func (t *Tx) Orders(ctx context.Context, ids []commission.OrderID) ([]settlement.Order, error) {
	return t.orders.get(ctx, t, ids)
}

// Rows implements [store.Ledger].
func (t *Tx) Rows(ctx context.Context, sources []settlement.Source) ([][]settlement.Row, error) {
	return t.rows.get(ctx, t, sources)
}

// LockCounters implements [store.Counters].
func (t *Tx) LockCounters(ctx context.Context, keys []store.CounterKey) ([]money.Amount, error) {
	return t.counters.getLocked(ctx, t, keys)
}

// Counters implements [store.Counters].
func (t *Tx) Counters(ctx context.Context, keys []store.CounterKey) ([]money.Amount, error) {
	return t.counters.get(ctx, t, keys)
}

// LockGrants implements [store.Grants].
func (t *Tx) LockGrants(ctx context.Context, users []partner.ID) ([]settlement.Grants, error) {
	return t.grants.getLocked(ctx, t, users)
}

// Grants implements [store.Grants].
func (t *Tx) Grants(ctx context.Context, users []partner.ID) ([]settlement.Grants, error) {
	return t.grants.get(ctx, t, users)
}

// Claimed implements [store.Events].
func (t *Tx) Claimed(ctx context.Context, keys []store.ClaimKey) ([]store.Claim, error) {
	return t.claims.get(ctx, t, keys)
}

// Taken reports whether somebody else has taken a key since claims were read. It is looked for in the turn of an operation.
func (t *Tx) Taken(ctx context.Context, key store.ClaimKey) (bool, error) {
	if t.asked != nil {
		return false, t.asked.leave()
	}
	found, err := t.tx.Claimed(ctx, []store.ClaimKey{key})
	return err == nil && found[0].Token != "", err
}

// LockForfeits implements [store.Forfeits].
func (t *Tx) LockForfeits(ctx context.Context, partners []partner.ID) ([]settlement.Forfeits, error) {
	return t.forfeits.getLocked(ctx, t, partners)
}

// Forfeits implements [store.Forfeits].
func (t *Tx) Forfeits(ctx context.Context, partners []partner.ID) ([]settlement.Forfeits, error) {
	return t.forfeits.get(ctx, t, partners)
}
