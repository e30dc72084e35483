package commission_test

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

var fourGrades = []commission.LeaderLevel{{Level: "G1"}, {Level: "G2"}, {Level: "G3"}, {Level: "G4"}}

func gradePlan() commission.Plan {
	return commission.Plan{
		Differential: commission.Differential{Rates: map[partner.Level]commission.Rate{
			"G1": commission.MustRate("10%"), "G2": commission.MustRate("15%"), "G3": commission.MustRate("20%"), "G4": commission.MustRate("25%"),
		}},
		Peer: commission.Peer{Rate: commission.MustRate("10%")},
	}
}

func audit(t require.TestingT, plan commission.Plan, mix commission.Mix, campaigns ...commission.Campaign) commission.Audit {
	calc, err := commission.New(money.MustCurrency("CNY", 2), plan, campaigns...)
	require.NoError(t, err)
	a, err := calc.Audit(mix)
	require.NoError(t, err)
	return a
}

func finding(a commission.Audit, code string) []string {
	var texts []string
	for _, f := range a.Findings {
		if f.Code == code {
			texts = append(texts, f.Path+": "+f.Evidence)
		}
	}
	return texts
}

func TestAnAuditFindsTheChainThatPaysTheMost(t *testing.T) {
	a := audit(t, gradePlan(), commission.Mix{Levels: fourGrades})
	require.Len(t, a.Worst, 1)
	w := a.Worst[0]
	require.True(t, w.Exact)
	require.Equal(t, "0.275", w.Paid.String(), "25 % by differential, and a tenth of each part of it to a peer")
	require.Equal(t, "72.5", w.Margin.String())

	calc, err := commission.New(money.MustCurrency("CNY", 2), gradePlan())
	require.NoError(t, err)
	result, err := calc.Calculate(&commission.Order{PaidAt: w.PaidAt, Lines: []commission.Line{{Quantity: 1, Amount: dec("1000.00")}}}, w.Uplines, nil)
	require.NoError(t, err)
	total, err := result.Total()
	require.NoError(t, err)
	require.Equal(t, "275.00", total.Plain(), "the chain that is named reaches it")
}

func TestAnAuditCountsTheSlotsOfEachLevelAndTheCap(t *testing.T) {
	plan := commission.Plan{
		Rates:      rates("10%", "5%"),
		Levels:     map[partner.Level][]commission.Rate{"gold": rates("12%", "-")},
		LevelBonus: commission.LevelBonus{Rates: map[partner.Level][]commission.Rate{"gold": rates("-", "3%")}},
		Products:   map[string][]commission.Rate{"tea": rates("30%", "3.00/unit")},
		Cap:        commission.MustRate("30%"),
	}
	a := audit(t, plan, commission.Mix{
		Levels: []commission.LeaderLevel{{Level: "gold"}},
		Goods: []commission.Goods{
			{Price: dec("100.00"), Cost: decimal.NewNullDecimal(dec("75"))}, {Product: "tea", Price: dec("20.00"), Cost: decimal.NewNullDecimal(dec("15"))},
		},
	})
	require.Equal(t, "0.2", a.Worst[0].Paid.String(), "gold in both places: 12 % and 5 % + 3 %")
	require.Equal(t, "5", a.Worst[0].Margin.String())
	require.Equal(t, "0.45", a.Worst[1].Uncut.String(), "30 % and 3.00 of 20.00")
	require.Equal(t, "0.3", a.Worst[1].Paid.String())
	require.Equal(t, []string{": product tea: at a price of 20 and a cost of 15 the shop can lose 1 on a unit"}, finding(a, commission.FindMargin))
	require.Empty(t, finding(a, commission.FindPayout))
}

func TestAnAuditLooksIntoEveryCampaign(t *testing.T) {
	from, to := june, june.Add(time.Hour)
	a := audit(t, commission.Plan{Rates: rates("20%", "5%")}, commission.Mix{}, commission.Campaign{Name: "double", From: &from, To: &to, Factor: dec("2"), Slots: []int{1}})
	require.Equal(t, "0.45", a.Worst[0].Paid.String())
	require.True(t, a.Worst[0].PaidAt.Equal(from))
	require.Equal(t, []string{": other goods: up to 45% of the price is paid out, more than 30%"}, finding(a, commission.FindPayout))
}

