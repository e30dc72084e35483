package rehearsal

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/store"
)

// campaigns compares complete lists of what an order uses of campaigns.
func (c checker) campaigns(want []CampaignUse, got []commission.CampaignUse) {
	open := slices.Clone(got)
	for _, w := range want {
		what := fmt.Sprintf("use of campaign %s", w.Campaign)
		at := slices.IndexFunc(open, func(g commission.CampaignUse) bool { return g.Campaign == w.Campaign })
		if at < 0 {
			c.check(false, what, w.Added.String(), "")
			continue
		}
		c.exactly(what, w.Added, open[at].Added)
		c.same(what+", why not more", string(w.Reason), string(open[at].Reason))
		open = slices.Delete(open, at, at+1)
	}
	for _, g := range open {
		c.check(false, fmt.Sprintf("use of campaign %s", g.Campaign), "", g.Added.Plain())
	}
	c.check(true, "uses of campaigns", "", "") // that no other came
}

// used compares what stands on the counters of budgets.
func (c checker) used(ctx context.Context, want map[string]decimal.Decimal) error {
	open := maps.Clone(want)
	currency := c.runner.scenario.Plan.Currency
	err := c.runner.view(ctx, func(tx store.Tx) error {
		counters, err := tx.ScanCounters(ctx, store.CounterKey{}, all)
		for _, counter := range counters {
			if counter.Customer != "" {
				continue
			}
			amount, known := open[counter.Campaign]
			what := fmt.Sprintf("used of the budget of %s", counter.Campaign)
			if delete(open, counter.Campaign); known {
				c.exactly(what, amount, counter.Amount)
			} else {
				c.check(false, what, "", counter.Amount.Plain())
			}
		}
		return err
	})
	for _, campaign := range slices.Sorted(maps.Keys(open)) {
		c.exactly(fmt.Sprintf("used of the budget of %s", campaign), open[campaign], currency.Minor(0))
	}
	return err
}
