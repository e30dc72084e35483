package commission_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
)

// Mistakes that other systems make with money; the number is what is correct.

func payTotal(t *testing.T, plan commission.Plan, order *commission.Order) string {
	return totalOf(t, calculate(t, newCalculator(t, plan), order, above("B", "A")))
}

func TestMistake_M01_ACouponIsNotSpreadPerUnit(t *testing.T) {
	order := orderOf(goods("p", 3, "30.00"))
	order.Discount = dec("1.00")
	paid := calculate(t, newCalculator(t, commission.Plan{Rates: rates("10%")}), order, above("B"))
	require.Equal(t, price("29.00"), paid.Entry(0).Base)
	require.Equal(t, "2.90", totalOf(t, paid))
}

func TestMistake_M02_PostageIsNeitherMultipliedNorCommissioned(t *testing.T) {
	order := orderOf(goods("p", 2, "100.00"))
	order.Freight = dec("10.00")
	require.Equal(t, "10.00", payTotal(t, commission.Plan{Rates: rates("10%")}, order))
}

func TestMistake_M03_RatesKeepTheirDecimals(t *testing.T) {
	require.Equal(t, "3.35", payTotal(t, commission.Plan{Rates: rates("0.335%")}, orderOf(goods("p", 1, "1000"))))
	require.Equal(t, "123.45", payTotal(t, commission.Plan{Rates: rates("12.345%")}, orderOf(goods("p", 1, "1000"))))
}

func TestMistake_M04_AShareIsNotRoundedPerUnit(t *testing.T) {
	require.Equal(t, "0.90", payTotal(t, commission.Plan{Rates: rates("10%")}, orderOf(goods("p", 100, "9.00"))))
	for mode, want := range map[money.Mode]string{money.HalfUp: "1.00", money.Down: "0.99"} {
		plan := commission.Plan{Rates: rates("3%"), Rounding: commission.Rounding{Mode: mode}}
		require.Equal(t, want, payTotal(t, plan, orderOf(goods("p", 10, "33.30"))))
	}
}

func TestMistake_M05_ACouponLowersTheBase(t *testing.T) {
	order := orderOf(goods("p", 1, "100.00"))
	order.Discount = dec("99.00")
	require.Equal(t, "0.10", payTotal(t, commission.Plan{Rates: rates("10%")}, order))
}

func TestMistake_M06_ASlotWithoutCommissionDoesNotEndTheLine(t *testing.T) {
	for _, first := range []string{"0/unit", "0%", "-"} {
		paid := calculate(t, newCalculator(t, commission.Plan{Rates: rates(first, "5.00/unit")}), orderOf(goods("p", 1, "100.00")), above("B", "A"))
		require.Equal(t, []string{"p slots/2 A 5.00"}, entriesOf(paid))
	}
}

func TestMistake_M08_APartialRefundKeepsTheRest(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("10%")})
	frozen := calculate(t, calc, orderOf(goods("p", 1, "100.00")), above("B")).Freeze()
	require.Equal(t, "9.90", totalOf(t, targetOf(t, calc, frozen, commission.Returned{Money: price("1.00")})))
}

func TestMistake_M09_AFixedAmountIsNeverAboveThePrice(t *testing.T) {
	require.Equal(t, "1.00", payTotal(t, commission.Plan{Rates: rates("50.00/unit")}, orderOf(goods("p", 1, "1.00"))))
}

func TestMistake_M10_ARunningSumIsNotCreditedLineByLine(t *testing.T) {
	paid := calculate(t, newCalculator(t, commission.Plan{Rates: rates("10%")}),
		orderOf(goods("p1", 1, "100.00"), goods("p2", 1, "200.00"), goods("p3", 1, "300.00")), above("B"))
	require.Equal(t, map[string]string{"B": "60.00"}, earned(t, paid))
}

func TestMistake_M11_ARefundsRatioIsNotRounded(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("10%")})
	for _, c := range []struct {
		amount, paid, left string
		back               int64
	}{{"700.00", "70.00", "60.00", 1}, {"10000.00", "1000.00", "571.43", 3}} {
		paid := calculate(t, calc, orderOf(goods("p", 7, c.amount)), above("B"))
		require.Equal(t, c.paid, totalOf(t, paid))
		require.Equal(t, c.left, totalOf(t, targetOf(t, calc, paid.Freeze(), commission.Returned{Units: c.back, Valued: c.back})))
	}
}

func TestMistake_M12_ARefundOfOneLineLeavesTheOthers(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("20%"), Excluded: commission.Excluded{Products: []string{"p2"}}})
	frozen := calculate(t, calc, orderOf(goods("p1", 1, "100.00"), goods("p2", 1, "100.00")), above("B")).Freeze()
	require.Equal(t, "20.00", totalOf(t, targetOf(t, calc, frozen, commission.Returned{}, commission.Returned{Units: 1, Valued: 1})))
}
