package commission

import (
	"maps"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/partner"
)

// otherLevel stands for a level that the plan does not name.
const otherLevel partner.Level = "\x00"

// most is the most that all peers get of a line: what each junior can bring, to First peers. ofSlots is what those in all slots can bring to one peer each.
func (b Peer) most(p *Plan, of worth, ofSlots decimal.Decimal) decimal.Decimal {
	sum := decimal.Zero
	for _, name := range b.Income {
		switch name {
		case RuleSlots:
			sum = sum.Add(ofSlots)
		case RuleTeam:
			sum = sum.Add(b.mostOf(p.Team.Rate, p.Team.Levels, p.Team.Mode == EveryLeader, of))
		case RuleDifferential:
			sum = sum.Add(b.mostOf(Rate{}, p.Differential.Rates, true, of))
		case RuleRecruiter:
			sum = sum.Add(b.mostOf(p.Recruiter.Rate, p.Recruiter.Levels, false, of))
		}
	}
	return sum.Mul(decimal.NewFromInt(int64(b.First)))
}

// share is what a peer of a level gets: a share of an income, or of the order what his rate is worth.
func (b Peer) share(level partner.Level, of worth) decimal.Decimal {
	rate, ok := b.Levels[level]
	if !ok {
		rate = b.Rate
	}
	if b.Of == OfIncome {
		return rate.share()
	}
	return of(rate)
}

// mostOf is the most that the juniors by a rule bring to one peer each. By a differential there is one junior for each rate, and each gets what his rate
// exceeds the one below; by any other rule there is one.
func (b Peer) mostOf(rate Rate, levels map[partner.Level]Rate, differential bool, of worth) decimal.Decimal {
	type pair struct {
		income Rate
		share  decimal.Decimal
	}
	pairs := []pair{{rate, b.share(otherLevel, of)}}
	for level := range levels {
		pairs = append(pairs, pair{levels[level], b.share(level, of)})
	}
	for level := range b.Levels {
		if _, ok := levels[level]; !ok {
			pairs = append(pairs, pair{rate, b.share(level, of)})
		}
	}
	pairs = slices.DeleteFunc(pairs, func(k pair) bool { return k.income.coefficient == 0 })
	if !differential {
		most := decimal.Zero
		for _, k := range pairs {
			if b.Of == OfIncome {
				k.share = k.share.Mul(of(k.income))
			}
			most = decimal.Max(most, k.share)
		}
		return most
	}
	// From the highest rate down: what lies between two rates goes to the level that brings most of all that are not below.
	slices.SortFunc(pairs, func(x, y pair) int { return y.income.cmp(x.income) })
	sum, best := decimal.Zero, decimal.Zero
	for i, k := range pairs {
		best = decimal.Max(best, k.share)
		next := Rate{}
		if i+1 < len(pairs) {
			next = pairs[i+1].income
		}
		switch {
		case b.Of == OfIncome:
			sum = sum.Add(best.Mul(of(k.income).Sub(of(next))))
		case k.income.cmp(next) != 0:
			sum, best = sum.Add(best), decimal.Zero
		}
	}
	return sum
}

// mostOfSlots is the most that the juniors in all slots bring to one peer each, by the highest rate that stands anywhere for each, as a share of the base.
func (b Peer) mostOfSlots(p *Plan) decimal.Decimal {
	levels := []partner.Level{otherLevel}
	levels = slices.AppendSeq(levels, maps.Keys(b.Levels))
	levels = slices.AppendSeq(levels, maps.Keys(p.Levels))
	levels = slices.AppendSeq(levels, maps.Keys(p.LevelBonus.Rates))
	sum := decimal.Zero
	for slot := range p.Slots {
		most := decimal.Zero
		for _, level := range levels {
			share, income := b.share(level, Rate.share), decimal.Zero
			for _, list := range p.listsOf(level) {
				rate := p.rate(list, slot)
				if !rate.IsSet() {
					continue
				}
				if b.Of == OfOrder {
					income = decimal.NewFromInt(1)
					break
				}
				income = decimal.Max(income, p.raisedAt(rate, slot, level).share())
			}
			most = decimal.Max(most, share.Mul(income))
		}
		sum = sum.Add(most)
	}
	return sum
}

// listsOf are all lists of rates by slot that can pay somebody of a level.
func (p *Plan) listsOf(level partner.Level) [][]Rate {
	lists := [][]Rate{p.Rates, p.Levels[level]}
	for _, own := range p.Partners {
		lists = append(lists, own)
	}
	for _, kind := range p.Kinds {
		lists = append(lists, kind.Rates)
	}
	for _, goods := range []map[string][]Rate{p.Categories, p.Products, p.SKUs} {
		lists = slices.AppendSeq(lists, maps.Values(goods))
	}
	return lists
}
