package commission_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// region is a region with agents of weight 1: "A", or of another: "A*3".
func region(rate string, agents ...string) commission.Region {
	r := commission.Region{Rate: commission.MustRate(rate)}
	for _, text := range agents {
		agent := commission.Agent{}
		if n, err := fmt.Sscanf(text, "%1s*%d", &agent.Partner, &agent.Weight); n < 2 {
			agent.Partner, err = partner.ID(text), nil
		} else if err != nil {
			panic(err)
		}
		r.Agents = append(r.Agents, agent)
	}
	return r
}

// regions is a plan that pays agents alone.
func regions(sharing commission.Sharing, by map[string]commission.Region) commission.Plan {
	return commission.Plan{Territory: commission.Territory{Regions: by, Sharing: sharing}}
}

// sentTo is an order that goes to a region.
func sentTo(code string, lines ...commission.Line) *commission.Order {
	order := orderOf(lines...)
	order.Places.ShipTo = code
	return order
}

// seat calculates with what is known of those whom the plan names, written as for above.
func seat(t tester, calc *commission.Calculator, order *commission.Order, uplines []commission.Upline, seats ...string) *commission.Result {
	t.Helper()
	result, err := calc.Calculate(order, uplines, nil, above(seats...)...)
	require.NoError(t, err)
	return result
}

func TestRule_4_26_SeveralAgentsDivideOrEachGetAll(t *testing.T) {
	for _, c := range []struct {
		name    string
		sharing commission.Sharing
		region  commission.Region
		want    []string
	}{
		{"equal parts", commission.SplitShares, region("10%", "A", "B", "C"), []string{"p territory/1 A 3.34", "p territory/1 B 3.33", "p territory/1 C 3.33"}},
		{"parts by weight", commission.SplitShares, region("10%", "A*1", "B*2", "C*3"), []string{"p territory/1 A 1.67", "p territory/1 B 3.33", "p territory/1 C 5.00"}},
		{"the largest remainder", commission.SplitShares, region("10%", "A*3", "B*1", "C*2"), []string{"p territory/1 A 5.00", "p territory/1 B 1.67", "p territory/1 C 3.33"}},
		{"each all of it", commission.FullShares, region("10%", "A", "B", "C"), []string{"p territory/1 A 10.00", "p territory/1 B 10.00", "p territory/1 C 10.00"}},
		{"one agent", commission.OneAgent, region("10%", "A"), []string{"p territory/1 A 10.00"}},
		{"one of those who divide", commission.SplitShares, region("10%", "A*7"), []string{"p territory/1 A 10.00"}},
		{"an amount for each unit", commission.SplitShares, region("0.35/unit", "A*2", "B*1"), []string{"p territory/1 A 0.70", "p territory/1 B 0.35"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			calc := newCalculator(t, regions(c.sharing, map[string]commission.Region{"33": c.region}))
			paid := calculate(t, calc, sentTo("33", goods("p", 3, "100.00")), nil)
			require.Equal(t, c.want, entriesOf(paid))
			require.Empty(t, unpaidOf(paid))
			for e := range paid.Entries() {
				require.Zero(t, e.Position, "an agent stands in no line")
				require.Equal(t, commission.Source{Kind: commission.FromTerritory, Key: "33"}, e.Source)
			}
		})
	}
}

