package commission_test

import (
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// Rule 6.25: what campaigns add to many orders, in all and to those of one customer.

func budget(most string) func(*commission.Campaign) {
	return func(c *commission.Campaign) { c.Budget = decimal.NewNullDecimal(dec(most)) }
}

func perCustomer(most string) func(*commission.Campaign) {
	return func(c *commission.Campaign) { c.PerCustomer = decimal.NewNullDecimal(dec(most)) }
}

// after is an order after others, which use so much of the campaign "double".
func after(order *commission.Order, total, customer string) *commission.Order {
	order.Used = []commission.Used{{Campaign: "double", Total: price(total), Customer: price(customer)}}
	return order
}

func use(campaign, added string, reason partner.Reason) commission.CampaignUse {
	return commission.CampaignUse{Campaign: campaign, Added: price(added), Reason: reason}
}

func TestRule_6_25_AnOrderThatNeedsMoreThanIsLeftGetsNothingOfTheCampaign(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("10%", "5%")}, campaign("double", "2", budget("40.00")))
	for _, c := range []struct {
		used, amount, slot1, added string
		reason                     partner.Reason
	}{
		{"0.00", "100.00", "20.00", "15.00", ""},
		{"25.00", "100.00", "20.00", "15.00", ""}, // exactly what is left
		{"25.01", "100.00", "10.00", "0.00", commission.BudgetSpent},
		{"25.01", "99.90", "19.98", "14.98", ""}, // 9.99 and 4.995 doubled: a smaller one still fits
		{"40.00", "100.00", "10.00", "0.00", commission.BudgetSpent},
		{"55.00", "1.00", "0.10", "0.00", commission.BudgetSpent}, // a budget that a later plan has made smaller
		{"40.00", "0.01", "", "0.00", ""},                         // nothing is added to nothing
	} {
		paid := calculate(t, calc, after(orderOf(goods("p", 1, c.amount)), c.used, "0.00"), above("B", "A"))
		require.Equal(t, []commission.CampaignUse{use("double", c.added, c.reason)}, paid.Uses(), c)
		if c.slot1 == "" {
			require.Zero(t, paid.Len())
			continue
		}
		require.Equal(t, "p slots/1 B "+c.slot1, entriesOf(paid)[0], c)
		require.Equal(t, c.reason != "", paid.Entry(0).Campaign == nil, c)
		require.Equal(t, paid.Uses(), paid.Freeze().Campaigns)
	}
}

func TestRule_6_25_WhatIsNotNamedHasBeenUsedByNobody(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("10%")}, campaign("double", "2", budget("10.00")), campaign("then", "3", budget("1.00"), window(june.AddDate(0, 1, 0), june.AddDate(0, 2, 0))))
	order := orderOf(goods("p", 1, "100.00"))
	order.Used = []commission.Used{{Campaign: "another", Total: price("99.00")}}
	require.Equal(t, []commission.CampaignUse{use("double", "10.00", "")}, calculate(t, calc, order, above("B")).Uses())
	require.Empty(t, calculate(t, calc, order, nil).Uses(), "an order that is nobody's uses nothing")
}

func TestRule_6_25_ACampaignAddsWhatTheOrderPaysMoreAfterAllCaps(t *testing.T) {
	plan := commission.Plan{Rates: rates("20%", "5%"), Cap: commission.MustRate("30%")}
	calc := newCalculator(t, plan, campaign("double", "2", budget("5.00")))
	paid := calculate(t, calc, orderOf(goods("p", 1, "100.00")), above("B", "A"))
	require.Equal(t, "30.00", totalOf(t, paid))
	require.Equal(t, []commission.CampaignUse{use("double", "5.00", "")}, paid.Uses(), "25.00 without it")
	less := newCalculator(t, plan, campaign("double", "2", budget("4.99")))
	require.Equal(t, "25.00", totalOf(t, calculate(t, less, orderOf(goods("p", 1, "100.00")), above("B", "A"))))
}

func TestRule_6_25_WhatTheSellerGivesUpIsNotLessOfTheBudget(t *testing.T) {
	line := goods("p", 1, "100.00")
	line.GiveUp = dec("8.00")
	calc := newCalculator(t, commission.Plan{Rates: rates("10%")}, campaign("double", "2", budget("10.00"), perCustomer("4.00")))
	paid := calculate(t, calc, orderOf(line), above("B"))
	require.Equal(t, []string{"p slots/1 B 6.00"}, entriesOf(paid), "10.00 and 4.00 less 8.00")
	require.Equal(t, []commission.CampaignUse{use("double", "4.00", commission.CutByCustomerCap)}, paid.Uses())
	none := calculate(t, calc, after(orderOf(line), "9.00", "0.00"), above("B"))
	require.Equal(t, []string{"p slots/1 B 2.00"}, entriesOf(none))
	require.Equal(t, "8.00 CNY", none.Entry(0).GiveUp.String())
}

