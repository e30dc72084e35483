package commission_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
)

func TestRule_4_22_TheIncomeNamesRulesThatThePlanHasAndThatComeBefore(t *testing.T) {
	plan := commission.Plan{
		Rates: rates("10%"), Recruiter: commission.Recruiter{Rate: commission.MustRate("1%")},
		Fees: []commission.Fee{{Name: "platform", Payee: "F", Rate: commission.MustRate("1%")}},
	}
	for _, c := range []struct {
		income []string
		path   string
		says   string
	}{
		{[]string{"slots", "peer"}, "commission.peer.income[1]", "a peer bonus is no income for another: it would pay itself"},
		{[]string{"slot"}, "commission.peer.income[0]", `the plan has no rule "slot"; it has ["slots" "recruiter" "peer" "fee"]`},
		{[]string{"differential"}, "commission.peer.income[0]", `the plan has no rule "differential"`},
		{[]string{"slots", "recruiter", "slots"}, "commission.peer.income[2]", "slots stands twice"},
		{[]string{"fee"}, "commission.peer.income[0]", "fee is paid after the peers"},
	} {
		plan.Peer = peersAt("10%")
		plan.Peer.Income = c.income
		require.Contains(t, requirePlanError(t, []string{c.path}, plan), c.path+": "+c.says)
	}
	plan.Peer.Income = []string{"recruiter", "slots"}
	newCalculator(t, plan)

	// Where the plan has neither of the defaults, it has to say what counts.
	requirePlanError(t, []string{"commission.peer.income[0]"}, commission.Plan{Team: commission.Team{Rate: commission.MustRate("1%")}, Peer: peersAt("10%")})
	newCalculator(t, commission.Plan{Peer: commission.Peer{Income: []string{"peer"}, First: 99}}) // a section that pays none says nothing
}

func TestRule_4_22_WhatIsWrongWithPeersIsNamed(t *testing.T) {
	plan := commission.Plan{Rates: rates("10%")}
	plan.Peer = commission.Peer{
		Rate: commission.MustRate("1/unit"), Levels: map[partner.Level]commission.Rate{"g 1": commission.MustRate("2/unit"), "g2": {}, "g3": commission.MustRate("1%")}, First: 11,
	}
	says := requirePlanError(t, []string{"commission.peer.first", "commission.peer.rate", `commission.peer.levels["g 1"]`, "commission.peer.levels.g2"}, plan)
	require.Contains(t, says, "from 1 to 10 peers are paid, not 11")
	require.Contains(t, says, `commission.peer.rate: a share of an income is paid, such as "10%", not 1/unit`)
	require.Contains(t, says, `commission.peer.levels.g2: a share of an income is paid, such as "10%", not -`)
	plan.Peer.First, plan.Peer.Of = -1, 2
	requirePlanError(t, []string{"commission.peer.of", "commission.peer.first"}, plan)
	plan.Peer.First, plan.Peer.Of = 10, commission.OfOrder
	newCalculator(t, plan)

	plan = commission.Plan{Team: commission.Team{Rate: commission.MustRate("1/unit"), Levels: byLevel(map[string]string{"g": "1/unit"}), Mode: commission.EveryLeader}}
	says = requirePlanError(t, []string{"commission.team.rate", "commission.team.levels.g"}, plan)
	require.Contains(t, says, `the differential is between shares, such as "10%", not 1/unit`)
	plan.Team.Mode = 2
	requirePlanError(t, []string{"commission.team.mode"}, plan)
	plan.Team.Mode = commission.Nearest
	newCalculator(t, plan)
}

