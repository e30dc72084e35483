package storetest

import (
	"maps"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/store"
)

// What must hold of budgets of campaigns.

// checkBudgets compares what is used of the budget of each campaign with what the orders use of it as they stand.
func (s *modelShop) checkBudgets(t require.TestingT) {
	used := map[string]int64{}
	modelNoError(t, s.store.View(s.ctx, s.tenant, func(tx store.Tx) error {
		all, err := tx.ScanCounters(s.ctx, store.CounterKey{}, modelPage)
		for _, c := range all {
			used[c.Campaign] += modelUnits(t, c.Amount)
		}
		return err
	}))
	if want := s.oracle.budgets(); !maps.Equal(want, used) {
		require.Equal(t, want, used, "6.25: what is used of budgets")
	}
}

// sameUses compares what an order uses of budgets, before anything has come back.
func (s *modelShop) sameUses(t require.TestingT, id commission.OrderID, x *oracleOrder, out program.Outcome) {
	uses := map[string]int64{}
	for _, use := range out.Campaigns {
		uses[use.Campaign] = modelUnits(t, use.Added)
		modelSame(t, x.without[use.Campaign], use.Reason == commission.BudgetSpent, "6.25: whether the budget of %s had too little left for %s", use.Campaign, id)
	}
	maps.DeleteFunc(uses, func(_ string, n int64) bool { return n == 0 })
	want := maps.Clone(x.reserved)
	maps.DeleteFunc(want, func(_ string, n int64) bool { return n == 0 })
	if !maps.Equal(want, uses) {
		require.Equal(t, want, uses, "6.25: what %s uses of budgets", id)
	}
}
