package commission_test

import (
	"slices"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
)

func pointsAt(ratio string, plan commission.Plan) commission.Asset {
	return commission.Asset{Code: "POINTS", Ratio: decimal.NewNullDecimal(dec(ratio)), Commission: plan}
}

func newAsset(t tester, cash *commission.Calculator, asset commission.Asset) *commission.AssetCalculator {
	t.Helper()
	a, err := commission.Rules(nil).Asset(cash, asset)
	require.NoError(t, err)
	return a
}

// inAsset is what an order that was calculated in cash pays in an asset.
func inAsset(t tester, a *commission.AssetCalculator, cash *commission.Result, uplines []commission.Upline) *commission.Result {
	t.Helper()
	order := a.Order(cash)
	return calculate(t, a.Calculator, order, uplines)
}

func TestRule_4_40_AnAssetIsPaidByASectionOfItsOwn(t *testing.T) {
	cash := newCalculator(t, commission.Plan{Rates: rates("10%", "5%")})
	for _, c := range []struct {
		name  string
		asset commission.Asset
		want  []string
	}{
		{"one for one, rounded to whole points", pointsAt("1", commission.Plan{Rates: rates("50%")}), []string{"1 slots/1 B 93"}}, // of 185.25
		{"without a ratio it is 1", commission.Asset{Code: "POINTS", Commission: commission.Plan{Rates: rates("50%")}}, []string{"1 slots/1 B 93"}},
		{"ten points a yuan", pointsAt("10", commission.Plan{Rates: rates("50%", "1%")}), []string{"1 slots/1 B 926", "1 slots/2 A 19"}},
		{"a hundredth of a point a yuan", pointsAt("0.01", commission.Plan{Rates: rates("50%")}), []string{"1 slots/1 B 1"}},
		{"points for each unit", pointsAt("7", commission.Plan{Rates: rates("-", "3/unit")}), []string{"1 slots/2 A 9"}},
		{"the cap is of what the line counts as", pointsAt("2", commission.Plan{Rates: rates("80%", "60%"), Cap: commission.MustRate("100%")}), []string{"1 slots/1 B 211", "1 slots/2 A 159"}},
		{
			"two decimals",
			commission.Asset{Code: "TOKEN", Scale: 2, Ratio: decimal.NewNullDecimal(dec("0.0125")), Commission: commission.Plan{Rates: rates("50%")}},
			[]string{"1 slots/1 B 1.16"}, // half of 2.315625
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			order := orderOf(goods("1", 3, "190.00"))
			order.Discount, order.Tenders, order.Freight = dec("4.00"), []commission.Tender{{Kind: "points", Amount: dec("0.75")}}, dec("12.00")
			order.Lines[0].Rates = rates("99%")
			paid := calculate(t, cash, order, above("B", "A"))
			require.Equal(t, c.want, entriesOf(inAsset(t, newAsset(t, cash, c.asset), paid, above("B", "A"))))
			require.Equal(t, rates("99%"), order.Lines[0].Rates, "the order itself is not changed")
		})
	}
}

func TestRule_4_40_WhatTheSellerGivesUpIsCash(t *testing.T) {
	cash := newCalculator(t, commission.Plan{Rates: rates("10%", "5%")})
	asset := newAsset(t, cash, pointsAt("10", commission.Plan{Rates: rates("10%", "5%")}))
	order := orderOf(goods("1", 1, "100.00"))
	order.Lines[0].GiveUp = dec("6.00")
	paid := calculate(t, cash, order, above("B", "A"))
	require.Equal(t, []string{"1 slots/1 B 4.00", "1 slots/2 A 5.00"}, entriesOf(paid))
	require.Equal(t, []string{"1 slots/1 B 94", "1 slots/2 A 47"}, entriesOf(inAsset(t, asset, paid, above("B", "A"))), "of the 94.00 that were paid")
}