func TestRule_6_25_ARefundReleasesWhatTheCampaignAddedToWhatCameBack(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("10%", "5%")}, campaign("double", "2", budget("100.00")))
	frozen := calculate(t, calc, orderOf(goods("p", 3, "100.00"), goods("q", 1, "10.00")), above("B", "A")).Freeze()
	for _, c := range []struct {
		back  []commission.Returned
		added string
	}{
		{nil, "16.50"},
		{[]commission.Returned{units(1)}, "11.50"}, // 66.67 pays 6.67 and 3.33, doubled 13.33 and 6.67
		{[]commission.Returned{units(3)}, "1.50"},
		{[]commission.Returned{moneyBack("100.00")}, "1.50"},
		{[]commission.Returned{units(3), units(1)}, "0.00"},
	} {
		require.Equal(t, []commission.CampaignUse{use("double", c.added, "")}, targetOf(t, calc, frozen, c.back...).Uses(), c)
	}
}

// TestRule_6_25_ARefundNeverNeedsMoreThanTheOrderReserved: where losses are netted within the order, to give a loss back makes the campaign add more.
func TestRule_6_25_ARefundNeverNeedsMoreThanTheOrderReserved(t *testing.T) {
	plan := commission.Plan{Rates: rates("10%"), Base: commission.Profit, Loss: commission.FloorOrder}
	calc := newCalculator(t, plan, campaign("double", "2", budget("100.00")))
	paid := calculate(t, calc, orderOf(costing(goods("p", 1, "200.00"), "100.00"), costing(goods("q", 1, "40.00"), "100.00")), above("B"))
	require.Equal(t, "8.00", totalOf(t, paid))
	require.Equal(t, []commission.CampaignUse{use("double", "4.00", "")}, paid.Uses())
	target := targetOf(t, calc, paid.Freeze(), commission.Returned{}, units(1))
	require.Equal(t, []string{"p slots/1 B 14.00"}, entriesOf(target), "10.00 and 4.00 of another 10.00")
	require.True(t, target.Entry(0).CutByCampaign)
	require.Equal(t, "4.00 CNY", target.Uses()[0].Added.String())
}

func TestRule_6_25_ACapForEachCustomerCutsWhatTheCampaignAdds(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("10%", "5%")}, campaign("double", "2", perCustomer("20.00")))
	for _, c := range []struct {
		used    string
		entries []string
		added   string
		reason  partner.Reason
	}{
		{"0.00", []string{"p slots/1 B 20.00", "p slots/2 A 10.00"}, "15.00", ""},
		{"5.00", []string{"p slots/1 B 20.00", "p slots/2 A 10.00"}, "15.00", ""},
		{"8.00", []string{"p slots/1 B 18.00", "p slots/2 A 9.00"}, "12.00", commission.CutByCustomerCap}, // 12.00 of 15.00: four fifths for each
		{"19.99", []string{"p slots/1 B 10.01", "p slots/2 A 5.00"}, "0.01", commission.CutByCustomerCap},
		{"20.00", []string{"p slots/1 B 10.00", "p slots/2 A 5.00"}, "0.00", commission.CutByCustomerCap},
	} {
		paid := calculate(t, calc, after(orderOf(goods("p", 1, "100.00")), "999.00", c.used), above("B", "A"))
		require.Equal(t, c.entries, entriesOf(paid), c.used)
		require.Equal(t, []commission.CampaignUse{use("double", c.added, c.reason)}, paid.Uses(), c.used)
		require.Equal(t, c.reason != "" && c.used != "20.00", paid.Entry(1).CutByCampaign, c.used)
		require.Equal(t, c.used == "20.00", paid.Entry(0).Campaign == nil, "where nothing is left the order is calculated without it")
		same := targetOf(t, calc, paid.Freeze())
		require.Equal(t, entriesOf(paid), entriesOf(same))
		require.Equal(t, paid.Uses(), same.Uses())
		require.Equal(t, paid.Entry(0).CutByCampaign, same.Entry(0).CutByCampaign)
	}
}

