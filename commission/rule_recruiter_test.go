package commission_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
)

var recruiting = commission.Recruiter{Rate: commission.MustRate("3%"), Levels: map[partner.Level]commission.Rate{
	"gold": commission.MustRate("4%"), "fixed": commission.MustRate("0.50/unit"), "zero": commission.MustRate("0%"), "none": {},
}}

func TestRule_4_27_TheDirectRecruiterAloneGetsABonusOnEveryOrder(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("10%"), Recruiter: recruiting})
	order := orderOf(goods("p", 2, "100.00"))
	for _, c := range []struct {
		uplines              []commission.Upline
		entry, source, spent string
	}{
		{above("C", "B", "A"), "p recruiter/0 B 3.00", "recruiter", "13.00"},
		{above("C", "B:silver", "A:gold"), "p recruiter/0 B 3.00", "recruiter", "13.00"},
		{above("C:gold", "B:gold", "A"), "p recruiter/0 B 4.00", "recruiter gold", "14.00"},
		{above("C", "B:fixed"), "p recruiter/0 B 1.00", "recruiter fixed", "11.00"},
	} {
		paid := calculate(t, calc, order, c.uplines)
		require.Equal(t, []string{"p slots/1 C 10.00", c.entry}, entriesOf(paid))
		require.Empty(t, unpaidOf(paid))
		require.Equal(t, c.source, paid.Entry(1).Source.String())
		require.Equal(t, 2, paid.Entry(1).Position)
		require.Equal(t, c.spent, totalOf(t, paid))
	}
}

// TestRule_4_27_TheRecruitersBonusIsNeverPassedOn: where he earns nothing, or is nobody, it stays with the shop, whatever becomes of slots.
func TestRule_4_27_TheRecruitersBonusIsNeverPassedOn(t *testing.T) {
	for missing := range commission.Dynamic + 1 {
		calc := newCalculator(t, commission.Plan{Recruiter: recruiting, Missing: missing})
		for want, uplines := range map[string][]commission.Upline{
			"p recruiter/0 @0 no_upline":       above("C"),
			"p recruiter/0 B@2 earning_frozen": above("C", "B#earning_frozen:gold", "A:gold"),
			"p recruiter/0 B@2 candidate":      above("C#candidate", "B#candidate:zero", "A"),
			"p recruiter/0 B@2 zero_rate":      above("C", "B:zero", "A"),
			"p recruiter/0 B@2 no_rate":        above("C", "B:none", "A"),
		} {
			paid := calculate(t, calc, orderOf(goods("p", 1, "100.00")), uplines)
			require.Empty(t, entriesOf(paid))
			require.Equal(t, []string{want}, unpaidOf(paid), missing)
		}
		paid := calculate(t, calc, orderOf(goods("p", 1, "100.00")), above("C#earning_frozen", "B", "A"))
		require.Equal(t, []string{"p recruiter/0 B 3.00"}, entriesOf(paid), "that the seller earns nothing is not his recruiter's loss")
	}
}

// TestRule_4_27_WhoseRecruiterItIsWhereTheBuyerSellsToHimself also shows rules 4.16 and 4.17.
func TestRule_4_27_WhoseRecruiterItIsWhereTheBuyerSellsToHimself(t *testing.T) {
	for policy, want := range map[commission.SelfPurchase][]string{
		commission.ShiftUp:  {"p slots/1 B 100.00", "p slots/2 A 50.00", "p recruiter/0 A 30.00"}, // the seller is B
		commission.Own:      {"p slots/1 C 100.00", "p slots/2 B 50.00", "p recruiter/0 B 30.00"},
		commission.SkipSlot: {"p slots/2 B 50.00", "p recruiter/0 B 30.00"},
		commission.Nobody:   nil,
	} {
		plan := commission.Plan{Rates: rates("10%", "5%"), Recruiter: recruiting, SelfPurchase: policy}
		require.Equal(t, want, entriesOf(selfBought(t, plan, "C", "B", "A", "Z")), policy)
	}
	plan := commission.Plan{Recruiter: recruiting}
	require.Equal(t, []string{"p recruiter/0 @0 no_upline"}, unpaidOf(selfBought(t, plan, "C", "B")), "nobody recruited B")
}

func TestRule_4_27_ACampaignCanNameTheRecruitersBonus(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("10%"), Recruiter: recruiting},
		commission.Campaign{Name: "bring a friend", Factor: dec("2"), Rules: []string{commission.RuleRecruiter}})
	require.Equal(t, []string{"p slots/1 C 10.00", "p recruiter/0 B 6.00"}, entriesOf(calculate(t, calc, orderOf(goods("p", 1, "100.00")), above("C", "B"))))
}
