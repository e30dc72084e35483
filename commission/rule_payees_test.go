package commission_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
)

// Rules 4.x about who is paid.

// selfBought is an order that C places himself: A ← B ← C.
func selfBought(t *testing.T, plan commission.Plan, uplines ...string) *commission.Result {
	order := orderOf(goods("p", 1, "1000.00"))
	order.Customer = "C"
	return calculate(t, newCalculator(t, plan), order, above(uplines...))
}

func TestRule_4_16_ScenarioS02bABuyerTakesTheFirstSlotWhereThePlanSaysSo(t *testing.T) {
	paid := selfBought(t, commission.Plan{Rates: rates("10%", "5%", "2%"), SelfPurchase: commission.Own}, "C", "B", "A", "Z")
	require.Equal(t, []string{"p slots/1 C 100.00", "p slots/2 B 50.00", "p slots/3 A 20.00"}, entriesOf(paid))
}

func TestRule_4_17_ScenarioS02cOtherwiseHisUplinesShiftUp(t *testing.T) {
	paid := selfBought(t, commission.Plan{Rates: rates("10%", "5%", "2%")}, "C", "B", "A", "Z")
	require.Equal(t, []string{"p slots/1 B 100.00", "p slots/2 A 50.00", "p slots/3 Z 20.00"}, entriesOf(paid))
	require.Equal(t, 1, paid.Entry(0).Position, "the buyer has no place")
}

func TestRule_4_17_OrTheSlotIsSkippedOrNobodyIsPaid(t *testing.T) {
	paid := selfBought(t, commission.Plan{Rates: rates("10%", "5%", "2%"), SelfPurchase: commission.SkipSlot}, "C", "B", "A", "Z")
	require.Equal(t, []string{"p slots/2 B 50.00", "p slots/3 A 20.00"}, entriesOf(paid))
	require.Equal(t, []string{"p slots/1 C@1 self_purchase"}, unpaidOf(paid))

	paid = selfBought(t, commission.Plan{Rates: rates("10%", "5%", "2%"), SelfPurchase: commission.Nobody}, "C", "B", "A", "Z")
	require.Equal(t, []string{"p /0 @0 self_purchase"}, unpaidOf(paid))
	require.Zero(t, paid.Len())
}

func TestRule_4_17_SkipSlotKeepsTheBuyerOutOfEveryRule(t *testing.T) {
	plan := commission.Plan{
		Rates: rates("10%", "5%", "2%"), SelfPurchase: commission.SkipSlot, Missing: commission.ToTop,
		Differential: commission.Differential{Rates: map[partner.Level]commission.Rate{"g1": commission.MustRate("1%"), "g2": commission.MustRate("3%")}},
	}
	paid := selfBought(t, plan, "C:g2", "B:g1")
	require.Equal(t, []string{"p slots/2 B 50.00", "p slots/3 B 20.00", "p differential/0 B 10.00"}, entriesOf(paid))
	require.Equal(t, []string{"p slots/1 C@1 self_purchase"}, unpaidOf(paid))
	require.Empty(t, entriesOf(selfBought(t, plan, "C:g2")), "the buyer is not his own topmost upline")
}

// TestRule_4_18_ScenarioS07 also shows rule 1.15: who is frozen when an order is paid earns nothing from it.
func TestRule_4_18_ScenarioS07AFrozenPartnersSlot(t *testing.T) {
	order := orderOf(goods("p", 1, "500.00"))
	for _, c := range []struct {
		missing         commission.Missing
		entries, unpaid []string
	}{
		{commission.Forfeit, []string{"p slots/2 A 25.00"}, []string{"p slots/1 B@1 earning_frozen"}},
		{commission.Compress, []string{"p slots/1 A 50.00", "p slots/2 Z 25.00"}, []string{"p slots/1 B@1 earning_frozen"}},
		{commission.ToTop, []string{"p slots/1 Z 50.00", "p slots/2 A 25.00"}, []string{"p slots/1 B@1 earning_frozen"}},
	} {
		calc := newCalculator(t, commission.Plan{Rates: rates("10%", "5%"), Missing: c.missing})
		paid := calculate(t, calc, order, above("B#earning_frozen", "A", "Z"))
		require.Equal(t, c.entries, entriesOf(paid), c.missing)
		require.Equal(t, c.unpaid, unpaidOf(paid), c.missing)
	}
}

func TestRule_4_18_CompressPassesOverAnyNumberButNeverOverWhoEarns(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("10%", "5%", "2%"), Missing: commission.Compress})
	paid := calculate(t, calc, orderOf(goods("p", 1, "100.00")), above("F#candidate", "E", "D#not_partner", "C#earning_frozen", "B", "A#candidate"))
	require.Equal(t, []string{"p slots/1 E 10.00", "p slots/2 B 5.00"}, entriesOf(paid))
	require.Equal(t, []string{
		"p slots/1 F@1 candidate", "p slots/2 D@3 not_partner", "p slots/2 C@4 earning_frozen", "p slots/3 A@6 candidate", "p slots/3 @0 no_upline",
	}, unpaidOf(paid))
}

