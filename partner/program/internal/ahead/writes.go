package ahead

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/tree"
)

// kept is what operations have written and the store has not yet.
type kept struct {
	claims   []store.Claim
	bindings []tree.Binding
	orders   []settlement.Order
	hasOrder map[commission.OrderID]bool
	counters []store.CounterChange
	spend    []store.Spend
	grants   []settlement.Grants
	rows     []settlement.Row
	balances []settlement.Change
	events   []store.Event
}

func (k *kept) addOrder(o settlement.Order) {
	if k.hasOrder == nil {
		k.hasOrder = map[commission.OrderID]bool{}
	}
	k.hasOrder[o.ID] = true
	k.orders = append(k.orders, o)
}

// Flush writes what is kept, in the order of locks. Where somebody else has used a key or spent meanwhile it is [store.ErrStale].
func (t *Tx) Flush(ctx context.Context) error {
	k := t.kept
	t.kept = kept{}
	for _, write := range []func(context.Context, *kept) error{
		t.writeClaims, t.writeBindings, t.writeOrders, t.writeCounters, t.writeSpend, t.writeGrants, t.writeRows, t.writeBalances, t.writeEvents,
	} {
		if err := write(ctx, &k); err != nil {
			return err
		}
	}
	return nil
}

// What is enough for a store that overlaps to be given at once: each time has its price.
const (
	someRows   = 256
	someOrders = 100
)

// writeEarly writes rows, and so many orders or more that are locked: nobody waits for these.
func (t *Tx) writeEarly(ctx context.Context, orders int) error {
	k := kept{rows: t.kept.rows}
	if len(t.kept.orders) >= orders && !slices.ContainsFunc(t.kept.orders, func(o settlement.Order) bool { return !t.orders.have[o.ID].locked }) {
		k.orders, t.kept.orders = t.kept.orders, t.kept.orders[:0]
		clear(t.kept.hasOrder)
	}
	t.kept.rows = t.kept.rows[:0]
	if err := t.writeRows(ctx, &k); err != nil {
		return err
	}
	return t.writeOrders(ctx, &k)
}

func (t *Tx) writeClaims(ctx context.Context, k *kept) error {
	if len(k.claims) == 0 {
		return nil
	}
	winners, err := t.tx.Claim(ctx, k.claims)
	if err != nil {
		return err
	}
	for i, w := range winners {
		if w.Token != k.claims[i].Token {
			return fmt.Errorf("key %q: %w", w.Key, store.ErrStale)
		}
	}
	return nil
}

func (t *Tx) writeBindings(ctx context.Context, k *kept) error {
	return t.tx.AddBindings(ctx, k.bindings)
}

func (t *Tx) writeOrders(ctx context.Context, k *kept) error { return t.tx.SaveOrders(ctx, k.orders) }

func (t *Tx) writeGrants(ctx context.Context, k *kept) error { return t.tx.SaveGrants(ctx, k.grants) }

func (t *Tx) writeRows(ctx context.Context, k *kept) error { return t.tx.AddRows(ctx, k.rows) }

func (t *Tx) writeEvents(ctx context.Context, k *kept) error { return t.tx.AppendEvents(ctx, k.events) }

func (t *Tx) writeCounters(ctx context.Context, k *kept) error {
	slices.SortStableFunc(k.counters, func(a, b store.CounterChange) int { return compareCounters(a.CounterKey, b.CounterKey) })
	return t.tx.ChangeCounters(ctx, k.counters)
}

func (t *Tx) writeBalances(ctx context.Context, k *kept) error {
	slices.SortStableFunc(k.balances, func(a, b settlement.Change) int {
		return cmp.Or(cmp.Compare(a.Partner, b.Partner), a.Currency().Cmp(b.Currency()))
	})
	return t.tx.ChangeBalances(ctx, k.balances)
}

