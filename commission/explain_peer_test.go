package commission_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
)

// TestRule_4_46_AnExplanationShowsTheRateOfThePlan: of a peer's 1 % that it is 10 % of an income, which therefore is 10 %; of a leader's and a level's 5 % that
// it is what is left of 25 %, so that somebody below has 20 %.
func TestRule_4_46_AnExplanationShowsTheRateOfThePlan(t *testing.T) {
	team := commission.Team{Levels: byLevel(map[string]string{"G3": "2%", "G4": "5%"}), Mode: commission.EveryLeader}
	plan := commission.Plan{Differential: grades(), Peer: commission.Peer{Levels: byLevel(map[string]string{"G1": "10%"})}, Team: team}
	calc := newCalculator(t, plan)
	paid := calculate(t, calc, orderOf(goods("p", 1, "1000.00")), above("P1:G1", "P2:G1", "P3:G3!", "P4:G2", "P5:G4!"))
	english, chinese := map[string]string{}, map[string]string{}
	for e := range paid.Entries() {
		x := commission.Explanation{Order: "o1", Plan: 3, Entry: e, Cap: calc.Plan().Cap, Passed: paid.Freeze().PassedOver(&e)}
		english[e.Rule+" "+string(e.Payee)], chinese[e.Rule+" "+string(e.Payee)] = x.String(), x.Chinese()
	}
	require.Equal(t, map[string]string{
		"team P3":         "P3: 20.00 CNY from line p of order o1: team, upline 3, 2% of 1000.00 (team G3), rounded half-up per entry; plan version 3",
		"team P5":         "P5: 30.00 CNY from line p of order o1: team, upline 5, 3% of 1000.00 (team G4, at 5%), rounded half-up per entry; plan version 3",
		"differential P1": "P1: 100.00 CNY from line p of order o1: differential, upline 1, 10% of 1000.00 (differential G1), rounded half-up per entry; plan version 3",
		"differential P3": "P3: 100.00 CNY from line p of order o1: differential, upline 3, 10% of 1000.00 (differential G3, at 20%), rounded half-up per entry; " +
			"passed over P2 at 2: a level below has the same or a higher share; plan version 3",
		"differential P5": "P5: 50.00 CNY from line p of order o1: differential, upline 5, 5% of 1000.00 (differential G4, at 25%), rounded half-up per entry; " +
			"passed over P2 at 2: a level below has the same or a higher share; passed over P4 at 4: a level below has the same or a higher share; plan version 3",
		"peer P2": "P2: 10.00 CNY from line p of order o1: peer, upline 2, 1% of 1000.00 (peer G1, at 10%), rounded half-up per entry; plan version 3",
	}, english)
	requireParts(t, chinese["peer P2"], "P2：10.00 CNY", "平级奖（上级第 2 位）", "1% × 1000.00（平级奖比例 G1，按 10%）")
	requireParts(t, chinese["team P5"], "团队奖励（上级第 5 位）", "3% × 1000.00（团队奖励比例 G4，按 5%）")
	requireParts(t, chinese["team P3"], "2% × 1000.00（团队奖励比例 G3）")
	requireParts(t, chinese["differential P5"], "级差奖励（上级第 5 位）", "5% × 1000.00（级差比例 G4，按 25%）", "跳过第 4 位 P4：下级等级相同或更高")
}

// TestRule_4_46_AnExplanationShowsWhichPeersWerePassedOver and amounts for each unit.
func TestRule_4_46_AnExplanationShowsWhichPeersWerePassedOver(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("3.00/unit"), Missing: commission.Compress, Peer: peersAt("10%")})
	paid := calculate(t, calc, orderOf(goods("p", 2, "100.00")), above("B:g", "C#earning_frozen:g", "D:g"))
	e := paid.Entry(1)
	x := commission.Explanation{Order: "o1", Plan: 1, Entry: e, Passed: paid.Freeze().PassedOver(&e)}
	require.Equal(t, "D: 0.60 CNY from line p of order o1: peer, upline 3, 0.3/unit × 2 units (peer, at 10%), rounded half-up per entry; "+
		"passed over C at 2: his earnings are frozen; plan version 1", x.String())
	requireParts(t, x.Chinese(), "0.3/unit × 2 件（平级奖比例，按 10%）", "跳过第 2 位 C：收益已冻结")
}

// TestTheRateOfASourceIsItsOwn: it survives being stored, and what was read from a result or frozen shares no memory with a copy.
func TestTheRateOfASourceIsItsOwn(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("10%"), Peer: peersAt("10%")})
	paid := calculate(t, calc, orderOf(goods("p", 1, "100.00")), above("B:g", "C:g"))
	entries, frozen := slices.Collect(paid.Entries()), paid.Freeze()
	text, err := json.Marshal(entries[1].Source)
	require.NoError(t, err)
	require.JSONEq(t, `{"kind": "peer", "rate": "10%"}`, string(text))
	var back commission.Source
	require.NoError(t, json.Unmarshal(text, &back))
	require.Equal(t, entries[1].Source, back)

	entry, again := entries[1].Clone(), frozen.Clone()
	for _, rate := range []*commission.Rate{entry.Source.Rate, again.Sets[0].Shares[1].Source.Rate, frozen.Sets[0].Shares[1].Source.Rate} {
		*rate = commission.MustRate("99%")
	}
	require.Equal(t, "peer, at 10%", paid.Entry(1).Source.String())
	require.Equal(t, "peer, at 10%", entries[1].Source.String())
	require.Nil(t, entries[0].Source.Rate)
}
