package commission

import (
	"maps"
	"slices"

	"github.com/shopspring/decimal"
)

// overflow refuses a plan of which some line can pay more than its cap, or than the order's, which lines within it never exceed together: for each place
// where rates stand, the highest that each slot can pay there, with what the places below it can add, times the largest factor that campaigns give the
// slot.
func (v *problems) overflow(p Plan, campaigns []Campaign) {
	factor := func(rule string, slot int) decimal.Decimal { return p.largestFactor(campaigns, rule, slot) }
	fixed := decimal.Zero
	for _, b := range p.builtins() {
		if b.on && b.most != nil {
			fixed = fixed.Add(b.most(Rate.share).Mul(factor(b.name, 0)))
		}
	}
	least, of := p.Cap, "cap"
	if p.OrderCap.IsSet() && p.OrderCap.cmp(p.Cap) < 0 {
		least, of = p.OrderCap, "order's cap"
	}
	limit := least.share()

	// below[i] is the most that slot i+1 can pay from the places that have been looked at.
	below := make([]decimal.Decimal, p.Slots)
	for slot := range below {
		below[slot] = p.mostByDefault(slot)
	}
	personal := make([]decimal.Decimal, p.Slots) // the most that it can pay before the goods' own rates
	check := func(path string, own []Rate) []decimal.Decimal {
		total := fixed
		paid := make([]decimal.Decimal, p.Slots)
		for slot := range paid {
			paid[slot] = below[slot]
			if rate := p.rate(own, slot); rate.IsSet() {
				paid[slot] = decimal.Max(p.raised(rate, slot), personal[slot])
			}
			total = total.Add(paid[slot].Mul(factor(RuleSlots, slot+1)).Mul(decimal.NewFromInt(p.Staff.times(slot + 1))))
		}
		if total = p.withFees(total, factor(RuleFee, 0)); total.GreaterThan(limit) {
			v.add("commission."+path, "a line can pay %s%% here, more than the %s of %s; the guard is lifted by another overflow policy, such as \"overflow\": \"pro-rata\"",
				total.Shift(2), of, least)
		}
		return paid
	}
	check("rates", nil)
	for _, level := range slices.Sorted(maps.Keys(p.Levels)) {
		for slot := range below {
			below[slot] = decimal.Max(below[slot], p.raisedAt(p.rate(p.Levels[level], slot), slot, level).share())
		}
		if len(*v) == 0 {
			check(KeyPath("levels", string(level)), nil)
		}
	}
	for _, l := range appendLists(nil, "partners", p.Partners) {
		for slot := range below {
			most := p.raised(p.rate(l.rates, slot), slot)
			if below[slot] = decimal.Max(below[slot], most); p.Personal == BeforeGoods {
				personal[slot] = decimal.Max(personal[slot], most)
			}
		}
		if len(*v) == 0 {
			check(l.path, nil)
		}
	}
	places := [][]list{appendLists(nil, "categories", p.Categories), appendLists(nil, "products", p.Products), appendLists(nil, "skus", p.SKUs), p.kindLists()}
	for _, place := range places {
		reached := slices.Clone(below)
		for _, l := range place {
			for slot, most := range check(l.path, l.rates) {
				reached[slot] = decimal.Max(reached[slot], most)
			}
		}
		below = reached
	}
}

// mostByDefault is the most that a slot pays by the plan's own rate: to any level that has no rate of its own there, as a share of the base.
func (p *Plan) mostByDefault(slot int) decimal.Decimal {
	rate := p.rate(p.Rates, slot)
	most := rate.share()
	for level := range p.LevelBonus.Rates {
		if !isSet(p.Levels[level], slot) {
			most = decimal.Max(most, p.raisedAt(rate, slot, level).share())
		}
	}
	return most
}

// raised is the most that a rate of a slot can become by the bonus of a level, as a share of the base.
func (p *Plan) raised(rate Rate, slot int) decimal.Decimal {
	most := rate.share()
	if !rate.IsSet() {
		return most
	}
	for level := range p.LevelBonus.Rates {
		most = decimal.Max(most, p.raisedAt(rate, slot, level).share())
	}
	return most
}

func (p Plan) rate(rates []Rate, slot int) Rate {
	if slot < len(rates) {
		return rates[slot]
	}
	return Rate{}
}

// share is the share of the base, 0 for an amount per unit or a rate that is not set.
func (r Rate) share() decimal.Decimal {
	if r.kind != percent {
		return decimal.Zero
	}
	return r.Decimal()
}