// writeSpend adds what customers have spent, and looks whether the totals that operations were told of were right.
func (t *Tx) writeSpend(ctx context.Context, k *kept) error {
	slices.SortStableFunc(k.spend, func(a, b store.Spend) int { return cmp.Compare(a.Customer, b.Customer) })
	totals, err := t.tx.AddSpend(ctx, k.spend)
	if err != nil {
		return err
	}
	for i, s := range k.spend {
		if i+1 < len(k.spend) && k.spend[i+1].Customer == s.Customer {
			continue // of a customer's totals the last one is known
		}
		if off, err := totals[i].Sub(t.spent.have[s.Customer].value); err != nil || !off.IsZero() {
			return fmt.Errorf("what customer %q has spent: %w", s.Customer, store.ErrStale)
		}
	}
	return nil
}

// Claim implements [store.Events].
func (t *Tx) Claim(ctx context.Context, claims []store.Claim) ([]store.Claim, error) {
	keys := make([]store.ClaimKey, len(claims))
	for i, c := range claims {
		keys[i] = c.ClaimKey
	}
	winners, err := t.claims.get(ctx, t, keys)
	if err != nil {
		return nil, err
	}
	var won []store.Claim
	for i, c := range claims {
		if winners[i].Token == "" {
			winners[i] = c
			won = append(won, c)
		}
	}
	return winners, t.write(ofClaims, func() error {
		for _, c := range won {
			t.claims.set(c.ClaimKey, c)
		}
		t.kept.claims = append(t.kept.claims, won...)
		return nil
	})
}

