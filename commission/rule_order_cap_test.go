package commission_test

import (
	"fmt"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
)

// Rule 4.19 about the cap of an order, beside the caps of its lines.

func TestRule_4_19_TheOrdersCapCutsAllLinesProRataByLargestRemainder(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("15%", "5%"), OrderCap: commission.MustRate("10%")})
	paid := calculate(t, calc, orderOf(goods("p", 1, "1.11"), goods("q", 1, "2.22")), above("B", "A"))
	require.Equal(t, []string{"p slots/1 B 0.08", "p slots/2 A 0.03", "q slots/1 B 0.16", "q slots/2 A 0.06"}, entriesOf(paid),
		"0.17, 0.06, 0.33 and 0.11 within 0.33: 0.0837, 0.0296, 0.1625 and 0.0542")
	for e := range paid.Entries() {
		require.True(t, e.CutByOrder)
		require.False(t, e.Cut)
	}
}

func TestRule_4_19_TheOrdersCapCutsTheFarthestOfAllLinesFirst(t *testing.T) {
	plan := commission.Plan{Rates: rates("10%", "10%"), OrderCap: commission.MustRate("12.5%"), Overflow: commission.CutFarthest}
	paid := calculate(t, newCalculator(t, plan), orderOf(goods("p", 1, "100.00"), goods("q", 1, "100.00")), above("B", "A"))
	require.Equal(t, []string{"p slots/1 B 10.00", "p slots/2 A 5.00", "q slots/1 B 10.00"}, entriesOf(paid),
		"of two at the same place the one of the earlier line is kept")
	require.Equal(t, []string{"q slots/2 A@2 cut_by_order_cap"}, unpaidOf(paid))
	require.True(t, paid.Entry(1).CutByOrder)
	require.False(t, paid.Entry(0).CutByOrder)
}

func TestRule_4_19_TheOrdersCapComesAfterTheLines(t *testing.T) {
	plan := commission.Plan{
		Rates: rates("10%", "10%"), Products: map[string][]commission.Rate{"hot": rates("50%", "30%")}, Excluded: commission.Excluded{Products: []string{"gift"}},
		Cap: commission.MustRate("40%"), OrderCap: commission.MustRate("20%"), Overflow: commission.CutFarthest,
	}
	calc := newCalculator(t, plan)
	paid := calculate(t, calc, orderOf(goods("hot", 1, "100.00"), goods("p", 1, "100.00"), goods("gift", 1, "25.00")), above("B", "A"))
	require.Equal(t, []string{"hot slots/1 B 40.00", "p slots/1 B 5.00"}, entriesOf(paid), "the net of goods that pay nothing counts for the order's cap")
	require.Equal(t, []string{"hot slots/2 A@2 cut_by_cap", "p slots/2 A@2 cut_by_order_cap", "gift /0 @0 excluded"}, unpaidOf(paid))
	require.True(t, paid.Entry(0).Cut)
	require.False(t, paid.Entry(0).CutByOrder)
	require.True(t, paid.Entry(1).CutByOrder)

	target := targetOf(t, calc, paid.Freeze(), moneyBack("50.00"), units(0), units(1))
	require.Equal(t, []string{"hot slots/1 B 20.00", "p slots/1 B 10.00"}, entriesOf(target), "30.00 of the 150.00 that are left")
	require.Equal(t, []string{"hot slots/2 A@2 cut_by_cap", "p slots/2 A@2 cut_by_order_cap", "gift /0 @0 excluded"}, unpaidOf(target))
}

