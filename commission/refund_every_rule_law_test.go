package commission_test

import (
	"slices"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// genEveryRule draws plans that turn on every built-in rule and one of the shop's own, at rates that are short enough for any of them, with campaigns on
// all of them.
func genEveryRule() *rapid.Generator[genCase] {
	return rapid.Custom(func(t *rapid.T) genCase {
		draw := func(label string, texts ...string) commission.Rate {
			return commission.MustRate(rapid.SampledFrom(texts).Draw(t, label))
		}
		some := func(label string) commission.Rate {
			return draw(label, "10%", "7%", "2.5%", "0.05%", "1.00/unit", "0.0125/unit", "33.3%")
		}
		share := func(label string) commission.Rate { return draw(label, "1%", "2.5%", "10%", "0.05%", "40%") }
		levels := func(label string) map[partner.Level]commission.Rate {
			return map[partner.Level]commission.Rate{"g1": share(label), "g2": share(label), "g3": share(label)}
		}
		c := genCase{cur: money.MustCurrency("CUR", rapid.SampledFrom([]int{2, 0, 3}).Draw(t, "scale"))}
		c.plan = commission.Plan{
			Rates: []commission.Rate{some("slot 1"), some("slot 2"), some("slot 3")}, LineRates: commission.IgnoreLineRates,
			Products:   map[string][]commission.Rate{"a": {some("product")}},
			LevelBonus: commission.LevelBonus{Rates: map[partner.Level][]commission.Rate{"g1": {some("bonus")}, "g2": {commission.Rate{}, some("bonus")}}},
			Team:       commission.Team{Rate: share("team"), Levels: levels("team"), Mode: commission.TeamMode(rapid.IntRange(0, 1).Draw(t, "leaders"))},
			Recruiter:  commission.Recruiter{Rate: some("recruiter")}, Differential: commission.Differential{Rates: levels("differential")},
			Peer: commission.Peer{
				Rate: draw("peer", "10%", "50%"), First: rapid.IntRange(1, 3).Draw(t, "first"), Of: commission.PeerBase(rapid.IntRange(0, 1).Draw(t, "of")),
				Income: []string{commission.RuleSlots, commission.RuleDifferential, commission.RuleTeam},
			},
			Territory: commission.Territory{Sharing: commission.SplitShares, Regions: map[string]commission.Region{
				"3": {Rate: some("region"), Agents: []commission.Agent{{Partner: "a0"}, {Partner: "a1", Weight: 2}, {Partner: "x0", Weight: 3}}},
				"4": {Rate: some("region"), Agents: []commission.Agent{{Partner: "p0"}}},
			}},
			Fees: []commission.Fee{
				{Name: "platform", Payee: "a2", Rate: some("fee"), BeforeSplit: true}, {Name: "care", Payee: "p1", Rate: some("fee")},
			},
			Rules:      []commission.OwnRule{{Name: "everybody", Params: commission.Params(`{"rate": "1%", "product": "", "slots": true}`)}},
			Promotions: map[string]commission.Promotion{"a": {Factor: decimal.NewNullDecimal(dec("0.5"))}, "b": {Excluded: true}},
			Base:       commission.Base(rapid.IntRange(0, 2).Draw(t, "base")), Loss: commission.Loss(rapid.IntRange(0, 2).Draw(t, "loss")),
			Missing:      commission.Missing(rapid.IntRange(0, 3).Draw(t, "missing")),
			SelfPurchase: commission.SelfPurchase(rapid.IntRange(0, 3).Draw(t, "self")),
			Stacking:     commission.Stacking(rapid.IntRange(0, 2).Draw(t, "stacking")),
			Cap:          draw("cap", "-", "50%", "20%"), OrderCap: draw("order cap", "-", "30%"),
			Overflow: commission.Overflow(rapid.IntRange(0, 1).Draw(t, "overflow")),
			Rounding: commission.Rounding{Mode: money.Mode(rapid.IntRange(0, 2).Draw(t, "rounding")), Scope: commission.Scope(rapid.IntRange(0, 1).Draw(t, "scope"))},
		}
		others := []string{"team", "differential", "recruiter", "peer", "territory", "everybody"}
		c.campaigns = []commission.Campaign{{Name: "c", Factor: dec("1.5"), Rules: append([]string{"slots", "fee"}, others...)}, {Name: "d", Factor: dec("3"), Rules: others}}
		if often(t, "capped", 50) {
			c.campaigns[1].PerOrder = decimal.NewNullDecimal(dec("1"))
		}
		return c
	})
}

// TestRule_5_10_AFullRefundThroughEveryRuleLeavesNobodyAnything: whatever came back before in whichever portions, all that was posted for an order nets to
// zero for every payee and by every rule once everything has come back.
func TestRule_5_10_AFullRefundThroughEveryRuleLeavesNobodyAnything(t *testing.T) {
	uplines := rapid.OneOf(genUplines(), genCrowds())
	rapid.Check(t, func(t *rapid.T) {
		calc, naive := genEveryRule().Draw(t, "plan").calculator(t)
		order, above := genOrders(calc.Price().Scale(), false).Draw(t, "order"), uplines.Draw(t, "uplines")
		result, err := calc.Calculate(order, above, nil, seated(calc, order)...)
		require.NoError(t, err)
		lines := naive.freeze(order, above)
		requireOracle(t, naive.settle(lines), result)
		standing, frozen := book(slices.Collect(result.Entries())), result.Freeze()
		returned := make([]commission.Returned, len(frozen.Lines))
		for _, r := range genRefunds(t, calc, frozen) {
			r.addTo(t, returned)
			target := targetOf(t, calc, frozen, returned...)
			requireOracle(t, naive.target(lines, order, returned), target)
			standing.post(t, target)
		}
		standing.post(t, targetOf(t, calc, frozen, everything(t, calc, frozen)...))
		require.Empty(t, standing.sums(t))
		sums := map[partner.ID]money.Amount{}
		for _, e := range standing {
			sum, err := sums[e.Payee].Add(e.Amount)
			require.NoError(t, err)
			sums[e.Payee] = sum
		}
		for id, sum := range sums {
			require.True(t, sum.IsZero(), "%s keeps %s", id, sum)
		}
	})

	// Few draws need not meet every rule; a few that are always the same do.
	paid := map[string]int{}
	for seed := range 100 {
		calc, _ := genEveryRule().Example(seed).calculator(t)
		for e := range calculate(t, calc, genOrders(calc.Price().Scale(), false).Example(seed), uplines.Example(seed)).Entries() {
			paid[e.Rule]++
		}
	}
	for _, rule := range []string{"slots", "team", "differential", "recruiter", "peer", "territory", "fee", "everybody"} {
		require.Positive(t, paid[rule], rule)
	}
}
