package commission_test

import (
	"slices"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
)

// Two ways of taking commission back that other systems have and a plan cannot ask for. Each breaks what holds of every refund here: the portions in which
// it comes do not matter, it ends as if the returned part had never been sold, and a full one leaves nothing. Each is worked out by its own definition
// beside what Target gives.

// roundedEach is what refunds take back where each is multiplied by the rate and rounded to the cent on its own.
func roundedEach(rate string, refunds ...string) (sum decimal.Decimal) {
	for _, refund := range refunds {
		sum = sum.Add(dec(refund).Mul(dec(rate)).Round(2))
	}
	return sum
}

func TestRule_5_09_RefundsRoundedEachTakeBackMoreOrLessThanWasPaid(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("10%")})
	for _, c := range []struct {
		name, amount      string
		refunds           []string
		paid, roundedEach string
	}{
		{"three thirds of 0.15 cost the partner a cent that he never had", "0.15", []string{"0.05", "0.05", "0.05"}, "0.02", "0.03"},
		{"two halves of 0.08 leave him a cent of an order that is gone", "0.08", []string{"0.04", "0.04"}, "0.01", "0.00"},
		{"a hundred units back one by one cost him half his commission again", "5.00", slices.Repeat([]string{"0.05"}, 100), "0.50", "1.00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			paid := calculate(t, calc, orderOf(goods("p", int64(len(c.refunds)), c.amount)), above("B"))
			require.Equal(t, c.paid, totalOf(t, paid))
			standing, frozen := slices.Collect(paid.Entries()), paid.Freeze()
			for i := range c.refunds {
				reversals(t, &standing, targetOf(t, calc, frozen, units(int64(i+1))))
			}
			require.Empty(t, reversals(t, &standing, targetOf(t, calc, frozen, moneyBack(c.amount))))
			left := decimal.Zero
			for _, e := range standing {
				left = left.Add(e.Amount.Decimal())
			}
			require.True(t, left.IsZero(), "an order that came back whole leaves %s", left)
			require.Equal(t, c.roundedEach, roundedEach("0.10", c.refunds...).StringFixed(2))
			require.NotEqual(t, c.paid, c.roundedEach)
		})
	}
}

func TestRule_5_09_OneBaseForAllLinesAndPayeesWouldTakeWhatIsEarnedByGoodsThatWereKept(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("10%", "2.00/unit"), Base: commission.Profit})
	dear, cheap := costing(goods("dear", 1, "100.00"), "100.00"), costing(goods("cheap", 1, "100.00"), "50.00")
	dear.Rates = rates("10%", "0%")
	paid := calculate(t, calc, orderOf(dear, cheap), above("B", "A"))
	require.Equal(t, []string{"cheap slots/1 B 5.00", "cheap slots/2 A 2.00"}, entriesOf(paid))

	// The goods that earned nothing come back: nobody loses anything, as in the order that never had them.
	standing := slices.Collect(paid.Entries())
	require.Empty(t, reversals(t, &standing, targetOf(t, calc, paid.Freeze(), units(1))))
	require.Equal(t, entriesOf(calculate(t, calc, orderOf(cheap), above("B", "A"))), entriesOf(paid))

	// On one base, half of the order's money is gone, so B would keep 2.50 and A 1.00 of the goods that the customer keeps; and as much of goods that he does
	// not keep when it is the others that come back.
	require.Equal(t, []string{"B -5.00", "A -2.00"}, reversals(t, &standing, targetOf(t, calc, paid.Freeze(), units(0), units(1))))
}
