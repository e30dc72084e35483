package commission_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
)

// A cap leaves little of what one campaign adds, and a discount of another is taken of all that it would have added.
func TestRule_6_24_ADiscountBesideACappedCampaignNeverMakesSomebodyOwe(t *testing.T) {
	plan := commission.Plan{Rates: rates("10%"), Stacking: commission.StackProduct}
	calc := newCalculator(t, plan, campaign("five", "5", perOrder("0.50")), campaign("half", "0.5"))
	result := calculate(t, calc, orderOf(goods("tea", 1, "100.00")), above("B"))
	require.Empty(t, entriesOf(result), "10.00, + 40.00 cut to 0.50, less half of 50.00")
	require.Len(t, unpaidOf(result), 1)
}
