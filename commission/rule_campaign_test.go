package commission_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// Rule 6.23 about what several campaigns make, and for which goods and levels one is; 6.24 about what it adds at most.

func campaign(name, factor string, change ...func(*commission.Campaign)) commission.Campaign {
	c := commission.Campaign{Name: name, Factor: dec(factor)}
	for _, f := range change {
		f(&c)
	}
	return c
}

func perOrder(most string) func(*commission.Campaign) {
	return func(c *commission.Campaign) { c.PerOrder = decimal.NewNullDecimal(dec(most)) }
}

func window(from, to time.Time) func(*commission.Campaign) {
	return func(c *commission.Campaign) { c.From, c.To = &from, &to }
}

func TestRule_6_23_StackingSaysWhatSeveralCampaignsMake(t *testing.T) {
	for _, c := range []struct {
		stacking                             commission.Stacking
		slot1, slot2, factor1, factor2, name string
	}{
		{commission.StackMax, "20.00", "6.00", "2", "1.2", "double"},
		{commission.StackSum, "22.00", "6.00", "2.2", "1.2", "all + double"},
		{commission.StackProduct, "24.00", "6.00", "2.4", "1.2", "all + double"},
	} {
		calc := newCalculator(t, commission.Plan{Rates: rates("10%", "5%"), Stacking: c.stacking}, campaign("all", "1.2"),
			campaign("double", "2", func(c *commission.Campaign) { c.Slots = []int{1} }), campaign("over", "9", window(june.Add(-time.Hour), june)))
		paid := calculate(t, calc, orderOf(goods("p", 1, "100.00")), above("B", "A"))
		require.Equal(t, []string{"p slots/1 B " + c.slot1, "p slots/2 A " + c.slot2}, entriesOf(paid), c.stacking)
		first, second := paid.Entry(0).Campaign, paid.Entry(1).Campaign
		require.Equal(t, c.name, first.Name)
		require.Equal(t, c.factor1, first.Factor.String())
		require.Equal(t, "all", second.Name)
		require.Equal(t, c.factor2, second.Factor.String())
		require.Empty(t, second.Parts)
		if c.stacking == commission.StackMax {
			require.Empty(t, first.Parts)
			continue
		}
		require.Equal(t, []commission.CampaignPart{{Name: "all", Factor: dec("1.2")}, {Name: "double", Factor: decimal.New(2, 0)}}, first.Parts)
	}
}

func TestRule_6_23_OfEqualFactorsTheFirstApplies(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("10%")}, campaign("a", "2", perOrder("1.00")), campaign("b", "2"))
	paid := calculate(t, calc, orderOf(goods("p", 1, "100.00")), above("B"))
	require.Equal(t, []string{"p slots/1 B 11.00"}, entriesOf(paid))
	require.Equal(t, "a", paid.Entry(0).Campaign.Name)
}

func TestRule_6_23_DiscountsThatSumBelowNothingPayNothingAndSaySo(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("10%", "5%"), Stacking: commission.StackSum}, campaign("third", "0.3"),
		campaign("tenth", "0.1", func(c *commission.Campaign) { c.Slots = []int{1} }))
	paid := calculate(t, calc, orderOf(goods("p", 1, "100.00")), above("B", "A"))
	require.Equal(t, []string{"p slots/2 A 1.50"}, entriesOf(paid))
	require.Equal(t, []string{"p slots/1 B@1 no_factor"}, unpaidOf(paid))

	exactly := newCalculator(t, commission.Plan{Rates: rates("10%"), Stacking: commission.StackSum}, campaign("a", "0.5"), campaign("b", "0.5"))
	require.Equal(t, []string{"p slots/1 B@1 no_factor"}, unpaidOf(calculate(t, exactly, orderOf(goods("p", 1, "100.00")), above("B"))))
}

