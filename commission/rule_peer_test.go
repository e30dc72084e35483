package commission_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

func byLevel(texts map[string]string) map[partner.Level]commission.Rate {
	m := map[partner.Level]commission.Rate{}
	for level, text := range texts {
		m[partner.Level(level)] = commission.MustRate(text)
	}
	return m
}

// grades is the differential of scenario S05.
func grades() commission.Differential {
	return commission.Differential{Rates: byLevel(map[string]string{"G1": "10%", "G2": "15%", "G3": "20%", "G4": "25%"})}
}

func peersAt(text string) commission.Peer { return commission.Peer{Rate: commission.MustRate(text)} }

func TestRule_4_22_ScenarioS05WithThePeerBonus(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Cap: commission.MustRate("30%"), Differential: grades(), Peer: peersAt("10%")})
	paid := calculate(t, calc, orderOf(goods("p", 1, "1000.00")), above("P1:G1", "P2:G1", "P3:G3", "P4:G2", "P5:G4"))
	require.Equal(t, []string{
		"p differential/0 P1 100.00", "p differential/0 P3 100.00", "p differential/0 P5 50.00", "p peer/0 P2 10.00",
	}, entriesOf(paid))
	require.Equal(t, []string{"p differential/0 P2@2 overtaken", "p differential/0 P4@4 overtaken"}, unpaidOf(paid))
	require.Equal(t, "260.00", totalOf(t, paid))
	require.Zero(t, calc.Reach(""), "any upline can be a peer")
	require.Equal(t, []string{"differential"}, calc.Plan().Peer.Income)
	require.Equal(t, 1, calc.Plan().Peer.First)
}

func TestRule_4_22_PeerBonusPaysTheFirstN(t *testing.T) {
	for _, c := range []struct {
		first int
		want  map[string]string
	}{
		{0, map[string]string{"B": "10.00", "C": "1.00"}},
		{1, map[string]string{"B": "10.00", "C": "1.00"}},
		{2, map[string]string{"B": "10.00", "C": "1.00", "E": "1.00"}},
		{3, map[string]string{"B": "10.00", "C": "1.00", "E": "1.00", "F": "1.00"}},
		{10, map[string]string{"B": "10.00", "C": "1.00", "E": "1.00", "F": "1.00"}},
	} {
		peer := peersAt("10%")
		peer.First = c.first
		calc := newCalculator(t, commission.Plan{Rates: rates("10%"), Peer: peer})
		paid := calculate(t, calc, orderOf(goods("p", 1, "100.00")), above("B:g", "C:g", "D:other", "E:g", "N", "F:g"))
		require.Equal(t, c.want, earned(t, paid))
	}
}

// TestRule_4_22_APeerBonusIsNoIncome: C gets one because of B, and D, who is C's peer, nothing because of it.
func TestRule_4_22_APeerBonusIsNoIncome(t *testing.T) {
	plan := commission.Plan{Rates: rates("10%"), Peer: peersAt("50%")}
	paid := calculate(t, newCalculator(t, plan), orderOf(goods("p", 1, "100.00")), above("B:g", "C:g", "D:g", "E:g"))
	require.Equal(t, []string{"p slots/1 B 10.00", "p peer/0 C 5.00"}, entriesOf(paid))
}