// AddBindings implements [store.Tree].
func (t *Tx) AddBindings(ctx context.Context, bindings []tree.Binding) error {
	return t.write(ofBindings|ofStore, func() error {
		for _, b := range bindings {
			known, err := t.bindings.get(ctx, t, []partner.Customer{b.Customer})
			if err != nil {
				return err
			}
			after := append(known[0], b)
			slices.SortFunc(after, func(a, b tree.Binding) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
			t.bindings.set(b.Customer, after)
		}
		t.kept.bindings = append(t.kept.bindings, bindings...)
		return nil
	})
}

// SaveOrders implements [store.Ledger].
func (t *Tx) SaveOrders(ctx context.Context, orders []settlement.Order) error {
	orders = cloned(orders, settlement.Order.Clone)
	kinds := ofOrders
	if t.asked != nil && t.asked.kinds&ofOrders != 0 {
		kinds |= ofStore // which takes one revision of an order at a time
	}
	return t.write(kinds, func() error {
		for _, o := range orders {
			if t.kept.hasOrder[o.ID] {
				if err := t.Flush(ctx); err != nil {
					return err
				}
			}
			t.orders.set(o.ID, o)
			t.kept.addOrder(o)
		}
		return nil
	})
}

func cloned[V any](all []V, clone func(V) V) []V {
	out := make([]V, len(all))
	for i, v := range all {
		out[i] = clone(v)
	}
	return out
}

// SaveGrants implements [store.Grants].
func (t *Tx) SaveGrants(ctx context.Context, grants []settlement.Grants) error {
	grants = cloned(grants, settlement.Grants.Clone)
	return t.write(ofGrants|ofStore, func() error {
		for _, g := range grants {
			if slices.ContainsFunc(t.kept.grants, func(k settlement.Grants) bool { return k.User == g.User }) {
				if err := t.Flush(ctx); err != nil {
					return err
				}
			}
			t.grants.set(g.User, g)
			t.kept.grants = append(t.kept.grants, g)
		}
		return nil
	})
}

// ChangeCounters implements [store.Counters]. The counters are locked, so that what they stand at is known.
func (t *Tx) ChangeCounters(ctx context.Context, changes []store.CounterChange) error {
	return t.write(ofCounters|ofStore, func() error { return t.changeCounters(ctx, changes) })
}

func (t *Tx) changeCounters(ctx context.Context, changes []store.CounterChange) error {
	after := map[store.CounterKey]money.Amount{}
	for _, c := range changes {
		stands, ok := after[c.CounterKey]
		if !ok {
			locked, err := t.counters.getLocked(ctx, t, []store.CounterKey{c.CounterKey})
			if err != nil {
				return err
			}
			stands = locked[0]
		}
		total, err := stands.Add(c.Amount)
		if err != nil {
			return err
		}
		if c.Most != nil && total.Cmp(*c.Most) > 0 {
			return fmt.Errorf("counter of campaign %q: %w", c.Campaign, store.ErrStale)
		}
		after[c.CounterKey] = total
	}
	for key, total := range after {
		t.counters.set(key, total)
	}
	for _, c := range changes {
		t.kept.counters = append(t.kept.counters, store.CounterChange{CounterKey: c.CounterKey, Amount: c.Amount})
	}
	return nil
}

// lockSpent reads what customers have spent and keeps others from adding to it until the end.
func (t *Tx) lockSpent(ctx context.Context, customers []partner.Customer) ([]money.Amount, error) {
	nothing := make([]store.Spend, len(customers))
	for i, c := range customers {
		nothing[i].Customer = c
	}
	return t.tx.AddSpend(ctx, nothing)
}

// AddSpend implements [store.Partners].
func (t *Tx) AddSpend(ctx context.Context, spend []store.Spend) ([]money.Amount, error) {
	totals := make([]money.Amount, len(spend))
	for i, s := range spend {
		before, err := t.spent.getLocked(ctx, t, []partner.Customer{s.Customer})
		if err != nil {
			return nil, err
		}
		total := before[0]
		for j := range i {
			if spend[j].Customer == s.Customer {
				total = totals[j]
			}
		}
		if totals[i], err = total.Add(s.Amount); err != nil {
			return nil, err
		}
	}
	return totals, t.write(ofSpent, func() error {
		for i, s := range spend {
			t.spent.set(s.Customer, totals[i])
		}
		t.kept.spend = append(t.kept.spend, spend...)
		return nil
	})
}

// AddRows implements [store.Ledger].
func (t *Tx) AddRows(_ context.Context, rows []settlement.Row) error {
	return t.write(ofRows, func() error {
		for _, row := range rows {
			if known := t.rows.have[row.Source]; known != nil {
				after := append(slices.Clone(known.value), row)
				slices.SortFunc(after, func(a, b settlement.Row) int {
					return cmp.Or(cmp.Compare(a.Revision, b.Revision), cmp.Compare(a.Payee, b.Payee), a.Amount.Currency().Cmp(b.Amount.Currency()))
				})
				t.rows.set(row.Source, after)
			}
		}
		t.kept.rows = append(t.kept.rows, rows...)
		return nil
	})
}

// ChangeBalances implements [store.Ledger]. A change that needs something waits for nothing: whether it can be is known only in the store.
func (t *Tx) ChangeBalances(ctx context.Context, changes []settlement.Change) error {
	var kinds kind
	needs := slices.ContainsFunc(changes, func(c settlement.Change) bool { return c.Need.Sign() > 0 })
	if needs {
		kinds = ofStore
	}
	return t.write(kinds, func() error {
		if needs {
			if err := t.Flush(ctx); err != nil {
				return err
			}
			return t.tx.ChangeBalances(ctx, changes)
		}
		t.kept.balances = append(t.kept.balances, changes...)
		return nil
	})
}

// AppendEvents implements [store.Events].
func (t *Tx) AppendEvents(_ context.Context, events []store.Event) error {
	return t.write(0, func() error {
		t.kept.events = append(t.kept.events, events...)
		return nil
	})
}

// through writes what is kept, and then what is not kept here; forget forgets what that changes of what is.
func (t *Tx) through(ctx context.Context, kinds kind, write func() error, forget ...func()) error {
	return t.write(kinds|ofStore, func() error {
		if err := t.Flush(ctx); err != nil {
			return err
		}
		for _, forget := range forget {
			forget()
		}
		return write()
	})
}

// AddPartners implements [store.Partners].
func (t *Tx) AddPartners(ctx context.Context, partners []partner.Partner) error {
	return t.through(ctx, ofPartners, func() error { return t.tx.AddPartners(ctx, partners) }, func() {
		for _, p := range partners {
			t.partners.forget(p.ID)
		}
	})
}

// AddFacts implements [store.Partners].
func (t *Tx) AddFacts(ctx context.Context, facts []partner.Fact) error {
	return t.through(ctx, ofFacts, func() error { return t.tx.AddFacts(ctx, facts) }, func() {
		for _, f := range facts {
			t.facts.forget(f.Partner)
		}
	})
}

// AddEdges implements [store.Tree].
func (t *Tx) AddEdges(ctx context.Context, edges []tree.Edge) error {
	return t.through(ctx, ofEdges|ofUplines, func() error { return t.tx.AddEdges(ctx, edges) }, func() {
		for _, e := range edges {
			t.edges.forget(store.EdgeQuery{Tree: e.Tree, Partner: e.Partner})
			t.uplines.forgetIf(func(of store.UplineQuery, line []partner.ID) bool {
				return of.Tree == e.Tree && slices.Contains(line, e.Partner)
			})
		}
	})
}

// AddPlan implements [store.Plans].
func (t *Tx) AddPlan(ctx context.Context, plan store.PlanVersion) error {
	return t.through(ctx, ofPlans, func() error { return t.tx.AddPlan(ctx, plan) }, func() {
		t.plans.forgetIf(func(int, []store.PlanVersion) bool { return true })
	})
}

// SaveApplications implements [store.Applications].
func (t *Tx) SaveApplications(ctx context.Context, applications []partner.Application) error {
	return t.through(ctx, 0, func() error { return t.tx.SaveApplications(ctx, applications) })
}

// SaveRuns implements [store.Runs].
func (t *Tx) SaveRuns(ctx context.Context, runs []settlement.Run) error {
	return t.through(ctx, 0, func() error { return t.tx.SaveRuns(ctx, runs) })
}

// AddWithdrawals implements [store.Payouts].
func (t *Tx) AddWithdrawals(ctx context.Context, withdrawals []settlement.Withdrawal) error {
	return t.through(ctx, 0, func() error { return t.tx.AddWithdrawals(ctx, withdrawals) })
}

// SaveWithdrawals implements [store.Payouts].
func (t *Tx) SaveWithdrawals(ctx context.Context, withdrawals []settlement.Withdrawal) error {
	return t.through(ctx, 0, func() error { return t.tx.SaveWithdrawals(ctx, withdrawals) })
}

// Enqueue implements [store.Queue].
func (t *Tx) Enqueue(ctx context.Context, orders []store.QueuedOrder) error {
	return t.through(ctx, 0, func() error { return t.tx.Enqueue(ctx, orders) })
}

// RefuseQueued implements [store.Queue].
func (t *Tx) RefuseQueued(ctx context.Context, orders []store.QueuedOrder) error {
	return t.through(ctx, 0, func() error { return t.tx.RefuseQueued(ctx, orders) })
}

// Dequeue implements [store.Queue].
func (t *Tx) Dequeue(ctx context.Context, places []store.QueueCursor) error {
	return t.through(ctx, 0, func() error { return t.tx.Dequeue(ctx, places) })
}

// SaveForfeits implements [store.Forfeits].
func (t *Tx) SaveForfeits(ctx context.Context, forfeits []settlement.Forfeits) error {
	return t.through(ctx, ofForfeits, func() error { return t.tx.SaveForfeits(ctx, forfeits) }, func() {
		for _, f := range forfeits {
			t.forfeits.forget(f.Partner)
		}
	})
}

// SaveReaders implements [store.Events].
func (t *Tx) SaveReaders(ctx context.Context, readers []store.Reader) error {
	return t.through(ctx, 0, func() error { return t.tx.SaveReaders(ctx, readers) })
}