func TestRule_4_40_AnAssetThatCannotWorkIsRefusedWithItsPath(t *testing.T) {
	simple := commission.Plan{Rates: rates("10%")}
	own := func(change func(*commission.Asset)) []commission.Asset {
		a := pointsAt("1", simple)
		change(&a)
		return []commission.Asset{a}
	}
	for _, c := range []struct {
		path   string
		assets []commission.Asset
	}{
		{"assets[0].code", own(func(a *commission.Asset) { a.Code = "" })},
		{"assets[0].code", own(func(a *commission.Asset) { a.Code = "CNY" })},
		{"assets[0].code", own(func(a *commission.Asset) { a.Scale = 19 })},
		{"assets[1].code", []commission.Asset{pointsAt("1", simple), pointsAt("2", simple)}},
		{"assets[0].ratio", own(func(a *commission.Asset) { a.Ratio.Decimal = dec("0") })},
		{"assets[0].ratio", own(func(a *commission.Asset) { a.Ratio.Decimal = dec("-1") })},
		{"assets[0].ratio", own(func(a *commission.Asset) { a.Ratio.Decimal = dec("0.00000000000000001") })},
		{"assets[0].commission.priceScale", own(func(a *commission.Asset) { a.Commission.PriceScale = 4 })},
		{"assets[0].commission.attribution", own(func(a *commission.Asset) { a.Commission.Attribution = []commission.Attribution{commission.Referrer} })},
		{"assets[0].commission.tenders", own(func(a *commission.Asset) { a.Commission.Tenders.Excluded = []string{} })},
		{"assets[0].commission.attributionAt", own(func(a *commission.Asset) { a.Commission.AttributionAt = commission.AtCreation })},
		{"assets[0].commission.graceMinutes", own(func(a *commission.Asset) { a.Commission.GraceMinutes = 30 })},
		{"assets[0].commission.contested", own(func(a *commission.Asset) { a.Commission.Contested = commission.PayNeither })},
		{"assets[0].commission.levelAt", own(func(a *commission.Asset) { a.Commission.LevelAt = commission.LevelAtRelease })},
		{"assets[0].commission.exchange", own(func(a *commission.Asset) { a.Commission.Exchange = commission.RefundExchange })},
		{"assets[0].campaigns[0].budget", own(func(a *commission.Asset) {
			a.Campaigns = []commission.Campaign{{Name: "x", Factor: dec("2"), Budget: decimal.NewNullDecimal(dec("100"))}}
		})},
		{"assets[0].campaigns[0].perCustomer", own(func(a *commission.Asset) {
			a.Campaigns = []commission.Campaign{{Name: "x", Factor: dec("2"), PerCustomer: decimal.NewNullDecimal(dec("100"))}}
		})},
		{"assets[0].commission.cap", own(func(a *commission.Asset) { a.Commission.Cap = commission.MustRate("1/unit") })},
		{"assets[0].campaigns[0].perOrder", own(func(a *commission.Asset) {
			a.Campaigns = []commission.Campaign{{Name: "x", Factor: dec("2"), PerOrder: decimal.NewNullDecimal(dec("0.5"))}}
		})},
		{"assets", make([]commission.Asset, commission.MaxAssets+1)},
	} {
		found := commission.Rules(nil).ValidateAssets(cny, simple, c.assets)
		require.True(t, slices.ContainsFunc(found, func(p commission.Problem) bool { return p.Path == c.path }), "%s: %v", c.path, found)
	}
	require.Empty(t, commission.Rules(nil).ValidateAssets(cny, simple, []commission.Asset{pointsAt("0.0000000000000001", simple).WithDefaults(simple.WithDefaults(cny))}),
		"18 decimals, and what its defaults are may be written")
}

