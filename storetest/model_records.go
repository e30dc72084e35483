package storetest

import (
	"bytes"
	"maps"
	"reflect"
	"slices"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/tree"
)

// modelRecords is all that a tenant has, as his store gives it: what [Dump] writes. Thousands of histories compare it after every step, so that nothing
// is made text before there is a difference to be shown.
type modelRecords struct {
	Partners    []partner.Partner
	Facts       [][]partner.Fact
	Edges       [][]tree.Edge
	Customers   []store.Spend
	Attempts    [][]tree.Binding
	Plans       []store.PlanVersion
	Orders      []settlement.Order
	Rows        [][]settlement.Row
	Forfeits    []settlement.Forfeits
	Grants      []settlement.Grants
	Counters    []store.Counter
	Balances    [][]settlement.Balance
	Withdrawals []settlement.Withdrawal
	Claims      []store.Claim
	Numbered    []store.Event
	Unnumbered  []store.Event
}

// modelPage is above what any history makes.
const modelPage = 10_000

// read reads all that a tenant has.
func (s *modelShop) read(t require.TestingT) *modelRecords {
	all := &modelRecords{}
	err := s.store.View(s.ctx, s.tenant, func(tx store.Tx) (err error) {
		people := map[partner.ID]bool{}
		if all.Partners, err = tx.ScanPartners(s.ctx, "", modelPage); err != nil {
			return err
		}
		for _, p := range all.Partners {
			people[p.ID] = true
		}
		if all.Customers, err = tx.ScanCustomers(s.ctx, "", modelPage); err != nil {
			return err
		}
		customers := make([]partner.Customer, len(all.Customers))
		for i, c := range all.Customers {
			customers[i], people[partner.ID(c.Customer)] = c.Customer, true
		}
		if all.Attempts, err = tx.Bindings(s.ctx, customers); err != nil {
			return err
		}
		if all.Orders, err = tx.ScanOrders(s.ctx, "", modelPage); err != nil {
			return err
		}
		var sources []settlement.Source
		for _, o := range all.Orders {
			sources = append(sources, settlement.OfOrder(o.ID), settlement.OfForfeits(settlement.OfOrder(o.ID)))
		}
		if all.Grants, err = tx.ScanGrants(s.ctx, "", modelPage); err != nil {
			return err
		}
		for _, g := range all.Grants {
			sources = append(sources, settlement.OfGrants(g.User))
		}
		if all.Rows, err = tx.Rows(s.ctx, sources); err != nil {
			return err
		}
		if all.Forfeits, err = tx.ScanForfeits(s.ctx, "", modelPage); err != nil {
			return err
		}
		if all.Counters, err = tx.ScanCounters(s.ctx, store.CounterKey{}, modelPage); err != nil {
			return err
		}
		ids := slices.Sorted(maps.Keys(people))
		if all.Facts, err = tx.Facts(s.ctx, ids); err != nil {
			return err
		}
		if all.Edges, err = tx.Edges(s.ctx, edges(ids...)); err != nil {
			return err
		}
		if all.Balances, err = tx.Balances(s.ctx, ids); err != nil {
			return err
		}
		if all.Plans, err = tx.Plans(s.ctx, 1); err != nil {
			return err
		}
		if all.Withdrawals, err = tx.ScanWithdrawals(s.ctx, "", modelPage); err != nil {
			return err
		}
		if all.Claims, err = tx.ScanClaims(s.ctx, store.ClaimKey{}, modelPage); err != nil {
			return err
		}
		if all.Numbered, err = tx.Events(s.ctx, 0, modelPage); err != nil {
			return err
		}
		all.Unnumbered, err = tx.UnnumberedEvents(s.ctx, "", modelPage)
		return err
	})
	require.NoError(t, err)
	return all
}

// equal compares all of it: what is comparable with ==, which is much faster than reflection, and the rest in depth.
func (a *modelRecords) equal(b *modelRecords) bool {
	same := func(a, b store.Event) bool {
		return a.ID == b.ID && a.Number == b.Number && a.Kind == b.Kind && a.Subject == b.Subject && a.At == b.At && a.Record == b.Record &&
			bytes.Equal(a.Data, b.Data)
	}
	return slices.Equal(a.Partners, b.Partners) && slices.EqualFunc(a.Facts, b.Facts, slices.Equal) && slices.EqualFunc(a.Edges, b.Edges, slices.Equal) &&
		slices.Equal(a.Customers, b.Customers) && slices.EqualFunc(a.Attempts, b.Attempts, slices.Equal) && slices.EqualFunc(a.Balances, b.Balances, slices.Equal) &&
		slices.Equal(a.Claims, b.Claims) && slices.EqualFunc(a.Numbered, b.Numbered, same) && slices.EqualFunc(a.Unnumbered, b.Unnumbered, same) &&
		reflect.DeepEqual(a.Plans, b.Plans) && reflect.DeepEqual(a.Orders, b.Orders) && reflect.DeepEqual(a.Rows, b.Rows) &&
		reflect.DeepEqual(a.Withdrawals, b.Withdrawals) && reflect.DeepEqual(a.Forfeits, b.Forfeits) &&
		reflect.DeepEqual(a.Grants, b.Grants) && slices.Equal(a.Counters, b.Counters)
}

// unchanged runs something that must not change a byte.
func (s *modelShop) unchanged(t require.TestingT, what string, run func()) {
	if s.records == nil {
		s.records = s.read(t)
	}
	run()
	if after := s.read(t); !s.records.equal(after) {
		require.Equal(t, modelText(t, s.records), modelText(t, after), "%s changed something", what)
	}
}

// modelText is a value as text.
func modelText(t require.TestingT, v any) string {
	text, err := canonical(v)
	require.NoError(t, err)
	return string(text)
}

// modelNoError, modelSame and modelHolds cost nothing where all is well.
func modelNoError(t require.TestingT, err error) {
	if err != nil {
		require.NoError(t, err)
	}
}

func modelSame[V comparable](t require.TestingT, want, got V, message string, args ...any) {
	if want != got {
		require.Equal(t, want, got, append([]any{message}, args...)...)
	}
}

func modelHolds(t require.TestingT, ok bool, message string, args ...any) {
	if !ok {
		require.Fail(t, "does not hold", append([]any{message}, args...)...)
	}
}
