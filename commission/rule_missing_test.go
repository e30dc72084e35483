package commission_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
)

// Rule 4.18: what becomes of a slot whose holder is missing or earns nothing.

func TestRule_4_18_DynamicPassesOverThoseWhomTheSlotWouldPayNothing(t *testing.T) {
	plan := commission.Plan{Missing: commission.Dynamic, Levels: map[partner.Level][]commission.Rate{
		"bronze": rates("10%", "0%"), "silver": rates("10%", "5%"), "gold": rates("10%", "5%", "2%"),
	}}
	order := orderOf(goods("p", 1, "100.00"))
	for _, c := range []struct {
		uplines         []commission.Upline
		entries, unpaid []string
	}{
		{
			above("C:bronze", "B:bronze", "A:silver", "Z:silver", "Y:gold"),
			[]string{"p slots/1 C 10.00", "p slots/2 A 5.00", "p slots/3 Y 2.00"},
			[]string{"p slots/2 B@2 zero_rate", "p slots/3 Z@4 no_rate"},
		},
		{
			above("C#candidate:gold", "B", "A:bronze", "Z#earning_frozen:gold", "Y:gold"),
			[]string{"p slots/1 A 10.00", "p slots/2 Y 5.00"},
			[]string{"p slots/1 C@1 candidate", "p slots/1 B@2 no_rate", "p slots/2 Z@4 earning_frozen", "p slots/3 @0 no_upline"},
		},
		{ // nobody has slot 2: B, who would hold it, is named, and slot 3 goes on above him
			above("C:bronze", "B:bronze", "A:bronze", "Z:bronze"),
			[]string{"p slots/1 C 10.00"},
			[]string{"p slots/2 B@2 zero_rate", "p slots/3 A@3 no_rate"},
		},
		{above("C#candidate"), nil, []string{"p slots/1 C@1 candidate", "p slots/1 @0 no_upline", "p slots/2 @0 no_upline", "p slots/3 @0 no_upline"}},
		{nil, nil, []string{"p slots/1 @0 no_upline", "p slots/2 @0 no_upline", "p slots/3 @0 no_upline"}},
	} {
		paid := calculate(t, newCalculator(t, plan), order, c.uplines)
		require.Equal(t, c.entries, entriesOf(paid))
		require.Equal(t, c.unpaid, unpaidOf(paid))
	}
}

// TestRule_4_18_ASlotThatPaysNobodyDoesNotEndTheLine in any mode, which is mistake M06: the goods give slot 1 nothing, whoever holds it.
func TestRule_4_18_ASlotThatPaysNobodyDoesNotEndTheLine(t *testing.T) {
	for missing := range commission.Dynamic + 1 {
		for _, first := range []string{"0/unit", "0%", "-"} {
			calc := newCalculator(t, commission.Plan{Products: map[string][]commission.Rate{"p": rates(first, "5.00/unit")}, Missing: missing})
			paid := calculate(t, calc, orderOf(goods("p", 1, "100.00")), above("B", "A", "Z"))
			require.Equal(t, []string{"p slots/2 A 5.00"}, entriesOf(paid), missing)
		}
	}
}

// TestRule_4_18_DynamicNamesWhomItPassedOver: for each slot, those between its holder and the holder of the slot before.
func TestRule_4_18_DynamicNamesWhomItPassedOver(t *testing.T) {
	plan := commission.Plan{Missing: commission.Dynamic, Levels: map[partner.Level][]commission.Rate{"gold": rates("10%", "5%")}}
	paid := calculate(t, newCalculator(t, plan), orderOf(goods("p", 1, "100.00")), above("D", "C#candidate:gold", "B:gold", "A", "Z:gold"))
	require.Equal(t, []string{"p slots/1 B 10.00", "p slots/2 Z 5.00"}, entriesOf(paid))
	passed := func(i int) (who []partner.ID) {
		e := paid.Entry(i)
		for _, u := range paid.Freeze().PassedOver(&e) {
			who = append(who, u.Partner)
		}
		return who
	}
	require.Equal(t, []partner.ID{"D", "C"}, passed(0))
	require.Equal(t, []partner.ID{"A"}, passed(1))
}

// TestRule_4_18_EveryPolicyWithASelfPurchase: A ← B ← C, where C buys himself, B earns nothing, and Y and Z stand above.
func TestRule_4_18_EveryPolicyWithASelfPurchase(t *testing.T) {
	uplines := []string{"C", "B#earning_frozen", "A", "Z:none", "Y"}
	plan := commission.Plan{Rates: rates("10%", "5%", "2%"), Recruiter: commission.Recruiter{Rate: commission.MustRate("3%")}}
	plan.LevelBonus = commission.LevelBonus{Mode: commission.Replace, Rates: map[partner.Level][]commission.Rate{"none": rates("0%", "0%", "0%")}}
	bonus := "p recruiter/0 A 30.00" // B is the seller where C is left out
	for _, c := range []struct {
		self    commission.SelfPurchase
		missing commission.Missing
		want    []string
	}{
		{commission.ShiftUp, commission.Forfeit, []string{"p slots/2 A 50.00", bonus}},
		{commission.ShiftUp, commission.Compress, []string{"p slots/1 A 100.00", "p slots/3 Y 20.00", bonus}},
		{commission.ShiftUp, commission.ToTop, []string{"p slots/1 Y 100.00", "p slots/2 A 50.00", bonus}},
		{commission.ShiftUp, commission.Dynamic, []string{"p slots/1 A 100.00", "p slots/2 Y 50.00", bonus}},
		{commission.Own, commission.Forfeit, []string{"p slots/1 C 100.00", "p slots/3 A 20.00"}},
		{commission.Own, commission.Compress, []string{"p slots/1 C 100.00", "p slots/2 A 50.00"}},
		{commission.Own, commission.ToTop, []string{"p slots/1 C 100.00", "p slots/2 Y 50.00", "p slots/3 A 20.00"}},
		{commission.Own, commission.Dynamic, []string{"p slots/1 C 100.00", "p slots/2 A 50.00", "p slots/3 Y 20.00"}},
		{commission.SkipSlot, commission.Forfeit, []string{"p slots/3 A 20.00"}},
		{commission.SkipSlot, commission.Compress, []string{"p slots/2 A 50.00"}},
		{commission.SkipSlot, commission.ToTop, []string{"p slots/2 Y 50.00", "p slots/3 A 20.00"}},
		{commission.SkipSlot, commission.Dynamic, []string{"p slots/2 A 50.00", "p slots/3 Y 20.00"}},
	} {
		plan.SelfPurchase, plan.Missing = c.self, c.missing
		require.Equal(t, c.want, entriesOf(selfBought(t, plan, uplines...)), "%s, %s", c.self, c.missing)
	}
}

func TestRule_4_18_ALeaderWhoEarnsNothingIsPassedOverWhereHoldersAre(t *testing.T) {
	for missing, want := range map[commission.Missing][]string{
		commission.Forfeit: nil, commission.ToTop: nil, commission.Compress: {"p team/0 Z 2.00"}, commission.Dynamic: {"p team/0 Z 2.00"},
	} {
		calc := newCalculator(t, commission.Plan{Team: commission.Team{Rate: commission.MustRate("2%")}, Missing: missing})
		paid := calculate(t, calc, orderOf(goods("p", 1, "100.00")), above("B", "A#candidate!", "Z!"))
		require.Equal(t, want, entriesOf(paid), missing)
		require.Equal(t, []string{"p team/0 A@2 candidate"}, unpaidOf(paid), missing)
	}
}