// TestRule_4_22_PeersWithTooManyDigitsAreRefused: what a rate and a share of it make has to be exact.
func TestRule_4_22_PeersWithTooManyDigitsAreRefused(t *testing.T) {
	slots := func(share string, own ...string) commission.Plan {
		return commission.Plan{Rates: rates(own...), Slots: len(own), Peer: peersAt(share)}
	}
	of := func(rule, share string, change func(*commission.Plan)) commission.Plan {
		plan := commission.Plan{Peer: peersAt(share)}
		plan.Peer.Income = []string{rule}
		change(&plan)
		return plan
	}
	long := "12.3456789%" // 9 decimals
	for _, c := range []struct {
		paths []string
		plan  commission.Plan
	}{
		{nil, slots(long, "1%", long)},
		{[]string{"commission.rates[1]"}, slots(long, "1%", "12.34567891%")},
		{[]string{"commission.rates[0]", "commission.rates[2]"}, slots("10%", "0.0000000000000001%", "1%", "99.9999999999999999%")},
		{nil, slots("100%", "0.0000000000000001%", "99.9999999999999999%")},
		{nil, slots("10%", "0.0000001/unit", "900000000/unit")},
		{[]string{"commission.rates[0]", "commission.rates[1]"}, slots("10%", "0.00000001/unit", "900000001/unit")},
		{[]string{"commission.rates[0]"}, slots("12.3456789%", "999999999999999999/unit")},
		{nil, of("differential", long, func(p *commission.Plan) { p.Differential.Rates = byLevel(map[string]string{"g": long}) })},
		{[]string{"commission.peer.income[0]"}, of("differential", "1%", func(p *commission.Plan) {
			p.Differential.Rates = byLevel(map[string]string{"g": "10%", "h": "0.000000000000001%"})
		})},
		{[]string{"commission.peer.income[0]"}, of("team", "50%", func(p *commission.Plan) { p.Team.Rate = commission.MustRate("999999999999999999/unit") })},
		{[]string{"commission.peer.income[0]"}, of("recruiter", "1%", func(p *commission.Plan) {
			p.Recruiter.Levels = byLevel(map[string]string{"g": "0.0000001/unit"})
		})},
	} {
		if c.paths == nil {
			newCalculator(t, c.plan)
			continue
		}
		require.Contains(t, requirePlanError(t, c.paths, c.plan), "has more than 18 decimals or, as an amount for each unit, more than 8 or is above 90,000,000")
	}

	order := commission.Plan{Rates: rates("1%"), Peer: commission.Peer{Of: commission.OfOrder}}
	order.Peer.Rate = commission.MustRate("90000000.00000001/unit")
	order.Peer.Levels = byLevel(map[string]string{"g": "0.000000001/unit", "h": "0.00000001/unit", "i": "0.0000000000000001%"})
	requirePlanError(t, []string{"commission.peer.rate", "commission.peer.levels.g"}, order)
	order.Peer.Rate, order.Peer.Levels["g"] = commission.MustRate("90000000/unit"), commission.MustRate("1%")
	newCalculator(t, order)
}

// TestRule_4_22_ALineWhoseRatesPeersCannotShareIsRefused, where they count.
func TestRule_4_22_ALineWhoseRatesPeersCannotShareIsRefused(t *testing.T) {
	plan := commission.Plan{Rates: rates("10%", "5%"), Peer: peersAt("10%")}
	order := orderOf(goods("p", 1, "100.00"))
	order.Lines[0].Rates = rates("1%", "0.0000000000000001%")
	result, err := newCalculator(t, plan).Calculate(order, above("B:g", "A"), nil)
	var e *commission.OrderError
	require.ErrorAs(t, err, &e)
	require.Len(t, e.Problems, 1)
	require.Equal(t, "lines[0].rates[1]", e.Problems[0].Path)
	require.Contains(t, e.Problems[0].Message, "0.0000000000000001% with the peer bonus has more than 18 decimals")
	require.Zero(t, result.Len())

	plan.LineRates = commission.IgnoreLineRates
	require.Equal(t, map[string]string{"B": "10.00", "A": "5.00"}, earned(t, calculate(t, newCalculator(t, plan), order, above("B:g", "A"))))
	plan.LineRates, plan.Peer.Of = commission.AllowLineRates, commission.OfOrder
	require.Equal(t, map[string]string{"B": "1.00"}, earned(t, calculate(t, newCalculator(t, plan), order, above("B:g", "A"))))
}