func TestAnAuditCountsPeriodBonuses(t *testing.T) {
	a := audit(t, commission.Plan{Rates: rates("20%")}, commission.Mix{Bonuses: []commission.Bonus{
		{Name: "team", Ladder: &commission.Ladder{Steps: []commission.Step{{Rate: commission.MustRate("3%")}, {From: dec("1000"), Rate: commission.MustRate("6%")}}}},
		{Name: "pool", Pool: &commission.Pool{Rate: commission.MustRate("4%"), Partners: map[partner.ID]int64{"a": 1}}},
		{Name: "own", Tiers: &commission.Tiers{Steps: []commission.Step{{Rate: commission.MustRate("1%")}}}},
	}})
	require.Equal(t, "0.11", a.Periods.String())
	require.Equal(t, []string{": other goods: up to 31% of the price is paid out, more than 30%"}, finding(a, commission.FindPayout))
	require.Equal(t, []string{": ladder:team can pay somebody at any distance above a sale"}, finding(a, commission.FindUnlimitedDepth))
}

func TestAnAuditTakesOnlyTheNearestLeader(t *testing.T) {
	// Whoever stands on slot 2 at the best rate is a leader with a low team reward: he keeps it from the one above him.
	plan := commission.Plan{
		Rates: rates("10%", "1%"), Levels: map[partner.Level][]commission.Rate{"low": rates("-", "6%")},
		Team: commission.Team{Levels: map[partner.Level]commission.Rate{"low": commission.MustRate("1%"), "high": commission.MustRate("4%")}},
	}
	a := audit(t, plan, commission.Mix{Levels: []commission.LeaderLevel{{Level: "low", Leader: true}, {Level: "high", Leader: true}}})
	require.True(t, a.Worst[0].Exact)
	require.Equal(t, "0.17", a.Worst[0].Paid.String(), "10 % + 6 % + 1 %, and not 10 % + 6 % + 4 %")
}

func TestAnAuditSaysWhatAccountsOfOnesOwnBring(t *testing.T) {
	a := audit(t, commission.Plan{Rates: rates("10%", "5%")}, commission.Mix{})
	require.Equal(t, []string{"0.1 0", "0.15 0.05", "0.15 0.05", "0.15 0.05", "0.15 0.05"}, gains(a))
	require.Equal(t, ": by 2 accounts of his own one gets 15% of a sale, 5% more than by one", finding(a, commission.FindSplitting)[0])

	differential := gradePlan()
	differential.Peer = commission.Peer{}
	require.Empty(t, finding(audit(t, differential, commission.Mix{Levels: fourGrades}), commission.FindSplitting), "a differential pays one person once")
	require.NotEmpty(t, finding(audit(t, gradePlan(), commission.Mix{Levels: fourGrades}), commission.FindSplitting), "but his second account is his peer")
}

func gains(a commission.Audit) []string {
	var texts []string
	for _, s := range a.Split {
		texts = append(texts, s.Paid.String()+" "+s.Gain.String())
	}
	return texts
}

func TestAnAuditNamesWhatCannotBeReachedOrContradicts(t *testing.T) {
	a := audit(t, commission.Plan{
		Slots: 1, Rates: rates("40%", "5%"), Products: map[string][]commission.Rate{"tea": rates("10%")}, Excluded: commission.Excluded{Products: []string{"tea"}},
		Team: commission.Team{Rate: commission.MustRate("1%")}, SelfPurchase: commission.Own, Attribution: []commission.Attribution{commission.Owner}, Cap: commission.MustRate("30%"),
		Differential: commission.Differential{Rates: map[partner.Level]commission.Rate{"G1": commission.MustRate("2%"), "G2": commission.MustRate("1%")}},
	}, commission.Mix{Levels: fourGrades[:2]})
	require.Equal(t, []string{
		"commission.rates: 2 rates are given, and 1 slots are paid",
		"commission.products.tea: there are rates for goods that are excluded",
		"commission.team: no level makes a leader",
		"commission.selfPurchase: no order is attributed to its buyer",
	}, finding(a, commission.FindUnreachable))
	require.Equal(t, []string{
		"commission.differential.rates.G2: level G2 gets 1%, less than the 2% of level G1 below it",
		"commission.rates[0]: 40% alone is more than the cap of 30%",
	}, finding(a, commission.FindContradiction))
	require.Equal(t, []string{"commission.slots: slots paid by distance from the sale: 1 (the seller)"}, finding(a, commission.FindLevelsPaid))
	require.Equal(t, []string{": partners are paid from what those below them sell, by team, differential"}, finding(a, commission.FindDownlinePay))
	require.Equal(t, []string{": team, differential can pay somebody at any distance above a sale"}, finding(a, commission.FindUnlimitedDepth))
}

func TestAnAuditNeedsPrices(t *testing.T) {
	calc, err := commission.New(money.MustCurrency("CNY", 2), commission.Plan{Rates: rates("10%")})
	require.NoError(t, err)
	_, err = calc.Audit(commission.Mix{Goods: []commission.Goods{{}, {Price: dec("-1")}, {Price: dec("0.001")}}})
	require.ErrorContains(t, err, "lines[0].price")
	require.ErrorContains(t, err, "lines[1].price")
	require.ErrorContains(t, err, "lines[2].price")
}
