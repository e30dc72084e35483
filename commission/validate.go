package commission

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/commission/money"
)

// GuardedSlots is how many slots a plan pays without saying so in its field slots.
const GuardedSlots = 3

// maxSlots bounds the work of one order.
const maxSlots = 100

// PlanError lists everything that is wrong with a plan.
type PlanError struct {
	Problems []Problem
}

func (e *PlanError) Error() string {
	texts := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		texts[i] = p.String()
	}
	return "commission: plan: " + strings.Join(texts, "; ")
}

// WithDefaults returns the plan with every field that was left out set to what it means in this currency.
func (p Plan) WithDefaults(currency money.Currency) Plan {
	if p.Slots == 0 {
		p.Slots = min(p.longest(), GuardedSlots)
	}
	if len(p.Attribution) == 0 {
		p.Attribution = slices.Clone(defaultAttribution)
	}
	if !p.Cap.IsSet() {
		p.Cap = wholeLine
	}
	if p.PriceScale == 0 {
		p.PriceScale = currency.Scale()
	}
	p.Peer = p.Peer.withDefaults(&p)
	p.Territory = p.Territory.withDefaults()
	return p
}

// longest is the length of the longest list of rates by slot.
func (p Plan) longest() int {
	n := 0
	for _, list := range p.lists() {
		n = max(n, len(list.rates))
	}
	return n
}

// list is one list of rates by slot, with its path.
type list struct {
	path  string
	rates []Rate
}

// lists returns every list of rates by slot in a fixed order.
func (p Plan) lists() []list {
	all := []list{{"rates", p.Rates}}
	all = appendLists(all, "levels", p.Levels)
	all = appendLists(all, "partners", p.Partners)
	all = appendLists(all, "categories", p.Categories)
	all = appendLists(all, "products", p.Products)
	return appendLists(all, "skus", p.SKUs)
}

func appendLists[K ~string](all []list, name string, m map[K][]Rate) []list {
	for _, key := range slices.Sorted(maps.Keys(m)) {
		all = append(all, list{keyPath(name, string(key)), m[key]})
	}
	return all
}

func keyPath(name, key string) string {
	for _, r := range key {
		if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '-') {
			return fmt.Sprintf("%s[%q]", name, key)
		}
	}
	return name + "." + key
}

// Validate returns every problem of the plan with these campaigns in this currency, nil if there is none. Paths are those of the two sections of a plan
// document: "commission.rates[1]", "campaigns[0].factor".
func (p Plan) Validate(currency money.Currency, campaigns []Campaign) []Problem {
	v := problems{}
	if longest := p.longest(); longest > GuardedSlots && p.Slots == 0 {
		v.add("commission.slots", "there are rates for %d slots, more than %d; the guard is lifted by writing \"slots\": %d", longest, GuardedSlots, longest)
	}
	p = p.WithDefaults(currency)
	if currency.IsZero() {
		v.add("currency", "a plan needs a currency")
	}
	if p.Slots < 0 || p.Slots > maxSlots {
		v.add("commission.slots", "from 0 to %d slots can be paid, not %d", maxSlots, p.Slots)
	}
	if p.PriceScale < currency.Scale() || p.PriceScale > money.MaxScale {
		v.add("commission.priceScale", "amounts on an order have from %d (the currency's) to %d decimals, not %d", currency.Scale(), money.MaxScale, p.PriceScale)
	}
	if p.Cap.IsPerUnit() {
		v.add("commission.cap", "a cap is a share of the line's net paid, such as \"30%%\"; %s is an amount for each unit", p.Cap)
	}
	if p.OrderCap.IsPerUnit() {
		v.add("commission.orderCap", "a cap is a share of the order's net paid, such as \"20%%\"; %s is an amount for each unit", p.OrderCap)
	}
	for _, l := range p.lists() {
		if len(l.rates) > maxSlots {
			v.add("commission."+l.path, "%d slots are more than %d", len(l.rates), maxSlots)
		}
	}
	p.LevelBonus.check(&v)
	for _, b := range p.builtins() {
		if b.check != nil && b.on {
			b.check(&v)
		}
	}
	if len(v) == 0 {
		v.digits(&p)
	}
	seen := map[Attribution]bool{}
	for i, a := range p.Attribution {
		if seen[a] {
			v.add(fmt.Sprintf("commission.attribution[%d]", i), "%s stands twice", a)
		}
		seen[a] = true
	}
	v.options(p)
	v.campaigns(p, currency, campaigns)
	if len(v) == 0 && p.Overflow == RefusePlan {
		v.overflow(p, campaigns)
	}
	return v
}

type problems []Problem

func (v *problems) add(path, format string, args ...any) {
	*v = append(*v, Problem{Path: path, Message: fmt.Sprintf(format, args...)})
}

