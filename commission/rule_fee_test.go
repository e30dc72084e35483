package commission_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
)

// withFee is a plan of one slot and a fee of the platform P.
func withFee(rate string, beforeSplit bool) commission.Plan {
	return commission.Plan{
		Rates: rates("10%"), Fees: []commission.Fee{{Name: "platform", Payee: "P", Rate: commission.MustRate(rate), BeforeSplit: beforeSplit}},
	}
}

func TestRule_4_44_AFeeIsAnEntryOfItsOwnBesideTheSplitOrBeforeIt(t *testing.T) {
	order := orderOf(goods("p", 1, "100.01"))
	beside := calculate(t, newCalculator(t, withFee("5%", false)), order, above("B"))
	require.Equal(t, []string{"p slots/1 B 10.00", "p fee/1 P 5.00"}, entriesOf(beside))
	require.Equal(t, "100.01", beside.Entry(0).Base.Plain())

	before := calculate(t, newCalculator(t, withFee("5%", true)), order, above("B"))
	require.Equal(t, []string{"p slots/1 B 9.50", "p fee/1 P 5.00"}, entriesOf(before))
	require.Equal(t, "95.01", before.Entry(0).Base.Plain(), "what the rounded fee leaves")
	require.Equal(t, commission.MustRate("10%"), before.Entry(0).Rate, "a rate stays what the plan says")
	require.Equal(t, "100.01", before.Entry(1).Base.Plain(), "a fee is of what was paid")
	require.Equal(t, commission.Source{Kind: commission.FromFee, Key: "platform"}, before.Entry(1).Source)
	require.Zero(t, before.Entry(1).Position)
}

func TestRule_4_44_AFeeIsOfWhatWasPaidWhateverTheBase(t *testing.T) {
	order := orderOf(costing(goods("p", 1, "100.00"), "60.00"), costing(goods("q", 1, "100.00"), "98.00"), costing(goods("r", 1, "100.00"), "120.00"))
	for _, c := range []struct {
		before bool
		loss   commission.Loss
		want   []string
	}{
		{false, commission.FloorLine, []string{"p slots/1 B 4.00", "p fee/1 P 5.00", "q slots/1 B 0.20", "q fee/1 P 5.00", "r fee/1 P 5.00"}},
		{true, commission.FloorLine, []string{"p slots/1 B 3.50", "p fee/1 P 5.00", "q fee/1 P 5.00", "r fee/1 P 5.00"}},
		{true, commission.Signed, []string{"p slots/1 B 3.50", "p fee/1 P 5.00", "q slots/1 B -0.30", "q fee/1 P 5.00", "r slots/1 B -2.50", "r fee/1 P 5.00"}},
		{true, commission.FloorOrder, []string{"p slots/1 B 3.50", "p fee/1 P 5.00", "q slots/1 B -0.30", "q fee/1 P 5.00", "r slots/1 B -2.50", "r fee/1 P 5.00"}},
	} {
		plan := withFee("5%", c.before)
		plan.Base, plan.Loss = commission.Profit, c.loss
		paid := calculate(t, newCalculator(t, plan), order, above("B"))
		require.Equal(t, c.want, entriesOf(paid), c)
	}
	plan := withFee("5%", true)
	plan.Base = commission.Profit
	require.Equal(t, []string{"q slots/1 B@1 no_profit", "r slots/1 B@1 no_profit"}, unpaidOf(calculate(t, newCalculator(t, plan), order, above("B"))))
}

func TestRule_4_44_FeesTakeOffAtMostWhatWasPaid(t *testing.T) {
	for _, loss := range []commission.Loss{commission.FloorLine, commission.Signed} {
		plan := withFee("3.00/unit", true)
		plan.Fees = append(plan.Fees, commission.Fee{Name: "half", Payee: "Q", Rate: commission.MustRate("50%"), BeforeSplit: true})
		plan.Loss = loss
		paid := calculate(t, newCalculator(t, plan), orderOf(goods("cheap", 2, "10.00"), goods("dear", 1, "10.00")), above("B"))
		require.Equal(t, []string{"cheap fee/1 P 5.45", "cheap fee/2 Q 4.55", "dear slots/1 B 0.20", "dear fee/1 P 3.00", "dear fee/2 Q 5.00"}, entriesOf(paid))
		require.Equal(t, []string{"cheap slots/1 B@1 nothing_paid"}, unpaidOf(paid), "fees left nothing of it, and that is no loss")
	}
}

