package commission_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
)

// supplied is an order with a line of people above its sale in the tree of suppliers.
func supplied(amount string, line ...string) *commission.Order {
	o := orderOf(goods("p", 1, amount))
	o.Trees = []commission.TreeLine{{Tree: "supply", Uplines: above(line...)}}
	return o
}

// supply is a plan that pays the tree of suppliers so.
func supply(tree commission.Tree, change ...func(*commission.Plan)) commission.Plan {
	p := commission.Plan{Trees: map[partner.Tree]commission.Tree{"supply": tree}}
	for _, f := range change {
		f(&p)
	}
	return p
}

// TestRule_3_2_ASupplierIsNotTheRecruiter: each tree is paid by its own line and its own rates, whoever stands in the other.
func TestRule_3_2_ASupplierIsNotTheRecruiter(t *testing.T) {
	plan := supply(commission.Tree{Uplines: rates("3%", "1%"), Levels: map[partner.Level][]commission.Rate{"gold": rates("4%")}}, func(p *commission.Plan) {
		p.Rates = rates("10%", "5%")
	})
	paid := calculate(t, newCalculator(t, plan), supplied("100.00", "S", "F:gold", "G"), above("S", "R", "Q"))
	require.Equal(t, []string{"p slots/1 S 10.00", "p slots/2 R 5.00", "p supply/slots/2 F 4.00", "p supply/slots/3 G 1.00"}, entriesOf(paid))
	require.Empty(t, unpaidOf(paid))
	require.Equal(t, "level gold", paid.Entry(2).Source.String())
	require.Equal(t, 2, paid.Entry(2).Position)
	require.Equal(t, "default", paid.Entry(3).Source.String())

	none := calculate(t, newCalculator(t, plan), orderOf(goods("p", 1, "100.00")), above("S", "R"))
	require.Equal(t, []string{"p slots/1 S 10.00", "p slots/2 R 5.00"}, entriesOf(none), "an order without a line there")
	require.Equal(t, []string{"p supply/slots/2 @0 no_upline", "p supply/slots/3 @0 no_upline"}, unpaidOf(none))

	full := calculate(t, newCalculator(t, plan), supplied("100.00", "S", "F", "G"), above("S", "R"))
	frozen := full.Freeze()
	require.Empty(t, entriesOf(targetOf(t, newCalculator(t, plan), frozen, commission.Returned{Units: 1, Valued: 1})), "all of it comes back of both trees")
	other := newCalculator(t, commission.Plan{Rates: rates("1%")})
	require.Equal(t, entriesOf(full), entriesOf(targetOf(t, other, frozen, commission.Returned{})), "what was paid is frozen, whatever the plan says of trees")
}

// TestRule_3_2_LeadersAndLevelsOfATree: the team reward and the differential look at the leaders and levels of the tree's own line.
func TestRule_3_2_LeadersAndLevelsOfATree(t *testing.T) {
	tree := commission.Tree{Team: leaders(commission.Nearest), Differential: commission.Differential{Rates: byLevel(map[string]string{"L1": "1%", "L2": "3%"})}}
	paid := calculate(t, newCalculator(t, supply(tree)), supplied("100.00", "S:L1!", "F", "G:L2!", "H:L3!"), above("S:L1!", "R:L3!"))
	require.Equal(t, []string{"p supply/team/0 G 5.00", "p supply/differential/0 S 1.00", "p supply/differential/0 G 2.00"}, entriesOf(paid))
	require.Equal(t, "differential L2, at 3%", paid.Entry(2).Source.String())
	tree.Team.Mode = commission.EveryLeader
	paid = calculate(t, newCalculator(t, supply(tree)), supplied("100.00", "S:L1!", "F", "G:L2!", "H:L3!"), nil)
	require.Equal(t, []string{"p supply/team/0 G 5.00", "p supply/team/0 H 3.00", "p supply/differential/0 S 1.00", "p supply/differential/0 G 2.00"}, entriesOf(paid))
}