func TestRule_6_23_ACampaignIsForCertainGoodsOnly(t *testing.T) {
	line := func(id, product, category, sku string) commission.Line {
		return commission.Line{ID: commission.LineID(id), Product: product, Category: category, SKU: sku, Quantity: 1, Amount: dec("100.00")}
	}
	calc := newCalculator(t, commission.Plan{Rates: rates("10%")}, campaign("goods", "2", func(c *commission.Campaign) {
		c.Products, c.Categories, c.SKUs = []string{"tea"}, []string{"cups"}, []string{"s-1"}
	}))
	paid := calculate(t, calc, orderOf(line("1", "tea", "", ""), line("2", "pot", "cups", ""), line("3", "pot", "pots", "s-1"), line("4", "pot", "pots", "s-2"),
		line("5", "", "", ""), line("6", "cups", "tea", "tea")), above("B"))
	require.Equal(t, []string{
		"1 slots/1 B 20.00", "2 slots/1 B 20.00", "3 slots/1 B 20.00", "4 slots/1 B 10.00", "5 slots/1 B 10.00", "6 slots/1 B 10.00",
	}, entriesOf(paid))
	require.Len(t, paid.Freeze().Sets, 2, "lines with the same rates and campaigns share a set")
}

func TestRule_6_23_LinesWithTheSameRatesHaveTheirOwnCampaigns(t *testing.T) {
	plan := commission.Plan{Rates: rates("10%"), Products: map[string][]commission.Rate{"tea": rates("20%")}, Stacking: commission.StackProduct}
	only := func(sku string) func(*commission.Campaign) {
		return func(c *commission.Campaign) { c.SKUs = []string{sku} }
	}
	calc := newCalculator(t, plan, campaign("a", "2", only("a")), campaign("all", "1.1"), campaign("b", "3", only("b")),
		campaign("then", "7", only("a"), window(june.Add(time.Hour), june.Add(2*time.Hour))))
	tea := func(id, sku string) commission.Line {
		return commission.Line{ID: commission.LineID(id), Product: "tea", SKU: sku, Quantity: 1, Amount: dec("10.00")}
	}
	paid := calculate(t, calc, orderOf(tea("1", "a"), tea("2", "b"), tea("3", "c"), tea("4", "a"), goods("5", 1, "10.00")), above("B"))
	require.Equal(t, []string{"1 slots/1 B 4.40", "2 slots/1 B 6.60", "3 slots/1 B 2.20", "4 slots/1 B 4.40", "5 slots/1 B 1.10"}, entriesOf(paid))
	require.Len(t, paid.Freeze().Sets, 4)
}

func TestRule_6_23_ACampaignIsForCertainLevelsOnly(t *testing.T) {
	plan := commission.Plan{Rates: rates("10%", "5%", "1%"), Team: commission.Team{Rate: commission.MustRate("2%")}}
	calc := newCalculator(t, plan, campaign("gold", "2", func(c *commission.Campaign) {
		c.Levels, c.Rules = []partner.Level{"gold", "director"}, []string{commission.RuleSlots, commission.RuleTeam}
	}))
	paid := calculate(t, calc, orderOf(goods("p", 1, "100.00")), above("C:silver", "B:gold", "A:director!"))
	require.Equal(t, []string{"p slots/1 C 10.00", "p slots/2 B 10.00", "p slots/3 A 2.00", "p team/0 A 4.00"}, entriesOf(paid),
		"the payee's level, not the buyer's")
	require.Equal(t, []string{"p slots/1 C 10.00", "p slots/2 B 5.00"}, entriesOf(calculate(t, calc, orderOf(goods("p", 1, "100.00")), above("C", "B"))))
}

func TestRule_6_23_AnAmountThatSeveralDivideIsOfNoLevel(t *testing.T) {
	plan := commission.Plan{Territory: commission.Territory{Sharing: commission.SplitShares, Regions: map[string]commission.Region{
		"cn": {Rate: commission.MustRate("1%"), Agents: []commission.Agent{{Partner: "x"}, {Partner: "y"}, {Partner: "z"}}},
	}}}
	territory := func(c *commission.Campaign) { c.Rules = []string{commission.RuleTerritory} }
	order := orderOf(goods("p", 1, "100.00"))
	order.Places.ShipTo = "cn"
	seats := above("x:gold", "y", "z:gold")
	for name, want := range map[string][]string{
		"":     {"p territory/1 x 0.67", "p territory/1 y 0.67", "p territory/1 z 0.66"},
		"gold": {"p territory/1 x 0.34", "p territory/1 y 0.33", "p territory/1 z 0.33"},
	} {
		calc := newCalculator(t, plan, campaign("c", "2", territory, func(c *commission.Campaign) {
			if name != "" {
				c.Levels = []partner.Level{partner.Level(name)}
			}
		}))
		paid, err := calc.Calculate(order, nil, nil, seats...)
		require.NoError(t, err)
		require.Equal(t, want, entriesOf(paid), name)
	}
	plan.Territory.Sharing = commission.FullShares
	calc := newCalculator(t, plan, campaign("c", "2", territory, func(c *commission.Campaign) { c.Levels = []partner.Level{"gold"} }))
	paid, err := calc.Calculate(order, nil, nil, seats...)
	require.NoError(t, err)
	require.Equal(t, []string{"p territory/1 x 2.00", "p territory/1 y 1.00", "p territory/1 z 2.00"}, entriesOf(paid))
}