// options catches numbers that no name stands for, which only Go code can write.
func (v *problems) options(p Plan) {
	v.option("commission.lineRates", int(p.LineRates), len(lineRatesNames))
	v.option("commission.personal", int(p.Personal), len(personalNames))
	v.option("commission.base", int(p.Base), len(baseNames))
	v.option("commission.loss", int(p.Loss), len(lossNames))
	v.option("commission.selfPurchase", int(p.SelfPurchase), len(selfPurchaseNames))
	v.option("commission.missing", int(p.Missing), len(missingNames))
	v.option("commission.stacking", int(p.Stacking), len(stackingNames))
	v.option("commission.overflow", int(p.Overflow), len(overflowNames))
	v.option("commission.rounding.scope", int(p.Rounding.Scope), len(scopeNames))
	v.option("commission.rounding.mode", int(p.Rounding.Mode), int(money.Down)+1)
	for i, a := range p.Attribution {
		v.option(v.index("commission.attribution", i), int(a), len(attributionNames))
	}
}

// index is the path of an element.
func (v *problems) index(path string, i int) string { return fmt.Sprintf("%s[%d]", path, i) }

// digits refuses rates that bonuses and peers would make too long to be exact.
func (v *problems) digits(p *Plan) {
	for _, l := range p.lists() {
		for i, rate := range l.rates {
			if problem := p.bears(rate, i+1); problem != "" {
				v.add(v.index("commission."+l.path, i), "%s %s", rate, problem)
			}
		}
	}
	if !p.Peer.pays() || p.Peer.Of != OfIncome {
		return
	}
	for _, name := range p.Peer.Income {
		income, _ := p.builtin(name)
		scale := uint8(0) // differences have the decimals of the longest
		for _, rate := range income.rates {
			scale = max(scale, rate.scale)
		}
		for _, share := range byLevel(p.Peer.Rate, p.Peer.Levels) {
			if int(scale)+int(share.scale) > maxRateScale-4 {
				v.add("commission.peer", "%s of what %s gives has more than %d decimals", share, name, maxRateScale-4)
			}
		}
	}
}

const timeFormat = "2006-01-02T15:04:05Z07:00"

// overflow refuses a plan of which some line can pay more than its cap, or than the order's, which lines within it never exceed together: for each place
// where rates stand, the highest that each slot can pay there, with what the places below it can add, times the largest factor that campaigns give the
// slot.
func (v *problems) overflow(p Plan, campaigns []Campaign) {
	factor := func(rule string, slot int) decimal.Decimal { return p.largestFactor(campaigns, rule, slot) }
	fixed := decimal.Zero
	for _, b := range p.builtins() {
		if b.on && b.most != nil {
			fixed = fixed.Add(b.most().Mul(factor(b.name, 0)))
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
		below[slot] = p.raised(p.rate(p.Rates, slot), slot)
	}
	check := func(path string, own []Rate) []decimal.Decimal {
		total := fixed
		paid := make([]decimal.Decimal, p.Slots)
		for slot := range paid {
			paid[slot] = below[slot]
			if rate := p.rate(own, slot); rate.IsSet() {
				paid[slot] = p.raised(rate, slot)
			}
			total = total.Add(paid[slot].Mul(factor(RuleSlots, slot+1)))
		}
		if total.GreaterThan(limit) {
			v.add("commission."+path, "a line can pay %s%% here, more than the %s of %s; the guard is lifted by another overflow policy, such as \"overflow\": \"pro-rata\"",
				total.Shift(2), of, least)
		}
		return paid
	}
	check("rates", nil)
	for _, l := range appendLists(appendLists(nil, "levels", p.Levels), "partners", p.Partners) {
		for slot := range below {
			below[slot] = decimal.Max(below[slot], p.raised(p.rate(l.rates, slot), slot))
		}
		if len(*v) == 0 {
			check(l.path, nil)
		}
	}
	for _, place := range [][]list{appendLists(nil, "categories", p.Categories), appendLists(nil, "products", p.Products), appendLists(nil, "skus", p.SKUs)} {
		reached := slices.Clone(below)
		for _, l := range place {
			for slot, most := range check(l.path, l.rates) {
				reached[slot] = decimal.Max(reached[slot], most)
			}
		}
		below = reached
	}
}

// mostOfSlots is the most that all slots together pay of a line, by the highest rate that stands anywhere for each, as a share of the base.
func (p *Plan) mostOfSlots() decimal.Decimal {
	sum := decimal.Zero
	for slot := range p.Slots {
		most := decimal.Zero
		for _, l := range p.lists() {
			most = decimal.Max(most, p.raised(p.rate(l.rates, slot), slot))
		}
		sum = sum.Add(most)
	}
	return sum
}

// raised is the most that a rate of a slot can become by the bonus of a level, as a share of the base.
func (p *Plan) raised(rate Rate, slot int) decimal.Decimal {
	most := rate.share()
	if !rate.IsSet() {
		return most
	}
	for _, rates := range p.LevelBonus.Rates {
		if own := p.rate(rates, slot); own.IsSet() {
			raised, _ := (&Bonus{Mode: p.LevelBonus.Mode, Rate: own}).apply(rate)
			most = decimal.Max(most, raised.share())
		}
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
