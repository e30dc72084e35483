package commission_test

import (
	"slices"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// Rules 4.x about what there can be to know of an order and its lines.

func listed(line commission.Line, list string) commission.Line {
	line.List = decimal.NewNullDecimal(dec(list))
	return line
}

func sold(line commission.Line, promotion string) commission.Line {
	line.Promotion = promotion
	return line
}

func netOf(t *testing.T, r *commission.Result) string {
	net, err := r.Net()
	require.NoError(t, err)
	return net.Plain()
}

func TestRule_4_10_PointsAndGiftCardsDoNotCount(t *testing.T) {
	order := orderOf(goods("p1", 1, "100.00"), goods("p2", 1, "50.00"))
	order.Discount = dec("30.00") // 20.00 and 10.00: 80.00 and 40.00 are left
	order.Tenders = []commission.Tender{{Kind: "points", Amount: dec("20.00")}, {Kind: "wechat", Amount: dec("96.00")}, {Kind: "gift-card", Amount: dec("4.00")}}
	paid := calculate(t, newCalculator(t, commission.Plan{Rates: rates("10%")}), order, above("B"))
	require.Equal(t, []string{"p1 slots/1 B 6.40", "p2 slots/1 B 3.20"}, entriesOf(paid), "24.00 go off as 16.00 and 8.00")
	require.Equal(t, "96.00", netOf(t, paid))

	all := newCalculator(t, commission.Plan{Rates: rates("10%"), Tenders: commission.Tenders{Excluded: []string{}}})
	require.Equal(t, []string{"p1 slots/1 B 8.00", "p2 slots/1 B 4.00"}, entriesOf(calculate(t, all, order, above("B"))), "an empty list excludes none")
	own := newCalculator(t, commission.Plan{Rates: rates("10%"), Tenders: commission.Tenders{Excluded: []string{"wechat"}}})
	require.Equal(t, []string{"p1 slots/1 B 1.60", "p2 slots/1 B 0.80"}, entriesOf(calculate(t, own, order, above("B"))))
}

func TestRule_4_10_TendersThatDoNotCountPayTheGoodsBeforeTheFreight(t *testing.T) {
	order := orderOf(goods("p1", 1, "100.00"))
	order.Freight, order.Tenders = dec("10.00"), []commission.Tender{{Kind: "points", Amount: dec("105.00")}}
	paid := calculate(t, newCalculator(t, commission.Plan{Rates: rates("10%")}), order, above("B"))
	require.Empty(t, entriesOf(paid))
	require.Equal(t, commission.NothingPaid, lineReason(paid, "p1"))
}

func TestRule_4_13_TheListPriceIsTheBaseAndWhatWasPaidTheCap(t *testing.T) {
	plan := commission.Plan{Rates: rates("10%", "5%"), Base: commission.ListPrice}
	order := orderOf(listed(goods("p1", 2, "100.00"), "120.00"), goods("p2", 1, "100.00"))
	calc := newCalculator(t, plan)
	paid := calculate(t, calc, order, above("B", "A"))
	require.Equal(t, []string{"p1 slots/1 B 12.00", "p1 slots/2 A 6.00"}, entriesOf(paid))
	require.Equal(t, price("120.00"), paid.Entry(0).Base)
	require.Equal(t, commission.NoListPrice, lineReason(paid, "p2"))

	frozen := paid.Freeze()
	one := targetOf(t, calc, frozen, commission.Returned{Units: 1, Valued: 1})
	require.Equal(t, []string{"p1 slots/1 B 6.00", "p1 slots/2 A 3.00"}, entriesOf(one), "the list price of the unit that stays")
	less := targetOf(t, calc, frozen, commission.Returned{Money: price("40.00")})
	require.Equal(t, []string{"p1 slots/1 B 12.00", "p1 slots/2 A 6.00"}, entriesOf(less), "money without units does not lower a list price")
	require.Zero(t, targetOf(t, calc, frozen, commission.Returned{Money: price("100.00")}).Len(), "but nothing is paid on what nothing was paid for")

	plan.Cap = commission.MustRate("12%")
	capped := calculate(t, newCalculator(t, plan), order, above("B", "A"))
	require.Equal(t, []string{"p1 slots/1 B 8.00", "p1 slots/2 A 4.00"}, entriesOf(capped), "18.00 are cut to 12 % of the 100.00 that were paid")
}

func TestRule_4_14_AGiftPaysNothing(t *testing.T) {
	gift := goods("p2", 1, "30.00")
	gift.Gift = true
	free := goods("p3", 1, "0")
	free.Gift = true
	paid := calculate(t, newCalculator(t, commission.Plan{Rates: rates("10%")}), orderOf(goods("p1", 1, "100.00"), gift, free), above("B"))
	require.Equal(t, []string{"p1 slots/1 B 10.00"}, entriesOf(paid))
	require.Equal(t, commission.GiftGoods, lineReason(paid, "p2"))
	require.Equal(t, commission.GiftGoods, lineReason(paid, "p3"), "that it is a gift says more than that nothing was paid")
}

func TestRule_4_15_APromotionJoinsInFullInPartOrNotAtAll(t *testing.T) {
	plan := commission.Plan{
		Rates: rates("10%", "3.00/unit"),
		Promotions: map[string]commission.Promotion{
			"flash": {Factor: decimal.NewNullDecimal(dec("0.8"))}, "clearance": {Excluded: true}, "spring": {},
		},
	}
	order := orderOf(
		sold(goods("p1", 2, "100.00"), "flash"), sold(goods("p2", 1, "100.00"), "clearance"), sold(goods("p3", 1, "100.00"), "spring"),
		sold(goods("p4", 1, "100.00"), "unknown"), goods("p5", 1, "100.00"))
	paid := calculate(t, newCalculator(t, plan), order, above("B", "A"))
	require.Equal(t, []string{
		"p1 slots/1 B 8.00", "p1 slots/2 A 4.80", "p3 slots/1 B 10.00", "p3 slots/2 A 3.00", "p4 slots/1 B 10.00", "p4 slots/2 A 3.00",
		"p5 slots/1 B 10.00", "p5 slots/2 A 3.00",
	}, entriesOf(paid), "eight tenths of a rate, and of an amount for each unit")
	require.Equal(t, commission.NotJoining, lineReason(paid, "p2"))
	require.Equal(t, &commission.Applied{Name: "flash", Factor: dec("0.8")}, paid.Entry(0).Promotion)
	require.Nil(t, paid.Entry(2).Promotion)

	calc := newCalculator(t, plan, commission.Campaign{Name: "double", Factor: dec("2")})
	both := calculate(t, calc, order, above("B"))
	require.Equal(t, "16.00", both.Entry(0).Amount.Plain(), "100.00 × 10 % × 2 × 0.8")
	half := targetOf(t, calc, both.Freeze(), commission.Returned{Units: 1, Valued: 1})
	require.Equal(t, "8.00", half.Entry(0).Amount.Plain(), "the factor is frozen with the order")
}

func TestRule_4_39_AKindOfOrderHasItsOwnRates(t *testing.T) {
	plan := commission.Plan{
		Rates: rates("10%", "5%"), SKUs: map[string][]commission.Rate{"s": rates("20%")},
		Kinds: map[commission.OrderKind]commission.Kind{commission.Recharge: {Rates: rates("1%")}, commission.Card: {Excluded: true}},
	}
	calc := newCalculator(t, plan)
	pays := func(kind commission.OrderKind) *commission.Result {
		own, line := goods("p2", 1, "100.00"), goods("p1", 1, "100.00")
		own.Rates, line.SKU = rates("7%"), "s"
		order := orderOf(line, own)
		order.Kind = kind
		return calculate(t, calc, order, above("B", "A"))
	}
	require.Equal(t, []string{"p1 slots/1 B 1.00", "p1 slots/2 A 5.00", "p2 slots/1 B 7.00", "p2 slots/2 A 5.00"}, entriesOf(pays(commission.Recharge)),
		"they come after the line's own and before the SKU's; a slot that they do not set is as it is")
	entry := pays(commission.Recharge).Entry(0)
	require.Equal(t, "kind recharge", entry.Source.String())
	ordinary := []string{"p1 slots/1 B 20.00", "p1 slots/2 A 5.00", "p2 slots/1 B 7.00", "p2 slots/2 A 5.00"}
	for _, kind := range []commission.OrderKind{"", commission.Service, commission.PreSale, "the shop's own"} {
		require.Equal(t, ordinary, entriesOf(pays(kind)), "%q has no entry", kind)
	}
	require.Empty(t, entriesOf(pays(commission.Card)))
	require.Equal(t, commission.ExcludedKind, lineReason(pays(commission.Card), "p1"))
}

func TestRule_4_39_GiftsAndExchangesPayNothingUnlessThePlanSaysSo(t *testing.T) {
	for kind, reason := range map[commission.OrderKind]partner.Reason{commission.GiftOrder: commission.GiftGoods, commission.Exchange: commission.Exchanged} {
		order := orderOf(goods("p", 1, "100.00"))
		order.Kind = kind
		paid := calculate(t, newCalculator(t, commission.Plan{Rates: rates("10%")}), order, above("B"))
		require.Equal(t, reason, lineReason(paid, "p"))
		require.Empty(t, entriesOf(paid))
		joins := newCalculator(t, commission.Plan{Rates: rates("10%"), Kinds: map[commission.OrderKind]commission.Kind{kind: {}}})
		require.Equal(t, []string{"p slots/1 B 10.00"}, entriesOf(calculate(t, joins, order, above("B"))))
		still := newCalculator(t, commission.Plan{Rates: rates("10%"), Kinds: map[commission.OrderKind]commission.Kind{kind: {Excluded: true}}})
		require.Equal(t, reason, lineReason(calculate(t, still, order, above("B")), "p"), "to say what holds anyway changes nothing")
	}
}

func TestRule_4_43_AnAbnormalOrderPaysNothingAndSaysWhy(t *testing.T) {
	order := orderOf(goods("p1", 1, "100.00"), goods("p2", 1, "100.00"))
	order.Bar = "brushing"
	calc := newCalculator(t, commission.Plan{Rates: rates("10%"), SelfPurchase: commission.Nobody})
	for _, uplines := range [][]commission.Upline{above("B"), above("buyer", "B"), nil} {
		paid := calculate(t, calc, order, uplines)
		require.Empty(t, entriesOf(paid))
		require.Equal(t, []string{"p1 /0 @0 brushing", "p2 /0 @0 brushing"}, unpaidOf(paid))
		require.Equal(t, "200.00", netOf(t, paid))
	}
}

func givingUp(line commission.Line, amount string) commission.Line {
	line.GiveUp = dec(amount)
	return line
}

func TestRule_2_05_TheSellerGivesUpHisOwnCommissionOnly(t *testing.T) {
	for _, scope := range []commission.Scope{commission.PerEntry, commission.PerOrder} {
		calc := newCalculator(t, commission.Plan{Rates: rates("10%", "5%"), Rounding: commission.Rounding{Scope: scope}})
		order := orderOf(givingUp(goods("p1", 3, "100.00"), "3.00"), givingUp(goods("p2", 1, "100.00"), "12.00"), goods("p3", 1, "100.00"))
		paid := calculate(t, calc, order, above("B", "A"))
		require.Equal(t, []string{
			"p1 slots/1 B 7.00", "p1 slots/2 A 5.00", "p2 slots/2 A 5.00", "p3 slots/1 B 10.00", "p3 slots/2 A 5.00",
		}, entriesOf(paid), "the uplines are paid on the original base; what he cannot bear is not taken from anybody")
		require.Equal(t, price("3.00"), *paid.Entry(0).GiveUp)
		require.Nil(t, paid.Entry(1).GiveUp)
		require.Nil(t, paid.Entry(3).GiveUp)
		require.Equal(t, []string{"p2 slots/1 B@1 given_up"}, unpaidOf(paid))
		require.Equal(t, "285.00", netOf(t, paid), "what the buyer paid")

		frozen, standing := paid.Freeze(), slices.Collect(paid.Entries())
		one := targetOf(t, calc, frozen, commission.Returned{Units: 1, Valued: 1})
		require.Equal(t, "4.67", one.Entry(0).Amount.Plain(), "10 % of 66.67 less two thirds of 3.00")
		changes, err := commission.Difference(standing, one)
		require.NoError(t, err)
		require.Equal(t, "-2.33", changes[0].Amount.Plain())
		require.Equal(t, "-1.00", changes[0].GiveUp.Plain())
		require.Equal(t, commission.Refunded, changes[0].Reason)

		nothing := targetOf(t, calc, frozen, commission.Returned{Money: price("97.00")}, commission.Returned{Units: 1, Valued: 1}, commission.Returned{Units: 1, Money: price("100.00")})
		require.Zero(t, nothing.Len(), "the buyer has back all that he paid")
		require.Equal(t, price("97.00"), calc.Left(&frozen.Lines[0], commission.Returned{}))
		changes, err = commission.Difference(append(standing, changes...), nothing)
		require.NoError(t, err)
		require.Equal(t, "-4.67", changes[0].Amount.Plain())
		require.Equal(t, "-2.00", changes[0].GiveUp.Plain())
	}
}

func TestRule_2_05_UnitsThatComeBackForMoneyTakeTheirPartOfWhatWasGivenUp(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("10%", "5%")})
	frozen := calculate(t, calc, orderOf(givingUp(goods("p", 2, "100.00"), "6.00")), above("B", "A")).Freeze()
	forMoney := targetOf(t, calc, frozen, commission.Returned{Units: 1, Money: price("47.00")})
	require.Equal(t, []string{"p slots/1 B 2.00", "p slots/2 A 2.50"}, entriesOf(forMoney), "47.00 is what a unit cost the buyer, and 50.00 what it is paid on")
	require.Equal(t, entriesOf(targetOf(t, calc, frozen, commission.Returned{Units: 1, Valued: 1})), entriesOf(forMoney))
	require.Equal(t, price("47.00"), calc.Left(&frozen.Lines[0], commission.Returned{Units: 1, Money: price("47.00")}))
}

