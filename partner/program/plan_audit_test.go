package program_test

import (
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner/program"
)

func codes(a commission.Audit) []string {
	var all []string
	for _, f := range a.Findings {
		all = append(all, f.Code)
	}
	return all
}

func TestAPlanIsAuditedWithItsLevels(t *testing.T) {
	plan := program.MustPlan(`{
		"currency": "CNY",
		"levels": [{"id": "director", "weight": 2, "leader": true}, {"id": "agent", "weight": 1, "default": true}],
		"commission": {"rates": ["10%", "5%"], "team": {"rate": "2%"}, "differential": {"rates": {"agent": "8%", "director": "6%"}}}
	}`)
	audit, err := plan.Audit(program.Mix{})
	require.NoError(t, err)
	require.Equal(t, "0.25", audit.Worst[0].Paid.String(), "10 % + 5 % + 2 % + 8 %")
	require.Equal(t, []string{commission.FindLevelsPaid, commission.FindDownlinePay, commission.FindUnlimitedDepth, commission.FindContradiction, commission.FindSplitting}, codes(audit))
}

func TestAnAuditFindsEntryPurchasesAndEarlyReleases(t *testing.T) {
	text := `{"currency": "CNY", "joining": {"spend": "300"}, "commission": {"rates": ["10%"]}, "settlement": {"holdDays": 3}}`
	audit, err := program.MustPlan(text).Audit(program.Mix{})
	require.NoError(t, err)
	require.Equal(t, []commission.Finding{
		{Code: commission.FindLevelsPaid, Path: "commission.slots", Evidence: "slots paid by distance from the sale: 1 (the seller)"},
		{Code: program.FindEntryPurchase, Path: "joining.spend", Evidence: "who has paid for goods of 300 becomes a partner, and a partner can recruit"},
		{Code: program.FindEarlyRelease, Path: "settlement.holdDays", Evidence: "commission is released 3 days after receipt, and the goods can be given back for 7"},
	}, audit.Findings)

	audit, err = program.MustPlan(text).Audit(program.Mix{ReturnDays: 3})
	require.NoError(t, err)
	require.Equal(t, []string{commission.FindLevelsPaid, program.FindEntryPurchase}, codes(audit))

	paid := program.MustPlan(`{"currency": "CNY", "commission": {"rates": ["10%"]}, "settlement": {"anchor": "paid", "holdDays": 30}}`)
	audit, err = paid.Audit(program.Mix{})
	require.NoError(t, err)
	require.Equal(t, "settlement.anchor", audit.Findings[1].Path)
}

func TestAnAuditRefusesWhatCannotBeUsed(t *testing.T) {
	_, err := program.Plan{}.Audit(program.Mix{})
	var problems *program.PlanError
	require.ErrorAs(t, err, &problems)
	_, err = program.MustPlan(`{"currency": "CNY", "commission": {"rates": ["10%"]}}`).Audit(program.Mix{Goods: []commission.Goods{{Price: decimal.Zero}}})
	var order *commission.OrderError
	require.ErrorAs(t, err, &order)
}

func TestAnEntryPurchaseIsFoundWhereverItStands(t *testing.T) {
	audit, err := program.MustPlan(`{"currency": "CNY", "joining": {"threshold": {"any": [
		{"metric": {"name": "orders"}, "atLeast": "1"}, {"all": [{"metric": {"name": "units", "products": ["kit"]}, "atLeast": "2"}, {"metric": {"name": "topUp"}, "atLeast": "500"}]},
		{"metric": {"name": "customers"}, "atLeast": "5"}, {"metric": {"name": "spend"}, "atMost": "5"}]}}, "commission": {"rates": ["10%"]}}`).Audit(program.Mix{})
	require.NoError(t, err)
	require.Equal(t, []commission.Finding{
		{Code: program.FindEntryPurchase, Path: "joining.threshold.any[0]", Evidence: "who has paid 1 orders becomes a partner, and a partner can recruit"},
		{Code: program.FindEntryPurchase, Path: "joining.threshold.any[1].all[0]", Evidence: "who has bought 2 units becomes a partner, and a partner can recruit"},
		{Code: program.FindEntryPurchase, Path: "joining.threshold.any[1].all[1]", Evidence: "who has put 500 into his account at once becomes a partner, and a partner can recruit"},
	}, audit.Findings[1:])
}