func TestRule_4_40_AnAssetTakesOverHowOrdersAreJudged(t *testing.T) {
	plan := commission.Plan{
		Rates: rates("10%"), AttributionAt: commission.AtCreation, GraceMinutes: 30, Contested: commission.PayNeither, LevelAt: commission.LevelAtRelease,
		Exchange: commission.RefundExchange, CampaignAt: commission.AtCreation,
	}
	cash := newCalculator(t, plan)
	for _, same := range []commission.Asset{pointsAt("1", commission.Plan{Rates: rates("10%")}), pointsAt("1", plan)} {
		own := newAsset(t, cash, same).Plan()
		require.Equal(t, own, newAsset(t, cash, same.WithDefaults(cash.Plan())).Plan(), "what its defaults are may be written")
		own.CampaignAt = plan.CampaignAt // of its own campaigns
		require.Equal(t, []any{plan.AttributionAt, plan.GraceMinutes, plan.Contested, plan.LevelAt, plan.Exchange},
			[]any{own.AttributionAt, own.GraceMinutes, own.Contested, own.LevelAt, own.Exchange})
	}
	exchange := orderOf(goods("1", 1, "100.00"))
	exchange.Kind = commission.Exchange
	paid := calculate(t, cash, exchange, above("B"))
	require.Equal(t, []string{"1 slots/1 B 10.00"}, entriesOf(paid))
	require.Equal(t, []string{"1 slots/1 B 10"}, entriesOf(inAsset(t, newAsset(t, cash, pointsAt("1", commission.Plan{Rates: rates("10%")})), paid, above("B"))))
}

func TestRule_4_40_WhatIsCountedOverOrdersIsCash(t *testing.T) {
	cash := newCalculator(t, commission.Plan{Rates: rates("10%")}, commission.Campaign{Name: "double", Factor: dec("2"), Budget: decimal.NewNullDecimal(dec("50"))})
	order := orderOf(goods("1", 1, "100.00"))
	order.Used = []commission.Used{{Campaign: "double", Total: cny.Minor(4500)}}
	paid := calculate(t, cash, order, above("B"))
	require.Equal(t, []string{"1 slots/1 B 10.00"}, entriesOf(paid))
	require.Equal(t, []string{"1 slots/1 B 10"}, entriesOf(inAsset(t, newAsset(t, cash, pointsAt("1", commission.Plan{Rates: rates("10%")})), paid, above("B"))))
}

// genAsset draws an asset with a section of its own, beside cash.
func genAsset(t *rapid.T, cash *commission.Calculator) (commission.Asset, *commission.AssetCalculator) {
	c := genCases().Draw(t, "asset")
	a := commission.Asset{Code: "POINTS", Scale: c.cur.Scale(), Commission: c.plan, Campaigns: c.campaigns}
	a.Ratio = decimal.NewNullDecimal(dec(rapid.SampledFrom([]string{"1", "10", "0.5", "3", "0.0125", "1000", "7.77"}).Draw(t, "ratio")))
	a.Commission.PriceScale, a.Commission.Attribution, a.Commission.Tenders.Excluded = 0, nil, nil
	a.Commission.AttributionAt, a.Commission.GraceMinutes, a.Commission.Contested, a.Commission.LevelAt, a.Commission.Exchange = 0, 0, 0, 0, 0
	if a.Commission.Overflow == commission.RefusePlan {
		a.Commission.Overflow = commission.ProRata
	}
	for i := range a.Campaigns {
		if len(a.Commission.Fees) > 0 {
			a.Campaigns[i].PerOrder.Valid = false // as genCase.calculator does
		}
	}
	calc, err := everybodyRules.Asset(cash, a)
	if err != nil {
		a.Commission.Stacking = commission.StackMax
		calc, err = everybodyRules.Asset(cash, a)
	}
	skip[*commission.PlanError](t, err) // cash counts too finely for the ratio
	return a, calc
}

// skip gives up a draw for an error of one type, mostly an amount beyond range, and fails for any other.
func skip[E error](t *rapid.T, err error) {
	if err != nil {
		var of E
		require.ErrorAs(t, err, &of)
		t.Skip(err)
	}
}