// TestRule_6_23_EveryWindowIsHalfOpen steps over both ends of two windows that touch and two that overlap.
func TestRule_6_23_EveryWindowIsHalfOpen(t *testing.T) {
	at := func(hours int) time.Time { return june.Add(time.Duration(hours) * time.Hour) }
	calc := newCalculator(t, commission.Plan{Rates: rates("1%"), Stacking: commission.StackProduct},
		campaign("a", "2", window(at(0), at(2))), campaign("b", "3", window(at(2), at(4))), campaign("c", "5", window(at(3), at(5))))
	for _, c := range []struct {
		at   time.Time
		want string
	}{
		{at(0).Add(-time.Nanosecond), "1.00"}, {at(0), "2.00"}, {at(2).Add(-time.Nanosecond), "2.00"}, {at(2), "3.00"}, {at(3).Add(-time.Nanosecond), "3.00"},
		{at(3), "15.00"}, {at(4).Add(-time.Nanosecond), "15.00"}, {at(4), "5.00"}, {at(5).Add(-time.Nanosecond), "5.00"}, {at(5), "1.00"},
	} {
		order := orderOf(goods("p", 1, "100.00"))
		order.PaidAt = c.at
		require.Equal(t, []string{"p slots/1 B " + c.want}, entriesOf(calculate(t, calc, order, above("B"))), c.at)
	}
}

func TestRule_6_24_ACampaignAddsAtMostItsCapOverAnOrder(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("10%", "5%")}, campaign("double", "2", perOrder("10.00")))
	paid := calculate(t, calc, orderOf(goods("p", 1, "100.00"), goods("q", 1, "50.00")), above("B", "A"))
	require.Equal(t, []string{"p slots/1 B 16.67", "p slots/2 A 10.00", "q slots/1 B 8.33", "q slots/2 A 5.00"}, entriesOf(paid),
		"B gets 15.00 and 10.00 of another 15.00, laid on the lines; A's 7.50 is below the cap")
	for i, cut := range []bool{true, false, true, false} {
		require.Equal(t, cut, paid.Entry(i).CutByCampaign)
		require.False(t, paid.Entry(i).Cut)
		require.Equal(t, "10.00 CNY", paid.Entry(i).Campaign.PerOrder.String())
	}
	same := calculate(t, calc, orderOf(goods("p", 1, "66.67"), goods("q", 1, "33.33")), above("B"))
	require.Equal(t, []string{"p slots/1 B 13.33", "q slots/1 B 6.67"}, entriesOf(same), "exactly the cap")
	require.False(t, same.Entry(0).CutByCampaign)
}

func TestRule_6_24_TheCapIsForEachPayeeAndRuleAndTheCampaignsLines(t *testing.T) {
	plan := commission.Plan{Rates: rates("10%", "10%"), Team: commission.Team{Rate: commission.MustRate("10%")}}
	calc := newCalculator(t, plan, campaign("double", "2", perOrder("4.00"), func(c *commission.Campaign) {
		c.Rules, c.Products = []string{commission.RuleSlots, commission.RuleTeam}, []string{"p"}
	}))
	paid := calculate(t, calc, orderOf(goods("p", 1, "100.00"), goods("q", 1, "100.00")), above("B", "A!"))
	require.Equal(t, []string{
		"p slots/1 B 14.00", "p slots/2 A 14.00", "p team/0 A 14.00", "q slots/1 B 10.00", "q slots/2 A 10.00", "q team/0 A 10.00",
	}, entriesOf(paid))
}

