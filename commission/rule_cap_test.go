package commission_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
)

// Rule 4.19 about the cap and 6.23 about campaigns, which scenario S22 shows together.

func TestRule_4_19_ACapCutsProRataByLargestRemainder(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("15%", "5%"), Cap: commission.MustRate("10%")})
	paid := calculate(t, calc, orderOf(goods("p", 1, "1.11")), above("B", "A"))
	require.Equal(t, []string{"p slots/1 B 0.08", "p slots/2 A 0.03"}, entriesOf(paid), "0.17 and 0.06 within 0.11: 0.081 and 0.028")
	require.True(t, paid.Entry(0).Cut)
	require.True(t, paid.Entry(1).Cut)
}

func TestRule_4_19_ACapRoundsDown(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("50%"), Cap: commission.MustRate("33.3%")})
	require.Equal(t, []string{"p slots/1 B 0.66"}, entriesOf(calculate(t, calc, orderOf(goods("p", 1, "2.00")), above("B"))))

	calc = newCalculator(t, commission.Plan{Rates: rates("100%"), PriceScale: 3})
	require.Equal(t, []string{"p slots/1 B 1.99"}, entriesOf(calculate(t, calc, orderOf(goods("p", 1, "1.999")), above("B"))), "never above what was paid")
}

func TestRule_4_19_TheDefaultCapOfALineIsItsOwnNet(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("5.00/unit")})
	order := orderOf(goods("p1", 1, "1.00"), goods("p2", 1, "100.00"))
	require.Equal(t, []string{"p1 slots/1 B 1.00", "p2 slots/1 B 5.00"}, entriesOf(calculate(t, calc, order, above("B"))), "another line's net does not help")
	order.Discount = dec("50.50")
	require.Equal(t, []string{"p1 slots/1 B 0.50", "p2 slots/1 B 5.00"}, entriesOf(calculate(t, calc, order, above("B"))))
}

func TestRule_4_19_WhatTheCapCutsToNothingSaysSo(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("60%", "30%", "10%"), Cap: commission.MustRate("60%"), Overflow: commission.CutFarthest})
	paid := calculate(t, calc, orderOf(goods("p", 1, "10.00")), above("C", "B", "A"))
	require.Equal(t, []string{"p slots/1 C 6.00"}, entriesOf(paid))
	require.False(t, paid.Entry(0).Cut)
	require.Equal(t, []string{"p slots/2 B@2 cut_by_cap", "p slots/3 A@3 cut_by_cap"}, unpaidOf(paid))
	require.Equal(t, []string{"p slots/1 C 0.60"}, entriesOf(calculate(t, calc, orderOf(goods("p", 1, "1.00")), above("C", "B", "A"))))
}

func TestRule_4_19_CutFarthestKeepsTheNearestWhole(t *testing.T) {
	plan := commission.Plan{
		Rates: rates("10%", "10%", "10%"), Team: commission.Team{Rate: commission.MustRate("10%")}, Cap: commission.MustRate("25%"), Overflow: commission.CutFarthest,
	}
	paid := calculate(t, newCalculator(t, plan), orderOf(goods("p", 1, "100.00")), above("C", "B!", "A"))
	require.Equal(t, []string{"p slots/1 C 10.00", "p slots/2 B 10.00", "p team/0 B 5.00"}, entriesOf(paid), "at the same place the earlier rule comes first")
	require.Equal(t, []string{"p slots/3 A@3 cut_by_cap"}, unpaidOf(paid))
}

// s22 is the campaign of scenario S22: slot 1 doubles from 06-18 00:00 to 06-21 00:00, half-open.
func s22() commission.Campaign {
	from, to := time.Date(2025, 6, 18, 0, 0, 0, 0, time.UTC), time.Date(2025, 6, 21, 0, 0, 0, 0, time.UTC)
	return commission.Campaign{Name: "618", From: &from, To: &to, Factor: dec("2"), Slots: []int{1}}
}