// TestRule_3_2_WhoEarnsNothingInATree: the plan's policy for missing holders holds in every tree, from the one above the seller on.
func TestRule_3_2_WhoEarnsNothingInATree(t *testing.T) {
	for missing, want := range map[commission.Missing][2][]string{
		commission.Forfeit:  {{"p supply/slots/3 G 1.00"}, {"p supply/slots/2 F@2 earning_frozen"}},
		commission.Compress: {{"p supply/slots/2 G 3.00", "p supply/slots/3 H 1.00"}, {"p supply/slots/2 F@2 earning_frozen"}},
		commission.Dynamic:  {{"p supply/slots/2 G 3.00", "p supply/slots/3 H 1.00"}, {"p supply/slots/2 F@2 earning_frozen"}},
		commission.ToTop:    {{"p supply/slots/2 H 3.00", "p supply/slots/3 G 1.00"}, {"p supply/slots/2 F@2 earning_frozen"}},
	} {
		plan := supply(commission.Tree{Uplines: rates("3%", "1%")}, func(p *commission.Plan) { p.Missing = missing })
		paid := calculate(t, newCalculator(t, plan), supplied("100.00", "S#candidate", "F#earning_frozen", "G", "H"), above("S#candidate"))
		require.Equal(t, want[0], entriesOf(paid), missing)
		require.Equal(t, want[1], unpaidOf(paid), missing)
	}
}

// TestRule_3_2_WhoBuysHimselfKeepsHisPlaceInATree: those above him there are paid whatever the plan says of his own purchases, unless it then pays nobody.
func TestRule_3_2_WhoBuysHimselfKeepsHisPlaceInATree(t *testing.T) {
	tree := commission.Tree{Uplines: rates("3%"), Differential: commission.Differential{Rates: byLevel(map[string]string{"L1": "1%", "L2": "3%"})}}
	for self, want := range map[commission.SelfPurchase][]string{
		commission.ShiftUp:  {"p supply/slots/2 F 3.00", "p supply/differential/0 F 3.00"},
		commission.SkipSlot: {"p supply/slots/2 F 3.00", "p supply/differential/0 F 3.00"},
		commission.Own:      {"p supply/slots/2 F 3.00", "p supply/differential/0 buyer 1.00", "p supply/differential/0 F 2.00"},
		commission.Nobody:   nil,
	} {
		plan := supply(tree, func(p *commission.Plan) { p.SelfPurchase = self })
		paid := calculate(t, newCalculator(t, plan), supplied("100.00", "buyer:L1", "F:L2"), above("buyer:L1", "R:L2"))
		require.Equal(t, want, entriesOf(paid), self)
	}
}

// TestRule_3_2_ARuleOfTheShopsOwnSeesTheLineOfItsTree and what it gives is looked over by that line.
func TestRule_3_2_ARuleOfTheShopsOwnSeesTheLineOfItsTree(t *testing.T) {
	seen := map[string]int{}
	own := commission.Rules{{Name: "top", Version: "1", Make: func(commission.Params) (commission.Rule, error) {
		return ruleFunc(func(in *commission.Input, out *commission.Shares) {
			last := len(in.Uplines) - 1
			seen[string(in.Uplines[last].Partner)] = in.Vacant
			out.Pay(last, 0, commission.MustRate("2%"), commission.Source{Kind: commission.FromOwn})
			out.Pay(0, 0, commission.MustRate("1%"), commission.Source{Kind: commission.FromOwn})
		}), nil
	}}}
	plan := commission.Plan{Rates: rates("10%"), Rules: []commission.OwnRule{{Name: "top", Tree: "supply"}}}
	calc, err := own.New(cny, plan)
	require.NoError(t, err)
	require.Equal(t, []partner.Tree{"supply"}, calc.Trees())
	require.Zero(t, calc.Reach("supply"), "nothing says how far it looks")
	require.Equal(t, 2, calc.Reach(""), "it looks at nobody there: the seller, and the one above him who shifts up")
	paid := calculate(t, calc, supplied("100.00", "S", "F", "G"), above("S", "R"))
	require.Equal(t, []string{"p slots/1 S 10.00", "p top/0 G 2.00", "p top/0 S 1.00"}, entriesOf(paid))
	paid = calculate(t, calc, supplied("100.00", "buyer", "F#earning_frozen"), above("buyer", "R"))
	require.Equal(t, []string{"p slots/1 R 10.00"}, entriesOf(paid), "a buyer keeps his place there, and who earns nothing gets nothing")
	require.Equal(t, []string{"p top/0 F@2 earning_frozen", "p top/0 buyer@1 self_purchase"}, unpaidOf(paid))
	require.Equal(t, map[string]int{"G": 0, "F": 1}, seen)
}