func TestRule_4_26_EachTierPaysItsOwnRateOrTheSmallestAlone(t *testing.T) {
	plan := regions(commission.SplitShares, map[string]commission.Region{
		"33": region("3%", "P"), "33/01": region("2%", "C", "D"), "33/01/06": region("1%", "E"), "33/02": region("9%", "F"),
	})
	for _, c := range []struct {
		place    string
		tiers    commission.RegionTiers
		want     []string
		nobodyIs []string
	}{
		{"33/01/06", commission.EveryRegion, []string{"p territory/3 E 1.00", "p territory/2 C 1.00", "p territory/2 D 1.00", "p territory/1 P 3.00"}, nil},
		{"33/01/06", commission.SmallestRegion, []string{"p territory/3 E 1.00"}, nil},
		{"33/01/07/2", commission.EveryRegion, []string{"p territory/2 C 1.00", "p territory/2 D 1.00", "p territory/1 P 3.00"}, nil},
		{"33/01/07/2", commission.SmallestRegion, []string{"p territory/2 C 1.00", "p territory/2 D 1.00"}, nil},
		{"33/011", commission.EveryRegion, []string{"p territory/1 P 3.00"}, nil},
		{"3", commission.EveryRegion, nil, []string{"p territory/0 @0 no_agent"}},
		{"330", commission.EveryRegion, nil, []string{"p territory/0 @0 no_agent"}},
		{"", commission.EveryRegion, nil, []string{"p territory/0 @0 no_agent"}},
		{"/33", commission.SmallestRegion, nil, []string{"p territory/0 @0 no_agent"}},
	} {
		plan.Territory.Tiers = c.tiers
		paid := calculate(t, newCalculator(t, plan), sentTo(c.place, goods("p", 1, "100.00")), nil)
		require.Equal(t, c.want, entriesOf(paid), c.place)
		require.Equal(t, c.nobodyIs, unpaidOf(paid), c.place)
	}
}

func TestRule_4_26_ThePlanSaysWhichPlaceOfAnOrderCounts(t *testing.T) {
	plan := regions(commission.OneAgent, map[string]commission.Region{"1": region("1%", "S"), "2": region("2%", "P"), "3": region("3%", "D")})
	all := commission.Places{ShipTo: "1", Pickup: "2", Delivery: "3"}
	for _, c := range []struct {
		by     []commission.Place
		places commission.Places
		want   string
	}{
		{nil, all, "S"},
		{nil, commission.Places{Pickup: "2", Delivery: "3"}, "P"},
		{nil, commission.Places{Delivery: "3"}, "D"},
		{[]commission.Place{commission.Pickup, commission.ShipTo}, all, "P"},
		{[]commission.Place{commission.Pickup, commission.ShipTo}, commission.Places{ShipTo: "1", Delivery: "3"}, "S"},
		{[]commission.Place{commission.Pickup, commission.ShipTo}, commission.Places{ShipTo: "1", Pickup: "nowhere"}, ""},
		{[]commission.Place{commission.Delivery}, commission.Places{ShipTo: "1", Pickup: "2"}, ""},
	} {
		plan.Territory.By = c.by
		order := orderOf(goods("p", 1, "100.00"))
		order.Places = c.places
		calc := newCalculator(t, plan)
		paid := calculate(t, calc, order, nil)
		if c.want == "" {
			require.Equal(t, []string{"p territory/0 @0 no_agent"}, unpaidOf(paid))
			require.Empty(t, calc.Seats(order))
			continue
		}
		require.Equal(t, partner.ID(c.want), paid.Entry(0).Payee)
		require.Equal(t, []partner.ID{partner.ID(c.want)}, calc.Seats(order))
	}
}