func TestRule_2_05_GivingUpComesAfterTheCapAndIsNoCut(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("20%", "10%", "0.001%"), Cap: commission.MustRate("15%")})
	paid := calculate(t, calc, orderOf(givingUp(goods("p", 1, "100.00"), "4.00"), givingUp(goods("q", 1, "100.00"), "100.00")), above("B", "A", "Z"))
	require.Equal(t, []string{"p slots/1 B 6.00", "p slots/2 A 5.00"}, entriesOf(paid), "30.00 are cut to 10.00 and 5.00; all of q was given up, so that nothing was paid")
	require.True(t, paid.Entry(0).Cut)
	require.Equal(t, []string{"p slots/3 Z@3 rounds_to_zero", "q /0 @0 nothing_paid"}, unpaidOf(paid))

	cut := newCalculator(t, commission.Plan{Rates: rates("10%", "10%"), Cap: commission.MustRate("10%"), Overflow: commission.CutFarthest})
	gone := calculate(t, cut, orderOf(givingUp(goods("p", 1, "100.00"), "10.00")), above("B", "A"))
	require.Equal(t, []string{"p slots/1 B@1 given_up", "p slots/2 A@2 cut_by_cap"}, unpaidOf(gone), "that B gave his up leaves no more for A")
}

func TestRule_2_05_WhereLossesAreNettedNobodyGivesUpMoreThanHeHasOfTheOrder(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("50%"), Base: commission.Profit, Loss: commission.FloorOrder})
	order := orderOf(costing(givingUp(goods("p1", 1, "20.00"), "3.00"), "10.00"), costing(givingUp(goods("p2", 1, "10.00"), "1.00"), "18.00"))
	paid := calculate(t, calc, order, above("B"))
	require.Equal(t, []string{"p1 slots/1 B 4.00", "p2 slots/1 B -4.00"}, entriesOf(paid), "5.00 and -4.00 leave 1.00 to give up")
	require.Equal(t, price("1.00"), *paid.Entry(0).GiveUp)
	require.Nil(t, paid.Entry(1).GiveUp)
}

