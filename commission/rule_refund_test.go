package commission_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
)

// Rules 5.x about what a refund leaves, and 4.33: what an order froze is what it is refunded by.

// reversals posts a refund and returns "payee amount" of each new entry.
func reversals(t *testing.T, standing *[]commission.Entry, target *commission.Result) []string {
	t.Helper()
	changes, err := commission.Difference(*standing, target)
	require.NoError(t, err)
	*standing = append(*standing, changes...)
	var list []string
	for _, e := range changes {
		require.Equal(t, commission.Refunded, e.Reason)
		list = append(list, string(e.Payee)+" "+e.Amount.Plain())
	}
	return list
}

func units(n int64) commission.Returned { return commission.Returned{Units: n, Valued: n} }

func moneyBack(text string) commission.Returned { return commission.Returned{Money: price(text)} }

func TestRule_5_09_ScenarioS09OneOfThreeUnitsComesBack(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("10%", "5%")})
	paid := calculate(t, calc, orderOf(goods("p", 3, "597.00")), above("B", "A"))
	require.Equal(t, []string{"p slots/1 B 59.70", "p slots/2 A 29.85"}, entriesOf(paid))
	standing := slices.Collect(paid.Entries())
	target := targetOf(t, calc, paid.Freeze(), units(1))
	require.Equal(t, []string{"B -19.90", "A -9.95"}, reversals(t, &standing, target))
	require.Equal(t, []string{"p slots/1 B 39.80", "p slots/2 A 19.90"}, entriesOf(target))
	require.Equal(t, price("398.00"), target.Entry(0).Base)
	require.Equal(t, int64(2), target.Entry(0).Units)
	require.Empty(t, reversals(t, &standing, target), "what stands as it should gives no entry")
}

func TestRule_5_09_ScenarioS10RefundsAreNotRoundedEach(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("7%")})
	paid := calculate(t, calc, orderOf(goods("p", 1, "100.01")), above("B"))
	require.Equal(t, "7.00", totalOf(t, paid))
	standing, frozen := slices.Collect(paid.Entries()), paid.Freeze()
	for _, step := range []struct{ refundedInAll, reversal string }{{"33.33", "B -2.33"}, {"66.67", "B -2.34"}, {"100.01", "B -2.33"}} {
		require.Equal(t, []string{step.reversal}, reversals(t, &standing, targetOf(t, calc, frozen, moneyBack(step.refundedInAll))))
	}
	require.Empty(t, reversals(t, &standing, targetOf(t, calc, frozen, units(1))))
}

func TestRule_5_09_EveryPayeesShareIsScaled(t *testing.T) {
	calc := newCalculator(t, commission.Plan{
		Rates: rates("10%", "2.00/unit", "1%"), Team: commission.Team{Rate: commission.MustRate("2%")}, Rounding: commission.Rounding{Mode: money.Down},
	})
	frozen := calculate(t, calc, orderOf(goods("p", 4, "100.00")), above("C", "B!", "A")).Freeze()
	require.Equal(t, []string{"p slots/1 C 7.50", "p slots/2 B 6.00", "p slots/3 A 0.75", "p team/0 B 1.50"}, entriesOf(targetOf(t, calc, frozen, units(1))))
}

func TestRule_5_09_MoneyWithoutUnitsLowersOnlyTheCapOfAFixedAmount(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("3.00/unit")})
	frozen := calculate(t, calc, orderOf(goods("p", 2, "100.00")), above("B")).Freeze()
	require.Equal(t, "6.00", totalOf(t, targetOf(t, calc, frozen, moneyBack("90.00"))))
	require.Equal(t, "5.00", totalOf(t, targetOf(t, calc, frozen, moneyBack("95.00"))))
	require.Equal(t, "3.00", totalOf(t, targetOf(t, calc, frozen, commission.Returned{Units: 1, Money: price("10.00")})))
}

func TestRule_5_09_UnitsForASumOfMoneyTakeThatSumOffTheNet(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("10%")})
	frozen := calculate(t, calc, orderOf(goods("p", 4, "100.00")), above("B")).Freeze()
	require.Equal(t, "8.00", totalOf(t, targetOf(t, calc, frozen, commission.Returned{Units: 1, Money: price("20.00")})), "a restocking fee of 5.00 stays paid")
	back := commission.Returned{Units: 2, Valued: 1, Money: price("20.00")}
	require.Equal(t, "5.50", totalOf(t, targetOf(t, calc, frozen, back)))
	require.Equal(t, price("55.00"), calc.Left(&frozen.Lines[0], back))
}