// TestRule_4_19_ThePeersOfARefusingPlanCountWhatTheyCanGet: at the cap the plan is accepted, a hair below it is not.
func TestRule_4_19_ThePeersOfARefusingPlanCountWhatTheyCanGet(t *testing.T) {
	of := func(base commission.PeerBase, first int, income ...string) commission.Peer {
		return commission.Peer{Rate: commission.MustRate("10%"), First: first, Of: base, Income: income}
	}
	levels := func(b commission.Peer, texts map[string]string) commission.Peer {
		b.Levels = byLevel(texts)
		return b
	}
	double := commission.Campaign{Name: "double", Factor: dec("2"), Rules: []string{"peer"}}
	team := commission.Team{Levels: byLevel(map[string]string{"a": "1%", "b": "2%", "c": "2%", "d": "5%"}), Mode: commission.EveryLeader}
	for name, c := range map[string]struct {
		plan      commission.Plan
		campaigns []commission.Campaign
		cap       string
		below     string
	}{
		"slots":                  {commission.Plan{Rates: rates("10%", "5%"), Peer: of(commission.OfIncome, 1)}, nil, "16.5%", "16.4999%"},
		"first two":              {commission.Plan{Rates: rates("10%", "5%"), Peer: of(commission.OfIncome, 2)}, nil, "18%", "17.9999%"},
		"a campaign":             {commission.Plan{Rates: rates("10%", "5%"), Peer: of(commission.OfIncome, 1)}, []commission.Campaign{double}, "18%", "17.9999%"},
		"of the order":           {commission.Plan{Rates: rates("10%", "5%"), Peer: of(commission.OfOrder, 1)}, nil, "35%", "34.9999%"},
		"a slot without a rate":  {commission.Plan{Rates: rates("10%"), Slots: 3, Peer: of(commission.OfOrder, 1)}, nil, "20%", "19.9999%"},
		"an amount per unit":     {commission.Plan{Rates: rates("10%"), Peer: commission.Peer{Rate: commission.MustRate("5/unit"), Of: commission.OfOrder}}, nil, "10%", "9.9999%"},
		"income per unit":        {commission.Plan{Rates: rates("3/unit", "5%"), Peer: of(commission.OfIncome, 1)}, nil, "5.5%", "5.4999%"},
		"a differential":         {commission.Plan{Differential: grades(), Peer: of(commission.OfIncome, 1)}, nil, "27.5%", "27.4999%"},
		"its levels":             {commission.Plan{Differential: grades(), Peer: levels(of(commission.OfIncome, 1), map[string]string{"G1": "60%", "G3": "20%", "G4": "0%"})}, nil, "33%", "32.9999%"}, // 6 % of the first 10 %, 2 % of the next 10 %
		"a differential's order": {commission.Plan{Differential: grades(), Peer: of(commission.OfOrder, 1)}, nil, "65%", "64.9999%"},
		"every leader":           {commission.Plan{Team: team, Peer: of(commission.OfIncome, 1, "team")}, nil, "5.5%", "5.4999%"},
		"every leader's order":   {commission.Plan{Team: team, Peer: levels(of(commission.OfOrder, 1, "team"), map[string]string{"c": "30%"})}, nil, "55%", "54.9999%"},
		"the nearest leader": {commission.Plan{
			Team: commission.Team{Rate: commission.MustRate("4%"), Levels: byLevel(map[string]string{"a": "6%"})}, Peer: levels(of(commission.OfIncome, 1, "team"), map[string]string{"b": "20%"}),
		}, nil, "6.8%", "6.7999%"}, // 6 % and 20 % of 4 %
		"the recruiter's order": {commission.Plan{Recruiter: commission.Recruiter{Rate: commission.MustRate("4%")}, Peer: of(commission.OfOrder, 2, "recruiter")}, nil, "24%", "23.9999%"},
		"the level that a slot pays best": {commission.Plan{
			Rates: rates("10%"), Levels: map[partner.Level][]commission.Rate{"a": rates("20%")}, Peer: levels(of(commission.OfIncome, 1), map[string]string{"a": "0%", "b": "50%"}),
		}, nil, "25%", "24.9999%"}, // 20 %, and 50 % of 10 %
		"a bonus": {commission.Plan{
			Rates: rates("10%"), LevelBonus: commission.LevelBonus{Rates: map[partner.Level][]commission.Rate{"a": rates("5%")}},
			Peer: levels(of(commission.OfIncome, 1), map[string]string{"a": "20%"}),
		}, nil, "18%", "17.9999%"},
		"a level": {commission.Plan{
			Rates: rates("10%"), Levels: map[partner.Level][]commission.Rate{"a": rates("20%")}, Peer: of(commission.OfIncome, 1),
		}, nil, "22%", "21.9999%"},
		"a partner": {commission.Plan{
			Rates: rates("10%"), Partners: map[partner.ID][]commission.Rate{"B": rates("20%")}, Peer: of(commission.OfIncome, 1),
		}, nil, "22%", "21.9999%"},
		"a level with a bonus": {commission.Plan{
			Rates: rates("10%"), LevelBonus: commission.LevelBonus{Rates: map[partner.Level][]commission.Rate{"a": rates("5%")}}, Peer: of(commission.OfIncome, 1),
		}, nil, "16.5%", "16.4999%"},
		"a level with a rate of its own": {commission.Plan{
			Recruiter: commission.Recruiter{Rate: commission.MustRate("20%"), Levels: byLevel(map[string]string{"a": "5%"})},
			Peer:      levels(of(commission.OfIncome, 1, "recruiter"), map[string]string{"a": "60%"}),
		}, nil, "23%", "22.9999%"}, // 60 % of 5 %
		"a level that gets nothing": {commission.Plan{
			Recruiter: commission.Recruiter{Rate: commission.MustRate("20%"), Levels: byLevel(map[string]string{"a": "0%"})},
			Peer:      levels(of(commission.OfOrder, 1, "recruiter"), map[string]string{"a": "60%"}),
		}, nil, "30%", "29.9999%"},
		"goods": {commission.Plan{
			Rates: rates("1%"), SKUs: map[string][]commission.Rate{"s": rates("10%")}, Products: map[string][]commission.Rate{"p": rates("8%")},
			Categories: map[string][]commission.Rate{"c": rates("6%")}, Partners: map[partner.ID][]commission.Rate{"B": rates("4%")}, Peer: of(commission.OfIncome, 1),
		}, nil, "11%", "10.9999%"},
	} {
		t.Run(name, func(t *testing.T) {
			c.plan.Overflow, c.plan.Cap = commission.RefusePlan, commission.MustRate(c.cap)
			newCalculator(t, c.plan, c.campaigns...)
			c.plan.Cap = commission.MustRate(c.below)
			_, err := commission.New(cny, c.plan, c.campaigns...)
			require.ErrorContains(t, err, "a line can pay "+c.cap+" here, more than the cap of "+c.below)
		})
	}
}