func TestRule_4_22_TheIncomeListsTheRulesThatCount(t *testing.T) {
	plan := commission.Plan{
		Rates: rates("4%"), Team: commission.Team{Rate: commission.MustRate("2%")}, Recruiter: commission.Recruiter{Rate: commission.MustRate("3%")},
		Differential: commission.Differential{Rates: byLevel(map[string]string{"g": "6%", "h": "9%"})},
	}
	order, uplines := orderOf(goods("p", 1, "1000.00")), above("B:g", "C:h!", "D:g", "E:h")
	for _, c := range []struct {
		income []string
		want   []string
	}{
		{nil, []string{"p peer/0 D 6.00", "p peer/0 E 3.00"}}, // of the differential: 60.00 of B, 30.00 of C
		{[]string{"slots"}, []string{"p peer/0 D 4.00"}},
		{[]string{"team"}, []string{"p peer/0 E 2.00"}},
		{[]string{"recruiter"}, []string{"p peer/0 E 3.00"}},
		{[]string{"slots", "differential"}, []string{"p peer/0 D 10.00", "p peer/0 E 3.00"}},
		{[]string{"recruiter", "slots", "differential", "team"}, []string{"p peer/0 D 10.00", "p peer/0 E 8.00"}},
	} {
		plan.Peer = peersAt("10%")
		plan.Peer.Income = c.income
		var got []string
		paid := calculate(t, newCalculator(t, plan), order, uplines)
		for _, e := range entriesOf(paid) {
			if e[:6] == "p peer" {
				got = append(got, e)
			}
		}
		require.Equal(t, c.want, got, c.income)
	}
	plan.Differential = commission.Differential{}
	plan.Peer = peersAt("10%")
	require.Equal(t, []string{"slots"}, newCalculator(t, plan).Plan().Peer.Income)
}

// TestRule_4_22_ABarredPeerTakesAPlaceUnlessThePlanPassesOverHim: his share stays with the shop by forfeit and to-top.
func TestRule_4_22_ABarredPeerTakesAPlaceUnlessThePlanPassesOverHim(t *testing.T) {
	order, uplines := orderOf(goods("p", 1, "100.00")), above("B:g", "C#earning_frozen:g", "D:g", "E#candidate:g", "F:g")
	for missing, want := range map[commission.Missing][]string{
		commission.Forfeit: {"p peer/0 D 1.00"}, commission.ToTop: {"p peer/0 D 1.00"},
		commission.Compress: {"p peer/0 D 1.00", "p peer/0 F 1.00"}, commission.Dynamic: {"p peer/0 D 1.00", "p peer/0 F 1.00"},
	} {
		plan := commission.Plan{Rates: rates("10%"), Missing: missing, Peer: peersAt("10%")}
		plan.Peer.First = 2
		paid := calculate(t, newCalculator(t, plan), order, uplines)
		require.Equal(t, append([]string{"p slots/1 B 10.00"}, want...), entriesOf(paid), missing)
		unpaid := []string{"p peer/0 C@2 earning_frozen"}
		if len(want) == 2 {
			unpaid = append(unpaid, "p peer/0 E@4 candidate")
		}
		require.Equal(t, unpaid, unpaidOf(paid), missing)
	}
}

// TestRule_4_22_WhoEarnsNothingIsNoJunior, nor is who has no level, nor who was overtaken.
func TestRule_4_22_WhoEarnsNothingIsNoJunior(t *testing.T) {
	order := orderOf(goods("p", 1, "100.00"))
	calc := newCalculator(t, commission.Plan{Rates: rates("10%", "5%"), Peer: peersAt("10%")})
	for _, c := range []struct {
		uplines []commission.Upline
		want    []string
	}{
		{above("B#candidate:g", "A", "C:g"), []string{"p slots/2 A 5.00"}},
		{above("B", "A", "C", "D"), []string{"p slots/1 B 10.00", "p slots/2 A 5.00"}},
		{above("B:g", "A:h"), []string{"p slots/1 B 10.00", "p slots/2 A 5.00"}},
		{nil, nil},
	} {
		require.Equal(t, c.want, entriesOf(calculate(t, calc, order, c.uplines)))
	}
}

// TestRule_4_22_AJuniorCanBeThePeerOfAnother: both slots are of one level. C is B's peer and earns himself; D is C's, and B's second.
func TestRule_4_22_AJuniorCanBeThePeerOfAnother(t *testing.T) {
	plan := commission.Plan{Rates: rates("10%", "5%"), Peer: peersAt("10%")}
	order, uplines := orderOf(goods("p", 1, "100.00")), above("B:g", "C:g", "D:g", "E:g")
	paid := calculate(t, newCalculator(t, plan), order, uplines)
	require.Equal(t, []string{"p slots/1 B 10.00", "p slots/2 C 5.00", "p peer/0 C 1.00", "p peer/0 D 0.50"}, entriesOf(paid))
	plan.Peer.First = 2
	paid = calculate(t, newCalculator(t, plan), order, uplines)
	require.Equal(t, []string{"p slots/1 B 10.00", "p slots/2 C 5.00", "p peer/0 C 1.00", "p peer/0 D 1.50", "p peer/0 E 0.50"}, entriesOf(paid))
}

