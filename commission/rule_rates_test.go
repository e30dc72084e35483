package commission_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// Rules 4.x about rates: which one applies, and what it gives.

func TestRule_4_02_SlotsAreCountedFromTheAttributedPartner(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("10%", "5%", "2%")})
	paid := calculate(t, calc, orderOf(goods("p", 1, "100.00")), above("C", "B", "A", "Z"))
	require.Equal(t, []string{"p slots/1 C 10.00", "p slots/2 B 5.00", "p slots/3 A 2.00"}, entriesOf(paid))
}

func TestRule_4_03_TheFirstRateThatIsSetWins(t *testing.T) {
	plan := commission.Plan{
		Rates:      rates("1%", "1%"),
		Levels:     map[partner.Level][]commission.Rate{"gold": rates("2%")},
		Partners:   map[partner.ID][]commission.Rate{"B": rates("3%")},
		Categories: map[string][]commission.Rate{"c": rates("4%")},
		Products:   map[string][]commission.Rate{"p": rates("5%")},
		SKUs:       map[string][]commission.Rate{"s": rates("6%")},
	}
	line := commission.Line{ID: "l", SKU: "s", Product: "p", Category: "c", Quantity: 1, Amount: dec("100.00"), Rates: rates("7%")}
	// Each row takes away the place that won in the row before.
	for _, c := range []struct {
		takeAway       func()
		amount, source string
	}{
		{func() {}, "7.00", "line"},
		{func() { line.Rates = rates("-") }, "6.00", "sku s"},
		{func() { plan.SKUs["s"] = rates("-") }, "5.00", "product p"},
		{func() { plan.Products = nil }, "4.00", "category c"},
		{func() { line.Category = "other" }, "3.00", "partner B"},
		{func() { plan.Partners["B"] = nil }, "2.00", "level gold"},
		{func() { plan.Levels = nil }, "1.00", "default"},
	} {
		c.takeAway()
		paid := calculate(t, newCalculator(t, plan), orderOf(line), above("B:gold", "A"))
		require.Equal(t, c.amount, paid.Entry(0).Amount.Plain())
		require.Equal(t, c.source, paid.Entry(0).Source.String())
		require.Equal(t, "1.00", paid.Entry(1).Amount.Plain(), "slot 2 has a rate in one place only")
	}
}

func TestRule_4_03_AZeroRateIsSetAndWins(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("10%", "5%"), Products: map[string][]commission.Rate{"p": rates("0%", "-")}})
	paid := calculate(t, calc, orderOf(goods("p", 1, "100.00")), above("B", "A"))
	require.Equal(t, []string{"p slots/2 A 5.00"}, entriesOf(paid))
	require.Equal(t, []string{"p slots/1 B@1 zero_rate"}, unpaidOf(paid))
}

func TestRule_4_03_GoodsWithAndWithoutTheirOwnRatesStandSideBySide(t *testing.T) {
	calc := newCalculator(t, commission.Plan{
		Rates: rates("10%"), Products: map[string][]commission.Rate{"p2": rates("20%"), "": rates("1%")}, SKUs: map[string][]commission.Rate{"s": rates("30%")},
	})
	lines := []commission.Line{goods("p1", 1, "100.00"), goods("p2", 1, "100.00"), goods("p3", 1, "100.00"), goods("p4", 1, "100.00"), goods("p5", 1, "100.00")}
	lines[2].SKU, lines[3].Product = "s", ""
	paid := calculate(t, calc, orderOf(lines...), above("B"))
	require.Equal(t, []string{"p1 slots/1 B 10.00", "p2 slots/1 B 20.00", "p3 slots/1 B 30.00", "p4 slots/1 B 1.00", "p5 slots/1 B 10.00"}, entriesOf(paid))
}