func TestRule_4_26_WhatAnAgentWhoEarnsNothingWouldGetStaysOrGoesToTheOthers(t *testing.T) {
	skipped := []string{"p territory/1 B@0 earning_frozen"}
	stays := []string{"p territory/1 A 1.67", "p territory/1 C 5.00"}
	divided := []string{"p territory/1 A 2.50", "p territory/1 C 7.50"}
	for missing, want := range map[commission.Missing][]string{
		commission.Forfeit: stays, commission.ToTop: stays, commission.Compress: divided, commission.Dynamic: divided,
	} {
		plan := regions(commission.SplitShares, map[string]commission.Region{"33": region("10%", "A*1", "B*2", "C*3")})
		plan.Missing = missing
		order := sentTo("33", goods("p", 1, "100.00"))
		paid := seat(t, newCalculator(t, plan), order, nil, "B#earning_frozen")
		require.Equal(t, want, entriesOf(paid), missing)
		require.Equal(t, skipped, unpaidOf(paid), missing)

		nobody := seat(t, newCalculator(t, plan), order, nil, "B#earning_frozen", "C#not_partner", "A#not_yet_partner")
		require.Zero(t, nobody.Len())
		require.Equal(t, []string{"p territory/1 A@0 not_yet_partner", "p territory/1 B@0 earning_frozen", "p territory/1 C@0 not_partner"}, unpaidOf(nobody))

		plan.Territory.Sharing, plan.Territory.Regions = commission.FullShares, map[string]commission.Region{"33": region("10%", "A", "B", "C")}
		paid = seat(t, newCalculator(t, plan), order, nil, "B#earning_frozen")
		require.Equal(t, []string{"p territory/1 A 10.00", "p territory/1 C 10.00"}, entriesOf(paid), missing)

		alone := seat(t, newCalculator(t, regions(commission.SplitShares, map[string]commission.Region{"33": region("10%", "A", "B")})), order, nil, "B#earning_frozen")
		require.Equal(t, []string{"p territory/1 A 5.00"}, entriesOf(alone), "half of it, though nobody else divides it")
	}
}

func TestRule_4_26_ABarredSmallestRegionIsNotReplacedByALargerOne(t *testing.T) {
	plan := regions(commission.OneAgent, map[string]commission.Region{"33": region("3%", "P"), "33/01": region("2%", "C")})
	plan.Territory.Tiers, plan.Missing = commission.SmallestRegion, commission.Compress
	paid := seat(t, newCalculator(t, plan), sentTo("33/01", goods("p", 1, "100.00")), nil, "C#earning_frozen")
	require.Zero(t, paid.Len())
	require.Equal(t, []string{"p territory/2 C@0 earning_frozen"}, unpaidOf(paid))
}

func TestRule_4_26_ARegionOf0PercentIsAReason(t *testing.T) {
	calc := newCalculator(t, regions(commission.SplitShares, map[string]commission.Region{"33": region("0%", "A", "B")}))
	paid := calculate(t, calc, sentTo("33", goods("p", 1, "100.00")), nil)
	require.Zero(t, paid.Len())
	require.Equal(t, []string{"p territory/1 A@0 zero_rate", "p territory/1 B@0 zero_rate"}, unpaidOf(paid))
}

func TestRule_4_26_LossesAreDividedToo(t *testing.T) {
	plan := regions(commission.SplitShares, map[string]commission.Region{"33": region("10%", "A", "B", "C")})
	plan.Base, plan.Loss = commission.Profit, commission.Signed
	order := sentTo("33", costing(goods("loss", 1, "100.00"), "200.00"), costing(goods("gain", 1, "100.00"), "89.90"))
	require.Equal(t, []string{
		"loss territory/1 A -3.34", "loss territory/1 B -3.33", "loss territory/1 C -3.33",
		"gain territory/1 A 0.34", "gain territory/1 B 0.34", "gain territory/1 C 0.33",
	}, entriesOf(calculate(t, newCalculator(t, plan), order, nil)))
	plan.Loss = commission.FloorLine
	require.Equal(t, []string{"gain territory/1 A 0.34", "gain territory/1 B 0.34", "gain territory/1 C 0.33"}, entriesOf(calculate(t, newCalculator(t, plan), order, nil)))
	plan.Loss = commission.FloorOrder
	paid := calculate(t, newCalculator(t, plan), order, nil)
	require.Zero(t, paid.Len())
	for u := range paid.Unpaid() {
		require.Equal(t, commission.NoProfit, u.Reason)
	}
}