type ruleFunc func(*commission.Input, *commission.Shares)

func (f ruleFunc) Shares(in *commission.Input, out *commission.Shares) { f(in, out) }

// TestRule_3_2_AnExplanationNamesTheTree in both languages.
func TestRule_3_2_AnExplanationNamesTheTree(t *testing.T) {
	tree := commission.Tree{Uplines: rates("3%"), Team: leaders(commission.Nearest)}
	calc := newCalculator(t, supply(tree))
	paid := calculate(t, calc, supplied("100.00", "S", "F:L2!"), nil)
	slot, team := paid.Entry(0), paid.Entry(1)
	x := commission.Explanation{Order: "o1", Plan: 3, Entry: slot, Cap: calc.Plan().Cap}
	require.Equal(t, "F: 3.00 CNY from line p of order o1: slot 2 in tree supply, 3% of 100.00 (default), rounded half-up per entry; plan version 3", x.String())
	requireParts(t, x.Chinese(), "关系树 supply 第 2 层", "3% × 100.00（默认比例）")
	x.Entry = team
	require.Equal(t, "F: 5.00 CNY from line p of order o1: team, upline 2 in tree supply, 5% of 100.00 (team L2), rounded half-up per entry; plan version 3", x.String())
	requireParts(t, x.Chinese(), "关系树 supply 团队奖励（上级第 2 位）")
}

// TestRule_3_2_WhatMakesNoSenseOfTreesIsRefused with its path, in plans, rules and orders.
func TestRule_3_2_WhatMakesNoSenseOfTreesIsRefused(t *testing.T) {
	paths := func(p commission.Plan, campaigns ...commission.Campaign) (all []string) {
		for _, problem := range p.Validate(cny, campaigns) {
			all = append(all, problem.Path)
		}
		return all
	}
	ok := commission.Tree{Uplines: rates("3%")}
	named := func(name partner.Tree, tree commission.Tree) commission.Plan {
		return commission.Plan{Trees: map[partner.Tree]commission.Tree{name: tree}}
	}
	require.Empty(t, paths(named("supply", ok)))
	require.Equal(t, []string{`commission.trees["a/b"]`}, paths(named("a/b", ok)))
	require.Equal(t, []string{`commission.trees[""]`}, paths(named("", ok)))
	require.Equal(t, []string{"commission.trees.supply"}, paths(named("supply", commission.Tree{})), "it pays nothing")
	require.Equal(t, []string{"commission.trees.supply.slots"}, paths(named("supply", commission.Tree{Uplines: rates("3%", "2%", "1%")})), "deeper than three places")
	require.Empty(t, paths(named("supply", commission.Tree{Uplines: rates("3%", "2%", "1%"), Slots: 4})), "and that is lifted by saying so")
	require.Equal(t, []string{"commission.trees.supply.slots"}, paths(named("supply", commission.Tree{Uplines: rates("3%"), Slots: 101})))
	perUnit := map[partner.Level]commission.Rate{"L1": commission.MustRate("1/unit")}
	require.Equal(t, []string{"commission.trees.supply.differential.rates.L1"}, paths(named("supply", commission.Tree{Differential: commission.Differential{Rates: perUnit}})))
	require.Equal(t, []string{"commission.trees.supply.team.levels.L1"},
		paths(named("supply", commission.Tree{Team: commission.Team{Levels: perUnit, Mode: commission.EveryLeader}})))
	double := commission.Campaign{Name: "double", Factor: dec("2"), Rules: []string{"supply/slots"}}
	require.Empty(t, paths(named("supply", ok), double))
	require.Equal(t, []string{"campaigns[0].rules[0]"}, paths(named("agents", ok), double), "no such tree")
	peers := named("supply", ok)
	peers.Peer = peersAt("10%")
	peers.Peer.Income = []string{"supply/slots"}
	require.Equal(t, []string{"commission.peer.income[0]"}, paths(peers), "peers stand in the line of recruiters")
	refuse := named("supply", commission.Tree{Uplines: rates("60%")})
	refuse.Rates, refuse.Overflow = rates("50%"), commission.RefusePlan
	require.Equal(t, []string{"commission.rates"}, paths(refuse), "both trees together are more than the whole")
	require.NotEmpty(t, commission.Rules{{Name: "supply/slots", Version: "1", Make: func(commission.Params) (commission.Rule, error) { return nil, nil }}}.Check())

	order := supplied("100.00", "S")
	order.Trees = append(order.Trees, order.Trees[0], commission.TreeLine{Tree: "long", Uplines: make([]commission.Upline, commission.MaxUplines+1)})
	_, err := newCalculator(t, named("supply", ok)).Calculate(order, above("S"), nil)
	var wrong *commission.OrderError
	require.ErrorAs(t, err, &wrong)
	require.Equal(t, []string{"trees[1].tree", "trees[2].uplines"}, []string{wrong.Problems[0].Path, wrong.Problems[1].Path})
	_, err = newCalculator(t, commission.Plan{Rates: rates("1%")}).Calculate(order, above("S"), nil)
	require.NoError(t, err, "a plan that pays by no other tree looks at none")
}

