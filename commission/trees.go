package commission

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/partner"
)

// Tree is what an order pays up a tree that is not that of recruiters: to those who stand there above the one whose sale it is. The rules are those of the
// plan itself, on the tree's line, and their entries name the tree ([RuleIn]). A buyer whose own line is paid keeps his place there and earns nothing by it,
// unless the plan pays him for what he buys himself.
type Tree struct {
	// Uplines are rates by distance: the first is that of who stands directly above the one whose sale it is, in slot 2, who is paid by the plan's own rates
	// alone.
	Uplines []Rate `json:"uplines,omitempty"`
	// Levels give rates of their own by the level of the one who is paid, as Uplines does.
	Levels map[partner.Level][]Rate `json:"levels,omitempty"`
	// Slots is how many slots there are, the first, which is not paid, among them. 0 is the longest list of rates and one more, at most 3; more than 3 are paid
	// only where this says so.
	Slots int `json:"slots,omitempty"`
	// Team is the share of every order of his team there that a leader above the seller receives.
	Team Team `json:"team"`
	// Differential pays each upline there what his level's share exceeds the best share below him.
	Differential Differential `json:"differential"`
}

// TreeLine is the line of people above a sale in a tree, as [Calculator.Calculate] takes that of recruiters: the attributed partner first.
type TreeLine struct {
	Tree    partner.Tree `json:"tree"`
	Uplines []Upline     `json:"uplines"`
}

// RuleIn returns the name that a built-in rule has in a tree: "supply/slots". In that of recruiters it is the rule's own name.
func RuleIn(tree partner.Tree, rule string) string {
	if tree == "" {
		return rule
	}
	return string(tree) + "/" + rule
}

// treeRules are the built-in rules that there are in every tree.
var treeRules = []string{RuleSlots, RuleTeam, RuleDifferential}

// cutRule returns of which tree a rule is, and its name in that of recruiters.
func cutRule(name string) (tree partner.Tree, rule string) {
	if at := strings.LastIndexByte(name, '/'); at > 0 && slices.Contains(treeRules, name[at+1:]) {
		return partner.Tree(name[:at]), name[at+1:]
	}
	return "", name
}

// TreeUse is a place where a plan names a tree.
type TreeUse struct {
	Path string
	Tree partner.Tree
}

// TreesUsed returns where the plan names trees, in order.
func (p *Plan) TreesUsed() []TreeUse {
	var uses []TreeUse
	for _, name := range p.treeNames() {
		uses = append(uses, TreeUse{KeyPath("commission.trees", string(name)), name})
	}
	for i, own := range p.Rules {
		if own.Tree != "" {
			uses = append(uses, TreeUse{fmt.Sprintf("commission.rules[%d].tree", i), own.Tree})
		}
	}
	return uses
}

func (p *Plan) treeNames() []partner.Tree { return slices.Sorted(maps.Keys(p.Trees)) }

// lists returns the tree's lists of rates by distance, with their paths within it.
func (t *Tree) lists() []list {
	return appendLists([]list{{path: "uplines", rates: t.Uplines}}, "levels", t.Levels)
}

// longest is how many slots the lists are for, 0 where there are none.
func (t *Tree) longest() int {
	n := 0
	for _, l := range t.lists() {
		if len(l.rates) > 0 {
			n = max(n, len(l.rates)+1)
		}
	}
	return n
}

func (t Tree) withDefaults() Tree {
	if t.Slots == 0 {
		t.Slots = min(t.longest(), GuardedSlots)
	}
	return t
}

// plan is a plan that pays by slot in the tree of recruiters what this pays in its own: slot 1 has no rate.
func (t *Tree) plan(missing Missing) Plan {
	shifted := func(rates []Rate) []Rate { return append([]Rate{{}}, rates...) }
	p := Plan{Rates: shifted(t.Uplines), Slots: t.Slots, Missing: missing, Team: t.Team, Differential: t.Differential}
	if len(t.Levels) > 0 {
		p.Levels = map[partner.Level][]Rate{}
		for level, rates := range t.Levels {
			p.Levels[level] = shifted(rates)
		}
	}
	return p
}

// rules are the built-in rules of a tree.
func (p *Plan) treeRules(name partner.Tree) []builtin {
	t := p.Trees[name]
	own, path := t.plan(p.Missing), KeyPath("commission.trees", string(name))
	slots := own.slotsRule()
	for _, l := range t.lists() {
		slots.rates = append(slots.rates, l.rates...)
	}
	slots.most = func(of worth) decimal.Decimal { return t.mostOfSlots(of) }
	slots.check = func(v *problems) {
		for _, l := range t.lists() {
			if len(l.rates) >= maxSlots {
				v.add(path+"."+l.path, "%d slots are more than %d", len(l.rates)+1, maxSlots)
			}
		}
	}
	team, differential := own.teamReward(), own.differentialReward()
	team.check = func(v *problems) { t.Team.check(v, path+".team") }
	differential.check = func(v *problems) { t.Differential.check(v, path+".differential") }
	all := []builtin{slots, team, differential}
	for i := range all {
		b := &all[i]
		build := b.build
		b.name = RuleIn(name, b.name)
		b.build = func() Rule { return newTreeRule(name, build(), p.SelfPurchase, own) }
	}
	return all
}

