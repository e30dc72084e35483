package commission_test

import (
	"maps"
	"slices"

	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
)

// trees pays each tree by itself: by slot, by the leaders and by the differential, as a plan would that has these rates from slot 2 on, of an order whose
// uplines are the tree's line. A buyer at its beginning is left where he stands, unpaid unless the plan pays him.
func (o oracle) trees(order *commission.Order) []oracleShare {
	var shares []oracleShare
	for _, name := range slices.Sorted(maps.Keys(o.plan.Trees)) {
		t, uplines := o.plan.Trees[name], []commission.Upline(nil)
		for _, line := range order.Trees {
			if line.Tree == name {
				uplines = line.Uplines
			}
		}
		from := func(rates []commission.Rate) []commission.Rate { return append([]commission.Rate{{}}, rates...) }
		slots := t.Slots
		if longest := len(t.Uplines); slots == 0 {
			for _, rates := range t.Levels {
				longest = max(longest, len(rates))
			}
			if longest > 0 {
				slots = min(longest+1, 3)
			}
		}
		own := oracle{scale: o.scale, plan: commission.Plan{
			Rates: from(t.Uplines), Levels: map[partner.Level][]commission.Rate{}, Slots: slots, Missing: o.plan.Missing, Team: t.Team, Differential: t.Differential,
		}}
		for level, rates := range t.Levels {
			own.plan.Levels[level] = from(rates)
		}
		buyer := 0
		if len(uplines) > 0 && o.plan.SelfPurchase != commission.Own && string(uplines[0].Partner) == string(order.Customer) {
			buyer = 1
		}
		var found []oracleShare
		if len(uplines) > 0 && slots > 0 {
			found = own.slots(&commission.Order{}, &commission.Line{}, uplines, 1)
		}
		for _, s := range slices.Concat(found, own.team(uplines), own.differential(uplines, buyer)) {
			s.rule = string(name) + "/" + s.rule
			shares = append(shares, s)
		}
	}
	return shares
}

// genTrees draws what is paid in up to two trees.
func genTrees(t *rapid.T, p *commission.Plan) {
	for _, name := range []partner.Tree{"supply", "agents"} {
		if !often(t, "tree", 25) {
			continue
		}
		var x commission.Tree
		x.Uplines = genRates(t, "uplines", 1)
		if often(t, "a longer list", 20) {
			x.Uplines, x.Slots = append(x.Uplines, genRates(t, "more uplines", 1)...), rapid.IntRange(1, 6).Draw(t, "slots of a tree")
		}
		x.Levels = genRatesBy[partner.Level](t, "levels of a tree", genLevels)
		for level, rates := range x.Levels {
			if len(rates) > 2 && x.Slots == 0 {
				x.Levels[level] = rates[:2]
			}
		}
		if x.Slots == 0 && len(x.Uplines) > 2 {
			x.Uplines = x.Uplines[:2]
		}
		if often(t, "team of a tree", 30) {
			x.Team.Rate = genRates(t, "team of a tree", 1)[0]
			if !x.Team.Rate.IsPerUnit() && often(t, "every leader of a tree", 50) {
				x.Team.Mode = commission.EveryLeader
			}
		}
		if often(t, "differential of a tree", 30) {
			x.Differential.Rates = map[partner.Level]commission.Rate{}
			for _, level := range genLevels[1:] {
				x.Differential.Rates[partner.Level(level)] = commission.MustRate(rapid.SampledFrom(genShares[1:]).Draw(t, "differential of a tree"))
			}
		}
		if p.Trees == nil {
			p.Trees = map[partner.Tree]commission.Tree{}
		}
		p.Trees[name] = x
	}
}

// genTreeLines draws who stands above the sale in each tree; now and then the buyer is the first.
func genTreeLines(t *rapid.T, buyer partner.Customer) []commission.TreeLine {
	var lines []commission.TreeLine
	for _, name := range []partner.Tree{"agents", "other", "supply"} {
		if !often(t, "has a line in a tree", 70) {
			continue
		}
		line := commission.TreeLine{Tree: name, Uplines: genUplines().Draw(t, "line in a tree")}
		if n := len(line.Uplines); n > 0 && often(t, "of the buyer", 25) {
			line.Uplines = slices.DeleteFunc(line.Uplines, func(u commission.Upline) bool { return string(u.Partner) == string(buyer) })
			line.Uplines = append([]commission.Upline{{Partner: partner.ID(buyer), Level: "g1"}}, line.Uplines...)
		}
		lines = append(lines, line)
	}
	return lines
}