// TestRule_3_2_HowFarATreeDecides: no further than its slots, all of it where a rule looks further, and each tree for itself.
func TestRule_3_2_HowFarATreeDecides(t *testing.T) {
	for _, c := range []struct {
		tree    commission.Tree
		missing commission.Missing
		reach   int
	}{
		{commission.Tree{Uplines: rates("3%")}, commission.Forfeit, 2},
		{commission.Tree{Uplines: rates("3%", "1%")}, commission.Forfeit, 3},
		{commission.Tree{Uplines: rates("3%")}, commission.Compress, 0},
		{commission.Tree{Uplines: rates("3%"), Team: leaders(commission.Nearest)}, commission.Forfeit, 0},
		{commission.Tree{Differential: grades()}, commission.Forfeit, 0},
	} {
		calc := newCalculator(t, supply(c.tree, func(p *commission.Plan) { p.Rates, p.Missing = nil, c.missing }))
		require.Equal(t, c.reach, calc.Reach("supply"))
		require.Equal(t, 1, calc.Reach(""))
		require.Equal(t, []partner.Tree{"supply"}, calc.Trees())
	}
	require.Empty(t, newCalculator(t, commission.Plan{Rates: rates("1%")}).Trees())
}

// TestRule_3_2_TheAuditCountsEveryTree: what a tree pays comes on top of the rest, with the line that reaches it.
func TestRule_3_2_TheAuditCountsEveryTree(t *testing.T) {
	tree := commission.Tree{Uplines: rates("3%"), Levels: map[partner.Level][]commission.Rate{"L1": rates("4%")}, Team: leaders(commission.Nearest)}
	calc := newCalculator(t, supply(tree, func(p *commission.Plan) { p.Rates = rates("10%") }))
	a, err := calc.Audit(commission.Mix{Levels: []commission.LeaderLevel{{Level: "L1"}, {Level: "L3", Leader: true}}, Goods: []commission.Goods{{Price: dec("100")}}})
	require.NoError(t, err)
	w := a.Worst[0]
	require.True(t, w.Exact)
	require.Equal(t, "0.22", w.Uncut.String(), "10 % of the seller, 4 % of an L1 above him there, 8 % of the first leader")
	order := supplied("100.00")
	order.Trees = w.Trees
	require.Equal(t, "22.00", totalOf(t, calculate(t, calc, order, w.Uplines)))
	codes := map[string]string{}
	for _, f := range a.Findings {
		codes[f.Code+" "+f.Path] = f.Evidence
	}
	require.Equal(t, "places above the seller paid by distance in tree supply: 1", codes["levels_paid commission.trees.supply"])
	require.Equal(t, "partners are paid from what those below them sell, by supply/slots, supply/team", codes["downline_pay "])
	require.Equal(t, "supply/team can pay somebody at any distance above a sale", codes["unlimited_depth "])
	require.Equal(t, "0.11", a.Split[1].Gain.String(), "a second account of his own, which leads, above himself in the tree")
}
