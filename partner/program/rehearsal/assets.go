package rehearsal

import (
	"context"
	"maps"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
)

// inAsset says of what is compared in which asset it is; of cash nothing.
func inAsset(what, asset string) string {
	if asset == "" {
		return what
	}
	return what + " in " + asset
}

// assetOf is the code of the asset of an amount, "" for cash.
func (r *runner) assetOf(a money.Amount) string {
	if a.Currency() == r.scenario.Plan.Currency.Currency || a.Currency().IsZero() {
		return ""
	}
	return a.Currency().Code()
}

// assets compares what an order pays beside cash.
func (c checker) assets(want *Expect, got *program.Outcome) {
	paid := map[string]program.AssetOutcome{}
	totals := map[string]money.Amount{}
	for _, a := range got.Assets {
		paid[a.Asset], totals[a.Asset] = a, a.Total
	}
	c.totals(want.Assets, totals)
	named := slices.Collect(maps.Keys(paid)) // by the order or by what is expected of it
	for _, w := range want.Entries {
		named = append(named, w.Asset)
	}
	for _, w := range want.Unpaid {
		named = append(named, w.Asset)
	}
	slices.Sort(named)
	for _, asset := range slices.Compact(named) {
		if asset == "" {
			continue // which is cash
		}
		if want.Entries != nil {
			c.entries(want.Entries, asset, paid[asset].Entries)
		}
		if want.Unpaid != nil || want.Complete {
			c.unpaid(want, asset, paid[asset].Unpaid)
		}
	}
}

// totals compares the sums in the assets that are named.
func (c checker) totals(want map[string]decimal.Decimal, got map[string]money.Amount) {
	for _, asset := range slices.Sorted(maps.Keys(want)) {
		c.exactly("total in "+asset, want[asset], got[asset])
	}
}

// assetBalances compares the buckets that are named of balances in other assets than cash.
func (c checker) assetBalances(ctx context.Context, ids []partner.ID, want map[partner.ID]Buckets) error {
	got, err := c.prog.Wallet.Assets(ctx, ids...)
	if err != nil {
		return err
	}
	for _, id := range ids {
		open := maps.Clone(want[id].Assets)
		for _, b := range got {
			asset := b.Currency().Code()
			expected, named := open[asset]
			if b.Partner != id || !named {
				continue
			}
			delete(open, asset)
			if err := c.balance(expected, asset, b); err != nil {
				return err
			}
		}
		for _, asset := range slices.Sorted(maps.Keys(open)) {
			c.check(false, inAsset("balance of "+string(id), asset), "", "no plan pays "+asset)
		}
	}
	return nil
}