// TestRule_4_26_NobodyOwesAUnitBecauseLossesAreDividedUnevenly: two profits give the first agent a unit each, the loss takes one from the first and one
// from the second, who got none.
func TestRule_4_26_NobodyOwesAUnitBecauseLossesAreDividedUnevenly(t *testing.T) {
	plan := regions(commission.SplitShares, map[string]commission.Region{"33": region("100%", "A", "B", "C")})
	plan.Base, plan.Loss = commission.Profit, commission.FloorOrder
	order := sentTo("33", costing(goods("1", 1, "1.01"), "1.00"), costing(goods("2", 1, "1.01"), "1.00"), costing(goods("3", 1, "1.00"), "1.02"))
	paid := calculate(t, newCalculator(t, plan), order, nil)
	require.Equal(t, map[string]string{"A": "0.01"}, earned(t, paid))

	plan.Loss = commission.Signed
	require.Equal(t, map[string]string{"A": "0.01", "B": "-0.01"}, earned(t, calculate(t, newCalculator(t, plan), order, nil)), "where losses are signed")
}

func TestRule_4_26_RoundingPerOrderDividesTheOrderOnce(t *testing.T) {
	plan := regions(commission.SplitShares, map[string]commission.Region{"33": region("10%", "A", "B", "C")})
	order := sentTo("33", goods("1", 1, "0.10"), goods("2", 1, "0.10"), goods("3", 1, "0.10"))
	require.Equal(t, map[string]string{"A": "0.03"}, earned(t, calculate(t, newCalculator(t, plan), order, nil)), "each line's cent goes to the first")
	plan.Rounding.Scope = commission.PerOrder
	paid := calculate(t, newCalculator(t, plan), order, nil)
	require.Equal(t, map[string]string{"A": "0.01", "B": "0.01", "C": "0.01"}, earned(t, paid))
	require.Equal(t, "0.03", totalOf(t, paid))

	order.Lines = order.Lines[:2]
	require.Equal(t, map[string]string{"A": "0.01", "B": "0.01"}, earned(t, calculate(t, newCalculator(t, plan), order, nil)), "two cents, ties to the earlier")

	plan.Territory.Regions = map[string]commission.Region{"33": region("10%", "A*1", "B*1", "C*9")}
	frozen := seat(t, newCalculator(t, plan), order, nil, "C#earning_frozen")
	require.Equal(t, 0, frozen.Len(), "both cents are C's, who earns nothing")
}

func TestRule_4_26_RoundingPerOrderGivesEachLineAndEachAgentTheirs(t *testing.T) {
	plan := regions(commission.SplitShares, map[string]commission.Region{"33": region("0.1%", "A*2", "B*3")})
	plan.Rounding.Scope = commission.PerOrder
	// 1.4 and 0.6 cents: one to each line and one to each agent. Of the first A's part is 0.56 and B's 0.84.
	paid := calculate(t, newCalculator(t, plan), sentTo("33", goods("1", 1, "14.00"), goods("2", 1, "6.00")), nil)
	require.Equal(t, []string{"1 territory/1 B 0.01", "2 territory/1 A 0.01"}, entriesOf(paid))

	plan.Territory.Regions = map[string]commission.Region{"33": region("100%", "A", "B", "C")}
	lines := make([]commission.Line, 30)
	for i := range lines {
		lines[i] = goods(fmt.Sprint(i), 1, "0.01")
	}
	paid = calculate(t, newCalculator(t, plan), sentTo("33", lines...), nil)
	require.Equal(t, map[string]string{"A": "0.10", "B": "0.10", "C": "0.10"}, earned(t, paid))
	require.Equal(t, 30, paid.Len(), "no line pays more than was paid for it")
}

func TestRule_4_19_WhatIsNobodysPartTakesNoRoomUnderTheCap(t *testing.T) {
	plan := regions(commission.SplitShares, map[string]commission.Region{"33": region("60%", "A", "B")})
	plan.Rates = rates("50%")
	paid := seat(t, newCalculator(t, plan), sentTo("33", goods("p", 1, "100.00")), above("U"), "B#earning_frozen")
	require.Equal(t, []string{"p slots/1 U 50.00", "p territory/1 A 30.00"}, entriesOf(paid), "80.00 of 100.00")
}