func TestRule_4_03_RatesGivenWithALineAreThatLinesAlone(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("10%")})
	order := orderOf(goods("p1", 1, "100.00"), goods("p2", 1, "100.00"), goods("p3", 1, "100.00"), goods("p4", 1, "100.00"))
	order.Lines[0].Rates, order.Lines[2].Rates = rates("20%"), rates("30%")
	require.Equal(t, []string{"p1 slots/1 B 20.00", "p2 slots/1 B 10.00", "p3 slots/1 B 30.00", "p4 slots/1 B 10.00"},
		entriesOf(calculate(t, calc, order, above("B"))))
}

func TestRule_4_04_AFixedAmountIsPaidForEachUnitUpToTheLinesNet(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("3.00/unit", "1.00/unit")})
	require.Equal(t, []string{"p slots/1 B 6.00", "p slots/2 A 2.00"}, entriesOf(calculate(t, calc, orderOf(goods("p", 2, "119.80")), above("B", "A"))))
	capped := calculate(t, calc, orderOf(goods("p", 2, "4.00")), above("B", "A"))
	require.Equal(t, []string{"p slots/1 B 3.00", "p slots/2 A 1.00"}, entriesOf(capped))
	require.True(t, capped.Entry(0).Cut)
}

func TestRule_4_04_AFixedAmountIsRoundedOnceNotPerUnit(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("0.015/unit")})
	require.Equal(t, []string{"p slots/1 B 1.50"}, entriesOf(calculate(t, calc, orderOf(goods("p", 100, "300.00")), above("B"))))
}

func TestRule_4_05_TheLevelOfThePayeeDecides(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("10%", "5%"), Levels: map[partner.Level][]commission.Rate{"gold": rates("15%", "8%")}})
	paid := calculate(t, calc, orderOf(goods("p", 1, "1000.00")), above("B:gold", "A:silver"))
	require.Equal(t, []string{"p slots/1 B 150.00", "p slots/2 A 50.00"}, entriesOf(paid))
	require.Equal(t, partner.Level("gold"), paid.Entry(0).Level)
	paid = calculate(t, calc, orderOf(goods("p", 1, "1000.00")), above("B", "A:gold"))
	require.Equal(t, []string{"p slots/1 B 100.00", "p slots/2 A 80.00"}, entriesOf(paid))
}

func TestRule_4_08_APersonalRateBeatsTheLevelAndLosesToTheProduct(t *testing.T) {
	calc := newCalculator(t, commission.Plan{
		Rates: rates("10%"), Levels: map[partner.Level][]commission.Rate{"gold": rates("15%")}, Partners: map[partner.ID][]commission.Rate{"B": rates("12%")},
		Products: map[string][]commission.Rate{"p2": rates("5.00/unit")},
	})
	paid := calculate(t, calc, orderOf(goods("p1", 1, "100.00"), goods("p2", 1, "100.00")), above("B:gold"))
	require.Equal(t, []string{"p1 slots/1 B 12.00", "p2 slots/1 B 5.00"}, entriesOf(paid))
}

func TestRule_4_30_OneRateTypeReadsEveryNotation(t *testing.T) {
	want, err := commission.Fraction(dec("0.1"))
	require.NoError(t, err)
	for _, text := range []string{"10%", "10.0%", "100‰", "1000bp", "0.1", "0.10"} {
		got, err := commission.ParseRate(text)
		require.NoError(t, err)
		require.Equal(t, want, got, text)
		require.Equal(t, "10%", got.String())
	}
}

func TestRule_4_31_WhatRoundsToNothingIsAReasonNotAnEntry(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("10%", "50%")})
	paid := calculate(t, calc, orderOf(goods("p", 1, "0.04")), above("B", "A"))
	require.Equal(t, []string{"p slots/2 A 0.02"}, entriesOf(paid))
	require.Equal(t, []string{"p slots/1 B@1 rounds_to_zero"}, unpaidOf(paid))
}