func TestRule_4_18_AnEmptySlotIsForfeitedOrGoesToTheTop(t *testing.T) {
	order := orderOf(goods("p", 1, "100.00"))
	paid := calculate(t, newCalculator(t, commission.Plan{Rates: rates("10%", "5%", "2%")}), order, above("B"))
	require.Equal(t, []string{"p slots/1 B 10.00"}, entriesOf(paid))
	require.Equal(t, []string{"p slots/2 @0 no_upline", "p slots/3 @0 no_upline"}, unpaidOf(paid))
	paid = calculate(t, newCalculator(t, commission.Plan{Rates: rates("10%", "5%", "2%"), Missing: commission.ToTop}), order, above("B", "A#candidate"))
	require.Equal(t, []string{"p slots/1 B 10.00", "p slots/2 B 5.00", "p slots/3 B 2.00"}, entriesOf(paid))
}

// s05 is the differential of scenario S05; its peer bonus is another rule.
func s05(t *testing.T) *commission.Calculator {
	return newCalculator(t, commission.Plan{Cap: commission.MustRate("30%"), Differential: commission.Differential{Rates: map[partner.Level]commission.Rate{
		"G1": commission.MustRate("10%"), "G2": commission.MustRate("15%"), "G3": commission.MustRate("20%"), "G4": commission.MustRate("25%"),
	}}})
}

func TestRule_4_20_ScenarioS05TheDifferentialPaysTheTopRateInAll(t *testing.T) {
	paid := calculate(t, s05(t), orderOf(goods("p", 1, "1000.00")), above("P1:G1", "P2:G1", "P3:G3", "P4:G2", "P5:G4"))
	require.Equal(t, []string{"p differential/0 P1 100.00", "p differential/0 P3 100.00", "p differential/0 P5 50.00"}, entriesOf(paid))
	require.Equal(t, "250.00", totalOf(t, paid))
	require.Equal(t, "5%", paid.Entry(2).Rate.String())
	require.Equal(t, "differential G4, at 25%", paid.Entry(2).Source.String())
}

func TestRule_4_21_ScenarioS05AnOvertakenUplineGetsNothing(t *testing.T) {
	paid := calculate(t, s05(t), orderOf(goods("p", 1, "1000.00")), above("P1:G1", "P2:G1", "P3:G3", "P4:G2", "P5:G4"))
	require.Equal(t, []string{"p differential/0 P2@2 overtaken", "p differential/0 P4@4 overtaken"}, unpaidOf(paid))
}

func TestRule_4_21_WhoEarnsNothingOvertakesNobody(t *testing.T) {
	paid := calculate(t, s05(t), orderOf(goods("p", 1, "1000.00")), above("P1#earning_frozen:G4", "P2", "P3:G1", "P4:unknown"))
	require.Equal(t, []string{"p differential/0 P3 100.00"}, entriesOf(paid))
	require.Equal(t, []string{"p differential/0 P1@1 earning_frozen", "p differential/0 P2@2 no_rate", "p differential/0 P4@4 no_rate"}, unpaidOf(paid))
}

func TestRule_4_23_TheNearestLeaderAboveTheSellerGetsAShareOfTheNet(t *testing.T) {
	plan := commission.Plan{Team: commission.Team{Rate: commission.MustRate("2%"), Levels: map[partner.Level]commission.Rate{"gold": commission.MustRate("3%")}}}
	order := orderOf(goods("p", 1, "200.00"))
	order.Discount, order.Freight = dec("50.00"), dec("20.00")
	for _, c := range []struct {
		uplines         []commission.Upline
		entries, unpaid []string
	}{
		{above("C", "B", "A!", "Z!"), []string{"p team/0 A 3.00"}, nil},
		{above("C", "B", "A:gold!"), []string{"p team/0 A 4.50"}, nil},
		{above("C!", "B", "A!"), []string{"p team/0 A 3.00"}, nil},
		{above("C!", "B"), nil, []string{"p team/0 @0 no_leader"}},
		{above("C", "B#candidate!", "A!"), nil, []string{"p team/0 B@2 candidate"}},
	} {
		paid := calculate(t, newCalculator(t, plan), order, c.uplines)
		require.Equal(t, c.entries, entriesOf(paid))
		require.Equal(t, c.unpaid, unpaidOf(paid))
	}
	plan.Missing = commission.Compress
	paid := calculate(t, newCalculator(t, plan), order, above("C", "B#candidate!", "A!"))
	require.Equal(t, []string{"p team/0 A 3.00"}, entriesOf(paid))
	require.Equal(t, []string{"p team/0 B@2 candidate"}, unpaidOf(paid))
}

func TestReachIsAllThatDecidesAnOrder(t *testing.T) {
	team := commission.Team{Rate: commission.MustRate("1%")}
	for _, c := range []struct {
		plan  commission.Plan
		reach int
	}{
		{commission.Plan{Rates: rates("1%", "1%")}, 3},
		{commission.Plan{Rates: rates("1%", "1%"), SelfPurchase: commission.Own}, 2},
		{commission.Plan{Rates: rates("1%", "1%"), SelfPurchase: commission.SkipSlot}, 2},
		{commission.Plan{SelfPurchase: commission.Nobody}, 1},
		{commission.Plan{Rates: rates("1%"), Missing: commission.Compress}, 0},
		{commission.Plan{Rates: rates("1%"), Missing: commission.ToTop}, 0},
		{commission.Plan{Rates: rates("1%"), Team: team}, 0},
		{commission.Plan{Differential: commission.Differential{Rates: map[partner.Level]commission.Rate{"g": commission.MustRate("1%")}}}, 0},
	} {
		require.Equal(t, c.reach, newCalculator(t, c.plan).Reach(""))
	}
}