// TestRule_4_19_TheMostThatPeersCanGetIsReached by the orders that the plans above are refused for.
func TestRule_4_19_TheMostThatPeersCanGetIsReached(t *testing.T) {
	order := orderOf(goods("p", 1, "1000.00"))
	plan := commission.Plan{Differential: grades(), Peer: peersAt("10%")}
	plan.Peer.Levels = byLevel(map[string]string{"G1": "60%", "G3": "20%", "G4": "0%"})
	paid := calculate(t, newCalculator(t, plan), order, above("A:G1", "B:G3", "C:G4", "D:G1", "E:G3", "F:G4"))
	require.Equal(t, "330.00", totalOf(t, paid))
	plan.Peer = commission.Peer{Rate: commission.MustRate("10%"), Of: commission.OfOrder}
	paid = calculate(t, newCalculator(t, plan), order, above("A:G1", "B:G2", "C:G3", "D:G4", "E:G1", "F:G2", "G:G3", "H:G4"))
	require.Equal(t, "650.00", totalOf(t, paid))
	plan = commission.Plan{
		Team: commission.Team{Levels: byLevel(map[string]string{"a": "1%", "b": "2%", "c": "2%", "d": "5%"}), Mode: commission.EveryLeader},
		Peer: commission.Peer{Rate: commission.MustRate("10%"), Levels: byLevel(map[string]string{"c": "30%"}), Of: commission.OfOrder, Income: []string{"team"}},
	}
	paid = calculate(t, newCalculator(t, plan), order, above("S", "A:a!", "B:c!", "C:d!", "D:a", "E:c", "F:d"))
	require.Equal(t, "550.00", totalOf(t, paid))
}
