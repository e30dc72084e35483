package commission_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
)

// Rules 4.x about what a rate is taken of.

// s03 is scenario S03: three lines, a coupon of 30.00 and freight of 8.00.
func s03(t *testing.T) (*commission.Calculator, *commission.Order) {
	plan := commission.Plan{
		Rates: rates("10%", "5%"), Products: map[string][]commission.Rate{"p2": rates("3.00/unit", "1.00/unit")},
		Excluded: commission.Excluded{Products: []string{"p3"}},
	}
	order := orderOf(goods("p1", 1, "100.00"), goods("p2", 2, "119.80"), goods("p3", 3, "29.97"))
	order.Discount, order.Freight = dec("30.00"), dec("8.00")
	return newCalculator(t, plan), order
}

func TestRule_4_03_And_4_04_ScenarioS03MixesSharesFixedAmountsAndACoupon(t *testing.T) {
	calc, order := s03(t)
	paid := calculate(t, calc, order, above("B", "A"))
	require.Equal(t, []string{"p1 slots/1 B 8.80", "p1 slots/2 A 4.40", "p2 slots/1 B 6.00", "p2 slots/2 A 2.00"}, entriesOf(paid))
	require.Equal(t, map[string]string{"B": "14.80", "A": "6.40"}, earned(t, paid))
}

func TestRule_4_09_FreightIsNotCommissioned(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("10%", "5%")})
	order := orderOf(goods("p", 1, "199.00"))
	order.Freight = dec("10.00")
	paid := calculate(t, calc, order, above("B", "A"))
	require.Equal(t, []string{"p slots/1 B 19.90", "p slots/2 A 9.95"}, entriesOf(paid))
	require.Equal(t, price("199.00"), paid.Entry(0).Base)
}

func TestRule_4_11_TheDiscountIsSpreadByLargestRemainder(t *testing.T) {
	calc, order := s03(t)
	paid := calculate(t, calc, order, above("B", "A"))
	var nets []string
	for _, line := range paid.Freeze().Lines {
		nets = append(nets, line.Net.Plain())
	}
	require.Equal(t, []string{"87.99", "105.41", "26.37"}, nets)
	net, err := paid.Net()
	require.NoError(t, err)
	require.Equal(t, price("219.77"), net, "what the buyer pays for the goods: 227.77 less freight of 8.00")
}

func TestRule_4_11_TheDiscountIsSpreadAtThePriceScale(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("100%"), PriceScale: 4})
	order := orderOf(goods("p1", 1, "1.0001"), goods("p2", 1, "1.0001"), goods("p3", 1, "1.0001"))
	order.Discount = dec("1.0000")
	var nets []string
	for _, line := range calculate(t, calc, order, above("B")).Freeze().Lines {
		nets = append(nets, line.Net.Plain())
	}
	require.Equal(t, []string{"0.6667", "0.6668", "0.6668"}, nets)
}

// profitOrder is scenario S04: a line sold above cost and one below.
func profitOrder() *commission.Order {
	return orderOf(costing(goods("p1", 1, "240.00"), "180.00"), costing(goods("p2", 1, "150.00"), "180.00"))
}

func TestRule_4_12_ScenarioS04ALossIsFlooredPerLine(t *testing.T) {
	plan := commission.Plan{Rates: rates("30%", "10%"), Base: commission.Profit}
	paid := calculate(t, newCalculator(t, plan), profitOrder(), above("B", "A"))
	require.Equal(t, []string{"p1 slots/1 B 18.00", "p1 slots/2 A 6.00"}, entriesOf(paid))
	require.Equal(t, []string{"p2 slots/1 B@1 no_profit", "p2 slots/2 A@2 no_profit"}, unpaidOf(paid))
	require.Equal(t, price("60.00"), paid.Entry(0).Base)

	onAmount := calculate(t, newCalculator(t, commission.Plan{Rates: rates("10%")}), profitOrder(), above("B"))
	require.Equal(t, "39.00", totalOf(t, onAmount))
}

func TestRule_4_12_OtherLossPoliciesNetWithinTheOrderOrPayLosses(t *testing.T) {
	plan := commission.Plan{Rates: rates("30%", "10%"), Base: commission.Profit, Loss: commission.FloorOrder}
	netted := calculate(t, newCalculator(t, plan), profitOrder(), above("B", "A"))
	require.Equal(t, map[string]string{"B": "9.00", "A": "3.00"}, earned(t, netted))

	loss := profitOrder()
	loss.Lines[0].Cost = costing(loss.Lines[0], "220.00").Cost
	floored := calculate(t, newCalculator(t, plan), loss, above("B", "A"))
	require.Empty(t, entriesOf(floored), "20.00 of profit and 30.00 of loss")
	require.Equal(t, []string{"p1 slots/1 B@1 no_profit", "p1 slots/2 A@2 no_profit", "p2 slots/1 B@1 no_profit", "p2 slots/2 A@2 no_profit"}, unpaidOf(floored))

	plan.Loss = commission.Signed
	signed := calculate(t, newCalculator(t, plan), loss, above("B", "A"))
	require.Equal(t, []string{"p1 slots/1 B 6.00", "p1 slots/2 A 2.00", "p2 slots/1 B -9.00", "p2 slots/2 A -3.00"}, entriesOf(signed))
	require.Equal(t, price("-30.00"), signed.Entry(2).Base)
}