func TestRule_6_23_ScenarioS22ACampaignIsHalfOpenOnThePayment(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("10%", "5%"), Cap: commission.MustRate("30%")}, s22())
	window := s22()
	for _, c := range []struct {
		paidAt       time.Time
		slot1, slot2 string
	}{
		{window.From.Add(-time.Millisecond), "50.00", "25.00"},
		{*window.From, "100.00", "25.00"},
		{window.To.Add(-time.Second), "100.00", "25.00"},
		{window.To.Add(-time.Millisecond), "100.00", "25.00"},
		{*window.To, "50.00", "25.00"},
		{window.To.In(time.FixedZone("east", 8*3600)), "50.00", "25.00"},
	} {
		order := orderOf(goods("p", 1, "500.00"))
		order.PaidAt = c.paidAt
		paid := calculate(t, calc, order, above("B", "A"))
		require.Equal(t, []string{"p slots/1 B " + c.slot1, "p slots/2 A " + c.slot2}, entriesOf(paid), c.paidAt)
		require.Equal(t, c.slot1 == "100.00", paid.Entry(0).Campaign != nil)
		require.Nil(t, paid.Entry(1).Campaign)
	}
}

func TestRule_4_19_ScenarioS22ACampaignBeyondTheCapIsCut(t *testing.T) {
	order := orderOf(goods("p", 1, "500.00"))
	order.PaidAt = time.Date(2025, 6, 19, 0, 0, 0, 0, time.UTC)
	for overflow, want := range map[commission.Overflow][]string{
		commission.ProRata:     {"p slots/1 B 128.57", "p slots/2 A 21.43"},
		commission.CutFarthest: {"p slots/1 B 150.00"},
	} {
		plan := commission.Plan{
			Rates: rates("10%", "5%"), Products: map[string][]commission.Rate{"p": rates("15%")}, Cap: commission.MustRate("30%"), Overflow: overflow,
		}
		require.Equal(t, want, entriesOf(calculate(t, newCalculator(t, plan, s22()), order, above("B", "A"))), overflow)
	}
}

func TestRule_6_23_TheLargestOfSeveralCampaignsApplies(t *testing.T) {
	plan := commission.Plan{Rates: rates("10%", "5%"), Team: commission.Team{Rate: commission.MustRate("1%")}}
	calc := newCalculator(t, plan,
		commission.Campaign{Name: "all slots", Factor: dec("1.5")},
		commission.Campaign{Name: "slot 2", Factor: dec("3"), Slots: []int{2}},
		commission.Campaign{Name: "less", Factor: dec("0.5")},
		commission.Campaign{Name: "team", Factor: dec("4"), Rules: []string{commission.RuleTeam}},
	)
	paid := calculate(t, calc, orderOf(goods("p", 1, "100.00")), above("B", "A!"))
	require.Equal(t, []string{"p slots/1 B 15.00", "p slots/2 A 15.00", "p team/0 A 4.00"}, entriesOf(paid))
	require.Equal(t, "all slots", paid.Entry(0).Campaign.Name)
	require.Equal(t, "slot 2", paid.Entry(1).Campaign.Name)
	require.Equal(t, "team", paid.Entry(2).Campaign.Name)
}

func TestRule_6_23_AFactorBelowOneLowers(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("10%")}, commission.Campaign{Name: "half", Factor: dec("0.5")})
	require.Equal(t, "5.00", totalOf(t, calculate(t, calc, orderOf(goods("p", 1, "100.00")), above("B"))))
}

func TestRule_6_23_AFactorMultipliesBeforeTheOneRounding(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("10%")}, commission.Campaign{Name: "triple", Factor: dec("3")})
	require.Equal(t, "0.01", totalOf(t, calculate(t, calc, orderOf(goods("p", 1, "0.04")), above("B"))), "0.004 × 3")
}

func TestRule_6_23_AFactorTimesARateBeyond64BitsIsExact(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("99.9999999999999999%")}, commission.Campaign{Name: "19 times", Factor: dec("19")})
	paid := calculate(t, calc, orderOf(goods("p", 1, "100.00")), above("B"))
	require.Equal(t, []string{"p slots/1 B 100.00"}, entriesOf(paid))
	require.True(t, paid.Entry(0).Cut)
}
