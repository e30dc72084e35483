package storetest

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/store/memstore"
	"github.com/fenrun/fenrun/tree"
)

// with makes a store whose transactions are what change makes of those of memstore.
func with(change func(store.Tx) store.Tx) func(*memstore.Store) store.Store {
	return func(m *memstore.Store) store.Store {
		run := func(do func(context.Context, store.Tenant, func(store.Tx) error) error) func(context.Context, store.Tenant, func(store.Tx) error) error {
			return func(ctx context.Context, tenant store.Tenant, fn func(store.Tx) error) error {
				return do(ctx, tenant, func(tx store.Tx) error { return fn(change(tx)) })
			}
		}
		return runs{update: run(m.Update), view: run(m.View)}
	}
}

func brokenRecords() []broken {
	return []broken{
		{mistake: "orders share memory with who saved them", open: func(m *memstore.Store) store.Store {
			shared := &shared{orders: map[commission.OrderID]settlement.Order{}}
			return with(func(tx store.Tx) store.Tx { return sharing{tx, shared} })(m)
		}, killers: list("copies/changing orders after they were written changes nothing stored")},
		{mistake: "rows share memory with who reads them", open: func(m *memstore.Store) store.Store {
			cache := &sync.Map{}
			return with(func(tx store.Tx) store.Tx { return cachedRows{tx, cache} })(m)
		}, killers: list("copies/changing rows that were read changes nothing stored")},
		{mistake: "every claim wins", open: with(func(tx store.Tx) store.Tx { return everyClaimWins{tx} }), killers: list(
			"claims/the first claim of a key wins, and every later one gets the first one back, hash, fields and token",
			"concurrency/of claims of one key at once exactly one wins, and all get it", "programme/what is sent by many at once is done once, and all get the same result")},
		{mistake: "partners are compared without case", open: with(func(tx store.Tx) store.Tx { return caseless{tx} }), killers: list("ids/ids of partners are compared byte by byte")},
		{mistake: "spaces at the end of a key do not count", open: with(func(tx store.Tx) store.Tx { return padded{tx} }), killers: list("ids/keys of claims are compared byte by byte")},
		{mistake: "bindings are found by the beginning of an id", open: func(m *memstore.Store) store.Store {
			known := &sync.Map{}
			return with(func(tx store.Tx) store.Tx { return prefixed{tx, known} })(m)
		}, killers: list("ids/customers of bindings are compared byte by byte")},
		{mistake: "times lose what is below a second", open: with(func(tx store.Tx) store.Tx { return seconds{tx} }), killers: list(
			"values/orders keep instants to the microsecond, in UTC", "orders/an order is due at its ReleaseAt, and not a microsecond before")},
		{mistake: "what is not found is left out", open: with(func(tx store.Tx) store.Tx { return foundOnly{tx} }), killers: list(
			"batches/what Partners does not find is the zero value in its place, never an error", "batches/element i of Partners belongs to argument i, in any order and however often")},
		{mistake: "a page begins with the record that it should come after", open: with(func(tx store.Tx) store.Tx { return repeating{tx} }), killers: list(
			"scans/ScanPartners returns everything in order, page by page, nothing twice")},
		{mistake: "an order is saved whatever its revision", open: with(func(tx store.Tx) store.Tx { return lastWins{tx} }), killers: list(
			"orders/an order is saved with the revision above the stored one and any other is ErrStale", "orders/a stale order keeps the others of its call from being saved")},
		{mistake: "a partner who exists is written again", open: with(func(tx store.Tx) store.Tx { return upserting{tx} }), killers: list(
			"partners/a partner whose id exists is an ExistsError and nothing is added", "concurrency/of records of one id that are added at once exactly one is")},
		{mistake: "uplines follow edges of the future", open: with(func(tx store.Tx) store.Tx { return timeless{tx} }), killers: list(
			"tree/Uplines follows an edge from its first instant on, and not a microsecond before")},
		{mistake: "spending that is added returns what was added", open: with(func(tx store.Tx) store.Tx { return spendAlone{tx} }), killers: list(
			"partners/AddSpend returns each customer's total after it, in the order given")},
	}
}

type shared struct {
	mu     sync.Mutex
	orders map[commission.OrderID]settlement.Order
}

type sharing struct {
	store.Tx
	*shared
}

func (s sharing) SaveOrders(ctx context.Context, orders []settlement.Order) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, o := range orders {
		s.orders[o.ID] = o
	}
	return s.Tx.SaveOrders(ctx, orders)
}

func (s sharing) Orders(_ context.Context, ids []commission.OrderID) ([]settlement.Order, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]settlement.Order, len(ids))
	for i, id := range ids {
		out[i] = s.orders[id]
	}
	return out, nil
}

type cachedRows struct {
	store.Tx
	cache *sync.Map
}

func (c cachedRows) Rows(ctx context.Context, sources []settlement.Source) ([][]settlement.Row, error) {
	out, err := c.Tx.Rows(ctx, sources)
	for i, source := range sources {
		known, _ := c.cache.LoadOrStore(source, out[i])
		out[i] = known.([]settlement.Row)
	}
	return out, err
}

type everyClaimWins struct{ store.Tx }