func TestRule_6_25_AnOrderMustFitTheBudgetWithWhatTheCustomersCapLeavesIt(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("10%")}, campaign("double", "2", budget("10.00"), perCustomer("4.00")))
	require.Equal(t, "14.00", totalOf(t, calculate(t, calc, after(orderOf(goods("p", 1, "100.00")), "6.00", "0.00"), above("B"))))
	short := calculate(t, calc, after(orderOf(goods("p", 1, "100.00")), "6.01", "0.00"), above("B"))
	require.Equal(t, "10.00", totalOf(t, short))
	require.Equal(t, []commission.CampaignUse{use("double", "0.00", commission.BudgetSpent)}, short.Uses())
}

func TestRule_6_25_TheLinesOfACutAmountShareIt(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("10%")}, campaign("double", "2", perCustomer("10.00")))
	paid := calculate(t, calc, orderOf(goods("p", 1, "100.00"), goods("q", 1, "50.00")), above("B"))
	require.Equal(t, []string{"p slots/1 B 16.67", "q slots/1 B 8.33"}, entriesOf(paid), "as a cap per order cuts it")
}

func TestRule_6_25_WithoutTheCampaignThatIsSpentTheOthersApply(t *testing.T) {
	order := func() *commission.Order { return after(orderOf(goods("p", 1, "100.00")), "95.00", "0.00") }
	for stacking, want := range map[commission.Stacking]string{commission.StackMax: "15.00", commission.StackSum: "15.00", commission.StackProduct: "15.00"} {
		calc := newCalculator(t, commission.Plan{Rates: rates("10%"), Stacking: stacking}, campaign("double", "2", budget("100.00")), campaign("half", "1.5", budget("5.00")))
		paid := calculate(t, calc, order(), above("B"))
		require.Equal(t, want, totalOf(t, paid), stacking)
		require.Equal(t, "half", paid.Entry(0).Campaign.Name)
		require.Equal(t, []commission.CampaignUse{use("double", "0.00", commission.BudgetSpent), use("half", "5.00", "")}, paid.Uses(), stacking)
	}
}

func TestRule_6_25_EachOfSeveralAddsAfterThoseBeforeIt(t *testing.T) {
	for _, c := range []struct {
		stacking commission.Stacking
		total    string
		uses     []commission.CampaignUse
	}{
		{commission.StackMax, "20.00", []commission.CampaignUse{use("double", "10.00", "")}},
		{commission.StackSum, "25.00", []commission.CampaignUse{use("double", "10.00", ""), use("half", "5.00", "")}},
		{commission.StackProduct, "20.00", []commission.CampaignUse{use("double", "10.00", ""), use("half", "0.00", commission.BudgetSpent)}}, // half of 20.00 is 10.00
	} {
		calc := newCalculator(t, commission.Plan{Rates: rates("10%"), Stacking: c.stacking}, campaign("double", "2", budget("10.00")), campaign("half", "1.5", budget("9.00")))
		paid := calculate(t, calc, orderOf(goods("p", 1, "100.00")), above("B"))
		require.Equal(t, c.total, totalOf(t, paid), c.stacking)
		require.Equal(t, c.uses, paid.Uses(), c.stacking)
	}
}

func TestRule_6_25_BudgetsMakeSense(t *testing.T) {
	plan := commission.Plan{Rates: rates("1%", "1%")}
	for most, factor := range map[string]string{"0": "2", "-1": "3", "0.001": "2", "5": "1", "5.00": "0.5"} {
		requirePlanError(t, []string{"campaigns[0].budget"}, plan, campaign("c", factor, budget(most)))
		requirePlanError(t, []string{"campaigns[0].perCustomer"}, plan, campaign("c", factor, perCustomer(most)))
	}
	long := "a campaign whose name is longer than the sixty-four bytes of an id"
	requirePlanError(t, []string{"campaigns[0].name"}, plan, campaign(long, "2", budget("1")))
	newCalculator(t, plan, campaign(long, "2", perOrder("1")))
	plan.Fees = []commission.Fee{{Name: "platform", Payee: "x", Rate: commission.MustRate("1%"), BeforeSplit: true}}
	requirePlanError(t, []string{"campaigns[0].budget"}, plan, campaign("c", "2", budget("1"), func(c *commission.Campaign) { c.Rules = []string{commission.RuleFee} }))
}