func TestRule_4_44_FeesAboveAListPriceAreNoLoss(t *testing.T) {
	for _, loss := range []commission.Loss{commission.FloorLine, commission.FloorOrder, commission.Signed} {
		plan := withFee("3.00/unit", true)
		plan.Base, plan.Loss = commission.ListPrice, loss
		paid := calculate(t, newCalculator(t, plan), orderOf(listed(goods("p", 1, "10.00"), "2.00")), above("B"))
		require.Equal(t, []string{"p fee/1 P 3.00"}, entriesOf(paid), "nobody owes what the shop sells dear")
		require.Equal(t, []string{"p slots/1 B@1 nothing_paid"}, unpaidOf(paid))
	}
}

func TestRule_4_44_AFeeIsTakenOffFinerPricesInWholeUnitsOfTheCurrency(t *testing.T) {
	plan := withFee("5%", true)
	plan.PriceScale = 4
	paid := calculate(t, newCalculator(t, plan), orderOf(goods("p", 1, "100.0150")), above("B"))
	require.Equal(t, []string{"p slots/1 B 9.50", "p fee/1 P 5.00"}, entriesOf(paid))
	require.Equal(t, "95.0150", paid.Entry(0).Base.Plain())
}

func TestRule_4_44_FeesBeforeTheSplitAreTakenOffAsTheyAreRounded(t *testing.T) {
	plan := withFee("5%", true)
	plan.Rates = rates("50%")
	order := orderOf(goods("1", 1, "0.30"), goods("2", 1, "0.30"), goods("3", 1, "0.30"))
	paid := calculate(t, newCalculator(t, plan), order, above("B"))
	require.Equal(t, []string{"1 slots/1 B 0.14", "1 fee/1 P 0.02", "2 slots/1 B 0.14", "2 fee/1 P 0.02", "3 slots/1 B 0.14", "3 fee/1 P 0.02"}, entriesOf(paid))

	plan.Rounding.Scope = commission.PerOrder
	calc := newCalculator(t, plan)
	paid = calculate(t, calc, order, above("B"))
	require.Equal(t, []string{"1 slots/1 B 0.14", "1 fee/1 P 0.02", "2 slots/1 B 0.14", "2 fee/1 P 0.02", "3 slots/1 B 0.15", "3 fee/1 P 0.01"}, entriesOf(paid))
	var bases []string
	for e := range paid.Entries() {
		bases = append(bases, e.Base.Plain())
	}
	require.Equal(t, []string{"0.28", "0.30", "0.28", "0.30", "0.29", "0.30"}, bases, "each line less the fee that it pays")

	target := targetOf(t, calc, paid.Freeze(), commission.Returned{Units: 1, Valued: 1})
	require.Equal(t, []string{"2 slots/1 B 0.14", "2 fee/1 P 0.02", "3 slots/1 B 0.15", "3 fee/1 P 0.01"}, entriesOf(target))
}

func TestRule_4_44_APayeeWhoEarnsNothingTakesNothingOff(t *testing.T) {
	paid := seat(t, newCalculator(t, withFee("5%", true)), orderOf(goods("p", 1, "100.00")), above("B"), "P#earning_frozen")
	require.Equal(t, []string{"p slots/1 B 10.00"}, entriesOf(paid))
	require.Equal(t, []string{"p fee/1 P@0 earning_frozen"}, unpaidOf(paid))
	paid = calculate(t, newCalculator(t, withFee("0%", true)), orderOf(goods("p", 1, "100.00")), above("B"))
	require.Equal(t, []string{"p fee/1 P@0 zero_rate"}, unpaidOf(paid))
}

func TestRule_4_44_AnOrderOfNobodyPaysFeesAndALineThatPaysNothingNone(t *testing.T) {
	plan := withFee("5%", false)
	plan.Excluded.Products = []string{"card"}
	calc := newCalculator(t, plan)
	require.Equal(t, []string{"p fee/1 P 5.00"}, entriesOf(calculate(t, calc, orderOf(goods("p", 1, "100.00"), goods("card", 1, "100.00")), nil)))

	plan.SelfPurchase = commission.Nobody
	order := orderOf(goods("p", 1, "100.00"))
	order.Customer = "B"
	require.Zero(t, calculate(t, newCalculator(t, plan), order, above("B", "A")).Len())
}