// TestRule_4_19_EachCapSaysWhatItCut where the order's cut an earlier line than the line's did.
func TestRule_4_19_EachCapSaysWhatItCut(t *testing.T) {
	plan := commission.Plan{
		Rates: rates("10%", "10%"), Products: map[string][]commission.Rate{"hot": rates("40%", "30%")}, Cap: commission.MustRate("40%"),
		OrderCap: commission.MustRate("25%"), Overflow: commission.CutFarthest,
	}
	paid := calculate(t, newCalculator(t, plan), orderOf(goods("p", 1, "100.00"), goods("hot", 1, "100.00")), above("B", "A"))
	require.Equal(t, []string{"p slots/1 B 10.00", "hot slots/1 B 40.00"}, entriesOf(paid))
	require.Equal(t, []string{"p slots/2 A@2 cut_by_order_cap", "hot slots/2 A@2 cut_by_cap"}, unpaidOf(paid))
}

// TestRule_4_19_WhatALossTakesBackIsNotSaidToBeCut: the cap had cut A's gain to nothing, and then his loss on the other line took everything back.
func TestRule_4_19_WhatALossTakesBackIsNotSaidToBeCut(t *testing.T) {
	plan := commission.Plan{
		Rates: rates("60%", "30%"), Products: map[string][]commission.Rate{"q": rates("0%", "30%")}, Base: commission.Profit, Loss: commission.FloorOrder,
		Cap: commission.MustRate("60%"), Overflow: commission.CutFarthest,
	}
	order := orderOf(costing(goods("p", 1, "100.00"), "0"), costing(goods("q", 1, "100.00"), "200.00"))
	paid := calculate(t, newCalculator(t, plan), order, above("B", "A"))
	require.Equal(t, []string{"p slots/1 B 60.00"}, entriesOf(paid))
	require.Equal(t, []string{"p slots/2 A@2 no_profit", "q slots/1 B@1 zero_rate", "q slots/2 A@2 no_profit"}, unpaidOf(paid))
}

func TestRule_4_19_TheOrdersCapRoundsDownAndALossLeavesRoom(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("50%"), OrderCap: commission.MustRate("33.3%")})
	paid := calculate(t, calc, orderOf(goods("p", 1, "1.00"), goods("q", 1, "1.00")), above("B"))
	require.Equal(t, []string{"p slots/1 B 0.33", "q slots/1 B 0.33"}, entriesOf(paid))

	signed := newCalculator(t, commission.Plan{Rates: rates("50%"), Base: commission.Profit, Loss: commission.Signed, OrderCap: commission.MustRate("10%")})
	paid = calculate(t, signed, orderOf(costing(goods("p", 1, "100.00"), "20.00"), costing(goods("q", 1, "100.00"), "110.00")), above("B"))
	require.Equal(t, []string{"p slots/1 B 25.00", "q slots/1 B -5.00"}, entriesOf(paid), "together 20.00")
}

func TestRule_4_19_ARefundRecomputesTheOrdersCap(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("10%", "5%"), OrderCap: commission.MustRate("10%")})
	frozen := calculate(t, calc, orderOf(goods("p", 3, "100.00"), goods("q", 1, "50.00")), above("B", "A")).Freeze()
	target := targetOf(t, calc, frozen, units(1))
	require.Equal(t, "11.66", totalOf(t, target), "a tenth of 116.666…, cut off")
	most, err := calc.OrderCapOf(&frozen, []commission.Returned{units(1)})
	require.NoError(t, err)
	require.Equal(t, "11.66 CNY", most.String())
	require.Zero(t, targetOf(t, calc, frozen, units(3), units(1)).Len())
	most, err = newCalculator(t, commission.Plan{Rates: rates("10%")}).OrderCapOf(&frozen, nil)
	require.NoError(t, err)
	require.Equal(t, "150.00 CNY", most.String(), "without a cap of its own it is the net")
}

func TestRule_4_19_APlanThatExceedsTheOrdersCapIsRefusedWithThePath(t *testing.T) {
	plan := commission.Plan{Rates: rates("10%", "5%"), OrderCap: commission.MustRate("15%"), Overflow: commission.RefusePlan}
	newCalculator(t, plan)
	says := requirePlanError(t, []string{"commission.rates"}, plan, campaign("more", "1.1"))
	require.Contains(t, says, "more than the order's cap of 15%")
	plan.Products = map[string][]commission.Rate{"p": rates("10.1%")}
	requirePlanError(t, []string{"commission.products.p"}, plan)
	requirePlanError(t, []string{"commission.orderCap"}, commission.Plan{OrderCap: commission.MustRate("1/unit")})
}