func TestRule_4_26_APartOfNothingSaysThatItRoundsToNothing(t *testing.T) {
	for _, loss := range []commission.Loss{commission.FloorLine, commission.FloorOrder} {
		plan := regions(commission.SplitShares, map[string]commission.Region{"33": region("10%", "A", "B", "C")})
		plan.Base, plan.Loss = commission.Profit, loss
		paid := calculate(t, newCalculator(t, plan), sentTo("33", costing(goods("p", 1, "0.10"), "0.00")), nil)
		require.Equal(t, []string{"p territory/1 A 0.01"}, entriesOf(paid))
		require.Equal(t, []string{"p territory/1 B@0 rounds_to_zero", "p territory/1 C@0 rounds_to_zero"}, unpaidOf(paid))
	}
}

func TestRule_4_26_ACampaignMultipliesBeforeAgentsDivide(t *testing.T) {
	calc := newCalculator(t, regions(commission.SplitShares, map[string]commission.Region{"33": region("10%", "A", "B", "C")}),
		commission.Campaign{Name: "double", Factor: dec("2"), Rules: []string{commission.RuleTerritory}})
	paid := calculate(t, calc, sentTo("33", goods("p", 1, "100.00")), nil)
	require.Equal(t, []string{"p territory/1 A 6.67", "p territory/1 B 6.67", "p territory/1 C 6.66"}, entriesOf(paid))
	require.Equal(t, "double", paid.Entry(2).Campaign.Name)
}

func TestRule_4_26_WhoIsAgentUplineAndPayeeOfFeesHasAnEntryForEach(t *testing.T) {
	plan := regions(commission.SplitShares, map[string]commission.Region{"33": region("4%", "A", "B"), "33/01": region("2%", "A")})
	plan.Rates = rates("10%")
	plan.Differential.Rates = map[partner.Level]commission.Rate{"gold": commission.MustRate("3%")}
	plan.Fees = []commission.Fee{{Name: "one", Payee: "A", Rate: commission.MustRate("1%")}, {Name: "two", Payee: "A", Rate: commission.MustRate("0.10/unit")}}
	calc := newCalculator(t, plan)
	paid := seat(t, calc, sentTo("33/01", goods("p", 3, "300.00")), above("A:gold"), "A:gold")
	all := []string{
		"p slots/1 A 30.00", "p differential/0 A 9.00", "p territory/2 A 6.00", "p territory/1 A 6.00", "p territory/1 B 6.00", "p fee/1 A 3.00", "p fee/2 A 0.30",
	}
	require.Equal(t, all, entriesOf(paid))
	require.Equal(t, []int{1, 1, 0, 0, 0, 0, 0}, positionsOf(paid))
	require.Equal(t, partner.Level("gold"), paid.Entry(2).Level, "as of payment")

	standing := slices.Collect(paid.Entries())
	changes, err := commission.Difference(standing, targetOf(t, calc, paid.Freeze(), commission.Returned{Units: 1, Valued: 1}))
	require.NoError(t, err)
	var back []string
	for _, e := range changes {
		back = append(back, fmt.Sprintf("%s/%d %s %s", e.Rule, e.Slot, e.Payee, e.Amount.Plain()))
	}
	require.Equal(t, []string{
		"slots/1 A -10.00", "differential/0 A -3.00", "territory/2 A -2.00", "territory/1 A -2.00", "territory/1 B -2.00", "fee/1 A -1.00", "fee/2 A -0.10",
	}, back)
	standing = append(standing, changes...)
	changes, err = commission.Difference(standing, targetOf(t, calc, paid.Freeze(), commission.Returned{Money: price("300.00")}))
	require.NoError(t, err)
	sums := map[string]money.Amount{}
	for _, e := range append(standing, changes...) {
		k := fmt.Sprintf("%s/%d %s", e.Rule, e.Slot, e.Payee)
		sums[k], err = sums[k].Add(e.Amount)
		require.NoError(t, err)
	}
	require.Len(t, sums, 7)
	for k, sum := range sums {
		require.True(t, sum.IsZero(), k)
	}
}

func positionsOf(r *commission.Result) []int {
	var list []int
	for e := range r.Entries() {
		list = append(list, e.Position)
	}
	return list
}