// mostOfSlots is the most that the slots bring together, whoever holds them.
func (t *Tree) mostOfSlots(of worth) decimal.Decimal {
	sum := decimal.Zero
	for i := range max(0, t.Slots-1) {
		most := decimal.Zero
		for _, l := range t.lists() {
			if isSet(l.rates, i) {
				most = decimal.Max(most, of(l.rates[i]))
			}
		}
		sum = sum.Add(most)
	}
	return sum
}

// trees checks what the plan says of trees; the rules of each that pays are checked with the others. as is the plan as it was written.
func (v *problems) trees(p Plan, as map[partner.Tree]Tree) {
	for _, name := range p.treeNames() {
		t, path := p.Trees[name], KeyPath("commission.trees", string(name))
		if err := partner.CheckTree(name); err != nil {
			v.add(path, "%s", err)
		}
		if longest := t.longest(); longest > GuardedSlots && as[name].Slots == 0 {
			v.add(path+".slots", "there are rates for %d slots, the first, which is not paid, among them, more than %d; the guard is lifted by writing \"slots\": %d",
				longest, GuardedSlots, longest)
		}
		if t.Slots < 0 || t.Slots > maxSlots {
			v.add(path+".slots", "from 0 to %d slots can be paid, not %d", maxSlots, t.Slots)
		}
		if t.longest() == 0 && !t.Team.pays() && len(t.Differential.Rates) == 0 {
			v.add(path, "nothing is paid in the tree; give uplines, levels, team or differential, or leave it out")
		}
	}
}

// treeRule asks a rule about the line of a tree.
type treeRule struct {
	tree  partner.Tree
	rule  Rule
	pays  bool       // whether a buyer whose own line is paid is paid for what he buys himself
	slots bool       // whether it pays by slot, of which the first is paid by the plan's own rates alone
	calc  Calculator // of a rule by slot: the tree's rates
}

func newTreeRule(name partner.Tree, rule Rule, self SelfPurchase, own Plan) *treeRule {
	t := &treeRule{tree: name, rule: rule, pays: self == Own}
	_, t.slots = rule.(*slotRule)
	t.calc = Calculator{plan: own, slots: own.Slots, defaults: len(own.Levels) == 0}
	t.calc.plainRates.calc = &t.calc
	return t
}

// Shares lets the rule see the tree's line for the one of recruiters, and the tree's rates for the plan's.
func (t *treeRule) Shares(in *Input, out *Shares) {
	r := out.result
	uplines, vacant, rates, skips := r.uplines, in.Vacant, in.rates, len(r.skips)
	line := r.order.line(t.tree)
	in.Uplines, r.uplines, in.Vacant = line, line, 0
	if len(line) > 0 && (t.slots || !t.pays && string(line[0].Partner) == string(r.order.Customer)) {
		in.Vacant = 1
	}
	if t.slots {
		in.rates = &t.calc.plainRates
	}
	t.rule.Shares(in, out)
	if t.slots { // the first that it says is of slot 1, which is none of its own
		r.skips = slices.Delete(r.skips, skips, skips+1)
	}
	in.Uplines, r.uplines, in.Vacant, in.rates = uplines, uplines, vacant, rates
}

// line returns the line of people above the sale in a tree, empty where the order comes without.
func (o *Order) line(name partner.Tree) []Upline {
	for i := range o.Trees {
		if o.Trees[i].Tree == name {
			return o.Trees[i].Uplines
		}
	}
	return nil
}

// checkTrees looks at the lines with which the order comes.
func (r *Result) checkTrees() {
	for i := range r.order.Trees {
		t := &r.order.Trees[i]
		if slices.ContainsFunc(r.order.Trees[:i], func(other TreeLine) bool { return other.Tree == t.Tree }) {
			r.fail(fmt.Sprintf("trees[%d].tree", i), "tree %q stands twice", t.Tree)
		}
		if len(t.Uplines) > MaxUplines {
			r.fail(fmt.Sprintf("trees[%d].uplines", i), "%d are more than %d", len(t.Uplines), MaxUplines)
		}
	}
}

// Trees returns the trees by which the plan pays beside that of recruiters, in order. An order comes with the line of each ([Order].Trees).
func (c *Calculator) Trees() []partner.Tree { return slices.Clone(c.trees) }

// reachIn is how many uplines in a tree decide an order, 0 for all of them.
func (c *Calculator) reachIn(name partner.Tree) int {
	n := 1
	for _, named := range c.rules {
		t, ok := named.rule.(*treeRule)
		if !ok || t.tree != name {
			continue
		}
		reach := 0
		switch {
		case named.own:
			reach = reachOf(t.rule)
		case t.slots && c.plan.Missing == Forfeit:
			reach = c.plan.Trees[name].Slots
		}
		if reach == 0 {
			return 0
		}
		n = max(n, reach)
	}
	return n
}