func TestRule_2_05_WhatIsGivenUpIsRoundedByThePlan(t *testing.T) {
	for mode, want := range map[money.Mode]string{money.HalfUp: "8.99", money.Down: "9.00"} {
		calc := newCalculator(t, commission.Plan{Rates: rates("10%"), PriceScale: 4, Rounding: commission.Rounding{Mode: mode}})
		paid := calculate(t, calc, orderOf(givingUp(goods("p", 1, "100.00"), "1.0050")), above("B"))
		require.Equal(t, want, paid.Entry(0).Amount.Plain())
	}
}

func TestFactsOfAnOrderAreExplained(t *testing.T) {
	plan := commission.Plan{Rates: rates("10%"), Promotions: map[string]commission.Promotion{"flash": {Factor: decimal.NewNullDecimal(dec("0.8"))}}}
	paid := calculate(t, newCalculator(t, plan), orderOf(sold(givingUp(goods("p", 1, "100.00"), "2.00"), "flash")), above("B"))
	x := commission.Explanation{Order: "o1", Plan: 1, Entry: paid.Entry(0)}
	require.Equal(t, "B: 6.00 CNY from line p of order o1: slot 1, 10% of 100.00 (default) × 0.8 (promotion flash), rounded half-up per entry, "+
		"less 2.00 CNY given up for the buyer; plan version 1", x.String())
	require.Equal(t, "B：6.00 CNY，来自订单 o1 商品行 p：第 1 层，10% × 100.00（默认比例），× 0.8（促销 flash），按笔四舍五入，减去让利 2.00 CNY；方案版本 1", x.Chinese())
}

func TestRule_4_17_WhatIsNoSaleInAnyOrderIsNoneWhereTheBuyersOwnPurchasesPayNobody(t *testing.T) {
	calc := newCalculator(t, commission.Plan{
		Rates: rates("10%"), SelfPurchase: commission.Nobody, Excluded: commission.Excluded{Products: []string{"p2"}},
		Promotions: map[string]commission.Promotion{"clearance": {Excluded: true}},
	})
	gift := goods("p4", 1, "30.00")
	gift.Gift = true
	order := orderOf(goods("p1", 1, "100.00"), goods("p2", 1, "100.00"), sold(goods("p3", 1, "100.00"), "clearance"), gift)
	order.Customer = "B"
	paid := calculate(t, calc, order, above("B"))
	for line, reason := range map[commission.LineID]partner.Reason{
		"p1": commission.SelfPurchased, "p2": commission.ExcludedGoods, "p3": commission.NotJoining, "p4": commission.GiftGoods,
	} {
		require.Equal(t, reason, lineReason(paid, line))
	}
}