func TestSeatsAreThoseWhomAnOrderCanPay(t *testing.T) {
	plan := regions(commission.SplitShares, map[string]commission.Region{"33": region("4%", "B", "A"), "33/01": region("2%", "A", "C"), "44": region("1%", "D")})
	plan.Fees = []commission.Fee{{Name: "one", Payee: "P", Rate: commission.MustRate("1%")}, {Name: "two", Payee: "A", Rate: commission.MustRate("1%")}}
	calc := newCalculator(t, plan)
	require.Equal(t, []partner.ID{"A", "B", "C", "P"}, calc.Seats(sentTo("33/01/06")), "each once, in order of id")
	require.Equal(t, []partner.ID{"A", "D", "P"}, calc.Seats(sentTo("44")))
	require.Equal(t, []partner.ID{"A", "P"}, calc.Seats(sentTo("")))
	plan.Territory.Tiers = commission.SmallestRegion
	require.Equal(t, []partner.ID{"A", "C", "P"}, newCalculator(t, plan).Seats(sentTo("33/01")))
	require.Empty(t, newCalculator(t, commission.Plan{Rates: rates("10%")}).Seats(sentTo("33")))

	paid := seat(t, calc, sentTo("44", goods("p", 1, "100.00")), nil, "P#earning_frozen", "Z", "D:gold", "B#not_partner")
	require.Equal(t, []string{"p territory/1 D 1.00", "p fee/2 A 1.00"}, entriesOf(paid), "in any order; who is not named does not matter, who is left out earns")
	require.Equal(t, partner.Level("gold"), paid.Entry(0).Level)
}

// TestRule_4_26_AThousandAgents: in each scope, divided and full, they get what they should, and a full return leaves nobody anything.
func TestRule_4_26_AThousandAgents(t *testing.T) {
	province := commission.Region{Rate: commission.MustRate("0.05%")}
	for i := range 1000 {
		province.Agents = append(province.Agents, commission.Agent{Partner: partner.ID(fmt.Sprintf("agent-%03d", i))})
	}
	order := sentTo("33", goods("1", 3, "1234.56"), goods("2", 1, "99999.99"))
	for _, scope := range []commission.Scope{commission.PerEntry, commission.PerOrder} {
		for sharing, want := range map[commission.Sharing]string{commission.SplitShares: "50.62", commission.FullShares: "50620.00"} {
			plan := regions(sharing, map[string]commission.Region{"33": province})
			plan.Rounding.Scope = scope
			calc := newCalculator(t, plan)
			paid := calculate(t, calc, order, nil)
			require.Equal(t, want, totalOf(t, paid))
			if sharing == commission.FullShares {
				require.Len(t, earned(t, paid), 1000)
			}
			standing, frozen := slices.Collect(paid.Entries()), paid.Freeze()
			for _, returned := range [][]commission.Returned{{{Units: 1, Valued: 1}, {}}, {{Units: 1, Valued: 1}, {Money: price("50000.00")}}, {{Units: 3, Valued: 3}, {Units: 1, Valued: 1}}} {
				changes, err := commission.Difference(standing, targetOf(t, calc, frozen, returned...))
				require.NoError(t, err)
				standing = append(standing, changes...)
			}
			sums := map[partner.ID]money.Amount{}
			for _, e := range standing {
				sum, err := sums[e.Payee].Add(e.Amount)
				require.NoError(t, err)
				sums[e.Payee] = sum
			}
			for id, sum := range sums {
				require.True(t, sum.IsZero(), id)
			}
		}
	}
}