func TestRule_4_22_PeersOfTheOrderGetTheirShareOnceForEachJunior(t *testing.T) {
	plan := commission.Plan{Rates: rates("10%", "5%"), Missing: commission.ToTop, Peer: peersAt("1%")}
	plan.Peer.Of, plan.Peer.First = commission.OfOrder, 2
	order := orderOf(goods("p", 3, "100.00"))
	calc := newCalculator(t, plan)
	paid := calculate(t, calc, order, above("B:g", "C:g", "D:g", "E:g"))
	require.Equal(t, []string{"p slots/1 B 10.00", "p slots/2 C 5.00", "p peer/0 C 1.00", "p peer/0 D 2.00", "p peer/0 E 1.00"}, entriesOf(paid))
	require.Equal(t, "peer", paid.Entry(2).Source.String())
	require.Equal(t, "peer, at 1%", paid.Entry(3).Source.String())

	// Who holds two slots, or earns by two rules, is one junior.
	paid = calculate(t, calc, order, above("B#candidate:g", "C:g"))
	require.Equal(t, []string{"p slots/1 C 10.00", "p slots/2 C 5.00"}, entriesOf(paid))
	plan.Differential, plan.Peer.Income = commission.Differential{Rates: byLevel(map[string]string{"g": "3%"})}, []string{"slots", "differential"}
	paid = calculate(t, newCalculator(t, plan), order, above("B:g", "C:h", "D:g"))
	require.Equal(t, []string{"p slots/1 B 10.00", "p slots/2 C 5.00", "p differential/0 B 3.00", "p peer/0 D 1.00"}, entriesOf(paid))

	plan.Peer.Rate = commission.MustRate("0.50/unit")
	paid = calculate(t, newCalculator(t, plan), order, above("B:g", "C:g", "D:g"))
	require.Equal(t, []string{
		"p slots/1 B 10.00", "p slots/2 C 5.00", "p differential/0 B 3.00", "p peer/0 C 1.50", "p peer/0 D 3.00",
	}, entriesOf(paid))
	require.Equal(t, "peer, at 0.5/unit", paid.Entry(4).Source.String())
}

func TestRule_4_22_PeersByLevel(t *testing.T) {
	plan := commission.Plan{Rates: rates("10%", "10%", "10%"), Peer: commission.Peer{Levels: byLevel(map[string]string{"g": "20%", "h": "0%"})}}
	order, uplines := orderOf(goods("p", 1, "100.00")), above("A:g", "B:h", "C:i", "D:g", "E:h", "F:i")
	paid := calculate(t, newCalculator(t, plan), order, uplines)
	require.Equal(t, map[string]string{"A": "10.00", "B": "10.00", "C": "10.00", "D": "2.00"}, earned(t, paid))
	require.Equal(t, []string{"p peer/0 E@5 zero_rate", "p peer/0 F@6 no_rate"}, unpaidOf(paid))
	require.Equal(t, "peer g, at 20%", paid.Entry(3).Source.String())
	plan.Peer.Rate = commission.MustRate("5%")
	paid = calculate(t, newCalculator(t, plan), order, uplines)
	require.Equal(t, map[string]string{"A": "10.00", "B": "10.00", "C": "10.00", "D": "2.00", "F": "0.50"}, earned(t, paid))
}

