package memstore

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/tree"
)

// records is all that a tenant has.
type records struct {
	partners *table[partner.ID, partner.Partner]
	facts    map[partner.ID][]partner.Fact
	spend    map[partner.Customer]money.Amount

	applications *table[partner.ApplicationID, partner.Application]
	applicants   map[partner.ID][]partner.ApplicationID // of each, in order
	undecided    *table[partner.ApplicationID, bool]

	edges      map[store.EdgeQuery][]tree.Edge         // of each partner in each tree
	recruits   map[store.EdgeQuery]map[partner.ID]bool // of each recruiter in each tree, who ever had an edge to him
	bindings   map[partner.Customer][]tree.Binding
	bindingIDs map[string]bool
	owned      map[partner.ID]map[partner.Customer]bool // of each partner, whose bindings name him

	plans []store.PlanVersion

	orders   *table[commission.OrderID, settlement.Order]
	paid     *table[timeKey, commission.OrderID]
	released *table[timeKey, commission.OrderID]
	bought   map[partner.Customer]map[commission.OrderID]bool // posted orders
	sold     map[partner.ID]map[commission.OrderID]bool       // of each partner, the posted orders that are his
	runs     *table[settlement.RunID, settlement.Run]
	due      map[commission.OrderID]time.Time // posted, not released, with a fixed release time
	rows     map[settlement.Source][]*settlement.Row
	payees   map[partner.ID][]*settlement.Row
	unfolded []*settlement.Row        // in order of writing; what is folded meanwhile is passed over
	pending  map[account]money.Amount // the sum of the rows that are not folded
	balances map[account]settlement.Balance
	accounts map[partner.ID][]account // those of which there ever was anything, in order of currency
	counters map[store.CounterKey]money.Amount
	tallies  map[talliesOf]map[int64]store.Tally             // by day
	counted  map[string]map[commission.OrderID]store.Counted // of each series

	grants  *table[partner.ID, settlement.Grants]
	toJudge map[partner.ID]time.Time // the users whose grants are due, and when

	forfeits  *table[partner.ID, settlement.Forfeits]
	toForfeit map[partner.ID]time.Time // the partners whose forfeits are due, and when

	settled map[partner.Customer][]settledKey // each customer's settled orders, the one that was released first before the others

	withdrawals *table[settlement.WithdrawalID, settlement.Withdrawal]

	queue    map[store.QueueCursor]store.QueuedOrder
	claims   map[store.ClaimKey]store.Claim
	events   []store.Event
	readers  map[string]int64
	numbered int
}

// account is where a partner has a balance.
type account struct {
	partner  partner.ID
	currency money.Currency
}

func newRecords() *records {
	return &records{
		partners: newTable[partner.ID, partner.Partner](), facts: map[partner.ID][]partner.Fact{}, spend: map[partner.Customer]money.Amount{},
		applications: newTable[partner.ApplicationID, partner.Application](), applicants: map[partner.ID][]partner.ApplicationID{},
		undecided: newTable[partner.ApplicationID, bool](),
		edges:     map[store.EdgeQuery][]tree.Edge{}, recruits: map[store.EdgeQuery]map[partner.ID]bool{}, owned: map[partner.ID]map[partner.Customer]bool{},
		bindings: map[partner.Customer][]tree.Binding{}, bindingIDs: map[string]bool{},
		orders: newTable[commission.OrderID, settlement.Order](), paid: newTable[timeKey, commission.OrderID](),
		released: newTable[timeKey, commission.OrderID](), bought: map[partner.Customer]map[commission.OrderID]bool{},
		sold: map[partner.ID]map[commission.OrderID]bool{},
		runs: newTable[settlement.RunID, settlement.Run](), due: map[commission.OrderID]time.Time{},
		rows: map[settlement.Source][]*settlement.Row{}, payees: map[partner.ID][]*settlement.Row{},
		pending: map[account]money.Amount{}, balances: map[account]settlement.Balance{}, accounts: map[partner.ID][]account{},
		grants: newTable[partner.ID, settlement.Grants](), toJudge: map[partner.ID]time.Time{}, forfeits: newTable[partner.ID, settlement.Forfeits](), toForfeit: map[partner.ID]time.Time{}, settled: map[partner.Customer][]settledKey{},
		counters: map[store.CounterKey]money.Amount{},
		tallies:  map[talliesOf]map[int64]store.Tally{}, counted: map[string]map[commission.OrderID]store.Counted{},
		withdrawals: newTable[settlement.WithdrawalID, settlement.Withdrawal](), claims: map[store.ClaimKey]store.Claim{},
		readers: map[string]int64{},
		queue:   map[store.QueueCursor]store.QueuedOrder{},
	}
}

