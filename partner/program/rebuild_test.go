package program_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

const derivedPlan = `{"currency": "CNY", "commission": {"rates": ["10%", "5%"]}, "campaigns": [{"name": "double", "factor": "2", "budget": "50"}],
	"levels": [{"id": "basic", "weight": 1, "default": true},
		{"id": "leader", "weight": 2, "reach": {"all": [{"metric": {"name": "volume", "scope": "team"}, "atLeast": "1000"}]}}]}`

// derived is a shop in which every derived number is something: one order is released and partly withdrawn, another is not.
func derived(t *testing.T) *shop {
	s := family(t, derivedPlan)
	s.paid(s.order("o-1", 2, "100.00"))
	s.received("o-1")
	s.due(noon.AddDate(0, 0, 8))
	_, err := s.withdraw("w-1", "bob", "3.00")
	require.NoError(t, err)
	s.paid(s.order("o-2", 1, "70.00"))
	s.due(s.now)
	return s
}

// damages are what somebody who writes to the tables himself can do to derived numbers.
var damages = map[string]func(tx store.Tx) error{
	"pending": func(tx store.Tx) error {
		return tx.ChangeBalances(ctx, []settlement.Change{{Partner: "bob", Pending: cny(-123)}})
	},
	"available": func(tx store.Tx) error {
		return tx.ChangeBalances(ctx, []settlement.Change{{Partner: "alice", Net: cny(1)}})
	},
	"a debt that is none": func(tx store.Tx) error {
		return tx.ChangeBalances(ctx, []settlement.Change{{Partner: "bob", Net: cny(-9999)}})
	},
	"what leaves and has left": func(tx store.Tx) error {
		return tx.ChangeBalances(ctx, []settlement.Change{{Partner: "alice", Paid: cny(7), Taxed: cny(2), Fees: cny(1)}, {Partner: "bob", Withdrawing: cny(-300)}})
	},
	"a counter": func(tx store.Tx) error {
		return tx.ChangeCounters(ctx, []store.CounterChange{{CounterKey: store.CounterKey{Campaign: "double"}, Amount: cny(-2000)}})
	},
	"what was spent": func(tx store.Tx) error {
		_, err := tx.AddSpend(ctx, []store.Spend{{Customer: "carol", Amount: cny(-17000)}})
		return err
	},
	"what a team sold": func(tx store.Tx) error {
		tallies, err := tx.ScanTallies(ctx, store.TallyKey{}, 1)
		if err != nil {
			return err
		}
		tallies[0].Amount = cny(5)
		return tx.SaveTallies(ctx, tallies)
	},
	"what is counted of an order": func(tx store.Tx) error {
		counted, err := tx.ScanCounted(ctx, store.CountedKey{}, 10)
		if err != nil {
			return err
		}
		for i := range counted {
			counted[i] = store.Counted{CountedKey: counted[i].CountedKey, PaidAt: counted[i].PaidAt}
		}
		return tx.SaveCounted(ctx, counted)
	},
}

func cny(n int64) money.Amount { return money.MustCurrency("CNY", 2).Minor(n) }

func TestRebuildSetsEveryDerivedNumberRight(t *testing.T) {
	all := func(tx store.Tx) error {
		for _, damage := range damages {
			if err := damage(tx); err != nil {
				return err
			}
		}
		return nil
	}
	for name, damage := range damages {
		t.Run(name, func(t *testing.T) { rebuilds(t, damage) })
	}
	t.Run("all at once", func(t *testing.T) { rebuilds(t, all) })
}

func rebuilds(t *testing.T, damage func(store.Tx) error) {
	s := derived(t)
	before := s.derivedNumbers()
	none, err := s.Rebuild(ctx)
	require.NoError(t, err)
	require.Empty(t, none)
	require.NoError(t, s.store.Update(ctx, "", damage))
	require.NotEqual(t, before, s.derivedNumbers())

	found, err := s.Rebuild(ctx)
	require.NoError(t, err)
	require.NotEmpty(t, found)
	s.sound()
	require.Equal(t, before, s.derivedNumbers())
	s.due(s.now)
	events, err := s.Events(ctx, 0, 1000)
	require.NoError(t, err)
	told := 0
	for _, e := range events {
		if e.Kind == "rebuilt" {
			require.Equal(t, found[told].Subject, e.Subject)
			told++
		}
	}
	require.Len(t, found, told)
	found, err = s.Rebuild(ctx)
	require.NoError(t, err)
	require.Empty(t, found)
}