// TestRule_4_22_PeersOfAmountsPerUnit: a share of an amount per unit is an amount per unit, and one who is the peer of both kinds gets two entries, which a
// return takes back one by one.
func TestRule_4_22_PeersOfAmountsPerUnit(t *testing.T) {
	plan := commission.Plan{Rates: rates("3.00/unit", "10%"), Peer: peersAt("10%")}
	plan.Peer.First = 2
	calc := newCalculator(t, plan)
	paid := calculate(t, calc, orderOf(goods("p", 4, "200.00")), above("B:g", "C:g", "D:g"))
	require.Equal(t, []string{
		"p slots/1 B 12.00", "p slots/2 C 20.00", "p peer/0 C 1.20", "p peer/0 D 2.00", "p peer/0 D 1.20",
	}, entriesOf(paid))
	require.Equal(t, "1% 0.3/unit", fmt.Sprint(paid.Entry(3).Rate, " ", paid.Entry(4).Rate))

	standing := book{}
	for e := range paid.Entries() {
		standing = append(standing, e)
	}
	target := targetOf(t, calc, paid.Freeze(), commission.Returned{Units: 1, Valued: 1})
	changes, err := commission.Difference(standing, target)
	require.NoError(t, err)
	var amounts []string
	for _, e := range changes {
		amounts = append(amounts, fmt.Sprint(e.Rule, " ", e.Payee, " ", e.Rate, " ", e.Amount.Plain()))
	}
	require.Equal(t, []string{
		"slots B 3/unit -3.00", "slots C 10% -5.00", "peer C 0.3/unit -0.30", "peer D 1% -0.50", "peer D 0.3/unit -0.30",
	}, amounts)
}

// TestRule_4_22_NobodyGetsMoreThanTheWholeBase: a share above it would be no rate, and what an order froze could not be read again.
func TestRule_4_22_NobodyGetsMoreThanTheWholeBase(t *testing.T) {
	plan := commission.Plan{Rates: rates("5%", "5%", "5%"), Base: commission.Profit, Peer: peersAt("60%")}
	plan.Peer.Of, plan.Peer.First = commission.OfOrder, 3
	calc := newCalculator(t, plan)
	order := orderOf(costing(goods("p", 1, "1000.00"), "900.00"))
	paid := calculate(t, calc, order, above("A:g", "B:g", "C:g", "D:g"))
	require.Equal(t, map[string]string{"A": "5.00", "B": "65.00", "C": "105.00", "D": "100.00"}, earned(t, paid))
	text, err := json.Marshal(paid.Freeze())
	require.NoError(t, err)
	var stored commission.Frozen
	require.NoError(t, json.Unmarshal(text, &stored))
	require.Equal(t, entriesOf(paid), entriesOf(targetOf(t, calc, stored)))
	require.Equal(t, "peer, at 60%", stored.Sets[0].Shares[4].Source.String())
}

// TestRule_4_22_ACampaignOfAnotherRuleDoesNotRaiseAPeersShare: it is of the income before campaigns; one of the peers themselves does.
func TestRule_4_22_ACampaignOfAnotherRuleDoesNotRaiseAPeersShare(t *testing.T) {
	plan, order, uplines := commission.Plan{Rates: rates("10%"), Peer: peersAt("10%")}, orderOf(goods("p", 1, "100.00")), above("B:g", "C:g")
	for rule, want := range map[string]map[string]string{
		"slots": {"B": "20.00", "C": "1.00"},
		"peer":  {"B": "10.00", "C": "2.00"},
	} {
		calc := newCalculator(t, plan, commission.Campaign{Name: "c", Factor: dec("2"), Rules: []string{rule}})
		require.Equal(t, want, earned(t, calculate(t, calc, order, uplines)), rule)
	}
}

// TestRule_4_22_TheBuyerIsNobodysPeer by any policy of self-purchase but own, where he is a junior too.
func TestRule_4_22_TheBuyerIsNobodysPeer(t *testing.T) {
	for self, want := range map[commission.SelfPurchase][]string{
		commission.ShiftUp:  {"p slots/1 C 10.00", "p peer/0 D 1.00"},
		commission.Own:      {"p slots/1 buyer 10.00", "p peer/0 C 1.00"},
		commission.SkipSlot: nil,
		commission.Nobody:   nil,
	} {
		calc := newCalculator(t, commission.Plan{Rates: rates("10%"), SelfPurchase: self, Peer: peersAt("10%")})
		require.Equal(t, want, entriesOf(calculate(t, calc, orderOf(goods("p", 1, "100.00")), above("buyer:g", "C:g", "D:g"))), self)
	}
}