// TestRule_4_19_AnOrderIsNeverAboveItsCap after any refund, by any overflow policy, and no campaign adds more than its cap.
func TestRule_4_19_AnOrderIsNeverAboveItsCap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		calc, naive := genCases().Draw(t, "plan").calculator(t)
		order, uplines := withoutFacts(genOrders(calc.Price().Scale(), false).Draw(t, "order")), genUplines().Draw(t, "uplines")
		frozen := calculate(t, calc, order, uplines).Freeze()
		returned := genReturned(t, calc, frozen)
		total, err := targetOf(t, calc, frozen, returned...).Total()
		require.NoError(t, err)
		limit := new(big.Rat)
		for i, line := range frozen.Lines {
			limit.Add(limit, naive.left(line.Net.Decimal().Rat(), new(big.Rat), line.Quantity, returned[i]))
		}
		if calc.Plan().OrderCap.IsSet() {
			limit.Mul(limit, calc.Plan().OrderCap.Decimal().Rat())
		}
		require.LessOrEqual(t, total.Decimal().Rat().Cmp(limit), 0)
		most, err := calc.OrderCapOf(&frozen, returned)
		require.NoError(t, err)
		require.Zero(t, floorOf(minor(limit, naive.scale)).Num().Cmp(most.Units().Big(nil)), "OrderCapOf is that limit, cut off downwards")
	})
}

// TestRule_6_24_WhatOneCampaignAddsIsAtMostItsCap compares with the same plan without it, where nothing else cuts.
func TestRule_6_24_WhatOneCampaignAddsIsAtMostItsCap(t *testing.T) {
	cut := false
	rapid.Check(t, func(t *rapid.T) {
		plan := commission.Plan{Rates: rates("10%", "0.07/unit"), Rounding: commission.Rounding{
			Mode: money.Mode(rapid.IntRange(0, 2).Draw(t, "mode")), Scope: commission.Scope(rapid.IntRange(0, 1).Draw(t, "scope")),
		}}
		most := cny.Minor(rapid.Int64Range(1, 300).Draw(t, "most"))
		factor := rapid.SampledFrom([]string{"1.1", "2", "3"}).Draw(t, "factor")
		without, with := newCalculator(t, plan), newCalculator(t, plan, campaign("c", factor, perOrder(most.Plain())))
		order := orderOf()
		for i := range rapid.IntRange(1, 4).Draw(t, "lines") {
			quantity, amount := rapid.Int64Range(1, 9).Draw(t, "quantity"), cny.Minor(rapid.Int64Range(100, 3000).Draw(t, "amount"))
			order.Lines = append(order.Lines, goods(fmt.Sprint(i), quantity, amount.Plain()))
		}
		frozen, plainly := calculate(t, with, order, above("B", "A")).Freeze(), calculate(t, without, order, above("B", "A")).Freeze()
		returned := genReturned(t, with, frozen)
		got, base := targetOf(t, with, frozen, returned...), targetOf(t, without, plainly, returned...)
		sums := map[string]money.Amount{}
		for _, r := range []*commission.Result{got, base} {
			for e := range r.Entries() {
				amount := e.Amount
				if r == base {
					amount = amount.Neg()
				}
				sum, err := sums[string(e.Payee)].Add(amount)
				require.NoError(t, err)
				sums[string(e.Payee)], cut = sum, cut || e.CutByCampaign
				if e.Cut {
					return // one can lose under the cap of the line what another gets
				}
			}
		}
		for payee, added := range sums {
			require.False(t, added.Sign() < 0, "%s loses %s", payee, added)
			require.LessOrEqual(t, added.Units().Cmp(most.Units()), 0, "%s gets %s more", payee, added)
		}
	})
	require.True(t, cut)
}
