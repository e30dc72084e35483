package program_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/tree"
)

// lockKinds is the order of locks that package store promises. Rows that are added are new and nobody waits for them; those that are marked are others'.
var lockKinds = []string{"readers", "bindings", "tree", "applications", "orders", "counters", "runs", "customers", "partners", "grants", "forfeits", "rows", "withdrawals", "balances"}

// lockStore is a store that notes the locks which transactions take out of order.
type lockStore struct {
	store.Store
	taken map[string]bool // kinds that were locked at all
	wrong []string
}

func (w *lockStore) Update(ctx context.Context, tenant store.Tenant, fn func(store.Tx) error) error {
	return w.Store.Update(ctx, tenant, func(tx store.Tx) error { return fn(&lockTx{Tx: tx, of: w, held: map[string]bool{}}) })
}

type lockTx struct {
	store.Tx
	of   *lockStore
	held map[string]bool // kind and id
	last int             // the highest kind that was locked
	id   string          // and its highest id
}

// lock notes locks of one kind, taken in this order. What is held already nobody waits for.
func (w *lockTx) lock(kind string, ids ...string) {
	for _, id := range ids {
		at := slices.Index(lockKinds, kind)
		if key := kind + " " + id; !w.held[key] {
			if at < w.last || at == w.last && id < w.id {
				w.of.wrong = append(w.of.wrong, fmt.Sprintf("%s after %s %s", key, lockKinds[w.last], w.id))
			}
			w.held[key] = true
			w.last, w.id = at, id
		}
		w.of.taken[kind] = true
	}
}

func texts[T ~string](ids []T) []string {
	all := make([]string, len(ids))
	for i, id := range ids {
		all[i] = string(id)
	}
	return all
}

func (w *lockTx) LockTrees(ctx context.Context, trees []partner.Tree) error {
	w.lock("tree", texts(slices.Sorted(slices.Values(trees)))...) // a store locks the trees of one call in their order
	return w.Tx.LockTrees(ctx, trees)
}

func (w *lockTx) LockReaders(ctx context.Context, readers []string) ([]int64, error) {
	w.lock("readers", readers...)
	return w.Tx.LockReaders(ctx, readers)
}

func (w *lockTx) LockBindings(ctx context.Context, customers []partner.Customer) ([][]tree.Binding, error) {
	w.lock("bindings", texts(customers)...)
	return w.Tx.LockBindings(ctx, customers)
}

func (w *lockTx) LockApplications(ctx context.Context, applicants []partner.ID) ([][]partner.Application, error) {
	w.lock("applications", texts(applicants)...)
	return w.Tx.LockApplications(ctx, applicants)
}

func (w *lockTx) LockOrders(ctx context.Context, ids []commission.OrderID) ([]settlement.Order, error) {
	sorted := slices.Sorted(slices.Values(ids)) // a store locks the ids of one call in their order
	w.lock("orders", texts(sorted)...)
	return w.Tx.LockOrders(ctx, ids)
}

func (w *lockTx) LockCustomerOrders(ctx context.Context, customers []partner.Customer, from time.Time) ([][]settlement.Order, error) {
	all, err := w.Tx.LockCustomerOrders(ctx, customers, from)
	var ids []string
	for _, orders := range all {
		for _, o := range orders {
			ids = append(ids, string(o.ID))
		}
	}
	w.lock("orders", slices.Sorted(slices.Values(ids))...) // a store locks those of one call in order of id
	return all, err
}

func (w *lockTx) LockCounters(ctx context.Context, keys []store.CounterKey) ([]money.Amount, error) {
	for _, k := range keys {
		w.lock("counters", k.Campaign+"\x00"+string(k.Customer))
	}
	return w.Tx.LockCounters(ctx, keys)
}

func (w *lockTx) ChangeCounters(ctx context.Context, changes []store.CounterChange) error {
	for _, k := range changes {
		w.lock("counters", k.Campaign+"\x00"+string(k.Customer))
	}
	return w.Tx.ChangeCounters(ctx, changes)
}