// tx is one transaction on a tenant's records. Writes happen in place; undo holds what takes them back, last first.
type tx struct {
	*records
	undo     *[]func()
	readOnly bool
	ended    bool
}

var _ store.Tx = (*tx)(nil)

func (t *tx) end() { t.ended = true }

func (t *tx) reads(ctx context.Context) error {
	if t.ended {
		return ErrEnded
	}
	return ctx.Err()
}

func (t *tx) writes(ctx context.Context) error {
	if err := t.reads(ctx); err != nil {
		return err
	}
	if t.readOnly {
		return store.ErrReadOnly
	}
	return nil
}

func (t *tx) onUndo(f func()) { *t.undo = append(*t.undo, f) }

// put sets m[key] and remembers what was there.
func put[K comparable, V any](t *tx, m map[K]V, key K, value V) {
	old, had := m[key]
	m[key] = value
	t.onUndo(func() {
		if had {
			m[key] = old
		} else {
			delete(m, key)
		}
	})
}

// remove deletes m[key] and remembers what was there.
func remove[K comparable, V any](t *tx, m map[K]V, key K) {
	old, had := m[key]
	if !had {
		return
	}
	delete(m, key)
	t.onUndo(func() { m[key] = old })
}

// push appends to *list and remembers its length.
func push[V any](t *tx, list *[]V, values ...V) {
	length := len(*list)
	*list = append(*list, values...)
	t.onUndo(func() { *list = (*list)[:length] })
}

// table is a map that can be read in order of its keys; the order is worked out when it is first asked for after a change.
type table[K ~string, V any] struct {
	values map[K]V
	mu     sync.Mutex // readers of a View sort too
	keys   []K
	sorted bool
}

func newTable[K ~string, V any]() *table[K, V] { return &table[K, V]{values: map[K]V{}} }

func (t *table[K, V]) set(x *tx, key K, value V) {
	if _, had := t.values[key]; !had {
		t.sorted = false
		x.onUndo(func() { t.sorted = false })
	}
	put(x, t.values, key, value)
}

func (t *table[K, V]) unset(x *tx, key K) {
	t.sorted = false
	x.onUndo(func() { t.sorted = false })
	remove(x, t.values, key)
}

// after returns at most limit keys above the given one, in order.
func (t *table[K, V]) after(key K, limit int) []K {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.sorted {
		t.keys = t.keys[:0]
		for k := range t.values {
			t.keys = append(t.keys, k)
		}
		slices.Sort(t.keys)
		t.sorted = true
	}
	i, found := slices.BinarySearch(t.keys, key)
	if found {
		i++
	}
	return slices.Clone(t.keys[i:min(len(t.keys), i+max(limit, 0))])
}

// page sorts what there is and returns at most limit of what comes after a place. It is for scans that nothing waits for.
func page[T any](all []T, compare func(a, b T) int, after T, limit int) []T {
	slices.SortFunc(all, compare)
	from, found := slices.BinarySearchFunc(all, after, compare)
	if found {
		from++
	}
	return all[from:min(len(all), from+max(limit, 0))]
}