// An asset pays what a programme in it would whose orders are those in cash times the ratio, at first and after any refund.
func TestRule_4_40_AnAssetPaysWhatAProgrammeInItWould(t *testing.T) {
	paying := 0
	rapid.Check(t, func(t *rapid.T) {
		cash, _ := genCases().Draw(t, "cash").calculator(t)
		asset, calc := genAsset(t, cash)
		alone := asset.WithDefaults(cash.Plan()).Commission
		programme, err := everybodyRules.New(money.MustCurrency("POINTS", asset.Scale), alone, asset.Campaigns...)
		require.NoError(t, err)
		require.Equal(t, programme.Plan(), calc.Plan())

		order, uplines := genOrders(cash.Price().Scale(), true).Draw(t, "order"), genUplines().Draw(t, "uplines")
		paid, err := cash.Calculate(order, uplines, nil)
		skip[*commission.OrderError](t, err)
		ratio := asset.Ratio.Decimal
		counted := *order
		counted.Freight, counted.Lines = decimal.Decimal{}, slices.Clone(order.Lines)
		for i := range counted.Lines {
			l := &counted.Lines[i]
			l.Amount, l.GiveUp, l.Rates = l.Amount.Sub(l.GiveUp).Mul(ratio), decimal.Decimal{}, nil
			l.Cost.Decimal, l.List.Decimal = l.Cost.Decimal.Mul(ratio), l.List.Decimal.Mul(ratio)
		}
		want, wrong := programme.Calculate(&counted, uplines, nil)
		got, err := calc.Calculate(calc.Order(paid), uplines, nil)
		require.Equal(t, wrong == nil, err == nil, "%v, %v", wrong, err)
		if err != nil {
			return
		}
		paying += got.Len()
		require.Equal(t, slices.Collect(want.Entries()), slices.Collect(got.Entries()))
		require.Equal(t, slices.Collect(want.Unpaid()), slices.Collect(got.Unpaid()))

		returned := genReturned(t, cash, paid.Freeze())
		back := slices.Clone(returned)
		for i := range back {
			if !back[i].Money.IsZero() {
				back[i].Money, err = programme.Price().Amount(back[i].Money.Decimal().Mul(ratio))
				skip[*money.RangeError](t, err)
			}
		}
		same, err := calc.Returned(returned)
		require.NoError(t, err)
		require.Equal(t, slices.Collect(targetOf(t, programme, want.Freeze(), back...).Entries()), slices.Collect(targetOf(t, calc.Calculator, got.Freeze(), same...).Entries()))
	})
	require.NotZero(t, paying)
}

// Whatever discount, tenders and what the seller gives up make of a line: where all of it has gone back in cash, the asset pays nothing.
func TestRule_4_40_WhatIsAllRefundedPaysNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cash, _ := genCases().Draw(t, "cash").calculator(t)
		_, calc := genAsset(t, cash)
		order, uplines := genOrders(cash.Price().Scale(), false).Draw(t, "order"), genUplines().Draw(t, "uplines")
		paid, err := cash.Calculate(order, uplines, nil)
		skip[*commission.OrderError](t, err)
		got, err := calc.Calculate(calc.Order(paid), uplines, nil)
		skip[*commission.OrderError](t, err)
		frozen := paid.Freeze()
		returned := make([]commission.Returned, len(frozen.Lines))
		for i := range frozen.Lines {
			line := &frozen.Lines[i]
			switch rapid.SampledFrom([]string{"units", "money", "both"}).Draw(t, "as") {
			case "units":
				returned[i] = commission.Returned{Units: line.Quantity, Valued: line.Quantity}
			case "money":
				returned[i].Money = cash.Left(line, commission.Returned{})
			case "both":
				returned[i] = commission.Returned{Units: line.Quantity, Money: cash.Left(line, commission.Returned{})}
			}
		}
		counted, err := calc.Returned(returned)
		skip[*commission.OrderError](t, err)
		require.Empty(t, slices.Collect(targetOf(t, calc.Calculator, got.Freeze(), counted...).Entries()))
	})
}
