package commission

import (
	"maps"
	"math/big"
	"slices"
	"strconv"
	"time"

	"github.com/fenrun/fenrun/partner"
)

// maxAuditCases bounds how many lines of uplines are tried for one of the goods.
const maxAuditCases = 20_000

// auditor looks for the line of uplines of which one unit of goods pays the most.
//
// It need not try every line there is. What a rule by distance pays depends on the first places only, the prefix, of which every one is tried. Above it
// stands a tail: of the differential only the order counts in which higher shares follow lower ones, of the team reward only who leads first, and of the
// peer bonus only that there are enough peers at the end.
type auditor struct {
	calc   *Calculator
	goods  Goods
	people []Upline // who can stand at a place of the prefix
	prefix int
	tails  [][]Upline
	short  bool         // whether shorter lines can be paid more, and those with somebody who earns nothing
	tree   partner.Tree // in which the line is looked for
	trees  []TreeLine   // with which an order comes then
	result Result
	best   *big.Rat
	worst  WorstCase
}

// worst finds the worst case of goods.
func (c *Calculator) worst(goods Goods, levels []LeaderLevel) (WorstCase, error) {
	a := &auditor{calc: c, goods: goods, people: c.people(levels), prefix: max(c.slots, 1), best: new(big.Rat)}
	// Somebody who earns nothing below the others can raise what is paid: where a loss would be his, and where the topmost has rates of his own and takes
	// the slots of all who earn nothing.
	if a.short = a.loses() || c.plan.Missing == ToTop && len(c.plan.Partners) > 0; a.short {
		a.people = append(a.people, Upline{Bar: partner.EarningFrozen})
	}
	if c.plan.has(RuleRecruiter) {
		a.prefix = max(a.prefix, 2)
	}
	a.tails = c.plan.tails(levels)
	a.worst = WorstCase{Goods: goods, Exact: true}
	instants := c.instants()
	prefixes, fits := power(len(a.people), a.prefix, maxAuditCases/(len(a.tails)*len(instants)))
	exact := fits
	for _, at := range instants {
		places, err := a.place(at)
		if err != nil {
			return WorstCase{}, err
		}
		every, err := a.worstTrees(levels, at, places)
		if err != nil {
			return WorstCase{}, err
		}
		if exact = exact && every; fits {
			err = a.every(prefixes, at, places)
		} else {
			err = a.climb(at, places)
		}
		if err != nil {
			return WorstCase{}, err
		}
	}
	return a.finish(exact)
}

// worstTrees finds the lines in the other trees that are paid the most at an instant, each for itself: what one is paid does not depend on who stands in
// another. It reports whether every line was tried that there is.
func (a *auditor) worstTrees(levels []LeaderLevel, at time.Time, places Places) (every bool, err error) {
	a.trees, every = nil, true
	for _, name := range a.calc.plan.treeNames() {
		t := a.calc.plan.Trees[name]
		own := t.plan(a.calc.plan.Missing)
		x := &auditor{calc: a.calc, goods: a.goods, people: a.people, prefix: max(t.Slots, 1), short: a.short, tree: name, tails: own.tails(levels), best: new(big.Rat)}
		prefixes, fits := power(len(x.people), x.prefix, maxAuditCases/len(x.tails))
		if every = every && fits; fits {
			err = x.every(prefixes, at, places)
		} else {
			err = x.climb(at, places)
		}
		if err != nil {
			return false, err
		}
		if len(x.worst.Uplines) > 0 {
			a.trees = append(a.trees, TreeLine{Tree: name, Uplines: x.worst.Uplines})
		}
	}
	return every, nil
}

// power returns n^k, and whether it is at most a limit.
func power(n, k, limit int) (int, bool) {
	product := 1
	for range k {
		if product *= n; product > limit {
			return 0, false
		}
	}
	return product, true
}

// people are those who can stand in a line and differ for the plan: somebody of each level, and each partner with rates of his own at each level.
func (c *Calculator) people(levels []LeaderLevel) []Upline {
	all := []Upline{{}}
	for _, l := range levels {
		all = append(all, Upline{Level: l.Level, Leader: l.Leader})
	}
	for _, id := range slices.Sorted(maps.Keys(c.plan.Partners)) {
		for _, u := range all[:len(levels)+1] {
			u.Partner = id
			all = append(all, u)
		}
	}
	return all
}

// instants are moments of which at least one falls into every combination of campaigns.
func (c *Calculator) instants() []time.Time {
	all := []time.Time{{}}
	for i := range c.campaigns {
		for _, edge := range []*time.Time{c.campaigns[i].From, c.campaigns[i].To} {
			if edge != nil {
				all = append(all, *edge)
			}
		}
	}
	slices.SortFunc(all, time.Time.Compare)
	return slices.CompactFunc(all, time.Time.Equal)
}