func (w *lockTx) LockRuns(ctx context.Context, ids []settlement.RunID) ([]settlement.Run, error) {
	w.lock("runs", texts(ids)...)
	return w.Tx.LockRuns(ctx, ids)
}

func (w *lockTx) AddSpend(ctx context.Context, spend []store.Spend) ([]money.Amount, error) {
	for _, s := range spend {
		w.lock("customers", string(s.Customer))
	}
	return w.Tx.AddSpend(ctx, spend)
}

func (w *lockTx) LockFacts(ctx context.Context, ids []partner.ID) ([][]partner.Fact, error) {
	w.lock("partners", texts(slices.Sorted(slices.Values(ids)))...)
	return w.Tx.LockFacts(ctx, ids)
}

func (w *lockTx) AddPartners(ctx context.Context, partners []partner.Partner) error {
	for _, p := range partners {
		w.lock("partners", string(p.ID))
	}
	return w.Tx.AddPartners(ctx, partners)
}

func (w *lockTx) LockGrants(ctx context.Context, users []partner.ID) ([]settlement.Grants, error) {
	w.lock("grants", texts(users)...)
	return w.Tx.LockGrants(ctx, users)
}

func (w *lockTx) LockForfeits(ctx context.Context, ids []partner.ID) ([]settlement.Forfeits, error) {
	w.lock("forfeits", texts(ids)...)
	return w.Tx.LockForfeits(ctx, ids)
}

func (w *lockTx) FoldRows(ctx context.Context, limit int, instant time.Time) ([]settlement.Row, error) {
	w.lock("rows", "")
	return w.Tx.FoldRows(ctx, limit, instant)
}

func (w *lockTx) ReleaseRows(ctx context.Context, sources []settlement.Source, instant time.Time) ([]settlement.Row, error) {
	w.lock("rows", "")
	return w.Tx.ReleaseRows(ctx, sources, instant)
}

func (w *lockTx) LockWithdrawals(ctx context.Context, ids []settlement.WithdrawalID) ([]settlement.Withdrawal, error) {
	w.lock("withdrawals", texts(ids)...)
	return w.Tx.LockWithdrawals(ctx, ids)
}

func (w *lockTx) AddWithdrawals(ctx context.Context, withdrawals []settlement.Withdrawal) error {
	for _, x := range withdrawals {
		w.lock("withdrawals", string(x.ID))
	}
	return w.Tx.AddWithdrawals(ctx, withdrawals)
}

func (w *lockTx) ChangeBalances(ctx context.Context, changes []settlement.Change) error {
	for _, c := range changes {
		w.lock("balances", string(c.Partner)+"\x00"+c.Currency().String())
	}
	return w.Tx.ChangeBalances(ctx, changes)
}

// everySeam turns on what meets in one transaction: a grace, a budget, an asset, one-off bonuses, what is forfeited, levels of release, a promotion, a seller who bears.
const everySeam = `{
  "currency": "CNY",
  "levels": [{"id": "agent", "weight": 1, "default": true}, {"id": "gold", "weight": 2}],
  "joining": {"spend": "90.00", "leaving": {"pending": "forfeit"}}, "binding": {"unbind": "void"},
  "commission": {"rates": ["10%", "5%"], "graceMinutes": 60, "levelAt": "released", "levels": {"gold": ["12%", "6%"]}, "exchange": "refund"},
  "campaigns": [{"name": "june", "factor": "2", "budget": "100.00", "perCustomer": "50.00"}],
  "assets": [{"code": "PTS", "scale": 0, "commission": {"rates": ["-", "1.00/unit"], "levelAt": "released"}}],
  "oneOffs": [
    {"name": "spring", "upgrade": {"levels": {"gold": "50.00"}}},
    {"name": "welcome", "firstOrder": {"amount": "8.00", "of": "customers", "allowHeadCount": true}}
  ],
  "settlement": {"anchor": "paid", "holdDays": 0, "shortfall": "seller"}
}`