func TestRule_4_44_ACampaignThatNamesFeesMultipliesThem(t *testing.T) {
	double := commission.Campaign{Name: "double", Factor: dec("2"), Rules: []string{commission.RuleFee}}
	paid := calculate(t, newCalculator(t, withFee("5%", true), double), orderOf(goods("p", 1, "100.00")), above("B"))
	require.Equal(t, []string{"p slots/1 B 9.00", "p fee/1 P 10.00"}, entriesOf(paid))
}

func TestRule_4_44_SeveralFeesOfOnePayeeStayApartAfterRefunds(t *testing.T) {
	plan := withFee("1%", true)
	plan.Fees = append(plan.Fees, commission.Fee{Name: "service", Payee: "P", Rate: commission.MustRate("2%")})
	calc := newCalculator(t, plan)
	paid := calculate(t, calc, orderOf(goods("p", 4, "100.00")), above("B"))
	require.Equal(t, []string{"p slots/1 B 9.90", "p fee/1 P 1.00", "p fee/2 P 2.00"}, entriesOf(paid))
	changes, err := commission.Difference(slices.Collect(paid.Entries()), targetOf(t, calc, paid.Freeze(), commission.Returned{Units: 1, Valued: 1}))
	require.NoError(t, err)
	require.Len(t, changes, 3)
	require.Equal(t, []string{"-2.47", "-0.25", "-0.50"}, []string{changes[0].Amount.Plain(), changes[1].Amount.Plain(), changes[2].Amount.Plain()})
	require.Equal(t, "-24.75", changes[0].Base.Plain())
	require.Equal(t, []string{"platform", "service"}, []string{changes[1].Source.Key, changes[2].Source.Key})
}

func TestRule_4_19_ACapCutsAgentsAndFeesToo(t *testing.T) {
	plan := regions(commission.SplitShares, map[string]commission.Region{"33": region("10%", "A", "B", "C"), "33/01": region("10%", "D")})
	plan.Rates, plan.Cap = rates("10%", "5%"), commission.MustRate("20%")
	plan.Fees = []commission.Fee{
		{Name: "before", Payee: "P", Rate: commission.MustRate("10%"), BeforeSplit: true}, {Name: "beside", Payee: "Q", Rate: commission.MustRate("5%")},
	}
	order := sentTo("33/01", goods("p", 1, "100.00"))
	// 9.00 and 4.50 to the slots, 9.00 to D, 3.00 to each of A, B and C, 10.00 and 5.00 of fees: 46.50 within 20.00.
	for overflow, want := range map[commission.Overflow][]string{
		commission.ProRata: {
			"p slots/1 U 3.87", "p slots/2 V 1.94", "p territory/2 D 3.87", "p territory/1 A 1.29", "p territory/1 B 1.29", "p territory/1 C 1.29",
			"p fee/1 P 4.30", "p fee/2 Q 2.15",
		},
		commission.CutFarthest: {"p slots/1 U 9.00", "p slots/2 V 1.00", "p fee/1 P 10.00"},
	} {
		plan.Overflow = overflow
		paid := calculate(t, newCalculator(t, plan), order, above("U", "V"))
		require.Equal(t, want, entriesOf(paid), overflow)
		require.Equal(t, "20.00", totalOf(t, paid))
	}
	plan.Cap, plan.Overflow = commission.MustRate("38%"), commission.CutFarthest
	paid := calculate(t, newCalculator(t, plan), order, above("U", "V"))
	require.Equal(t, []string{
		"p slots/1 U 9.00", "p slots/2 V 4.50", "p territory/2 D 9.00", "p territory/1 A 3.00", "p territory/1 B 2.50", "p fee/1 P 10.00",
	}, entriesOf(paid), "of those with seats the earlier first: the smaller region, the earlier agent, then fees")
	require.Equal(t, []string{"p territory/1 C@0 cut_by_cap", "p fee/2 Q@0 cut_by_cap"}, unpaidOf(paid))
}
