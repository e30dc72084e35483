package commission

import (
	"maps"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/partner"
)

// builtin is a rule that a plan turns on by a section of its own.
type builtin struct {
	name  string
	on    bool // whether this plan does
	deep  bool // whether any upline can decide it
	build func() Rule
	check func(*problems)                         // what is wrong with its section; nil: nothing can be
	rates []Rate                                  // of its section; none where they stand in the lists by slot
	most  func(worth) decimal.Decimal             // the most that it pays of a line without campaigns; nil: it depends on the goods
	seats func([]partner.ID, *Order) []partner.ID // appends those whom its section names for an order; nil: nobody
}

// builtins are the rules that there are, in the order in which they are asked: a rule sees what those before it gave.
func (p *Plan) builtins() []builtin {
	all := []builtin{p.slotsRule(), p.teamReward(), p.differentialReward(), p.recruiterBonus(), p.peerBonus(), p.territoryBonus(), p.feeRule()}
	for _, name := range p.treeNames() {
		all = append(all, p.treeRules(name)...)
	}
	return all
}

// builtin returns the built-in rule of a name, whether the plan turns it on or not.
func (p *Plan) builtin(name string) (builtin, bool) {
	for _, b := range p.builtins() {
		if b.name == name {
			return b, true
		}
	}
	return builtin{}, false
}

// ruleNames are the names of the rules that the plan turns on.
func (p *Plan) ruleNames() []string {
	var names []string
	for _, b := range p.builtins() {
		if b.on {
			names = append(names, b.name)
		}
	}
	for _, own := range p.Rules {
		names = append(names, own.Name)
	}
	return names
}

// byLevel lists a rate and those by level.
func byLevel(rate Rate, levels map[partner.Level]Rate) []Rate {
	all := []Rate{rate}
	for _, level := range slices.Sorted(maps.Keys(levels)) {
		all = append(all, levels[level])
	}
	return all
}

// levelRates are a rate and those by level, each at a place of its own, so that a source can point to it.
type levelRates struct {
	rate   *Rate
	levels map[partner.Level]*Rate
}

func newLevelRates(rate Rate, levels map[partner.Level]Rate) levelRates {
	l := levelRates{rate: &rate, levels: make(map[partner.Level]*Rate, len(levels))}
	for level, own := range levels {
		l.levels[level] = &own
	}
	return l
}

// of returns the rate of a level, and the key under which the plan has it.
func (l *levelRates) of(level partner.Level) (rate *Rate, key string) {
	if own, ok := l.levels[level]; ok {
		return own, string(level)
	}
	return l.rate, ""
}

// worth says what a rate pays of a line: as a share of the base, where an amount per unit counts as none ([Rate.share]), or in money of certain goods. It is
// 0 or more, and of shares it is proportional to them.
type worth func(Rate) decimal.Decimal

// highest returns what the rate is worth that is worth most.
func highest(rates []Rate, of worth) decimal.Decimal {
	most := decimal.Zero
	for _, r := range rates {
		most = decimal.Max(most, of(r))
	}
	return most
}

const betweenShares = "the differential is between shares"

// shares notes the levels whose rate is no share, with why it has to be one.
func (v *problems) shares(path string, rates map[partner.Level]Rate, why string) {
	for _, level := range slices.Sorted(maps.Keys(rates)) {
		if rate := rates[level]; rate.kind != percent {
			v.add(KeyPath(path, string(level)), "%s, such as \"10%%\", not %s", why, rate)
		}
	}
}

// option notes a number that no name stands for, which only Go code can write.
func (v *problems) option(path string, value, names int) {
	if value >= names {
		v.add(path, "%d names no option", value)
	}
}