func (e everyClaimWins) Claim(ctx context.Context, claims []store.Claim) ([]store.Claim, error) {
	_, err := e.Tx.Claim(ctx, claims)
	return claims, err
}

func (e everyClaimWins) Claimed(_ context.Context, keys []store.ClaimKey) ([]store.Claim, error) {
	return make([]store.Claim, len(keys)), nil
}

type caseless struct{ store.Tx }

func (c caseless) AddPartners(ctx context.Context, partners []partner.Partner) error {
	for i := range partners {
		partners[i].ID = partner.ID(strings.ToLower(string(partners[i].ID)))
	}
	return c.Tx.AddPartners(ctx, partners)
}

func (c caseless) Partners(ctx context.Context, ids []partner.ID) ([]partner.Partner, error) {
	lower := make([]partner.ID, len(ids))
	for i := range ids {
		lower[i] = partner.ID(strings.ToLower(string(ids[i])))
	}
	return c.Tx.Partners(ctx, lower)
}

type padded struct{ store.Tx }

func (p padded) Claim(ctx context.Context, claims []store.Claim) ([]store.Claim, error) {
	trimmed := append([]store.Claim{}, claims...)
	for i := range trimmed {
		trimmed[i].Key = strings.TrimRight(trimmed[i].Key, " ")
	}
	return p.Tx.Claim(ctx, trimmed)
}

func (p padded) Claimed(ctx context.Context, keys []store.ClaimKey) ([]store.Claim, error) {
	trimmed := append([]store.ClaimKey{}, keys...)
	for i := range trimmed {
		trimmed[i].Key = strings.TrimRight(trimmed[i].Key, " ")
	}
	return p.Tx.Claimed(ctx, trimmed)
}

type prefixed struct {
	store.Tx
	known *sync.Map
}

func (p prefixed) AddBindings(ctx context.Context, attempts []tree.Binding) error {
	for _, b := range attempts {
		p.known.Store(b.Customer, true)
	}
	return p.Tx.AddBindings(ctx, attempts)
}

func (p prefixed) Bindings(ctx context.Context, customers []partner.Customer) ([][]tree.Binding, error) {
	out := make([][]tree.Binding, len(customers))
	var failure error
	for i, c := range customers {
		p.known.Range(func(key, _ any) bool {
			if strings.HasPrefix(string(key.(partner.Customer)), string(c)) {
				found, err := p.Tx.Bindings(ctx, list(key.(partner.Customer)))
				if err != nil {
					failure = err
					return false
				}
				out[i] = append(out[i], found[0]...)
			}
			return true
		})
	}
	return out, failure
}

type seconds struct{ store.Tx }

func (s seconds) SaveOrders(ctx context.Context, orders []settlement.Order) error {
	cut := append([]settlement.Order{}, orders...)
	for i := range cut {
		cut[i].ReleaseAt = cut[i].ReleaseAt.Truncate(time.Second)
	}
	return s.Tx.SaveOrders(ctx, cut)
}

type foundOnly struct{ store.Tx }

func (f foundOnly) Partners(ctx context.Context, ids []partner.ID) ([]partner.Partner, error) {
	all, err := f.Tx.Partners(ctx, ids)
	var found []partner.Partner
	for _, p := range all {
		if p.ID != "" {
			found = append(found, p)
		}
	}
	return found, err
}

type repeating struct{ store.Tx }

func (r repeating) ScanPartners(ctx context.Context, after partner.ID, limit int) ([]partner.Partner, error) {
	page, err := r.Tx.ScanPartners(ctx, after, limit)
	if err != nil || after == "" || len(page) == 0 {
		return page, err
	}
	first, err := r.Tx.Partners(ctx, list(after))
	return append(first, page[:min(len(page), limit-1)]...), err
}

type lastWins struct{ store.Tx }

func (l lastWins) SaveOrders(ctx context.Context, orders []settlement.Order) error {
	for _, o := range orders {
		stored, err := l.Tx.Orders(ctx, list(o.ID))
		if err != nil {
			return err
		}
		o.Revision = stored[0].Revision + 1
		if err := l.Tx.SaveOrders(ctx, list(o)); err != nil {
			return err
		}
	}
	return nil
}

type upserting struct{ store.Tx }

func (u upserting) AddPartners(ctx context.Context, partners []partner.Partner) error {
	for _, p := range partners {
		known, err := u.Tx.Partners(ctx, list(p.ID))
		if err != nil {
			return err
		}
		if known[0].ID == "" {
			if err := u.Tx.AddPartners(ctx, list(p)); err != nil {
				return err
			}
		}
	}
	return nil
}

type timeless struct{ store.Tx }

func (t timeless) Uplines(ctx context.Context, queries []store.UplineQuery) ([][]partner.ID, error) {
	ever := append([]store.UplineQuery{}, queries...)
	for i := range ever {
		ever[i].At = tree.Ever
	}
	return t.Tx.Uplines(ctx, ever)
}

type spendAlone struct{ store.Tx }

func (s spendAlone) AddSpend(ctx context.Context, spend []store.Spend) ([]money.Amount, error) {
	out := make([]money.Amount, len(spend))
	for i := range spend {
		out[i] = spend[i].Amount
	}
	_, err := s.Tx.AddSpend(ctx, spend)
	return out, err
}