// derivedNumbers are all numbers that are derived from records.
func (s *shop) derivedNumbers() map[string]any {
	s.t.Helper()
	all := map[string]any{"balances": []settlement.Balance{s.balance("alice"), s.balance("bob")}}
	require.NoError(s.t, s.store.View(ctx, "", func(tx store.Tx) error {
		var errs [4]error
		all["counters"], errs[0] = tx.ScanCounters(ctx, store.CounterKey{}, 100)
		all["spent"], errs[1] = tx.ScanCustomers(ctx, "", 100)
		all["tallies"], errs[2] = tx.ScanTallies(ctx, store.TallyKey{}, 100)
		all["counted"], errs[3] = tx.ScanCounted(ctx, store.CountedKey{}, 100)
		for _, err := range errs {
			if err != nil {
				return err
			}
		}
		return nil
	}))
	return all
}

// meanwhile lets others do something between what is read and what is written.
type meanwhile struct {
	store.Store
	once sync.Once
	do   func()
	ends error // of the first update, though it took effect
}

func (m *meanwhile) Update(ctx context.Context, tenant store.Tenant, fn func(store.Tx) error) (err error) {
	m.once.Do(func() { m.do(); err = m.ends })
	if err != nil {
		if done := m.Store.Update(ctx, tenant, fn); done != nil {
			return done
		}
		return err
	}
	return m.Store.Update(ctx, tenant, fn)
}

func TestRebuildAddsDifferencesOnce(t *testing.T) {
	for name, c := range map[string]struct {
		do   func(t *testing.T, s *shop)
		ends error
	}{
		"an order is posted meanwhile": {do: func(_ *testing.T, s *shop) {
			_, err := s.Orders.Paid(ctx, s.order("o-3", 1, "11.00"))
			require.NoError(s.t, err)
		}},
		"a refund and a run meanwhile": {do: func(_ *testing.T, s *shop) {
			_, err := s.Orders.Refunded(ctx, program.Refund{ID: "r-1", Order: "o-2", Lines: []program.RefundLine{amount("1", "35.00")}})
			require.NoError(s.t, err)
			_, err = s.RunDue(ctx, s.now.Add(time.Hour))
			require.NoError(s.t, err)
		}},
		"somebody else rebuilds meanwhile": {do: func(_ *testing.T, s *shop) {
			found, err := s.Rebuild(ctx)
			require.NoError(s.t, err)
			require.NotEmpty(s.t, found)
		}},
		"it is unknown whether it took effect": {do: func(*testing.T, *shop) {}, ends: store.ErrUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			s := derived(t)
			for _, damage := range damages {
				require.NoError(t, s.store.Update(ctx, "", damage))
			}
			other, err := program.New(&meanwhile{Store: s.store, do: func() { c.do(t, s) }, ends: c.ends}, program.Config{Clock: func() time.Time { return s.now }})
			require.NoError(t, err)
			found, err := other.Rebuild(ctx)
			require.NoError(t, err)
			if name != "somebody else rebuilds meanwhile" {
				require.NotEmpty(t, found)
			}
			s.sound()
		})
	}
}

func TestRebuildOfSomebodyElsesTransactionIsPartOfIt(t *testing.T) {
	s := derived(t)
	require.NoError(t, s.store.Update(ctx, "", damages["pending"]))
	tx := s.store.Begin()
	found, err := s.In(tx).Rebuild(ctx)
	require.NoError(t, err)
	require.Len(t, found, 1)
	tx.Rollback()
	report, err := s.Audit(ctx)
	require.NoError(t, err)
	require.False(t, report.OK())
	require.Equal(t, partner.ID("bob"), partner.ID(found[0].Subject))
}