// watchLocks returns a programme whose transactions are watched.
func watchLocks(t *testing.T, plan string) (*shop, *lockStore) {
	t.Helper()
	s := open(t, plan)
	w := &lockStore{Store: s.store, taken: map[string]bool{}}
	parsed, err := program.ParsePlan([]byte(plan))
	require.NoError(t, err)
	s.Program, err = program.New(w, program.Config{
		Plan: parsed, Clock: func() time.Time { return s.now }, NewID: func() string { s.ids++; return fmt.Sprintf("%032x", s.ids) },
	})
	require.NoError(t, err)
	return s, w
}

func TestEveryTransactionTakesItsLocksInTheOrderOfTheContract(t *testing.T) {
	s, w := watchLocks(t, everySeam)
	s.add("alice")
	s.add("zoe")
	s.recruit("zoe", "alice")
	_, err := s.Team.Bind(ctx, program.Bind{Customer: "carol", Owner: "zoe"})
	require.NoError(t, err)
	s.level("zoe", "gold")
	awaiting := s.order("o-1", 2, "100.00")
	awaiting.Awaits = program.AwaitsBalance
	s.paid(awaiting)
	require.True(t, s.paid(s.order("o-1", 2, "100.00")).Promoted)
	awaiting.Customer, awaiting.ID = "dora", "o-2" // nobody's, so that the grace matters
	s.paid(awaiting)
	s.buys("dora", "o-2")
	s.buys("erin", "o-3")
	s.due(s.now)
	_, err = s.Team.Bind(ctx, program.Bind{Customer: "erin", Owner: "zoe"})
	require.NoError(t, err)
	s.due(s.now.Add(time.Second))
	for _, id := range []partner.ID{"alice", "zoe"} {
		_, err := s.withdraw("w-"+string(id), id, "1.00")
		require.NoError(t, err)
	}
	s.refunded("early", "o-4", units("1", 1))
	s.paid(s.order("o-4", 2, "10.00"))
	_, err = s.Orders.Exchange(ctx, program.Exchange{ID: "x-1", Order: "o-1", Lines: []program.RefundLine{units("1", 1)}})
	require.NoError(t, err)
	s.refunded("r-1", "o-1", units("1", 1))
	s.due(s.now.Add(time.Second))
	s.paid(s.order("o-5", 1, "10.00"))
	_, err = s.Team.Bind(ctx, program.Bind{Customer: "gus", Owner: "zoe"})
	require.NoError(t, err)
	s.buys("gus", "o-7")
	_, err = s.Team.Unbind(ctx, program.Unbind{Customers: []partner.Customer{"gus"}, Meta: why("u-1")})
	require.NoError(t, err)
	s.clearOut("zoe")
	s.paid(s.order("o-6", 1, "10.00"))
	s.due(s.now)
	require.Empty(t, w.wrong)
	for _, kind := range []string{"bindings", "tree", "orders", "counters", "customers", "partners", "grants", "forfeits", "rows", "withdrawals", "balances"} {
		require.True(t, w.taken[kind], kind)
	}
}

// The seller's own entry is 0.00, so that nothing but what he bears is taken from him, and his id is below that of the other payee.
func TestWhoBearsAShortfallIsLockedInOrderToo(t *testing.T) {
	s, w := watchLocks(t, `{
	  "currency": "CNY", "commission": {"rates": ["0.01%", "5%"]}, "settlement": {"anchor": "paid", "holdDays": 0, "shortfall": "seller"}
	}`)
	s.add("zoe")
	s.recruit("amy", "zoe")
	_, err := s.Team.Bind(ctx, program.Bind{Customer: "carol", Owner: "amy"})
	require.NoError(t, err)
	s.paid(s.order("o-1", 1, "5.00"))
	s.due(s.now)
	_, err = s.withdraw("w-1", "zoe", "0.25")
	require.NoError(t, err)
	s.refunded("r-1", "o-1", units("1", 1))
	s.has("amy", "0.00", "0.00", "0.25")
	s.has("zoe", "0.00", "0.00", "0.00")
	require.Empty(t, w.wrong)
}