// TestRule_4_22_LongLinesStayFast: nobody is looked for twice, however many of one level earn nothing, and however many juniors look for a level that is
// rare. Each takes a few milliseconds; a walk for each peer who is passed over, or a search among all who were found, would take minutes.
func TestRule_4_22_LongLinesStayFast(t *testing.T) {
	uplines := make([]commission.Upline, commission.MaxUplines)
	for i := range uplines {
		uplines[i] = commission.Upline{Partner: partner.ID(fmt.Sprint(i)), Level: "g", Bar: partner.EarningFrozen}
	}
	uplines[0].Bar, uplines[len(uplines)-1].Bar = "", ""
	order, last := orderOf(goods("p", 1, "100.00")), fmt.Sprint(len(uplines)-1)
	plan := commission.Plan{Rates: rates("10%"), Missing: commission.Compress, Peer: peersAt("10%")}
	plan.Peer.First = 10
	start := time.Now()
	paid := calculate(t, newCalculator(t, plan), order, uplines)
	require.Equal(t, map[string]string{"0": "10.00", last: "1.00"}, earned(t, paid))

	all := make([]commission.Rate, 100)
	for i := range all {
		all[i] = commission.MustRate("0.1%")
	}
	for i := range uplines {
		uplines[i].Bar, uplines[i].Level = "", partner.Level(fmt.Sprintf("%07d", i))
	}
	paid = calculate(t, newCalculator(t, commission.Plan{Rates: all, Slots: 100, Peer: peersAt("10%")}), order, uplines)
	require.Equal(t, 100, paid.Len())
	require.Less(t, time.Since(start), 5*time.Second)
}

// TestRule_4_19_CapsAndPeers: a peer is one of those who are cut, by his place in the line.
func TestRule_4_19_CapsAndPeers(t *testing.T) {
	plan := commission.Plan{Rates: rates("10%", "5%"), Cap: commission.MustRate("15.5%"), Peer: peersAt("10%")}
	order, uplines := orderOf(goods("p", 1, "100.00")), above("B:g", "C:h", "D:g", "E:h")
	paid := calculate(t, newCalculator(t, plan), order, uplines)
	require.Equal(t, []string{"p slots/1 B 9.39", "p slots/2 C 4.70", "p peer/0 D 0.94", "p peer/0 E 0.47"}, entriesOf(paid))
	plan.Overflow = commission.CutFarthest
	paid = calculate(t, newCalculator(t, plan), order, uplines)
	require.Equal(t, []string{"p slots/1 B 10.00", "p slots/2 C 5.00", "p peer/0 D 0.50"}, entriesOf(paid))
	require.Equal(t, []string{"p peer/0 E@4 cut_by_cap"}, unpaidOf(paid))
}

// TestRule_4_22_PeersAreRoundedAsEverybody: once over the order where the plan says so.
func TestRule_4_22_PeersAreRoundedAsEverybody(t *testing.T) {
	plan := commission.Plan{Rates: rates("10%"), Peer: peersAt("10%"), Rounding: commission.Rounding{Mode: money.HalfUp}}
	order, uplines := orderOf(goods("p", 1, "0.30"), goods("q", 1, "0.30")), above("B:g", "C:g")
	require.Equal(t, map[string]string{"B": "0.06"}, earned(t, calculate(t, newCalculator(t, plan), order, uplines)))
	plan.Rounding.Scope = commission.PerOrder
	require.Equal(t, map[string]string{"B": "0.06", "C": "0.01"}, earned(t, calculate(t, newCalculator(t, plan), order, uplines)))
}