func TestRule_6_24_ARefundRecomputesTheCapOnWhatIsLeft(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("10%")}, campaign("double", "2", perOrder("10.00")))
	paid := calculate(t, calc, orderOf(goods("p", 4, "200.00"), goods("q", 1, "100.00")), above("B"))
	require.Equal(t, "40.00", totalOf(t, paid))
	for _, c := range []struct {
		back []commission.Returned
		want string
	}{
		{[]commission.Returned{units(2)}, "30.00"},                            // 20.00 and 10.00 of 20.00
		{[]commission.Returned{units(4)}, "20.00"},                            // 10.00 and just 10.00
		{[]commission.Returned{units(4), moneyBack("50.00")}, "10.00"},        // 5.00 and 5.00, below the cap
		{[]commission.Returned{units(4), units(1)}, "0.00"},                   // nothing is left
		{[]commission.Returned{moneyBack("200.00"), moneyBack("0")}, "20.00"}, // the same as the second
	} {
		require.Equal(t, c.want, totalOf(t, targetOf(t, calc, paid.Freeze(), c.back...)), fmt.Sprint(c.back))
	}
}

// TestRule_6_24_ATargetAsksNoCampaignOfThePlan: what was frozen has the cap and the parts.
func TestRule_6_24_ATargetAsksNoCampaignOfThePlan(t *testing.T) {
	plan := commission.Plan{Rates: rates("10%"), Stacking: commission.StackSum}
	calc := newCalculator(t, plan, campaign("a", "2", perOrder("3.00")), campaign("b", "1.5"))
	frozen := calculate(t, calc, orderOf(goods("p", 2, "200.00")), above("B")).Freeze()
	require.Equal(t, []string{"p slots/1 B 18.00"}, entriesOf(targetOf(t, newCalculator(t, plan), frozen, units(1))))
	require.Equal(t, []string{"p slots/1 B 18.00"}, entriesOf(targetOf(t, calc, frozen, units(1))), "10.00, 3.00 of 10.00, and 5.00")
}

func TestRule_6_24_EachOfSeveralCampaignsHasItsOwnCap(t *testing.T) {
	order := orderOf(goods("p", 1, "100.00"))
	for stacking, want := range map[commission.Stacking]string{
		commission.StackMax:     "13.00", // the largest alone: 10.00 and 3.00 of 10.00
		commission.StackSum:     "18.00", // 10.00, 3.00 of 10.00, and 5.00
		commission.StackProduct: "22.00", // 10.00, 3.00 of 10.00, and 9.00 of the 10.00 that half of 20.00 is
	} {
		calc := newCalculator(t, commission.Plan{Rates: rates("10%"), Stacking: stacking}, campaign("double", "2", perOrder("3.00")),
			campaign("half", "1.5", perOrder("9.00")))
		require.Equal(t, []string{"p slots/1 B " + want}, entriesOf(calculate(t, calc, order, above("B"))), stacking)
	}
}

func TestRule_6_24_WhatACampaignsCapLeavesNothingSaysSo(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("1%")}, campaign("double", "2", perOrder("0.01")))
	paid := calculate(t, calc, orderOf(goods("p", 1, "0.40"), goods("q", 1, "0.40")), above("B"))
	require.Equal(t, []string{"p slots/1 B 0.01"}, entriesOf(paid), "each line would get 0.004 without it, and 0.01 with it")
	require.Equal(t, []string{"q slots/1 B@1 cut_by_campaign_cap"}, unpaidOf(paid))
}

func TestRule_6_24_TheCapHoldsWhereRoundingIsPerOrder(t *testing.T) {
	plan := commission.Plan{Rates: rates("10%"), Rounding: commission.Rounding{Mode: money.Down, Scope: commission.PerOrder}}
	calc := newCalculator(t, plan, campaign("triple", "3", perOrder("0.10")))
	paid := calculate(t, calc, orderOf(goods("p", 1, "0.99"), goods("q", 1, "0.99"), goods("r", 1, "0.09")), above("B"))
	require.Equal(t, "0.30", totalOf(t, paid), "0.207 is 0.20, and 0.10 of another 0.42")
}

func TestRule_6_24_ALossLeavesRoomForTheGainsOfACampaign(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("10%"), Base: commission.Profit, Loss: commission.Signed}, campaign("double", "2", perOrder("3.00")))
	paid := calculate(t, calc, orderOf(costing(goods("p", 1, "200.00"), "100.00"), costing(goods("q", 1, "50.00"), "70.00")), above("B"))
	require.Equal(t, []string{"p slots/1 B 15.00", "q slots/1 B -4.00"}, entriesOf(paid), "8.00 without it, and 3.00")
}