// TestRule_4_26_AgentsTogetherGetWhatOneWouldGet to the last unit, whatever their weights, in each scope, after any refund.
func TestRule_4_26_AgentsTogetherGetWhatOneWouldGet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		several := commission.Region{Rate: genSetRate(t, "rate")}
		for i := range rapid.IntRange(2, 9).Draw(t, "agents") {
			weight := rapid.OneOf(rapid.Int32Range(1, 5), rapid.Int32Range(1, 1_000_000)).Draw(t, "weight")
			several.Agents = append(several.Agents, commission.Agent{Partner: partner.ID(fmt.Sprint("a", i)), Weight: weight})
		}
		plan := regions(commission.SplitShares, nil)
		plan.Base, plan.Loss = commission.Base(rapid.IntRange(0, 1).Draw(t, "base")), commission.Loss(rapid.IntRange(0, 2).Draw(t, "loss"))
		plan.Rounding.Scope = commission.Scope(rapid.IntRange(0, 1).Draw(t, "scope"))
		if plan.Loss == commission.FloorOrder {
			plan.Loss = commission.Signed // where the floor takes a unit from one of several, the others keep theirs
		}
		of := func(r commission.Region) *commission.Calculator {
			plan.Territory.Regions = map[string]commission.Region{"33": r}
			return newCalculator(t, plan)
		}
		all, one := of(several), of(commission.Region{Rate: several.Rate, Agents: several.Agents[:1]})
		order := genOrders(2, false).Draw(t, "order")
		order.Places.ShipTo = "33"
		paid, alone := calculate(t, all, order, nil), calculate(t, one, order, nil)
		require.Equal(t, byLine(t, alone), byLine(t, paid))
		frozen := paid.Freeze()
		returned := genReturned(t, all, frozen)
		require.Equal(t, byLine(t, targetOf(t, one, alone.Freeze(), returned...)), byLine(t, targetOf(t, all, frozen, returned...)))
	})
}

func byLine(t *rapid.T, r *commission.Result) map[commission.LineID]string {
	sums := map[commission.LineID]money.Amount{}
	for e := range r.Entries() {
		sum, err := sums[e.Line].Add(e.Amount)
		require.NoError(t, err)
		sums[e.Line] = sum
	}
	texts := map[commission.LineID]string{}
	for line, sum := range sums {
		texts[line] = sum.Plain()
	}
	return texts
}

// TestRule_4_26_NobodyOwesForAnOrderWhereLossesAreNettedInIt, divided or not.
func TestRule_4_26_NobodyOwesForAnOrderWhereLossesAreNettedInIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := genCases().Draw(t, "plan")
		c.plan.Base, c.plan.Loss = commission.Profit, commission.FloorOrder
		calc, _ := c.calculator(t)
		order, uplines := genOrders(calc.Price().Scale(), false).Draw(t, "order"), genUplines().Draw(t, "uplines")
		paid := calculate(t, calc, order, uplines)
		for _, r := range []*commission.Result{paid, targetOf(t, calc, paid.Freeze(), genReturned(t, calc, paid.Freeze())...)} {
			sums := map[standingKey]money.Amount{}
			for e := range r.Entries() {
				k := standingKey{"", e.Rule, e.Slot, e.Payee}
				sum, err := sums[k].Add(e.Amount)
				require.NoError(t, err)
				sums[k] = sum
			}
			for k, sum := range sums {
				require.GreaterOrEqual(t, sum.Sign(), 0, k)
			}
		}
	})
}

func TestRule_4_26_WeightsAreWorkedOutWithoutOverflow(t *testing.T) {
	several := commission.Region{Rate: commission.MustRate("100%")}
	for i := range 1000 {
		several.Agents = append(several.Agents, commission.Agent{Partner: partner.ID(fmt.Sprintf("agent-%03d", i)), Weight: 1_000_000})
	}
	order := sentTo("33", goods("p", 1, dec(fmt.Sprint(math.MaxInt64)).String()))
	paid := calculate(t, newCalculator(t, regions(commission.SplitShares, map[string]commission.Region{"33": several})), order, nil)
	require.Equal(t, order.Lines[0].Amount.StringFixed(2), totalOf(t, paid))
	require.Equal(t, "9223372036854775.81", paid.Amount(0).Plain())
	require.Equal(t, int32(1_000_000_000), paid.Entry(0).Weights)
}