// tails are the lines that can stand above a prefix and differ for the plan.
func (p *Plan) tails(levels []LeaderLevel) [][]Upline {
	differential := p.Differential.Rates
	rising := slices.DeleteFunc(slices.Clone(levels), func(l LeaderLevel) bool { return differential[l.Level].coefficient == 0 })
	slices.SortStableFunc(rising, func(a, b LeaderLevel) int { return differential[a.Level].cmp(differential[b.Level]) })

	chains := [][]LeaderLevel{nil}
	if n := len(rising); n > 0 {
		chains = [][]LeaderLevel{rising[n-1:]}
		if n <= 8 && (p.Peer.pays() || p.Team.pays()) {
			chains = subsets(rising)
		}
	}
	first := [][]LeaderLevel{nil}
	if p.Team.pays() {
		for _, l := range levels {
			if l.Leader && differential[l.Level].coefficient == 0 {
				first = append(first, []LeaderLevel{l})
			}
		}
	}
	var peers []LeaderLevel
	if p.Peer.pays() {
		for _, l := range levels {
			for range p.Peer.First {
				peers = append(peers, l)
			}
		}
	}
	var tails [][]Upline
	for _, leader := range first {
		for _, chain := range chains {
			var tail []Upline
			for _, l := range slices.Concat(leader, chain, peers) {
				tail = append(tail, Upline{Level: l.Level, Leader: l.Leader})
			}
			tails = append(tails, tail)
		}
	}
	return tails
}

// subsets are all parts of a list, in its order.
func subsets(list []LeaderLevel) [][]LeaderLevel {
	var all [][]LeaderLevel
	for mask := range 1 << len(list) {
		var part []LeaderLevel
		for i := range list {
			if mask>>i&1 == 1 {
				part = append(part, list[i])
			}
		}
		all = append(all, part)
	}
	return all
}

// place finds where an order has to go to pay the most; nowhere, where agents would bear losses.
func (a *auditor) place(at time.Time) (Places, error) {
	best, err := a.pays(nil, at, Places{})
	if err != nil {
		return Places{}, err
	}
	var places Places
	for _, code := range slices.Sorted(maps.Keys(a.calc.plan.Territory.Regions)) {
		here := Places{ShipTo: code, Pickup: code, Delivery: code}
		paid, err := a.pays(nil, at, here)
		if err != nil {
			return Places{}, err
		}
		if paid.Cmp(best) > 0 {
			best, places = paid, here
		}
	}
	return places, nil
}

// every tries every prefix.
func (a *auditor) every(prefixes int, at time.Time, places Places) error {
	line := make([]Upline, a.prefix)
	for n := range prefixes {
		for i, rest := 0, n; i < a.prefix; i, rest = i+1, rest/len(a.people) {
			line[i] = a.people[rest%len(a.people)]
		}
		if err := a.try(line, at, places); err != nil {
			return err
		}
	}
	return nil
}

// climb tries, from the best person for each place alone, every change of one place for as long as one pays more.
func (a *auditor) climb(at time.Time, places Places) error {
	line := make([]Upline, a.prefix)
	for changed := true; changed; {
		changed = false
		for i := range line {
			kept := line[i]
			for _, person := range a.people {
				before := a.best
				line[i] = person
				if err := a.try(line, at, places); err != nil {
					return err
				}
				if a.best.Cmp(before) > 0 {
					kept, changed = person, true
				}
			}
			line[i] = kept
		}
	}
	return nil
}

// try puts every tail above a prefix and keeps what pays the most. A prefix in which somebody stands twice is none.
func (a *auditor) try(prefix []Upline, at time.Time, places Places) error {
	for i := range prefix {
		if id := prefix[i].Partner; id != "" && slices.ContainsFunc(prefix[:i], func(u Upline) bool { return u.Partner == id }) {
			return nil
		}
	}
	for _, tail := range a.tails {
		line := slices.Concat(prefix, tail)
		for i := range line {
			if line[i].Partner == "" {
				line[i].Partner = partner.ID("upline-" + strconv.Itoa(i+1))
			}
		}
		shortest := len(line)
		if a.short {
			shortest = 0
		}
		for n := shortest; n <= len(line); n++ {
			paid, err := a.pays(line[:n], at, places)
			if err != nil {
				return err
			}
			if paid.Cmp(a.best) > 0 {
				a.best = paid
				a.worst.PaidAt, a.worst.Uplines, a.worst.Trees, a.worst.Places = at, line[:n], a.trees, places
			}
		}
	}
	return nil
}

// pays is what one unit pays in all, exactly, without the cap, in minor units.
func (a *auditor) pays(uplines []Upline, at time.Time, places Places) (*big.Rat, error) {
	order := a.goods.order(at, places)
	order.Trees = a.trees
	if a.tree != "" {
		order.Trees, uplines = []TreeLine{{Tree: a.tree, Uplines: uplines}}, nil
	}
	if _, err := a.calc.Calculate(&order, uplines, &a.result); err != nil {
		return nil, err
	}
	return a.result.exactTotal(), nil
}