// TestRule_6_24_ALossThatTheCapLeavesBareTakesEverythingBack: without the cap the order would make a profit.
func TestRule_6_24_ALossThatTheCapLeavesBareTakesEverythingBack(t *testing.T) {
	only := func(c *commission.Campaign) { c.Products = []string{"p"} }
	order := orderOf(costing(goods("p", 1, "100.00"), "90.00"), costing(goods("q", 1, "100.00"), "150.00"))
	plan := commission.Plan{Rates: rates("10%"), Base: commission.Profit, Loss: commission.FloorOrder}
	require.Equal(t, "5.00", totalOf(t, calculate(t, newCalculator(t, plan, campaign("ten", "10", only)), order, above("B"))))
	paid := calculate(t, newCalculator(t, plan, campaign("ten", "10", only, perOrder("2.00"))), order, above("B"))
	require.Empty(t, entriesOf(paid), "1.00 and 2.00 less 5.00")
	require.Equal(t, []string{"p slots/1 B@1 no_profit", "q slots/1 B@1 no_profit"}, unpaidOf(paid))
}

func TestRule_6_24_MistakeM9AFixedAmountIsNeverAboveThePriceWithACampaign(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("0.60/unit"), Stacking: commission.StackProduct}, campaign("a", "2"), campaign("b", "3"))
	require.Equal(t, []string{"p slots/1 B 1.00"}, entriesOf(calculate(t, calc, orderOf(goods("p", 1, "1.00")), above("B"))))
	capped := newCalculator(t, commission.Plan{Rates: rates("50.00/unit")}, campaign("a", "2", perOrder("7.00")))
	paid := calculate(t, capped, orderOf(goods("p", 1, "1.00"), goods("q", 1, "100.00")), above("B"))
	require.Equal(t, []string{"p slots/1 B 1.00", "q slots/1 B 53.50"}, entriesOf(paid), "the campaign's cap comes first: 3.50 for each, and then the line's")
	require.True(t, paid.Entry(0).Cut && paid.Entry(0).CutByCampaign)
}

func TestFrozenSharesNoMemoryOfStackedCampaigns(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("10%"), Stacking: commission.StackSum}, campaign("a", "2", perOrder("3.00")), campaign("b", "1.5"))
	single := newCalculator(t, commission.Plan{Rates: rates("10%")}, campaign("a", "2", perOrder("3.00")))
	order := orderOf(goods("p", 1, "100.00"))
	for _, c := range []*commission.Calculator{calc, single} {
		paid := calculate(t, c, order, above("B"))
		entry, want := paid.Entry(0).Clone(), paid.Entry(0).Clone()
		frozen := paid.Freeze()
		for _, applied := range []*commission.Applied{entry.Campaign, frozen.Sets[0].Shares[0].Campaign, frozen.Clone().Sets[0].Shares[0].Campaign} {
			if applied.PerOrder != nil {
				*applied.PerOrder = cny.Minor(1)
			}
			for i := range applied.Parts {
				if p := &applied.Parts[i]; p.PerOrder != nil {
					*p.PerOrder = cny.Minor(1)
				}
				applied.Parts[i].Name = "x"
			}
			require.Equal(t, want, paid.Entry(0))
			require.Equal(t, want, calculate(t, c, order, above("B")).Entry(0))
		}
	}
}

// TestAnOrderWithManyLinesHasFewSets: goods of a campaign do not make a set each.
func TestAnOrderWithManyLinesHasFewSets(t *testing.T) {
	var names []string
	order := orderOf()
	for i := range 200 {
		name := fmt.Sprint("p", i)
		order.Lines = append(order.Lines, goods(name, 1, "1.00"))
		if i%2 == 0 {
			names = append(names, name)
		}
	}
	calc := newCalculator(t, commission.Plan{Rates: rates("10%")}, campaign("even", "2", func(c *commission.Campaign) { c.Products = names }))
	result := &commission.Result{}
	again := func() {
		_, err := calc.Calculate(order, above("B"), result)
		require.NoError(t, err)
	}
	again()
	require.Len(t, result.Freeze().Sets, 2)
	require.Equal(t, "30.00", totalOf(t, result))
	require.LessOrEqual(t, testing.AllocsPerRun(20, again), 4.0, "a reused result needs memory for a few factors only")
}