// Several become partners by what is released and received at once.
func TestWhoReachesSomethingIsLockedInOrder(t *testing.T) {
	s, w := watchLocks(t, `{
	  "currency": "CNY", "commission": {"rates": ["10%"]}, "settlement": {"holdDays": 0},
	  "joining": {"threshold": {"any": [{"metric": {"name": "partners"}, "atLeast": "1"}, {"metric": {"name": "orders", "node": "completed"}, "atLeast": "2"},
	    {"metric": {"name": "orders", "node": "after-sale-over"}, "atLeast": "1"}]}}
	}`)
	s.add("alice")
	s.recruit("zoe", "alice")
	s.recruit("dan", "zoe")
	for _, customer := range []partner.Customer{"dan", "zoe", "erin", "carol"} {
		_, err := s.Team.Bind(ctx, program.Bind{Customer: customer, Owner: "alice"})
		require.NoError(t, err)
		s.buys(customer, "1 of "+string(customer))
		s.buys(customer, "2 of "+string(customer))
		s.received(commission.OrderID("1 of " + customer))
	}
	s.received("2 of erin")
	require.ElementsMatch(t, []partner.ID{"zoe", "dan", "carol"}, s.due(s.now).Promoted)
	require.Empty(t, w.wrong)
	require.True(t, w.taken["readers"])
}

// The payment of an order binds its buyer, so that his earlier orders are judged again, one of a lower and one of a higher id, under other campaigns.
func TestWhatAPaymentReachesIsLockedInOrderWithItsOwnOrder(t *testing.T) {
	s, w := watchLocks(t, `{
	  "currency": "CNY", "commission": {"rates": ["10%"], "graceMinutes": 60}, "binding": {"on": "payment"},
	  "campaigns": [{"name": "june", "factor": "2", "budget": "100.00", "perCustomer": "50.00"}, {"name": "all", "factor": "3", "budget": "100.00"}]
	}`)
	s.add("zoe")
	s.buys("dora", "o-1")
	s.buys("dora", "o-9")
	s.now = s.now.Add(time.Minute)
	binds := s.order("o-5", 2, "10.00")
	binds.Customer, binds.Referrer = "dora", "zoe"
	s.paid(binds)
	for _, id := range []commission.OrderID{"o-1", "o-9"} {
		out, err := s.Orders.Outcome(ctx, id)
		require.NoError(t, err)
		require.Equal(t, partner.ID("zoe"), out.Attributed.Partner, id)
	}
	require.True(t, w.taken["counters"])
	require.Empty(t, w.wrong)
}

// Of the orders of a batch some are nobody's and make their buyers partners, when others still have to find who stands above and what is left of a campaign.
func TestABatchTakesItsLocksInOrder(t *testing.T) {
	s, w := watchLocks(t, `{
	  "currency": "CNY", "commission": {"rates": ["10%", "5%"]}, "joining": {"spend": "1.00"},
	  "campaigns": [{"name": "june", "factor": "2", "budget": "100.00", "perCustomer": "50.00"}]
	}`)
	s.add("alice")
	s.add("zoe")
	s.recruit("zoe", "alice")
	var all []program.Order
	for i := range 6 {
		o := s.order(fmt.Sprintf("o-%d", i), 1, "10.00")
		o.Customer = partner.Customer(fmt.Sprintf("c-%d", i))
		if i%2 == 1 {
			_, err := s.Team.Bind(ctx, program.Bind{Customer: o.Customer, Owner: "zoe"})
			require.NoError(t, err)
		}
		all = append(all, o)
	}
	for _, some := range [][]program.Order{all[:2], all[2:]} {
		out, err := s.Orders.PaidBatch(ctx, some)
		require.NoError(t, err)
		for _, one := range out {
			require.NoError(t, one.Err)
			require.True(t, one.Outcome.Promoted)
		}
	}
	require.True(t, w.taken["counters"] && w.taken["partners"], "%v %v", w.taken, w.wrong)
	require.Empty(t, w.wrong)
}
