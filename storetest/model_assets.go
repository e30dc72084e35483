package storetest

import (
	"fmt"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
)

// An asset with the commission of cash, at a ratio of 1, pays what cash does: the oracle of the one is that of the other.

const (
	mirrorCode    = "COIN"
	mirroredRules = `{"rates": ["9%", "0.05/unit", "2.5%"], "lineRates": "ignore", "team": {"rate": "1%"}, "orderCap": "12%", "rounding": {"scope": "order"}}`
	mirroredPlan  = `"commission": ` + mirroredRules + `, "assets": [{"code": "` + mirrorCode + `", "scale": 2, "commission": ` + mirroredRules + `}]`
)

// mirrors reports whether an amount is of that asset.
func mirrors(a money.Amount) bool { return a.Currency().Code() == mirrorCode }

// mirrored looks that the entries of an order in the asset are those in cash, where its plan has the asset, and returns those in cash.
func (s *modelShop) mirrored(t require.TestingT, id commission.OrderID, entries []program.ExplainedEntry) []program.ExplainedEntry {
	var cash []program.ExplainedEntry
	sums := map[string]int64{}
	for _, e := range entries {
		n := modelUnits(t, e.Entry.Amount)
		if e.ID.Asset == "" {
			cash = append(cash, e)
		} else {
			modelSame(t, mirrorCode, e.ID.Asset, "the asset of an entry of %s", id)
			n = -n
		}
		sums[fmt.Sprint(e.ID.Revision, e.Entry.Line, e.Entry.Rule, e.Entry.Slot, e.Entry.Payee)] += n
	}
	if len(s.oracle.plan(s.oracle.orders[id].version).Assets) == 0 {
		modelSame(t, len(entries), len(cash), "entries of %s, which pays nothing beside cash", id)
		return cash
	}
	for entry, difference := range sums {
		modelSame(t, 0, difference, "what the asset pays is what cash does: %s of %s", entry, id)
	}
	return cash
}

// checkMirror compares what everybody has in the asset with what his orders pay in it: nothing of it is ever withdrawn.
func (s *modelShop) checkMirror(t require.TestingT) {
	ids := s.oracle.ids()
	assets, err := s.prog.Wallet.Assets(s.ctx, ids...)
	modelNoError(t, err)
	type owned struct{ pending, net int64 }
	want := map[partner.ID]owned{}
	for _, id := range s.oracle.orderIDs(func(x *oracleOrder) bool { return x.posted && len(s.oracle.plan(x.version).Assets) > 0 }) {
		x := s.oracle.orders[id]
		for id, amount := range s.oracle.shares(x) {
			has := want[id]
			if x.released {
				has.net += amount
			} else {
				has.pending += amount
			}
			want[id] = has
		}
	}
	for _, b := range assets {
		net, err := b.Net()
		modelNoError(t, err)
		modelSame(t, want[b.Partner], owned{modelUnits(t, b.Pending), modelUnits(t, net)}, "I2: what %s has of the asset", b.Partner)
		modelHolds(t, b.Withdrawing.IsZero() && b.Paid.IsZero() && b.Taxed.IsZero() && b.Fees.IsZero(), "the asset of %s was withdrawn: %v", b.Partner, b)
	}
}