func TestRule_5_09_ARefundOfALineCountsItsPartOfTheDiscount(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("10%")})
	order := orderOf(goods("p1", 2, "100.00"), goods("p2", 1, "50.00"))
	order.Discount = dec("15.00")
	frozen := calculate(t, calc, order, above("B")).Freeze()
	require.Equal(t, []string{"p1 slots/1 B 4.50", "p2 slots/1 B 4.50"}, entriesOf(targetOf(t, calc, frozen, units(1))))
	require.Equal(t, []string{"p1 slots/1 B 9.00"}, entriesOf(targetOf(t, calc, frozen, units(0), units(1))))
	require.Equal(t, "30.00", calc.Left(&frozen.Lines[0], commission.Returned{Units: 1, Valued: 1, Money: price("15.00")}).Plain())
}

func TestRule_5_10_AFullRefundReversesEveryEntryToZero(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("7%", "3.333%", "0.50/unit")})
	paid := calculate(t, calc, orderOf(goods("p1", 3, "100.01"), goods("p2", 1, "0.99")), above("C", "B", "A"))
	for name, back := range map[string][]commission.Returned{
		"by units": {units(3), units(1)},
		"by money": {moneyBack("100.01"), moneyBack("0.99")},
		"by both":  {{Units: 3, Money: price("100.01")}, {Units: 1, Money: price("0.99")}},
		"for more": {moneyBack("200.00"), {Units: 1, Valued: 1, Money: price("0.01")}},
	} {
		target := targetOf(t, calc, paid.Freeze(), back...)
		require.Zero(t, target.Len(), name)
		require.Equal(t, "0.00", totalOf(t, target))
		net, err := target.Net()
		require.NoError(t, err)
		require.True(t, net.IsZero())
		for u := range target.Unpaid() {
			require.Equal(t, commission.NothingPaid, u.Reason)
		}
		changes, err := commission.Difference(slices.Collect(paid.Entries()), target)
		require.NoError(t, err)
		require.Len(t, changes, paid.Len())
		for i, e := range changes {
			require.Equal(t, paid.Entry(i).Amount.Neg(), e.Amount)
			require.Equal(t, paid.Entry(i).Payee, e.Payee)
		}
	}
}

func TestRule_5_10_ALossIsTakenBackTooWhenAllTheMoneyGoesBack(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("10%"), Base: commission.Profit, Loss: commission.Signed})
	paid := calculate(t, calc, orderOf(costing(goods("p", 2, "10.00"), "30.00")), above("B"))
	require.Equal(t, "-2.00", totalOf(t, paid))
	require.Equal(t, "-1.00", totalOf(t, targetOf(t, calc, paid.Freeze(), units(1))))
	require.Zero(t, targetOf(t, calc, paid.Freeze(), moneyBack("10.00")).Len())
}

func TestRule_4_33_AnOrderIsRefundedByTheRatesItFroze(t *testing.T) {
	old := newCalculator(t, commission.Plan{Rates: rates("10%", "5%")}, commission.Campaign{Name: "double", Factor: dec("2"), Slots: []int{1}})
	paid := calculate(t, old, orderOf(goods("p", 2, "200.00")), above("B", "A"))
	// The plan that is in force now has other rates, no campaign and other people above.
	now := newCalculator(t, commission.Plan{Rates: rates("1%", "1%")})
	target := targetOf(t, now, paid.Freeze(), units(1))
	require.Equal(t, []string{"p slots/1 B 20.00", "p slots/2 A 5.00"}, entriesOf(target))
	require.Equal(t, "double", target.Entry(0).Campaign.Name)
}

func TestDifferenceOfAnotherCurrencyIsAnError(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("10%")})
	paid := calculate(t, calc, orderOf(goods("p", 1, "100.00")), above("B"))
	foreign := paid.Entry(0)
	foreign.Amount = money.MustCurrency("JPY", 0).Minor(10)
	_, err := commission.Difference([]commission.Entry{foreign}, paid)
	require.ErrorAs(t, err, new(*money.MismatchError))
	_, err = commission.Difference([]commission.Entry{paid.Entry(0), foreign}, paid)
	require.ErrorAs(t, err, new(*money.MismatchError))
}

func TestDifferenceAddsWhatHasNotBeenPostedYet(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("10%", "5%")})
	paid := calculate(t, calc, orderOf(goods("p", 1, "100.00")), above("B", "A"))
	changes, err := commission.Difference(nil, paid)
	require.NoError(t, err)
	require.Equal(t, slices.Collect(paid.Entries()), changes)
}