func TestRule_4_31_ALineThatGetsNothingOfARoundedOrderIsNotCutByTheCap(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("10%"), Rounding: commission.Rounding{Scope: commission.PerOrder}})
	paid := calculate(t, calc, orderOf(goods("p1", 1, "0.06"), goods("p2", 1, "0.06"), goods("p3", 1, "0.06")), above("B"))
	require.Equal(t, []string{"p1 slots/1 B 0.01", "p2 slots/1 B 0.01"}, entriesOf(paid))
	require.Equal(t, []string{"p3 slots/1 B@1 rounds_to_zero"}, unpaidOf(paid))
}

func TestRule_4_34_EntriesAreByLinePayeeAndRule(t *testing.T) {
	calc := newCalculator(t, commission.Plan{
		Rates: rates("10%", "5%"), Team: commission.Team{Rate: commission.MustRate("2%")}, Products: map[string][]commission.Rate{"p2": rates("20%")},
	})
	paid := calculate(t, calc, orderOf(goods("p1", 1, "10.05"), goods("p2", 1, "20.00")), above("B", "A:gold!"))
	require.Equal(t, []string{
		"p1 slots/1 B 1.01", "p1 slots/2 A 0.50", "p1 team/0 A 0.20",
		"p2 slots/1 B 4.00", "p2 slots/2 A 1.00", "p2 team/0 A 0.40",
	}, entriesOf(paid))
	require.Equal(t, "7.11", totalOf(t, paid), "the order's total is only a sum")
	require.Equal(t, map[string]string{"B": "5.01", "A": "2.10"}, earned(t, paid))
}

func TestRule_4_35_SplittingAnOrderChangesNoAmount(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("7%", "3%"), Team: commission.Team{Rate: commission.MustRate("1%")}})
	uplines, lines := above("B", "A!"), []commission.Line{goods("p1", 3, "10.07"), goods("p2", 1, "20.33"), goods("p3", 2, "0.99")}
	whole := entriesOf(calculate(t, calc, orderOf(lines...), uplines))
	var split []string
	for _, line := range lines {
		split = append(split, entriesOf(calculate(t, calc, orderOf(line), uplines))...)
	}
	require.Equal(t, whole, split)
}

func TestRoundingScopeOrderRoundsEachPayeeAndRuleOnce(t *testing.T) {
	lines := []commission.Line{goods("p1", 1, "0.35"), goods("p2", 1, "0.36"), goods("p3", 1, "0.34")}
	for mode, want := range map[money.Mode]map[commission.Scope]string{
		money.HalfUp:   {commission.PerEntry: "0.11", commission.PerOrder: "0.11"}, // 0.04 + 0.04 + 0.03; 0.105
		money.HalfEven: {commission.PerEntry: "0.11", commission.PerOrder: "0.10"},
		money.Down:     {commission.PerEntry: "0.09", commission.PerOrder: "0.10"},
	} {
		for scope, total := range want {
			calc := newCalculator(t, commission.Plan{Rates: rates("10%"), Rounding: commission.Rounding{Mode: mode, Scope: scope}})
			require.Equal(t, total, totalOf(t, calculate(t, calc, orderOf(lines...), above("B"))), "%s per %s", mode, scope)
		}
	}
	calc := newCalculator(t, commission.Plan{Rates: rates("10%"), Rounding: commission.Rounding{Scope: commission.PerOrder}})
	require.Equal(t, []string{"p1 slots/1 B 0.04", "p2 slots/1 B 0.04", "p3 slots/1 B 0.03"}, entriesOf(calculate(t, calc, orderOf(lines...), above("B"))))
}

func TestRatesBeyondTheGuardArePaidOnlyWhereThePlanSaysSo(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("5%", "4%", "3%", "2%"), Slots: 4})
	require.Equal(t, "14.00", totalOf(t, calculate(t, calc, orderOf(goods("p", 1, "100.00")), above("D", "C", "B", "A"))))
	calc = newCalculator(t, commission.Plan{Rates: rates("5%", "4%", "3%"), Slots: 2})
	require.Equal(t, "9.00", totalOf(t, calculate(t, calc, orderOf(goods("p", 1, "100.00")), above("D", "C", "B", "A"))))
}
