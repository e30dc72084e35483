package settlement_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
)

var points = money.MustCurrency("POINTS", 0)

func TestBalancesOfSeveralCurrenciesSayOfWhich(t *testing.T) {
	cash := settlement.Balance{Partner: "bob", Available: cny.Minor(995)}.In(cny)
	require.Equal(t, `  partner  pending  available  withdrawing  paid  taxed  fees  debt
      bob     0.00       9.95         0.00  0.00   0.00  0.00  0.00
`, settlement.Balances{cash}.String())
	require.Equal(t, `  partner  currency  pending  available  withdrawing  paid  taxed  fees  debt
      bob       CNY     0.00       9.95         0.00  0.00   0.00  0.00  0.00
      bob    POINTS        7          0            0     0      0     0     0
`, settlement.Balances{cash, settlement.Balance{Partner: "bob", Pending: points.Minor(7)}.In(points)}.String())
	require.NotContains(t, settlement.Balances{}.String(), "currency")
}

func TestRule_4_40_AChangeIsOfTheCurrencyOfItsAmounts(t *testing.T) {
	require.Equal(t, points, settlement.Change{Pending: points.Minor(0)}.Currency())
	require.Equal(t, points, settlement.Change{Need: points.Minor(3)}.Currency())
	require.True(t, settlement.Change{Partner: "bob"}.Currency().IsZero())
	require.Equal(t, cny, settlement.Balance{Debt: cny.Minor(1)}.Currency())
	require.True(t, settlement.Balance{Partner: "bob", Paid: cny.Minor(0)}.IsZero())

	b := settlement.Balance{Partner: "bob", Available: cny.Minor(500)}
	for _, c := range []settlement.Change{
		{Net: points.Minor(-5)}, {Need: points.Minor(5)}, {Net: cny.Minor(-5), Need: points.Minor(5)}, {Net: cny.Minor(-5), Paid: points.Minor(5)}, {Net: money.MustCurrency("CNY", 3).Minor(5)},
	} {
		after, err := b.Apply(c)
		var mismatch *money.MismatchError
		require.ErrorAs(t, err, &mismatch, "%+v", c)
		require.Equal(t, b, after)
	}
	same, err := b.Apply(settlement.Change{})
	require.NoError(t, err)
	require.Equal(t, cny.Minor(500), same.Available)
}

func TestRule_4_40_ARefundOfAnOrderNeedsWhatCalculatesItsAssets(t *testing.T) {
	plan := commission.Plan{Rates: []commission.Rate{commission.MustRate("10%")}}
	calc, err := commission.New(cny, plan)
	require.NoError(t, err)
	asset, err := commission.Rules(nil).Asset(calc, commission.Asset{Code: "POINTS", Commission: plan})
	require.NoError(t, err)
	order := &commission.Order{ID: "o-1", Customer: "carol", PaidAt: noon, Lines: []commission.Line{{ID: "1", Quantity: 2, Amount: cny.Minor(40000).Decimal()}}}
	uplines := []commission.Upline{{Partner: "bob"}}
	paid, err := calc.Calculate(order, uplines, nil)
	require.NoError(t, err)
	counted, err := asset.Calculate(asset.Order(paid), uplines, nil)
	require.NoError(t, err)
	posting, err := settlement.Order{ID: "o-1"}.Accrue(settlement.Accrual{PaidAt: noon, Result: paid, Assets: []*commission.Result{counted}})
	require.NoError(t, err)
	amounts := func(rows []settlement.Row) (all []string) {
		for _, r := range rows {
			all = append(all, r.Amount.String())
		}
		return all
	}
	require.Equal(t, []string{"40.00 CNY", "40 POINTS"}, amounts(posting.Rows))

	refund := settlement.Refund{Order: "o-1", Lines: []settlement.RefundLine{{Line: "1", Quantity: 1}}}
	_, err = posting.Order.Refund(calc, refund, posting.Rows, "r-1", partner.Record{})
	require.ErrorContains(t, err, "the order pays POINTS, and nothing was given that calculates it")
	back, err := posting.Order.Refund(calc, refund, posting.Rows, "r-1", partner.Record{}, asset)
	require.NoError(t, err)
	require.Equal(t, []string{"-20.00 CNY", "-20 POINTS"}, amounts(back.Rows))
	require.Equal(t, "20 POINTS", back.Order.Assets[0].Total.String())
	require.Equal(t, "40 POINTS", posting.Order.Assets[0].Total.String(), "the order before it stays")
}