func TestRule_4_12_CentsThatRoundUpMakeNoProfitOfALoss(t *testing.T) {
	plan := commission.Plan{Rates: rates("10%"), Base: commission.Profit, Loss: commission.FloorOrder}
	line := func(id, cost string) commission.Line { return costing(goods(id, 1, "1.00"), cost) }
	loss := orderOf(line("p1", "0.95"), line("p2", "0.95"), line("p3", "1.12"))
	require.Empty(t, entriesOf(calculate(t, newCalculator(t, plan), loss, above("B"))), "0.005 + 0.005 - 0.012, though 0.01 + 0.01 - 0.01 in cents")
	profit := orderOf(line("p1", "0.96"), line("p2", "0.96"), line("p3", "0.96"), line("p4", "1.05"))
	require.Empty(t, entriesOf(calculate(t, newCalculator(t, plan), profit, above("B"))), "3 × 0.004 - 0.005, though 0.00 - 0.01 in cents")
}

func TestRule_4_12_AnOrderThatIsFlooredNeverFallsBelowZeroByItsCap(t *testing.T) {
	plan := commission.Plan{Rates: rates("50%"), Base: commission.Profit, Loss: commission.FloorOrder, Cap: commission.MustRate("10%")}
	paid := calculate(t, newCalculator(t, plan), orderOf(costing(goods("p1", 1, "10.00"), "0"), costing(goods("p2", 1, "1.00"), "5.00")), above("B"))
	require.Empty(t, entriesOf(paid), "the cap leaves 1.00 of the profit's 5.00, less than the loss's 2.00")
}

func TestRule_4_12_ALossGivesRoomUnderTheCapButIsNeverCut(t *testing.T) {
	order := orderOf(costing(goods("p", 1, "1.00"), "5.00"))
	order.Lines[0].Rates = rates("1.00/unit", "10%", "1.00/unit")
	for overflow, want := range map[commission.Overflow][]string{
		commission.ProRata:     {"p slots/1 C 0.70", "p slots/2 B -0.40", "p slots/3 A 0.70"},
		commission.CutFarthest: {"p slots/1 C 1.00", "p slots/2 B -0.40", "p slots/3 A 0.40"},
	} {
		plan := commission.Plan{Slots: 3, Base: commission.Profit, Loss: commission.Signed, Overflow: overflow}
		require.Equal(t, want, entriesOf(calculate(t, newCalculator(t, plan), order, above("C", "B", "A"))))
	}
}

func TestRule_4_12_WithoutACostThereIsNoProfitToShare(t *testing.T) {
	plan := commission.Plan{Rates: rates("30%"), Base: commission.Profit}
	paid := calculate(t, newCalculator(t, plan), orderOf(goods("p1", 1, "240.00"), costing(goods("p2", 1, "10.00"), "0")), above("B"))
	require.Equal(t, commission.NoCost, lineReason(paid, "p1"))
	require.Equal(t, []string{"p2 slots/1 B 3.00"}, entriesOf(paid), "a cost of 0 is a cost")
}

func TestRule_4_43_EveryLineThatPaysNothingSaysWhy(t *testing.T) {
	calc, order := s03(t)
	paid := calculate(t, calc, order, above("B", "A"))
	require.Equal(t, []string{"p3 /0 @0 excluded"}, unpaidOf(paid))

	plan := commission.Plan{Rates: rates("10%"), Excluded: commission.Excluded{SKUs: []string{"s"}, Categories: []string{"c"}}}
	order = orderOf(goods("p1", 1, "1.00"), goods("p2", 1, "1.00"), goods("p3", 1, "0.00"))
	order.Lines[0].SKU, order.Lines[1].Category = "s", "c"
	paid = calculate(t, newCalculator(t, plan), order, above("B"))
	require.Equal(t, []string{"p1 /0 @0 excluded", "p2 /0 @0 excluded", "p3 /0 @0 nothing_paid"}, unpaidOf(paid))

	nobody := calculate(t, calc, orderOf(goods("p1", 1, "1.00")), nil)
	require.Equal(t, []string{"p1 slots/1 @0 no_upline", "p1 slots/2 @0 no_upline"}, unpaidOf(nobody))
	require.Zero(t, nobody.Len())
}
