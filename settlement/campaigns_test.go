package settlement_test

import (
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
)

// TestRule_6_25_APostingSaysByHowMuchWhatAnOrderUsesChanges: all of it when it is posted, and with each refund what that takes back.
func TestRule_6_25_APostingSaysByHowMuchWhatAnOrderUsesChanges(t *testing.T) {
	most := func(text string) decimal.NullDecimal { return decimal.NewNullDecimal(decimal.RequireFromString(text)) }
	calc, err := commission.New(cny, commission.Plan{Rates: []commission.Rate{commission.MustRate("10%"), commission.MustRate("5%")}, Stacking: commission.StackSum},
		commission.Campaign{Name: "first", Factor: decimal.New(2, 0), Slots: []int{1}, Budget: most("100")},
		commission.Campaign{Name: "second", Factor: decimal.New(2, 0), Slots: []int{2}, PerCustomer: most("3.00")},
		commission.Campaign{Name: "spent", Factor: decimal.New(9, 0), Budget: most("0.01")})
	require.NoError(t, err)
	result, err := calc.Calculate(&commission.Order{ID: "o-1", Customer: "c", PaidAt: noon, Lines: []commission.Line{
		{ID: "1", Quantity: 2, Amount: decimal.New(100, 0)},
	}}, []commission.Upline{{Partner: "b"}, {Partner: "a"}}, nil)
	require.NoError(t, err)
	posting, err := settlement.Order{ID: "o-1"}.Accrue(settlement.Accrual{Customer: "c", PaidAt: noon, Plan: 1, Result: result, Record: none})
	require.NoError(t, err)
	use := func(campaign string, units int64, reason partner.Reason) commission.CampaignUse {
		return commission.CampaignUse{Campaign: campaign, Added: cny.Minor(units), Reason: reason}
	}
	first, second := use("first", 1000, ""), use("second", 300, commission.CutByCustomerCap)
	require.Equal(t, []commission.CampaignUse{first, second, use("spent", 0, commission.BudgetSpent)}, posting.Order.Campaigns)
	require.Equal(t, []commission.CampaignUse{first, second}, posting.Campaigns)

	rows := posting.Rows
	for _, c := range []struct {
		lines   settlement.RefundLine
		stands  [2]int64
		changes []commission.CampaignUse
	}{
		{settlement.RefundLine{Line: "1", Quantity: 1}, [2]int64{500, 250}, []commission.CampaignUse{use("first", -500, ""), use("second", -50, commission.CutByCustomerCap)}},
		{settlement.RefundLine{Line: "1", Amount: most("0.01")}, [2]int64{500, 250}, nil},
		{settlement.RefundLine{Line: "1", Amount: most("49.99")}, [2]int64{}, []commission.CampaignUse{use("first", -500, ""), use("second", -250, commission.CutByCustomerCap)}},
	} {
		refund, err := posting.Order.Refund(calc, settlement.Refund{Order: "o-1", Lines: []settlement.RefundLine{c.lines}, At: noon}, rows, "r", none)
		require.NoError(t, err)
		require.Equal(t, c.changes, refund.Campaigns)
		require.Equal(t, []int64{c.stands[0], c.stands[1]}, []int64{unitsOf(refund.Order.Campaigns[0]), unitsOf(refund.Order.Campaigns[1])})
		posting, rows = refund, append(rows, refund.Rows...)
	}
}

func unitsOf(use commission.CampaignUse) int64 {
	n, _ := use.Added.Units().Int64()
	return n
}