func TestRule_6_25_WhatIsUsedMakesSense(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("10%")}, campaign("double", "2", budget("10.00")))
	order := orderOf(goods("p", 1, "100.00"))
	yen := money.MustCurrency("JPY", 0)
	order.Used = []commission.Used{
		{Campaign: "double", Total: yen.Minor(5), Customer: price("1.00")}, {Campaign: "double", Customer: yen.Minor(1)}, {Campaign: "x", Total: yen.Minor(0)},
	}
	result, err := calc.Calculate(order, above("B"), nil)
	var wrong *commission.OrderError
	require.ErrorAs(t, err, &wrong)
	var paths []string
	for _, p := range wrong.Problems {
		paths = append(paths, p.Path)
	}
	require.Equal(t, []string{"used[0].total", "used[1].campaign", "used[1].customer"}, paths)
	require.Empty(t, result.Uses())
}

// TestRule_6_25_AnAuditDoesNotLookAtWhatIsLeft: the worst case is an order that comes while there is enough.
func TestRule_6_25_AnAuditDoesNotLookAtWhatIsLeft(t *testing.T) {
	mix := commission.Mix{Goods: []commission.Goods{{Price: dec("100.00"), Cost: decimal.NewNullDecimal(dec("50.00"))}}}
	for _, limits := range [][]func(*commission.Campaign){nil, {budget("0.01")}, {perCustomer("0.01")}, {budget("0.01"), perCustomer("0.01")}} {
		calc := newCalculator(t, commission.Plan{Rates: rates("10%")}, campaign("double", "2", limits...))
		a, err := calc.Audit(mix)
		require.NoError(t, err)
		require.Equal(t, "0.2", a.Worst[0].Paid.String())
		require.True(t, a.Worst[0].Exact)

		losses := newCalculator(t, commission.Plan{Rates: rates("10%"), Base: commission.Profit, Loss: commission.Signed}, campaign("double", "2", limits...))
		a, err = losses.Audit(mix)
		require.NoError(t, err)
		require.True(t, a.Worst[0].Exact)
		require.Equal(t, "0.1", a.Worst[0].Paid.String())
		a, err = losses.Audit(commission.Mix{Goods: []commission.Goods{{Price: dec("100.00"), Cost: decimal.NewNullDecimal(dec("150.00"))}}})
		require.NoError(t, err)
		require.Equal(t, limits == nil, a.Worst[0].Exact, "without the campaign the loss is smaller")
	}
}

func TestRule_6_25_CountedCampaignsAreThoseOfTheOrdersTimeAndGoods(t *testing.T) {
	only := func(c *commission.Campaign) { c.Products = []string{"p"} }
	calc := newCalculator(t, commission.Plan{Rates: rates("10%")}, campaign("plain", "2"), campaign("capped", "2", perOrder("1")), campaign("a", "2", budget("1")),
		campaign("b", "3", perCustomer("1"), only), campaign("over", "2", budget("1"), window(june.AddDate(0, 0, -1), june)))
	names := func(order *commission.Order) (names []string) {
		for _, c := range calc.Counted(order) {
			names = append(names, c.Name)
		}
		return names
	}
	require.Equal(t, []string{"a", "b"}, names(orderOf(goods("x", 1, "1.00"), goods("p", 1, "1.00"))))
	require.Equal(t, []string{"a"}, names(orderOf(goods("x", 1, "1.00"))))
}

// TestRule_6_25_ADiscountAfterACutMakesNobodyOwe: it is of what the campaigns before it would add uncut, and can be more than what the cut left.
func TestRule_6_25_ADiscountAfterACutMakesNobodyOwe(t *testing.T) {
	only := func(c *commission.Campaign) { c.Products = []string{"p"} }
	plan := commission.Plan{Rates: rates("10%"), Stacking: commission.StackProduct}
	calc := newCalculator(t, plan, campaign("double", "2", perCustomer("0.50"), only), campaign("tenth", "0.1", only))
	paid := calculate(t, calc, orderOf(goods("p", 1, "100.00"), goods("q", 1, "20.00")), above("B"))
	require.Equal(t, []string{"q slots/1 B 2.00"}, entriesOf(paid), "10.00 and 0.50 less 18.00 is not below 0")
	require.Equal(t, []string{"p slots/1 B@1 cut_by_campaign_cap"}, unpaidOf(paid))

	plan.Base, plan.Loss = commission.Profit, commission.FloorOrder
	calc = newCalculator(t, plan, campaign("double", "2", perCustomer("0.01"), only), campaign("half", "0.5", only))
	paid = calculate(t, calc, orderOf(costing(goods("p", 1, "100.00"), "0.00"), costing(goods("q", 1, "10.00"), "60.00")), above("B"))
	require.Equal(t, []string{"p slots/1 B 5.00", "q slots/1 B -5.00"}, entriesOf(paid), "10.00 and 0.01 less 10.00, and at most what the loss leaves")
}
